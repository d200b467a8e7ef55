"""Work done in processes of their own, so that one letter that crashes or hangs its reader costs only itself.

Tasks go out in batches. When a process dies, every batch that was under way is done again task by task, one
at a time: so it shows which task it was, and that one alone is given up.
"""

from __future__ import annotations

import faulthandler
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from typing import Generic, TypeVar

from kb.errors import OutsideError

__all__ = ["Lost", "call", "run"]

_SLACK = 0.05
"""The part of its time that a task may lack, because the clock still runs of the tasks before."""

_GARBAGE = 200_000
"""New objects after which garbage is looked for within a batch: a site's list of thousands of pages makes millions."""

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Lost(Generic[_Task]):
    """A task that was given up, and why."""

    task: _Task
    reason: str


def run(
    function: Callable[[_Task], _Result],
    tasks: Sequence[_Task],
    jobs: int,
    batch: int,
    seconds: float,
    preload: Sequence[str] = (),
    *,
    renewed: bool = False,
) -> Iterator[_Result | Lost[_Task]]:
    """Apply `function`, a function of a module, to each task in `jobs` processes, `batch` tasks at a time.

    Gives the results in the order in which they are done, no more than a few batches at a time in memory. A
    task may take `seconds`. `preload` names modules that are imported once and not in every process, where
    the system allows it; with `renewed` every batch has a new process, so what one took of memory goes with it.
    Raises OutsideError where no process can be started.
    """
    ahead = deque(tasks[start : start + batch] for start in range(0, len(tasks), batch))
    suspects: deque[Sequence[_Task]] = deque()
    while ahead or suspects:
        alone = bool(suspects)
        waiting = suspects if alone else ahead
        with _pool(1 if alone else min(jobs, len(ahead)), preload, renewed and not alone) as pool:
            going: dict[Future[list[_Result]], tuple[Sequence[_Task], float]] = {}
            broken = False
            while (waiting or going) and not broken:
                while waiting and len(going) < (1 if alone else jobs + 2):
                    try:
                        future = pool.submit(call, function, waiting[0], seconds)
                    except (
                        BrokenProcessPool
                    ):  # just now, as the batches under way will tell, if there are any
                        broken = not going
                        break
                    going[future] = (waiting.popleft(), time.monotonic())
                for future in wait(going, return_when=FIRST_COMPLETED).done:
                    tasks_out, began = going.pop(future)
                    try:
                        yield from future.result()
                    except BrokenProcessPool:
                        broken = True
                        if alone:
                            yield Lost(tasks_out[0], _why(time.monotonic() - began, seconds))
                        else:
                            suspects.extend([task] for task in tasks_out)
            suspects.extend([task] for tasks_out, _ in going.values() for task in tasks_out)


def _why(took: float, seconds: float) -> str:
    if took >= seconds:
        return f"reading it took longer than {seconds:g} seconds"
    return "reading it made the program crash"


@contextmanager
def _pool(jobs: int, preload: Sequence[str], renewed: bool) -> Iterator[ProcessPoolExecutor]:
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    if sys.platform != "win32":
        context.set_forkserver_preload([__name__, *preload])
    most = 1 if renewed else None  # more than one, and Python 3.11 to 3.14 may hang: its issue 115634
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, max_tasks_per_child=most)
    try:
        try:
            pool.submit(os.getpid).result()
        except BrokenProcessPool:
            raise OutsideError("processes that read letters can't be started on this machine") from None
        yield pool
    finally:  # nobody waits any more for what has not begun
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Prepare a process: no Ctrl-C of its own, and an end when its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)


def call(function: Callable[[_Task], _Result], tasks: Sequence[_Task], seconds: float) -> list[_Result]:
    """Do a batch in this process, which ends if a task takes longer than `seconds`, or little less."""
    results = []
    wound = -inf
    with Path(os.devnull).open("w") as nowhere, _collector_seldom():
        try:
            for task in tasks:
                now = time.monotonic()
                if now - wound > seconds * _SLACK:  # to wind the clock up waits for a thread to end
                    faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
                    wound = now
                results.append(function(task))
        finally:
            faulthandler.cancel_dump_traceback_later()
    return results


@contextmanager
def _collector_seldom() -> Iterator[None]:
    """Look for garbage once a batch, or where very much is made.

    In a letter's many small records it would take a third of the time.
    """
    usual = gc.get_threshold()
    gc.set_threshold(_GARBAGE, *usual[1:])
    try:
        yield
    finally:
        gc.collect()
        gc.freeze()  # what is left is kept for all letters: nobody need look at it again
        gc.set_threshold(*usual)
