"""The commands of the README and of the documentation, run in a fresh folder as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def steps(page: Path) -> list[tuple[str, list[str]]]:
    """The commands of a page's `console` blocks, each with the lines that it should print."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line.rstrip())
    return found


def is_printed(expected: list[str], printed: list[str]) -> bool:
    """Whether the lines are printed in that order; "…" stands for any lines, and at a line's end for its rest."""
    place = 0
    for is_gap, group in groupby(expected, key=lambda line: line == "…"):
        if is_gap:
            continue
        lines = list(group)
        starts = [place] if place == 0 and expected[0] != "…" else range(place, len(printed))
        place = next((start + len(lines) for start in starts if all_alike(lines, printed[start:])), -1)
        if place < 0:
            return False
    return True


def all_alike(expected: list[str], printed: list[str]) -> bool:
    if len(printed) < len(expected):
        return False
    return all(
        got.startswith(want[:-1]) if want.endswith("…") else got == want
        for want, got in zip(expected, printed, strict=False)
    )


@pytest.mark.parametrize("page", [page for page in PAGES if steps(page)], ids=lambda page: page.name)
def test_commands_print_what_the_page_says(page: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    programs = tmp_path / ".programs"
    programs.mkdir()
    (programs / "kb").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kb "$@"\n')
    (programs / "kb").chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "COLUMNS": "120"}
    environment.setdefault("PYTHONPATH", str(ROOT))
    # A page of docs/ begins where the README's first step ends: with the seeds built.
    first: list[tuple[str, list[str]]] = [] if page.name == "README.md" else [("kb build seeds", [])]
    for command, expected in (*first, *steps(page)):
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        printed = [line.rstrip() for line in (done.stdout + done.stderr).splitlines()]
        assert done.returncode == 0, (command, done.stderr)
        assert is_printed(expected, printed), (command, printed)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    missing = [link for link in LINK.findall(page.read_text("utf-8")) if not (page.parent / link).exists()]
    assert missing == []
