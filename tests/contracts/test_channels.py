"""What every channel must do, run over each of them. A new channel is a subject in channel_subjects.py."""

from __future__ import annotations

import dataclasses
import logging
from datetime import timedelta

import pytest

from bot.channels.channel import Channel, ProviderRequest
from bot.errors import (
    BadSignatureError,
    ConfigurationError,
    MalformedRequestError,
    PermanentSendError,
    RetryAfterError,
    SendError,
    TemporarySendError,
)
from bot.messages.message import Audience, OutboundMessage
from tests.contracts.channel_subjects import SUBJECTS, WORDS, Live, Subject
from tests.fakes.http_provider import Fault

pytestmark = pytest.mark.anyio
RECEIVING = pytest.mark.parametrize(
    "subject", [subject for subject in SUBJECTS if subject.posts], ids=lambda subject: subject.name
)
EACH = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
FAULTS = pytest.mark.parametrize(
    ("subject", "fault"),
    [pytest.param(subject, fault, id=f"{subject.name}-{fault}") for subject in SUBJECTS for fault in subject.faults],
)
WITH_PROVIDER = pytest.mark.parametrize(
    "subject", [subject for subject in SUBJECTS if subject.faults], ids=lambda subject: subject.name
)


def outbound(subject: Subject, live: Live) -> OutboundMessage:
    address = live.address or subject.address
    return OutboundMessage(key="row-1", audience=subject.audience, address=address, text=WORDS)


def with_signature(subject: Subject, value: str | None) -> ProviderRequest:
    request = subject.request()
    headers = {name: kept for name, kept in request.headers.items() if name != subject.signature_header}
    return dataclasses.replace(
        request, headers=headers if value is None else headers | {subject.signature_header: value}
    )


async def failure_of(live: Live, subject: Subject) -> SendError:
    with pytest.raises(SendError) as caught:
        await live.channel.send(outbound(subject, live))
    return caught.value


@RECEIVING
async def test_a_rightly_signed_message_is_accepted_and_read(subject: Subject) -> None:
    with subject.live() as live:
        live.channel.verify(subject.request())
        (message,) = live.channel.parse(subject.request()).messages
        assert (message.channel, live.channel.name) == (subject.name, subject.name)
        assert (message.address, message.text, message.kind) == (subject.address, subject.heard, subject.kind)
        await live.channel.close()


@RECEIVING
async def test_a_request_that_comes_twice_carries_the_same_provider_id(subject: Subject) -> None:
    with subject.live() as live:
        first, second = live.channel.parse(subject.request()), live.channel.parse(subject.request())
        assert first.messages[0].provider_id == second.messages[0].provider_id != ""
        await live.channel.close()


@RECEIVING
@pytest.mark.parametrize(
    "signature", [None, "", "0", "é", "a" * 64], ids=["none", "empty", "short", "not ascii", "long"]
)
async def test_a_wrong_or_missing_signature_is_refused(subject: Subject, signature: str | None) -> None:
    with subject.live() as live:
        with pytest.raises(BadSignatureError):
            live.channel.verify(with_signature(subject, signature))
        await live.channel.close()


@pytest.mark.parametrize(
    "subject", [s for s in SUBJECTS if s.signs_the_body and s.posts], ids=lambda subject: subject.name
)
async def test_a_signature_does_not_hold_for_another_body(subject: Subject) -> None:
    with subject.live() as live:
        altered = dataclasses.replace(subject.request(), body=subject.request().body.replace(b"MARKER", b"FORGED"))
        with pytest.raises(BadSignatureError):
            live.channel.verify(altered)
        await live.channel.close()


@pytest.mark.parametrize("subject", [s for s in SUBJECTS if s.without_secret], ids=lambda subject: subject.name)
async def test_no_channel_starts_without_its_secret(subject: Subject) -> None:
    assert subject.without_secret is not None
    with pytest.raises(ConfigurationError):
        subject.without_secret()


@RECEIVING
async def test_a_signed_request_that_cannot_be_read_is_malformed(subject: Subject) -> None:
    with subject.live() as live:
        assert subject.post_unreadable is not None
        request = subject.post_unreadable().to(subject.url)
        live.channel.verify(request)
        with pytest.raises(MalformedRequestError):
            live.channel.parse(request)
        await live.channel.close()


@RECEIVING
@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"[]", b"null", b'{"a":' + b"[" * 50_000],
    ids=["none", "not utf-8", "list", "null", "deep"],
)
async def test_no_body_makes_a_channel_fail_in_another_way(subject: Subject, body: bytes) -> None:
    with subject.live() as live:
        request = dataclasses.replace(subject.request(), body=body)
        with pytest.raises(MalformedRequestError):
            live.channel.parse(request)
        await live.channel.close()


@EACH
async def test_a_message_is_sent_once_with_its_words_unchanged(subject: Subject) -> None:
    with subject.live() as live:
        result = await live.channel.send(outbound(subject, live))
        assert live.sent_texts() == [WORDS]
        assert result.provider_id
        assert subject.address not in result.provider_id
        assert result.parts == 1
        assert live.provider is None or live.provider.unexpected == []
        await live.channel.close()


@FAULTS
async def test_each_failure_says_whether_trying_again_is_safe(subject: Subject, fault: Fault) -> None:
    with subject.live() as live:
        assert live.provider is not None
        live.provider.fail_next(fault)
        error = await failure_of(live, subject)
        assert type(error) is subject.faults[fault]
        await live.channel.close()


@FAULTS
async def test_a_failure_that_may_be_repeated_left_nothing_behind(subject: Subject, fault: Fault) -> None:
    with subject.live() as live:
        assert live.provider is not None
        live.provider.fail_next(fault)
        error = await failure_of(live, subject)
        if isinstance(error, TemporarySendError):
            assert live.sent_texts() == []
            await live.channel.send(outbound(subject, live))
            assert live.sent_texts() == [WORDS]
        await live.channel.close()


@WITH_PROVIDER
async def test_a_refused_connection_is_temporary(subject: Subject) -> None:
    with subject.live() as live:
        assert live.provider is not None
        with live.provider.down():
            assert type(await failure_of(live, subject)) is TemporarySendError
        await live.channel.close()


@pytest.mark.parametrize(
    "subject",
    [subject for subject in SUBJECTS if subject.faults.get(Fault.TOO_MANY) is RetryAfterError],
    ids=lambda subject: subject.name,
)
async def test_the_wait_a_provider_asks_for_is_passed_on(subject: Subject) -> None:
    with subject.live() as live:
        assert live.provider is not None
        live.provider.fail_next(Fault.TOO_MANY, retry_after=10_072)
        error = await failure_of(live, subject)
        assert isinstance(error, RetryAfterError)
        assert error.wait == timedelta(seconds=10_072)
        await live.channel.close()


@FAULTS
async def test_a_failure_tells_nothing_of_the_person_the_words_or_the_secrets(
    subject: Subject, fault: Fault, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with subject.live() as live:
        assert live.provider is not None
        live.provider.fail_next(fault)
        error = await failure_of(live, subject)
        await live.channel.close()
    assert error.__cause__ is None
    assert error.__context__ is None
    assert_silent(subject, str(error), repr(error), caplog.text, "".join(capfd.readouterr()))


@EACH
async def test_a_message_sent_and_received_leaves_no_trace_in_logs_and_reprs(
    subject: Subject, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with subject.live() as live:
        seen = []
        if subject.posts is not None:
            live.channel.verify(subject.request())
            seen = [repr(live.channel.parse(subject.request())), repr(subject.request())]
        message = outbound(subject, live)
        result = await live.channel.send(message)
        await live.channel.close()
        seen += [repr(message), repr(result), repr(live.channel)]
    assert_silent(subject, *seen, caplog.text, "".join(capfd.readouterr()))


@pytest.mark.parametrize("subject", [s for s in SUBJECTS if not s.posts], ids=lambda subject: subject.name)
async def test_a_way_that_only_sends_believes_nothing_that_is_posted_to_it(subject: Subject) -> None:
    posted = ProviderRequest(method="POST", url=subject.url, headers={"x-signature": "a"}, body=b"{}")
    with subject.live() as live:
        with pytest.raises(BadSignatureError):
            live.channel.verify(posted)
        with pytest.raises(MalformedRequestError):
            live.channel.parse(posted)
        await live.channel.close()


@pytest.mark.parametrize(
    "subject", [s for s in SUBJECTS if s.audience is Audience.RESPONDER], ids=lambda subject: subject.name
)
async def test_a_way_to_wake_responders_never_reaches_a_reporter(subject: Subject) -> None:
    with subject.live() as live:
        message = dataclasses.replace(outbound(subject, live), audience=Audience.REPORTER)
        with pytest.raises(PermanentSendError):
            await live.channel.send(message)
        assert live.sent_texts() == []
        await live.channel.close()


@EACH
async def test_the_channel_fits_the_protocol(subject: Subject) -> None:
    with subject.live() as live:
        channel: Channel = live.channel
        assert channel.writes_as_sms is subject.name.startswith(("sms_", "sandbox_sms"))
        await channel.close()


def assert_silent(subject: Subject, *written: str) -> None:
    for text in written:
        for secret in (*subject.secrets, subject.address, "MARKER", "ជួយ"):
            assert secret not in text
