"""The folder of the site: what was written there before, and what has to be written now."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

__all__ = ["SiteFolder", "SiteSummary"]

STATE = ".pages.json"


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """How many files a run wrote, left as they were, and removed."""

    written: int
    kept: int
    removed: int


class SiteFolder:
    """Puts files into a folder, each in one step, and only those that changed.

    What each file was made of is remembered as a digest, so that a page of the same values needs not be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        try:
            self._before: dict[str, str] = json.loads((path / STATE).read_text("utf-8"))
        except (OSError, ValueError):
            self._before = {}
        self._now: dict[str, str] = {}
        self._written = 0

    def unchanged(self, name: str, digest: str) -> bool:
        """Whether the file `name` was made of the same before, and is still there. It is now part of the site."""
        self._now[name] = digest
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
        draft.replace(self.path / name)
        self._written += 1

    def finish(self) -> SiteSummary:
        """Remove what earlier runs wrote and this one did not, and remember what is there."""
        gone = sorted(set(self._before) - set(self._now))
        for name in gone:
            (self.path / name).unlink(missing_ok=True)
        summary = SiteSummary(self._written, len(self._now) - self._written, len(gone))
        if self._now != self._before:
            state = json.dumps(self._now, indent=0, sort_keys=True, ensure_ascii=False)
            self.put(STATE, state.encode("utf-8", "replace"))
        return summary
