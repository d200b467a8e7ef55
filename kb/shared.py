"""Statements that are made anew as a whole: a copy beside the store tells what changed, and only that is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from kb import store

__all__ = ["replace", "text"]

_PIECE = 10_000
"""Lines that are taken out of the store at a time."""


def replace(draft: store.Draft, previous: Path | None, name: str, lines: Iterable[str]) -> None:
    """Put lines of N-Quads in the place of those that `name` held in the generation before.

    `lines` come in order, none twice. They are compared with the old ones one by one: neither is held as a whole.
    """
    now = (f"{line}\n" for line in lines)
    gone: list[str] = []
    with ExitStack() as opened:
        before: Iterator[str] = iter(())
        if previous is not None and (previous / name).exists():
            before = opened.enter_context((previous / name).open(encoding="utf-8", newline="\n"))
        file = opened.enter_context((draft.folder / name).open("w", encoding="utf-8", newline="\n"))
        spool = opened.enter_context(draft.spool())
        for line, was, remains in _side_by_side(before, now):
            if remains:
                file.write(line)
                if not was:
                    spool(line.encode())
                continue
            gone.append(line)
            if len(gone) == _PIECE:
                draft.remove("".join(gone))
                gone.clear()
        draft.remove("".join(gone))


def _side_by_side(before: Iterator[str], now: Iterator[str]) -> Iterator[tuple[str, bool, bool]]:
    """Give the lines of two files in order, each with whether it is in the first, and in the second."""
    old, new = next(before, ""), next(now, "")
    while old or new:
        if old == new:
            yield old, True, True
            old, new = next(before, ""), next(now, "")
        elif not new or (old and old < new):
            yield old, True, False
            old = next(before, "")
        else:
            yield new, False, True
            new = next(now, "")


def text(lines: Iterable[str]) -> str:
    """The lines as a file holds them."""
    return "".join(f"{line}\n" for line in lines)
