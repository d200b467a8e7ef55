"""Markdown: the file's own characters, since that is what a writer of Markdown reads and quotes."""

from __future__ import annotations

import datetime
import re

from kb.documents.content import Content
from kb.documents.encoding import decode
from kb.documents.plain import page_starts

__all__ = ["read"]

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.{1,10000}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
# the key of a front matter: that of our metadata
_KEYS = {
    "title": "title",
    "date": "date",
    "author": "author",
    "source": "source",
    "url": "source",
    "lang": "language",
    "language": "language",
}


def read(data: bytes) -> Content:
    """The text of a file, not changed but for its byte order mark; metadata from a YAML front matter."""
    text, notes = decode(data)
    return Content(text, page_starts(text), _front_matter(text), notes)


def _front_matter(text: str) -> dict[str, str]:
    found = _FRONT_MATTER.match(text)
    if not found:
        return {}
    import yaml

    try:
        fields = yaml.safe_load(found[1])
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}  # a rule of dashes that opens a letter is no front matter
    if not isinstance(fields, dict):
        return {}
    metadata = {}
    for key, value in fields.items():
        name = _KEYS.get(str(key).lower())
        if name and isinstance(value, str | datetime.date):
            metadata[name] = value.isoformat()[:10] if isinstance(value, datetime.date) else value
    return metadata
