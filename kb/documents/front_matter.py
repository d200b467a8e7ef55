"""A front matter: what the generator of a web site is told of a page, in YAML or TOML at the head of its text."""

from __future__ import annotations

import datetime
import re
import tomllib

__all__ = ["metadata"]

_YAML = re.compile(r"---[ \t]*\r?\n(.{1,10000}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\+\+\+[ \t]*\r?\n(.{1,10000}?)\r?\n\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL)
# the key of a front matter: that of our metadata
_KEYS = {
    "title": "title",
    "date": "date",
    "published": "date",
    "author": "author",
    "source": "source",
    "url": "source",
    "lang": "language",
    "language": "language",
}


def metadata(text: str) -> dict[str, str]:
    """Give what the front matter of `text` says, by the names of our metadata; nothing where it has none."""
    fields = _fields(text)
    if not isinstance(fields, dict):
        return {}
    said: dict[str, str] = {}
    for key, value in fields.items():
        name = _KEYS.get(str(key).lower())
        if name == "date":
            value = _day(value)
        if name and isinstance(value, str):
            said.setdefault(name, value)
    return said


def _fields(text: str) -> object:
    if found := _TOML.match(text):
        try:
            return tomllib.loads(found[1])
        except ValueError:
            return None
    if found := _YAML.match(text):
        import yaml

        try:
            return yaml.safe_load(found[1])
        except (yaml.YAMLError, ValueError, RecursionError):
            return None  # a rule of dashes that opens a letter is no front matter
    return None


def _day(value: object) -> str | None:
    """Give a date or a time as ISO 8601, to the day; None for what is none."""
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    try:
        return datetime.datetime.fromisoformat(str(value)).date().isoformat()
    except ValueError:
        return None
