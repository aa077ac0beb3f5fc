"""Rasa's own commands in this environment: `python -m nlu.rasa_command train|test|shell|data validate ...`.

The same command line as `rasa`, with TensorFlow stood in for, telemetry and error reporting off, and texts kept out of logs.
`rasa run` is refused: `nlu.serve` is the only door, and Rasa's own channels log what people write.
"""

import sys

import nlu.quiet as quiet  # before Rasa


def main() -> None:
    """Hand the command line to Rasa."""
    if sys.argv[1:2] == ["run"]:
        sys.exit("rasa run is refused: use python -m nlu.serve")
    import rasa.__main__
    import rasa.utils.io

    quiet.no_calling_home()
    quiet.silence_logs()
    # Rasa puts a handler of its own on the root logger for every command; ours must be the last word.
    rasa.__main__.configure_colored_logging = lambda *args, **kwargs: quiet.silence_logs()
    rasa.__main__.configure_logging_and_warnings = lambda *args, **kwargs: quiet.silence_logs()
    rasa.__main__.configure_structlog = lambda *args, **kwargs: quiet.silence_logs()
    sys.path.insert(0, "")  # components are named nlu.x in config.yml, from the project's root
    rasa.__main__.main()


if __name__ == "__main__":
    main()
