"""Group records by seed, rank them, and work out what labels buy."""
