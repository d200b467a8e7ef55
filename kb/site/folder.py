"""The folder of the site: what was written there before, and what has to be written now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Files", "SiteFolder", "SiteSummary", "is_whole"]

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


class Files:
    """Puts files into a folder, each in one step, and only those that changed.

    `before` has what each was made of before as a digest, so that a page of the same values needs not be rendered;
    `now` what those are made of that were put or found unchanged, and `written` counts those whose bytes changed.
    """

    def __init__(self, path: Path, before: Mapping[str, str]) -> None:
        self.path = path
        self.before = before
        self.now: dict[str, str] = {}
        self.written = 0

    def unchanged(self, name: str, digest: str) -> bool:
        """Whether the file `name` was made of the same before, and is still there. It is now part of the site."""
        self.now[name] = digest
        return self.before.get(name) == digest and (self.path / name).is_file()

    def put(self, name: str, content: bytes) -> None:
        """Write a file, unless it has these bytes already."""
        file = self.path / name
        self.now.setdefault(name, hashlib.sha256(content).hexdigest())
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
        self.written += 1


class SiteFolder(Files):
    """All files of a site.

    For each part of it (the pages of one thing) is remembered what all its files were made of, so that nothing needs
    be asked for it.
    """

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        state = _state(path)
        super().__init__(path, state.get("files", {}))
        self._made_of = state.get("made of", "")
        self._parts_before: dict[str, tuple[str, list[str]]] = state.get("parts", {})
        self._parts: dict[str, tuple[str, list[str]]] = {}

    def is_made_of(self, digest: str) -> bool:
        """Whether the whole site was made of the same before, and is still there: then there is nothing to do."""
        if self._made_of != digest or not self._are_there(self.before):
            return False
        self.now, self._parts = dict(self.before), self._parts_before
        return True

    def begin(self) -> None:
        """Prepare to write: should this run be cut short, the next trusts no digest, but knows which files are ours."""
        if self.before:
            self._save({"files": dict.fromkeys(self.before, "")})

    def has_part(self, name: str, digest: str) -> bool:
        """Whether a part was made of the same before, and is still there. It is now part of the site."""
        before, files = self._parts_before.get(name, ("", []))
        if not digest or before != digest or not self._are_there(files):
            return False
        self._parts[name] = (before, files)
        self.now.update((file, self.before[file]) for file in files)
        return True

    def files_of(self, name: str) -> Mapping[str, str]:
        """What the files of a part were made of before."""
        _, files = self._parts_before.get(name, ("", []))
        return {file: self.before[file] for file in files if file in self.before}

    def add_part(self, name: str, digest: str, files: Files) -> None:
        """Take a part that was made into the site."""
        self._parts[name] = (digest, list(files.now))
        self.now.update(files.now)
        self.written += files.written

    def _are_there(self, names: Iterable[str]) -> bool:
        return all(name in self.before and (self.path / name).is_file() for name in names)

    def finish(self, digest: str) -> SiteSummary:
        """Remove what earlier runs wrote and this one did not, and remember what is there and was made of what."""
        gone = sorted(set(self.before) - set(self.now))
        for name in gone:
            (self.path / name).unlink(missing_ok=True)
        if self.written or gone or self._made_of != digest:
            self._save({"made of": digest, "parts": self._parts, "files": self.now})
        return SiteSummary(self.written, len(self.now) - self.written, len(gone))

    def _save(self, state: dict[str, Any]) -> None:
        text = json.dumps(state, indent=0, sort_keys=True, ensure_ascii=False)
        draft = self.draft(STATE)
        draft.write_bytes(text.encode("utf-8", "replace"))
        draft.replace(self.path / STATE)


def _state(path: Path) -> dict[str, Any]:
    try:
        state = json.loads((path / STATE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}
