"""Work done by a Dask cluster: the same as `kb.workers`, with processes on other machines.

Workers may come, go and die: Dask does what was under way again elsewhere. A batch that ends its workers again
and again is done task by task, so that one task alone is given up.

https://distributed.dask.org/
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any, TypeVar

from kb.errors import OutsideError, UsageError
from kb.workers import Lost, call

__all__ = ["run"]

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

PATIENCE = 30
"""Seconds to wait for the scheduler, and then for its first worker."""

AHEAD = 3
"""Batches that are under way for each worker: one is done, the others are on their way to it or back."""


def run(
    address: str,
    function: Callable[[_Task], _Result],
    tasks: Sequence[_Task],
    batch: int,
    seconds: float,
    able: Callable[[], str],
) -> Iterator[_Result | Lost[_Task]]:
    """Apply `function`, a function of a module, to each task on the cluster whose scheduler is at `address`.

    Gives the results in the order in which they are done. A task may take `seconds`; one that ends every worker
    it is given to is lost. `able` is called on each worker first, and gives what keeps it from working, if
    anything. Raises UsageError where the address is none or the library is missing, OutsideError where the
    cluster can't do the work.
    """
    with _client(address) as client:
        _prepare(client, address, able)
        from dask.distributed import KilledWorker, as_completed

        ahead = deque(tasks[start : start + batch] for start in range(0, len(tasks), batch))
        going: dict[Any, Sequence[_Task]] = {}
        done: Any = as_completed()  # type: ignore[no-untyped-call]
        while ahead or going:
            while ahead and len(going) < AHEAD * max(1, len(client.nthreads())):
                out = ahead.popleft()
                future = client.submit(call, function, out, seconds, pure=False)
                going[future] = out
                done.add(future)
            future = next(done)
            out = going.pop(future)
            try:
                yield from future.result()
            except KilledWorker:
                if len(out) > 1:
                    ahead.extendleft([task] for task in reversed(out))
                else:
                    yield Lost(out[0], "reading it ended each worker that tried")
            except (CancelledError, OSError) as error:
                raise OutsideError(f"the cluster at {address} is gone: {error}") from error


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from dask.distributed import Client
    except ImportError:
        raise UsageError("a cluster needs Dask: `pip install demandkb[cluster]`") from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters of it is raised
    try:
        client: Any = Client(address, timeout=PATIENCE)  # type: ignore[no-untyped-call]
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"{address!r} is not the address of a scheduler, as tcp://host:8786: {error}"
        ) from error
    except OSError as error:
        raise OutsideError(f"no Dask scheduler answers at {address}: {error}") from error
    try:
        yield client
    finally:
        client.close(timeout=PATIENCE)


def _prepare(client: Any, address: str, able: Callable[[], str]) -> None:
    """Wait for a first worker, and refuse workers that would not do the same as this program."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise OutsideError(f"the cluster at {address} has no workers: `dask worker {address}`") from None
    if any(threads > 1 for threads in client.nthreads().values()):
        raise OutsideError(
            f"the workers at {address} have several threads, and a letter needs a process: "
            "start them with `--nthreads 1`"
        )
    try:
        problems = client.run(able)
    except Exception as error:  # whatever an installation that is not ours raises
        raise OutsideError(f"the workers at {address} can't run demandkb: {error}") from error
    for worker, problem in sorted(problems.items()):
        if problem:
            raise OutsideError(f"the worker {worker} {problem}")
