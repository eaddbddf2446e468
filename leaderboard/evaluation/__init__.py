"""A checkpoint -> a record, in a watched process."""
