"""The records the program passes on: a letter and what was read out of it.

All offsets are 0-based, end excluded, and count Unicode code points of the letter's text, which is never
changed: `letter.text[span.start:span.end]` is always what a record was read from.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from typing import Literal, NamedTuple

__all__ = [
    "Addressee",
    "Demand",
    "Explicitness",
    "Force",
    "Letter",
    "Reference",
    "Remark",
    "SignatoryKind",
    "Signature",
    "Span",
    "slug",
]

Explicitness = Literal["explicit", "implicit"]
Force = Literal["request", "appeal", "urge", "call", "demand", "must"]
SignatoryKind = Literal["organisation", "person"]


class Span(NamedTuple):
    """A stretch of a letter's text: code points `start` to `end`, end excluded."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a letter is addressed or copied to: `name` as printed (white space folded), office and body if told.

    "H.E. Mr. António Guterres", "Secretary-General", "United Nations".
    """

    name: str
    span: Span
    office: str | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """One line of the signature block: `name` as printed, white space folded and line breaks mended.

    `position` counts the signatures of the letter from 1, whatever numbers are printed.
    """

    name: str
    span: Span
    position: int
    kind: SignatoryKind = "organisation"


@dataclass(frozen=True, slots=True)
class Reference:
    """A document the letter names, at one place: a UN `symbol` ("S/RES/2254 (2015)") or else its `name`."""

    span: Span
    symbol: str | None = None
    name: str | None = None

    @property
    def key(self) -> str:
        """What the document is known by: its symbol, or its name."""
        return self.symbol or self.name or ""


@dataclass(frozen=True, slots=True)
class Demand:
    """One request: a whole list item or a whole sentence, `quote == text[span.start:span.end]`.

    `item` is the printed marker of a list item ("3", "a", "-"), `types` are ids of `ontology/demand-types.ttl`,
    `references` the keys of the documents the quote names, `certainty` (0 to 1) how sure the reader is that
    this is a demand and of its explicitness.
    """

    quote: str
    span: Span
    explicitness: Explicitness
    force: Force
    item: str | None = None
    types: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    certainty: float = 1.0


@dataclass(frozen=True, slots=True)
class Remark:
    """A doubt left to a person: a stable `code` ("ambiguous-date"), one sentence, and the place if there is one."""

    code: str
    message: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter and everything read out of it.

    `id` is the slug of the file name; `path` is relative to the collection; `date` is ISO 8601, to the day or to
    the month, or None; `kind` is "other" for a text that is no letter, which then makes no demands. `reported`
    are demands the letter only reports. `metadata` is what the file itself claims (title, date, author, source).
    """

    id: str
    path: str
    sha256: str
    text: str
    language: str
    kind: Literal["letter", "other"]
    title: str | None = None
    title_span: Span | None = None
    date: str | None = None
    date_span: Span | None = None
    addressees: tuple[Addressee, ...] = ()
    copied: tuple[Addressee, ...] = ()
    signatures: tuple[Signature, ...] = ()
    demands: tuple[Demand, ...] = ()
    reported: tuple[Demand, ...] = ()
    references: tuple[Reference, ...] = ()
    warnings: tuple[Remark, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()


SLUG_LENGTH = 96


def slug(name: str) -> str:
    """Make a name one part of an IRI: letters and digits of any script, in lower case, joined by "-".

    >>> slug("2018-01-31 Guterres, Sochi")
    '2018-01-31-guterres-sochi'

    Arabic stays Arabic: RFC 3987 allows it, and people can read it. What is too long is cut, and what is cut
    or empty is told apart by a hash.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    whole = "-".join(folded.translate(_SPACED).split())
    if 0 < len(whole) <= SLUG_LENGTH:
        return whole
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{whole[: SLUG_LENGTH - 13].rstrip('-')}-{digest}".lstrip("-")


class _Spaced(dict[int, int | str]):
    """Each character by its code point: as it is in a word, a space elsewhere; found out when it is first met."""

    def __missing__(self, code: int) -> int | str:
        self[code] = found = code if _is_word(chr(code)) else " "
        return found


_SPACED = _Spaced()


def _is_word(char: str) -> bool:
    # Marks are part of words in many scripts; the marks of plane 14 are not allowed in IRIs.
    category = unicodedata.category(char)[0]
    return category in "LN" or (category == "M" and char < "\U000e0000")
