"""Limits in force: set, shown, watched, asked to be raised."""
