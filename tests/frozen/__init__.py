"""What must stay as it was: figures, names and answers of a day, and the scripts that wrote them down."""
