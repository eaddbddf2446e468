"""What every endpoint shares: bounds, visitors, slots, caches."""
