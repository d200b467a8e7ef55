"""Questions about who signed, asked of the five letters of `seeds/`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from kb import store
from kb.cli import main

HERE = Path(__file__).parent
EARLIER, LATER = "2017-02-13-guterres-syrian-civil-society", "2018-01-31-guterres-sochi"


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("names-as-printed", []),
        ("possible-duplicates", []),
        ("joined-or-left", ["-p", f"earlier={EARLIER}", "-p", f"later={LATER}"]),
    ],
)
def test_the_five_letters_give_the_expected_answer(
    seeds_build: Path, name: str, parameters: list[str]
) -> None:
    done = CliRunner().invoke(
        main, ["query", name, "--build", str(seeds_build), "--format", "csv", *parameters]
    )
    assert done.exit_code == 0, done.output
    expected = (HERE / "expected" / f"{name}.csv").read_text(encoding="utf-8")
    assert done.stdout.replace("\r\n", "\n") == expected


def test_who_changed_nothing_neither_joined_nor_left(seeds_build: Path) -> None:
    both = ["-p", f"earlier={LATER}", "-p", f"later={LATER}"]
    done = CliRunner().invoke(
        main, ["query", "joined-or-left", "--build", str(seeds_build), "--format", "csv", *both]
    )
    assert done.stdout.split() == ["change,signatory,perhaps"]


def test_persons_are_told_from_organisations(seeds_build: Path) -> None:
    with store.open_build(seeds_build) as graph:
        rows = graph.query(
            "PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX org: <http://www.w3.org/ns/org#> "
            "PREFIX kb: <https://w3id.org/demandkb/ns#> SELECT DISTINCT ?name ?of { "
            "{ ?letter kb:signedBy ?person } UNION { ?in org:hasMember ?person ; foaf:name ?of } "
            "?person a foaf:Person ; foaf:name ?name }"
        )
        found = {row[0].value: row[1].value[:18] if row[1] else None for row in rows}  # type: ignore[union-attr]
    members = ("Saleh Ahsan", "Hamish de Bretton-Gordon", "David Nott", "Toby Cadman")
    assert found == {"Alaa Basatneh": None, **dict.fromkeys(members, "Doctors Under Fire")}
