"""Stock Rasa, installed, trained and measured as a yardstick: its own environment, its defaults, our training data."""
