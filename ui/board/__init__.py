"""The board tab: accuracy against the amount of labels, from records; no number is made here."""
