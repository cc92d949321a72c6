"""From wishes to a request that is allowed."""
