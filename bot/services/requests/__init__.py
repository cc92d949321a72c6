"""What is asked for: validated, priced, pure."""
