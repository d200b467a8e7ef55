"""What several letters say of one thing (an addressee, a document, a person, the program) is said once.

Such descriptions stand in a graph of their own, so that no statement is in two graphs: the store counts one that
is twice in the union of all graphs (Oxigraph's issue 1919). Who says what is kept by letter: a description goes
when the last that gave it is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pyoxigraph

from kb import resources, shared, store
from kb.graph import Names
from kb.state import State

__all__ = ["Describing", "divided", "own"]

_FILE = "descriptions.nq"


def divided(lines: Iterable[str], names: Names) -> tuple[list[str], list[str]]:
    """Tell a graph's lines of N-Quads from descriptions in it, which become lines of their own graph."""
    descriptions: list[str] = []
    return list(own(lines, names, descriptions)), descriptions


def own(lines: Iterable[str], names: Names, descriptions: list[str]) -> Iterator[str]:
    """Do the same bit by bit: gives a graph's own lines, and adds the others to `descriptions`."""
    end = f" <{names.descriptions}> ."
    for line in lines:
        if names.has_graph(line[1 : line.index(">")]):
            yield line
        else:
            descriptions.append(line[: line.rindex(" <")] + end)


class Describing:
    """Keeps the graph of descriptions of one draft; `previous` is the generation before."""

    def __init__(self, draft: store.Draft, state: State, names: Names, previous: Path | None) -> None:
        self._draft = draft
        self._state = state
        self._names = names
        self._previous = previous

    def replace(self, source: str, lines: Iterable[str]) -> None:
        """Take in what a letter (by its id) or a shared graph (by its name) says; nothing where it is gone."""
        self._state.keep_descriptions(source, lines)

    def update(self) -> None:
        """Write what is said now, and take out what nobody says any more."""
        end = f" <{self._names.descriptions}> ."
        said = (line for line in self._state.descriptions() if line.removesuffix(end) not in _vocabulary())
        shared.replace(self._draft, self._previous, _FILE, said)


@cache
def _vocabulary() -> frozenset[str]:
    """The statements of the ontology's files, which have graphs of their own, as N-Triples without the end."""
    return frozenset(
        str(quad.triple)
        for path in resources.folder("ontology").glob("*.ttl")
        for quad in pyoxigraph.parse(path=str(path), format=pyoxigraph.RdfFormat.TURTLE)
    )
