"""Rasa's own commands in this environment: `python -m nlu.rasa_command train|test|shell|data validate ...`.

The same command line as `rasa`, with TensorFlow stood in for, telemetry and error reporting off, no text in any log.
`rasa run` is refused: `nlu.serve` is the only door, and Rasa's own channels log what people write. `shell` takes turns
as they are served (`nlu/shell.py`); `shell nlu` is Rasa's.
"""

import sys

import nlu.quiet as quiet  # before Rasa

# These talk with a person, so nothing they log may hold a text. The others read examples; whoever runs them must see
# what is wrong with which.
TALKING = ("shell", "interactive")

# Where this project keeps what Rasa looks for in `data/` and `models/`; each is added unless it is given.
DATA, MODELS = ["nlu/data", "stories"], ["var/models"]
DEFAULTS = {
    "train": {"--data": DATA, "--out": MODELS},
    "train nlu": {"--nlu": ["nlu/data"], "--out": MODELS},
    "train core": {"--stories": ["stories"], "--out": MODELS},
    "test": {"--nlu": ["nlu/data"], "--stories": ["stories"], "--model": MODELS},
    "test nlu": {"--nlu": ["nlu/data"], "--model": MODELS},
    "test core": {"--stories": ["stories"], "--model": MODELS},
    "shell nlu": {"--model": MODELS},
    "data validate": {"--data": DATA},
}


def with_defaults(arguments: "list[str]") -> "list[str]":
    """The command line with this project's folders where none are named."""
    words = [word for word in arguments[:2] if not word.startswith("-")]
    name = next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in DEFAULTS), "")
    added = [
        word
        for option, values in DEFAULTS.get(name, {}).items()
        if option not in arguments
        for word in (option, *values)
    ]
    return [*arguments, *added]


def main() -> None:
    """Hand the command line to Rasa."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command == "run":
        sys.exit("rasa run is refused: use python -m nlu.serve")
    if command == "shell" and sys.argv[2:3] != ["nlu"]:
        from nlu.shell import main as talk

        talk(sys.argv[2:])
        return
    import rasa.__main__

    quiet.no_calling_home()
    if command in TALKING:
        # Rasa configures logging itself, for every command anew; ours must be the last word.
        rasa.__main__.configure_logging_and_warnings = lambda *args, **kwargs: quiet.silence_logs()
        rasa.__main__.configure_structlog = lambda *args, **kwargs: quiet.silence_logs()
        rasa.utils.io.configure_colored_logging = lambda *args, **kwargs: quiet.silence_logs()
    sys.argv[1:] = with_defaults(sys.argv[1:])
    sys.path.insert(0, "")  # components are named nlu.x in config.yml, from the project's root
    rasa.__main__.main()


if __name__ == "__main__":
    main()
