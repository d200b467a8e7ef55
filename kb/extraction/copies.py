"""Who gets a copy of a letter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kb.extraction.layout import Layout, plain, read
from kb.extraction.naming import named_in
from kb.extraction.offices import EDGES, begins_with, is_plain_office, known, without_forms
from kb.extraction.wordings import copies_lead
from kb.extraction.zones import Zones
from kb.letter import Addressee, Span

__all__ = ["find_copied"]


_SEMICOLON = re.compile("[;؛]")


def find_copied(layout: Layout, zones: Zones) -> Iterator[Addressee]:
    """Read those who get a copy: one a line, or several parted by semicolons."""
    for run in zones.runs("copies"):
        entries: list[list[int]] = []
        printed: list[str] = []
        runs_on = False
        for index in run:
            line = layout.lines[index]
            if line.furniture:
                continue
            text = plain(layout.text, line.content, line.span.end)
            before = layout.text[layout.lines[index - 1].span.end - 1] if entries else ""
            broken = (
                entries
                and not line.marker
                and (
                    # Names that run on, parted by semicolons.
                    ((runs_on or text[:1].islower()) and not copies_lead(text))
                    or (before in ",،" and known("offices").match(text))
                    or _tells_of(printed, text)
                )
            )
            if broken:
                entries[-1].append(index)
                printed.append(text)
                runs_on |= _SEMICOLON.search(text) is not None
            else:
                entries.append([index])
                runs_on = not line.marker and _SEMICOLON.search(text) is not None
                printed = [text[copies_lead(text) :].strip(EDGES)]
        for entry in entries:
            first = layout.lines[entry[0]]
            spans = [Span(first.content, first.span.end), *(layout.lines[index].span for index in entry[1:])]
            reading = read(layout.text, spans)
            start, stop = copies_lead(reading.text), len(reading.text)
            if reading.text.startswith(("(", "[")):
                stop = len(reading.text.rstrip(" .)]"))
            if article := known("articles").match(reading.text, start):
                start = article.end()
            yield from named_in(reading, start, stop)


def _tells_of(printed: Sequence[str], text: str) -> bool:
    """Tell whether a line is the office of the person named above it, or the body of that office."""
    offices = known("offices")
    if len(printed) > 1:
        return offices.match(printed[-1]) is not None and begins_with(text, "bodies")
    name = printed[0]
    return (
        bool(name)
        and not re.search("[,،;؛]", name)
        and offices.search(without_forms(name)) is None
        and offices.match(text) is not None
        and is_plain_office(text)
    )
