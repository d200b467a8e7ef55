"""Tables on disk, read like mappings: memory holds only what was asked for last."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

__all__ = ["Rows", "Shelf"]

_Value = TypeVar("_Value")

Rows = Sequence[tuple[Any, ...]]


class Shelf(Mapping[str, _Value]):
    """Values by names.

    `find` is SQL that gives the rows of a name, of which `read` makes the value: there is none where there is no row.
    `names` is SQL that gives all names in their order. The `kept` values asked for last are held in memory.
    """

    def __init__(
        self,
        database: sqlite3.Connection,
        find: str,
        names: str,
        read: Callable[[Rows], _Value],
        kept: int,
    ) -> None:
        self._database = database
        self._find = find
        self._names = names
        self._read = read
        self._found = lru_cache(kept)(self._look)

    def _look(self, name: str) -> _Value | None:
        rows = self._database.execute(self._find, (name,)).fetchall()
        return self._read(rows) if rows else None

    def __getitem__(self, name: str) -> _Value:
        found = self._found(name)
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._found(name) is not None

    def __iter__(self) -> Iterator[str]:
        for (name,) in self._database.execute(self._names):
            yield name

    def __len__(self) -> int:
        return int(self._database.execute(f"SELECT COUNT(*) FROM ({self._names})").fetchone()[0])
