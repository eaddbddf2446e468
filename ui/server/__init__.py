"""What every endpoint of the page shares: limits, users, slots, caches, queues and the encoding of label maps."""
