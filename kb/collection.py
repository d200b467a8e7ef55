"""A collection: a folder of letters and, beside them, the curator's files.

The curator's files and the letters are all that can't be made again, so what can't be understood in them is
refused by file and line, and what is there is never rewritten.
"""

from __future__ import annotations

import datetime
import fnmatch
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from kb import files
from kb.documents import SUFFIXES
from kb.errors import DataError, OutsideError, UsageError
from kb.letter import slug
from kb.sheets import Sheet, read_text

__all__ = [
    "Assessment",
    "Collection",
    "Decision",
    "LetterNote",
    "OrganisationRow",
    "append_assessment",
    "append_decision",
    "init_collection",
    "read_collection",
]

BASE = "https://w3id.org/demandkb/id/"

_CACHE_TAG = b"Signature: 8a477f597d28d172789f06886806bc55"
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class LetterNote:
    """What the curator says of a letter that its text does not: a table `[letters.ID]` of collection.toml."""

    date: str | None = None
    title: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """A row of `organisations.csv`; `aliases` and `links` are separated by ";" in their cells."""

    name: str
    aliases: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    country: str = ""
    note: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """A row of `review.csv`: `what` was decided on which `letter`, by whom, when (ISO date or time) and why.

    `what` is a demand's IRI or quote, or a printed name; for same, different and unsure `value` is the other
    demand or name; for change it is what changes ("types: ceasefire lifting-sieges", "span: 120-240").
    Without a `value`, unsure is about a single demand.
    """

    what: str
    letter: str
    decision: Literal["accept", "reject", "change", "same", "different", "unsure"]
    value: str
    by: str
    when: str
    why: str = ""
    line: int = 0

    @property
    def is_about_two(self) -> bool:
        """Whether it says of two things if they are the same, and not of one demand what it is."""
        return self.decision in _PAIRS and bool(self.value)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A row of `assessments.csv`: a dated judgement of the reply to a demand, or of what was done for it."""

    demand: str
    facet: Literal["reply", "implementation"]
    outcome: str
    date: str
    assessor: str
    document: str = ""
    paragraph: str = ""
    quote: str = ""
    address: str = ""
    why: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder of letters and what its curator wrote.

    `letters` are paths relative to the folder, in order; `problems` what was refused, each with its place.
    """

    folder: Path
    letters: tuple[Path, ...]
    title: str = ""
    publisher: str = ""
    licence: str = ""
    base: str = BASE
    notes: dict[str, LetterNote] = field(default_factory=dict)
    organisations: tuple[OrganisationRow, ...] = ()
    decisions: tuple[Decision, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    problems: tuple[DataError, ...] = ()

    def letter_of(self, row: Decision) -> str:
        """The id of the letter a decision is about, as it says or as the demand's IRI does."""
        return row.letter or row.what.removeprefix(f"{self.base}letter/").partition("/")[0]


def read_collection(folder: Path) -> Collection:
    """Read which letters a folder holds, and its curator's files; no letter is opened.

    Rows and letters that can't be taken are in `problems`, and the rest is taken; decisions on letters that are gone
    are told there and kept. Raises UsageError where
    there is no such folder, DataError where one of the curator's files can't be understood as a whole: going
    on without it would silently undo what a person decided.
    """
    if not folder.is_dir():
        raise UsageError(
            "is a file: name the folder it is in" if folder.exists() else "no such folder", folder
        )
    problems: list[DataError] = []
    settings = _read_settings(folder / "collection.toml")
    letters = _letters(folder, settings.ignore, problems)
    ids = {slug(path.stem) for path in letters}
    problems += [
        _unknown_letter(identifier, ids, settings.path, settings.line_of(identifier))
        for identifier in settings.notes
        if identifier not in ids
    ]
    review = folder / "review.csv"
    decisions = _records(review, Decision, _decision, problems)
    problems += [
        _unknown_letter(row.letter, ids, review, row.line)
        for row in decisions
        if row.letter and row.letter not in ids
    ]
    return Collection(
        folder=folder,
        letters=letters,
        title=settings.title,
        publisher=settings.publisher,
        licence=settings.licence,
        base=settings.base,
        notes={identifier: note for identifier, note in settings.notes.items() if identifier in ids},
        organisations=_records(folder / "organisations.csv", OrganisationRow, _organisation, problems),
        decisions=_without_contradictions(decisions, review, problems),
        assessments=_records(folder / "assessments.csv", Assessment, _assessment, problems),
        problems=tuple(problems),
    )


def append_decision(folder: Path, decision: Decision) -> None:
    """Add a row to `review.csv` of the collection, making the file if there is none.

    Raises DataError where the row or the file is not one that could be read back, OutsideError where the file
    can't be written.
    """
    _append(folder / "review.csv", decision, _decision)


def append_assessment(folder: Path, assessment: Assessment) -> None:
    """Add a row to `assessments.csv` of the collection; raises like `append_decision`."""
    _append(folder / "assessments.csv", assessment, _assessment)


def init_collection(folder: Path) -> list[Path]:
    """Make a new collection: the curator's files without rows, and a README. Gives what was made.

    Raises UsageError where there is a collection already, OutsideError where the folder can't be written.
    """
    if (folder / "collection.toml").exists():
        raise UsageError("is a collection already", folder)
    texts = {
        "collection.toml": _TOML,
        "README.md": _README,
        "organisations.csv": _sheet(folder / "organisations.csv", OrganisationRow).empty,
        "review.csv": _sheet(folder / "review.csv", Decision).empty,
        "assessments.csv": _sheet(folder / "assessments.csv", Assessment).empty,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        made = [folder / name for name in texts if not (folder / name).exists()]
        for path in made:
            files.replace(path, texts[path.name].encode())
    except OSError as error:
        raise OutsideError(f"can't be written: {error.strerror}", folder) from error
    return made


# Letters


def _letters(folder: Path, ignore: tuple[str, ...], problems: list[DataError]) -> tuple[Path, ...]:
    taken: dict[str, Path] = {}
    for path in sorted(_walk(folder, folder, problems), key=Path.as_posix):
        name = path.as_posix()
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in ignore):
            continue
        first = taken.setdefault(slug(path.stem), path)
        if first is not path:
            problems.append(
                DataError(
                    f"set aside: {first.as_posix()} has the same name, and a letter is known by its name; "
                    "rename one, or list one under `ignore` in collection.toml",
                    folder / path,
                )
            )
    return tuple(taken.values())


def _walk(folder: Path, top: Path, problems: list[DataError]) -> Iterator[Path]:
    """The files in a folder that may be letters, relative to `top`."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        problems.append(DataError(f"can't be looked into: {error.strerror}", folder))
        return
    for entry in entries:
        path = Path(entry.path)
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            if not _is_cache(path):
                yield from _walk(path, top, problems)
            continue
        is_letter = path.suffix.lower() in SUFFIXES and path.stem.lower() != "readme"
        if not _is_text(entry.name):
            problems.append(DataError("set aside: its name is not Unicode; rename it", ascii(str(path))))
        elif not entry.is_symlink():
            if is_letter and entry.is_file():
                yield path.relative_to(top)
        elif is_letter or path.is_dir():
            if path.is_file() and path.resolve().is_relative_to(top.resolve()):
                yield path.relative_to(top)
            else:
                problems.append(
                    DataError("set aside: a link to outside the collection is not followed", path)
                )


def _is_cache(folder: Path) -> bool:
    """Whether a folder says that it can be made again, as a build does (https://bford.info/cachedir/)."""
    try:
        with (folder / "CACHEDIR.TAG").open("rb") as tag:
            return tag.read(len(_CACHE_TAG)) == _CACHE_TAG
    except OSError:
        return False


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unknown_letter(identifier: str, ids: set[str], path: Path, line: int) -> DataError:
    near = get_close_matches(identifier, ids, 1)
    hint = (
        f"did you mean {near[0]!r}?"
        if near
        else "a letter's id is its file name in small letters and hyphens"
    )
    return DataError(f"there is no letter {identifier!r}: {hint}", path, line)


# collection.toml


@dataclass(slots=True)
class _Settings:
    """What `collection.toml` says, whose text is `text`."""

    path: Path
    text: str = ""
    title: str = ""
    publisher: str = ""
    licence: str = ""
    base: str = BASE
    ignore: tuple[str, ...] = ()
    notes: dict[str, LetterNote] = field(default_factory=dict)

    def line_of(self, key: str, after: int = 1) -> int:
        """The line where a key stands, as the TOML parser does not tell: to look for it takes a while."""
        lines = self.text.split("\n")
        word = re.compile(rf"(^|[\s.\[\"'])({re.escape(key)})[\"'\]\s.=]")
        for number, line in enumerate(lines[after - 1 :], after):
            if word.search(line.partition("#")[0] + " "):
                return number
        return after


def _read_settings(path: Path) -> _Settings:
    settings = _Settings(path)
    if not path.exists():
        return settings
    text = settings.text = read_text(path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).partition(" (at ")
        numbers = [int(number) for number in re.findall(r"\d+", place)]
        line, column = numbers if len(numbers) == 2 else (text.count("\n") + 1, None)
        raise DataError(message, path, line, column) from None
    known = ("title", "publisher", "licence", "base", "ignore", "letters")
    for key, value in table.items():
        line = settings.line_of(key)
        _refuse_unknown("key", key, known, path, line)
        if key == "ignore":
            if not isinstance(value, list) or not all(isinstance(pattern, str) for pattern in value):
                raise DataError("`ignore` is a list of file name patterns in quotes", path, line)
            settings.ignore = tuple(value)
        elif key == "letters":
            _read_notes(settings, value)
        elif not isinstance(value, str):
            raise DataError(f"`{key}` is a text in quotes", path, line)
        else:
            setattr(settings, key, value)
    if not _is_base(settings.base):
        raise DataError(
            f"`base` is a web address that ends in / (or #), such as {BASE}", path, settings.line_of("base")
        )
    return settings


def _read_notes(settings: _Settings, tables: Any) -> None:
    path = settings.path
    if not isinstance(tables, dict):
        raise DataError("`letters` holds a table per letter: [letters.ID]", path, settings.line_of("letters"))
    known = tuple(each.name for each in fields(LetterNote))
    for identifier, values in tables.items():
        if not isinstance(values, dict):
            raise DataError(f"[letters.{identifier}] is a table", path, settings.line_of(identifier))
        said: dict[str, str] = {}
        for key, value in values.items():
            said[key] = str(value) if isinstance(value, datetime.date) else value
            if key in known and isinstance(said[key], str) and (key != "date" or _is_date(said[key])):
                continue
            place = settings.line_of(key, after=settings.line_of(identifier))
            _refuse_unknown("key of a letter", key, known, path, place)
            kind = "a date: 2018-01-31, or 2018-01 for a month" if key == "date" else "a text in quotes"
            raise DataError(f"`{key}` is {kind}", path, place)
        settings.notes[identifier] = LetterNote(**said)


def _refuse_unknown(what: str, key: str, known: tuple[str, ...], path: Path, line: int) -> None:
    try:
        _known(what, key, known)
    except ValueError as error:
        raise DataError(str(error), path, line) from None


def _is_base(base: str) -> bool:
    try:
        parts = urlsplit(base)
    except ValueError:
        return False
    fit = re.fullmatch(r"[^\x00-\x20<>\"{}|^`\\]+[/#]", base) is not None
    return fit and parts.scheme in {"http", "https"} and bool(parts.netloc)


# Rows


_DECISIONS = ("accept", "reject", "change", "same", "different", "unsure")
_PAIRS = ("same", "different", "unsure")
_FACETS = ("reply", "implementation")
_REQUIRED: dict[type, tuple[str, ...]] = {
    OrganisationRow: ("name",),
    Decision: ("what", "decision", "by", "when"),
    Assessment: ("demand", "facet", "outcome", "date", "assessor"),
}


def _sheet(path: Path, record: type) -> Sheet:
    columns = tuple(each.name for each in fields(record) if each.name != "line")
    return Sheet(path, columns, _REQUIRED[record])


def _records(
    path: Path, record: type[_Row], make: Callable[[int, dict[str, str]], _Row], problems: list[DataError]
) -> tuple[_Row, ...]:
    """Make a record of each row; those that `make` refuses (ValueError) go to `problems`."""
    rows = []
    for line, cells in _sheet(path, record).rows(problems):
        try:
            rows.append(make(line, cells))
        except ValueError as error:
            problems.append(DataError(f"row refused: {error}", path, line))
    return tuple(rows)


def _organisation(line: int, cells: dict[str, str]) -> OrganisationRow:
    aliases, links = (
        tuple(part.strip() for part in cells[name].split(";") if part.strip())
        for name in ("aliases", "links")
    )
    for link in links:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+", link):
            raise ValueError(f"{link!r} is no web address")
    return OrganisationRow(cells["name"], aliases, links, cells["country"], cells["note"], line)


def _decision(line: int, cells: dict[str, str]) -> Decision:
    values: dict[str, Any] = dict(cells)
    values["decision"] = _known("decision", cells["decision"].casefold(), _DECISIONS)
    if values["decision"] in ("change", "same", "different") and not values["value"]:
        raise ValueError(f"nothing under 'value', which {values['decision']!r} needs")
    if not _is_time(values["when"]):
        raise ValueError(f"{values['when']!r} is no date: write 2018-01-31")
    values["letter"] = slug(values["letter"]) if values["letter"] else ""
    return Decision(**values, line=line)


def _assessment(line: int, cells: dict[str, str]) -> Assessment:
    values: dict[str, Any] = dict(cells)
    values["facet"] = _known("facet", cells["facet"].casefold(), _FACETS)
    if not _is_time(values["date"]):
        raise ValueError(f"{values['date']!r} is no date: write 2018-01-31")
    return Assessment(**values, line=line)


def _append(path: Path, row: Any, make: Callable[[int, dict[str, str]], Any]) -> None:
    sheet = _sheet(path, type(row))
    cells = {name: str(getattr(row, name)) for name in sheet.columns}
    if empty := [name for name in sheet.required if not cells[name].strip()]:
        raise DataError(f"row refused: nothing under {empty[0]!r}", path)
    try:
        make(0, cells)
    except ValueError as error:
        raise DataError(f"row refused: {error}", path) from None
    sheet.append(cells)


def _without_contradictions(
    rows: tuple[Decision, ...], path: Path, problems: list[DataError]
) -> tuple[Decision, ...]:
    """Leave out the rows that say opposite things of one matter at one time: nobody can tell which holds."""
    said: dict[tuple[str, ...], Decision] = {}
    refused = set()
    for row in rows:
        if row.decision == "change":
            continue
        matter = sorted([row.what, row.value]) if row.is_about_two else [row.what, "in", row.letter]
        key = (row.when, *(" ".join(part.casefold().split()) for part in matter))
        first = said.setdefault(key, row)
        if first.decision != row.decision:
            refused |= {first.line, row.line}
            problems.append(
                DataError(
                    f"row refused, and line {first.line}: there {first.decision!r}, here {row.decision!r}, "
                    "of the same day; correct one, or give a later date to the one that holds",
                    path,
                    row.line,
                )
            )
    return tuple(row for row in rows if row.line not in refused)


def _is_date(text: str) -> bool:
    """Whether a text is an ISO 8601 date, to the day or to the month."""
    try:
        datetime.date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError:
        return False
    return re.fullmatch(r"\d{4}-\d\d(-\d\d)?", text) is not None


def _is_time(text: str) -> bool:
    """Whether a text is an ISO 8601 date, with or without a time."""
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError:
        return False
    return re.match(r"\d{4}-\d\d-\d\d(T|$)", text) is not None


def _known(what: str, given: str, known: tuple[str, ...]) -> str:
    """Give back what was given if it is known; raises ValueError with what may have been meant."""
    if given not in known:
        near = get_close_matches(given, known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
        raise ValueError(f"there is no {what} {given!r}: {hint}")
    return given


# A new collection


_TOML = """\
# What the letters themselves do not say. All of it may be left out.

# title = "Letters on ..."
# publisher = "..."
# licence = "..."

# The address under which the graph's own identifiers begin; it ends in /.
# base = "https://example.org/letters/"

# Files that are no letters, besides README files.
# ignore = ["drafts/*", "notes.txt"]

# One table per letter; its id is its file name in small letters, with hyphens for spaces.
# [letters.2018-01-31-an-open-letter]
# date = 2018-01-31
# title = "..."
# source = "https://..."
"""

_README = """\
# A collection of letters

Put letters (`.txt .md .html .pdf .docx .eml`) in this folder or in folders in it, and run `kb build` on it.

- `collection.toml`: title, publisher, licence; for each letter what its text does not say.
- `organisations.csv`: organisations with their aliases and links (each separated by ;), country, note.
- `review.csv`: decisions, one a row: what, on which letter, the decision (accept, reject, change, same,
  different, unsure), its value, by whom, when, why.
- `assessments.csv`: what was answered to a demand (facet `reply`) or done for it (facet `implementation`),
  with evidence.

Keep these files and the letters under version control or in a backup: everything else can be made again.
"""
