"""How well letters are read, against annotations made by hand (they are kept beside the project, not in it)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"
SCORE = SHARED / "tools" / "score.py"


@pytest.mark.skipif(not SCORE.is_file(), reason="the annotated letters are not here")
@pytest.mark.parametrize(
    ("folder", "least"),
    [
        (
            "gold",
            {"date": 1, "addressees": 1, "cc": 1, "signatories": 1, "references": 1, "grounded": 1}
            | {"demands.explicit": 0.97, "demands.implicit": 0.9, "types": 0.9},
        ),
        (
            "dev/gold",
            {
                "date": 0.97,
                "addressees": 0.97,
                "cc": 0.97,
                "signatories": 0.97,
                "references": 0.97,
                "grounded": 1,
            }
            | {"demands.explicit": 0.93, "demands.implicit": 0.7, "types": 0.85},
        ),
    ],
)
def test_letters_are_read_as_people_read_them(folder: str, least: dict[str, float]) -> None:
    command = f"{sys.executable} -m kb extract --format jsonl"
    done = subprocess.run(
        [sys.executable, SCORE, "--json", "--command", command, SHARED / folder],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    assert measured["failed"] == []
    assert measured["false_alarms"] == 0
    f1 = {what: figures["f1"] for what, figures in measured["figures"].items()}
    assert {what: f1[what] for what in least if f1[what] < least[what]} == {}
