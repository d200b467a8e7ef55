"""Names linked again: only those that a name which came or went can concern, with the result of linking them all.

Whether two names are one depends on these two, on how many names have their words (what a word weighs goes in steps),
and on how many share their blocks. All that is kept as keys of names. So a name that comes or goes concerns those that
share a block with it; where a word's weight goes a step, all that have the word. What these are linked with by the
rules, by a person or by the address they would have is linked again too, until nothing else is reached.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from pathlib import Path
from typing import cast

from kb.collection import Decision, OrganisationRow
from kb.identity.blocks import BLOCK, block_keys, is_bounded, word_keys
from kb.identity.decisions import Settled, settle
from kb.identity.linking import Counts, Key, Linkage, Linker, collector_at_rest, node_key, weight
from kb.identity.names import plain, read
from kb.letter import SignatoryKind, slug
from kb.state import State

__all__ = ["relink"]

_MANY = 10
"""If more than one of so many names changed, all are linked again: that is quicker."""


def relink(
    state: State,
    changed: Collection[str] | None,
    organisations: Iterable[OrganisationRow],
    decisions: Iterable[Decision],
    folder: Path = Path(),
) -> Linkage:
    """Link the names that signed, as `state` has them now, again where that can change anything.

    `changed` are the names that more or fewer letters bear than when they were last linked; None if all are to be
    linked, as they must where a row of `organisations` or `decisions` changed. Gives the organisations of the names
    that were linked again (those of `Linkage.of` that are none of its organisations are as they were), and all
    matches that concern these; raises nothing.
    """
    settled = settle(organisations, decisions, folder)
    known = _Known(state, settled)
    with collector_at_rest():
        if changed is None or len(changed) * _MANY > state.linked():
            known.begin()
            linker = Linker(known.letters(), settled)
            linker.join()
            return linker.result()
        again = known.closed(known.take_in(changed))
        while True:
            around = known.around(again)
            others = _Others(state, again, around)
            linker = Linker(known.letters(around), settled.among(around), others)
            linker.join()
            if linker.reached <= again:
                return linker.result()
            again = known.closed(again | linker.reached)


class _Others:
    """What is known of the names around those that are linked again."""

    def __init__(self, state: State, again: set[str], around: set[str]) -> None:
        self._state = state
        self.again: AbstractSet[str] = again
        self.keys: Mapping[str, Key] = {
            name: _key(iri) for name in around - again if (iri := state.stands_for(name))
        }

    def count(self, key: str) -> int:
        """Count the nodes that have a key."""
        return self._state.count_key(_number(key))


def _key(iri: str) -> Key:
    """What the address of an organisation or person tells of it."""
    _, kind, unique = iri.rsplit("/", 2)
    return cast("SignatoryKind", kind), unique


class _Known:
    """The names of a collection and their keys, as they are kept: by nodes, as `Linker` forms them."""

    def __init__(self, state: State, settled: Settled) -> None:
        self._state = state
        self._settled = settled

    def letters(self, names: Iterable[str] | None = None) -> dict[str, Counts]:
        """Tell of each name that signs in how many letters it does; of all names, or of some."""
        found: dict[str, Counts] = {}
        for name, kind, letters in self._state.signing(names):
            found[name] = found.get(name, Counts()).more(kind, letters)
        return found

    # What changed

    def begin(self) -> None:
        """Keep all names and their keys anew."""
        self._state.forget_names()
        self._state.keep_keys(self._all_keys())

    def _all_keys(self) -> Iterator[tuple[int, int]]:
        letters = self.letters()
        nodes: set[int] = set()
        for name in sorted({*letters, *self._settled.names}):
            kind = letters.get(name, Counts()).kind
            node = self._node(name, kind)
            self._state.keep_name(name, kind, node)
            yield from ((_number(key), node) for key in _addresses(name))
            if node not in nodes:
                nodes.add(node)
                yield from ((key, node) for key in _reading_keys(name, kind))

    def take_in(self, changed: Collection[str]) -> set[str]:
        """Keep what names are now that came or went, or whose letters did; gives the names they may concern."""
        touched = {kept[1] for name in changed if (kept := self._state.name(name))}
        letters = self.letters(changed)
        present = {
            name: letters.get(name, Counts()).kind for name in {*letters, *self._settled.names} & {*changed}
        }
        nodes = {name: self._node(name, kind) for name, kind in present.items()}
        touched.update(nodes.values())
        before = {node: (self._state.names_of(node)[:1], self._keys(node)) for node in touched}
        self._state.forget_keys((key, node) for node, (_, keys) in before.items() for key in keys)
        for name in changed:
            self._state.forget_name(name)
        for name, kind in present.items():
            self._state.keep_name(name, kind, nodes[name])
        now = {node: (self._state.names_of(node)[:1], self._keys(node)) for node in touched}
        self._state.keep_keys((key, node) for node, (_, keys) in now.items() for key in keys)
        others = [node for node in touched if before[node] != now[node]]
        gone = Counter(key for node in others for key in before[node][1])
        come = Counter(key for node in others for key in now[node][1])
        return self._names(touched | self._concerned({key: come[key] - gone[key] for key in {*gone, *come}}))

    def _concerned(self, more: dict[int, int]) -> set[int]:
        """The nodes that may be compared, or be like others, in another way; by keys and how many more have them."""
        concerned: set[int] = set()
        for key, difference in more.items():
            count = self._state.count_key(key)
            if _sort(key) == _WORD:
                if _weights(count) != _weights(count - difference):
                    reweighted = self._state.nodes_with(key)
                    concerned.update(reweighted, *map(self._beside, reweighted))
            elif _sort(key) != _BOUNDED or min(count, count - difference) <= BLOCK:
                concerned.update(self._state.nodes_with(key))
        return concerned

    # What belongs together

    def closed(self, names: set[str]) -> set[str]:
        """Add the names that read like some of these, that a person joined with them, or of the same address."""
        found: set[str] = set()
        while names:
            nodes = {kept[1] for name in names if (kept := self._state.name(name))}
            addresses = {_number(key) for name in names for key in _addresses(name)}
            nodes.update(node for key in addresses for node in self._state.nodes_with(key))
            found |= names
            joined = {
                other for name in names for other in self._joined.get(self._settled.groups.get(name, -1), ())
            }
            names = (self._names(nodes) | joined) - found
        return found

    def around(self, names: set[str]) -> set[str]:
        """Add the names these are compared with or a person kept apart from them, and all of their organisations."""
        nodes = {kept[1] for name in names if (kept := self._state.name(name))}
        found = names | self._names({other for node in nodes for other in self._beside(node)})
        found |= {other for name in names for other in self._opposed.get(name, ())}
        agents = {iri for name in found - names if (iri := self._state.stands_for(name))}
        return found.union(*map(self._state.names_for, agents))

    @cached_property
    def _joined(self) -> dict[int, list[str]]:
        joined: dict[int, list[str]] = {}
        for name, group in self._settled.groups.items():
            joined.setdefault(group, []).append(name)
        return joined

    @cached_property
    def _opposed(self) -> dict[str, list[str]]:
        opposed: dict[str, list[str]] = {}
        for one, other in (*self._settled.apart, *self._settled.unsure):
            opposed.setdefault(one, []).append(other)
            opposed.setdefault(other, []).append(one)
        return opposed

    # Nodes and their keys

    def _node(self, name: str, kind: SignatoryKind) -> int:
        return _hash(repr(_ordered(node_key(name, read(name, kind), name in self._settled.names))))

    def _names(self, nodes: Iterable[int]) -> set[str]:
        return {name for node in nodes for name, _ in self._state.names_of(node)}

    def _keys(self, node: int) -> set[int]:
        """The keys of a node: what its first name reads as, and the addresses its names could have."""
        names = self._state.names_of(node)
        addresses = {_number(key) for name, _ in names for key in _addresses(name)}
        return addresses.union(*(_reading_keys(name, kind) for name, kind in names[:1]))

    def _beside(self, node: int) -> set[int]:
        """The nodes that share a block with a node."""
        return {
            other
            for key in self._keys(node)
            if _sort(key) == _UNBOUNDED or (_sort(key) == _BOUNDED and self._state.count_key(key) <= BLOCK)
            for other in self._state.nodes_with(key)
        }


# Keys as numbers: the last two bits tell their sort

_BOUNDED, _UNBOUNDED, _WORD, _ADDRESS = range(4)


def _number(key: str) -> int:
    """A number for a key."""
    if key.startswith("word "):
        sort = _WORD
    elif key.startswith("address "):
        sort = _ADDRESS
    else:
        sort = _BOUNDED if is_bounded(key) else _UNBOUNDED
    return _hash(key) & ~3 | sort


def _sort(key: int) -> int:
    return key & 3


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 1


def _weights(count: int) -> tuple[float, float]:
    return weight(count, brand=True), weight(count, brand=False)


def _reading_keys(name: str, kind: SignatoryKind) -> set[int]:
    reading = read(name, kind)
    return {_number(key) for key in (*block_keys(reading), *word_keys(reading))}


def _addresses(name: str) -> set[str]:
    """The addresses a name could have: two organisations can't have the same."""
    return {f"address {slug(plain(name))}", f"address {slug(name)}"}


def _ordered(key: object) -> object:
    """A key that reads the same in every process."""
    if isinstance(key, frozenset):
        return sorted(map(repr, key))
    return [_ordered(each) for each in key] if isinstance(key, tuple) else key
