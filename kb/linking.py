"""What concerns several letters, brought up to date: who signed, what restates what, what came of it.

Two kinds of statements are kept apart, because there are so many more of the one. Who a signature stands for is
kept by letter: it changes where the letter or the meaning of a printed name did. All else is made anew, compared
line by line with what was there, and only the difference is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kb import store
from kb.collection import Collection
from kb.errors import DataError
from kb.letter import Letter
from kb.state import State

if TYPE_CHECKING:
    import rdflib

__all__ = ["Linker", "statements"]


def statements(letter: Letter, graph: rdflib.Graph) -> Iterator[str]:
    """Give what tracking needs of each demand in force of a letter, as JSON."""
    from rdflib.namespace import DCTERMS

    from kb.extraction.language import languages
    from kb.extraction.layout import plain
    from kb.graph import KB
    from kb.tracking import countries, passages

    language = languages().get(letter.language)
    if language is None:
        return
    iri = graph.identifier
    date = graph.value(iri, DCTERMS.issued)
    about = sorted(countries(letter.text, language))
    for demand in sorted(graph.objects(iri, KB.makesDemand)):
        quote = str(graph.value(demand, KB.quote))
        found = passages(plain(quote, 0, len(quote)), language)
        yield json.dumps([demand, iri, date, found, about], ensure_ascii=False)


class Linker:
    """Keeps the graphs that concern several letters, of one draft."""

    def __init__(self, draft: store.Draft, state: State, collection: Collection) -> None:
        from kb.graph import Names

        self._draft = draft
        self._state = state
        self._collection = collection
        self._names = Names(collection.base)
        self._changed: set[str] = set()
        self._path = draft.folder / "shared.nq"

    def leave(self, letter: str) -> None:
        """Take back what a letter's signatures stand for, before the letter changes or goes."""
        self._draft.change(self._signatories(letter, self._state.signed(letter)), ())
        self._changed.add(letter)

    def update(self, before: Iterable[str]) -> tuple[list[str], list[DataError]]:
        ...
