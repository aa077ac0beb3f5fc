"""What was told, as staff work on it, and how urgent it is."""
