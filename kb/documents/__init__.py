"""A file of any kind becomes a Document: its text, and where it came from.

The first step of the way through the house. Each format has a module of its own that gives text and metadata;
this one tells formats apart, bounds sizes and puts the Document together.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Document", "read_document"]


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file and what the file says of itself.

    `text` is what all offsets count in; for a text file it is the file's own characters, undone of nothing but
    the byte order mark. `page_starts` are the offsets at which a new page begins, where the format knows.
    `metadata` may hold `title`, `date`, `author`, `source`, `language`. `notes` are (code, message) pairs that
    become warnings of the letter (the encoding was guessed, for example).
    """

    path: Path
    sha256: str
    text: str
    media_type: str = "text/plain"
    page_starts: tuple[int, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)
    notes: tuple[tuple[str, str], ...] = ()


def read_document(path: Path) -> Document:
    """Read the file at `path`. Raises `kb.errors.DataError` where it can't be read as a letter."""
    data = path.read_bytes()
    return Document(path, hashlib.sha256(data).hexdigest(), data.decode("utf-8-sig"))
