"""Questions one after another, and the answers as rows of `review.csv`, whatever they are about.

An answer is written into the collection as soon as it is given; the next build obeys it.
"""

from __future__ import annotations

import csv
import datetime
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Collection as Several
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, Protocol

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kb import files, sparql, store
from kb.collection import Collection, Decision, append_decision, read_collection
from kb.errors import DataError, UsageError
from kb.identity.decisions import settle
from kb.sheets import Sheet

__all__ = [
    "PAIR_KEYS",
    "Answer",
    "Question",
    "Review",
    "collection_of",
    "git_user",
    "same_day",
    "select",
    "session",
    "take_answers",
    "terminal_keys",
    "write_sheet",
    "write_table",
]

_COLUMNS = (
    "what", "letter", "decision", "value", "by", "when", "why", "score", "reason", "what in", "value in",
)  # fmt: skip

PAIR_KEYS: Mapping[str, str] = {"s": "same", "d": "different", "u": "unsure"}
"""The keys that answer whether two things are the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said: the decision, and the value of its row."""

    decision: str
    value: str = ""


class Question(Protocol):
    """Something a person is asked: `what` on which `letter`, beside what `value`, with the machine's reason.

    The first three are what stands in the row of an answer.
    """

    @property
    def what(self) -> str:
        """What it is about: a demand's IRI, a name."""

    @property
    def letter(self) -> str:
        """The id of the letter, or nothing."""

    @property
    def value(self) -> str:
        """The other of two."""

    @property
    def score(self) -> float:
        """How sure the machine was, from 0 to 1."""

    @property
    def reason(self) -> str:
        """Why it is asked."""

    @property
    def keys(self) -> Mapping[str, str]:
        """The keys that answer, each with the word that begins with it."""

    @property
    def sides(self) -> tuple[str, str]:
        """The two things with all that is known, in a line each, the second empty if there is one only."""

    @property
    def row(self) -> tuple[str, str]:
        """The same, as short as a table wants it."""

    def show(self, console: Console) -> None:
        """Print what is needed to answer."""

    def answer(self, key: str, line: Callable[[str], str]) -> Answer | None:
        """What a key says; `line` asks for more words. None if nothing is to be written."""


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
        decision: Any = answer.decision
        when = self.today().isoformat()
        self.write(Decision(question.what, question.letter, decision, answer.value, self.by, when, why))

    def write(self, row: Decision) -> None:
        """Write a row; raises DataError where it contradicts what was decided before."""
        collection = read_collection(self.collection.folder)
        refused = len(settle(collection.organisations, collection.decisions, collection.folder).problems)
        last = max((each.line for each in collection.decisions), default=1)
        rows = (*collection.decisions, replace(row, line=last + 1))
        after = settle(collection.organisations, rows, collection.folder)
        for each in collection.decisions:
            if same_day(each, row):
                told = f"line {each.line} of the same day says {each.decision!r}"
                about = f"“{row.what}”, “{row.value}”" if row.is_about_two else f"“{row.what}”"
                raise DataError(f"{about} not written: {told}", self.path)
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


def same_day(one: Decision, other: Decision) -> bool:
    """Whether two rows of one day are about the same matter, so that only one of them can hold.

    Changes stand beside other rows of the day.
    """
    if one.when != other.when or one.is_about_two != other.is_about_two:
        return False
    if one.is_about_two:
        return {one.what, one.value} == {other.what, other.value}
    return (one.what, one.letter) == (other.what, other.letter) and "change" not in (
        one.decision,
        other.decision,
    )


def collection_of(build: Path) -> Collection:
    """The collection of a build, as it is now. Raises UsageError if it is gone."""
    folder = store.collection_folder(build)
    if folder is None:
        raise UsageError("its collection is not where it was: run `kb build` again", build)
    return read_collection(folder)


def select(graph: store.Store, text: str, **terms: sparql.Term) -> Iterator[dict[str, str]]:
    """Ask a SELECT query: rows as text by variable, those without a value left out."""
    rows: Any = graph.query(text, terms)
    names = [variable.value for variable in rows.variables]
    for row in rows:
        yield {name: row[name].value for name in names if row[name] is not None}


# Without a terminal


def write_table(questions: Sequence[Question], output: IO[str], width: int | None = None) -> None:
    """Write the questions as a table."""
    table = Table("score", "what", "beside", "because", box=None, pad_edge=False)
    for each in questions:
        one, other = each.row
        table.add_row(f"{each.score:.2f}", Text(one), Text(other), Text(each.reason))
    Console(file=output, width=width, highlight=False).print(table)


def write_sheet(questions: Sequence[Question], output: IO[bytes]) -> None:
    """Write the questions as a spreadsheet (CSV) in which `decision`, `by` and `when` are left to fill in."""
    text = io.StringIO()
    text.write(Sheet(Path("-"), _COLUMNS, ()).empty)
    writer = csv.writer(text, lineterminator="\n")
    for each in questions:
        score = f"{each.score:.2f}"
        writer.writerow([each.what, each.letter, "", each.value, "", "", "", score, each.reason, *each.sides])
    output.write(text.getvalue().encode())


def take_answers(path: Path, collection: Collection, by: str, answers: Several[str]) -> int:
    """Write the answers of such a spreadsheet, each one of `answers` or its first letter; gives how many.

    `by` and today fill what is left empty there. Raises DataError, with the line, where a row can't be
    understood (then nothing is written) or contradicts what was decided before.
    """
    problems: list[DataError] = []
    review = Review(collection, by)
    rows = []
    for line, cells in Sheet(path, _COLUMNS, ("what",)).rows(problems):
        if cells["decision"]:
            rows.append((line, _answered(cells, review, answers, path, line)))
    if problems:
        raise problems[0]
    for line, row in rows:
        try:
            review.write(row)
        except DataError as error:
            raise DataError(error.message, path, line) from None
    return len(review.written)


def _answered(
    cells: dict[str, str], review: Review, answers: Several[str], path: Path, line: int
) -> Decision:
    given = cells["decision"].casefold()
    found = [answer for answer in answers if given in (answer, answer[0])]
    if not found:
        *some, last = answers
        told = f"{cells['decision']!r} is no answer: write {', '.join(some)} or {last}"
        raise DataError(told, path, line)
    if found[0] in ("same", "different", "change") and not cells["value"]:
        raise DataError(f"nothing under 'value', which {found[0]!r} needs", path, line)
    if not (cells["by"] or review.by):
        raise DataError("nothing under 'by': fill it in, or name yourself with --by", path, line)
    when = cells["when"] or review.today().isoformat()
    decision: Any = found[0]
    return Decision(
        cells["what"], cells["letter"], decision, cells["value"], cells["by"] or review.by, when, cells["why"]
    )


# In a terminal


class Terminal(Protocol):
    """Where a person answers."""

    def key(self) -> str:
        """Wait for a key."""

    def line(self, prompt: str) -> str:
        """Ask for words."""


def session(questions: Sequence[Question], review: Review, console: Console, terminal: Terminal) -> int:
    """Ask one question after another; gives how many answers were written.

    The keys of a question answer it, in capitals they ask for the reason first; space goes on, z takes the last
    answer back, q leaves.
    """
    with suppress(KeyboardInterrupt):  # a break leaves at any moment: what was answered is written already
        _ask_in_turn(questions, review, console, terminal)
    return len(review.written)


def _ask_in_turn(questions: Sequence[Question], review: Review, console: Console, terminal: Terminal) -> None:
    place = 0
    answered: list[int] = []
    while place < len(questions):
        question = questions[place]
        console.rule(f"{place + 1} of {len(questions)}   {question.score:.2f}", align="left")
        console.print(Text(question.reason, style="italic"))
        question.show(console)
        words = [*question.keys.values(), "space skip", "z undo", "quit"]
        console.print(Text("\n" + "  ".join(words) + " "), end="")
        pressed = _pressed(terminal, {*question.keys, "z", "q", " "}, console)
        key = pressed.casefold()
        try:
            if key == "q":
                break
            if key == "z":
                told = "taken back" if review.undo() else "nothing to take back"
                place = answered.pop() if answered else place
                console.print(f"{told}\n")
                continue
            answer = question.answer(key, terminal.line) if key in question.keys else None
            if answer:
                review.answer(question, answer, terminal.line("why? ") if pressed != key else "")
                answered.append(place)
            console.print(f"{answer.decision if answer else 'skipped'}\n")
        except DataError as error:
            console.print(Text(f"{error}\n", style="red"))
        place += 1


def _pressed(terminal: Terminal, known: set[str], console: Console) -> str:
    """Wait for one of the keys; the end of input leaves."""
    while True:
        try:
            pressed = terminal.key()
        except EOFError:
            return "q"
        if pressed == "\x04":
            return "q"
        if pressed.casefold() in known:
            return pressed
        console.bell()


@contextmanager
def terminal_keys() -> Iterator[Terminal]:
    """Read keys and lines from the terminal; what is typed ahead is kept, arrows and the like are one key."""
    if sys.platform == "win32":
        yield _Windows()
        return
    import termios
    import tty

    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    tty.setcbreak(number, termios.TCSADRAIN)
    try:
        yield _Unix(number, before)
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)


class _Windows:
    def key(self) -> str:
        return click.getchar()

    def line(self, prompt: str) -> str:
        return input(prompt).strip()


class _Unix:
    """A terminal that gives single keys; `before` is how it gives lines."""

    def __init__(self, number: int, before: list[Any]) -> None:
        self._number = number
        self._before = before

    def key(self) -> str:
        import select

        pressed = os.read(self._number, 1)
        if not pressed:
            raise EOFError
        if pressed == b"\x1b" and select.select([self._number], [], [], 0.05)[0]:
            pressed += os.read(self._number, 1)
            while pressed[1:2] in (b"[", b"O") and (len(pressed) == 2 or not 0x40 <= pressed[-1] <= 0x7E):
                pressed += os.read(
                    self._number, 1
                )  # ECMA-48: an arrow is ESC, "[", parameters and a last byte
        return pressed.decode("utf-8", "replace")

    def line(self, prompt: str) -> str:
        import termios
        import tty

        termios.tcsetattr(self._number, termios.TCSADRAIN, self._before)
        try:
            return input(prompt).strip()
        finally:
            tty.setcbreak(self._number, termios.TCSADRAIN)


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
