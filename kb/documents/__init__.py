"""A file of any kind becomes a Document: its text, and where it came from.

The first step of the way through the house. Each format has a module of its own that gives text and metadata;
this one tells formats apart, bounds sizes and puts the Document together.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from kb.documents.content import MAX_BYTES, Content, bounded
from kb.errors import DataError, KbError, OutsideError

__all__ = ["SUFFIXES", "Document", "parse_document", "read_document"]

# file name suffix: the module of its reader (imported when first needed), its media type
_FORMATS = {
    ".txt": ("plain", "text/plain"),
    ".md": ("plain", "text/markdown"),
    ".html": ("html", "text/html"),
    ".htm": ("html", "text/html"),
    ".pdf": ("pdf", "application/pdf"),
    ".docx": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".eml": ("mail", "message/rfc822"),
}
SUFFIXES = tuple(_FORMATS)


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file and what the file says of itself.

    `text` is what all offsets count in; for a text file it is the file's own characters, undone of nothing
    but the byte order mark. `page_starts` are the offsets at which a new page begins, where the format knows
    (the first page's 0 is left out). `metadata` may hold `title`, `date` (ISO 8601, what the file says of
    when it was sent or published), `created` (the same of when the file was made), `author`, `source` and
    `language`. `notes` are (code, message) pairs that become warnings of the letter (that the encoding was
    guessed, say).
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
    return parse_document(_read(path), path)


def parse_document(data: bytes, path: Path) -> Document:
    """Read `data`, a file's bytes; `path` tells the format by its suffix. Raises `DataError` as above."""
    suffix = path.suffix.lower()
    if suffix not in _FORMATS:
        raise DataError(f"{suffix or 'no suffix'} is no format read here ({' '.join(SUFFIXES)})", path)
    reader, media_type = _FORMATS[suffix]
    try:
        content: Content = bounded(importlib.import_module(f"kb.documents.{reader}").read(data))
    except KbError as error:
        raise type(error)(error.message, path, error.line, error.column) from error
    except ImportError as error:
        needed = f"{suffix} files need {error.name}: pip install 'demandkb[documents]'"
        raise OutsideError(needed, path) from error
    except RecursionError as error:
        raise DataError("is nested too deeply to be read", path) from error
    except MemoryError as error:
        raise OutsideError("there is too little memory to read it", path) from error
    except Exception as error:
        # The libraries that read a format raise whatever broken input leads them to: the file is wrong.
        why = " ".join(str(error).split())[:200] or type(error).__name__
        raise DataError(f"is broken, or no {suffix} file ({why})", path) from error
    return Document(
        path,
        hashlib.sha256(data).hexdigest(),
        content.text,
        media_type,
        content.page_starts,
        content.metadata,
        content.notes,
    )


def _read(path: Path) -> bytes:
    """The bytes of the file, all of one moment."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise DataError("is a folder" if path.is_dir() else "is no ordinary file", path)
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            if before.st_size > MAX_BYTES:
                raise DataError(
                    f"is {before.st_size:,} bytes, more than the {MAX_BYTES:,} a letter may have", path
                )
            data = file.read(MAX_BYTES + 1)
            after = os.fstat(file.fileno())
    except FileNotFoundError as error:
        raise DataError("there is no such file", path) from error
    except PermissionError as error:
        raise DataError("may not be read: its permissions forbid it", path) from error
    except OSError as error:
        raise DataError(f"could not be read: {error.strerror or error}", path) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(
        data
    ) != after.st_size:
        raise DataError("changed while it was read: try again when it is complete", path)
    if not data:
        raise DataError("is empty", path)
    return data
