"""The tree of errors. Each says what happened and whether trying again helps; none carries anything personal."""

from datetime import timedelta


class SampanError(Exception):
    """The root of all errors raised on purpose."""


class ConfigurationError(SampanError):
    """A setting is missing or wrong; starting again without changing it will not help."""


class SealingError(SampanError):
    """Something sealed cannot be opened with the key at hand, or was altered."""


class RejectedRequestError(SampanError):
    """A request at the public door is refused; `status` is the HTTP status, and nothing was stored."""

    def __init__(self, status: int) -> None:
        super().__init__(f"request refused with status {status}")
        self.status = status


class BadSignatureError(RejectedRequestError):
    """The request is unsigned, wrongly signed or replayed: 403."""

    def __init__(self) -> None:
        super().__init__(403)


class MalformedRequestError(RejectedRequestError):
    """The request is signed but cannot be read: 400, without detail."""

    def __init__(self) -> None:
        super().__init__(400)


class BodyTooLargeError(RejectedRequestError):
    """The body is larger than the door lets in: 413, before it is read."""

    def __init__(self) -> None:
        super().__init__(413)


class SendError(SampanError):
    """A message did not leave. `kind` goes to the row and the logs; it never holds an address or a text."""

    kind = "send_failed"

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.kind}: {detail}" if detail else self.kind)


class TemporarySendError(SendError):
    """The provider certainly did not take it (refused connection, 5xx answered): sending again is safe."""

    kind = "temporary"


class NotWantedError(SendError):
    """It was not sent: while it was on its way out, somebody took the case it tells of."""

    kind = "not_wanted"


class RetryAfterError(TemporarySendError):
    """The provider asks to wait."""

    kind = "retry_after"

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"{wait.total_seconds():.0f} s")
        self.wait = wait


class UncertainSendError(SendError):
    """The request left, no answer came: it may have been delivered. A reporter's message is never repeated blindly."""

    kind = "uncertain"


class PermanentSendError(SendError):
    """Trying again with the same address and words will never work."""

    kind = "permanent"


class MisconfiguredError(PermanentSendError):
    """Our own settings are at fault (credentials refused, a sender that may not send): no address is broken by it, and
    it works again once they are corrected."""

    kind = "settings"


class BlockedError(PermanentSendError):
    """The person blocked the bot or deactivated the account (Telegram 403)."""

    kind = "blocked"


class OptedOutError(PermanentSendError):
    """The person told the carrier to stop (Twilio error 21610)."""

    kind = "opted_out"


class FileUnavailableError(PermanentSendError):
    """The provider says that it does not have this file, or not any more. It is asked a few times more all the same."""

    kind = "file_unavailable"


class FileTooLargeError(PermanentSendError):
    """The file is larger than what is taken, or than the provider gives."""

    kind = "file_too_large"


class EngineError(SampanError):
    """The dialogue model failed, was late, or answered nothing; the scripted engine takes the turn."""


class DatabaseDownError(SampanError):
    """PostgreSQL cannot be reached or went away; what was begun was rolled back, and trying again later helps."""


class LeaseLostError(SampanError):
    """Another worker took the row over while this one was busy; this one's work is rolled back, nothing is lost."""


class SpoolFullError(SampanError):
    """The spool may not grow further or cannot be written; the provider is told to try again."""
