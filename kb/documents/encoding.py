"""Bytes become characters: the encoding a text is in is what it must be, or a guess that is told."""

from __future__ import annotations

import codecs
import re

from kb.documents.content import MAX_TEXT_BYTES
from kb.errors import DataError

__all__ = ["decode"]

_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"%PDF-", "a PDF (.pdf)"),
    (b"PK\x03\x04", "a zipped file, a Word document perhaps (.docx)"),
    (b"\xd0\xcf\x11\xe0", "an old Word document: save it as .docx"),
    (b"{\\rtf", "rich text: save it as .docx"),
)
# What no text holds: control characters but for tab, line ends, page break and the old end of file.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f\ufffe\uffff]")
# Letters and marks of the languages letters are read in: what a text in UTF-16 is told by.
_FAMILIAR = re.compile(r"[\x09-\x0d\x20-\x7e\xa0-\u024f\u0600-\u06ff\u2010-\u2027\u2030-\u203a\u20ac]")
_ENOUGH = 100_000  # characters of a text to tell its encoding by
_GUESSES = ["cp1252", "cp1256"]
_NAMES = {"cp1252": "Windows-1252", "cp1256": "Windows-1256"}
_SAVE = "save it as UTF-8"


def decode(data: bytes, declared: str | None = None) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The characters of `data` without a byte order mark, and notes on how sure that is.

    `declared` is the encoding the file claims for itself. Raises `DataError` for what is no text, and for
    what could be in several encodings.
    """
    if len(data) > MAX_TEXT_BYTES:
        raise DataError(
            f"holds {len(data):,} bytes of text, more than the {MAX_TEXT_BYTES:,} of a letter: split it"
        )
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise DataError(f"is not text but {what}")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _text(_strictly(data[len(mark) :], encoding)), ()
    if b"\0" in data:
        return _utf16(data)
    for claimed in ("utf-8", declared or "utf-8"):
        try:
            return _text(data.decode(claimed)), ()
        except (UnicodeError, LookupError):
            continue
    return _guess(data)


def _text(text: str) -> str:
    found = _CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise DataError(f"is not text: it holds the control character U+{ord(found[0]):04X}", line=line)
    return text


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeError as error:
        raise DataError(f"begins as {encoding.upper()} but breaks off from it: {_SAVE}") from error


def _utf16(data: bytes) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Text in UTF-16 without a mark: read in the right order, nearly all of it is letters we know."""
    readings = []
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        beginning = text[:_ENOUGH]
        if len(_FAMILIAR.sub("", beginning)) < 0.1 * len(beginning):
            readings.append((encoding, text))
    if len(readings) != 1:
        raise DataError("is not text: it is a binary file")
    encoding, text = readings[0]
    return _text(text), _guessed(encoding.upper())


def _guess(data: bytes) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Text of one byte a letter: Western or Arabic, told apart by which of them the letters make sense in."""
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=_GUESSES).best()
    if best is None or best.encoding not in _GUESSES:
        raise DataError(
            f"is in no encoding that can be told (UTF-8, UTF-16, Windows-1252, Windows-1256): {_SAVE}"
        )
    return _text(data.decode(best.encoding)), _guessed(_NAMES[best.encoding])


def _guessed(name: str) -> tuple[tuple[str, str], ...]:
    return (
        ("encoding-guessed", f"the encoding is not declared and was taken to be {name}: {_SAVE} to be sure"),
    )
