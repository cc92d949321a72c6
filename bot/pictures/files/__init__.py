"""What a file is, read from its bytes: its format, its parts, its faults; no pixel is decoded here."""
