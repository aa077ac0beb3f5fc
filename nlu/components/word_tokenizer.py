"""Word boundaries by ICU: Thai, Khmer and Burmese write no spaces between words."""

from __future__ import annotations

from typing import Any

import icu
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData


def words_of(text: str) -> list[Token]:
    """The words of a text with their offsets; no spaces, no punctuation."""
    iterator = icu.BreakIterator.createWordInstance(icu.Locale.getRoot())
    as_icu = icu.UnicodeString(text)  # ICU counts UTF-16 units; Python slices of an emoji would be off by one
    iterator.setText(as_icu)
    tokens, start = [], iterator.first()
    for end in iterator:
        if iterator.getRuleStatus() != 0:  # 0 is UBRK_WORD_NONE: spaces and punctuation
            tokens.append(Token(str(as_icu[start:end]), start))
        start = end
    return tokens


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class WordTokenizer(Tokenizer):
    """Rasa's tokenizer interface over `words_of`; a text without a word is its own single token."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> WordTokenizer:
        return cls(config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing behind it learns from tokens, and Rasa would take their fingerprints, 300,000 of them, twice. Whoever
        adds a component that does (DIET says so when features are missing) takes this method away."""
        return training_data

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        text = message.get(attribute)
        return words_of(text) or [Token(text, 0)]
