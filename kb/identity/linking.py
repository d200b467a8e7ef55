"""All the names of a collection, linked: blocks, pairs, clusters, and what a person should look at.

Names that could be one share a block (`kb.identity.blocks`); only names of one block are compared; blocks are
bounded, so the work grows with the names and not with their pairs. What is found depends on the set of names alone,
never on the order of letters, nor on whether all are linked or some again (`kb.identity.relinking`).
"""

from __future__ import annotations

import gc
import hashlib
import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from kb.collection import Decision, OrganisationRow
from kb.errors import DataError
from kb.identity.blocks import Blocks, word_key, word_keys
from kb.identity.comparison import LONG, OFFER_FROM, Comparison, Weigher, compare, conflict
from kb.identity.decisions import Settled, settle
from kb.identity.names import Name, Word, plain, read
from kb.letter import SignatoryKind, slug
from kb.memo import Memo

__all__ = [
    "Counts",
    "Key",
    "Linkage",
    "Linker",
    "Match",
    "Organisation",
    "Others",
    "PrintedName",
    "link",
    "node_key",
]

Judgement = Literal["same", "different", "unsure", "open"]

Key = tuple[SignatoryKind, str]
"""What tells an organisation apart in a collection: persons and organisations have slugs of their own."""

_LARGEST = 60  # names of two clusters that are compared each with each before they are joined
MOST = 5
"""Offers for each organisation: more nobody goes through."""

_COMMON = 4.0  # how many other names have a listed word before any is counted


class PrintedName(NamedTuple):
    """A name that signs, what it was taken for, and in how many letters it is printed so."""

    name: str
    kind: SignatoryKind = "organisation"
    letters: int = 1


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation (or a person) that signed.

    `name` is the canonical name, `slug` the part of its IRI made from it, `printed` the names it signed with
    (white space folded), `aliases` further ones the curator gave, `members` persons its printed names list.
    """

    slug: str
    name: str
    kind: SignatoryKind
    printed: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    country: str = ""
    note: str = ""
    members: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """What tells it apart in a collection."""
        return self.kind, self.slug


@dataclass(frozen=True, slots=True)
class Match:
    """Two printed names that may stand for one organisation; `decision` is the row of whoever judged."""

    one: str
    other: str
    score: float
    reason: str
    judgement: Judgement = "open"
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Linkage:
    """Who signed: organisations by slug, and rows of the curator that were refused.

    `judged` are the pairs of names that a person decided about, `offers` those that may be one: for each two
    organisations the best. `of` maps each printed name to its organisation; `silent` each name that a person decided
    about and nobody signs with, to an organisation that signed under another, if there is one.
    """

    organisations: tuple[Organisation, ...]
    judged: tuple[Match, ...]
    offers: tuple[Match, ...]
    of: dict[str, Organisation]
    silent: dict[str, Organisation | None]
    problems: tuple[DataError, ...] = ()

    @property
    def matches(self) -> tuple[Match, ...]:
        """What is judged, and the offers that are among the `MOST` best of one of their two; best first."""
        return tuple(sorted([*self.judged, *self._best()], key=best_first))

    def _best(self) -> Iterator[Match]:
        seen: Counter[Key] = Counter()
        for match in sorted(self.offers, key=best_first):
            keys = self.of[match.one].key, self.of[match.other].key
            if min(seen[key] for key in keys) < MOST:
                yield match
            seen.update(keys)


class Others(Protocol):
    """The names of a collection that are not linked again, where only some are."""

    @property
    def again(self) -> AbstractSet[str]:
        """Names that are linked again; of the others none is joined with anything else than before."""

    @property
    def keys(self) -> Mapping[str, Key]:
        """The organisations of those others that may be like names that are linked again."""

    def count(self, key: str) -> int:
        """Count the names of the collection that have a key (`kb.identity.blocks`)."""


def link(
    printed: Iterable[PrintedName],
    organisations: Iterable[OrganisationRow] = (),
    decisions: Iterable[Decision] = (),
    folder: Path = Path(),
) -> Linkage:
    """The organisations and persons behind the printed names of a whole collection, each given once.

    Rows of the curator (`organisations`, `decisions`) win over the rules; those that contradict each other
    are refused and told in `problems`, by their files in `folder`.
    """
    with collector_at_rest():
        linker = Linker(_counted(printed), settle(organisations, decisions, folder))
        linker.join()
        return linker.result()


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Millions of small records and no cycles: the collector would only take a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Counts(NamedTuple):
    """In how many letters a name is printed, as an organisation's or a person's."""

    organisation: int = 0
    person: int = 0

    def more(self, kind: SignatoryKind, letters: int) -> Counts:
        """Count further letters."""
        if kind == "person":
            return self._replace(person=self.person + letters)
        return self._replace(organisation=self.organisation + letters)

    @property
    def kind(self) -> SignatoryKind:
        """What most letters take the name for; a name only the curator wrote is an organisation's."""
        return "person" if self.person and self.person >= self.organisation else "organisation"


def _counted(printed: Iterable[PrintedName]) -> dict[str, Counts]:
    """In how many letters each name is printed as what; white space does not tell names apart."""
    found: dict[str, Counts] = {}
    for each in printed:
        name = " ".join(each.name.split())
        found[name] = found.get(name, Counts()).more(each.kind, each.letters)
    return found


def node_key(name: str, reading: Name, judged: bool) -> Hashable:
    """What names have in common that are linked as one from the start: they read alike.

    A name that a person decided about stands for itself.
    """
    return (name,) if judged else reading.signature


class _Clusters:
    """Sets of names that grow by joining; every operation is the same whatever the order of insertion."""

    def __init__(self) -> None:
        self.parent: dict[int, int] = {}
        self.members: dict[int, list[int]] = {}

    def find(self, node: int) -> int:
        parent = self.parent
        while parent.get(node, node) != node:
            parent[node] = parent.get(parent[node], parent[node])
            node = parent[node]
        return node

    def of(self, node: int) -> list[int]:
        return self.members.get(self.find(node), [node])

    def join(self, one: int, other: int) -> None:
        root, joined = sorted((self.find(one), self.find(other)))
        if root != joined:
            self.members[root] = sorted(self.of(root) + self.of(joined))
            self.members.pop(joined, None)
            self.parent[joined] = root


class _Offers:
    """Pairs of nodes that may be one, each once, in as little memory as so many need."""

    def __init__(self) -> None:
        self._one = array("L")
        self._other = array("L")
        self._score = array("d")
        self._reasons: dict[int, str] = {}

    def add(self, one: int, other: int, score: float, reason: str = "") -> None:
        """Take in a pair; a `reason` is only given where comparing the two would not give it again."""
        if reason:
            self._reasons[len(self._score)] = reason
        self._one.append(one)
        self._other.append(other)
        self._score.append(score)

    def __iter__(self) -> Iterator[_Offer]:
        for at, (one, other, score) in enumerate(zip(self._one, self._other, self._score, strict=True)):
            yield _Offer(one, other, score, self._reasons.get(at, ""))


class _Offer(NamedTuple):
    """A pair of nodes, a score, and a reason if it is not that of the comparison."""

    one: int
    other: int
    score: float
    reason: str


class Linker:
    """The work of `link`, in steps. A node is a name, or several that differ in case and punctuation only.

    With `others` only some names are linked again. `reached` are then names that should be too: those that are the
    same as one of these by the rules. If there are any, what was linked is no result.
    """

    def __init__(self, letters: dict[str, Counts], settled: Settled, others: Others | None = None) -> None:
        self.letters = letters
        self.settled = settled
        self.others = others
        self.reached: set[str] = set()
        self.clusters = _Clusters()
        self.apart: dict[int, set[int]] = defaultdict(set)
        self.names: list[Name] = []
        self.node_of: dict[str, int] = {}
        self.printed: list[list[str]] = []
        self._make_nodes()
        self.frequency: Mapping[str, int] = (
            Memo(others.count, len(self.names) * 8)
            if others
            else Counter(key for name in self.names for key in word_keys(name))
        )
        self.offers = _Offers()

    def _make_nodes(self) -> None:
        judged = self.settled.names
        nodes: dict[Hashable, int] = {}
        for name in sorted({*self.letters, *judged}):
            reading = read(name, self.letters.get(name, Counts()).kind)
            node = nodes.setdefault(node_key(name, reading, name in judged), len(nodes))
            if node == len(self.names):
                self.names.append(reading)
                self.printed.append([])
            self.printed[node].append(name)
            self.node_of[name] = node
        self.judged = {self.node_of[name] for name in judged}

    def _again(self, node: int) -> bool:
        """Whether a node is linked again, and not known from before."""
        return self.others is None or self.printed[node][0] in self.others.again

    def weigh(self, word: Word) -> float:
        """What a word tells: 7 if one name has it, 1 less each time twice as many do."""
        return weight(self.frequency[word_key(word.key)], word.kind == "brand")

    # Joining

    def join(self) -> None:
        """Find the names of each organisation, and offers."""
        self._join_known()
        self._join_decided()
        self._join_alike()

    def _join_known(self) -> None:
        """What is not linked again stays as it is."""
        first: dict[Key, int] = {}
        for name, key in self.others.keys.items() if self.others else ():
            self.clusters.join(first.setdefault(key, self.node_of[name]), self.node_of[name])

    def _join_decided(self) -> None:
        """What a person joined; and what a person kept apart, of which no rule may join the clusters."""
        together: dict[int, list[int]] = defaultdict(list)
        for name, group in self.settled.groups.items():
            together[group].append(self.node_of[name])
        for nodes in together.values():
            for node in nodes:
                self.clusters.join(nodes[0], node)
        for one, other in (*self.settled.apart, *self.settled.unsure):
            self._keep_apart(self.node_of[one], self.node_of[other])
        self.rows = {self.clusters.find(together[group][0]): row for group, row in self.settled.rows.items()}

    def _keep_apart(self, one: int, other: int) -> None:
        self.apart[one].add(other)
        self.apart[other].add(one)

    def _join_alike(self) -> None:
        """Join names that are the same by the rules, surest first; offer those that may be."""
        same: list[tuple[float, int, int, Comparison]] = []
        bare: list[tuple[float, int, int, Comparison]] = []
        weights = _Weights(self.names, self.weigh)
        for one, other in self._candidates():
            if weights.at_most(one, other) < OFFER_FROM:
                continue
            found = compare(self.names[one], self.names[other], self.weigh)
            if found.verdict in ("same", "bare") and not (self._again(one) and self._again(other)):
                self.reached.update(self.printed[one], self.printed[other])
            elif found.verdict == "same":
                same.append((-found.score, one, other, found))
            elif found.verdict == "bare":
                bare.append((-found.score, one, other, found))
            elif found.verdict == "maybe":
                self.offers.add(one, other, found.score)
        torn = self._torn(same)
        for _, one, other, found in sorted(same):
            if one in torn or other in torn or not self._join(one, other):
                self.offers.add(one, other, found.score, found.reason)
        self._join_bare(sorted(bare))

    def _torn(self, links: list[tuple[float, int, int, Comparison]]) -> set[int]:
        """Names that are the same as two others which a person keeps apart: the rules can't choose."""
        beside: dict[int, set[int]] = defaultdict(set)
        for _, one, other, _ in links:
            beside[one].add(other)
            beside[other].add(one)
        return {
            node
            for node, others in beside.items()
            for one, other in combinations(sorted(others & self.judged), 2)
            if self._kept_apart(one, other) and node not in self.judged
        }

    def _kept_apart(self, one: int, other: int) -> bool:
        """Whether a person says, of any two of their names, that they are not one."""
        left, right = self.clusters.of(one), self.clusters.of(other)
        if self.clusters.find(one) in self.rows and self.clusters.find(other) in self.rows:
            return left is not right
        return any(not self.apart[a].isdisjoint(right) for a in left if a in self.apart)

    def _join(self, one: int, other: int) -> bool:
        """Join two clusters, unless a person or any two of their names speak against it."""
        left, right = self.clusters.of(one), self.clusters.of(other)
        if left is right:
            return True
        if self._kept_apart(one, other):
            return False
        for a in left[:_LARGEST]:
            for b in right[:_LARGEST]:
                if (a, b) != (one, other) and conflict(self.names[a], self.names[b]):
                    return False
        row = self.rows.pop(self.clusters.find(one), None) or self.rows.pop(self.clusters.find(other), None)
        self.clusters.join(one, other)
        if row is not None:
            self.rows[self.clusters.find(one)] = row
        return True

    def _join_bare(self, links: list[tuple[float, int, int, Comparison]]) -> None:
        """Join a short name to the longer one it fits, if it fits only one organisation."""
        fits: dict[int, set[int]] = defaultdict(set)
        for _, one, other, _ in links:
            a, b = self.clusters.find(one), self.clusters.find(other)
            if a != b:
                fits[a].add(b)
                fits[b].add(a)
        short = {
            self.clusters.find(one if self._is_shorter(one, other) else other) for _, one, other, _ in links
        }
        ambiguous = {root for root in short if len(fits[root] - short) > 1 or len(fits[root]) > 1}
        for _, one, other, found in links:
            roots = {self.clusters.find(one), self.clusters.find(other)}
            if len(roots) == 1:
                continue
            if self._shorter_of(one, other) in ambiguous or not self._join(one, other):
                reason = found.reason
                if self._shorter_of(one, other) in ambiguous:
                    reason += "; but it fits several organisations"
                self.offers.add(one, other, min(found.score, 0.85), reason)

    def _is_shorter(self, one: int, other: int) -> bool:
        a, b = self.names[one], self.names[other]
        return (_size(a), a.printed) < (_size(b), b.printed)

    def _shorter_of(self, one: int, other: int) -> int:
        return self.clusters.find(one if self._is_shorter(one, other) else other)

    # Blocks

    def _candidates(self) -> Iterator[tuple[int, int]]:
        """Pairs worth comparing, each once: names that share a block, one of them to be linked again."""
        blocks = Blocks(self.names, self.others.count if self.others else None)
        for one in range(len(self.names)):
            for other in sorted(blocks.beside(one)):
                if self._again(one) or self._again(other):
                    yield one, other

    # The result

    def result(self) -> Linkage:
        """Give what was found: of names that are not linked again, only whom they stand for."""
        clusters: dict[int, list[int]] = defaultdict(list)
        for node in range(len(self.names)):
            clusters[self.clusters.find(node)].append(node)
        again: list[Organisation] = []
        known: list[Organisation] = []
        for root, nodes in clusters.items():
            organisation = self._organisation(root, nodes)
            if organisation is not None and self._again(nodes[0]):
                again.append(organisation)
            elif organisation is not None and self.others is not None:
                kind, unique = self.others.keys[organisation.printed[0]]
                known.append(replace(organisation, kind=kind, slug=unique))
        again = _with_unique_slugs(again)
        of = {name: organisation for organisation in (*known, *again) for name in organisation.printed}
        ordered = tuple(sorted(again, key=lambda organisation: (organisation.slug, organisation.kind)))
        judged = self._judged(of)
        silent = {
            name: next(
                (of[one] for node in self.clusters.of(node) for one in self.printed[node] if one in of), None
            )
            for name, node in self.node_of.items()
            if name not in of and self._again(node)
        }
        offers = self._offered(of, judged)
        return Linkage(ordered, tuple(judged), offers, of, silent, tuple(self.settled.problems))

    def _organisation(self, root: int, nodes: Sequence[int]) -> Organisation | None:
        printed = sorted(name for node in nodes for name in self.printed[node] if name in self.letters)
        if not printed:
            return None
        kind = self.names[nodes[0]].kind
        row = self.rows.get(root)
        aliases: tuple[str, ...] = ()
        name = self._canonical(printed)
        if row is not None:
            name = " ".join(row.name.split())
            aliases = tuple(alias for alias in row.aliases if alias not in printed and alias != name)
        return Organisation(
            slug(plain(name)),
            name,
            kind,
            tuple(printed),
            aliases,
            row.links if row else (),
            row.country if row else "",
            row.note if row else "",
            tuple(
                dict.fromkeys(
                    member for each in printed if "(" in each for member in read(each, kind).members
                )
            ),
        )

    def _canonical(self, printed: Sequence[str]) -> str:
        """The name most letters print: first counted without case, brackets and acronyms, then as printed."""
        if len(printed) == 1:
            return printed[0]
        votes: Counter[str] = Counter()
        for name in printed:
            votes[plain(name)] += sum(self.letters[name])
        best = min(votes, key=lambda each: (-votes[each], -len(each), each))
        of_best = [name for name in printed if plain(name) == best]
        return min(of_best, key=lambda name: (-sum(self.letters[name]), len(name), name))

    def _judged(self, of: dict[str, Organisation]) -> list[Match]:
        """What a person decided about two names, and what the rules say of them."""
        judgements: tuple[tuple[Judgement, dict[tuple[str, str], Decision]], ...] = (
            ("same", self.settled.same), ("different", self.settled.apart), ("unsure", self.settled.unsure),
        )  # fmt: skip
        return [
            Match(one, other, *self._machine_view(one, other), judgement, row)
            for judgement, rows in judgements
            for (one, other), row in rows.items()
            if one in of
            and other in of
            and (self._again(self.node_of[one]) or self._again(self.node_of[other]))
        ]

    def _offered(self, of: dict[str, Organisation], judged: Iterable[Match]) -> tuple[Match, ...]:
        """For each two organisations that may be one, and nobody judged: the two names that are most alike."""
        answered = {frozenset((of[match.one].key, of[match.other].key)) for match in judged}
        best: dict[tuple[int, int], Match] = {}
        for offer in self.offers:
            names = sorted(name for node in offer[:2] if (name := self._printed_of(node)) is not None)
            if len(names) < 2 or of[names[0]] is of[names[1]] or self._kept_apart(offer.one, offer.other):
                continue
            one, other = of[names[0]], of[names[1]]
            if answered and frozenset((one.key, other.key)) in answered:
                continue
            match = Match(names[0], names[1], offer.score, offer.reason)
            pair = (id(one), id(other)) if id(one) < id(other) else (id(other), id(one))
            if pair not in best or best_first(match) < best_first(best[pair]):
                best[pair] = match
        return tuple(self._with_reason(match) for match in best.values())

    def _with_reason(self, match: Match) -> Match:
        return match if match.reason else replace(match, reason=self._machine_view(match.one, match.other)[1])

    def _printed_of(self, node: int) -> str | None:
        return next((name for name in self.printed[node] if name in self.letters), None)

    def _machine_view(self, one: str, other: str) -> tuple[float, str]:
        names = self.names[self.node_of[one]], self.names[self.node_of[other]]
        seen = compare(names[0], names[1], self.weigh)
        return seen.score, seen.reason or "the rules see nothing in common"


def best_first(match: Match) -> tuple[float, str, str]:
    """Order matches."""
    return -match.score, match.one, match.other


def _size(name: Name) -> int:
    return max(len(form.words) for form in name.forms) if name.forms else 0


@lru_cache(maxsize=100_000)
def weight(frequency: int, brand: bool) -> float:
    """What a word weighs that so many names have."""
    seen = max(1.0, frequency + (0.0 if brand else _COMMON))
    return max(0.5, 7.0 - round(2 * math.log2(seen)) / 2)


class _Weights:
    """What the words of each name weigh: all together, and those that may be misspelled."""

    def __init__(self, names: Sequence[Name], weigh: Weigher) -> None:
        self._names = names
        self._weigh = weigh
        self._whole = array("d", bytes(8 * len(names)))
        self._long = array("d", bytes(8 * len(names)))
        for node, name in enumerate(names):
            words = _telling(name)
            self._whole[node] = sum(map(weigh, words))
            self._long[node] = sum(
                weigh(word) for word in words if word.kind == "brand" and len(word.text) >= LONG
            )

    def at_most(self, one: int, other: int) -> float:
        """A bound on the score of two plain names, found quickly: most pairs of a block fall short of it."""
        a, b = self._names[one], self._names[other]
        if not (_is_plain(a) and _is_plain(b)) or a.compact == b.compact:
            return 1.0
        if a.acronyms and not a.acronyms.isdisjoint(b.acronyms):
            return 1.0
        words = b.forms[0].words
        common = sum(
            self._weigh(word)
            for key, word in a.forms[0].words.items()
            if key in words and word.kind != "legal"
        )
        long = self._long[one], self._long[other]
        loose = sum(long) if all(long) else 0.0
        return (2 * common + loose) / ((self._whole[one] + self._whole[other]) or 1.0)


def _telling(name: Name) -> list[Word]:
    """The words of a name's first form that tell something."""
    return [word for word in name.forms[0].words.values() if word.kind != "legal"] if name.forms else []


def _is_plain(name: Name) -> bool:
    return len(name.forms) == 1 and not (name.acronym or name.aliases)


def _with_unique_slugs(organisations: Sequence[Organisation]) -> list[Organisation]:
    """Where two have the same slug, the first by name keeps it; others get a hash of their names."""
    taken: set[tuple[str, str]] = set()
    unique = []
    for organisation in sorted(organisations, key=lambda each: (each.name, each.printed)):
        if organisation.key in taken:
            told_apart = hashlib.sha256("\n".join(organisation.printed).encode()).hexdigest()[:8]
            organisation = replace(organisation, slug=f"{organisation.slug}-{told_apart}")
        taken.add(organisation.key)
        unique.append(organisation)
    return unique
