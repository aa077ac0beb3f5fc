"""Which Apprise addresses are taken. A list of what may be, not of what may not: Apprise knows over a hundred services,
some of which run programs, read files of this machine or show a window on a desktop nobody sits at."""

from __future__ import annotations

import ipaddress
from urllib.parse import parse_qsl, urlsplit

# Spoken over TLS; the names are Apprise's own (https://appriseit.com/services/).
_SCHEMAS = frozenset(
    {
        "ntfys",
        "mailtos",
        "slack",
        "pover",
        "gotifys",
        "matrixs",
        "signals",
        "mmosts",
        "rockets",
        "zulip",
        "discord",
        "workflows",
        "pbul",
        "join",
        "prowl",
        "simplepush",
        "pushy",
        "pagerduty",
        "opsgenie",
        "signl4",
        "threema",
        "line",
        "webexteams",
        "nctalks",
        "hassios",
        "barks",
        "tgram",
    }
)
# Without TLS: only to a machine in the operator's own network, or where the name alone means a service over TLS.
_PLAIN = frozenset({"ntfy", "gotify", "matrix", "signal", "mmost", "rocket", "nctalk", "hassio", "bark", "mailto"})
# These would read a file of this machine, fetch something from elsewhere, or lower the guard.
_REFUSED_PARAMETERS = frozenset(
    {"attach", "attachment", "avatar_url", "cto", "image", "keyfile", "pgp", "pgpkey", "redirect", "rto", "template"}
    | {"subfile", "templatefile", "tokens", "verify", "config", "actions", "retry", "wait"}
)
_LONGEST = 500


def refused_because(address: str) -> str | None:
    """Why this Apprise address is not taken, in words without the address; None when it may be tried."""
    if not address.isprintable() or not 0 < len(address) <= _LONGEST or any(sign.isspace() for sign in address):
        return "it is empty, too long, or holds spaces"
    readable = True
    try:
        split = urlsplit(address)
        host = split.hostname or ""
        asked = {name.lower().lstrip("-+: ") for name, _ in parse_qsl(split.query, keep_blank_values=True)}
        readable = split.port != 0
    except ValueError:
        readable = False
    if not readable:
        return "it cannot be read"
    if split.scheme not in _SCHEMAS | _PLAIN:
        return "this kind of service is not taken"
    if split.scheme in _PLAIN and not _near(host):
        return f"it would go unencrypted; write {split.scheme}s://"
    if asked & _REFUSED_PARAMETERS:
        return "it asks for something that is not allowed here"
    return None


def _near(host: str) -> bool:
    """A bare name (ntfy://topic is ntfy.sh over TLS), this machine, or a private network."""
    if "." not in host and ":" not in host:
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
