"""A request's life: reserved, queued, generated, answered."""
