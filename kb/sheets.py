"""A curator's spreadsheet: a CSV file in whatever dialect it was saved, to which rows are added as it is.

UTF-8 with or without its mark; separated by commas, semicolons or tabs, or as a first line "sep=;" says; a
heading of known columns in any order, beside columns of the curator's own, which are left alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from kb import files
from kb.errors import DataError, OutsideError

__all__ = ["Sheet", "read_text"]

_SEP = re.compile(r'"?sep=(.)"?[ ,;\t]*(\r?\n|$)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How a file is written: `start` is where its heading begins, after a "sep=" line."""

    delimiter: str
    newline: str
    columns: tuple[str, ...]
    start: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A spreadsheet file with the columns that are read from it, and those that no row can do without."""

    path: Path
    columns: tuple[str, ...]
    required: tuple[str, ...]

    @property
    def empty(self) -> str:
        """The text of a file without rows, with the mark by which spreadsheet programs know UTF-8."""
        return "\ufeff" + ",".join(self.columns) + "\n"

    def rows(self, problems: list[DataError]) -> Iterator[tuple[int, dict[str, str]]]:
        """Give each row as the line it begins on and its cells by column, white space around them removed.

        Empty rows are passed over, rows that don't fit the heading go to `problems`. Raises DataError where
        the file can't be understood as a whole. A file that isn't there has no rows.
        """
        if self.path.exists():
            text = read_text(self.path)
            dialect = self._dialect(text, problems)
            if dialect is not None:
                yield from self._rows(text, dialect, problems)

    def append(self, row: Mapping[str, str]) -> None:
        """Add a row at the end, in one step, in the file's own dialect; all other bytes stay as they are.

        Raises DataError where the file can't be read or has no column for a cell that isn't empty,
        OutsideError where it can't be written.
        """
        try:
            with files.locked_folder(self.path.parent):
                text = read_text(self.path) if self.path.exists() else ""
                before = self.path.read_bytes() if text.strip() else self.empty.encode()
                dialect = self._dialect(text or self.empty.removeprefix("\ufeff"), [])
                if dialect is None:
                    dialect = _Dialect(",", "\n", self.columns, 0)
                for _ in self._rows(
                    text, dialect, []
                ):  # a quotation mark left open would swallow the new row
                    pass
                if missing := [name for name, cell in row.items() if cell and name not in dialect.columns]:
                    raise DataError(f"has no column {missing[0]!r}: add it to the headings", self.path, 1)
                added = io.StringIO()
                writer = csv.writer(
                    added,
                    delimiter=dialect.delimiter,
                    lineterminator=dialect.newline,
                    # left to itself the writer would not quote a lone carriage return, which ends a row
                    quoting=csv.QUOTE_ALL if "\r" in "".join(row.values()) else csv.QUOTE_MINIMAL,
                )
                writer.writerow([row.get(name, "") for name in dialect.columns])
                gap = "" if before.endswith((b"\n", b"\r")) else dialect.newline
                files.replace(self.path, before + (gap + added.getvalue()).encode())
        except OSError as error:
            raise OutsideError(f"can't be written: {error.strerror}", self.path) from error

    def _rows(
        self, text: str, dialect: _Dialect, problems: list[DataError]
    ) -> Iterator[tuple[int, dict[str, str]]]:
        skipped = text.count("\n", 0, dialect.start)
        lines = io.StringIO(text[dialect.start :], newline="")
        reader = csv.reader(lines, delimiter=dialect.delimiter, strict=True)
        width = len(dialect.columns)
        while True:
            line = reader.line_num + 1 + skipped
            try:
                cells = next(reader, None)
            except csv.Error as error:
                told = str(error)
                if "end of data" in told:
                    told = "a quotation mark opened in this row is not closed"
                raise DataError(f"can't be read on from here: {told}", self.path, line) from None
            if cells is None:
                return
            if line == skipped + 1 or not any(cell.strip() for cell in cells):
                continue
            if any(cell.strip() for cell in cells[width:]):
                told = f"put a cell that holds {dialect.delimiter!r} in quotation marks"
                problems.append(
                    DataError(
                        f"row refused: {len(cells)} cells under {width} headings; {told}", self.path, line
                    )
                )
                continue
            row = {name: cell.strip() for name, cell in zip(dialect.columns, cells, strict=False)}
            if empty := [name for name in self.required if not row.get(name)]:
                problems.append(DataError(f"row refused: nothing under {empty[0]!r}", self.path, line))
                continue
            yield line, {name: row.get(name, "") for name in self.columns}

    def _dialect(self, text: str, problems: list[DataError]) -> _Dialect | None:
        """Tell the dialect by the heading, as the separator that makes most of it known columns."""
        told = _SEP.match(text)
        start = told.end() if told else 0
        start += len(text[start:]) - len(text[start:].lstrip("\r\n"))
        line = text.count("\n", 0, start) + 1
        heading = text[start:].split("\n", 1)[0].rstrip("\r")
        if not heading.strip():
            return None
        headings = {
            separator: tuple(
                cell.strip().casefold() for cell in next(csv.reader([heading], delimiter=separator))
            )
            for separator in ([told[1]] if told else [",", ";", "\t"])
        }
        delimiter = max(headings, key=lambda separator: len(set(headings[separator]) & set(self.columns)))
        columns = headings[delimiter]
        if needed := [name for name in self.required if name not in columns]:
            raise DataError(
                f"no column {', '.join(needed)}: the headings are {', '.join(self.columns)}", self.path, line
            )
        if twice := [name for name in self.columns if columns.count(name) > 1]:
            raise DataError(f"two columns {twice[0]!r}: remove or rename one", self.path, line)
        for name in columns:
            near = get_close_matches(name, set(self.columns) - set(columns), 1, cutoff=0.75)
            if name not in self.columns and near:
                told_near = f"column {name!r} is not read: did you mean {near[0]!r}?"
                problems += [DataError(told_near, self.path, line)]
        return _Dialect(delimiter, "\r\n" if "\r\n" in text else "\n", columns, start)


def read_text(path: Path) -> str:
    """Read a curator's file, which is in UTF-8; raises DataError, with the line, where it isn't."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"can't be read: {error.strerror}", path) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError('is not UTF-8: save it as "CSV UTF-8" or as UTF-8 text', path, line) from None
