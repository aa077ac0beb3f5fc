"""The project's own files, as the rules see them: no environments, no caches, no data."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_NOT_OURS = frozenset(
    {
        ".git",
        ".venv",
        ".tools",
        "var",
        "build",
        "dist",
        "node_modules",
        "models",
        "results",
        "__pycache__",
        ".rasa",
        ".hypothesis",
    }
)
_WRITTEN_BY_TOOLS = frozenset({"uv.lock"})  # holds the public registry's addresses, which is what a lock is for
_TEXT = frozenset(
    {".py", ".md", ".yml", ".yaml", ".toml", ".po", ".html", ".css", ".js", ".sh", ".service", ".txt", ""}
)


def all_text_files() -> Iterator[Path]:
    """Everything a person wrote here."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in _NOT_OURS and not name.endswith("_cache")]
        for name in names:
            path = Path(folder) / name
            if name not in _WRITTEN_BY_TOOLS and path.suffix in _TEXT:
                yield path


def python_files(*folders: str) -> list[Path]:
    """All modules under these folders of the project."""
    return [path for path in all_text_files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported_names(path: Path) -> Iterator[str]:
    """Every module a module imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
