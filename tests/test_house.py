"""Data flows one way: docs/house.md lists the modules, and each imports only from those above it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LISTED = re.findall(r"^\| `(\w+)/?` \|", (ROOT / "docs" / "house.md").read_text("utf-8"), re.MULTILINE)


def sources(module: str) -> list[Path]:
    folder = ROOT / "kb" / module
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


def imported(path: Path) -> Iterator[str]:
    """The modules of the project that a file imports, wherever it does."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "kb":
            yield from (alias.name for alias in node.names if not alias.name.startswith("__"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kb."):
            yield (node.module or "").split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("kb."))


def test_the_page_lists_every_module_once() -> None:
    there = {path.stem for path in (ROOT / "kb").glob("*.py")} - {"__init__", "__main__", "cli"}
    there |= {path.parent.name for path in (ROOT / "kb").glob("*/__init__.py")}
    assert sorted(LISTED) == sorted(there)


@pytest.mark.parametrize("module", LISTED)
def test_a_module_imports_only_from_those_above_it(module: str) -> None:
    above = {*LISTED[: LISTED.index(module)], module}
    below = {(path.name, each) for path in sources(module) for each in imported(path) if each not in above}
    assert below == set()
