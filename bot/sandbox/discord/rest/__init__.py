"""The HTTP side: one room per theme, and the entrance through which every request comes."""
