"""What is compared, by name."""
