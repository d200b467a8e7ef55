"""The files that travel with the program: in the wheel beside the code, in a checkout at the top level."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from kb.errors import DataError

__all__ = ["folder", "statements"]


def folder(name: Literal["ontology", "queries"]) -> Path:
    """The folder of that name, as installed or as checked out."""
    package = Path(__file__).parent
    installed = package / name
    return installed if installed.is_dir() else package.parent / name


def statements(file: str) -> Iterator[tuple[str, str, str, str | None]]:
    """What a Turtle file of `ontology/` says: subject, predicate, object, and the language of the object.

    Raises `DataError` where the file can't be read.
    """
    from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

    path = folder("ontology") / file
    try:
        for quad in parse(path=str(path), format=RdfFormat.TURTLE):
            subject, value = quad.subject, quad.object
            if isinstance(subject, NamedNode) and isinstance(value, NamedNode | BlankNode | Literal):
                language = value.language if isinstance(value, Literal) else None
                yield subject.value, quad.predicate.value, value.value, language
    except OSError as error:
        raise DataError(f"can't be read: {error.strerror}", path) from error
    except SyntaxError as error:
        raise DataError(f"is not good Turtle: {error.msg}", path, error.lineno, error.offset) from error
