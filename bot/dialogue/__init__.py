"""What is said next, as pure functions of the conversation's state and one message. No words, no database, no Rasa.

Both engines stand on it: Rasa's forms in their own environment (Python 3.10, so this package is written for that and
imports nothing but itself and the standard library), and the scripted engine when the model cannot.
"""
