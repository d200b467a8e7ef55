"""The folder of the site: what was written there before, and what has to be written now."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kb.errors import OutsideError
from kb.files import lock

__all__ = ["Files", "SiteFolder", "SiteSummary", "is_whole"]

STATE = ".pages.sqlite"
LOCK = ".lock"

TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS part (name TEXT PRIMARY KEY, digest TEXT NOT NULL, here INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS file (
  name TEXT PRIMARY KEY, digest TEXT NOT NULL, part TEXT NOT NULL, here INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS file_part ON file (part);
"""
"""What each part, and each file, was made of, and whether it is part of the site that is being made."""


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """How many files a run wrote, left as they were, and removed."""

    written: int
    kept: int
    removed: int


def is_whole(path: Path) -> bool:
    """Whether a site was made there to its end at least once."""
    try:
        with closing(sqlite3.connect(f"{(path / STATE).absolute().as_uri()}?mode=ro", uri=True)) as state:
            return bool(state.execute("SELECT 1 FROM about WHERE name = 'whole'").fetchone())
    except sqlite3.DatabaseError:
        return False


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
    be asked for it. What is remembered is in a file of tables (SQLite), not in memory.
    """

    def __init__(self, path: Path) -> None:
        """Open the folder, made if need be. Raises OutsideError while another run writes into it."""
        path.mkdir(parents=True, exist_ok=True)
        super().__init__(path, {})
        self._lock = (path / LOCK).open("a", encoding="ascii")
        if not lock(self._lock, exclusive=True):
            self._lock.close()
            raise OutsideError("another run is still writing this site: try again when it is done", path)
        self._state = _opened(path / STATE)

    def close(self) -> None:
        """Let go of what is remembered, and of the folder."""
        self._state.close()
        self._lock.close()

    def is_made_of(self, digest: str) -> bool:
        """Whether the whole site was made of the same before, and is still there: then there is nothing to do."""
        files = (name for (name,) in self._state.execute("SELECT name FROM file"))
        return self._told("made of") == digest and self._are_there(files)

    def as_it_was(self) -> SiteSummary:
        """Sum up a run that had nothing to do."""
        return SiteSummary(0, self._count(), 0)

    def begin(self) -> None:
        """Prepare to write: should this run be cut short, the next trusts no digest, but knows which files are ours."""
        if self._told("cut short"):
            self._state.execute("UPDATE file SET digest = ''")
            self._state.execute("DELETE FROM part")
        self._state.execute("DELETE FROM about WHERE name = 'made of'")
        self._tell("cut short", "yes")
        self._state.execute("UPDATE file SET here = 0")
        self._state.execute("UPDATE part SET here = 0")
        self._state.commit()

    def has_part(self, name: str, digest: str) -> bool:
        """Whether a part was made of the same before, and is still there. It is now part of the site."""
        made_of = "SELECT 1 FROM part WHERE name = ? AND digest = ?"
        if not digest or not self._state.execute(made_of, (name, digest)).fetchone():
            return False
        if not self._are_there(self.files_of(name)):
            return False
        self._state.execute("UPDATE part SET here = 1 WHERE name = ?", (name,))
        self._state.execute("UPDATE file SET here = 1 WHERE part = ?", (name,))
        return True

    def files_of(self, name: str) -> Mapping[str, str]:
        """What the files of a part were made of before."""
        return dict(self._state.execute("SELECT name, digest FROM file WHERE part = ?", (name,)))

    def add_part(self, name: str, digest: str, files: Files) -> None:
        """Take a part that was made into the site."""
        self._state.execute("INSERT OR REPLACE INTO part VALUES (?, ?, 1)", (name, digest))
        for file, made_of in files.now.items():
            self._add(file, made_of, name)
        self.written += files.written

    def unchanged(self, name: str, digest: str) -> bool:
        """Whether the file `name` was made of the same before, and is still there. It is now part of the site."""
        made_of = "SELECT 1 FROM file WHERE name = ? AND digest = ?"
        same = bool(self._state.execute(made_of, (name, digest)).fetchone()) and (self.path / name).is_file()
        self.now[name] = digest
        self._add(name, digest)
        return same

    def put(self, name: str, content: bytes) -> None:
        """Write a file, unless it has these bytes already."""
        super().put(name, content)
        self._add(name, self.now[name])

    def _add(self, name: str, digest: str, part: str = "") -> None:
        self._state.execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?, 1)", (name, digest, part))

    def _are_there(self, names: Iterable[str]) -> bool:
        return all((self.path / name).is_file() for name in names)

    def finish(self, digest: str) -> SiteSummary:
        """Remove what earlier runs wrote and this one did not, and remember what is there and was made of what."""
        gone = [name for (name,) in self._state.execute("SELECT name FROM file WHERE NOT here")]
        for name in gone:
            (self.path / name).unlink(missing_ok=True)
        self._state.execute("DELETE FROM file WHERE NOT here")
        self._state.execute("DELETE FROM part WHERE NOT here")
        self._state.execute("DELETE FROM about WHERE name = 'cut short'")
        self._tell("made of", digest)
        self._tell("whole", "yes")
        self._state.commit()
        return SiteSummary(self.written, self._count() - self.written, len(gone))

    def _count(self) -> int:
        [(count,)] = self._state.execute("SELECT COUNT(*) FROM file")
        return int(count)

    def _told(self, name: str) -> str:
        row = self._state.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def _tell(self, name: str, value: str) -> None:
        self._state.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))


def _opened(path: Path) -> sqlite3.Connection:
    """Open the tables; where they can't be read, nothing is remembered."""
    try:
        return _with_tables(path)
    except sqlite3.DatabaseError:
        path.unlink(missing_ok=True)
        return _with_tables(path)


def _with_tables(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    database.executescript(TABLES)
    return database
