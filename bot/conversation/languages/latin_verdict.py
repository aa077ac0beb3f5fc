"""What the probabilities for a text in Latin letters amount to: one of the five, another language, or no sign.

Being called foreign sends an English "please help" to the wrong questions, so it takes more evidence than being called
one of the five; and what could be Thai, Khmer or Burmese in Latin letters is never called foreign."""

from __future__ import annotations

from collections import Counter

from bot.conversation.languages.heard import Heard
from bot.conversation.languages.latin import LONGEST, Likely, Model, likely_languages, stored_model
from bot.conversation.languages.ngrams import letters_of, words_of

_LATIN = "Latn"
_LANGUAGE = {
    "en": "en",
    "vi": "vi",
    "vi-plain": "vi",
    "th-Latn": "th",
    "km-Latn": "km",
    "my-Latn": "my",
    "hi-Latn": "hi",
}
_OURS = frozenset({"en", "vi", "th", "km", "my"})
_ROMANISED = ("th-Latn", "km-Latn", "my-Latn")
# Said in every language here, or names: they are no sign of any language.
_BORROWED = frozenset(
    "no ok okay oke okey k hello helo hallo hi hey bye sos wifi visa passport facebook fb telegram tele line zalo "
    "viber whatsapp sms google maps gps kk park casino camera video clip taxi bus hotel karaoke internet online email "
    "boss tom mary john ha haha hihi hehe kkk lol e o u m s t n d".split()
)
_PROBABLE, _SURE_PROBABLE = 0.6, 0.98
_OURS_AT_MOST, _OURS_AT_MOST_BY_ONE_WORD = 0.1, 0.02
_WORDS_FOR_FOREIGN, _WORDS_FOR_SURE = 2, 5
_LETTERS_WITHOUT_A_WORD = 10
_MANY_WORDS, _KNOWN_SHARE = 5, 0.25  # a language that nobody here knows is like one of ours by chance
_MIXED_WORDS, _MIXED_SHARE = 2, 0.25


def verdict(text: str, floor_languages: tuple[str, ...], *, model: Model | None = None) -> Heard:
    """What a text in Latin letters is heard as. `floor_languages` are those whose urgent phrases matched in it; `model`
    is given when other profiles than the committed ones are measured."""
    model = model or stored_model()
    telling = _telling_words(text[:LONGEST], model)
    likely = _merged(likely_languages(" ".join(telling), model)) if telling else []
    if not likely:
        return _floor_or_none(floor_languages, ())
    best = likely[0]
    language = _LANGUAGE.get(best.profile, best.profile)
    evidence = len(best.words)
    mixed = _mixed(telling, likely, model)
    if language in _OURS:
        enough = _enough_words(best, telling)
        if best.probability < _PROBABLE or not enough:
            return _floor_or_none(floor_languages, _candidates(likely))
        sure = best.probability >= _SURE_PROBABLE and evidence >= _WORDS_FOR_SURE and evidence * 4 >= len(telling) * 3
        if floor_languages and language not in floor_languages and not sure:
            return _floor_or_none(floor_languages, (language,))
        return Heard(language=language, code=language, languages=mixed, script=_LATIN, sure=sure)
    if floor_languages:
        return _floor_or_none(floor_languages, ())
    if _certainly_foreign(likely, telling, model):
        return Heard(language=None, foreign=True, code=language, languages=mixed, script=_LATIN)
    return Heard(language=None, languages=_candidates(likely), script=_LATIN)


def _telling_words(text: str, model: Model) -> list[str]:
    """Without words of every language and, beside other words, without names: words after the first that have a capital
    and that no profile knows."""
    names = {letters_of(word) for word in text.split()[1:] if word[0].isupper() and not word.isupper()}
    telling = [word for word in words_of(letters_of(text)) if word not in _BORROWED]
    without_names = [word for word in telling if word not in names or model.known_by(word)]
    return without_names or telling


def _enough_words(best: Likely, telling: list[str]) -> bool:
    """A known word, or letters enough. A long text in a language that no profile is of is like one of the romanised
    ones by chance, so there a share of the words has to be known."""
    if len(telling) >= _MANY_WORDS and best.profile != "en":
        return len(best.words) >= len(telling) * _KNOWN_SHARE
    return bool(best.words) or (len(telling) > 1 and sum(map(len, telling)) >= _LETTERS_WITHOUT_A_WORD)


def words_beside(text: str) -> list[str]:
    """The language of Latin words in a text of another script: only English and Vietnamese, only from two words on."""
    telling = [word for word in words_of(letters_of(text[:LONGEST])) if word not in _BORROWED]
    found = []
    for language, profiles in (("en", {"en"}), ("vi", {"vi"})):
        own = [word for word in telling if stored_model().known_by(word) & profiles]
        if len(own) >= _MIXED_WORDS and len(own) * 2 >= len(telling):
            found.append(language)
    return found


def _merged(likely: list[Likely]) -> list[Likely]:
    """Vietnamese with and without marks are one; so are Indonesian and Malay as far as being foreign goes."""
    merged: dict[str, Likely] = {}
    for each in likely:
        key = "vi" if each.profile == "vi-plain" else "ms" if each.profile == "id" else each.profile
        first = merged.get(key)
        if first is None:
            merged[key] = each
        else:
            probability = first.probability + each.probability
            words = max(first.words, each.words, key=len)
            merged[key] = Likely(profile=first.profile, probability=probability, words=words)
    return sorted(merged.values(), key=lambda each: -each.probability)


def _certainly_foreign(likely: list[Likely], telling: list[str], model: Model) -> bool:
    best = likely[0]
    ours = sum(each.probability for each in likely if _LANGUAGE.get(each.profile, each.profile) in _OURS)
    own = [word for word in best.words if not model.known_by(word) & {"en", "vi-plain", *_ROMANISED}]
    enough = len(best.words) * 4 >= len(telling) and len(telling) >= _WORDS_FOR_FOREIGN and bool(own)
    return enough and ours <= (_OURS_AT_MOST if len(best.words) >= _WORDS_FOR_FOREIGN else _OURS_AT_MOST_BY_ONE_WORD)


def _candidates(likely: list[Likely]) -> tuple[str, ...]:
    """What a text without a clear sign could be: any of the five that knows a word of it or is half probable."""
    names = [_LANGUAGE.get(each.profile, each.profile) for each in likely if each.words or each.probability > 0.3]
    return tuple(dict.fromkeys(name for name in names if name in _OURS))


def _mixed(telling: list[str], likely: list[Likely], model: Model) -> tuple[str, ...]:
    """The language, and one more whose words make up what the first one does not know: Taglish, Vietnamese with
    English."""
    by_probability = list(dict.fromkeys(_LANGUAGE.get(each.profile, each.profile) for each in likely))
    language = by_probability[0]
    counts: Counter[str] = Counter()
    for word in telling:
        owners = {_LANGUAGE.get(profile, profile) for profile in model.known_by(word)}
        if language not in owners:
            counts.update(owners)
    other = max(by_probability[1:], key=lambda each: counts[each])
    enough = counts[other] >= _MIXED_WORDS and counts[other] >= len(telling) * _MIXED_SHARE
    return (language, other) if enough and {language, other} != {"id", "ms"} else (language,)


def _floor_or_none(floor_languages: tuple[str, ...], candidates: tuple[str, ...]) -> Heard:
    if not floor_languages:
        return Heard(language=None, languages=candidates, script=_LATIN)
    first = floor_languages[0]
    languages = tuple(dict.fromkeys((*floor_languages, *candidates)))
    return Heard(language=first, code=first, languages=languages, script=_LATIN)
