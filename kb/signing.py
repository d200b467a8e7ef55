"""Who signed, brought up to date: printed names are linked again only if names or decisions about them changed.

Whom a signature stands for is kept by letter: it changes where the letter or the meaning of a printed name did.
What is said of the organisations themselves is made anew when names are linked again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from kb import graph, identity, shared, store
from kb.collection import Collection, Decision
from kb.describing import Describing, own
from kb.errors import DataError
from kb.identity import Linkage, PrintedName
from kb.letter import slug
from kb.state import SIGNED, State

__all__ = ["Signing"]

_FILE = "organisations.nq"


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
        self._left: dict[str, set[int]] = {}

    def leave(self, letter: str) -> None:
        """Take back whom a letter's signatures stand for, before the letter changes or goes."""
        self._draft.remove(self._state.take_said(SIGNED, letter))
        self._left[letter] = self._state.names_in(letter)

    def update(self) -> list[DataError]:
        """Say who signed the letters as they are now; gives rows of the curator that were refused."""
        decided = self._decided()
        if (
            self._previous is not None
            and self._same_names()
            and self._state.about("names decided") == decided
        ):
            shared.keep(self._draft, self._previous, _FILE)
            self._tell(set(self._left))
            return [DataError(*told) for told in json.loads(self._state.about("names refused"))]
        linkage = self._link()
        self._tell(self._moved(linkage) | set(self._left))
        descriptions: list[str] = []
        shared.replace(self._draft, self._previous, _FILE, self._lines(linkage, descriptions))
        self._describing.replace("graph/organisations", descriptions)
        refused = [(each.message, str(each.path), each.line) for each in linkage.problems]
        self._state.keep_about("names decided", decided)
        self._state.keep_about("names refused", json.dumps(refused))
        return list(linkage.problems)

    def _same_names(self) -> bool:
        """Whether every letter that changed bears the printed names it bore."""
        return all(names == self._state.names_in(letter) for letter, names in self._left.items())

    def _decided(self) -> str:
        told = repr((self._collection.folder, self._collection.organisations, self._decisions))
        return hashlib.sha256(told.encode()).hexdigest()

    def _link(self) -> Linkage:
        return identity.link(
            (PrintedName(each.name, each.kind, each.letters) for each in self._state.signatories()),
            self._collection.organisations,
            self._decisions,
            self._collection.folder,
        )

    def _moved(self, linkage: Linkage) -> set[str]:
        """Keep whom names stand for; gives the other letters for which that changed, cleared of what they said."""
        meant = {}
        moved = []
        for each in self._state.signatories():
            agent = str(self._names.signatory(linkage.of[" ".join(each.name.split())]))
            if agent != each.stands_for:
                meant[each.number] = agent
                if each.stands_for:
                    moved.append(each.number)
        others = self._state.letters_signed(moved) - self._left.keys()
        for letter in sorted(others):
            self._draft.remove(self._state.take_said(SIGNED, letter))
        self._state.stand_for(meant.items())
        return others

    def _tell(self, letters: set[str]) -> None:
        with self._draft.spool() as spool:
            for letter in sorted(letters):
                lines = graph.signatories(letter, self._state.signed(letter), self._names)
                self._state.keep_said(SIGNED, letter, lines)
                spool(shared.text(lines).encode())

    def _lines(self, linkage: Linkage, descriptions: list[str]) -> Iterator[str]:
        """What is said of the organisations, in order; what is said of persons joins the `descriptions`."""
        name = str(self._names.graph(SIGNED))
        for triples in graph.organisations(linkage.organisations, self._matches(linkage), self._names):
            yield from own(sorted(store.lines(triples, name)), self._names, descriptions)

    def _matches(self, linkage: Linkage) -> list[graph.Match]:
        found = []
        for each in linkage.matches:
            one, other = (str(self._names.signatory(linkage.of[name])) for name in (each.one, each.other))
            if one == other:
                other = self._own_address(each, one)
            if one != other:
                found.append(graph.Match(one, other, each.score, each.reason, each.judgement, each.decision))
        return found

    def _own_address(self, match: identity.Match, joined: str) -> str:
        """The address that one of two names would have, had nobody joined them."""
        own = (slug(form) for name in (match.other, match.one) for form in (identity.plain(name), name))
        return next((iri for each in own if (iri := str(self._names.organisation(each))) != joined), joined)
