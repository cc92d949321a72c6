"""What Discord checks before it accepts a body, and how it says what is wrong."""
