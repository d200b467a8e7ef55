"""Work of the site done in processes of their own, each of which opens once what it reads from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from kb.workers import Lost, run

__all__ = ["work_apart"]

_Opened = TypeVar("_Opened")
_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


def work_apart(
    work: Callable[[_Opened, _Task], _Result],
    opening: Callable[[Path], _Opened],
    path: Path,
    tasks: Sequence[_Task],
    jobs: int,
    batch: int,
    seconds: float,
    *,
    renewed: bool = False,
) -> Iterator[_Result | Lost[_Task]]:
    """Do `work` on each task with what `opening` makes of `path`, both functions of modules, in `jobs` processes.

    The rest is as in `kb.workers.run`.
    """
    doing = partial(_work, work, opening, path)
    yield from run(doing, tasks, jobs, batch, seconds, [work.__module__], renewed=renewed)


def _work(
    work: Callable[[_Opened, _Task], _Result], opening: Callable[[Path], _Opened], path: Path, task: _Task
) -> _Result:
    return work(_opened(opening, path), task)


@cache
def _opened(opening: Callable[[Path], _Opened], path: Path) -> _Opened:
    """What a process needs for every task: it lives for one site only."""
    return opening(path)
