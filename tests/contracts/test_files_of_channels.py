"""What every channel whose provider holds files must do, run over each of them."""

from __future__ import annotations

import logging
from typing import cast

import pytest

from bot.channels.channel import DeletesFiles, FetchesFiles
from bot.errors import FileTooLargeError, FileUnavailableError, RetryAfterError, SendError, TemporarySendError
from tests.contracts.channel_subjects import SUBJECTS, Live, Subject
from tests.contracts.test_channels import assert_silent
from tests.fakes.http_provider import Fault
from tests.fakes.twilio import FakeTwilio

pytestmark = pytest.mark.anyio
CONTENT = b"\xff\xd8 FILE-MARKER " + bytes(range(256)) * 1000
MOST = 20 * 1024 * 1024
WITH_FILES = [subject for subject in SUBJECTS if subject.holds_file]
EACH = pytest.mark.parametrize("subject", WITH_FILES, ids=lambda subject: subject.name)
FAULTS = pytest.mark.parametrize(
    ("subject", "fault"),
    [
        pytest.param(subject, fault, id=f"{subject.name}-{fault}")
        for subject in WITH_FILES
        for fault in subject.file_faults
    ],
)


def held(live: Live, subject: Subject, content: bytes = CONTENT) -> str:
    assert live.provider is not None
    assert subject.holds_file is not None
    return subject.holds_file(live.provider, content)


async def fetched(live: Live, ref: str, most: int = MOST) -> bytes:
    assert hasattr(live.channel, "fetch_file")
    channel = cast(FetchesFiles, live.channel)
    return b"".join([piece async for piece in channel.fetch_file(ref, most)])


async def failure_of(live: Live, ref: str, most: int = MOST) -> SendError:
    with pytest.raises(SendError) as caught:
        await fetched(live, ref, most)
    return caught.value


@EACH
@pytest.mark.parametrize("content", [CONTENT, b""], ids=["a file", "an empty one"])
async def test_a_file_comes_as_it_is(subject: Subject, content: bytes) -> None:
    with subject.live() as live:
        assert await fetched(live, held(live, subject, content)) == content
        assert live.provider is not None
        assert live.provider.unexpected == []
        await live.channel.close()


@EACH
async def test_no_more_is_given_than_is_allowed(subject: Subject) -> None:
    with subject.live() as live:
        assert type(await failure_of(live, held(live, subject), len(CONTENT) - 1)) is FileTooLargeError
        assert await fetched(live, held(live, subject), len(CONTENT)) == CONTENT
        await live.channel.close()


@EACH
async def test_a_file_the_provider_does_not_have_is_unavailable(subject: Subject) -> None:
    with subject.live() as live:
        assert type(await failure_of(live, subject.no_file)) is FileUnavailableError
        await live.channel.close()


@FAULTS
async def test_each_failure_says_what_it_means_for_the_file(subject: Subject, fault: Fault) -> None:
    with subject.live() as live:
        assert live.provider is not None
        ref = held(live, subject)
        live.provider.fail_next(fault, of="file", retry_after=7)
        error = await failure_of(live, ref)
        assert type(error) is subject.file_faults[fault]
        assert not isinstance(error, RetryAfterError) or error.wait.total_seconds() == 7
        assert await fetched(live, ref) == CONTENT, "asking again is harmless"
        await live.channel.close()


@EACH
async def test_a_refused_connection_is_temporary(subject: Subject) -> None:
    with subject.live() as live:
        assert live.provider is not None
        ref = held(live, subject)
        with live.provider.down():
            assert type(await failure_of(live, ref)) is TemporarySendError
        await live.channel.close()


@FAULTS
async def test_a_failure_tells_nothing_of_the_file_or_the_secrets(
    subject: Subject, fault: Fault, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with subject.live() as live:
        assert live.provider is not None
        ref = held(live, subject)
        live.provider.fail_next(fault, of="file")
        error = await failure_of(live, ref)
        await live.channel.close()
    assert error.__cause__ is None
    assert error.__context__ is None
    written = (str(error), repr(error), caplog.text, "".join(capfd.readouterr()))
    assert_silent(subject, *written)
    assert not any(ref in each for each in written)


@pytest.mark.parametrize("subject", [s for s in WITH_FILES if s.name == "sms_twilio"], ids=lambda subject: subject.name)
async def test_a_copy_at_the_provider_is_deleted_and_deleting_twice_is_harmless(subject: Subject) -> None:
    with subject.live() as live:
        assert isinstance(live.provider, FakeTwilio)
        ref = held(live, subject)
        assert hasattr(live.channel, "delete_file")
        deleting = cast(DeletesFiles, live.channel)
        live.provider.fail_next(Fault.SERVER_ERROR, of="delete_file")
        with pytest.raises(TemporarySendError):
            await deleting.delete_file(ref)
        await deleting.delete_file(ref)
        await deleting.delete_file(ref)
        assert live.provider.media_deleted == [ref]
        await live.channel.close()


@pytest.mark.parametrize("subject", [s for s in WITH_FILES if s.name == "sms_twilio"], ids=lambda subject: subject.name)
@pytest.mark.parametrize("ref", ["../../Accounts", "MM1", "MM1/ME1/../..", "https://example.org/x", "MM1/ME1?x=1", ""])
async def test_a_handle_that_is_none_of_ours_is_asked_of_nobody(subject: Subject, ref: str) -> None:
    with subject.live() as live:
        assert type(await failure_of(live, ref)) is FileUnavailableError
        assert live.provider is not None
        assert live.provider.received == []
        await live.channel.close()
