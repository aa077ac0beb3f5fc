"""Keys and sealing (PyNaCl). Each conversation has a key pair of its own: the public half seals what comes in, the
private half is wrapped by a service key that lies outside the database. Addresses are sealed apart, and found
again by a keyed hash. What each key opens stands in docs/privacy.md."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field, fields

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from bot.errors import ConfigurationError, SealingError

_NEWEST = "return_code"
CODE_ALPHABET = "234679ACDEFGHJKMNPQRTUVWXY"  # 26 signs; none that is misread for another at 3 a.m.


@dataclass(frozen=True, kw_only=True)
class ServiceKeys:
    """The secrets of one installation, 32 bytes each; made once, kept outside database and backups."""

    wrapping: bytes = field(repr=False)  # wraps the private half of each conversation's key pair
    address: bytes = field(repr=False)  # seals addresses of reporters and responders
    lookup: bytes = field(repr=False)  # keyed hash of addresses and of providers' ids
    spool: bytes = field(repr=False)  # seals what waits on disk while the database is down
    staff: bytes = field(repr=False)  # seals responders' own words (acknowledgements, link codes)
    code: bytes = field(repr=False)  # derives the one-time code of each page
    form: bytes = field(repr=False)  # signs forms of the console against cross-site posts
    return_code: bytes = field(repr=False)  # keyed hash of return codes, and of who has tried them

    @classmethod
    def generate(cls) -> ServiceKeys:
        """New random keys."""
        return cls(**{key.name: secrets.token_bytes(32) for key in fields(cls)})

    def to_json(self) -> str:
        """The content of the keys file."""
        return json.dumps({key.name: base64.b64encode(getattr(self, key.name)).decode() for key in fields(self)})

    @classmethod
    def from_json(cls, text: str) -> ServiceKeys:
        """Read a keys file's content. Raises ConfigurationError when a key is missing or has the wrong size."""
        try:
            raw = json.loads(text)
            raw.setdefault(_NEWEST, _made_of(raw["lookup"]))
            keys = {key.name: base64.b64decode(raw[key.name], validate=True) for key in fields(cls)}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ConfigurationError("the keys file cannot be read; restore it from its backup") from None
        if any(len(key) != SecretBox.KEY_SIZE for key in keys.values()):
            raise ConfigurationError("a key in the keys file has the wrong length; restore it from its backup")
        return cls(**keys)

    def lookup_hash(self, *parts: str) -> bytes:
        """Keyed hash by which an address or a provider's id is found again without being stored."""
        message = "\x1f".join(parts).encode("utf-8", "surrogatepass")
        return hmac.new(self.lookup, message, hashlib.sha256).digest()

    def return_code_hash(self, *parts: str) -> bytes:
        """Keyed hash by which a return code is found again. It is 14 random digits: without the key nobody can try them
        all, and with keys and database in hand nobody needs to, so that no slow hash is used."""
        message = "\x1f".join(parts).encode("utf-8", "surrogatepass")
        return hmac.new(self.return_code, message, hashlib.sha256).digest()

    def own_word_hash(self, conversation_id: str, word: str) -> bytes:
        """Keyed hash (BLAKE2b) by which a word of the person's own is known again, in its conversation only.

        Not Argon2id: every message of theirs is held against it, at the door too, so that half a second each would be a
        way to stop the house. Without the key a word cannot be tried at all; with database and keys file in hand the
        messages themselves can be opened, which a slow hash would not change."""
        message = f"{conversation_id}\x1f{word}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(message, key=self.return_code, person=b"own-word", digest_size=32).digest()

    def page_code(self, page_id: int) -> str:
        """The four-sign code of one page; not stored anywhere, made again when a reply must be checked."""
        digest = hmac.new(self.code, str(page_id).encode(), hashlib.sha256).digest()
        number = int.from_bytes(digest[:8])
        signs = []
        for _ in range(4):
            number, rest = divmod(number, len(CODE_ALPHABET))
            signs.append(CODE_ALPHABET[rest])
        return "".join(signs)


def _made_of(lookup: str) -> str:
    """The key that keys files of before the return codes do not hold, always the same one: an installation that is
    brought up to date keeps its file."""
    made = hmac.new(base64.b64decode(lookup, validate=True), _NEWEST.encode(), hashlib.sha256).digest()
    return base64.b64encode(made).decode()


def seal_with(key: bytes, text: str) -> bytes:
    """Seal with a service key. Any string can be sealed, lone surrogates and NUL included."""
    return bytes(SecretBox(key).encrypt(text.encode("utf-8", "surrogatepass")))


def open_with(key: bytes, sealed: bytes) -> str:
    """Open what `seal_with` made; raises SealingError when the key is another or the bytes were altered."""
    try:
        return SecretBox(key).decrypt(sealed).decode("utf-8", "surrogatepass")
    except CryptoError:
        raise SealingError("sealed with another key, or altered") from None


@dataclass(frozen=True, kw_only=True)
class NewConversationKeys:
    """What is stored for a new conversation."""

    public: bytes = field(repr=False)
    private_wrapped: bytes = field(repr=False)


def new_conversation_keys(keys: ServiceKeys) -> NewConversationKeys:
    """A key pair for one conversation, its private half wrapped."""
    private = PrivateKey.generate()
    wrapped = bytes(SecretBox(keys.wrapping).encrypt(bytes(private)))
    return NewConversationKeys(public=bytes(private.public_key), private_wrapped=wrapped)


def seal_to(public_key: bytes, text: str) -> bytes:
    """Seal for a conversation: needs no secret, so the door can always append."""
    return bytes(SealedBox(PublicKey(public_key)).encrypt(text.encode("utf-8", "surrogatepass")))


class ConversationOpener:
    """Opens what was sealed to one conversation. Keep it for one turn or one page, never longer."""

    def __init__(self, keys: ServiceKeys, private_wrapped: bytes) -> None:
        try:
            private = PrivateKey(SecretBox(keys.wrapping).decrypt(private_wrapped))
        except CryptoError:
            raise SealingError("the conversation's key was wrapped by another service key") from None
        self._box = SealedBox(private)

    def open(self, sealed: bytes) -> str:
        """The text; raises SealingError when it was sealed to another conversation or altered."""
        try:
            return self._box.decrypt(sealed).decode("utf-8", "surrogatepass")
        except CryptoError:
            raise SealingError("sealed to another conversation, or altered") from None
