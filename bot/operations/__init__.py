"""What an operator runs: set-up, embedded database, supervision, checks, chat in a terminal."""
