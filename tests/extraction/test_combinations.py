"""Letters put together from parts, each wording with each layout: nothing that is asked, nobody named is missed."""

from __future__ import annotations

import itertools
import random
import tomllib
from pathlib import Path

import pytest

from kb.documents import parse_document
from kb.extraction import extract
from kb.letter import Addressee

PARTS = tomllib.loads((Path(__file__).parent / "parts.toml").read_text("utf-8"))
HEADINGS = tomllib.loads((Path(__file__).parent / "headings.toml").read_text("utf-8"))

MARKS = (
    *("- {}\n", "* {}\n", "• {}\n", "– {}\n\n", "{}\n\n"),
    *("{n}. {}\n", "{n}. {}\n\n", "{n}- {}\n", "({n}) {}\n", "{a}) {}\n"),
)

SOME = 80
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


@pytest.mark.parametrize("language", HEADINGS)
def test_date_addressees_and_copies_are_found_in_every_layout(language: str) -> None:
    parts = HEADINGS[language]
    chance = random.Random(language)  # noqa: S311 (the same letters in each run)
    kinds = ("titles", "dates", "addresses", "greetings", "signed", "copies")
    for _ in range(SOME):
        title, date, (to, *addressees), greeting, signed, (copies, *copied) = (
            chance.choice(parts[kind]) for kind in kinds
        )
        heading = [date, to] if chance.random() < 0.6 else [to, date]
        above = "".join(f"{part}\n\n" for part in (*heading, greeting) if part)
        gap = chance.choice(["", "\n", "\n\n"]) if copies else ""
        text = f"{title}{above}{parts['body']}{signed}{gap}{copies}\n"
        letter = extract(parse_document(text.encode(), Path("letter.txt")))
        assert letter.date == "2020-05-12", text
        assert [in_parts(each) for each in letter.addressees] == addressees, text
        assert [in_parts(each) for each in letter.copied] == copied, text
        assert [each.name for each in letter.signatures] == parts["names"], text
        assert len(letter.demands) == 2, text


def in_parts(addressee: Addressee) -> str:
    return " / ".join(filter(None, (addressee.name, addressee.office, addressee.body)))


AMONG_NAMES = (
    "Note: the organisations below joined after publication.",
    "Organisations that have joined since 14 May 2020:",
    "The following persons sign in their own name, not for the bodies that they work for.",
    "https://reed.example.org/sign",
    "info@reed.example.org",
    "2",
    "\f",
    "---",
    "Individual signatories:",
    "**Africa**",
    "B",
    "Belgium",
    "Updated 20 May 2020",
    "…",
    "and 45 more organisations",
    "![logo](https://reed.example.org/logo.png)",
    "[Name of organisation]",
)


@pytest.mark.parametrize("names", ["{}\n", "{}\n\n", "- {}\n", "{n}. {}\n", "**{}**\n\n"])
@pytest.mark.parametrize("between", AMONG_NAMES)
def test_names_go_on_after_what_stands_among_them(between: str, names: str) -> None:
    parts = PARTS["en"]
    signed = [*parts["names"], "Lake Trust", "Hill Doctors Network", "Maria Lind", "Youth for Peace (Chad)"]
    first, second = listed(names, signed[:5]), listed(names, signed[5:])
    asked = f"{parts['head']}{parts['body']}We urge you to reopen the road.\n\nSincerely,\n\n"
    letter = extract(parse_document(f"{asked}{first}\n{between}\n\n{second}".encode(), Path("letter.md")))
    assert [each.name for each in letter.signatures] == signed


AMONG_POINTS = (
    "2",
    "\f",
    "---",
    "https://reed.example.org/report",
    "Justice",
    "**Justice**",
    "Justice:",
    "## Justice",
    "ACCOUNTABILITY",
    "Recommendation 2",
    "To the Secretary-General:",
    "We also call on the European Union to:",
    "Moreover, we demand that you:",
    "![map](https://reed.example.org/map.png)",
    "[1] Report of the commission of inquiry, p. 12.",
)


@pytest.mark.parametrize("marks", MARKS)
@pytest.mark.parametrize("between", AMONG_POINTS)
def test_points_go_on_after_what_stands_among_them(between: str, marks: str) -> None:
    parts = PARTS["en"]
    more = ["Release all who are held without charge.", "Publish the report of the commission of inquiry."]
    first, second = listed(marks, parts["points"][1]), listed(marks, more)
    above = f"{parts['head']}{parts['body']}We urge you to:\n\n{first}\n{between}\n\n{second}"
    text = f"{above}\nSincerely,\n\nReed League\nWomen of the River\n"
    letter = extract(parse_document(text.encode(), Path("letter.md")))
    explicit = [each.span for each in letter.demands if each.explicitness == "explicit"]
    assert [text[span.start : span.end] for span in explicit] == [*parts["points"][1], *more]
