"""One turn of a conversation: language, engine, words, and the one transaction that commits them."""
