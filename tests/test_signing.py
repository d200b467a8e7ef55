"""Who signed, build after build: linked again only where names changed, and what a person joined stays in the graph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kb import identity, store
from kb.build import build
from kb.collection import Decision, append_decision

LETTER = """2019-05-0{day}

To the Secretary-General of the United Nations

Dear Secretary-General,

We call on you to {request}.

Signatories:

{names}
"""


def write(folder: Path, day: int, request: str, *names: str) -> None:
    folder.mkdir(exist_ok=True)
    signed = "\n".join(f"{number}. {name}" for number, name in enumerate(names, 1))
    (folder / f"letter-{day}.txt").write_text(LETTER.format(day=day, request=request, names=signed))


def lines(folder: Path) -> list[str]:
    with store.open_build(folder) as graph:
        return sorted(map(str, graph.quads()))


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    write(folder, 1, "send observers", "Nahwa Foundation", "Harbour Watch", "Wujuh Society")
    write(folder, 2, "send medicine", "The Nahwa Foundation", "Quiet River League")
    return folder


def test_names_are_linked_again_only_if_they_changed(
    letters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked = []
    link = identity.link

    def counting(*given: Any) -> identity.Linkage:
        linked.append(given)
        return link(*given)

    monkeypatch.setattr(identity, "link", counting)
    build(letters, tmp_path / "build", jobs=1)
    write(letters, 2, "send food and medicine", "The Nahwa Foundation", "Quiet River League")
    build(letters, tmp_path / "build", jobs=1)
    assert len(linked) == 1
    build(letters, tmp_path / "fresh", jobs=1)
    assert lines(tmp_path / "build") == lines(tmp_path / "fresh")
    write(letters, 2, "send food and medicine", "Nahwa Foundation, Kenya", "Quiet River League")
    build(letters, tmp_path / "build", jobs=1)
    assert len(linked) == 3
    build(letters, tmp_path / "fresh", jobs=1, fresh=True)
    assert lines(tmp_path / "build") == lines(tmp_path / "fresh")


def test_refused_rows_are_told_by_every_build(letters: Path, tmp_path: Path) -> None:
    for one, verdict, other in (
        ("Nahwa Foundation", "same", "Harbour Watch"),
        ("Harbour Watch", "same", "Wujuh Society"),
        ("Nahwa Foundation", "different", "Wujuh Society"),
    ):
        append_decision(letters, Decision(one, "", verdict, other, "Rana", "2021-01-01"))  # type: ignore[arg-type]
    first = build(letters, tmp_path / "build", jobs=1)
    assert [f"{letters / 'review.csv'}:4: " in problem for problem in first.problems] == [True]
    write(letters, 2, "send food", "The Nahwa Foundation", "Quiet River League")
    assert build(letters, tmp_path / "build", jobs=1).problems == first.problems


def test_whom_a_person_joined_keeps_an_address(letters: Path, tmp_path: Path) -> None:
    append_decision(letters, Decision("Wujuh Society", "", "same", "Harbour Watch", "Rana", "2021-01-01"))
    build(letters, tmp_path / "build", jobs=1)
    with store.open_build(tmp_path / "build") as graph:
        rows = graph.query(
            "PREFIX kb: <https://w3id.org/demandkb/ns#> PREFIX dcterms: <http://purl.org/dc/terms/> "
            "SELECT ?old ?new ?by { ?match kb:judgement <https://w3id.org/demandkb/code/same> ; "
            "<http://www.w3.org/ns/prov#wasAttributedTo>/<http://xmlns.com/foaf/0.1/name> ?by ; "
            "kb:compares ?old , ?new . ?old dcterms:isReplacedBy ?new . ?letter kb:signedBy ?new }"
        )
        (found,) = [tuple(term.value.rpartition("/")[2] for term in row) for row in rows]  # type: ignore[union-attr]
    assert found == ("wujuh-society", "harbour-watch", "Rana")


def test_refused_rows_are_told_where_nothing_changed(letters: Path, tmp_path: Path) -> None:
    for verdict, other in (("same", "Harbour Watch"), ("same", "Wujuh Society")):
        append_decision(letters, Decision("Nahwa Foundation", "", verdict, other, "Rana", "2021-01-01"))  # type: ignore[arg-type]
    append_decision(
        letters, Decision("Harbour Watch", "", "different", "Wujuh Society", "Rana", "2021-01-01")
    )
    first = build(letters, tmp_path / "build", jobs=1)
    assert len(first.problems) == 1
    assert build(letters, tmp_path / "build", jobs=1).problems == first.problems
