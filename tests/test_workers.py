"""Work in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kb.workers import Lost, run


def square(task: int) -> int:
    return task * task


def fragile(task: str) -> str:
    if task == "crash":
        os.kill(os.getpid(), 9)
    if task == "hang":
        while True:
            pass
    if task.startswith("slow"):
        time.sleep(0.6)
    return task


def hang_forever(task: str) -> str:
    print(os.getpid(), flush=True)
    time.sleep(600)
    return task


def test_everything_is_done_once() -> None:
    assert sorted(run(square, range(100), 2, 7, 60), key=str) == sorted((n * n for n in range(100)), key=str)


def process_of(task: int) -> int:
    return os.getpid()


def test_each_batch_may_have_a_process_of_its_own() -> None:
    processes = list(run(process_of, range(24), 2, 2, 60, renewed=True))
    assert len(processes) == 24
    assert len(set(processes)) == 12


@pytest.mark.parametrize("renewed", [False, True])
@pytest.mark.parametrize("bad", [["crash"], ["hang"], ["crash", "hang", "crash"]])
def test_what_crashes_or_hangs_is_named_and_the_rest_finishes(bad: list[str], renewed: bool) -> None:
    tasks = [f"letter-{number}" for number in range(20)] + ["slow-1", "slow-2"]
    for place, task in enumerate(bad):
        tasks.insert(3 + 6 * place, task)
    done: list[str] = []
    lost: list[Lost[str]] = []
    for outcome in run(fragile, tasks, 2, 4, 1, renewed=renewed):
        if isinstance(outcome, Lost):
            lost.append(outcome)
        else:
            done.append(outcome)
    assert sorted(done) == sorted(task for task in tasks if task not in bad)
    assert sorted(outcome.task for outcome in lost) == sorted(bad)
    for outcome in lost:
        assert ("longer than 1 seconds" in outcome.reason) == (outcome.task == "hang")


@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
def test_no_process_outlives_the_one_that_started_it() -> None:
    code = (
        "from kb.workers import run\nfrom tests.test_workers import hang_forever\n"
        "if __name__ == '__main__': list(run(hang_forever, ['a'], 1, 1, 60))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    worker = int(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdout.close()
    for _ in range(100):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the worker lives on")


def test_where_no_process_can_be_started_it_is_told() -> None:
    code = (
        "from kb.errors import OutsideError\nfrom kb.workers import run\n"
        "try:\n    list(run(abs, range(50), 2, 5, 60))\nexcept OutsideError as error:\n    print(error)\n"
    )
    # the program of a process that is read from standard input can't be found by the processes it starts
    done = subprocess.run(
        [sys.executable, "-"], input=code, capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert "can't be started" in done.stdout
