"""Finished pictures and their files: what they came from, how long they stay, how they go."""
