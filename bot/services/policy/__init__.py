"""What leads have decided, how it changes, and who may what."""
