"""The database file: opened, locked, watched, migrated, read and written."""
