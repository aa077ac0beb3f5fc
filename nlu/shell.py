"""Talk to the model in a terminal, through the same turn that is served: `sampan rasa shell [--language km]`.

Rasa's own shell keeps a tracker and runs actions over HTTP, which is not how a turn is taken here.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import nlu.quiet as quiet  # before Rasa
from nlu.turn import Dialogue


def newest_model(place: Path) -> Path:
    """The model itself, or the one of a folder that was trained last. SystemExit when there is none."""
    if place.is_file():
        return place
    found = sorted(place.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not found:
        sys.exit(f"no model in {place}: `sampan rasa train`, or `make train`")
    return found[-1]


def show(answer: dict[str, Any]) -> None:
    """What the turn understood, says and wants done, by name."""
    understood = answer["understanding"]
    entities = " ".join(f"{entity['entity']}={entity['value']}" for entity in understood["entities"])
    print(f"  understood  {understood['intent']} {understood['confidence']:.2f} {entities}".rstrip())
    for said in answer["say"]:
        print(f"  says        {said['response']}")
    for wanted in answer["do"]:
        rest = {name: value for name, value in wanted.items() if name != "directive"}
        print(f"  does        {wanted['directive']} {json.dumps(rest, ensure_ascii=False) if rest else ''}".rstrip())


def main(arguments: "list[str] | None" = None) -> None:
    """Lines in, turns out, until the end of input."""
    parser = argparse.ArgumentParser(prog="sampan rasa shell", description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("var/models"))
    parser.add_argument("--language", default="en", choices=["en", "th", "km", "vi", "my"])
    parser.add_argument("--channel", default="telegram", choices=["telegram", "sms"])
    options = parser.parse_args(arguments)
    quiet.silence_logs()
    dialogue = Dialogue(newest_model(options.model))
    state = None
    for line in sys.stdin:
        if not line.strip():
            continue
        request = {"state": state, "text": line, "language": options.language, "channel": options.channel}
        answer = asyncio.run(dialogue.take_turn(request))
        state = answer["state"]
        show(answer)
