"""Sealing: what goes in comes out, with the right key only."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from bot.errors import ConfigurationError, SealingError
from bot.privacy.sealing import (
    CODE_ALPHABET,
    ConversationOpener,
    ServiceKeys,
    new_conversation_keys,
    open_with,
    seal_to,
    seal_with,
)

TEXTS = {
    "empty": "",
    "khmer": "សូមជួយផង",
    "nul": "a\x00b",
    "lone high surrogate": "a\ud800b",
    "lone low surrogate": "\udfff",
    "right to left override": "\u202eabc",
    "a hundred kilobytes": "ก" * 34_000,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_any_text_comes_back_as_it_was(keys: ServiceKeys, text: str) -> None:
    pair = new_conversation_keys(keys)
    assert ConversationOpener(keys, pair.private_wrapped).open(seal_to(pair.public, text)) == text
    assert open_with(keys.address, seal_with(keys.address, text)) == text


def test_what_is_sealed_twice_looks_different_each_time(keys: ServiceKeys) -> None:
    public = new_conversation_keys(keys).public
    assert seal_with(keys.staff, "same") != seal_with(keys.staff, "same")
    assert seal_to(public, "same") != seal_to(public, "same")


def test_another_key_opens_nothing(keys: ServiceKeys) -> None:
    with pytest.raises(SealingError):
        open_with(keys.staff, seal_with(keys.address, "words"))


def test_another_conversation_opens_nothing(keys: ServiceKeys) -> None:
    one, other = new_conversation_keys(keys), new_conversation_keys(keys)
    with pytest.raises(SealingError):
        ConversationOpener(keys, other.private_wrapped).open(seal_to(one.public, "words"))


def test_a_key_wrapped_by_another_installation_is_refused(keys: ServiceKeys) -> None:
    wrapped_elsewhere = new_conversation_keys(ServiceKeys.generate()).private_wrapped
    with pytest.raises(SealingError):
        ConversationOpener(keys, wrapped_elsewhere)


def _flipped(sealed: bytes, place: int) -> bytes:
    changed = bytearray(sealed)
    changed[place] ^= 1
    return bytes(changed)


DAMAGES = {
    "first byte changed": lambda sealed: _flipped(sealed, 0),
    "a byte in the middle changed": lambda sealed: _flipped(sealed, len(sealed) // 2),
    "last byte changed": lambda sealed: _flipped(sealed, -1),
    "a byte more": lambda sealed: sealed + b"\x00",
    "cut short": lambda sealed: sealed[:-1],
    "only the beginning": lambda sealed: sealed[:10],
    "nothing at all": lambda sealed: b"",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_altered_bytes_are_refused(keys: ServiceKeys, damage) -> None:  # type: ignore[no-untyped-def]
    pair = new_conversation_keys(keys)
    opener = ConversationOpener(keys, pair.private_wrapped)
    with pytest.raises(SealingError):
        open_with(keys.spool, damage(seal_with(keys.spool, "words")))
    with pytest.raises(SealingError):
        opener.open(damage(seal_to(pair.public, "words")))
    with pytest.raises(SealingError):
        ConversationOpener(keys, damage(pair.private_wrapped))


def test_an_error_of_sealing_quotes_nothing(keys: ServiceKeys) -> None:
    with pytest.raises(SealingError) as caught:
        open_with(keys.staff, seal_with(keys.address, "MARKER"))
    assert "MARKER" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_parts_of_a_lookup_hash_are_told_apart(keys: ServiceKeys) -> None:
    hashes = {
        keys.lookup_hash("address", "sms", "12"),
        keys.lookup_hash("address", "sms1", "2"),
        keys.lookup_hash("addresssms", "12"),
        keys.lookup_hash("address", "sms", "1", "2"),
        keys.lookup_hash("provider", "sms", "12"),
    }
    assert len(hashes) == 5


def test_a_lookup_hash_needs_the_key_and_takes_any_string(keys: ServiceKeys) -> None:
    assert keys.lookup_hash("a", "b") == keys.lookup_hash("a", "b")
    assert keys.lookup_hash("a", "b") != ServiceKeys.generate().lookup_hash("a", "b")
    assert len(keys.lookup_hash("\ud800\x00")) == 32


def test_a_page_code_is_its_own_and_needs_the_key(keys: ServiceKeys) -> None:
    codes = [keys.page_code(page_id) for page_id in range(2000)]
    assert codes[7] == keys.page_code(7)
    assert len(set(codes)) > 1980  # of 456,976; a few meet
    assert all(len(code) == 4 and set(code) <= set(CODE_ALPHABET) for code in codes)
    other = ServiceKeys.generate()
    assert sum(other.page_code(page_id) == code for page_id, code in enumerate(codes)) < 5


def test_keys_survive_their_file_and_hide_in_a_repr(keys: ServiceKeys) -> None:
    assert ServiceKeys.from_json(keys.to_json()) == keys
    assert repr(keys) == "ServiceKeys()"
    assert len({getattr(keys, each.name) for each in fields(keys)}) == len(fields(keys))


def test_a_keys_file_of_before_the_return_codes_is_read_and_gives_the_same_key_each_time(keys: ServiceKeys) -> None:
    older = {name: key for name, key in json.loads(keys.to_json()).items() if name != "return_code"}
    read = ServiceKeys.from_json(json.dumps(older))
    assert read == ServiceKeys.from_json(json.dumps(older))
    assert (read.lookup, len(read.return_code)) == (keys.lookup, 32)
    assert read.return_code not in (keys.return_code, keys.lookup)


def test_a_hash_of_a_return_code_needs_its_own_key(keys: ServiceKeys) -> None:
    assert keys.return_code_hash("code", "1") == keys.return_code_hash("code", "1")
    assert keys.return_code_hash("code", "1") != keys.lookup_hash("code", "1")
    assert keys.return_code_hash("code", "1") != ServiceKeys.generate().return_code_hash("code", "1")


KEY_FILES = {
    "not JSON": "{",
    "no object": "[]",
    "a key is missing": json.dumps({"wrapping": "AAAA"}),
    "no base64": ServiceKeys.generate().to_json().replace('"wrapping": "', '"wrapping": "!'),
    "too short": json.dumps({each.name: "AAAA" for each in fields(ServiceKeys)}),
    "a number for a key": json.dumps({each.name: 7 for each in fields(ServiceKeys)}),
}


@pytest.mark.parametrize("content", KEY_FILES.values(), ids=KEY_FILES)
def test_a_damaged_keys_file_is_refused(content: str) -> None:
    with pytest.raises(ConfigurationError):
        ServiceKeys.from_json(content)
