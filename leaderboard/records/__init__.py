"""Records: one JSON file each, never edited; the same files in a data set of the Hub."""
