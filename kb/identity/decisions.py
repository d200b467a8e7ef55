"""What the curator settled about names: rows of organisations.csv and review.csv that agree."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path

from kb.collection import Decision, OrganisationRow
from kb.errors import DataError

__all__ = ["Settled", "settle"]


@dataclass
class Settled:
    """Names a person joined, kept apart or could not tell; `problems` are rows refused, with file and line.

    Names are as the rows write them, white space folded. `groups` gives what is joined one number, `rows` the
    row of organisations.csv for a number. `same`, `apart` and `unsure` are pairs of names in alphabetical
    order, with the row of review.csv that says so.
    """

    groups: dict[str, int] = field(default_factory=dict)
    rows: dict[int, OrganisationRow] = field(default_factory=dict)
    same: dict[tuple[str, str], Decision] = field(default_factory=dict)
    apart: dict[tuple[str, str], Decision] = field(default_factory=dict)
    unsure: dict[tuple[str, str], Decision] = field(default_factory=dict)
    problems: list[DataError] = field(default_factory=list)

    @cached_property
    def names(self) -> frozenset[str]:
        """All names that a person decided about."""
        return frozenset({*self.groups, *chain.from_iterable((*self.apart, *self.unsure))})

    def among(self, names: Collection[str]) -> Settled:
        """What is settled about some names alone; what is joined with one of them is among them."""
        groups = {name: number for name in names if (number := self.groups.get(name)) is not None}

        def within(pairs: dict[tuple[str, str], Decision]) -> dict[tuple[str, str], Decision]:
            return {pair: row for pair, row in pairs.items() if pair[0] in names and pair[1] in names}

        rows = {number: self.rows[number] for number in groups.values() if number in self.rows}
        same, apart, unsure = within(self.same), within(self.apart), within(self.unsure)
        return Settled(groups, rows, same, apart, unsure, self.problems)


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one <= other else (other, one)


def _fold(name: str) -> str:
    return " ".join(name.split())


class _Settler:
    """Takes rows one by one and refuses what contradicts those before it."""

    def __init__(self) -> None:
        self.settled = Settled()
        self.parent: dict[str, str] = {}
        self.edges: dict[str, list[tuple[str, str]]] = {}
        self.row_of: dict[str, OrganisationRow] = {}
        self.members: dict[str, list[str]] = {}
        self.opposed: dict[str, dict[str, Decision]] = {}

    def find(self, name: str) -> str:
        self.parent.setdefault(name, name)
        while self.parent[name] != name:
            self.parent[name] = self.parent[self.parent[name]]
            name = self.parent[name]
        return name

    def group(self, root: str) -> list[str]:
        """The names joined under a root."""
        return self.members.get(root, [root])

    def apart(self, left: str, right: str) -> Decision | None:
        """The row that says of two groups, by their roots, that they are two."""
        if left == right:
            return None
        fewer, more = sorted((left, right), key=lambda root: len(self.group(root)))
        rows = (
            row
            for name in self.group(fewer)
            for other, row in self.opposed.get(name, {}).items()
            if self.find(other) == more
        )
        return min(rows, key=lambda row: row.line, default=None)

    def join(self, one: str, other: str, place: str) -> None:
        self.edges.setdefault(one, []).append((other, place))
        self.edges.setdefault(other, []).append((one, place))
        roots = self.find(one), self.find(other)
        root, joined = sorted(roots, key=lambda root: (-len(self.group(root)), root))
        self.parent[joined] = root
        self.members.setdefault(root, [root]).extend(self.members.pop(joined, [joined]))
        row = self.row_of.pop(joined, None)
        if row is not None:
            self.row_of.setdefault(root, row)

    def refuse(self, message: str, file: Path, line: int) -> None:
        self.settled.problems.append(DataError(message, file, line or None))

    def why_joined(self, one: str, other: str) -> str:
        """The rows over which two names are joined, as "review.csv:2, review.csv:5"."""
        came: dict[str, tuple[str, str]] = {one: ("", "")}
        queue = deque([one])
        while queue:
            name = queue.popleft()
            if name == other:
                break
            for neighbour, place in self.edges.get(name, ()):
                if neighbour not in came:
                    came[neighbour] = (name, place)
                    queue.append(neighbour)
        places = []
        while other != one:
            other, place = came[other]
            places.append(place)
        return ", ".join(dict.fromkeys(reversed(places)))

    def take_row(self, row: OrganisationRow, file: Path) -> None:
        place = f"{file.name}:{row.line}"
        name = _fold(row.name)
        for printed in (name, *map(_fold, row.aliases)):
            other = self.row_of.get(self.find(printed))
            if other is not None and other is not row:
                self.refuse(
                    f"“{printed}” is already “{other.name}” (line {other.line}): "
                    f"keep it in one of the two rows, or make them one",
                    file, row.line,
                )  # fmt: skip
                continue
            if self.find(printed) != self.find(name):
                self.join(name, printed, place)
            if printed == name:
                self.row_of[self.find(name)] = row

    def take_decision(self, row: Decision, file: Path) -> None:
        one, other = _pair(_fold(row.what), _fold(row.value))
        if not one or one == other:
            self.refuse(
                f"“{row.decision}” needs two names, one as `what` and another as `value`", file, row.line
            )
            return
        if row.decision == "same":
            self.take_same(row, one, other, file)
        elif row.decision == "different":
            if self.find(one) == self.find(other):
                self.refuse(
                    f"“{one}” and “{other}” can't be different: they are the same by "
                    f"{self.why_joined(one, other)}; take back one of these rows",
                    file, row.line,
                )  # fmt: skip
            else:
                self.settled.apart[one, other] = row
                self.opposed.setdefault(one, {})[other] = row
                self.opposed.setdefault(other, {})[one] = row
        elif self.find(one) != self.find(other):
            self.settled.unsure[one, other] = row

    def take_same(self, row: Decision, one: str, other: str, file: Path) -> None:
        left, right = self.find(one), self.find(other)
        rows = self.row_of.get(left), self.row_of.get(right)
        if left != right and rows[0] and rows[1]:
            self.refuse(
                f"“{one}” and “{other}” can't be the same: organisations.csv has them as two "
                f"(lines {rows[0].line} and {rows[1].line})",
                file, row.line,
            )  # fmt: skip
            return
        against = self.apart(left, right)
        if against is not None:
            self.refuse(
                f"“{one}” and “{other}” can't be the same: {file.name}:{against.line} says that "
                f"“{against.what}” and “{against.value}” are different; take back one of these rows",
                file, row.line,
            )  # fmt: skip
            return
        self.settled.same[one, other] = row
        if left != right:
            self.join(one, other, f"{file.name}:{row.line}")


def _latest(decisions: Iterable[Decision]) -> list[Decision]:
    """The last word about each two names, in the order of time: who changes their mind adds a row."""
    latest: dict[tuple[str, str], Decision] = {}
    for row in sorted(decisions, key=lambda row: (row.when, row.line)):
        if row.is_about_two:
            pair = _pair(_fold(row.what), _fold(row.value))
            latest.pop(pair, None)
            latest[pair] = row
    return list(latest.values())


def settle(
    rows: Iterable[OrganisationRow],
    decisions: Iterable[Decision],
    folder: Path = Path(),
) -> Settled:
    """What the rows settle together, by their dates; of several about the same two names the last counts.

    A row that contradicts what came before it over other names is refused and changes nothing. `folder` is
    where the files are, for messages.
    """
    settler = _Settler()
    for row in sorted(rows, key=lambda row: row.line):
        settler.take_row(row, folder / "organisations.csv")
    for decision in _latest(decisions):
        settler.take_decision(decision, folder / "review.csv")
    settled = settler.settled
    numbers: dict[str, int] = {}
    for name in sorted(settler.parent):
        root = settler.find(name)
        settled.groups[name] = numbers.setdefault(root, len(numbers))
    settled.rows = {settled.groups[root]: row for root, row in settler.row_of.items()}
    return settled
