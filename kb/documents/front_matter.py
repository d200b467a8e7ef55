"""A front matter: what the generator of a web site is told of a page, in YAML or TOML at the head of its text."""

from __future__ import annotations

import datetime
import re
import tomllib

__all__ = ["end", "metadata"]

_FRONT_MATTER = re.compile(
    r"\s*(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<said>(?:.*\r?\n){1,200}?)(?:(?P=fence)|\.\.\.)[ \t]*(?:\r?\n|\Z)"
)
# A rule of dashes that opens a letter is no front matter: every line of one is a setting, or goes on with one.
_SETTING = re.compile(r"[\w.-]{1,40}[ \t]?[:=]|\s|[-#\[\]]|\Z")
_LONGEST = 10_000  # code points: a page's settings, not what only begins like them
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


def end(text: str) -> int:
    """Give the offset (in code points) at which the front matter of `text` has ended; 0 where it has none."""
    found = _find(text)
    return found.end() if found else 0


def metadata(text: str) -> dict[str, str]:
    """Give what the front matter of `text` says, by the names of our metadata; nothing where it has none."""
    found = _find(text)
    fields = _fields(found["fence"], found["said"]) if found else None
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


def _find(text: str) -> re.Match[str] | None:
    found = _FRONT_MATTER.match(text[:_LONGEST])
    return found if found and all(map(_SETTING.match, found["said"].splitlines())) else None


def _fields(fence: str, said: str) -> object:
    if fence == "+++":
        try:
            return tomllib.loads(said)
        except ValueError:
            return None
    import yaml

    try:
        return yaml.safe_load(said)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _day(value: object) -> str | None:
    """Give a date or a time as ISO 8601, to the day; None for what is none."""
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    try:
        return datetime.datetime.fromisoformat(str(value)).date().isoformat()
    except ValueError:
        return None
