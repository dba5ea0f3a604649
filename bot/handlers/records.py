"""What can be done to records of any kind: find, open, share, look back, undo."""
