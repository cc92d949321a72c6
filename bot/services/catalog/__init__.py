"""What models can do and cost: a model is data, in models.toml."""
