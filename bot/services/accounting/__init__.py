"""Reports, corrections, and the provider's bill beside them."""
