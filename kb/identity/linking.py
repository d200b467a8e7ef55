"""All the names of a collection, linked: blocks, pairs, clusters, and what a person should look at.

Names that could be one share a block; only names of one block are compared; blocks are bounded, so the work
grows with the names and not with their pairs. What is found depends on the set of names alone, never on the
order of letters.
"""

from __future__ import annotations

import gc
import hashlib
import math
from array import array
from bisect import bisect_right
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
_NEIGHBOURS = 3  # names of more equal words that each is compared with
_HASHES = 1 << 24  # by which keys of blocks are counted
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


class _Count(NamedTuple):
    """In how many letters a name is printed, as an organisation's or a person's."""

    organisation: int = 0
    person: int = 0


def _counted(printed: Iterable[PrintedName]) -> dict[str, _Count]:
    """In how many letters each name is printed as what; white space does not tell names apart."""
    found: dict[str, _Count] = {}
    for each in printed:
        name = " ".join(each.name.split())
        organisation, person = found.get(name, _Count())
        if each.kind == "person":
            person += each.letters
        else:
            organisation += each.letters
        found[name] = _Count(organisation, person)
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


class _Linker:
    """The work of `link`, in steps. A node is a name, or several that differ in case and punctuation only."""

    def __init__(self, letters: dict[str, _Count], settled: Settled) -> None:
        self.letters = letters
        self.settled = settled
        self.clusters = _Clusters()
        self.apart: dict[int, set[int]] = defaultdict(set)
        self.names: list[Name] = []
        self.node_of: dict[str, int] = {}
        self.printed: list[list[str]] = []
        self._make_nodes()
        self.frequency = Counter(key for name in self.names for key in _keys(name))
        self.offers = _Offers()

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
        count = self.letters.get(name, _Count())
        return "person" if count.person and count.person >= count.organisation else "organisation"

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
        weights = _Weights(self.names, self.weigh)
        for one, other in self._candidates():
            if weights.at_most(one, other) < OFFER_FROM:
                continue
            found = compare(self.names[one], self.names[other], self.weigh)
            if found.verdict == "same":
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
        """Pairs worth comparing, each once: names that share a block no larger than `_BLOCK`."""
        blocks = _Blocks(self.names)
        for one in range(len(self.names)):
            for other in sorted(blocks.beside(one)):
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
            votes[plain(name)] += sum(self.letters[name])
        best = min(votes, key=lambda each: (-votes[each], -len(each), each))
        of_best = [name for name in printed if plain(name) == best]
        return min(of_best, key=lambda name: (-sum(self.letters[name]), len(name), name))

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
        best = _best_of_each(sorted(self._offered(of, answered), key=_best_first), of)
        return tuple(sorted([*found.values(), *map(self._with_reason, best)], key=_best_first))

    def _offered(
        self, of: dict[str, Organisation], answered: set[frozenset[tuple[str, str]]]
    ) -> Iterable[Match]:
        """For each two organisations that may be one, and nobody judged: the two names that are most alike."""
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
            if pair not in best or _best_first(match) < _best_first(best[pair]):
                best[pair] = match
        return best.values()

    def _with_reason(self, match: Match) -> Match:
        return match if match.reason else replace(match, reason=self._machine_view(match.one, match.other)[1])

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


class _Blocks:
    """Which names share a block. Most keys are those of one name only, and are never held."""

    def __init__(self, names: Sequence[Name]) -> None:
        self._members: list[list[int]] = []
        self._of = [array("L") for _ in names]
        shared = _Shared(names)
        numbers: dict[Hashable, int] = {}
        for node, name in enumerate(names):
            for key in filter(shared.__contains__, _block_keys(name)):
                number = numbers.setdefault(key, len(self._members))
                if number == len(self._members):
                    self._members.append([])
                self._members[number].append(node)
                self._of[node].append(number)
        for key, number in numbers.items():
            if len(self._members[number]) > _BLOCK and not isinstance(key, frozenset):
                self._members[number] = []  # too common to tell anything

    def beside(self, node: int) -> set[int]:
        """The later names to compare a name with; of a very large block its neighbours, which read alike."""
        found: set[int] = set()
        for number in self._of[node]:
            nodes = self._members[number]
            after = bisect_right(nodes, node)
            found.update(nodes[after:] if len(nodes) <= _LARGEST else nodes[after : after + _NEIGHBOURS])
        return found


class _Shared:
    """The keys that several names have, and by chance a few others."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._seen = bytearray(_HASHES)
        for name in names:
            for key in _block_keys(name):
                at = hash(key) % _HASHES
                self._seen[at] = min(2, self._seen[at] + 1)

    def __contains__(self, key: Hashable) -> bool:
        return self._seen[hash(key) % _HASHES] > 1


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
