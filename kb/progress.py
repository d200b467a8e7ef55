"""How a build is shown to the person who waits for it: letters a second and time left, then a summary."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from kb.build import Summary

__all__ = ["shown", "summarise"]

_ROWS = (
    ("letters", "Letters"),
    ("others", "Texts that are no letters"),
    ("explicit", "Demands, explicit"),
    ("implicit", "Demands, implicit"),
    ("reported", "Demands, only reported"),
    ("signatures", "Signatures"),
    ("organisations", "Organisations and persons"),
    ("documents", "Documents referred to"),
    ("warnings", "Warnings, for a person to look at"),
    ("violations", "Violations"),
)
_NAMED = 8
"""How many letters are named before the rest is only counted."""


class _Speed(ProgressColumn):
    """Letters a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} letters/s" if task.speed else "")


@contextmanager
def shown() -> Iterator[tuple[Callable[[int, int], None], Callable[[], None]]]:
    """Show how a build goes on, on a terminal's standard error.

    Gives the functions that a build calls: with the letters read, of how many; and if it has to wait.
    """
    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), _Speed(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", start=False, total=None, visible=False)

        def told(done: int, total: int) -> None:
            if done == 1:
                progress.start_task(task)
            progress.update(task, completed=done, total=total, visible=True)

        def waiting() -> None:
            console.print("kb: another build is writing here: waiting for it to finish", soft_wrap=True)

        yield told, waiting


def summarise(summary: Summary) -> None:
    """Tell what a build did, what the graph holds, and what is wrong, on standard error."""
    console = Console(stderr=True, highlight=False, soft_wrap=True, width=None if os.isatty(2) else 120)
    for problem in summary.problems:
        console.print(Text(f"kb: {problem}", style="red"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    for key, label in _ROWS:
        count = summary.totals.get(key, 0)
        if key == "others" and not count:
            continue
        table.add_row(
            label, Text(f"{count:,}", style="bold red" if key == "violations" and count else "bold")
        )
    console.print(table)
    if summary.rebuilt:
        console.print(f"Everything was made again: {summary.rebuilt}.")
    for names, did in (
        (summary.added, "added"),
        (summary.changed, "read again"),
        (summary.removed, "removed"),
        (summary.aside, "set aside"),
    ):
        if names:
            more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
            console.print(Text(f"{len(names):,} {did}: {', '.join(names[:_NAMED])}{more}"))
    if not summary.published:
        console.print("Nothing changed.")
    console.print(f"{summary.seconds:.1f} s")
