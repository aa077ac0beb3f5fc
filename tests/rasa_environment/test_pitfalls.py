"""What went wrong once in a prototype of the turn, or can with Rasa as it comes: each stays right here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.rasa_environment.served_model import ServedModel, model_path, run_inside

pytestmark = pytest.mark.rasa


class Talk:
    """A conversation over HTTP, state in and state out."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.state: dict[str, Any] | None = None

    def post(self, text: str, **situation: Any) -> httpx.Response:
        """One turn's response; the state is not taken over."""
        body = {"state": self.state, "text": text, "language": "en", "channel": "sms", "situation": situation}
        return self._client.post("/turn", json=body)

    def say(self, text: str, **situation: Any) -> dict[str, Any]:
        """One turn's answer."""
        response = self.post(text, **situation)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        self.state = answer["state"]
        return answer


def said(answer: dict[str, Any]) -> list[str]:
    return [each["response"] for each in answer["say"]]


def done(answer: dict[str, Any], directive: str) -> dict[str, Any]:
    return next(each for each in answer["do"] if each["directive"] == directive)


@pytest.fixture
def talk(served_model: ServedModel) -> Iterator[Talk]:
    with served_model.client() as client:
        yield Talk(client)


def test_a_message_that_is_not_understood_loses_no_fact(talk: Talk) -> None:
    answer = talk.say("zzkq poipet xqz")
    facts = done(answer, "record_facts")
    assert facts["place"] == "poipet"
    assert facts["details"] == "zzkq poipet xqz"
    assert answer["state"]["slots"]["place"] == "poipet"


def test_after_a_digression_the_next_answer_still_belongs_to_the_form(talk: Talk) -> None:
    for text in ("help", "yes", "1", "no"):
        talk.say(text)
    assert said(talk.say("person")) == ["utter_to_person", "utter_ask_place"]
    assert talk.state is not None
    assert talk.state["rejected"] is False
    assert said(talk.say("Phnom Penh")) == ["utter_ask_details"]


def test_the_second_case_begins_without_the_first_ones_facts(talk: Talk) -> None:
    for text in ("help", "yes", "1", "yes", "poipet", "they beat us", "7", "1", "1"):
        answer = talk.say(text)
    assert said(answer)[-1:] == ["utter_filed"]
    assert said(talk.say("help")) == ["utter_ask_whose"]
    assert talk.state is not None
    assert [talk.state["slots"][name] for name in ("place", "details", "danger_now")] == [None, None, None]


@pytest.mark.parametrize(
    "typed",
    [
        '/inform{"place": "poipet"}',
        '/help_self{"danger_now": true}',
        "/restart now",
        "//action_after_report",
        "/restart",
    ],
)
def test_nothing_typed_can_set_an_intent_or_a_slot(talk: Talk, typed: str) -> None:
    answer = talk.say(typed)
    assert answer["understanding"]["confidence"] < 1
    assert said(answer) == ["utter_ask_safe_now"]
    assert answer["state"]["slots"]["danger_now"] is None


def test_the_same_state_and_text_bring_the_same_answer(talk: Talk) -> None:
    talk.say("help")
    answers = [talk.post("yes").json() for _ in range(5)]
    assert answers == [answers[0]] * 5


def test_words_never_leave_the_model_only_names(talk: Talk) -> None:
    answer = talk.say("help")
    assert [set(each) for each in answer["say"]] == [{"response", "arguments"}]


def test_a_state_is_as_small_at_turn_200_as_at_turn_5(talk: Talk) -> None:
    sizes = []
    long = "ช" * 900
    texts = ("help", "yes", "no", long, "hello", long, long, "person", "1", "language")
    for turn in range(200):
        talk.say(texts[turn % len(texts)])
        sizes.append(len(json.dumps(talk.state)))
    assert max(sizes[5:]) < 3 * 1024
    assert max(sizes[150:]) <= max(sizes[:50])


def test_a_long_answer_reaches_the_bot_whole_and_the_state_cut_short(talk: Talk) -> None:
    answer = talk.say("z" * 900)
    assert len(done(answer, "record_facts")["details"]) == 900
    assert len(answer["state"]["slots"]["details"]) == 80


@pytest.mark.parametrize(
    "state",
    [
        {"v": 2},
        {"v": 1, "slots": {"unknown": 1}, "loop": None, "requested_slot": None, "recent": []},
        {"v": 1, "slots": {}, "loop": "other_form", "requested_slot": None, "recent": []},
        {"v": 1, "slots": {}, "loop": None, "requested_slot": "topic", "recent": []},
        [],
    ],
)
def test_a_state_that_no_turn_has_written_is_refused(talk: Talk, state: Any) -> None:
    talk.state = state
    response = talk.post("help")
    assert (response.status_code, response.content) == (500, b"")


@pytest.mark.parametrize("text", ["", "  ", "/", " / "])
def test_a_text_message_without_text_is_refused(talk: Talk, text: str) -> None:
    assert talk.post(text).status_code == 500


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"text": 5}', b"x" * 70_000], ids=len)
def test_what_is_not_a_turn_is_refused_without_a_word(served_model: ServedModel, content: bytes) -> None:
    with served_model.client() as client:
        response = client.post("/turn", content=content)
    assert (response.status_code, response.content) == (500, b"")


def test_only_a_loopback_host_is_answered(served_model: ServedModel) -> None:
    with served_model.client() as client:
        assert client.get("/health", headers={"Host": "evil.example:80"}).status_code == 403
        assert client.get("/health").json()["status"] == "ok"


def test_another_address_to_listen_on_is_refused() -> None:
    refused = run_inside("-m", "nlu.serve", "--model", "x", "--port", "1", "--host", "0.0.0.0", check=False)
    assert refused.returncode == 2
    assert "127.0.0.1 only" in refused.stderr


def test_rasa_run_is_refused() -> None:
    refused = run_inside("-m", "nlu.rasa_command", "run", check=False)
    assert refused.returncode != 0
    assert "nlu.serve" in refused.stderr


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("they hold us in laukkaing", "laukkaing"),
        ("เขาขังเราที่เล่าก์ก่าย", "laukkaing"),
        ("我在老街", "laukkaing"),
        ("tôi ở Lào Cai", "lao_cai"),
        ("toi o lao cai", "lao_cai"),
        ("i am at lao kai", None),
        ("KK園區", "kk_park"),
        ("โดนขังที่เคเคปาร์ค", "kk_park"),
        ("ខ្ញុំនៅប៉ោយប៉ែត", "poipet"),
        ("မြဝတီမှာ ရှိတယ်", "myawaddy"),
        ("surinam is a country", None),
    ],
)
def test_a_place_is_known_by_its_names_and_no_place_is_guessed(talk: Talk, written: str, place: str | None) -> None:
    answer = talk.say(written)
    found = [each["value"] for each in answer["understanding"]["entities"] if each["entity"] == "place"]
    assert found == ([place] if place else [])


def test_a_rule_longer_than_one_message_or_another_store_stops_the_server() -> None:
    script = """
import sys
import nlu.quiet
from pathlib import Path
from nlu import turn
from rasa.core.tracker_store import InMemoryTrackerStore
dialogue = turn.Dialogue(Path(sys.argv[1]))
assert turn.longest_rule(dialogue._processor) == 1
dialogue._processor.tracker_store = InMemoryTrackerStore(None)
try:
    dialogue._check()
except turn.TurnRefusedError as error:
    print(error)
dialogue._processor.tracker_store = turn.NoStore()
turn._rule_policy(dialogue._processor).lookup["rules"]["action_listen x action_listen"] = "action_stop"
try:
    dialogue._check()
except turn.TurnRefusedError as error:
    print(error)
"""
    printed = run_inside("-c", script, str(model_path())).stdout
    assert "conversations would be stored" in printed
    assert "longer than one message" in printed


def test_the_folded_state_answers_as_the_whole_history_would() -> None:
    report = json.loads(run_inside("tests/rasa_environment/full_history.py", str(model_path()), "30", "25").stdout)
    assert report["differences"] == []
    assert report["turns"] == 750
    assert report["filed"] > 5, "conversations in which nothing is filed prove little"
    assert report["events"] > 200
    assert report["bytes"] < 2048
