"""All the names of a collection, linked: blocks, pairs, clusters, and what a person should look at.

Names that could be one share a block; only names of one block are compared; blocks are bounded, so the work
grows with the names and not with their pairs. What is found depends on the set of names alone, never on the
order of letters.
"""

from __future__ import annotations

import gc
import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, combinations
from pathlib import Path
from typing import Literal, NamedTuple

from kb.collection import Decision, OrganisationRow
from kb.errors import DataError
from kb.identity.comparison import LONG, OFFER_FROM, Comparison, Weigher, compare, conflict
from kb.identity.decisions import Settled, settle
from kb.identity.names import Name, Word, plain, read
from kb.letter import SignatoryKind, slug

__all__ = ["Linkage", "Match", "Organisation", "PrintedName", "link"]

Judgement = Literal["same", "different", "unsure", "open"]

_BLOCK = 24  # names a block may hold before it is too common to tell anything
_LARGEST = 60  # names of equal words that are compared each with each
_MOST = 5  # offers for each organisation: more nobody goes through
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
    def key(self) -> tuple[SignatoryKind, str]:
        """What tells it apart in a collection: persons and organisations have slugs of their own."""
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
    """Who signed: organisations by slug, matches best first, rows of the curator that were refused.

    `of` maps each printed name to its organisation.
    """

    organisations: tuple[Organisation, ...]
    matches: tuple[Match, ...]
    of: dict[str, Organisation]
    problems: tuple[DataError, ...] = ()


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
    settled = settle(organisations, decisions, folder)
    with _collector_at_rest():
        linker = _Linker(_counted(printed), settled)
        linker.join_decided()
        linker.join_alike()
        return linker.result()


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Millions of small records and no cycles: the collector would only take a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _counted(printed: Iterable[PrintedName]) -> dict[str, Counter[SignatoryKind]]:
    """In how many letters each name is printed as what; white space does not tell names apart."""
    found: dict[str, Counter[SignatoryKind]] = defaultdict(Counter)
    for each in printed:
        found[" ".join(each.name.split())][each.kind] += each.letters
    return found


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


class _Linker:
    """The work of `link`, in steps. A node is a name, or several that differ in case and punctuation only."""

    def __init__(self, letters: dict[str, Counter[SignatoryKind]], settled: Settled) -> None:
        self.letters = letters
        self.settled = settled
        self.clusters = _Clusters()
        self.apart: dict[int, set[int]] = defaultdict(set)
        self.names: list[Name] = []
        self.node_of: dict[str, int] = {}
        self.printed: list[list[str]] = []
        self._make_nodes()
        self.frequency = Counter(key for name in self.names for key in _keys(name))
        self.offers: dict[tuple[int, int], Comparison] = {}

    def _make_nodes(self) -> None:
        # Names that read alike are one node; a name that a person decided about is a node of its own.
        judged = {*self.settled.groups, *chain.from_iterable((*self.settled.apart, *self.settled.unsure))}
        nodes: dict[Hashable, int] = {}
        for name in sorted({*self.letters, *judged}):
            reading = read(name, self._kind(name))
            key = (name,) if name in judged else reading.signature
            node = nodes.setdefault(key, len(nodes))
            if node == len(self.names):
                self.names.append(reading)
                self.printed.append([])
            self.printed[node].append(name)
            self.node_of[name] = node
        self.judged = {self.node_of[name] for name in judged}

    def _kind(self, name: str) -> SignatoryKind:
        """What most letters take the name for; a name only the curator wrote is an organisation's."""
        kinds = self.letters.get(name, Counter())
        return "person" if kinds["person"] and kinds["person"] >= kinds["organisation"] else "organisation"

    def weigh(self, word: Word) -> float:
        """What a word tells: 7 if one name has it, 1 less each time twice as many do."""
        return _weight(self.frequency[word.key], word.kind == "brand")

    # Joining

    def join_decided(self) -> None:
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

    def join_alike(self) -> None:
        """Join names that are the same by the rules, surest first; offer those that may be."""
        same: list[tuple[float, int, int, Comparison]] = []
        bare: list[tuple[float, int, int, Comparison]] = []
        weights = [_weights(name, self.weigh) for name in self.names]
        for one, other in self._candidates():
            if _at_most(weights[one], weights[other]) < OFFER_FROM:
                continue
            found = compare(self.names[one], self.names[other], self.weigh)
            if found.verdict == "same":
                same.append((-found.score, one, other, found))
            elif found.verdict == "bare":
                bare.append((-found.score, one, other, found))
            elif found.verdict == "maybe":
                self.offers[one, other] = found
        torn = self._torn(same)
        for _, one, other, found in sorted(same):
            if one in torn or other in torn or not self._join(one, other):
                self.offers[one, other] = found
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
                self.offers[one, other] = Comparison("maybe", min(found.score, 0.85), reason)

    def _is_shorter(self, one: int, other: int) -> bool:
        a, b = self.names[one], self.names[other]
        return (_size(a), a.printed) < (_size(b), b.printed)

    def _shorter_of(self, one: int, other: int) -> int:
        return self.clusters.find(one if self._is_shorter(one, other) else other)

    # Blocks

    def _candidates(self) -> Iterator[tuple[int, int]]:
        """Pairs worth comparing, each once: names that share a block no larger than `_BLOCK`."""
        blocks: dict[Hashable, list[int]] = defaultdict(list)
        for node, name in enumerate(self.names):
            for key in _block_keys(name):
                blocks[key].append(node)
        seen: set[int] = set()
        count = len(self.names)
        for key, nodes in blocks.items():
            limit = _LARGEST if isinstance(key, frozenset) else _BLOCK
            if len(nodes) < 2 or (len(nodes) > limit and not isinstance(key, frozenset)):
                continue
            for one, other in _pairs(nodes):
                pair = one * count + other
                if pair not in seen:
                    seen.add(pair)
                    yield one, other

    # The result

    def result(self) -> Linkage:
        clusters: dict[int, list[int]] = defaultdict(list)
        for node in range(len(self.names)):
            clusters[self.clusters.find(node)].append(node)
        made = [
            (root, organisation)
            for root, nodes in clusters.items()
            if (organisation := self._organisation(root, nodes)) is not None
        ]
        unique = _with_unique_slugs([organisation for _, organisation in made])
        of = {name: organisation for organisation in unique for name in organisation.printed}
        ordered = tuple(sorted(unique, key=lambda organisation: (organisation.slug, organisation.kind)))
        return Linkage(ordered, self._matches(of), of, tuple(self.settled.problems))

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
            votes[plain(name)] += self.letters[name].total()
        best = min(votes, key=lambda each: (-votes[each], -len(each), each))
        of_best = [name for name in printed if plain(name) == best]
        return min(of_best, key=lambda name: (-self.letters[name].total(), len(name), name))

    def _matches(self, of: dict[str, Organisation]) -> tuple[Match, ...]:
        """What is offered, one pair for each two organisations, and what a person decided, best first."""
        found: dict[tuple[str, str], Match] = {}
        answered: set[frozenset[tuple[str, str]]] = set()
        judgements: tuple[tuple[Judgement, dict[tuple[str, str], Decision]], ...] = (
            ("same", self.settled.same), ("different", self.settled.apart), ("unsure", self.settled.unsure),
        )  # fmt: skip
        for judgement, rows in judgements:
            for (one, other), row in rows.items():
                if one in of and other in of:
                    score, reason = self._machine_view(one, other)
                    found[one, other] = Match(one, other, score, reason, judgement, row)
                    answered.add(frozenset((of[one].key, of[other].key)))
        offers: dict[frozenset[tuple[str, str]], Match] = {}
        for nodes, comparison in sorted(self.offers.items()):
            names = sorted(name for node in nodes if (name := self._printed_of(node)) is not None)
            if len(names) < 2 or of[names[0]] is of[names[1]] or self._kept_apart(*nodes):
                continue
            pair = frozenset(of[name].key for name in names)
            match = Match(names[0], names[1], comparison.score, comparison.reason)
            if pair not in answered and (
                pair not in offers or _best_first(match) < _best_first(offers[pair])
            ):
                offers[pair] = match
        best = _best_of_each(sorted(offers.values(), key=_best_first), of)
        return tuple(sorted([*found.values(), *best], key=_best_first))

    def _printed_of(self, node: int) -> str | None:
        return next((name for name in self.printed[node] if name in self.letters), None)

    def _machine_view(self, one: str, other: str) -> tuple[float, str]:
        names = self.names[self.node_of[one]], self.names[self.node_of[other]]
        seen = compare(names[0], names[1], self.weigh)
        return seen.score, seen.reason or "the rules see nothing in common"


def _best_of_each(offers: list[Match], of: dict[str, Organisation]) -> Iterator[Match]:
    """The offers, best first, that are among the `_MOST` best of one of their two."""
    seen: Counter[tuple[str, str]] = Counter()
    for match in offers:
        keys = of[match.one].key, of[match.other].key
        if min(seen[key] for key in keys) < _MOST:
            yield match
        seen.update(keys)


def _best_first(match: Match) -> tuple[float, str, str]:
    return -match.score, match.one, match.other


def _size(name: Name) -> int:
    return max(len(form.words) for form in name.forms) if name.forms else 0


def _keys(name: Name) -> set[str]:
    return {key for form in name.forms for key in form.words}


@lru_cache(maxsize=100_000)
def _weight(frequency: int, brand: bool) -> float:
    seen = max(1.0, frequency + (0.0 if brand else _COMMON))
    return max(0.5, 7.0 - round(2 * math.log2(seen)) / 2)


class _Weights(NamedTuple):
    """What a name's words weigh: each, all together, and those that may be misspelled."""

    each: dict[str, float]
    whole: float
    long: float
    acronyms: frozenset[str]
    letters: str
    plain: bool


def _weights(name: Name, weigh: Weigher) -> _Weights:
    form = name.forms[0] if name.forms else None
    if form is None:
        return _Weights({}, 0.0, 0.0, frozenset(), "", plain=False)
    words = [word for word in form.words.values() if word.kind != "legal"]
    each = {word.key: weigh(word) for word in words}
    long = sum(each[word.key] for word in words if word.kind == "brand" and len(word.text) >= LONG)
    plain = len(name.forms) == 1 and not (name.acronym or name.aliases)
    return _Weights(each, sum(each.values()), long, name.acronyms, name.compact, plain)


def _at_most(one: _Weights, other: _Weights) -> float:
    """A bound on the score of two plain names, found quickly: most pairs of a block fall short of it."""
    if not (one.plain and other.plain) or one.letters == other.letters:
        return 1.0
    if one.acronyms and not one.acronyms.isdisjoint(other.acronyms):
        return 1.0
    common = sum(weight for key, weight in one.each.items() if key in other.each)
    loose = one.long + other.long if one.long and other.long else 0.0
    return (2 * common + loose) / ((one.whole + other.whole) or 1.0)


def _pairs(nodes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Each two of a block; of a very large one each with its neighbours, which read alike."""
    if len(nodes) <= _LARGEST:
        yield from combinations(nodes, 2)
        return
    for step in (1, 2, 3):
        yield from zip(nodes, nodes[step:], strict=False)


def _block_keys(name: Name) -> set[Hashable]:
    """The blocks of a name; two names that may be one share at least one.

    All its words (a frozenset: these blocks have no bound), all but one, each distinctive word, a long one
    with a consonant left out, the letters without spaces, acronyms stated or possible, a second name.
    """
    keys: set[Hashable] = set()
    kind = name.kind
    if name.compact:
        keys.add(("letters", name.compact))
    for acronym in (*name.acronyms, *name.initials, name.acronym):
        if acronym:
            keys.add(("acronym", acronym))
    for alias in name.aliases:
        keys.add((kind, "rest", alias.keys))
    for form in name.forms:
        telling = frozenset(key for key, word in form.words.items() if word.kind != "legal")
        if not telling:
            continue
        keys.add(frozenset({kind, *telling}))
        keys.add((kind, "rest", telling))
        if 1 < len(telling) <= 12:
            keys.update((kind, "rest", telling - {key}) for key in telling)
        brands = frozenset(key for key in telling if form.words[key].kind == "brand")
        if brands and brands != telling:
            keys.add((kind, "brands", brands))
        elif brands:
            keys.add((kind, "brands", telling))
        for key in brands:
            keys.add((kind, key))
            if len(key) > 3 and len(form.words[key].text) >= LONG:
                keys.update((kind, key[:cut] + key[cut + 1 :]) for cut in range(1, len(key)))
    return keys


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
