"""SPARQL as text: where it can't be read, what it may not do, and terms put in the place of its variables.

Terms are bound here and not by the store's own `substitutions`: those reach only variables of the SELECT
clause and stop at BIND and sub-queries (Oxigraph's issue 1837), and a remote store has none. One way serves
both, so a query means the same wherever it is answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Literal, NamedTuple, TypeAlias

import pyoxigraph

from kb.errors import UsageError

__all__ = ["Ask", "Form", "Results", "Term", "Variable", "bind", "check", "variables"]

Form: TypeAlias = Literal["SELECT", "ASK", "CONSTRUCT"]
"""What a query gives: a table, yes or no, or a graph (DESCRIBE gives a graph, too)."""

Term: TypeAlias = pyoxigraph.NamedNode | pyoxigraph.Literal

Results: TypeAlias = (
    pyoxigraph.QuerySolutions
    | pyoxigraph.QueryBoolean
    | pyoxigraph.QueryTriples
    | Iterator[pyoxigraph.Triple]
)
"""The rows of a SELECT, the answer to an ASK, or the triples of a CONSTRUCT or DESCRIBE."""

Ask: TypeAlias = Callable[[str], Results]
"""Whoever answers SPARQL: a build or an endpoint."""


class Variable(NamedTuple):
    """A variable where it stands: its name without "?", and the code points `start` to `end` of the query."""

    name: str
    start: int
    end: int


# SPARQL 1.1, 19.8: what can hold a "?" that begins no variable comes first.
_LEXIS = r'''"""(?:"{0,2}(?:[^"\\]|\\.))*""" | \'\'\'(?:'{0,2}(?:[^'\\]|\\.))*\'\'\'
    | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*'
    | <[^<>"{}|^`\\\x00-\x20]*> | \#[^\n\r]* | \\.
    | [?$](?P<variable>[\w\u00b7\u0300-\u036f\u203f\u2040]+)'''
_TOKEN = re.compile(_LEXIS, re.VERBOSE | re.DOTALL)
_PIECE = re.compile(_LEXIS + r"| (?P<room>\s+|(?<=\w)(?=[({])) | [\w:.%-]+ | .", re.VERBOSE | re.DOTALL)
_AHEAD = 20
_LETTER = re.compile(
    r"\\u(00[46][1-9A-F]|00[57][0-9A])|\\U(000000[46][1-9A-F]|000000[57][0-9A])", re.IGNORECASE
)
_SERVICE = re.compile(r"\b(?P<word>SERVICE(?:\s+SILENT)?)\b(?:\s*<(?P<address>[^<>\s]*)>)?", re.IGNORECASE)
_REASONS = {
    "Prefix not found": " (is its prefix declared?)",
    "variable that is unbound": " (or above: a variable that is selected must be grouped by or aggregated)",
}
_PLACE = re.compile(r"error at (\d+):(\d+): ")
_PROLOGUE = r"(?:\s|#[^\n]*\n|PREFIX\s+\S*\s*<[^>]*>|BASE\s*<[^>]*>)*"
_UPDATE = re.compile(
    _PROLOGUE + r"(?P<word>INSERT|DELETE|LOAD|CLEAR|CREATE|DROP|COPY|MOVE|ADD|WITH)\b", re.IGNORECASE
)


def variables(text: str) -> Iterator[Variable]:
    """Find the variables of a query, in order, each as often as it stands there."""
    for token in _TOKEN.finditer(text):
        if token["variable"]:
            yield Variable(token["variable"], token.start(), token.end())


def bind(text: str, terms: Mapping[str, Term]) -> str:
    """Put terms in the place of variables (named without "?").

    A whole variable becomes a whole term, written by the library that reads it: a value can't become syntax.
    Raises UsageError where the query isn't SPARQL, or has a variable where no term can stand.
    """
    bound = _bind(text, terms)
    if terms and _form(_SERVICE.sub(_as_graph, bound)) is None:
        check(text, [call["address"] for call in _SERVICE.finditer(text)])
        for variable in variables(text):
            one = {variable.name: terms[variable.name]} if variable.name in terms else {}
            if one and _form(_SERVICE.sub(_as_graph, _bind(text, one))) is None:
                raise UsageError(
                    f"?{variable.name} is a parameter: write (?{variable.name} AS ?name) to select it, and "
                    "COALESCE instead of BOUND",
                    None,
                    *_place(text, variable.start),
                )
    return bound


def _bind(text: str, terms: Mapping[str, Term]) -> str:
    parts, end = [], 0
    for variable in variables(text):
        if variable.name in terms:
            parts += [text[end : variable.start], _written(terms[variable.name])]
            end = variable.end
    return "".join([*parts, text[end:]])


def check(text: str, services: Collection[str] = ()) -> Form:
    """Say what a query gives, without asking anything.

    Raises UsageError, with line and column, where it isn't SPARQL, where it is an update, and where it would
    have another server asked (SERVICE) whose address is not one of `services`.

    No reading of our own says whether a word is the keyword SERVICE: a comment, a string or a "<" can deceive
    it. The parser itself does: misspelt everywhere, the word does no harm unless it is the keyword.
    """
    plain = _LETTER.sub(lambda escape: chr(int(escape[1] or escape[2], 16)), text)
    allowed = _SERVICE.sub(lambda call: _as_graph(call) if call["address"] in services else call[0], plain)
    harmless = re.sub("service", "servicx", allowed, flags=re.IGNORECASE)
    form = _form(harmless)
    if form is not None:
        return form
    local = _SERVICE.sub(_as_graph, plain)
    if _form(local) is None:
        raise _unreadable(text, local)
    fault, _ = _fault(harmless)
    call = max(_SERVICE.finditer(allowed), key=lambda call: (call.start() <= fault, call.start()))
    ask = f"allow it with --allow-service {call['address']}" if call["address"] else "name its address there"
    line, column = _place(plain, call.start())
    raise UsageError(f"SERVICE would ask another server: {ask}, if you mean to", None, line, column)


def _form(text: str) -> Form | None:
    # Nothing is asked: the store is empty, and the text calls no other.
    try:
        results = pyoxigraph.Store().query(text)
    except SyntaxError:
        return None
    if isinstance(results, pyoxigraph.QueryBoolean):
        return "ASK"
    return "SELECT" if isinstance(results, pyoxigraph.QuerySolutions) else "CONSTRUCT"


def _as_graph(call: re.Match[str]) -> str:
    """Write GRAPH for SERVICE, which takes the same place, without moving anything."""
    word = "GRAPH" + re.sub(r"\S", " ", call["word"][5:])
    return word + call[0][len(call["word"]) :]


def _unreadable(text: str, parsed: str) -> UsageError:
    update = _UPDATE.match(text)
    if update:
        place = _place(text, update.start("word"))
        message = f"{update['word'].upper()} would change the graph: only queries are run"
        return UsageError(message, None, *place)
    fault, said = _fault(parsed)
    rest = text[fault : fault + 40].split("\n")[0].strip()
    where = f"SPARQL can't be read from here on: {rest}" if rest else "SPARQL breaks off before its end"
    why = next((why for words, why in _REASONS.items() if words in said), "")
    return UsageError(where + why, None, *_place(text, fault))


def _fault(text: str) -> tuple[int, str]:
    """Find the offset at which the parser gives up, and what it says.

    It looks ahead as many characters as its longest keyword has, and names the place where it stopped
    looking. With room after every word that place falls on the word at fault or in the room behind it.
    """
    spread, word = "", 0
    places: list[int] = []
    for piece in _PIECE.finditer(text):
        if piece["room"] is None:
            word = piece.start()
            places += range(piece.start(), piece.end())
            spread += piece[0]
        else:
            places += [word] * (len(piece[0]) + _AHEAD)
            spread += piece[0] + " " * _AHEAD
    said = ""
    try:
        pyoxigraph.Store().query(spread)
    except SyntaxError as error:
        said = str(error)
    place = _PLACE.match(said)
    line, column = (int(place[1]), int(place[2])) if place else (1, 1)
    offset = sum(len(each) + 1 for each in spread.split("\n")[: line - 1]) + column - 1
    return (places[offset] if offset < len(places) else len(text)), said


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _written(term: Term) -> str:
    # A store may undo escapes of code points before it reads strings: no backslash may seem to begin one.
    return re.sub(
        r"(\\\\)([uU])|\\.", lambda pair: f"{pair[1]}\\u{ord(pair[2]):04X}" if pair[2] else pair[0], str(term)
    )
