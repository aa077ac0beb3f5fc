"""Ways by Apprise: which addresses are taken, what an e-mail looks like, and that a slow service stops nobody."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.channels.apprise_schemas import refused_because
from bot.channels.apprise_send import AppriseChannel
from bot.channels.quiet_http import Timeouts
from bot.errors import PermanentSendError, UncertainSendError
from bot.messages.message import Audience, OutboundMessage
from tests.fakes.http_provider import Fault
from tests.fakes.ntfy import FakeNtfy

TAKEN = {
    "ntfy.sh by a topic": "ntfy://a-long-topic",
    "ntfy of one's own": "ntfys://user:pass@push.example.org/topic",
    "ntfy in the own network": "ntfy://192.168.1.7/topic",
    "e-mail": "mailtos://user:pass@example.org?to=noor@example.org",
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/",
    "pushover": "pover://user@token",
}
REFUSED = {
    "empty": "",
    "a file": "file:///etc/passwd",
    "a web page": "https://example.org/",
    "a program": "syslog://",
    "a window on this machine": "dbus://",
    "windows": "windows://",
    "mac": "macosx://",
    "gnome": "gnome://",
    "a lamp": "blink1://",
    "any address at all": "json://example.org",
    "form": "forms://example.org",
    "unencrypted": "ntfy://push.example.org/topic",
    "unencrypted e-mail": "mailto://user:pass@example.org",
    "an attached file": "ntfys://push.example.org/topic?attach=/etc/passwd",
    "an attached file, spelt otherwise": "ntfys://push.example.org/topic?+Attach=/etc/passwd",
    "a template of this machine": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?template=/etc/passwd",
    "no certificate wanted": "ntfys://push.example.org/topic?verify=no",
    "redirects wanted": "ntfys://push.example.org/topic?redirect=yes",
    "two addresses": "ntfys://push.example.org/topic, ntfys://other.example.org/topic",
    "a line end": "ntfys://push.example.org/topic\n",
    "no port": "ntfys://push.example.org:99999999/topic",
    "half an address": "ntfys://[::1",
    "too long": "ntfys://push.example.org/" + "a" * 500,
}


@pytest.mark.parametrize("address", TAKEN.values(), ids=TAKEN)
def test_services_that_reach_a_person_are_taken(address: str) -> None:
    assert refused_because(address) is None


@pytest.mark.parametrize("address", REFUSED.values(), ids=REFUSED)
def test_what_reads_files_or_acts_on_this_machine_or_goes_unencrypted_is_refused_without_being_quoted(
    address: str,
) -> None:
    reason = refused_because(address)
    assert reason
    assert "example.org" not in reason
    assert "passwd" not in reason


def _page(address: str, text: str = "URGENT: case 198.\nhttps://console.example/cases/198") -> OutboundMessage:
    return OutboundMessage(key="page:1:1", audience=Audience.RESPONDER, address=address, text=text)


def _send(*messages: OutboundMessage, timeouts: Timeouts | None = None) -> list[object]:
    async def go() -> list[object]:
        channel = AppriseChannel(timeouts=timeouts)
        try:
            return list(await asyncio.gather(*map(channel.send, messages), return_exceptions=True))
        finally:
            await channel.close()

    return asyncio.run(go())


def test_an_address_that_is_refused_is_not_sent_to_either() -> None:
    with FakeNtfy() as ntfy:
        (outcome,) = _send(_page(f"{ntfy.address}?attach=/etc/hostname"))
        assert isinstance(outcome, PermanentSendError)
        assert ntfy.received == []


def test_the_words_arrive_as_they_are_without_a_title() -> None:
    with FakeNtfy() as ntfy:
        _send(_page(ntfy.address, "CRITICAL: case 7, <b>ខ្មែរ</b> & 5 min.\nhttps://console.example/cases/7"))
        (published,) = ntfy.sent
        assert published.text == "CRITICAL: case 7, <b>ខ្មែរ</b> & 5 min.\nhttps://console.example/cases/7"
        assert ntfy.received[0].json.keys().isdisjoint({"title", "attach", "icon"})  # type: ignore[attr-defined]


def test_a_service_that_says_nothing_is_given_up_and_the_others_do_not_wait_for_it() -> None:
    brief = Timeouts(connect=timedelta(seconds=2), answer=timedelta(seconds=1), pool=timedelta(seconds=2))
    with FakeNtfy() as slow, FakeNtfy() as quick:
        slow.fail_next(Fault.TAKEN_THEN_SILENT)
        late, soon = _send(_page(slow.address), _page(quick.address), timeouts=brief)
        assert isinstance(late, UncertainSendError)
        assert not isinstance(soon, Exception)
        assert len(quick.sent) == 1


def test_a_redirect_is_not_followed() -> None:
    """It would carry the words, and with some services the login, to whoever stands there."""
    with FakeNtfy() as ntfy, FakeNtfy() as elsewhere:
        ntfy.redirect = f"{elsewhere.url}/"
        (outcome,) = _send(_page(ntfy.address))
        assert isinstance(outcome, PermanentSendError | UncertainSendError)
        assert elsewhere.received == []
