"""`kb assess` and `assessments.csv`: what is taken, what is refused, what a change of the demand does."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.build import build
from kb.cli import main
from kb.collection import read_collection

LETTER = """Open letter to the Secretary-General of the United Nations

3 May 2019

To the Secretary-General of the United Nations

We call on you to:
1. Send independent observers to monitor the ceasefire near the mill.
2. Release the prisoners of the harbour prison.

Signed,
Harbour Watch
Valley Teachers Association
"""
HEADINGS = "demand,facet,outcome,date,assessor,document,paragraph,quote,address,why\n"
EVIDENCE = ("--document", "A/74/1", "--paragraph", "7", "--quote", "The prisoners went home.")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "letter.txt").write_text(LETTER)
    build(folder, tmp_path / "build", jobs=1)
    return tmp_path


def run(built: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--build", str(built / "build")])


def assess(built: Path, facet: str, outcome: str, *more: str) -> Result:
    judged = ("--facet", facet, "--outcome", outcome, "--date", "2020-02-01", "--by", "Rana", *more)
    return run(built, "assess", "release the PRISONERS", *judged)


def asked(built: Path, name: str, *parameters: str) -> list[dict[str, str]]:
    done = run(built, "query", name, "--format", "csv", *parameters)
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_an_assessment_is_written_and_taken_in(built: Path) -> None:
    done = assess(built, "implementation", "fully-implemented", *EVIDENCE, "--why", "seen by two of us")
    assert done.exit_code == 0, done.output
    [row] = read_collection(built / "letters").assessments
    assert (row.outcome, row.date, row.assessor, row.document, row.quote, row.why) == (
        "fully-implemented", "2020-02-01", "Rana", "A/74/1", "The prisoners went home.", "seen by two of us",
    )  # fmt: skip
    assert row.demand.startswith("https://w3id.org/demandkb/id/letter/letter/demand/")
    assert build(built / "letters", built / "build", jobs=1).problems == []
    assert run(built, "validate").exit_code == 0


@pytest.mark.parametrize(
    ("facet", "outcome", "more", "told"),
    [
        ("reply", "stalled", EVIDENCE, "not in the list"),
        ("reply", "perhaps", EVIDENCE, "one outcome of the vocabulary"),
        ("reply", "declined", (), "rests on no evidence"),
        ("reply", "declined", ("--document", "A/74/1"), "must quote"),
        ("reply", "no-reply-known", ("--date", "2018-01-01"), "before the letter"),
        ("reply", "no-reply-known", ("--date", "1 May"), "day"),
    ],
)
def test_what_the_shapes_refuse_is_not_written(
    built: Path, facet: str, outcome: str, more: tuple[str, ...], told: str
) -> None:
    done = assess(built, facet, outcome, *more)
    assert done.exit_code == 1
    assert told in done.stderr
    assert not (built / "letters" / "assessments.csv").exists()


@pytest.mark.parametrize(("words", "told"), [("the", "2 demands"), ("balloons", "no demand")])
def test_a_demand_is_named_by_words_of_its_own(built: Path, words: str, told: str) -> None:
    done = run(built, "assess", words, "--facet", "reply", "--outcome", "no-reply-known", "--by", "Rana")
    assert done.exit_code == 2
    assert told in done.stderr


def test_wrong_rows_are_refused_by_line_and_the_rest_is_taken(built: Path) -> None:
    demand = asked(built, "evidence")[0]["demand"]
    (built / "letters" / "assessments.csv").write_text(
        HEADINGS
        + f"{demand},reply,no-reply-known,2020-01-01,Rana,,,,,\n"
        + f"{demand},reply,stalled,2020-01-01,Rana,A/1,1,Words.,,\n"
        + f"{demand},reply,no-reply-known,2018-01-01,Rana,,,,,\n"
        + f"{demand},reply,declined,2020-01-01,Rana,A/1,1,,,\n"
        + f"{demand},reply,declined,2020-01-01,,A/1,1,Words.,,\n"
        + f"{demand}0,reply,no-reply-known,2020-01-01,Rana,,,,,\n"
        + f"{demand},implementation,stalled,2020-03-01,Rana,A/1,1,Words.,,\n"
    )
    summary = build(built / "letters", built / "build", jobs=1)
    lines = sorted(problem.split(": ")[0].rpartition(":")[2] for problem in summary.problems)
    assert lines == ["3", "4", "5", "6", "7"], summary.problems
    assert run(built, "validate").exit_code == 0
    text = "SELECT ?o { ?a a <https://w3id.org/demandkb/ns#Assessment> ; <https://w3id.org/demandkb/ns#outcome> ?o }"
    done = CliRunner().invoke(
        main, ["query", "-", "--format", "csv", "--build", str(built / "build")], input=text + " ORDER BY ?o"
    )
    assert [line.rpartition("/")[2] for line in done.stdout.split()[1:]] == ["no-reply-known", "stalled"]


def test_the_newest_judgement_wins_and_older_ones_stay(built: Path) -> None:
    for outcome, date in (
        ("in-progress", "2020-02-01"),
        ("fully-implemented", "2020-05-01"),
        ("stalled", "2020-09-01"),
    ):
        assert assess(built, "implementation", outcome, *EVIDENCE, "--date", date).exit_code == 0
    build(built / "letters", built / "build", jobs=1)
    demand = read_collection(built / "letters").assessments[0].demand
    life = asked(built, "life-of-demand", "-p", f"demand={demand}")
    assert [row["event"] for row in life] == ["asked", "in progress", "fully implemented", "stalled"]
    assert life[1]["quote"] == "The prisoners went home."
    came = {
        row["outcome"] for row in asked(built, "outcomes-by-type") if row["type"] == "Release of detainees"
    }
    assert came == {"not assessed", "stalled"}
    days = [
        {row["demand"]: row["days"] for row in asked(built, "open-demands", "-p", f"asof={day}")}.get(demand)
        for day in ("2020-03-03", "2020-06-01", "2020-12-31")
    ]
    assert days == ["305", None, "608"]
    never = [row["demand"] for row in asked(built, "demands-never-assessed")]
    assert len(never) == 1
    assert demand not in never
    changes = asked(built, "changes-between", "-p", "since=2020-04-01", "-p", "until=2020-12-31")
    assert [row["change"] for row in changes] == ["fully implemented", "stalled"]


def test_a_judgement_follows_a_demand_that_a_person_changes(built: Path) -> None:
    assert assess(built, "reply", "no-reply-known").exit_code == 0
    demand = read_collection(built / "letters").assessments[0].demand
    (built / "letters" / "review.csv").write_text(
        f"what,letter,decision,value,by,when,why\n{demand},,change,types: executions-and-torture,Rana,2020-03-01,\n"
    )
    assert build(built / "letters", built / "build", jobs=1).problems == []
    types = {row["type"] for row in asked(built, "outcomes-by-type") if row["outcome"] == "no reply known"}
    assert types == {"Executions and torture"}
