"""What a query gives, as a table, for a spreadsheet, for a program or as RDF."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, Literal, TypeAlias, cast, get_args

import pyoxigraph

from kb import namespaces
from kb.errors import UsageError
from kb.sparql import Results

__all__ = ["FORMATS", "Format", "shown", "write"]

Format: TypeAlias = Literal["table", "csv", "tsv", "json", "jsonl", "xml", "markdown", "turtle"]
FORMATS: tuple[Format, ...] = get_args(Format)

_STANDARD = {
    "csv": pyoxigraph.QueryResultsFormat.CSV,
    "tsv": pyoxigraph.QueryResultsFormat.TSV,
    "json": pyoxigraph.QueryResultsFormat.JSON,
    "xml": pyoxigraph.QueryResultsFormat.XML,
}
_NUMBERS = {namespaces.expand(f"xsd:{name}") for name in ("integer", "decimal", "double", "float")}
_BOOLEAN = namespaces.expand("xsd:boolean")


def write(results: Results, output: IO[bytes], form: Format | None = None, width: int | None = None) -> None:
    """Write results to a binary file.

    Without a `form` rows and answers become a table and triples Turtle. `width` is how many columns a table
    has room for. Raises UsageError where that kind of results has no such form.
    """
    if isinstance(results, pyoxigraph.QuerySolutions):
        _write_rows(results, output, form or "table", width)
    elif isinstance(results, pyoxigraph.QueryBoolean):
        _write_answer(results, output, form or "table")
    elif form in (None, "turtle"):
        triples = sorted(results, key=lambda triple: tuple(map(str, triple)))
        pyoxigraph.serialize(triples, output, pyoxigraph.RdfFormat.TURTLE, prefixes=namespaces.PREFIXES)
    else:
        raise UsageError(f"the query gives a graph, which can't be written as {form}: use --format turtle")


def _write_rows(rows: pyoxigraph.QuerySolutions, output: IO[bytes], form: Format, width: int | None) -> None:
    if form == "turtle":
        raise UsageError("the query gives rows, and Turtle holds graphs: use another format, or CONSTRUCT")
    if form in _STANDARD:
        rows.serialize(output, _STANDARD[form])
        if form in ("json", "xml"):
            output.write(b"\n")
        return
    lines = {"jsonl": _json_lines, "markdown": _markdown, "table": lambda rows: _table(rows, width)}
    for line in cast("Callable[[Any], Iterable[str]]", lines[form])(rows):
        output.write(line.encode("utf-8", "replace") + b"\n")


def _write_answer(answer: pyoxigraph.QueryBoolean, output: IO[bytes], form: Format) -> None:
    if form in ("json", "xml"):
        answer.serialize(output, _STANDARD[form])
        output.write(b"\n")
    elif form == "turtle":
        raise UsageError("the query gives yes or no, and Turtle holds graphs: use another format")
    else:
        output.write(b"true\n" if answer else b"false\n")


def shown(term: Any) -> str:
    """A term for people: an IRI with a prefix, a literal without type, control characters made visible."""
    if term is None:
        return ""
    if isinstance(term, pyoxigraph.NamedNode):
        text = namespaces.shorten(term.value)
    else:
        text = term.value if isinstance(term, pyoxigraph.Literal) else str(term)
    # What comes out of a letter must not steer the terminal, nor turn the line around.
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) == "Cc" and char not in "\n\t" else char
        for char in text
    )


def _names(rows: pyoxigraph.QuerySolutions) -> list[str]:
    return [variable.value for variable in rows.variables]


def _json_lines(rows: pyoxigraph.QuerySolutions) -> Iterator[str]:
    names = _names(rows)
    for row in rows:
        yield json.dumps(dict(zip(names, map(_plain, row), strict=True)), ensure_ascii=False)


def _plain(term: Any) -> str | int | float | bool | None:
    if term is None:
        return None
    if not isinstance(term, pyoxigraph.Literal):
        return term.value if isinstance(term, pyoxigraph.NamedNode) else str(term)
    if term.datatype.value == _BOOLEAN:
        return term.value in ("true", "1")
    if term.datatype.value in _NUMBERS:
        try:
            return json.loads(term.value, parse_constant=str)  # type: ignore[no-any-return]
        except ValueError:
            return term.value
    return term.value


def _markdown(rows: pyoxigraph.QuerySolutions) -> Iterator[str]:
    names = _names(rows)
    yield f"| {' | '.join(names)} |"
    yield f"|{' --- |' * len(names)}"
    for row in rows:
        cells = (re.sub(r"([\\\\|`*_\[<])", r"\\\1", " ".join(shown(term).split())) for term in row)
        yield f"| {' | '.join(cells)} |"


def _table(rows: pyoxigraph.QuerySolutions, width: int | None) -> Iterator[str]:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    names = _names(rows)
    cells = [[Text(" ".join(shown(term).split())) for term in row] for row in rows]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for index, name in enumerate(names):
        table.add_column(name, overflow="fold", justify=_side(row[index].plain for row in cells))
    for line in cells:
        table.add_row(*line)
    console = Console(width=width, color_system=None, highlight=False)
    with console.capture() as capture:
        console.print(table)
    yield from (line.rstrip() for line in capture.get().splitlines())
    yield f"{len(cells)} row{'' if len(cells) == 1 else 's'}"


def _side(cells: Iterable[str]) -> Literal["left", "right"]:
    filled = [cell for cell in cells if cell]
    return "right" if filled and all(cell.replace(".", "", 1).isdigit() for cell in filled) else "left"
