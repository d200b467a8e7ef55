"""A collection: a folder of letters and, beside them, the curator's files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

__all__ = ["Assessment", "Collection", "Decision", "LetterNote", "OrganisationRow"]


@dataclass(frozen=True, slots=True)
class LetterNote:
    """What the curator says of a letter that its text does not: a table `[letters.ID]` of collection.toml."""

    date: str | None = None
    title: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """A row of `organisations.csv`; `aliases` and `links` are separated by ";" in their cells."""

    name: str
    aliases: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    country: str = ""
    note: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """A row of `review.csv`: `what` was decided on which `letter`, by whom, when (ISO date) and why.

    `what` is a demand's IRI or quote, or a printed name; for same, different and unsure `value` is the other
    demand or name; for change it is what changes ("types: ceasefire lifting-sieges", "span: 120-240").
    """

    what: str
    letter: str
    decision: Literal["accept", "reject", "change", "same", "different", "unsure"]
    value: str
    by: str
    when: str
    why: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Assessment:
    """A row of `assessments.csv`: a dated judgement of the reply to a demand, or of what was done for it."""

    demand: str
    facet: Literal["reply", "implementation"]
    outcome: str
    date: str
    assessor: str
    document: str = ""
    paragraph: str = ""
    quote: str = ""
    address: str = ""
    why: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder of letters and what its curator wrote; `problems` are rows refused, with file and line."""

    folder: Path
    letters: tuple[Path, ...]
    title: str = ""
    publisher: str = ""
    licence: str = ""
    base: str = "https://w3id.org/demandkb/id/"
    notes: dict[str, LetterNote] = field(default_factory=dict)
    organisations: tuple[OrganisationRow, ...] = ()
    decisions: tuple[Decision, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    problems: tuple[Exception, ...] = ()
