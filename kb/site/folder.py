"""The folder of the site: what was written there before, and what has to be written now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["SiteFolder", "SiteSummary", "is_whole"]

STATE = ".pages.json"


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """How many files a run wrote, left as they were, and removed."""

    written: int
    kept: int
    removed: int


def is_whole(path: Path) -> bool:
    """Whether a site was made there to its end at least once."""
    return (path / STATE).is_file()


class SiteFolder:
    """Puts files into a folder, each in one step, and only those that changed.

    What each file was made of is remembered as a digest, so that a page of the same values needs not be rendered;
    and for each part of the site (the pages of one thing) what all its files were made of, so that nothing needs
    be asked for it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        before = self._state()
        self._made_of = before.get("made of", "")
        self._before: dict[str, str] = before.get("files", {})
        self._parts_before: dict[str, tuple[str, list[str]]] = before.get("parts", {})
        self._now: dict[str, str] = {}
        self._parts: dict[str, tuple[str, list[str]]] = {}
        self._in_part: list[str] | None = None
        self._written = 0

    def _state(self) -> dict[str, Any]:
        try:
            state = json.loads((self.path / STATE).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return state if isinstance(state, dict) else {}

    def is_made_of(self, digest: str) -> bool:
        """Whether the whole site was made of the same before, and is still there: then there is nothing to do."""
        if self._made_of != digest or not self._are_there(self._before):
            return False
        self._now, self._parts = self._before, self._parts_before
        return True

    def has_part(self, name: str, digest: str) -> bool:
        """Whether a part was made of the same before, and is still there. It is now part of the site.

        If not, what is put from now on belongs to it.
        """
        before, files = self._parts_before.get(name, ("", []))
        if digest and before == digest and self._are_there(files):
            self._parts[name] = (before, files)
            self._now.update((file, self._before[file]) for file in files)
            return True
        self._in_part = []
        self._parts[name] = (digest, self._in_part)
        return False

    def end_part(self) -> None:
        """Say that what is put from now on belongs to no part."""
        self._in_part = None

    def _are_there(self, names: Iterable[str]) -> bool:
        return all(name in self._before and (self.path / name).is_file() for name in names)

    def unchanged(self, name: str, digest: str) -> bool:
        """Whether the file `name` was made of the same before, and is still there. It is now part of the site."""
        self._now[name] = digest
        if self._in_part is not None:
            self._in_part.append(name)
        return self._before.get(name) == digest and (self.path / name).is_file()

    def put(self, name: str, content: bytes) -> None:
        """Write a file, unless it has these bytes already."""
        file = self.path / name
        self._now.setdefault(name, hashlib.sha256(content).hexdigest())
        if file.is_file() and file.stat().st_size == len(content) and file.read_bytes() == content:
            return
        draft = self.draft(name)
        draft.write_bytes(content)
        self.publish(draft, name)

    def draft(self, name: str) -> Path:
        """Where a file may be written before it is published as `name`."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        return file.with_name(f".{file.name[:100]}.new")

    def publish(self, draft: Path, name: str) -> None:
        """Put a written draft in the place of `name`, in one step."""
        if not self._written and self._before:
            # Should this run be cut short, the next one must trust no digest, but know which files are ours.
            self._save({"files": dict.fromkeys(self._before, "")})
        draft.replace(self.path / name)
        self._written += 1

    def finish(self, digest: str) -> SiteSummary:
        """Remove what earlier runs wrote and this one did not, and remember what is there and was made of what."""
        gone = sorted(set(self._before) - set(self._now))
        for name in gone:
            (self.path / name).unlink(missing_ok=True)
        if self._written or gone or self._made_of != digest:
            self._save({"made of": digest, "parts": self._parts, "files": self._now})
        return SiteSummary(self._written, len(self._now) - self._written, len(gone))

    def _save(self, state: dict[str, Any]) -> None:
        text = json.dumps(state, indent=0, sort_keys=True, ensure_ascii=False)
        draft = self.draft(STATE)
        draft.write_bytes(text.encode("utf-8", "replace"))
        draft.replace(self.path / STATE)
