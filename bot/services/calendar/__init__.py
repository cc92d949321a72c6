"""Windows, months, time zones, and what time it is."""
