"""What concerns several letters at once, in `kb validate`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from kb import checks, store
from tests import small_build

SHIPPED = Path(__file__).parents[1] / "queries"
TWICE = """\
#+ summary: A check of the collection's own
#+ tags:
#+   - check
#+   - violation
PREFIX kb: <https://w3id.org/demandkb/ns#>
SELECT ?subject ?problem ?value WHERE {
  ?subject a kb:Letter
  BIND ("no letter is good enough" AS ?problem)
  BIND (7 AS ?value)
}
"""


def test_a_collection_adds_checks_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "strict.rq").write_text(TWICE, "utf-8")
    graph = store.in_memory(small_build.quads())
    found = checks.check(graph.query, [SHIPPED, tmp_path])
    mine = [finding for finding in found if finding.rule == "strict"]
    assert len(mine) == 2
    assert {(each.severity, each.message(), each.words) for each in mine} == {
        ("violation", "No letter is good enough.", "7")
    }


def test_a_check_without_a_severity_is_only_asked(tmp_path: Path) -> None:
    (tmp_path / "strict.rq").write_text(TWICE.replace("#+   - violation\n", ""), "utf-8")
    graph = store.in_memory(small_build.quads())
    assert [each for each in checks.check(graph.query, [tmp_path]) if each.rule == "strict"] == []


def test_kb_validate_tells_of_an_unknown_addressee(tmp_path: Path) -> None:
    letter = "Open letter\n\nTo: The Harbour Master of Nowhere\n\n5 May 2020\n\nDear Harbour Master,\n\n"
    letter += "We urge you to open the harbour to ships that carry aid.\n\nSincerely,\n\n1. Harbour Friends\n"
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "harbour.txt").write_text(letter, "utf-8")
    for command in ("build letters", "validate"):
        done = subprocess.run(
            [sys.executable, "-m", "kb", *command.split()],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert "info: The addressee is none of the known authorities. " in done.stdout
