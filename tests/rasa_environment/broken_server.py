"""Runs inside the Rasa environment: the server with one part that fails, to see what comes of it.

`python broken_server.py <part> --model ... --port ...`: the classifier, an action or the generator of responses fails
on what holds the word "marker"; or an action never comes to an end, or says and does nothing.
"""
# mypy: ignore-errors
# It runs in the Rasa environment, which the service's type checker does not see.

import functools
import sys
from typing import Any

from rasa_sdk.events import FollowupAction

import nlu.quiet  # noqa: F401  before Rasa
from nlu import serve
from nlu.actions import AfterReport, CallPerson
from nlu.components.ngram_classifier import NgramClassifier
from nlu.in_process import ResponseNames

BROKEN = {
    "classifier": (NgramClassifier, "process"),
    "action": (CallPerson, "run"),
    "generator": (ResponseNames, "generate"),
}


def break_part(owner: Any, method: str) -> None:
    """Make a method raise an error that quotes the message, as careless code does."""
    whole = getattr(owner, method)

    @functools.wraps(whole)
    def broken(self: Any, *args: Any, **kwargs: Any) -> Any:
        quoted = " ".join(map(_told, [*args, *kwargs.values()]))
        if "marker" in quoted:
            raise RuntimeError(f"cannot handle {quoted}")
        return whole(self, *args, **kwargs)

    setattr(owner, method, broken)


def _told(argument: Any) -> str:
    if isinstance(argument, list) and argument and hasattr(argument[0], "data"):
        return str(argument[0].data)
    return f"{getattr(argument, 'latest_message', argument)} {getattr(argument, 'slots', '')}"


async def _never_ending(self: Any, dispatcher: Any, tracker: Any, domain: Any) -> Any:
    return [FollowupAction("action_call_person")]


async def _empty(self: Any, dispatcher: Any, tracker: Any, domain: Any) -> Any:
    return []


if __name__ == "__main__":
    part = sys.argv.pop(1)
    if part == "endless":
        CallPerson.run = _never_ending
    elif part == "empty":
        CallPerson.run = _empty
        AfterReport.run = _empty
    else:
        break_part(*BROKEN[part])
    sys.exit(serve.main())
