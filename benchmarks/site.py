"""The web site: made from nothing, again with nothing changed, and with one letter changed; its largest page.

A letter's page may be as long as the letter; of all others the largest is what counts.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.building import build
from benchmarks.generate import generate
from benchmarks.measuring import KB, Cost, Row, Work, run

LARGEST = 300_000
"""Bytes of a page at the most."""


def measure(work: Work) -> None:
    """Add the figures."""
    if not work.collection.exists():
        work.collection.mkdir(parents=True)
        generate(work.letters, work.collection, seed=1)
    build(work, work.collection, work.build)
    site = work.folder / "site"
    shutil.rmtree(site, ignore_errors=True)
    full = _site(work, site)
    of = f"{work.letters:,} letters"
    _row(work, f"site of {of}, processor time", full, "minutes at 10,000", None)
    work.rows.append(
        Row(f"site of {of}, memory at most", f"{full.memory:.0f} MiB", "", None, "does not grow", None)
    )
    size, name = max((path.stat().st_size, path.relative_to(site).as_posix()) for path in _pages(site))
    work.rows.append(
        Row(
            f"largest page but for letters, {of}",
            f"{size / 1000:.0f} kB",
            name,
            None,
            "≤ 300 kB",
            size <= LARGEST,
        )
    )
    same = _site(work, site)
    _row(work, f"site of {of}, nothing changed", same, "< 3 s", same.processor < 3)
    letter = sorted(work.collection.rglob("*.txt"))[work.letters // 2]
    text = letter.read_text(encoding="utf-8")
    letter.write_text(
        f"{text}\nWe also call on you to publish the names of all who are detained.\n", encoding="utf-8"
    )
    build(work, work.collection, work.build)
    _row(work, f"site of {of}, one letter changed", _site(work, site), "", None)
    letter.write_text(text, encoding="utf-8")


def _pages(site: Path) -> list[Path]:
    return [path for path in site.rglob("*.html") if path.parent.name != "letter"]


def _site(work: Work, site: Path) -> Cost:
    return run([*KB, "site", "--build", work.build, "-o", site])


def _row(work: Work, what: str, cost: Cost, target: str, met: bool | None) -> None:
    work.rows.append(
        Row(what, f"{cost.processor:.1f} s", f"{cost.seconds:.0f} s by the clock", None, target, met)
    )
