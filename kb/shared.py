"""Statements that are made anew as a whole: a copy beside the store tells what changed, and only that is written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from kb import store

__all__ = ["keep", "replace", "text"]


def replace(draft: store.Draft, previous: Path | None, name: str, lines: Iterable[str]) -> None:
    """Put these lines of N-Quads in the place of those that `name` held in the generation before."""
    now = set(lines)
    before: set[str] = set()
    if previous is not None and (previous / name).exists():
        before = set((previous / name).read_text(encoding="utf-8").split("\n")) - {""}
    draft.remove(text(sorted(before - now)))
    with draft.spool() as spool:
        spool(text(sorted(now - before)).encode())
    (draft.folder / name).write_text(text(sorted(now)), encoding="utf-8")


def keep(draft: store.Draft, previous: Path, name: str) -> None:
    """Say that nothing changed in what `name` holds."""
    try:
        os.link(previous / name, draft.folder / name)  # generations are never changed: one file serves both
    except OSError:
        shutil.copyfile(previous / name, draft.folder / name)


def text(lines: Iterable[str]) -> str:
    """The lines as a file holds them."""
    return "".join(f"{line}\n" for line in lines)
