"""Our training data and dialogue as a project that `rasa train` of stock Rasa can load. docs/benchmarks.md says what
differs: forms fill their slots by Rasa's own mappings, because our in-process actions do not exist there."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "bench" / ".cache"
DEFAULT_EPOCHS = 100  # Rasa's own default
FEW_EPOCHS = 2  # for latency, memory and start-up: the same network, only less trained; 100 take hours
_WITHOUT_EXAMPLES = frozenset({"skip", "number", "start", "unreadable", "location"})  # our own code decides these
_OPENING = ("greet", "help_self", "help_other", "report_tip", "ask_information", "affirm", "deny", "out_of_scope")


def write_project(epochs: int = FEW_EPOCHS) -> Path:
    """Write the project into the cache; its folder is named by the hash of all that is in it."""
    files = {
        "config.yml": _yaml(_config(epochs)),
        "domain.yml": _yaml(_domain()),
        "data/rules.yml": _yaml({"version": "3.1", "rules": _rules()}),
        "data/stories.yml": _yaml({"version": "3.1", "stories": _stories()}),
        "endpoints.yml": "",
        "credentials.yml": "rest:\n",
    }
    for source in sorted((ROOT / "nlu" / "data").glob("*/*.yml")):
        files[f"data/{source.parent.name}-{source.name}"] = source.read_text(encoding="utf-8")
    digest = hashlib.sha256((ROOT / "bench" / "stock" / "uv.lock").read_bytes())
    for name, content in files.items():
        digest.update(f"{name}\0{content}\0".encode())
    folder = CACHE / f"stock-{digest.hexdigest()[:16]}-{epochs}-epochs"
    if not folder.exists():
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        for name, content in files.items():
            path = unfinished / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        unfinished.rename(folder)
    return folder


def _yaml(content: Any) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def _config(epochs: int) -> dict[str, Any]:
    """What rasa 3.6 gives a project without a configuration (rasa/engine/recipes/config_files/default_config.yml)."""
    return {
        "recipe": "default.v1",
        "assistant_id": "stock-yardstick",
        "language": "en",
        "pipeline": default_pipeline(epochs),
        "policies": [
            {"name": "MemoizationPolicy"},
            {"name": "RulePolicy"},
            {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": epochs},
            {"name": "TEDPolicy", "max_history": 5, "epochs": epochs, "constrain_similarities": True},
        ],
    }


def default_pipeline(epochs: int) -> list[dict[str, object]]:
    """Rasa's default components for understanding, in their order."""
    return [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True},
        {"name": "EntitySynonymMapper"},
        {"name": "ResponseSelector", "epochs": epochs, "constrain_similarities": True},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
    ]


def _domain() -> dict[str, Any]:
    ours = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    return {
        "version": "3.1",
        "intents": [name for name in ours["intents"] if name not in _WITHOUT_EXAMPLES],
        "slots": {
            "safe_now": _slot(_yes_no("safe_form", "safe_now")),
            "topic": _slot(
                [
                    _from_intent(["help_self", "help_other"], "help", "report_form", "topic"),
                    _from_intent("report_tip", "tip", "report_form", "topic"),
                    _from_intent("ask_information", "question", "report_form", "topic"),
                ]
            ),
            "danger_now": _slot(_yes_no("report_form", "danger_now")),
            "place": _slot([_from_text("place")]),
            "details": _slot([_from_text("details")]),
        },
        "forms": {
            "safe_form": {"required_slots": ["safe_now"]},
            "report_form": {"required_slots": ["topic", "danger_now", "place", "details"]},
        },
        "responses": {name: _without_places_for_words(each) for name, each in ours["responses"].items()},
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }


def _without_places_for_words(variations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`{operator}` and `{words}` are filled by our bot; Rasa would look for slots of that name."""
    return [{**each, "text": each["text"].replace("{operator}", "We").replace("{words}", "")} for each in variations]


def _slot(mappings: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "any", "influence_conversation": False, "mappings": mappings}


def _asked(form: str, slot: str) -> list[dict[str, str]]:
    return [{"active_loop": form, "requested_slot": slot}]


def _from_intent(intent: str | list[str], value: object, form: str, slot: str) -> dict[str, Any]:
    return {"type": "from_intent", "intent": intent, "value": value, "conditions": _asked(form, slot)}


def _yes_no(form: str, slot: str) -> list[dict[str, Any]]:
    return [_from_intent("affirm", True, form, slot), _from_intent("deny", False, form, slot)]


def _from_text(slot: str) -> dict[str, Any]:
    return {"type": "from_text", "conditions": _asked("report_form", slot)}


def _rules() -> list[dict[str, Any]]:
    done = [{"active_loop": None}, {"slot_was_set": [{"requested_slot": None}]}]
    return [
        {
            "rule": "Whatever is told first opens the question whether it is safe",
            "steps": [
                {"or": [{"intent": name} for name in _OPENING]},
                {"action": "safe_form"},
                {"active_loop": "safe_form"},
            ],
        },
        {
            "rule": "It is answered: who we are, then the report",
            "condition": [{"active_loop": "safe_form"}],
            "steps": [
                {"action": "safe_form"},
                *done,
                {"action": "utter_who_ngo"},
                {"action": "utter_who_can_see"},
                {"action": "report_form"},
                {"active_loop": "report_form"},
            ],
        },
        {
            "rule": "The report is complete",
            "condition": [{"active_loop": "report_form"}],
            "steps": [{"action": "report_form"}, *done, {"action": "utter_filed"}],
        },
        *(
            {"rule": f"At any time: {intent}", "steps": [{"intent": intent}, {"action": action}]}
            for intent, action in {
                "stop": "utter_stop",
                "wipe": "utter_ask_wipe",
                "talk_to_person": "utter_to_person",
                "choose_language": "utter_choose_language",
                "thanks": "utter_thanks",
                "nlu_fallback": "utter_ask_rephrase",
            }.items()
        ),
    ]


def _stories() -> list[dict[str, Any]]:
    """The same dialogues once more as stories: from rules alone Rasa trains neither TEDPolicy nor
    UnexpecTEDIntentPolicy, and half of the policies of its default configuration would be idle."""
    safe = [
        {"intent": "greet"},
        {"action": "safe_form"},
        {"active_loop": "safe_form"},
        {"intent": "affirm"},
        {"action": "safe_form"},
        {"active_loop": None},
        {"action": "utter_who_ngo"},
        {"action": "utter_who_can_see"},
        {"action": "report_form"},
        {"active_loop": "report_form"},
    ]
    told = [{"action": "report_form"}, {"active_loop": None}, {"action": "utter_filed"}]
    thanks = [{"intent": "thanks"}, {"action": "utter_thanks"}]
    stories = []
    for topic in ("help_self", "report_tip", "ask_information"):
        steps = [*safe, {"intent": topic}, *told]
        stories.append({"story": f"{topic} is told to the end", "steps": steps})
        stories.append({"story": f"{topic} is told to the end, with thanks", "steps": [*steps, *thanks]})
    return stories
