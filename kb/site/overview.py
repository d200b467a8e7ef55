"""The first page: what is here, the time line, what was asked most and longest, the matrix, the coalition."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest
from itertools import islice
from typing import Any

from kb.site import pictures
from kb.site.data import Span, letter_of
from kb.site.view import Page, Table, View
from kb.tracking import Line

__all__ = ["growth", "line_row", "line_table", "overview"]

MOST_LETTERS = 30
"""Letters beside each other in a picture; more are taken together by year, or on the time line by month."""

MOST_SIGNERS = 36
"""Organisations on the circle of the network; the table names as many."""

MOST_PAIRS = 100
"""Rows of the table beside the network."""

MOST_LINES = 10
"""Lines of demands on the first page."""


def overview(view: View) -> Page:
    """The first page."""
    graph, words = view.graph, view.words
    signed = graph.spans("signed")
    counts = [
        (words["letters"], len(graph.letters), "letters.html"),
        (words["demands"], graph.demand_count, "search.html?kind=demand"),
        (words["lines"], len(graph.lines), "lines.html"),
        (words["signatories"], len(signed), "organisations.html"),
        (words["documents"], len(graph.named), "documents.html"),
    ]
    dated = [iri for iri, row in graph.letters.items() if row["date"]]
    by_time = nsmallest(
        MOST_LINES,
        graph.lines.values(),
        key=lambda line: (-_days(view, line), -len(line.demands), line),
    )
    often = islice(graph.lines.values(), MOST_LINES)
    values = {
        "counts": counts,
        "most": line_table(view, often)._replace(title=words["asked_most"]),
        "longest": line_table(view, by_time)._replace(title=words["asked_longest"]),
        **_time_line(view, dated),
        **_matrix(view),
        **growth(view, dated),
        **_network(view, signed),
    }
    return Page("index.html", "home.html", "home", values)


def _days(view: View, line: Line) -> int:
    """How many days lie between the first and the last time it was asked."""
    days = [pictures.day(date) for date in map(view.graph.date_of, line.demands) if date != "9"]
    return (max(days) - min(days)).days if days else 0


def line_table(view: View, lines: Iterable[Line]) -> Table:
    """Lines of demands, with how often, by how many and how long each was asked."""
    words = view.words
    columns = [words[key] for key in ("line", "type", "times", "letters", "coalition", "first", "last")]
    return Table(words["lines"], columns, [line_row(view, line) for line in lines], (2, 3, 4))


def line_row(view: View, line: Line) -> Sequence[Any]:
    """A row of `line_table`."""
    graph, words = view.graph, view.words
    letters = {letter_of(demand) for demand in line.demands}
    dates = [date for date in map(graph.date_of, line.demands) if date != "9"] or [words["undated"]]
    return (
        view.line(line),
        view.thing(line.type) if line.type else words["no_type"],
        len(line.demands),
        len(letters),
        graph.coalition_size(tuple(sorted(letters))),
        min(dates),
        max(dates),
    )


def _time_line(view: View, dated: Sequence[str]) -> Mapping[str, Any]:
    graph, words = view.graph, view.words
    if len(dated) <= 4 * MOST_LETTERS:
        table = view.letters(graph.letters)
        dots = [
            (row[0], f"{row[0]}: {row[1]['label']}", row[2], row[1]["href"])
            for row in view.letters(dated).rows
        ]
        return {"picture": pictures.time_line(dots), "picture_table": table}
    months: dict[str, list[str]] = defaultdict(list)
    for iri in dated:
        months[graph.letters[iri]["date"][:7]].append(iri)
    rows = []
    for month, letters in months.items():
        demands = sum(int(graph.letters[letter]["demands"]) for letter in letters)
        link = {"label": month, "href": f"search.html?kind=letter&year={month[:4]}", "key": month}
        rows.append((link, len(letters), demands))
    dots = [
        (
            link["label"],
            f"{link['label']}: {words['letters']} {count}, {words['demands']} {demands}",
            demands,
            link["href"],
        )
        for link, count, demands in rows
    ]
    table = Table(words["time_line"], [words["date"], words["letters"], words["demands"]], rows, (1, 2))
    return {"picture": pictures.time_line(dots), "picture_table": table}


def _matrix(view: View) -> Mapping[str, Any]:
    graph, words = view.graph, view.words
    by_year = len(graph.letters) > MOST_LETTERS
    columns: dict[str, Any] = {}
    counts: Counter[tuple[str, str]] = Counter()

    def key_of(letter: str) -> str:
        return (graph.letters[letter]["date"][:4] or words["undated"]) if by_year else letter

    for iri, row in graph.letters.items():
        key = key_of(iri)
        if key not in columns:
            link = {
                "label": key,
                "href": f"search.html?kind=demand&year={row['date'][:4]}",
                "key": key,
                "date": "",
            }
            columns[key] = link if by_year else view.letter(iri)
    for type_, letter, count in graph.types_by_letter():
        counts[type_, key_of(letter)] += count
    most = max(counts.values(), default=0)
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in graph.types.values():
        cells = [
            (counts[row["thing"], key], pictures.heat(counts[row["thing"], key], most)) for key in columns
        ]
        if row["broader"] and any(value for value, _ in cells):
            groups[row["broader"]].append((view.thing(row["thing"]), cells))
    return {
        "matrix_title": words["matrix_by_year" if by_year else "matrix"],
        "matrix_columns": list(columns.values()),
        "matrix_groups": [(view.thing(group), rows) for group, rows in groups.items()],
    }


def growth(view: View, letters: Sequence[str]) -> Mapping[str, Any]:
    """The picture of the coalition over those letters, taken together by year where they are many."""
    words = view.words
    steps: dict[str, tuple[str, set[str]]] = {}
    for letter in letters:
        date = view.graph.letters[letter]["date"]
        key = date[:4] if len(letters) > 2 * MOST_LETTERS else letter
        label = key if key == date[:4] else f"{date}: {view.letter(letter)['label']}"
        steps.setdefault(key, (label, set()))[1].update(view.graph.signers.get(letter, ()))
    bars = pictures.growth(steps.values())
    columns = [words["letter"], words["signatories_so_far"], words["new_signatories"]]
    rows = [(bar.label, bar.total, bar.new) for bar in bars]
    return {"growth": bars, "growth_table": Table(words["growth"], columns, rows, (1, 2))}


def _network(view: View, signed: Mapping[str, Span]) -> Mapping[str, Any]:
    graph, words = view.graph, view.words
    counts = {who: span.letters for who, span in signed.items() if span.letters > 1}
    chosen = dict(view.ranked(counts, MOST_SIGNERS))
    names = {who: (view.label(who), view.thing(who)["href"], count) for who, count in chosen.items()}
    together = graph.together(tuple(sorted(chosen)))
    pairs = sorted(((a, b, n) for (a, b), n in together.items() if n > 1), key=lambda p: (-p[2], p[0], p[1]))
    rows = [(view.thing(a), view.thing(b), n) for a, b, n in pairs[:MOST_PAIRS]]
    columns = [words["organisation"], words["organisation"], words["together"]]
    return {
        "network": pictures.network(names, pairs),
        "network_table": Table(words["network"], columns, rows, (2,)),
    }
