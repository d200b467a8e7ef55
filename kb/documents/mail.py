"""E-mail (.eml): the text a reader of the message sees, and its headers."""

from __future__ import annotations

import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

from kb.documents.content import MAX_NESTING, Content
from kb.documents.encoding import decode
from kb.errors import DataError

__all__ = ["read"]

# A text part this much shorter than the HTML part is no version of it but says "see this in a browser".
_STUB = 0.5


def read(data: bytes) -> Content:
    """The text part, or the HTML part where that says far more; attachments are named in the notes."""
    message = message_from_bytes(data, policy=policy.default)
    if not isinstance(message, EmailMessage) or not message.keys():
        raise DataError("has no headers: it is no e-mail")
    _check_nesting(message)
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


def _check_nesting(message: EmailMessage) -> None:
    level: list[Message] = [message]
    for _ in range(MAX_NESTING):
        level = [part for parent in level if parent.is_multipart() for part in parent.iter_parts()]  # type: ignore[attr-defined]
        if not level:
            return
    raise DataError(f"nests parts more than {MAX_NESTING} deep: no e-mail does")


def _body(message: EmailMessage) -> tuple[str, tuple[tuple[str, str], ...]]:
    plain, notes = _part(message.get_body(("plain",)))
    page, page_notes = _part(message.get_body(("html",)))
    if page:
        from kb.documents.html import to_text

        written = to_text(page)
        if len(plain.split()) < _STUB * len(written.split()):
            return written, page_notes
    return plain, notes


def _part(part: Message | None) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The characters of a part, line ends as single line feeds (in mail they are always two characters)."""
    payload = part.get_payload(decode=True) if part is not None else None
    if not isinstance(payload, bytes) or not payload.strip() or part is None:
        return "", ()
    text, notes = decode(payload, part.get_content_charset())
    return text.replace("\r\n", "\n"), notes


def _attachments(message: EmailMessage) -> list[str]:
    names = []
    for part in message.walk():
        name = part.get_filename()
        if name or part.get_content_disposition() == "attachment":
            names.append(" ".join(name.split()) if name else f"a part of type {part.get_content_type()}")
    return names


def _metadata(message: EmailMessage) -> dict[str, str]:
    metadata = {}
    for header, key in (("Subject", "title"), ("From", "author"), ("Content-Language", "language")):
        value = " ".join(str(message.get(header, "")).split())
        if value:
            metadata[key] = value
    sent = getattr(message.get("Date"), "datetime", None)
    if isinstance(sent, datetime.datetime):
        metadata["date"] = sent.date().isoformat()
    return metadata
