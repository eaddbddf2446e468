"""Tables, figures and files made of records."""
