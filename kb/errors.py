"""What can go wrong that a user can do something about.

Every error is one clear line: what, where (file, line, column), what to do. `kb.cli` prints it and exits with
`exit_status`; anything else that escapes is a bug.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["DataError", "KbError", "OutsideError", "UsageError"]


class KbError(Exception):
    """An error that is told to the user in one line: `message`, prefixed by the place if it is known.

    `line` and `column` count from 1.
    """

    exit_status = 1

    def __init__(
        self, message: str, path: Path | str | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        self.message = message
        self.path = path
        self.line = line
        self.column = column
        place = ":".join(str(part) for part in (path, line, column) if part is not None)
        super().__init__(f"{place}: {message}" if place else message)


class DataError(KbError):
    """A letter or a curator's file could not be read, or the data has violations (exit status 1)."""


class UsageError(KbError):
    """The command was given something it can't work with (exit status 2)."""

    exit_status = 2


class OutsideError(KbError):
    """Something outside the program failed: disk, network (exit status 3)."""

    exit_status = 3
