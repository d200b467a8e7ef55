"""Building: cost per letter as collections grow, two workers against one, one letter changed, nothing changed.

Every size is built from nothing in a process of its own. The largest is then built with one worker, built again with
one letter changed, and again with none.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.generate import generate
from benchmarks.measuring import KB, Cost, Row, Work, run

BUILT = (0, 1)
"""A generated collection may hold a letter that has a violation, which is status 1."""


FEWEST = 10
"""Letters below which a build is mostly its start."""


def build(work: Work, collection: Path, folder: Path, *options: str) -> Cost:
    """Run `kb build`."""
    return run([*KB, "build", collection, "-o", folder, *options], good=BUILT)


def measure(work: Work) -> list[tuple[int, Cost]]:
    """Add the figures; gives the cost of each size for the picture."""
    sizes = [size for size in (work.letters // 100, work.letters // 10, work.letters) if size >= FEWEST]
    grown = []
    for size in sizes:
        collection = work.folder / f"letters-{size}" if size != work.letters else work.collection
        if not collection.exists():
            collection.mkdir(parents=True)
            generate(size, collection, seed=1)
        folder = work.folder / f"build-{size}" if size != work.letters else work.build
        shutil.rmtree(folder, ignore_errors=True)
        grown.append((size, build(work, collection, folder, "--jobs", "2")))
    full = grown[-1][1]
    if len(grown) > 1:
        _growth(work, grown)
    _workers(work, full)
    _changes(work, full)
    return grown


def _growth(work: Work, grown: list[tuple[int, Cost]]) -> None:
    (small, few), (large, many) = grown[-2], grown[-1]
    ratio = (many.processor / large) / (few.processor / small)
    work.rows.append(
        Row(
            f"build, processor time per letter, {small:,} → {large:,} letters",
            f"{many.processor / large * 1000:.0f} ms",
            f"{few.processor / small * 1000:.0f} ms at {small:,}",
            ratio,
            "≤ 1.1 ×",
            ratio <= 1.1 if small >= 1000 else None,
        )
    )
    met = many.memory <= 1024 if large >= 100_000 else (False if many.memory > 1024 else None)
    work.rows.append(
        Row(f"build, memory at most, {large:,} letters", f"{many.memory:.0f} MiB", "", None, "≤ 1 GiB", met)
    )


def _workers(work: Work, two: Cost) -> None:
    one = build(work, work.collection, work.folder / "alone", "--jobs", "1")
    shutil.rmtree(work.folder / "alone")
    ratio = one.seconds / two.seconds
    work.rows.append(
        Row(
            "build on 2 workers",
            f"{two.seconds:.1f} s",
            f"{one.seconds:.1f} s on 1",
            ratio,
            "≥ 1.8 ×",
            ratio >= 1.8,
        )
    )


def _changes(work: Work, full: Cost) -> None:
    letter = sorted(work.collection.rglob("*.txt"))[work.letters // 2]
    text = letter.read_text(encoding="utf-8")
    taken = []
    for number in range(work.rounds):
        letter.write_text(f"{text}\n{number}\n", encoding="utf-8")
        taken.append(build(work, work.collection, work.build, "--jobs", "2"))
    letter.write_text(text, encoding="utf-8")
    build(work, work.collection, work.build, "--jobs", "2")
    changed = sorted(taken, key=lambda cost: cost.processor)[len(taken) // 2]
    share = changed.processor / full.processor
    work.rows.append(
        Row(
            f"rebuild after one letter of {work.letters:,} changed, processor time",
            f"{changed.processor:.2f} s",
            f"{full.processor:.0f} s in full",
            share,
            "≤ 0.01 ×",
            share <= 0.01 if work.letters >= 10_000 else None,
        )
    )
    current = (work.build / "current").read_bytes()
    again = (build(work, work.collection, work.build) for _ in range(work.rounds))
    same = sorted(again, key=lambda cost: cost.seconds)[work.rounds // 2]
    if (work.build / "current").read_bytes() != current:
        raise RuntimeError("a build with nothing changed has written")
    work.rows.append(
        Row(
            f"build with nothing changed, {work.letters:,} letters",
            f"{same.seconds:.2f} s ({same.processor:.2f} s of processor)",
            "",
            None,
            "< 1 s",
            same.seconds < 1,
        )
    )
