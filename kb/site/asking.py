"""What is asked of the graph, with the queries of `queries/` beside this file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from pyoxigraph import NamedNode, QuerySolutions

from kb.sparql import bind
from kb.store import Store

__all__ = ["Row", "ask", "base_of"]

Row = Mapping[str, str]
"""One solution: variable name to the text of its value; "" where it is unbound."""


@cache
def _query(name: str) -> str:
    return (Path(__file__).parent / "queries" / f"{name}.rq").read_text("utf-8")


def ask(store: Store, name: str, **about: str) -> Iterator[Row]:
    """The solutions of `queries/NAME.rq`, its variables bound to the IRIs of `about`."""
    text = bind(_query(name), {variable: NamedNode(iri) for variable, iri in about.items()})
    results = store.query(text)
    assert isinstance(results, QuerySolutions)  # noqa: S101 - every one of our queries is a SELECT
    names = [variable.value for variable in results.variables]
    for row in results:
        yield {key: value.value if value is not None else "" for key, value in zip(names, row, strict=True)}


def base_of(store: Store) -> str:
    """The base IRI of the collection's things."""
    return next(ask(store, "site"))["dataset"].removesuffix("collection")
