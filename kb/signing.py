"""Who signed, brought up to date: only printed names are linked again that a letter which changed can concern.

Whom a signature stands for is kept by letter: it changes where the letter or the meaning of a printed name did.
What is said of an organisation, or of two that may be one, is kept by its address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from kb import graph, identity, shared, store
from kb.collection import Collection, Decision
from kb.describing import Describing, divided
from kb.errors import DataError
from kb.identity import Linkage
from kb.letter import SignatoryKind, slug
from kb.memo import Memo
from kb.state import SIGNED, Match, State

__all__ = ["Signing"]

_LEAST = 1 << 16
"""Organisations of which it is known at a time how good their best matches are."""

_Rank: TypeAlias = tuple[float, str, str]


class Signing:
    """Keeps the graph of organisations of one draft; `previous` is the generation before."""

    def __init__(
        self,
        draft: store.Draft,
        state: State,
        collection: Collection,
        decisions: Sequence[Decision],
        describing: Describing,
        previous: Path | None,
    ) -> None:
        self._draft = draft
        self._state = state
        self._collection = collection
        self._decisions = decisions
        self._describing = describing
        self._previous = previous
        self._names = graph.Names(collection.base)
        self._left: dict[str, set[tuple[str, SignatoryKind]]] = {}

    def leave(self, letter: str) -> None:
        """Take back whom a letter's signatures stand for, before the letter changes or goes."""
        self._draft.remove(self._state.take_said(SIGNED, letter))
        self._left[letter] = self._state.names_in(letter)

    def update(self) -> list[DataError]:
        """Say who signed the letters as they are now; gives rows of the curator that were refused."""
        decided = self._decided()
        again = self._previous is None or self._state.about("names decided") != decided
        changed = self._changed()
        folder = self._collection.folder
        linkage = identity.relink(
            self._state, None if again else changed, self._collection.organisations, self._decisions, folder
        )
        before, moved = self._stand_for(linkage, changed)
        self._tell(moved | set(self._left))
        self._describe(linkage, before)
        self._state.keep_about("names decided", decided)
        return list(linkage.problems)

    def _decided(self) -> str:
        told = repr((self._collection.folder, self._collection.organisations, self._decisions))
        return hashlib.sha256(told.encode()).hexdigest()

    def _changed(self) -> set[str]:
        """The printed names that some letter bears now and did not before, or the other way round."""
        return {
            name for letter, before in self._left.items() for name, _ in before ^ self._state.names_in(letter)
        }

    # Whom signatures stand for

    def _stand_for(self, linkage: Linkage, changed: set[str]) -> tuple[set[str], set[str]]:
        """Keep whom names stand for.

        Gives whom they stood for before, and the letters that did not change but stand for others now, cleared of
        what they said.
        """
        now = dict.fromkeys(changed, "")
        for organisation in linkage.organisations:
            now.update(dict.fromkeys(organisation.printed, str(self._names.signatory(organisation))))
        for name, meant in linkage.silent.items():
            now[name] = str(self._names.signatory(meant)) if meant else ""
        before = {name: self._state.stands_for(name) for name in now}
        other = {name for name, agent in now.items() if agent != before[name]}
        moved = self._state.letters_signed(name for name in other if before[name]) - self._left.keys()
        for letter in sorted(moved):
            self._draft.remove(self._state.take_said(SIGNED, letter))
        self._state.stand_for((name, now[name]) for name in other | changed)
        return {agent for agent in before.values() if agent}, moved

    def _tell(self, letters: set[str]) -> None:
        with self._draft.spool() as spool:
            for letter in sorted(letters):
                lines = graph.signatories(letter, self._state.signed(letter), self._names)
                self._state.keep_said(SIGNED, letter, lines)
                spool(shared.text(lines).encode())

    # What is said of organisations, and of two that may be one

    def _describe(self, linkage: Linkage, before: set[str]) -> None:
        """Say what there is to say of organisations that were linked again; `before` are those in their place.

        Of many names there are hundreds of thousands of pairs: only those that are told are in memory together.
        """
        linked = before | {str(self._names.signatory(each)) for each in linkage.organisations}
        agents, silent = {*linked}, {*before}
        for match in self._state.take_matches(linked):
            agents.update(match[2:4])
            silent.update(self._subjects(match))
        judged = [(self._kept(match, linkage), match.decision) for match in linkage.judged]
        offers = (self._kept(match, linkage) for match in linkage.offers)
        self._state.keep_matches(_noting(agents, chain((kept for kept, _ in judged), offers)))
        matches = [
            graph.Match(*kept[2:], decision) for kept, decision in judged if kept.of_one != kept.of_other
        ]
        for match, is_told in self._open(agents):
            if is_told:
                matches.append(graph.Match(*match[2:]))
            elif self._previous:
                silent.update(self._subjects(match))
        name = str(self._names.graph(SIGNED))
        with self._draft.spool() as spool:
            for source, triples in graph.organisations(linkage.organisations, matches, self._names):
                self._say(source, sorted(store.lines(triples, name)), spool)
                silent.discard(source)
            for source in sorted(silent):
                self._say(source, [], spool)

    def _kept(self, match: identity.Match, linkage: Linkage) -> Match:
        one, other = (str(self._names.signatory(linkage.of[name])) for name in (match.one, match.other))
        if one == other:
            other = self._own_address(match, one)
        return Match(match.one, match.other, one, other, match.score, match.reason, match.judgement)

    def _own_address(self, match: identity.Match, joined: str) -> str:
        """The address that one of two names would have, had nobody joined them."""
        own = (slug(form) for name in (match.other, match.one) for form in (identity.plain(name), name))
        return next((iri for each in own if (iri := str(self._names.organisation(each))) != joined), joined)

    def _open(self, agents: AbstractSet[str]) -> Iterator[tuple[Match, bool]]:
        """The pairs of organisations that nobody judged, and whether each is among the best of one of its two."""
        least = Memo(self._least, _LEAST)
        for agent in sorted(agents):
            for match in self._state.matches_of(agent, judgement="open"):
                before = min(match.of_one, match.of_other)
                if before == agent or before not in agents:  # else it came with the other
                    yield match, any(_rank(match) <= least[each] for each in match[2:4])

    def _least(self, agent: str) -> _Rank:
        """The rank up to which matches of an organisation are among its best."""
        return max(map(_rank, self._state.matches_of(agent, judgement="open", most=identity.MOST)))

    def _subjects(self, match: Match) -> set[str]:
        """What something is said of because of a match: itself, and an address whose place another took."""
        replaced = {match.of_other} if match.judgement == "same" else set()
        return {str(self._names.match(match.of_one, match.of_other)), *replaced}

    def _say(self, source: str, lines: list[str], spool: Callable[[bytes], None]) -> None:
        """Say this of something, in the place of what was said before."""
        now, descriptions = divided(lines, self._names)
        before = self._state.take_said(SIGNED, source).splitlines()
        self._draft.remove(shared.text(line for line in before if line not in now))
        spool(shared.text(line for line in now if line not in before).encode())
        self._state.keep_said(SIGNED, source, now)
        self._describing.replace(source, descriptions)


def _noting(agents: set[str], matches: Iterable[Match]) -> Iterator[Match]:
    """Give matches as they are, and add to `agents` whom they are about."""
    for match in matches:
        agents.update(match[2:4])
        yield match


def _rank(match: Match) -> _Rank:
    """What matches are in order by, best first."""
    return -match.score, match.one, match.other
