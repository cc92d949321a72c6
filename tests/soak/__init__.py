"""The whole bot for a long time, under everything that may go wrong: `python -m tests.soak --minutes N --seed S`."""
