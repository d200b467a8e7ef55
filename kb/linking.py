"""What concerns several letters, brought up to date: who signed, what restates what, what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import rdflib
from rdflib.namespace import DCTERMS, FOAF, PROV, RDFS

from kb import assessing, findings, graph, shared, store
from kb.collection import Collection, Decision
from kb.describing import Describing, divided
from kb.errors import DataError
from kb.restating import Restating
from kb.signing import Signing
from kb.sparql import Results
from kb.state import State

__all__ = ["Linker"]

_STALE = f"""SELECT ?what ?when ?by {{
  ?decision a <{graph.KB.Decision}> ; <{RDFS.label}> ?what ; <{DCTERMS.date}> ?when ;
    <{PROV.wasAttributedTo}>/<{FOAF.name}> ?by .
}}"""
"""Only a decision about a demand that is gone has a label: the words it is known by."""


class Linker:
    """Keeps the graphs that concern several letters, of one draft; `previous` is the generation before."""

    def __init__(
        self, draft: store.Draft, state: State, collection: Collection, previous: Path | None
    ) -> None:
        self._draft = draft
        self._state = state
        self._collection = collection
        self._previous = previous
        self._names = graph.Names(collection.base)
        self.restating = Restating(draft, state, self._names)
        self.describing = Describing(draft, state, self._names, previous)
        decisions = self._decisions(about_demands=False)
        self._signing = Signing(draft, state, collection, decisions, self.describing, previous)

    def leave(self, letter: str) -> None:
        """Take back whom a letter's signatures stand for, before the letter changes or goes."""
        self._signing.leave(letter)

    def update(self) -> list[DataError]:
        """Make the shared graphs those of the letters as they are now; gives rows that were refused."""
        refused = self._signing.update()
        self._draft.settle()
        gone = self._gone()
        path = self._collection.folder / "assessments.csv"
        rows = self._collection.assessments
        assessments, found, problems = assessing.taken(rows, self._names, self._ask, path)
        self._state.keep_about("findings", findings.dumps(found))
        self._replace_rest(
            graph.collection_graph(self._collection, self._names),
            assessments,
            self.restating.update([row for row in self._decisions(about_demands=True) if row not in gone]),
            graph.stale_graph(gone, self._names),
        )
        return [*refused, *problems, *self._stale()]

    # Decisions about demands that are gone

    def _gone(self) -> list[Decision]:
        """The decisions about letters that are gone, and about two demands of which one is gone."""
        letters = self._state.built()
        pairs = self._decisions(about_demands=True)
        return [row for row in pairs if not (self._is_demand(row.what) and self._is_demand(row.value))] + [
            row
            for row in self._collection.decisions
            if not row.is_about_two and self._collection.letter_of(row) not in letters
        ]

    def _stale(self) -> Iterator[DataError]:
        """What to tell of all decisions about demands that are gone, of this build and earlier ones."""
        review = self._collection.folder / "review.csv"
        stale = {
            (row["what"].value, row["when"].value, row["by"].value)
            for row in self._draft.store.query(_STALE)  # type: ignore[union-attr]  # a SELECT
        }
        told_already = {problem.line for problem in self._collection.problems if problem.path == review}
        for row in self._collection.decisions:
            if row.line not in told_already and (row.what, row.when[:10], row.by) in stale:
                told = f"stale: the demand that {row.decision!r} is about is gone; decide again, or remove the row"
                yield DataError(told, review, row.line)

    def _ask(self, text: str) -> Results:
        # Nothing may hold on to the store itself: it is closed when the draft lets go of it.
        return self._draft.store.query(text)

    def _is_demand(self, iri: str) -> bool:
        return assessing.in_force(self._ask, iri) is not None

    def _decisions(self, about_demands: bool) -> list[Decision]:
        return [
            row
            for row in self._collection.decisions
            if row.is_about_two and row.what.startswith(self._collection.base) == about_demands
        ]

    # The difference

    def _replace_rest(self, *graphs: rdflib.Graph) -> None:
        """Write what is new in these graphs, and remove what was there and is there no more."""
        lines = (line for each in graphs for line in store.nquads(each))
        own, descriptions = divided(lines, self._names)
        shared.replace(self._draft, self._previous, "shared.nq", sorted(set(own)))
        self.describing.replace("graph/shared", descriptions)
        self.describing.update()
