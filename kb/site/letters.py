"""The page of a letter: its text with everything marked in place, and beside it what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from kb.site.data import Row, last
from kb.site.marks import Mark, cut
from kb.site.view import Page, View

__all__ = ["letter_page"]

MENTIONS = {"Signature": "signature", "DocumentMention": "reference"}
"""The marks of mentions by their class; those of others are of an addressee."""


def letter_page(view: View, iri: str) -> Page:
    """The page of a letter."""
    graph, words = view.graph, view.words
    said = graph.said_in(iri)
    [row] = said["text"][:1]
    shown = _demands(view, iri)
    mentions = [
        _mention(view, list(rows)) for _, rows in groupby(said["mentions"], key=lambda row: row["mention"])
    ]
    remarks = [(f"remark-{n}", remark) for n, remark in enumerate(said["remarks"], 1)]
    marks = [_mark(each) for each in (*shown, *mentions)]
    marks += [
        Mark(int(row[f"{field}Start"]), int(row[f"{field}End"]), field, f"printed-{field}", words[field])
        for field in ("date", "title")
        if row[f"{field}Start"]
    ]
    marks += [
        Mark(int(r["start"]), int(r["end"]), "remark", id_, words["warnings"], f"#read-{id_}")
        for id_, r in remarks
        if r["start"]
    ]
    letter = {
        "date": row["date"],
        "date_is_printed": bool(row["dateStart"]),
        "language": last(row["language"]),
        "file": row["file"],
        "addressees": view.things(graph.addressees(iri)),
        "copied": view.things(graph.addressees(iri, "copied")),
        "demands": [demand for demand in shown if demand["explicitness"] != "reported"],
        "reported": [demand for demand in shown if demand["explicitness"] == "reported"],
        "mentions": {
            kind: [mention for mention in mentions if mention["kind"] == kind]
            for kind in ("addressee", "reference", "signature")
        },
        "warnings": [{"message": r["message"], "id": id_ if r["start"] else ""} for id_, r in remarks],
    }
    values = {
        "heading": view.letter(iri)["label"],
        "letter": letter,
        "pieces": list(cut(row["text"], marks)),
        "assessed": view.assessed([demand["key"] for demand in shown], link=view.passage),
    }
    return Page(view.page(iri), "letter.html", "letters", values)


def _fragment(view: View, iri: str) -> str:
    return view.page(iri).rpartition("#")[2]


def _demands(view: View, iri: str) -> list[Mapping[str, Any]]:
    """The letter's demands with their places, numbered: those it makes, then those it only reports."""
    rows = view.graph.letter_demands(iri)
    shown = [
        {
            **demand,
            "kind": demand["explicitness"],
            "id": _fragment(view, demand["key"]),
            "start": int(rows[demand["key"]]["start"]),
            "end": int(rows[demand["key"]]["end"]),
            "label": ", ".join(type_["label"] for type_ in demand["types"]) or view.words["no_type"],
        }
        for demand in view.demands(rows)
    ]
    shown.sort(key=lambda demand: demand["kind"] == "reported")
    return [{**demand, "number": number} for number, demand in enumerate(shown, 1)]


def _mention(view: View, rows: Sequence[Row]) -> Mapping[str, Any]:
    """A printed name; `rows` are alike but for what it stands for: an office and its holder, say."""
    row = rows[0]
    things = view.things(each["thing"] for each in rows if each["thing"])
    return {
        "kind": MENTIONS.get(last(row["kind"]), "addressee"),
        "id": _fragment(view, row["mention"]),
        "start": int(row["start"]),
        "end": int(row["end"]),
        "printed": row["printed"],
        "things": things,
        "label": ", ".join(thing["label"] for thing in things) or row["printed"],
    }


def _mark(read: Mapping[str, Any]) -> Mark:
    """The mark of a demand or a mention, which leads to its entry in the panel."""
    href = f"#read-{read['id']}"
    return Mark(
        read["start"], read["end"], read["kind"], read["id"], read["label"], href, read.get("number", 0)
    )
