"""The benchmarks run, in their short form."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.measuring import Cost, medians, run

LETTERS = os.environ.get("KB_BENCH_LETTERS", "10")
"""Few: it is looked whether they run, not what they give. `make bench LETTERS=200` is the short form for figures."""


def test_figures_are_written_beside_those_of_peers(tmp_path: Path) -> None:
    page = tmp_path / "RESULTS.md"
    command = ["--letters", LETTERS, "--rounds", "1", "--only", "building", "export", "-o", page]
    subprocess.run([sys.executable, "-m", "benchmarks", *map(str, command)], check=True)
    text = page.read_text(encoding="utf-8")
    for figure in ("build on 2 workers", "build with nothing changed", "export turtle"):
        assert f"| {figure}" in text
    assert "rdflib" in text
    assert "writes other triples" not in text
    assert str(tmp_path) not in text
    assert (tmp_path / "growth.svg").read_text(encoding="utf-8").startswith("<svg")


def test_what_takes_too_long_is_stopped_and_said() -> None:
    cost = run([sys.executable, "-c", "import time; time.sleep(60)"], limit=0.5)
    assert cost.stopped
    assert cost.seconds < 20


def test_the_first_round_does_not_count() -> None:
    taken = iter([100.0, 1.0, 3.0, 2.0])
    assert medians(3, it=lambda: Cost(next(taken), 0))["it"].seconds == 2.0


def test_a_command_that_fails_is_no_figure() -> None:
    with pytest.raises(RuntimeError, match="no such"):
        run([sys.executable, "-c", "import sys; sys.exit('no such')"])
