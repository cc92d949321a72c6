"""Messages: posted, edited, deleted, with their files."""
