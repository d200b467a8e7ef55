"""What needs a person's eye: open questions with what is needed to answer them, and the answers as rows.

An answer is a row of `review.csv` in the collection, written as soon as it is given; the next build obeys it.
"""

from __future__ import annotations

import csv
import datetime
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import shorten
from typing import IO, Literal, NamedTuple, TypeAlias, cast

import click
import pyoxigraph
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kb import files, namespaces, querying, resources, sparql, store
from kb.collection import Collection, Decision, append_decision, read_collection
from kb.errors import DataError, UsageError
from kb.identity.decisions import Settled, settle
from kb.sheets import Sheet

__all__ = [
    "Answer",
    "Place",
    "Question",
    "Review",
    "Side",
    "git_user",
    "organisations_to_review",
    "session",
    "take_answers",
    "terminal_keys",
    "write_sheet",
    "write_table",
]

Answer: TypeAlias = Literal["same", "different", "unsure"]

_PREFIXES = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in namespaces.PREFIXES.items())
_PLACES = f"""{_PREFIXES}
SELECT ?id ?title ?date ?printed ?position {{
  ?signature kb:signatory ?organisation ; kb:nameAsPrinted ?printed ; kb:position ?position .
  ?letter kb:signature ?signature ; dcterms:identifier ?id .
  OPTIONAL {{ ?letter dcterms:title ?title }}
  OPTIONAL {{ ?letter dcterms:issued ?date }}
}} ORDER BY ?date ?id ?position"""
_SIGNED = f"""{_PREFIXES}
SELECT ?position ?printed {{
  ?letter dcterms:identifier ?id ; kb:signature ?signature .
  ?signature kb:position ?position ; kb:nameAsPrinted ?printed .
}}"""

_COLUMNS = (
    "what", "letter", "decision", "value", "by", "when", "why", "score", "reason", "what in", "value in",
)  # fmt: skip
_KEYS: dict[str, Answer] = {"s": "same", "d": "different", "u": "unsure"}
_SHOWN = 4


class Place(NamedTuple):
    """A signature in its letter: the name as printed and those printed before and after it."""

    letter: str
    title: str
    date: str
    position: int
    printed: str
    before: str
    after: str

    @property
    def told(self) -> str:
        """The place in one line."""
        beside = [
            f"after “{self.before}”" if self.before else "",
            f"before “{self.after}”" if self.after else "",
        ]
        where = ", ".join(part for part in (f"signature {self.position}", *beside) if part)
        title = shorten(self.title or self.letter, 70, placeholder=" …")
        return f"{self.date or 'undated'}  {title}: “{self.printed}” ({where})"


class Side(NamedTuple):
    """One of the two: its canonical name and where it signed, in order of time."""

    name: str
    places: tuple[Place, ...]


class Question(NamedTuple):
    """Are these two one organisation? `score` (0 to 1) and `reason` are the machine's."""

    one: Side
    other: Side
    score: float
    reason: str


@dataclass(slots=True)
class Review:
    """Takes answers: each becomes a row of `review.csv` at once, if it agrees with the rows there are."""

    collection: Collection
    by: str
    today: Callable[[], datetime.date] = datetime.date.today
    written: list[tuple[bytes | None, bytes]] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """The file that answers are written to."""
        return self.collection.folder / "review.csv"

    def answer(self, question: Question, answer: Answer, why: str = "") -> None:
        """Write the row of an answer; raises DataError where it contradicts what was decided before."""
        self.write(
            Decision(
                question.one.name, "", answer, question.other.name, self.by, self.today().isoformat(), why
            )
        )

    def write(self, row: Decision) -> None:
        """Write a row; raises DataError where it contradicts what was decided before."""
        collection = read_collection(self.collection.folder)
        refused = len(_settled(collection).problems)
        last = max((each.line for each in collection.decisions), default=1)
        rows = (*collection.decisions, replace(row, line=last + 1))
        after = settle(collection.organisations, rows, collection.folder)
        for each in collection.decisions:
            if {each.what, each.value} == {row.what, row.value} and each.when == row.when:
                told = f"line {each.line} of the same day says {each.decision!r}"
                raise DataError(f"“{row.what}”, “{row.value}” not written: {told}", self.path)
        if len(after.problems) > refused:
            raise DataError(f"not written: {after.problems[-1].message}", self.path)
        before = self.path.read_bytes() if self.path.exists() else None
        append_decision(collection.folder, row)
        self.written.append((before, self.path.read_bytes()))

    def undo(self) -> bool:
        """Take back the last row written here; False if there is none.

        Raises DataError if somebody changed the file since.
        """
        if not self.written:
            return False
        before, after = self.written[-1]
        with files.locked_folder(self.collection.folder):
            if not self.path.exists() or self.path.read_bytes() != after:
                raise DataError("changed meanwhile: remove the last row there yourself", self.path)
            if before is None:
                self.path.unlink()
            else:
                files.replace(self.path, before)
        self.written.pop()
        return True


def _settled(collection: Collection) -> Settled:
    return settle(collection.organisations, collection.decisions, collection.folder)


# Questions


def organisations_to_review(build: Path) -> tuple[Collection, list[Question]]:
    """The collection of a build, and the pairs of its signatories that may be one, best first.

    Pairs that were answered since the build are left out. Raises UsageError if the collection is gone.
    """
    with store.open_build(build) as graph:
        folder = store.collection_folder(build)
        if folder is None:
            raise UsageError("its collection is not where it was: run `kb build` again", build)
        collection = read_collection(folder)
        settled = _settled(collection)
        query = querying.read_query(resources.folder("queries") / "possible-duplicates.rq")
        reader = _Reader(graph)
        return collection, [
            Question(
                Side(row["name"], reader.places(row["organisation"])),
                Side(row["otherName"], reader.places(row["other"])),
                float(row["score"]),
                row["reason"],
            )
            for row in list(reader.ask(query.text))
            if not _is_answered(row["name"], row["otherName"], settled)
        ]


def _is_answered(one: str, other: str, settled: Settled) -> bool:
    pair = (one, other) if one < other else (other, one)
    together = one in settled.groups and settled.groups[one] == settled.groups.get(other)
    return together or any(pair in rows for rows in (settled.apart, settled.unsure))


class _Reader:
    """Reads what a question needs out of the graph; each letter's signatures once."""

    def __init__(self, graph: store.Store) -> None:
        self._graph = graph
        self._signed: dict[str, dict[int, str]] = {}
        self._places: dict[str, tuple[Place, ...]] = {}

    def ask(self, text: str, **terms: sparql.Term) -> Iterator[dict[str, str]]:
        """Rows as text by variable, those without a value left out."""
        rows = cast("pyoxigraph.QuerySolutions", self._graph.query(text, terms))
        names = [variable.value for variable in rows.variables]
        for row in rows:
            yield {name: cast("sparql.Term", row[name]).value for name in names if row[name] is not None}

    def places(self, organisation: str) -> tuple[Place, ...]:
        if organisation not in self._places:
            rows = self.ask(_PLACES, organisation=pyoxigraph.NamedNode(organisation))
            self._places[organisation] = tuple(self._place(row) for row in rows)
        return self._places[organisation]

    def _place(self, row: dict[str, str]) -> Place:
        identifier, position = row["id"], int(row["position"])
        if identifier not in self._signed:
            signed = self.ask(_SIGNED, id=pyoxigraph.Literal(identifier))
            self._signed[identifier] = {int(each["position"]): each["printed"] for each in signed}
        names = self._signed[identifier]
        return Place(
            identifier,
            row.get("title", ""),
            row.get("date", ""),
            position,
            row["printed"],
            names.get(position - 1, ""),
            names.get(position + 1, ""),
        )


# Without a terminal


def write_table(questions: Sequence[Question], output: IO[str], width: int | None = None) -> None:
    """Write the questions as a table."""
    table = Table("score", "is this", "the same as", "because", box=None, pad_edge=False)
    for each in questions:
        table.add_row(
            f"{each.score:.2f}",
            Text(f"{each.one.name} ({_letters(each.one)})"),
            Text(f"{each.other.name} ({_letters(each.other)})"),
            Text(each.reason),
        )
    Console(file=output, width=width, highlight=False).print(table)


def write_sheet(questions: Sequence[Question], output: IO[bytes]) -> None:
    """Write the questions as a spreadsheet (CSV) in which `decision`, `by` and `when` are left to fill in."""
    text = io.StringIO()
    text.write(Sheet(Path("-"), _COLUMNS, ()).empty)
    writer = csv.writer(text, lineterminator="\n")
    for each in questions:
        where = ["; ".join(place.told for place in side.places) for side in (each.one, each.other)]
        writer.writerow(
            [each.one.name, "", "", each.other.name, "", "", "", f"{each.score:.2f}", each.reason, *where]
        )
    output.write(text.getvalue().encode())


def take_answers(path: Path, collection: Collection, by: str) -> int:
    """Write the answers of such a spreadsheet; gives how many.

    `by` and today fill what is left empty there. Raises DataError, with the line, where a row can't be
    understood (then nothing is written) or contradicts what was decided before.
    """
    problems: list[DataError] = []
    review = Review(collection, by)
    answers = []
    for line, cells in Sheet(path, _COLUMNS, ("what", "value")).rows(problems):
        if cells["decision"]:
            answers.append((line, _answered(cells, review, path, line)))
    if problems:
        raise problems[0]
    for line, row in answers:
        try:
            review.write(row)
        except DataError as error:
            raise DataError(error.message, path, line) from None
    return len(review.written)


def _answered(cells: dict[str, str], review: Review, path: Path, line: int) -> Decision:
    answer = cells["decision"].casefold()
    answer = _KEYS.get(answer, answer)
    if answer not in _KEYS.values():
        raise DataError(f"{cells['decision']!r} is no answer: write same, different or unsure", path, line)
    if not (cells["by"] or review.by):
        raise DataError("nothing under 'by': fill it in, or name yourself with --by", path, line)
    return Decision(
        cells["what"],
        "",
        cast("Answer", answer),
        cells["value"],
        cells["by"] or review.by,
        cells["when"] or review.today().isoformat(),
        cells["why"],
    )


# In a terminal


def session(questions: Sequence[Question], review: Review, console: Console, key: Callable[[], str]) -> int:
    """Ask one question after another; gives how many answers were written.

    `key` waits for a key (see `terminal_keys`): s, d and u answer, space goes on, z takes the last answer
    back, q leaves.
    """
    place = 0
    answered: list[int] = []
    while place < len(questions):
        _show(questions[place], f"{place + 1} of {len(questions)}", console)
        pressed = _pressed(key, console)
        try:
            if pressed == "q":
                break
            if pressed == "z":
                told = "taken back" if review.undo() else "nothing to take back"
                place = answered.pop() if answered else place
                console.print(f"{told}\n")
                continue
            if pressed in _KEYS:
                review.answer(questions[place], _KEYS[pressed])
                answered.append(place)
            console.print(f"{_KEYS.get(pressed, 'skipped')}\n")
        except DataError as error:
            console.print(Text(f"{error}\n", style="red"))
        place += 1
    return len(review.written)


def _pressed(key: Callable[[], str], console: Console) -> str:
    """Wait for one of the keys; the end of input and a break leave."""
    while True:
        try:
            pressed = key().casefold()
        except (EOFError, KeyboardInterrupt):
            return "q"
        if pressed == "\x04":
            return "q"
        if pressed in ("s", "d", "u", "z", "q", " "):
            return pressed
        console.bell()


@contextmanager
def terminal_keys() -> Iterator[Callable[[], str]]:
    """Read single keys from the terminal; what is typed ahead is kept, arrows and the like are one key."""
    if sys.platform == "win32":
        yield click.getchar
        return
    import select
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)

    def key() -> str:
        pressed = os.read(terminal, 1)
        if not pressed:
            raise EOFError
        if pressed == b"\x1b" and select.select([terminal], [], [], 0.05)[0]:
            pressed += os.read(terminal, 1)
            while pressed[1:2] in (b"[", b"O") and (len(pressed) == 2 or not 0x40 <= pressed[-1] <= 0x7E):
                pressed += os.read(terminal, 1)  # ECMA-48: an arrow is ESC, "[", parameters and a last byte
        return pressed.decode("utf-8", "replace")

    tty.setcbreak(terminal, termios.TCSADRAIN)
    try:
        yield key
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _show(question: Question, count: str, console: Console) -> None:
    console.rule(f"{count}   {question.score:.2f}", align="left")
    console.print(Text(question.reason, style="italic"))
    for side in (question.one, question.other):
        console.print(Text(f"\n{side.name}", style="bold"), Text(f"({_letters(side)})"))
        for each in side.places[:_SHOWN]:
            console.print(Text(f"  {each.told}"))
        if len(side.places) > _SHOWN:
            console.print(Text(f"  and {len(side.places) - _SHOWN} more"))
    keys = "[b]s[/]ame  [b]d[/]ifferent  [b]u[/]nsure   [b]space[/] skip  [b]z[/] undo  [b]q[/]uit"
    console.print(f"\n{keys} ", end="")


def _letters(side: Side) -> str:
    count = len({place.letter for place in side.places})
    return f"{count} letter{'' if count == 1 else 's'}"


def git_user(folder: Path) -> str:
    """The name git knows the user by in that folder, or nothing."""
    try:
        found = subprocess.run(
            ["git", "config", "user.name"],  # noqa: S607 - the user's own git, wherever it is
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return found.stdout.strip()
