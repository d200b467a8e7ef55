"""What all benchmarks share: a command's time and memory, rounds, medians, rows of results.

The ways that are compared take turns (ours, theirs, ours, theirs, …), so that whatever else the machine does falls on
all of them alike. One round before those that count warms files and caches.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

KB = [sys.executable, "-m", "kb"]


@dataclass(frozen=True, slots=True)
class Cost:
    """What something took: seconds by the clock, of processors, and MiB at most. `stopped`: not done by its limit."""

    seconds: float
    processor: float
    memory: float = 0.0
    stopped: bool = False
    output: bytes = b""

    def __str__(self) -> str:
        return f"{self.seconds:.3f} s{', stopped' if self.stopped else ''}"


@dataclass(frozen=True, slots=True)
class Row:
    """A figure: what was measured, each way's median in its unit, the ratio that counts and what it should be."""

    what: str
    ours: str
    peer: str
    ratio: float | None
    target: str
    met: bool | None
    note: str = ""


@dataclass(slots=True)
class Work:
    """What the benchmarks of one run share: where they work, how many letters, how often, where Jena is."""

    folder: Path
    letters: int
    rounds: int
    limit: float
    jena: Path | None
    fuseki: Path | None
    rows: list[Row] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    questions: dict[str, dict[str, Cost]] = field(default_factory=dict)
    """What each query took: "ours", and each peer's."""

    @property
    def collection(self) -> Path:
        """The generated letters."""
        return self.folder / "letters"

    @property
    def build(self) -> Path:
        """The build of them."""
        return self.folder / "build"

    def row(
        self,
        what: str,
        ours: Cost,
        peer: Cost,
        least: float,
        peer_name: str,
        by: Callable[[Cost], float] = lambda cost: cost.seconds,
    ) -> None:
        """Add how many times faster ours is than a peer, which should be at least `least`."""
        ratio = by(peer) / by(ours)
        told = f"{by(peer):.2f} s {peer_name}" + (", stopped" if peer.stopped else "")
        met = ratio >= least or (None if peer.stopped else False)
        self.rows.append(
            Row(
                what,
                f"{by(ours):.2f} s",
                told,
                ratio,
                f"≥ {least:g} ×" if least else "",
                met if least else None,
            )
        )


def run(
    command: Sequence[str | Path],
    limit: float | None = None,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    good: Sequence[int] = (0,),
) -> Cost:
    """Run a command to its end, with all processes it starts; stops it at the limit of seconds.

    Memory is the sum over its processes (proportional set size), looked at ten times a second.
    Raises RuntimeError if it ends with another status than the good ones.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 (our own commands)
            [str(each) for each in command],
            stdout=out,
            stderr=err,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
        watch = _Watch(process.pid)
        watch.start()
        stopped = threading.Event()

        def stop() -> None:
            stopped.set()
            os.killpg(process.pid, 9)

        timer = threading.Timer(limit or 86400, stop)
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        timer.cancel()
        watch.over.set()
        watch.join()
        out.seek(0)
        err.seek(0)
        if not stopped.is_set() and process.returncode not in good:
            raise RuntimeError(f"{' '.join(map(str, command))}: {err.read().decode()[-2000:]}")
        processor = max(used.ru_utime + used.ru_stime, sum(watch.processor.values()))
        memory = max(watch.memory, used.ru_maxrss / 1024)
        return Cost(seconds, processor, memory, stopped.is_set(), out.read())


class _Watch(threading.Thread):
    """Looks at the processes of a session: seconds of processors by process, and MiB of memory at most."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.session = session
        self.over = threading.Event()
        self.memory = 0.0
        self.processor: dict[str, float] = {}

    def run(self) -> None:
        """Look ten times a second until it is over."""
        while not self.over.wait(0.1):
            total = 0
            for place in Path("/proc").glob("[0-9]*"):
                try:
                    if os.getsid(int(place.name)) != self.session:
                        continue
                    ticks = (place / "stat").read_text().rpartition(")")[2].split()[11:13]
                    lines = (place / "smaps_rollup").read_text().splitlines()
                except OSError:
                    continue
                self.processor[place.name] = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
                total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            self.memory = max(self.memory, total / 1024)


def timed(act: Callable[[], object]) -> Cost:
    """Call a function of this process."""
    began, used = time.perf_counter(), time.process_time()
    act()
    return Cost(time.perf_counter() - began, time.process_time() - used)


def medians(rounds: int, **ways: Callable[[], Cost]) -> dict[str, Cost]:
    """Take turns, one round to warm up and `rounds` that count; a way that is stopped once is not tried again."""
    taken: dict[str, list[Cost]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            if any(cost.stopped for cost in taken[name]):
                continue
            cost = way()
            if number or cost.stopped:
                taken[name].append(cost)
    return {name: _middle(costs) for name, costs in taken.items()}


def _middle(costs: Sequence[Cost]) -> Cost:
    stopped = [cost for cost in costs if cost.stopped]
    if stopped:
        return stopped[0]
    return Cost(
        median(cost.seconds for cost in costs),
        median(cost.processor for cost in costs),
        max(cost.memory for cost in costs),
        output=costs[-1].output,
    )


def machine() -> str:
    """Describe the machine: processors, memory, system, how busy it is; no name of it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB of memory, {platform.system()}, "
        f"Python {platform.python_version()}; load average at the start {load:.1f}"
    )
