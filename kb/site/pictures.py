"""The geometry of the site's pictures: what is drawn where. Templates write it as SVG, with a table beside it.

All sizes are in SVG user units. Everything is computed from the data alone, so pictures don't change unless it does.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

__all__ = ["Bar", "Dot", "Edge", "Network", "TimeLine", "day", "growth", "heat", "network", "time_line"]

WIDTH = 960


@dataclass(frozen=True, slots=True)
class Dot:
    """A circle with a label that leads somewhere."""

    x: float
    y: float
    r: float
    label: str
    href: str
    angle: float = 0.0


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Letters as dots along the years; `ticks` are (x, year)."""

    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, int], ...]
    height: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One letter's column in the picture of a coalition's growth."""

    x: float
    width: float
    total_y: float
    total_height: float
    new_y: float
    new_height: float
    label: str
    total: int
    new: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A curve between two organisations, `width` by the letters they share."""

    path: str
    width: float


@dataclass(frozen=True, slots=True)
class Network:
    """Organisations on a circle and the curves between those that sign together."""

    dots: tuple[Dot, ...]
    edges: tuple[Edge, ...]
    size: int


def day(text: str) -> date:
    """A date of a letter, which may name the month only."""
    parts = [int(part) for part in text.split("-")]
    return date(parts[0], parts[1] if len(parts) > 1 else 7, parts[2] if len(parts) > 2 else 15)


def time_line(letters: Sequence[tuple[str, str, int, str]]) -> TimeLine:
    """Dots for `letters`, each (date, label, number of demands, href); area grows with the demands."""
    if not letters:
        return TimeLine((), (), 0)
    days = [day(letter[0]) for letter in letters]
    first, last = date(min(days).year, 1, 1), date(max(days).year + 1, 1, 1)
    step = (WIDTH - 60) / max(1, (last - first).days)
    most = max(1, *(letter[2] for letter in letters))
    ends: list[float] = []
    dots = []
    for when, (_, label, count, href) in sorted(
        zip(days, letters, strict=True), key=lambda p: (p[0], p[1][3])
    ):
        x, r = 30 + (when - first).days * step, 5 + 11 * math.sqrt(count / most)
        row = next((i for i, end in enumerate(ends) if end < x - r), len(ends))
        ends[row : row + 1] = [x + r + 2]
        dots.append(Dot(round(x, 1), 24 + row * 36, round(r, 1), label, href))
    height = 24 + 36 * len(ends) + 24
    years = range(first.year, last.year + 1)
    every = max(1, len(years) // 16)
    ticks = tuple((round(30 + (date(y, 1, 1) - first).days * step, 1), y) for y in years[::every])
    return TimeLine(tuple(dots), ticks, height)


def growth(letters: Iterable[tuple[str, Collection[str]]], height: int = 220) -> tuple[Bar, ...]:
    """Bars for `letters` in order of time, each (label, its organisations): all so far, and how many are new."""
    seen: set[str] = set()
    counts = []
    for label, organisations in letters:
        fresh = set(organisations) - seen
        seen |= fresh
        counts.append((label, len(seen), len(fresh)))
    if not counts:
        return ()
    unit = height / max(1, len(seen))
    width = min(110.0, (WIDTH - 60) / len(counts))
    return tuple(
        Bar(
            x=round(30 + i * width, 1),
            width=round(width * 0.8, 1),
            total_y=round(20 + height - total * unit, 1),
            total_height=round(total * unit, 1),
            new_y=round(20 + height - total * unit, 1),
            new_height=round(new * unit, 1),
            label=label,
            total=total,
            new=new,
        )
        for i, (label, total, new) in enumerate(counts)
    )


def network(
    names: Mapping[str, tuple[str, str, int]], together: Iterable[tuple[str, str, int]], size: int = 720
) -> Network:
    """`names` (key: (label, href, letters)) on a circle, joined by `together` (key, key, letters in common)."""
    keys = sorted(names, key=lambda k: (names[k][0].casefold(), k))
    centre, radius = size / 2, size / 2 - 170
    most = max([1, *(n for _, _, n in names.values())])
    places = {}
    dots = []
    for i, key in enumerate(keys):
        angle = 2 * math.pi * i / max(1, len(keys))
        x, y = centre + radius * math.cos(angle), centre + radius * math.sin(angle)
        places[key] = (x, y)
        label, href, letters = names[key]
        dots.append(
            Dot(
                round(x, 1),
                round(y, 1),
                round(3 + 5 * letters / most, 1),
                label,
                href,
                round(math.degrees(angle), 1),
            )
        )
    edges = [
        Edge(
            f"M{places[a][0]:.1f} {places[a][1]:.1f}Q{centre:.1f} {centre:.1f} {places[b][0]:.1f} {places[b][1]:.1f}",
            round(0.6 + 1.2 * (n - 1), 1),
        )
        for a, b, n in together
        if a in places and b in places
    ]
    return Network(tuple(dots), tuple(edges), size)


def heat(value: int, most: int) -> int:
    """The shade of a cell of the matrix: 0 for nothing, else 1 to 4."""
    return 0 if value <= 0 else min(4, 1 + (4 * (value - 1)) // max(1, most))
