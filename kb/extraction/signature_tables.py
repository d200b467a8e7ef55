"""Signatures in a table: a name in each row, with role and organisation beside it, or names side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from kb.extraction.language import any_language
from kb.extraction.lines import cells
from kb.extraction.printed_names import (
    EDGES,
    FEW_WORDS,
    has_organisation,
    is_contact,
    is_person,
    is_role,
    kind_of_name,
    marks_name,
    parts_of,
)
from kb.extraction.reading import plain
from kb.extraction.wordings import heads_names
from kb.letter import Span


class Piece(NamedTuple):
    """A printed line of a signature block, or a cell of a table, and how it is set.

    `gap`, `marker` and `heading` are those of a `Line`; `goes_on` says that a comma or a semicolon stands after it,
    `whole` that it is a cell between bars, which does not go on in the next row, `strong` that all of it is emphasised.
    """

    text: str
    span: Span
    gap: int = 0
    marker: str | None = None
    heading: bool = False
    goes_on: bool = False
    whole: bool = False
    strong: bool = False


Row = list[Piece]

_RULE = re.compile(r"[\s|:+-]+")


def rows_of(text: str, pieces: Sequence[Piece]) -> list[Row | None]:
    """Give the cells of each line that is a row of a table, none for a rule between rows; None for other lines."""
    raws = [text[piece.span.start : piece.span.end] for piece in pieces]
    rows: list[Row | None] = []
    for number, (piece, raw) in enumerate(zip(pieces, raws, strict=True)):
        # "ACT | The App Association" alone is a name.
        barred = "|" in raw and any("|" in raws[n] for n in (number - 1, number + 1) if 0 <= n < len(raws))
        if not (barred or "\t" in raw or "    " in raw or raw[0] in "|+:-"):
            rows.append(None)
        elif _RULE.fullmatch(raw):
            rows.append([])
        else:
            row = list(_cells(text, piece))
            if piece.marker and rows and rows[-1] and len(rows[-1]) == len(row) + 1:
                # The number is a column of its own.
                row.insert(0, Piece("", Span(piece.span.start, piece.span.start)))
            filled = sum(bool(cell.text) for cell in row)
            rows.append(row if filled > 1 or (filled and raw[0] == "|") else None)
    return rows


def _cells(text: str, row: Piece) -> Iterator[Piece]:
    barred = text[row.span.start] == "|"
    for start, stop in cells(text, row.span.start + barred, row.span.end):
        lead = len(text[start:stop]) - len(text[start:stop].lstrip())
        yield Piece(plain(text, start, stop).strip(EDGES), Span(start + lead, stop), row.gap, whole=barred)


def columns_of(rows: Sequence[Row]) -> Iterator[list[Piece]]:
    """Give what is to be read line by line: column by column, or each row as a name."""
    if _side_by_side(rows):
        pieces: list[Piece] = []
        for place in range(max(map(len, rows))):
            column = [row[place] for row in rows if place < len(row) and row[place].text]
            pieces += (piece if number else _apart(piece) for number, piece in enumerate(column))
        yield pieces
    else:
        yield list(_names(rows))


_TESTS = (marks_name, has_organisation, is_person, is_role)
_BESIDE = 2


def _apart(piece: Piece) -> Piece:
    """Set a piece off from what stands above it."""
    return piece._replace(gap=max(1, piece.gap))


def _side_by_side(rows: Sequence[Row]) -> bool:
    """Tell whether the columns hold the same kind of thing: names beside names, offices beside offices."""
    alike = 0
    for row in rows:
        cells = [cell.text for cell in row if cell.text]
        told = [sum(bool(test(cell)) for cell in cells[:2]) for test in _TESTS]
        if any(told):
            # An office beside an office, or organisations: above them stand those who are of them.
            if _BESIDE in told:
                alike += 2 if _BESIDE in told[1::2] else 1
            elif _told_alike(cells[:2]):
                alike += 1
            else:
                alike -= not all(_may_be_person(cell) for cell in cells[:2])
        alike -= any(heads_names(cell) or _is_number(cell) for cell in cells)
    return alike > 0


def _told_alike(cells: Sequence[str]) -> bool:
    """Tell names beside names, each with what is said of it in the same cell: "Ada Okello, nurse    Ben Tarr, cook"."""
    parts = [parts_of(cell, most=1) for cell in cells]
    heads = {has_organisation(part[0]) for part in parts}
    return len(heads) == 1 and all(len(part) > 1 and " " in part[0] for part in parts)


def _may_be_person(text: str) -> bool:
    """Tell what is printed as the names of persons are, whether it is known for one or not."""
    words = text.split()
    return (
        1 < len(words) < FEW_WORDS and all(map(str.istitle, words)) and kind_of_name(text) != "organisation"
    )


def _names(rows: Sequence[Row]) -> Iterator[Piece]:
    """Give the name in each row: what stands in the columns that hold it, or is likely to be it."""
    columns: dict[int, str] = {}
    told = False
    head = _head(rows)
    for number, row in enumerate(rows):
        cells = [cell for cell in row if cell.text]
        heads = [_heads_column(cell.text, "subheadings", *_COLUMNS) for cell in cells]
        if sum(heads) > 1 or (all(heads) and not number) or (any(heads) and number == head):
            columns = {place: kind for place, cell in enumerate(row) if (kind := _kind_of_column(cell.text))}
            roles = [place for place, kind in columns.items() if kind == "role_columns"]
            told = _tell_of_bodies(rows[number + 1 :], roles)
            continue
        names = [row[place] for place, kind in columns.items() if kind == "columns" and place < len(row)]
        chosen = _in_columns(row, columns, told) or _with_affiliation(cells)
        chosen = [cell for cell in chosen if cell.text and not is_contact(cell.text)]
        if chosen:
            text = chosen[0].text
            for before, cell in pairwise(chosen):
                # A first name and a surname.
                text += f"{' ' if before in names and cell in names else ', '}{cell.text}"
            # Each row is a name of its own, as if numbered.
            yield Piece(text, Span(chosen[0].span.start, chosen[-1].span.end), marker="|")


def _head(rows: Sequence[Row]) -> int | None:
    """Give the number of the row that a rule parts from the others below it, if it is the first with words."""
    first = next((number for number, row in enumerate(rows) if any(cell.text for cell in row)), len(rows))
    return first if first + 1 < len(rows) and not rows[first + 1] else None


def _tell_of_bodies(rows: Sequence[Row], places: Sequence[int]) -> bool:
    """Tell whether what persons are is said in those columns together with the organisation they are of."""
    return any(has_organisation(row[place].text) for row in rows for place in places if place < len(row))


# What a column may hold: names, what these persons are of, what they are.
_COLUMNS = ("columns", "affiliation_columns", "role_columns")


def _kind_of_column(text: str) -> str | None:
    """Tell what a column holds by the cell that heads it; "Profession/Affiliation" holds both."""
    if not _heads_column(text, *_COLUMNS):
        return None
    return next(
        (key for key in _COLUMNS[:2] if any(_heads_column(part, key) for part in _HEADS.split(text))),
        "role_columns",
    )


def _in_columns(row: Row, columns: dict[int, str], told: bool) -> Row:
    """Give the cells of those columns: what a person is counts only with an organisation, as below a name.

    It is `told` with one in this table.
    """
    chosen = [(row[place], kind) for place, kind in columns.items() if place < len(row)]
    told |= any(kind == "affiliation_columns" and cell.text for cell, kind in chosen)
    return [
        cell for number, (cell, kind) in enumerate(chosen) if told or kind != "role_columns" or not number
    ]


_HEADS = re.compile("[/&,]")


def heads_column(text: str) -> bool:
    """Tell whether text heads a column of a table of names, or a line of a form ("Position: …")."""
    return _heads_column(text, "placeholders", *_COLUMNS)


def _heads_column(text: str, *keys: str) -> bool:
    """Tell whether a cell heads a column of those lists ("Name", "Profession/Affiliation")."""
    known = any_language("signatures", *keys)
    return bool(text) and all(known.fullmatch(part.strip(" .:")) for part in _HEADS.split(text))


def _with_affiliation(cells: Sequence[Piece]) -> Row:
    """Give the cells of a row that are the name: a person's has a role and an organisation beside it."""
    cells = [cell for cell in cells if not _is_number(cell.text)]
    if not cells or kind_of_name(cells[0].text) == "organisation":
        return list(cells[:1])
    beside = [cell for cell in cells[1:] if not heads_names(cell.text)]
    return [cells[0], *beside] if any(has_organisation(cell.text) for cell in beside) else [cells[0]]


def _is_number(text: str) -> bool:
    return text.rstrip(".)").isdecimal()
