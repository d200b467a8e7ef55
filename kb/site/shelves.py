"""What joins things, on disk: made once, table by table, and read by every process that makes pages.

So memory does not grow with the collection by more than one table takes while it is made.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["Shelf", "Shelves"]

_Value = TypeVar("_Value")

KEPT = 10_000
"""Values of each table that are held in memory, those asked for last."""


class Shelf(Mapping[str, _Value]):
    """A table: values that JSON can hold by names, in the order in which they were put there."""

    def __init__(self, database: sqlite3.Connection, table: str) -> None:
        self._database = database
        self._table = table
        self._found = lru_cache(KEPT)(self._find)

    def _find(self, name: str) -> _Value | None:
        rows = self._database.execute(f"SELECT value FROM {self._table} WHERE name = ?", (name,))  # noqa: S608  # a name in our code
        row = rows.fetchone()
        return None if row is None else json.loads(row[0])

    def __getitem__(self, name: str) -> _Value:
        found = self._found(name)
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._found(name) is not None

    def __iter__(self) -> Iterator[str]:
        for (name,) in self._database.execute(f"SELECT name FROM {self._table} ORDER BY place"):  # noqa: S608  # a name in our code
            yield name

    def __len__(self) -> int:
        return int(self._database.execute(f"SELECT COUNT(*) FROM {self._table}").fetchone()[0])  # noqa: S608  # a name in our code


class Shelves:
    """A file of tables."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    @classmethod
    @contextmanager
    def make(cls, path: Path) -> Iterator[Shelves]:
        """Make the file, which is removed at the end."""
        path.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(path, isolation_level=None)) as database:
                database.execute("PRAGMA journal_mode = OFF")
                database.execute("PRAGMA synchronous = OFF")
                yield cls(database)
        finally:
            path.unlink(missing_ok=True)

    @classmethod
    def open(cls, path: Path) -> Shelves:
        """Open a file that another process made, for reading."""
        return cls(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True))

    @classmethod
    def in_memory(cls) -> Shelves:
        """Tables for little."""
        return cls(sqlite3.connect(":memory:", isolation_level=None))

    def shelf(self, table: str, make: Callable[[], Mapping[str, _Value]]) -> Shelf[_Value]:
        """Give a table; if it is not there yet, `make` tells what is in it."""
        if not self._database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
            values: Mapping[str, Any] = make()
            rows = ((name, json.dumps(value)) for name, value in values.items())
            self._database.execute(
                f"CREATE TABLE {table} (place INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, value TEXT NOT NULL)"
            )
            self._database.execute("BEGIN")
            self._database.executemany(f"INSERT INTO {table} (name, value) VALUES (?, ?)", rows)  # noqa: S608  # a name in our code
            self._database.execute("COMMIT")
        return Shelf(self._database, table)
