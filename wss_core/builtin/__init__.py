"""The built-in interactive model and its network."""
