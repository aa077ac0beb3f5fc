"""Which language a message is in, and which one it is answered in. hearing.py hears (start there): scripts.py counts
scripts, latin.py tells languages in Latin letters apart by the profiles in language_profiles/; choosing.py chooses."""

from bot.conversation.languages.choosing import choose
from bot.conversation.languages.heard import Heard
from bot.conversation.languages.hearing import hear, warm_up

__all__ = ["Heard", "choose", "hear", "warm_up"]
