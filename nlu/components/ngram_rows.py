"""What the classifier sees of a message, weighted by tf-idf: its words and pairs of words, character n-grams, once more
of what is in Latin letters without its marks ("bị nhốt" and "bi nhot" meet there), and what its words mean
(nlu/word_classes.py). No Rasa in here.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex
import scipy.sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.components.word_tokenizer import words_of
from nlu.normal_text import normal, without_marks
from nlu.word_classes import WordClasses

_NOT_LATIN = regex.compile(r"[^\p{Latin}\p{N}\s]+")


class NgramRows:
    """From texts to rows. Kept whole: the lists of words belong to the model that was trained with them."""

    def __init__(self, classes: WordClasses) -> None:
        inside = {"analyzer": "char_wb", "ngram_range": (2, 5), "sublinear_tf": True, "min_df": 2}
        self._of_words = [
            TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), sublinear_tf=True, min_df=2),  # noqa: S106
            TfidfVectorizer(**inside),
            TfidfVectorizer(preprocessor=latin_without_marks, **inside),
        ]
        self._of_meanings = TfidfVectorizer(analyzer=classes, sublinear_tf=True, min_df=2)

    def learn(self, texts: Sequence[str]) -> scipy.sparse.csr_matrix:
        """Learn which words there are and how much each tells; give the rows of the same texts."""
        spaced = [in_words(text) for text in texts]
        parts = [vectorizer.fit_transform(spaced) for vectorizer in self._of_words]
        return scipy.sparse.hstack([*parts, self._of_meanings.fit_transform(texts)], format="csr")

    def of(self, texts: Sequence[str]) -> scipy.sparse.csr_matrix:
        """One row per text."""
        spaced = [in_words(text) for text in texts]
        parts = [vectorizer.transform(spaced) for vectorizer in self._of_words]
        return scipy.sparse.hstack([*parts, self._of_meanings.transform(texts)], format="csr")


def latin_without_marks(text: str) -> str:
    """Only what is in Latin letters: other scripts have no marks to take off, and would be counted twice."""
    return str(_NOT_LATIN.sub(" ", without_marks(text)))


def in_words(text: str) -> str:
    """The words in normal form, joined by single spaces."""
    return " ".join(normal(token.text) for token in words_of(text))
