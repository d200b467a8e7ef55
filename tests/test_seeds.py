"""The five letters are evidence: byte for byte what they were."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from kb.collection import read_collection

SEEDS = Path(__file__).parent.parent / "seeds"
SUMS = {
    "2016-09-22-issg-cessation-of-hostilities.txt": "185377746f9b307b0b5dd0139289bdc4212e7d31a0d28c72f14797424b6a35e6",
    "2017-02-13-guterres-syrian-civil-society.txt": "180368228bf993604d4df8b1978418bfbb027befda0fac7cbc58bf35d0092d67",
    "2017-03-22-issg-geneva-v.txt": "d3be74cf9fab6164945fc77d1706796a85b3bf589f4c6aeda0424d0ce08f598a",
    "2018-01-31-guterres-sochi.txt": "712fe33c74f0fb1598cdc44418f86ae19a5f03828f9a8936fd9b7705fed411fa",
    "undated-guterres-security-council-de-mistura.txt": (
        "8c6a7554ff3cb3c0767afe12e7c30784167f62a05b04af6103f99283f05dddfc"
    ),
}  # fmt: skip


def test_the_letters_are_what_they_were() -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in SEEDS.glob("*.txt")}
    assert found == SUMS


def test_the_readme_says_the_same() -> None:
    told = re.findall(
        r"^([0-9a-f]{64})  (\S+)$", (SEEDS / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {name: digest for digest, name in told} == SUMS


def test_they_are_a_collection() -> None:
    collection = read_collection(SEEDS)
    assert [path.name for path in collection.letters] == sorted(SUMS)
    assert collection.problems == ()
