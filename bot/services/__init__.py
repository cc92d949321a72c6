"""Decisions. Nothing here knows Discord, SQL, pixels or a vendor's SDK."""
