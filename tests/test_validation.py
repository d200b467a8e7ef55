"""Findings: what they say, where they point to, and how they are written."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph
import pytest
from rdflib import Graph
from rdflib.namespace import RDF, SH

from kb.errors import DataError, UsageError
from kb.findings import Finding, dumps, fails, loads, summary, write
from kb.graph import Names, letter_graph
from kb.letter import Letter, Signature, Span
from kb.namespaces import PREFIXES
from kb.store import in_memory
from kb.validation import validate, validate_files, validate_store
from tests.sample import LETTER, OPEN, TEXT, span
from tests.small_build import quads

NAMES = Names()
ROOT = Path(__file__).parent.parent

UNTYPED = dataclasses.replace(LETTER, demands=(dataclasses.replace(OPEN, types=()),))
"""Its demand has no type: one warning."""

UNADDRESSED = dataclasses.replace(UNTYPED, addressees=(), title=None)
"""Besides, it is addressed to nobody and has no title: a violation and an info."""


def graph(letter: Letter = LETTER) -> Graph:
    return letter_graph(letter, NAMES)


def found(*letters: Letter) -> list[Finding]:
    return validate([graph(letter) for letter in letters])


def written(findings: list[Finding], form: str, language: str = "en") -> str:
    stream = StringIO()
    write(findings, stream, form, language)
    return stream.getvalue()


def test_a_finding_points_to_the_line_of_the_letter() -> None:
    (finding,) = found(UNTYPED)
    assert (finding.severity, finding.rule) == ("warning", "demand-type")
    assert finding.file == LETTER.path
    assert finding.words == OPEN.quote
    lines = TEXT.splitlines()
    assert finding.line is not None
    assert finding.column is not None
    assert lines[finding.line - 1][finding.column - 1 :] == OPEN.quote
    assert finding.graph == str(NAMES.letter(LETTER.id))


def test_only_files_that_are_read_unchanged_have_lines() -> None:
    (finding,) = found(dataclasses.replace(UNTYPED, path="truce.pdf"))
    assert (finding.file, finding.line, finding.column) == ("truce.pdf", None, None)
    assert finding.words == OPEN.quote


def test_columns_count_code_points() -> None:
    name = Signature("Warm regards", span("Warmest regards"), 3)
    text = TEXT.replace("Warmest regards", "🕊🕊 Warm regards")
    start = text.index("Warm regards")
    letter = dataclasses.replace(
        LETTER, text=text, signatures=(dataclasses.replace(name, span=Span(start, start + 12)),)
    )
    (finding,) = [each for each in found(letter) if each.rule == "signature-doubtful"]
    assert finding.column == 4
    assert finding.words == "Warm regards"


def test_messages_are_in_both_languages() -> None:
    (finding,) = found(UNTYPED)
    assert finding.message("en") == "The demand has no type."
    assert finding.message("ar") == "لا نوع لهذا المطلب."
    assert finding.message("fr") == finding.message("en")


def test_findings_of_a_batch_are_those_of_its_letters() -> None:
    other = dataclasses.replace(UNADDRESSED, id="other", path="other.txt")
    together = found(UNTYPED, other)
    assert sorted(together, key=lambda each: each.order) == together
    alone = [*found(UNTYPED), *found(other)]
    assert sorted(map(repr, together)) == sorted(map(repr, alone))


def test_findings_can_be_kept() -> None:
    findings = found(UNADDRESSED)
    assert len(findings) == 3
    assert loads(dumps(findings)) == findings


@pytest.mark.parametrize(
    ("fail_on", "fails_with"),
    [("none", ()), ("violation", ("violation",)), ("warning", ("violation", "warning"))],
)
def test_what_fails(fail_on: str, fails_with: tuple[str, ...]) -> None:
    for finding in found(UNADDRESSED):
        assert fails([finding], fail_on) == (finding.severity in fails_with)  # type: ignore[arg-type]


def test_text_is_one_line_each() -> None:
    lines = written(found(UNADDRESSED), "text").splitlines()
    assert len(lines) == 3
    assert f"{LETTER.path}:11:4: warning: The demand has no type. {OPEN.quote} [demand-type]" in lines
    assert "تحذير: لا نوع لهذا المطلب." in written(found(UNTYPED), "text", "ar")


def test_a_summary_counts() -> None:
    assert summary(found(UNADDRESSED)) == "1 violation, 1 warning, 1 info"
    assert summary([]) == "no findings"


def test_json_gives_every_field() -> None:
    (row,) = json.loads(written(found(UNTYPED), "json"))
    assert row["rule"] == "demand-type"
    assert set(row["messages"]) == {"en", "ar"}
    assert row["line"] == 11


def test_turtle_is_the_shacl_report() -> None:
    report = Graph().parse(data=written(found(UNADDRESSED), "turtle"), format="turtle")
    (node,) = report.subjects(RDF.type, SH.ValidationReport)
    assert str(report.value(node, SH.conforms)) == "false"
    results = list(report.objects(node, SH.result))
    assert {report.value(each, SH.resultSeverity) for each in results} == {SH.Violation, SH.Warning, SH.Info}
    for each in results:
        for property_ in (SH.focusNode, SH.sourceShape, SH.sourceConstraintComponent):
            assert len(list(report.objects(each, property_))) == 1
    conforming = Graph().parse(data=written([], "turtle"), format="turtle")
    assert "true" in [str(each) for each in conforming.objects(None, SH.conforms)]


def test_junit_counts_failures() -> None:
    root = ElementTree.fromstring(written(found(UNADDRESSED), "junit").split("\n", 1)[1])  # noqa: S314  # our own
    assert (root.get("tests"), root.get("failures")) == ("3", "1")
    (failure,) = root.iter("failure")
    assert failure.get("type") == "violation"
    (case,) = [case for case in root.iter("testcase") if case.get("classname") == "demand-type"]
    assert (case.get("file"), case.get("line")) == (LETTER.path, "11")
    assert "failure" not in {child.tag for child in case}


def test_junit_holds_only_what_xml_can() -> None:
    broken = dataclasses.replace(found(UNTYPED)[0], words="a\x00b\x1bc")
    ElementTree.fromstring(written([broken], "junit").split("\n", 1)[1])  # noqa: S314  # our own


def test_sarif_has_what_its_schema_requires() -> None:
    log = json.loads(written(found(UNADDRESSED), "sarif"))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"]
    assert [rule["id"] for rule in rules] == sorted({rule["id"] for rule in rules})
    for result in run["results"]:
        assert result["message"]["text"]
        assert result["level"] in ("error", "warning", "note", "none")
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    (place,) = [r["locations"][0]["physicalLocation"] for r in run["results"] if r["ruleId"] == "demand-type"]
    assert place["artifactLocation"]["uri"] == "2019/2019-05-05%20truce.txt"
    assert place["region"]["startLine"] == 11


def test_sarif_knows_a_finding_again_after_lines_moved() -> None:
    moved = dataclasses.replace(found(UNTYPED)[0], line=99)
    prints = {
        json.loads(written([finding], "sarif"))["runs"][0]["results"][0]["partialFingerprints"]["finding/v1"]
        for finding in (moved, *found(UNTYPED))
    }
    assert len(prints) == 1


# Stores and files


def test_a_store_is_checked_letter_by_letter(tmp_path: Path) -> None:
    held = in_memory(quads())
    findings = validate_store(held.query)
    assert [(each.rule, each.file) for each in findings] == [
        ("letter-date-month-only", "2020-06 truce again.txt")
    ]
    path = tmp_path / "all.nq"
    with path.open("wb") as file:
        held.dump(file, pyoxigraph.RdfFormat.N_QUADS)
    assert [each.rule for each in validate_files([path])] == ["letter-date-month-only"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "letter.ttl"
    graph(UNTYPED).serialize(path, format="turtle")
    return path


@pytest.mark.parametrize(
    ("form", "ending"), [("nt", "nt"), ("xml", "rdf"), ("json-ld", "jsonld"), ("trig", "trig")]
)
def test_files_of_any_format(tmp_path: Path, form: str, ending: str) -> None:
    path = tmp_path / f"letter.{ending}"
    graph(UNTYPED).serialize(path, format=form)
    (finding,) = validate_files([path])
    assert (finding.rule, finding.line) == ("demand-type", 11)


def test_files_are_checked_together(tmp_path: Path) -> None:
    whole = graph()
    halves = [Graph(), Graph()]
    for number, triple in enumerate(sorted(whole)):
        halves[number % 2].add(triple)
    paths = []
    for number, half in enumerate(halves):
        paths.append(tmp_path / f"{number}.nt")
        half.serialize(paths[-1], format="nt", encoding="utf-8")
    assert validate_files(paths) == []


def test_a_file_of_strangers_is_named_in_its_findings(tmp_path: Path) -> None:
    path = tmp_path / "strange.ttl"
    path.write_text("<a:b> a <https://w3id.org/demandkb/ns#Remark> .")
    assert {finding.file for finding in validate_files([path])} == {str(path)}


def test_a_file_that_does_not_parse_is_told_by_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "broken.ttl"
    path.write_text("<a:b> <a:c> <a:d> .\n<a:b> <a:c> .\n")
    with pytest.raises(DataError) as told:
        validate_files([path])
    assert str(told.value).startswith(f"{path}:2:13: ")


@pytest.mark.parametrize("offset", ["1.5", '"x"', '"NaN"^^xsd:double', "[]", "<urn:x>"])
def test_an_offset_of_any_kind_stops_no_check(tmp_path: Path, offset: str) -> None:
    path = tmp_path / "place.ttl"
    prefixes = "".join(f"PREFIX {each}: <{PREFIXES[each]}>\n" for each in ("oa", "xsd"))
    path.write_text(f"{prefixes}<urn:place> oa:start {offset} ; oa:end 9 .", encoding="utf-8")
    if offset == "[]":
        with pytest.raises(DataError, match="can't be checked"):
            validate_files([path])
    else:
        assert "place-offsets" in {finding.rule for finding in validate_files([path])}


def test_a_context_on_the_web_is_not_fetched(tmp_path: Path) -> None:
    path = tmp_path / "remote.jsonld"
    path.write_text('{"@context": "https://example.org/context", "@id": "a:b", "name": "c"}')
    with pytest.raises(DataError, match="nothing is fetched"):
        validate_files([path])


def test_a_file_of_no_known_format(tmp_path: Path) -> None:
    path = tmp_path / "letter.csv"
    path.write_text("a,b")
    with pytest.raises(UsageError, match=r"\.csv is no RDF format"):
        validate_files([path])


# Shapes of one's own

OWN = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix kb: <https://w3id.org/demandkb/ns#> .
<https://example.org/three> a sh:PropertyShape ; sh:targetClass kb:Letter ; sh:path kb:signature ;
    sh:minCount 3 ; sh:severity sh:Info ; sh:message "Fewer than three signed."@en .
"""


def own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "own.ttl"
    path.write_text(text)
    return path


def test_own_shapes_are_checked_too(tmp_path: Path, file: Path) -> None:
    rules = {finding.rule: finding.severity for finding in validate_files([file], [own(tmp_path, OWN)])}
    assert rules == {"demand-type": "warning", "three": "info"}


def test_a_mistyped_shape_is_refused(tmp_path: Path, file: Path) -> None:
    with pytest.raises(DataError, match="no sh:mincount: did you mean sh:minCount"):
        validate_files([file], [own(tmp_path, OWN.replace("minCount", "mincount"))])


def query_shape(select: str) -> str:
    return f"""
@prefix sh: <http://www.w3.org/ns/shacl#> .
<https://example.org/q> a sh:NodeShape ; sh:targetClass <https://w3id.org/demandkb/ns#Letter> ;
    sh:sparql [ sh:message "Found." ; sh:select "{select}" ] .
"""


@pytest.mark.parametrize(
    "select",
    [
        "SELECT $this WHERE {{ SERVICE <http://localhost:1/> {{ $this ?p ?o }} }}".replace("{{", "{").replace(
            "}}", "}"
        ),
        "SELECT $this WHERE { $this ?p }",
        "SELECT $this FROM <http://localhost:1/data> WHERE { $this ?p ?o }",
    ],
)
def test_shapes_that_ask_others_or_make_no_sense_are_refused(tmp_path: Path, file: Path, select: str) -> None:
    with pytest.raises(DataError):
        validate_files([file], [own(tmp_path, query_shape(select))])


def test_a_pattern_that_is_none_is_told(tmp_path: Path, file: Path) -> None:
    bad = OWN.replace("sh:minCount 3", 'sh:pattern "["')
    with pytest.raises(DataError, match=r"own\.ttl"):
        validate_files([file], [own(tmp_path, bad)])


# The command


def python(*arguments: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        encoding="utf-8",
    )


def kb(*arguments: str) -> subprocess.CompletedProcess[str]:
    return python("-m", "kb", "validate", *arguments)


def test_a_date_that_is_none_makes_one_line(tmp_path: Path) -> None:
    path = tmp_path / "letter.ttl"
    graph(dataclasses.replace(LETTER, date="2019-02-30")).serialize(path, format="turtle")
    told = kb(str(path))
    assert told.returncode == 1
    assert "[letter-date-possible]" in told.stdout
    assert told.stderr == "1 violation\n"


def test_the_command(file: Path, tmp_path: Path) -> None:
    told = kb(str(file))
    assert told.returncode == 0
    assert "[demand-type]" in told.stdout
    assert told.stderr == "1 warning\n"
    assert kb(str(file), "--fail-on", "warning", "--lang", "ar").returncode == 1
    broken = kb(str(tmp_path / "none.ttl"))
    assert broken.returncode == 3
    assert len(broken.stderr.splitlines()) == 1


def test_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    path = tmp_path / "letter.ttl"
    graph(UNADDRESSED).serialize(path, format="turtle")
    program = (
        "import sys; from pathlib import Path; from kb.findings import FORMATS, write;"
        "from kb.validation import validate_files; found = validate_files([Path(sys.argv[1])]);"
        "[write(found, sys.stdout, form) for form in FORMATS]"
    )
    one, other = (python("-c", program, str(path), seed=seed) for seed in ("1", "2"))
    assert one.returncode == 0
    assert one.stdout == other.stdout
