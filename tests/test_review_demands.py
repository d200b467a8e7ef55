"""`kb review demands`: what is asked, what an answer does, what becomes of decisions about what is gone."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from kb.build import build
from kb.cli import main
from kb.review.asking import Review, session
from kb.review.demands import demands_to_review

FIRST = """Open letter to the Secretary-General of the United Nations

3 May 2019

To the Secretary-General of the United Nations

We hope that the harbour master will one day read our long report on the quiet lives of harbour cats.

We call on you to:
1. Send independent observers to monitor the ceasefire near the mill, with radios and boats.
2. Paint the lighthouse.

Signed,
Harbour Watch
Valley Teachers Association
"""
AGAIN = """Open letter to the Secretary-General of the United Nations

7 June 2020

To the Secretary-General of the United Nations

We call on you to print every week in four languages what observers of the ceasefire saw along the roads.

Signed,
Harbour Watch
Valley Teachers Association
"""


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "first.txt").write_text(FIRST)
    (folder / "again.txt").write_text(AGAIN)
    build(folder, tmp_path / "build", jobs=1)
    return tmp_path


def run(built: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--build", str(built / "build")])


def rows(built: Path) -> list[dict[str, str]]:
    with (built / "letters" / "review.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def asked(built: Path, name: str) -> list[dict[str, str]]:
    done = run(built, "query", name, "--format", "csv")
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(io.StringIO(done.stdout)))


class Typed:
    """A terminal at which these keys are pressed and these lines typed."""

    def __init__(self, keys: str, *lines: str) -> None:
        self.keys, self.lines = list(keys), list(lines)

    def key(self) -> str:
        """The next key."""
        return self.keys.pop(0)

    def line(self, prompt: str) -> str:
        """The next line."""
        return self.lines.pop(0)


def answer(built: Path, keys: str, *lines: str) -> str:
    collection, questions, _ = demands_to_review(built / "build")
    console = Console(file=io.StringIO(), width=200)
    session(questions, Review(collection, "Rana"), console, Typed(keys + "q", *lines))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_best_first_uncertain_then_untyped_then_restatements(built: Path) -> None:
    _, questions, stale = demands_to_review(built / "build")
    told = [(question.reason, question.sides[0]) for question in questions]
    assert [reason.split(" ")[0] for reason, _ in told] == ["the", "no", "both"], told
    assert "harbour cats" in told[0][1]
    assert "Paint the lighthouse" in told[1][1]
    assert "print every week" in told[2][1]
    assert stale == []


def test_a_key_each_accepts_rejects_changes_and_judges(built: Path) -> None:
    screen = answer(built, "Rtd", "only a hope", "reparation")
    assert "report on the quiet lives" in screen
    assert [(row["decision"], row["value"], row["why"], row["by"]) for row in rows(built)[:2]] == [
        ("reject", "", "only a hope", "Rana"),
        ("change", "types: reparation", "", "Rana"),
    ]
    assert rows(built)[2]["decision"] == "different"
    assert demands_to_review(built / "build")[1] == []  # not even before the next build
    assert build(built / "letters", built / "build", jobs=1).problems == []
    assert demands_to_review(built / "build")[1] == []
    quotes = {row["quote"]: row["types"] for row in asked(built, "demands-over-time")}
    assert quotes["Paint the lighthouse."] == "Reparation"
    assert not any("harbour cats" in quote for quote in quotes)
    assert len(asked(built, "decisions")) == 2


def test_unsure_is_kept_and_changes_nothing(built: Path) -> None:
    before = asked(built, "demands-over-time")
    answer(built, "u")
    assert build(built / "letters", built / "build", jobs=1).problems == []
    assert asked(built, "demands-over-time") == before
    assert [row["verdict"].rsplit("/")[-1] for row in asked(built, "decisions")] == ["unsure"]
    assert len(demands_to_review(built / "build")[1]) == 2


def test_the_words_of_a_demand_are_given_by_their_ends(built: Path) -> None:
    answer(built, " w", "We call … Paint the lighthouse.")
    build(built / "letters", built / "build", jobs=1)
    quotes = [row["quote"] for row in asked(built, "demands-over-time")]
    assert FIRST[FIRST.index("We call") : FIRST.index("lighthouse.") + 11] in quotes
    assert "not in the letter" in answer(built, "w", "Sell the boats.")
    assert len(rows(built)) == 1


def test_an_unknown_type_is_not_written(built: Path) -> None:
    assert "no demand type 'paint'" in answer(built, "t", "paint")
    assert not (built / "letters" / "review.csv").exists()


def test_a_spreadsheet_is_filled_in_and_handed_back(built: Path) -> None:
    sheet = built / "demands.csv"
    sheet.write_text(run(built, "review", "demands", "--format", "csv").stdout, encoding="utf-8")
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        questions = list(csv.DictReader(file))
    assert ["/demand/" in row["what"] for row in questions] == [True] * 3
    questions[0]["decision"] = "accept"
    questions[2]["decision"] = "same"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, questions[0])
        writer.writeheader()
        writer.writerows(questions)
    done = run(built, "review", "demands", "--answers", str(sheet), "--by", "Rana")
    assert done.exit_code == 0, done.output
    assert [row["decision"] for row in rows(built)] == ["accept", "same"]
    build(built / "letters", built / "build", jobs=1)
    assert len(demands_to_review(built / "build")[1]) == 1
    wrong = run(built, "review", "demands", "--answers", str(sheet), "--by", "Rana")
    assert wrong.exit_code == 1
    assert "demands.csv:2" in wrong.stderr


def test_a_decision_whose_demand_is_gone_is_stale_and_never_dropped(built: Path) -> None:
    answer(built, "rus")
    letter = built / "letters" / "first.txt"
    letter.write_text(FIRST.replace("Paint the lighthouse", "Repair the lighthouse"))
    assert stale(built) == ["unsure"]
    letter.unlink()
    assert stale(built) == ["reject", "same", "unsure"]
    assert len(rows(built)) == 3
    letter.write_text(FIRST)
    assert build(built / "letters", built / "build", jobs=1).problems == []
    assert asked(built, "stale-decisions") == []


def stale(built: Path) -> list[str]:
    """Build, and give the verdicts that are stale: the build, the next build, the query and the review tell them."""
    problems = build(built / "letters", built / "build", jobs=1).problems
    told = [problem for problem in problems if "review.csv" in problem]
    assert build(built / "letters", built / "build", jobs=1).problems == problems
    found = sorted(row["verdict"] for row in asked(built, "stale-decisions"))
    assert run(built, "review", "demands").stderr.count("stale:") == len(told) == len(found)
    return found
