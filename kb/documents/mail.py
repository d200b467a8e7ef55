"""E-mail (.eml): the text a reader of the message sees, and its headers."""

from __future__ import annotations

import contextlib
import re
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime

from kb.documents.content import MAX_HEADER_BYTES, MAX_NESTING, MAX_PARTS, Content
from kb.documents.encoding import decode
from kb.errors import DataError

__all__ = ["read"]

# A text part this much shorter than the HTML part is no version of it but says "see this in a browser".
_STUB = 0.5
_LONGEST_VALUE = 2_000  # characters of one header
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


def read(data: bytes) -> Content:
    """The text part, or the HTML part where that says far more; attachments are named in the notes."""
    message = _parsed(data)
    attachments = tuple(_attachments(message))
    text, notes = _body(message)
    if not text.strip():
        if attachments:
            named = ", ".join(attachments)
            raise DataError(f"the e-mail itself holds no text: save what is attached ({named}) beside it")
        raise DataError("the e-mail holds no text")
    for name in attachments:
        notes += (("attachment-not-read", f"{name} is attached and was not read: save it beside the e-mail"),)
    return Content(text, metadata=_metadata(message), notes=notes)


def _parsed(data: bytes) -> Message:
    """The message. The standard parser takes very long over many headers or parts, so they are bounded."""
    if len(_BLANK_LINE.split(data, maxsplit=1)[0]) > MAX_HEADER_BYTES:
        raise DataError(f"has more than {MAX_HEADER_BYTES:,} bytes of headers: no e-mail does")
    if data.count(b"\n--") > MAX_PARTS:
        raise DataError(f"has more than {MAX_PARTS:,} parts: no e-mail does")
    message = message_from_bytes(data, policy=_POLICY)
    if not message.keys():
        raise DataError("has no headers: it is no e-mail")
    level: list[Message] = [message]
    for _ in range(MAX_NESTING):
        level = [part for parent in level if parent.is_multipart() for part in _parts(parent)]
        if not level:
            return message
    raise DataError(f"nests parts more than {MAX_NESTING} deep: no e-mail does")


def _parts(message: Message) -> list[Message]:
    parts = message.get_payload()
    return [part for part in parts if isinstance(part, Message)] if isinstance(parts, list) else []


def _header(name: str, value: str) -> str:
    """A header's value as it stands, without parsing it: cut where it is longer than any name or subject."""
    return " ".join(
        value[:_LONGEST_VALUE].encode("ascii", "surrogateescape").decode("utf-8", "replace").split()
    )


# Headers as plain strings: the standard parser of their values is recursive, and quadratic in their length.
_POLICY = policy.default.clone(header_factory=_header)


def _decoded(value: str) -> str:
    """A header's value with its encoded words ("=?utf-8?q?...") read."""
    try:
        return " ".join(str(make_header(decode_header(value))).split())
    except (ValueError, LookupError, HeaderParseError):
        return value


def _body(message: Message) -> tuple[str, tuple[tuple[str, str], ...]]:
    plain, notes = _part(message, "text/plain")
    page, page_notes = _part(message, "text/html")
    if page:
        from kb.documents.html import to_text

        written = to_text(page)
        if len(plain.split()) < _STUB * len(written.split()):
            return written, page_notes
    return plain, notes


def _part(message: Message, media_type: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The characters of the first part of that type. Line ends, in mail always two, become one line feed."""
    for part in message.walk():
        if part.get_content_type() == media_type and not _is_attached(part):
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes) and payload.strip():
                text, notes = decode(payload, part.get_content_charset())
                return text.replace("\r\n", "\n"), notes
    return "", ()


def _is_attached(part: Message) -> bool:
    return bool(part.get_filename()) or part.get_content_disposition() == "attachment"


def _attachments(message: Message) -> list[str]:
    return [
        _decoded(part.get_filename() or f"a part of type {part.get_content_type()}")
        for part in message.walk()
        if _is_attached(part)
    ]


def _metadata(message: Message) -> dict[str, str]:
    metadata = {}
    for header, key in (("Subject", "title"), ("From", "author"), ("Content-Language", "language")):
        value = _decoded(message.get(header, ""))
        if value:
            metadata[key] = value
    with contextlib.suppress(ValueError):  # a date that is none is not kept
        metadata["date"] = parsedate_to_datetime(message.get("Date", "")).date().isoformat()
    return metadata
