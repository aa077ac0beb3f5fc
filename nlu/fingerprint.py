"""The name of a model: a hash of everything that goes into it. The same sources never train twice."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

# What is trained on, and the code that is in the model's behaviour. Serving code is not part of it.
SOURCES = (
    "domain.yml",
    "config.yml",
    "stories/**/*.yml",
    "nlu/data/**/*.yml",
    "nlu/lookups/**/*.yml",
    "nlu/components/*.py",
    "nlu/entities/*.py",
    "nlu/normal_text.py",
    "nlu/word_classes.py",
    "nlu/uv.lock",
    "bot/conversation/command_words/*.yml",
    "bot/dialogue/commands.py",
)


def source_files(root: Path) -> Iterator[Path]:
    """Every file the model depends on, in a fixed order."""
    for pattern in SOURCES:
        yield from sorted(root.glob(pattern))


def fingerprint(root: Path) -> str:
    """Sixteen hex digits over names and contents."""
    digest = hashlib.sha256()
    for path in source_files(root):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:16]
