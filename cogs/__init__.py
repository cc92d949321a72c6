"""What a person can do: one package per feature, each loaded by name."""
