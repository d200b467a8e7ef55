"""A build on a Dask cluster: a real scheduler and worker processes, some of which die."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph
import pytest

from benchmarks.generate import generate
from kb import store
from kb.build import build
from kb.errors import OutsideError, UsageError

pytest.importorskip("distributed", reason="no Dask: `pip install demandkb[cluster]`")

LETTERS = 24


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("letters")
    generate(LETTERS, folder, 5)
    return folder


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of Dask's own command."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def worker(address: str, *more: str) -> list[str]:
    alone = ["--nworkers", "1", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"]
    return ["worker", address, *alone, "--local-directory", os.environ.get("TMPDIR", "/tmp"), *more]  # noqa: S108 (what Dask spills to disk)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with running("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"):
        yield f"tcp://127.0.0.1:{port}"


def content(folder: Path) -> list[str]:
    """What a build holds, in an order of its own."""
    with store.open_build(folder) as graph:
        quads = pyoxigraph.Dataset(graph.quads())
    quads.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, quads))


def test_a_cluster_gives_what_one_machine_gives_though_a_worker_is_killed(
    collection: Path, scheduler: str, tmp_path: Path
) -> None:
    build(collection, tmp_path / "here", jobs=2)
    killed = threading.Event()
    with running(*worker(scheduler, "--no-nanny")) as doomed, running(*worker(scheduler)):
        wait_for_workers(scheduler, 2)

        def kill(done: int, total: int) -> None:
            if not killed.is_set() and done < total:
                os.kill(doomed.pid, signal.SIGKILL)
                killed.set()

        summary = build(collection, tmp_path / "there", cluster=scheduler, progress=kill)
    assert killed.is_set()
    assert not summary.problems
    assert summary.totals["letters"] == LETTERS
    assert content(tmp_path / "there") == content(tmp_path / "here")


def test_a_worker_that_is_restarted_goes_on(collection: Path, scheduler: str, tmp_path: Path) -> None:
    with running(*worker(scheduler)):  # with a nanny, which starts it again
        wait_for_workers(scheduler, 1)
        killed: list[int] = []

        def kill(done: int, total: int) -> None:
            if not killed:
                killed.extend(ask(scheduler, os.getpid).values())
                os.kill(killed[0], signal.SIGKILL)

        summary = build(collection, tmp_path / "build", cluster=scheduler, progress=kill)
    assert killed
    assert summary.totals["letters"] == LETTERS
    assert not summary.problems


def test_a_cluster_without_workers_and_one_that_is_not_there(
    collection: Path, scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.cluster.PATIENCE", 1)
    with pytest.raises(OutsideError, match="has no workers"):
        build(collection, tmp_path / "build", cluster=scheduler)
    with pytest.raises(OutsideError, match="no Dask scheduler answers"):
        build(collection, tmp_path / "build", cluster="tcp://127.0.0.1:9")
    with pytest.raises(UsageError, match="not the address of a scheduler"):
        build(collection, tmp_path / "build", cluster="nonsense://x")
    assert store.generation(tmp_path / "build") is None


def ask(scheduler: str, function: Callable[[], int]) -> dict[str, int]:
    from distributed import Client

    with Client(scheduler, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        return dict(client.run(function))


def wait_for_workers(scheduler: str, number: int) -> None:
    from distributed import Client

    with Client(scheduler, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        client.wait_for_workers(number, timeout=60)
    time.sleep(0.1)
