"""The page of a letter: its text with everything marked in place, and beside it what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from kb.site.data import Row, last
from kb.site.marks import Mark, cut
from kb.site.view import Page, View

__all__ = ["letter_page"]

MENTIONS = {"Signature": "signature", "DocumentMention": "reference"}
"""The marks of mentions by their class; those of others are of an addressee."""


def letter_page(view: View, iri: str) -> Page:
    """The page of a letter."""
    graph, words = view.graph, view.words
    [row] = graph.rows("letter", iri)[:1]
    demands = graph.letter_demands(iri)
    mentions = graph.rows("letter-mentions", iri)
    remarks = [(f"remark-{n}", remark) for n, remark in enumerate(graph.rows("letter-remarks", iri), 1)]
    marks = [_demand_mark(view, demand) for demand in demands.values()]
    marks += [
        _mention_mark(view, list(rows)) for _, rows in groupby(mentions, key=lambda row: row["mention"])
    ]
    marks += [
        Mark(int(row[f"{field}Start"]), int(row[f"{field}End"]), field, label=words[field])
        for field in ("date", "title")
        if row[f"{field}Start"]
    ]
    marks += [Mark(int(r["start"]), int(r["end"]), "remark", id_) for id_, r in remarks if r["start"]]
    shown = view.demands(demands)
    letter = {
        "date": row["date"],
        "language": last(row["language"]),
        "file": row["file"],
        "addressees": view.things(graph.addressees(iri)),
        "copied": view.things(graph.addressees(iri, "copied")),
        "demands": [demand for demand in shown if demand["explicitness"] != "reported"],
        "reported": [demand for demand in shown if demand["explicitness"] == "reported"],
        "signatures": [_mention(view, m) for m in mentions if last(m["kind"]) == "Signature"],
        "references": [_mention(view, m) for m in mentions if last(m["kind"]) == "DocumentMention"],
        "warnings": [{"message": r["message"], "id": id_ if r["start"] else ""} for id_, r in remarks],
    }
    values = {"heading": view.letter(iri)["label"], "letter": letter, "pieces": list(cut(row["text"], marks))}
    return Page(view.page(iri), "letter.html", "letters", values)


def _fragment(view: View, iri: str) -> str:
    return view.page(iri).rpartition("#")[2]


def _demand_mark(view: View, row: Row) -> Mark:
    kind = "reported" if row["reported"] == "true" else last(row["explicitness"])
    types = ", ".join(view.label(type_) for type_ in sorted(row["types"].split()))
    return Mark(
        int(row["start"]), int(row["end"]), kind, _fragment(view, row["demand"]), types or view.words[kind]
    )


def _mention_mark(view: View, rows: Sequence[Row]) -> Mark:
    """The mark of a mention; `rows` are alike but for what it stands for: an office and its holder, say."""
    row = rows[0]
    kind = MENTIONS.get(last(row["kind"]), "addressee")
    label = ", ".join(view.label(each["thing"]) if each["thing"] else each["printed"] for each in rows)
    return Mark(int(row["start"]), int(row["end"]), kind, _fragment(view, row["mention"]), label)


def _mention(view: View, row: Row) -> Mapping[str, str]:
    nothing = {"label": row["printed"], "href": "", "key": ""}
    link = view.thing(row["thing"]) if row["thing"] else nothing
    return {**link, "printed": row["printed"], "id": _fragment(view, row["mention"])}
