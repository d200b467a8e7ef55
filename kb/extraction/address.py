"""An address, read line by line: "H.E. Mr. X / Secretary-General / United Nations / New York" is one addressee."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest
from typing import Literal

from kb.extraction.best_reading import best_reading
from kb.extraction.language import any_language
from kb.extraction.naming import named_in, office_and_body
from kb.extraction.offices import (
    EDGES,
    begins_with,
    begins_with_place,
    is_called_office,
    is_dated,
    is_headline,
    is_office_here,
    is_place,
    is_plain_office,
    known,
    names_office,
    without_article,
    without_forms,
)
from kb.extraction.reading import Reading
from kb.extraction.wordings import speaks
from kb.letter import Addressee, Span

__all__ = ["AddressLine", "put_together"]


@dataclass(frozen=True, slots=True)
class AddressLine:
    """A line of an address: its words from `start` on (after "To:"), and how it is set.

    `gap` counts the blank lines before it. It is `listed` if it begins an entry of a list, and stands `alone` if
    such entries are of one line each, a name with an office below it aside.
    """

    reading: Reading
    start: int
    gap: int
    listed: bool
    alone: bool = False

    @property
    def text(self) -> str:
        """Its words after the lead."""
        return self.reading.text[self.start :].strip()

    @property
    def end(self) -> int:
        """Where it ends in the letter."""
        return self.reading.span(self.start, len(self.reading.text)).end


# What the last addressee is once a line of an address was taken in: nobody yet, a name with a form of address or
# without, an office, an office with a form of address ("Monsieur le Président"), an office of several, a name with
# an office, a body, one to whom nothing can be added.
_State = Literal["nobody", "name", "plain name", "office", "styled", "several", "holder", "body", "complete"]
_NOBODY: _State = "nobody"
# What a line does: begins an addressee; is the office, the holder of the office, the body of the last one, or more
# of its words; is nothing of the kind (a street, a date).
_Move = Literal["begins", "office", "holder", "body", "more", "aside"]
# What each line may add to an addressee, and what that makes of it.
_JOINS: dict[_State, dict[_Move, _State]] = {
    "nobody": {},
    "name": {"office": "holder", "body": "complete", "more": "name"},
    "plain name": {"office": "holder", "body": "complete", "more": "plain name"},
    "office": {"holder": "holder", "body": "complete", "more": "office"},
    "styled": {"office": "holder", "holder": "holder", "body": "complete", "more": "styled"},
    "several": {"body": "complete", "more": "several"},
    "holder": {"office": "holder", "body": "complete", "more": "holder"},
    "body": {"office": "complete", "body": "complete", "more": "body"},
    "complete": {"more": "complete"},
}
# Names of offices and bodies are shorter.
_SHORT = 80
_UNNAMED: frozenset[_State] = frozenset({"office", "styled", "several", "body"})
# So many words may be somebody's name.
_NAME = range(2, 5)
# What a blank line more than usual between two lines speaks against their belonging together.
_APART = 1.6
# Whether lines are double-spaced can't be told of fewer.
_DOUBLE_SPACED = 3


def put_together(lines: Sequence[AddressLine]) -> list[Addressee]:
    """Put addressees together from the lines of an address, by the reading of all lines that fits best.

    Each line may begin an addressee, add to the last one, or neither (`_JOINS`); words and spacing tell how well
    each fits, and the sum over the lines decides.
    """
    # An address may be double-spaced.
    spacing = min((line.gap for line in lines[1:]), default=0) if len(lines) > _DOUBLE_SPACED else 0
    addressees: list[Addressee] = []
    several = sum(line.listed for line in lines) > 1
    for fits, move in best_reading(_fitting(lines, spacing), _NOBODY, lambda fits: fits.moves):
        if move == "begins":
            line, text = fits.line, fits.line.reading.text
            addressees.extend(named_in(line.reading, line.start, len(text), line.listed and several))
        elif move != "aside" and addressees:
            addressees[-1] = _with(addressees[-1], fits.line, move)
    return addressees


def _fitting(lines: Sequence[AddressLine], spacing: int) -> Iterator[_Fits]:
    """Give how well each line that has words fits; `spacing` is how many blank lines are usual between two."""
    headed = False
    before = ""
    for line, below in zip_longest(lines, lines[1:]):
        if line.text:
            yield _Fits(line, before, below.text if below else "", headed, spacing)
            before = line.text
        else:
            headed |= line.start > 0


class _Fits:
    """How well a line fits as each part of an address, after the line `before` it, with `below` after it.

    What its words tell is looked up when it is asked for.
    """

    def __init__(self, line: AddressLine, before: str, below: str, headed: bool, spacing: int) -> None:
        self.line = line
        self.spacing = spacing
        self.text = line.text.strip(EDGES)
        self.before = before.strip(EDGES)
        # "Ms. X,"
        self.goes_on = before.endswith((",", "،"))
        self.below = below.strip(EDGES)
        self.headed = headed

    @cached_property
    def bare(self) -> str:
        """The line without forms of address and article."""
        return without_article(without_forms(self.text))

    @cached_property
    def form(self) -> bool:
        """Whether the line begins with a form of address; "Ambassador of X" is an office."""
        formal = known("forms").match(self.text) is not None
        return formal and not self.whole_body and not is_office_here(self.text, 0)

    @cached_property
    def office(self) -> bool:
        """Whether an office is the first that the line names."""
        return known("offices").match(self.bare) is not None and not self.whole_body

    @cached_property
    def plain_office(self) -> bool:
        """Whether the line names an office, and nobody who holds it."""
        return is_plain_office(self.bare)

    @cached_property
    def titled(self) -> bool:
        """Whether the line names somebody with an office."""
        if self.plain_office or self.whole_body:
            return False
        return self.office or names_office(self.text)

    @cached_property
    def several(self) -> bool:
        """Whether the line names an office of several persons."""
        return known("several").match(self.bare) is not None

    @cached_property
    def body(self) -> bool:
        """Whether the line begins with the name of a body."""
        return any(begins_with(self.text, key) for key in ("bodies", "states")) and not is_headline(self.text)

    @cached_property
    def whole_body(self) -> bool:
        """Whether the line is the name of a body, though it begins like a person's: "The Hon. Minister's Office"."""
        return known("bodies").fullmatch(without_article(self.text)) is not None and not self.plain_office

    @cached_property
    def holds_none(self) -> bool:
        """Whether the line names no office at all."""
        return known("offices").search(self.text) is None or is_called_office(self.text)

    @cached_property
    def full_name(self) -> bool:
        """Whether the line may be somebody's name by its capitals alone."""
        named = self.holds_none and not self.body
        return named and len(self.text.split()) in _NAME and self.text.istitle()

    @cached_property
    def aside(self) -> bool:
        """Whether the line is a date or a place, which end an address."""
        # "To 15 member states" is no street.
        text = self.text.lstrip("0123456789 ") if self.line.start else self.text
        place = begins_with_place(text) if self.line.listed else is_place(text)
        return place or (is_dated(self.text) and not self.office)

    @cached_property
    def none(self) -> bool:
        """Whether the line says nothing: it is empty, or greets whoever it may be."""
        last = self.line.text[-1]
        return not self.text or (last in ",،:!" and known("generic").fullmatch(self.text) is not None)

    @cached_property
    def said(self) -> bool:
        """Whether the line is a sentence of those who write: "We turn to you."."""
        if self.line.start or self.line.text[-1] not in ".!" or self.form or self.office or self.body:
            return False
        # "les" is an article in French, "you" in Spanish.
        return speaks(" ".join(word for word in self.text.split() if not known("articles").fullmatch(word)))

    @cached_property
    def alike(self) -> bool:
        """Whether it begins with an article as the line before: "The Rapporteur on … / The Working Group on …"."""
        return all(known("articles").match(text) for text in (self.text, self.before))

    @cached_property
    def kind(self) -> bool:
        """Whether the line only says what kind of text it is."""
        return any_language("title", "kinds").fullmatch(self.text) is not None

    @cached_property
    def small(self) -> bool:
        """Whether the line begins with a small letter, as no addressee does."""
        told = self.line.listed or self.line.start > 0
        return self.text[:1].islower() and not (told or self.form or self.office or self.body)

    @cached_property
    def housed(self) -> bool:
        """Whether the line is a body that is no addressee by itself, with its street: where to send a letter."""
        addressed = self.line.start > 0 or self.line.listed or self.office
        if addressed or not self.body or known("states").match(without_article(self.text)):
            return False
        within = (part.strip() for part in self.text.split(",")[1:])
        return any(map(is_place, filter(None, (*within, self.below))))

    @cached_property
    def after_break(self) -> bool:
        """Whether the line before broke off: "Members of / the Support Group", "Madam / X"."""
        last = self.before.rsplit(None, 1)[-1:]
        return (
            any(map(known("connectors").fullmatch, last)) or known("forms").fullmatch(self.before) is not None
        )

    @cached_property
    def after_unfinished(self) -> bool:
        """Whether the last word before it goes on: "Members of the International / Support Group"."""
        last = self.before.rsplit(None, 1)[-1:]
        return any(map(known("unfinished").fullmatch, last))

    @property
    def short(self) -> bool:
        """Whether the line may be the name of an office or a body that is not known."""
        return len(self.text) < _SHORT and self.line.text[-1] != ":"

    def moves(self, state: _State) -> Iterator[tuple[_Move, _State, float]]:
        """Give what the line may do after an addressee of that state, what that makes of it, and how well it fits."""
        # Offices and bodies set apart are as many addressees; a name goes on, double-spaced, with its office.
        gap = self.line.gap if state in _UNNAMED else max(0, self.line.gap - self.spacing)
        if self.goes_on and state in {"name", "plain name"}:
            gap = 0
        if self.none:
            yield "aside", state, 0
            return
        if self.aside or self.said:
            yield "aside", "nobody", 3
            return
        yield "aside", "nobody" if gap else state, self.left_out(state)
        if self.small or (gap and state != "nobody" and self.housed):
            return
        if not self.kind:
            yield "begins", *self.begins(state, gap)
        if (self.line.listed and not self.line.alone) or self.line.start:
            return
        for move, after in _JOINS[state].items():
            yield move, after, self.joins(state, move) - gap * _APART

    def left_out(self, state: _State) -> float:
        """Tell how well it fits that the line is no part of the address."""
        if self.form or self.line.listed:
            return -1.5
        if state in {"nobody", "complete"}:
            return 0
        # What stands right below an addressee is likelier a part of it than what stands further below.
        return -0.5 if self.body else -0.1

    def begins(self, state: _State, gap: int) -> tuple[_State, float]:
        """Tell what addressee the line begins, and how well it does."""
        led = self.line.start > 0 or (self.headed and state == "nobody")
        sure = 2.0 * self.line.listed + 2.5 * led + 0.1 * (gap > 0) + 3.5 * self.alike
        after, fits = self.named(state, gap)
        whole = self.line.alone and after != "name" and not (after == "plain name" and self.full_name)
        return "complete" if whole else after, fits + sure

    def named(self, state: _State, gap: int) -> tuple[_State, float]:
        """Tell whom the line names by its words, and how well that fits as the beginning of an addressee."""
        if self.titled:
            return "holder", 3
        if self.several:
            return "several", 2.6
        if self.office:
            # A name without an office has most likely the one below it.
            return "styled" if self.form else "office", 2.2 - (state in {"name", "plain name"})
        if self.form:
            return "name", 3
        if self.body:
            if state == "nobody" or gap:
                return "body", 1
            return "body", 0 if self.line.listed and state == "complete" else -0.5
        return "plain name", -0.6

    def joins(self, state: _State, move: _Move) -> float:
        """Tell how well the line fits as a further part of an addressee."""
        if move == "more":
            broken = self.after_break or (self.after_unfinished and state not in {"holder", "complete"})
            return 5 if broken else -4
        if move == "holder":
            if state == "styled" and not self.form and self.full_name:
                # "Señor Embajador / X Y"
                return 0.8
            return 3.5 if self.form and self.holds_none else -4
        if move == "office":
            if self.several:
                return -4
            if self.body and self.titled and state in {"name", "plain name"}:
                # "United Nations, Secretary-General"
                return 3.8
            named = state in {"name", "plain name", "body"}
            if self.office and not self.form and (self.plain_office or named):
                return 3.4
            return (
                0.3 if state == "name" and self.short and not (self.form or self.titled or self.body) else -4
            )
        if self.form or self.office or self.titled or self.several:
            return -4
        if state == "body":
            # "Working Group on … / Office of the …", but mostly streets and houses
            return 0.4 if self.body else -4
        return 2.6 if self.body else 0.4 if self.short and state not in {"name", "plain name"} else -1


def _with(known: Addressee, line: AddressLine, move: _Move) -> Addressee:
    """Give an addressee with what a line adds."""
    text = line.text.strip(EDGES)
    if move == "holder":
        known = replace(known, name=_bare_name(text), office=known.name)
    elif move == "body":
        known = replace(known, body=f"{known.body}, {text}" if known.body else text)
    elif move == "more":
        if known.body:
            known = replace(known, body=f"{known.body} {text}")
        elif known.office:
            known = replace(known, office=f"{known.office} {text}")
        else:
            known = replace(known, name=f"{known.name} {text}")
    elif known.office is None:
        role, body = office_and_body(text)
        known = replace(known, office=role, body=body or known.body)
    return replace(known, span=Span(known.span.start, line.end))


def _bare_name(text: str) -> str:
    """Take off what is said after a name in courtesy ("the esteemed")."""
    honour = known("suffixes").search(text)
    return text[: honour.start()].rstrip(EDGES) if honour and honour.end() == len(text) else text
