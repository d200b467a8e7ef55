"""Letters put together from parts, each wording with each layout: all that is asked and all who sign are found."""

from __future__ import annotations

import itertools
import random
import tomllib
from pathlib import Path

import pytest

from kb.documents import parse_document
from kb.extraction import extract

PARTS = tomllib.loads((Path(__file__).parent / "parts.toml").read_text("utf-8"))

MARKS = (
    *("- {}\n", "* {}\n", "• {}\n", "– {}\n\n", "{}\n\n"),
    *("{n}. {}\n", "{n}. {}\n\n", "{n}- {}\n", "({n}) {}\n", "{a}) {}\n"),
)

SOME = 120
"""Letters of each language: of all that could be put together, the same in each run."""


def listed(marks: str, points: list[str]) -> str:
    return "".join(
        marks.format(point, n=number, a="abcdef"[number - 1]) for number, point in enumerate(points, 1)
    )


@pytest.mark.parametrize("language", PARTS)
def test_demands_and_names_are_found_in_every_layout(language: str) -> None:
    parts = PARTS[language]
    chance = random.Random(language)  # noqa: S311 (the same letters in each run)
    ways = list(itertools.product(parts["leads"], parts["points"], MARKS, parts["signed"], ["\n", "\n\n"]))
    for lead, points, marks, signed, gap in chance.sample(ways, SOME):
        above, names = signed.split("|")
        asked = f"{lead}{gap}{listed(marks, points)}"
        text = f"{parts['head']}{parts['body']}{asked}\n{above}{listed(names, parts['names'])}"
        letter = extract(parse_document(text.encode(), Path("letter.txt")))
        explicit = [each.span for each in letter.demands if each.explicitness == "explicit"]
        assert [text[span.start : span.end] for span in explicit] == points, text
        assert [each.name for each in letter.signatures] == parts["names"], text
