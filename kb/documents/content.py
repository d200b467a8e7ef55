"""What a reader gives, and the bounds every reader keeps to."""

from __future__ import annotations

from dataclasses import dataclass, field

from kb.errors import DataError

__all__ = [
    "MAX_BYTES",
    "MAX_CHARACTERS",
    "MAX_EXPANDED_BYTES",
    "MAX_HEADER_BYTES",
    "MAX_LINE",
    "MAX_NESTING",
    "MAX_PAGES",
    "MAX_PARTS",
    "MAX_TEXT_BYTES",
    "MAX_XML_BYTES",
    "Content",
    "bounded",
]

# Bounds far above any letter known (hundreds of pages, ten thousand signatories), and low enough that a
# hostile file costs seconds and some hundred megabytes at most.
MAX_BYTES = 64 * 1024 * 1024  # of the file
MAX_TEXT_BYTES = 16 * 1024 * 1024  # of a text, a page, the text of an e-mail
MAX_EXPANDED_BYTES = 256 * 1024 * 1024  # of all the parts of a zipped file, expanded
MAX_XML_BYTES = 32 * 1024 * 1024  # of those parts that are XML
MAX_HEADER_BYTES = 1024 * 1024  # of the headers of an e-mail
MAX_PARTS = 10_000  # of an e-mail
MAX_PAGES = 2_000
MAX_CHARACTERS = 4_000_000  # of the text
MAX_LINE = 1_000_000  # characters of one line
MAX_NESTING = 200  # elements inside one another, parts of an e-mail inside one another


@dataclass(frozen=True, slots=True)
class Content:
    """What a reader found in a file: the fields of `kb.documents.Document` of the same names."""

    text: str
    page_starts: tuple[int, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)
    notes: tuple[tuple[str, str], ...] = ()


def bounded(content: Content) -> Content:
    """The same content; raises `DataError` where its text is too long, or has no word in it."""
    text = content.text
    if not text or text.isspace():
        raise DataError("holds no text")
    if len(text) > MAX_CHARACTERS:
        raise DataError(
            f"holds {len(text):,} characters, more than the {MAX_CHARACTERS:,} of a letter: split it"
        )
    if len(text) > MAX_LINE:
        for number, line in enumerate(text.splitlines(), start=1):
            if len(line) > MAX_LINE:
                raise DataError(
                    f"line {number} is {len(line):,} characters long, more than {MAX_LINE:,}: break it"
                )
    return content
