"""Records -> series, standings and curves."""
