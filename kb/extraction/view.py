"""What was read out of a letter, as a person checks it: the text in colour, a table, the warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kb.letter import Addressee, Demand, Letter, Span

__all__ = ["show"]

_STYLES = {
    "title": "bold",
    "date": "bold cyan",
    "addressee": "bold magenta",
    "copied": "magenta",
    "signatory": "blue",
    "explicit": "bold black on green",
    "implicit": "black on yellow",
    "reported": "italic bright_black",
    "reference": "underline",
}
# Terminals obey control characters, and text after an override of direction is not what it looks like: shown
# as one visible sign each, so that places stay what they are.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def show(letter: Letter, console: Console) -> None:
    """Print `letter` on `console`."""
    console.rule(Text(_safe(f"{letter.path} · {letter.language} · {letter.kind}")))
    text = Text(_safe(letter.text))
    for what, span in _places(letter):
        text.stylize(_STYLES[what], span.start, span.end)
    console.print(text, soft_wrap=True)
    console.print()
    console.print(_legend())
    console.print(_table(letter))
    for remark in letter.warnings:
        place = f" ({remark.span.start}–{remark.span.end})" if remark.span else ""
        console.print(Text(_safe(f"warning: {remark.message} [{remark.code}]{place}"), style="bold red"))


def _safe(text: str) -> str:
    return _UNSAFE.sub(lambda found: " " if found[0] == "\r" else "\N{REPLACEMENT CHARACTER}", text)


def _places(letter: Letter) -> Iterator[tuple[str, Span]]:
    """What was read, and where; later styles are laid over earlier ones."""
    if letter.title_span:
        yield "title", letter.title_span
    if letter.date_span:
        yield "date", letter.date_span
    yield from (("addressee", addressee.span) for addressee in letter.addressees)
    yield from (("copied", addressee.span) for addressee in letter.copied)
    yield from (("signatory", signature.span) for signature in letter.signatures)
    yield from (("reported", demand.span) for demand in letter.reported)
    yield from ((demand.explicitness, demand.span) for demand in letter.demands)
    yield from (("reference", reference.span) for reference in letter.references)


def _legend() -> Text:
    legend = Text()
    for what, style in _STYLES.items():
        legend.append(what, style)
        legend.append("  ")
    return legend


def _table(letter: Letter) -> Table:
    table = Table(show_edge=False, pad_edge=False, show_lines=False)
    table.add_column("read", style="bold", no_wrap=True)
    table.add_column("what", overflow="fold")
    table.add_column("where", justify="right", no_wrap=True)
    for what, value, span in _rows(letter):
        table.add_row(what, Text(_safe(value)), f"{span.start}–{span.end}" if span else "")
    return table


def _rows(letter: Letter) -> Iterator[tuple[str, str, Span | None]]:
    yield "title", letter.title or "none", letter.title_span
    yield "date", letter.date or "none", letter.date_span
    yield from (("addressee", _address(addressee), addressee.span) for addressee in letter.addressees)
    yield from (("copied", _address(addressee), addressee.span) for addressee in letter.copied)
    yield from (
        (f"{signature.kind} {signature.position}", signature.name, signature.span)
        for signature in letter.signatures
    )
    for number, demand in enumerate(letter.demands, 1):
        yield f"demand {number}", _summary(demand), demand.span
    yield from (("reported", _summary(demand), demand.span) for demand in letter.reported)
    yield from (("reference", reference.key, reference.span) for reference in letter.references)


def _address(addressee: Addressee) -> str:
    parts = (addressee.name, addressee.office, addressee.body)
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _summary(demand: Demand) -> str:
    item = f"{demand.item}. " if demand.item else ""
    about = ", ".join((*demand.types, *demand.references)) or "no type"
    quote = " ".join(demand.quote.split())
    return f"{item}{quote}\n{demand.explicitness}, {demand.force}, {demand.certainty:.0%} · {about}"
