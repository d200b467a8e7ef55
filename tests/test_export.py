"""Exports: every format holds the graph, in order, whatever the hash seed; so do tables and packages."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import bagit
import pyarrow.parquet as pq
import pyoxigraph
import pytest
import rdflib
import yaml
from click.testing import CliRunner, Result
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from kb import cli, export, package, store, tables
from kb.errors import DataError, UsageError
from kb.export import RDF_FORMATS, RdfFormat
from kb.graph import Names
from kb.namespaces import PREFIXES, expand
from tests import small_build
from tests.sample import LETTER

MEDIA = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "trig": pyoxigraph.RdfFormat.TRIG,
    "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
    "nquads": pyoxigraph.RdfFormat.N_QUADS,
    "rdfxml": pyoxigraph.RdfFormat.RDF_XML,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
}
WITH_GRAPHS: list[RdfFormat] = ["trig", "nquads", "jsonld"]
WITHOUT: list[RdfFormat] = ["turtle", "ntriples", "rdfxml"]
RDFLIB = {
    "turtle": "turtle",
    "trig": "trig",
    "ntriples": "nt",
    "nquads": "nquads",
    "rdfxml": "xml",
    "jsonld": "json-ld",
}


@pytest.fixture(scope="module")
def graph() -> store.Store:
    return store.in_memory(small_build.quads())


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_build.make(tmp_path_factory.mktemp("export") / "build")


def run(build: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["export", "--build", str(build), *arguments])


def written(graph: store.Store, form: RdfFormat, letter: str | None = None, *, texts: bool = True) -> bytes:
    output = io.BytesIO()
    export.export(graph, form, output, letter, texts=texts)
    return output.getvalue()


def canonical(dataset: pyoxigraph.Dataset) -> list[str]:
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


@pytest.mark.parametrize("form", WITH_GRAPHS)
def test_formats_with_graphs_hold_exactly_the_store(graph: store.Store, form: RdfFormat) -> None:
    parsed = pyoxigraph.parse(written(graph, form), MEDIA[form])
    assert canonical(pyoxigraph.Dataset(parsed)) == canonical(pyoxigraph.Dataset(graph.quads()))


@pytest.mark.parametrize("form", WITHOUT)
def test_formats_without_graphs_hold_every_triple(graph: store.Store, form: RdfFormat) -> None:
    parsed = {quad.triple for quad in pyoxigraph.parse(written(graph, form), MEDIA[form])}
    assert parsed == {quad.triple for quad in graph.quads()}


@pytest.mark.parametrize("form", RDF_FORMATS)
def test_rdflib_reads_the_same(graph: store.Store, form: RdfFormat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("asked the network"))
    letter = LETTER.id
    read = rdflib.Dataset()
    read.parse(data=written(graph, form, letter), format=RDFLIB[form])
    together = rdflib.Graph()
    for subject, predicate, value, _ in read.quads():
        together.add((subject, predicate, value))
    expected = rdflib.Graph().parse(data=written(graph, "ntriples", letter), format="nt")
    assert isomorphic(together, expected)
    assert len(expected) > 200


JENA = sorted((Path(__file__).parent.parent / ".cache" / "jena").glob("jena-fuseki-server-*.jar"))


@pytest.mark.skipif(not JENA, reason="no Apache Jena here: make jena")
def test_jena_reads_the_same(graph: store.Store, tmp_path: Path) -> None:
    files = []
    for form in RDF_FORMATS:
        files.append(str(tmp_path / f"graph.{MEDIA[form].file_extension}"))
        Path(files[-1]).write_bytes(written(graph, form, LETTER.id))
    command = ["java", "-cp", str(JENA[-1]), "riotcmd.riot", "--count", *files]
    told = subprocess.run(command, capture_output=True, check=True, text=True)
    counts = [int(number) for number in re.findall(r"(?:Triples|Quads) = (\d+)", told.stdout + told.stderr)]
    assert len(counts) >= len(files), told.stdout
    assert set(counts[: len(files)]) == {len(written(graph, "ntriples", LETTER.id).splitlines())}


def test_turtle_is_grouped_by_letter_which_comes_before_its_parts(graph: store.Store) -> None:
    turtle = written(graph, "turtle").decode()
    assert "@prefix kb: <https://w3id.org/demandkb/ns#> ." in turtle
    base = "https://w3id.org/demandkb/id/letter"
    first, second = (f"\n<{base}/{each.id}" for each in (LETTER, small_build.SECOND))
    between = turtle.split(f"{first}> a kb:Letter ;")[1].split(f"{second}> a kb:Letter ;")[0]
    assert f"{first}/demand/" in between
    assert second not in between


def test_json_ld_has_one_nested_object_for_a_letter(graph: store.Store) -> None:
    document = json.loads(written(graph, "jsonld", LETTER.id))
    named, described, *_ = document["@graph"]
    [letter] = named["graph"]
    assert (named["id"], letter["id"]) == (f"letter/{LETTER.id}",) * 2
    assert letter["type"] == "Letter"
    assert letter["title"] == {"en": LETTER.title}
    addressee = next(each for each in described["graph"] if each["id"] == letter["addressedTo"][0])
    assert (described["id"], addressee["label"]) == ("graph/descriptions", {"@none": "Ms. Amal Example"})
    demand = next(each for each in letter["makesDemand"] if each.get("item") == "1")
    assert demand["quote"] == {"en": LETTER.demands[0].quote}
    assert demand["demandType"] == ["agreement-transparency", "existing-resolutions"]
    assert demand["force"] == "call"
    assert demand["evidence"]["selector"][0]["start"] == LETTER.demands[0].span.start
    assert "http" not in json.dumps({key: value for key, value in demand.items() if key != "generatedBy"})


PROPERTIES = [
    *("kb:quote", "kb:force", "kb:certainty", "kb:position", "kb:new", "kb:makesDemand", "dcterms:issued"),
    *("dc:date", "rdf:type", "rdfs:label", "oa:prefix", "schema:sameAs"),
]
THINGS = ["letter/a", "letter/a/demand/1", "organisation/مركز", "x:y", "a//b", "b.c", "../d"]
CONCEPTS = ["code:call", "code:force", "kb:Letter", "rdf:nil"]
TYPES = ["xsd:integer", "xsd:boolean", "xsd:decimal", "xsd:date", "xsd:double"]
FORMS = ["1", "01", "1.0", "true", "2018-03", "9" * 30]


def typed(form: str, kind: str) -> pyoxigraph.Literal:
    return pyoxigraph.Literal(form, datatype=pyoxigraph.NamedNode(expand(kind)))


def arabic(text: str) -> pyoxigraph.Literal:
    return pyoxigraph.Literal(text, language="ar")


VALUES = st.one_of(
    st.sampled_from(CONCEPTS).map(expand).map(pyoxigraph.NamedNode),
    st.sampled_from(THINGS[:4]).map(lambda path: pyoxigraph.NamedNode(Names().base + path)),
    st.text(st.characters(codec="utf-8"), max_size=5).map(pyoxigraph.Literal),
    st.text(st.characters(codec="utf-8"), max_size=3).map(arabic),
    st.builds(typed, st.sampled_from(FORMS), st.sampled_from(TYPES)),
)
TRIPLES = st.lists(st.tuples(st.sampled_from(THINGS), st.sampled_from(PROPERTIES), VALUES), max_size=8)


@settings(max_examples=60, deadline=None)
@example(
    [
        ("letter/a", "kb:force", pyoxigraph.NamedNode(Names().base + "letter/a/demand/1")),
        ("letter/a/demand/1", "kb:new", pyoxigraph.NamedNode(expand("code:call"))),
    ]
)
@given(TRIPLES)
def test_any_graph_survives_json_ld(
    triples: list[tuple[str, str, pyoxigraph.NamedNode | pyoxigraph.Literal]],
) -> None:
    name = pyoxigraph.NamedNode(Names().base + "letter/a")
    quads = [
        pyoxigraph.Quad(
            pyoxigraph.NamedNode(Names().base + subject),
            pyoxigraph.NamedNode(expand(predicate)),
            value,
            name,
        )
        for subject, predicate, value in triples
        if predicate != "rdf:type" or isinstance(value, pyoxigraph.NamedNode)
    ]
    made = store.in_memory(quads)
    parsed = pyoxigraph.parse(written(made, "jsonld"), pyoxigraph.RdfFormat.JSON_LD)
    assert canonical(pyoxigraph.Dataset(parsed)) == canonical(pyoxigraph.Dataset(made.quads()))


def test_xml_keeps_returns_and_refuses_what_it_cannot_hold() -> None:
    name = pyoxigraph.NamedNode("https://x.example/letter/a")

    def made(text: str) -> store.Store:
        return store.in_memory(
            [
                pyoxigraph.Quad(
                    name, pyoxigraph.NamedNode("https://x.example/p"), pyoxigraph.Literal(text), name
                )
            ]
        )

    xml = written(made("one\r\ntwo\tthree"), "rdfxml")
    [triple] = rdflib.Graph().parse(data=xml, format="xml")
    assert str(triple[2]) == "one\r\ntwo\tthree"
    with pytest.raises(DataError, match=r"U\+000C"):
        written(made("page\fpage"), "rdfxml")


def test_texts_can_be_left_out(graph: store.Store) -> None:
    for form in RDF_FORMATS:
        assert re.search(rb"Open letter on the truce(\\n|\n)+5 May", written(graph, form))
        assert not re.search(rb"Open letter on the truce(\\n|\n)+5 May", written(graph, form, texts=False))


@pytest.mark.parametrize("form", RDF_FORMATS)
def test_a_graph_that_is_sorted_in_pieces_is_the_same(
    graph: store.Store, form: RdfFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = written(graph, form)
    monkeypatch.setattr(export, "IN_MEMORY", 50)
    assert written(graph, form) == whole


def test_the_bytes_do_not_depend_on_hash_seed_or_order(build: Path, tmp_path: Path) -> None:
    sums = set()
    for seed in ("1", "2"):
        code = f"""
import hashlib, random
from pathlib import Path
from kb import export, package, store
from tests import small_build
quads = list(small_build.quads()); random.shuffle(quads)
package.write_package(store.in_memory(quads), Path({str(tmp_path)!r}) / {seed!r}, texts=True)
for path in sorted(path for path in (Path({str(tmp_path)!r}) / {seed!r}).rglob("*") if path.is_file()):
    print(path.relative_to(Path({str(tmp_path)!r}) / {seed!r}), hashlib.sha256(path.read_bytes()).hexdigest())
"""
        result = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        )
        sums.add(result.stdout)
    assert len(sums) == 1
    assert len(sums.pop().splitlines()) > 30


def test_memory_does_not_grow_with_the_number_of_letters() -> None:
    def peak(letters: int) -> int:
        base = list(small_build.quads())[:300]
        made = store.in_memory(
            pyoxigraph.Quad(
                quad.subject, quad.predicate, quad.object, pyoxigraph.NamedNode(f"https://x.example/{number}")
            )
            for number in range(letters)
            for quad in base
        )
        with Path(os.devnull).open("wb") as sink:
            tracemalloc.start()
            export.export(made, "turtle", sink)
            export.export(made, "jsonld", sink)
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return most

    assert peak(60) < 1.3 * peak(15)


# The command


def test_one_letter_is_exported_to_a_file(build: Path, tmp_path: Path) -> None:
    path = tmp_path / "letter.ttl"
    assert run(build, "--letter", LETTER.id, "-o", str(path)).exit_code == 0
    graph = rdflib.Graph().parse(path)
    assert (
        rdflib.URIRef(Names().letter(LETTER.id)),
        rdflib.RDF.type,
        rdflib.URIRef("https://w3id.org/demandkb/ns#Letter"),
    ) in graph
    assert small_build.SECOND.id not in path.read_text()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--letter", "2019-05-05-truse"], "did you mean 2019-05-05-truce?"),
        (["-f", "csv"], "name a folder"),
        (["-f", "turtel"], "turtel"),
    ],
)
def test_wrong_usage_is_told_in_one_line(build: Path, arguments: list[str], says: str) -> None:
    result = run(build, *arguments)
    assert says in result.stderr
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_a_closed_pipe_is_no_error(build: Path) -> None:
    command = (
        f"{sys.executable} -m kb export --build {build} -f ntriples | head -c 10 > {os.devnull};"
        "exit ${PIPESTATUS[0]}"
    )
    result = subprocess.run(["/bin/bash", "-c", command], capture_output=True, check=False)
    assert (result.returncode, result.stderr) == (0, b"")


# Tables


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    return list(
        csv.DictReader((folder / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines(keepends=True))
    )


def test_tables_hold_labels_and_addresses(build: Path, tmp_path: Path) -> None:
    assert run(build, "-f", "csv", "-o", str(tmp_path)).exit_code == 0
    assert {path.stem for path in tmp_path.iterdir()} == set(tables.TABLES)
    letters, demands = rows(tmp_path, "letters"), rows(tmp_path, "demands")
    assert [row["letter"] for row in letters] == [LETTER.id, small_build.SECOND.id]
    assert [row["date"] for row in letters] == ["2019-05-05", "2020-06"]
    assert letters[0]["addressed_to"] == "Ms. Amal Example"
    assert letters[0]["signed_by"] == "River Women's Network; مركز الجسر"
    [publish] = [row for row in demands if row["item"] == "1"]
    assert publish["quote"] == LETTER.demands[0].quote
    assert LETTER.text[int(publish["start"]) : int(publish["end"])] == publish["quote"]
    assert publish["force"] == "call"
    assert publish["types_iri"].split() == [
        f"https://w3id.org/demandkb/types/{name}"
        for name in ("agreement-transparency", "existing-resolutions")
    ]
    assert publish["references"] == "S/RES/2254 (2015)"
    [assessment] = rows(tmp_path, "assessments")
    assert (assessment["outcome"], assessment["evidence"]) == ("in progress", "We began.")
    assert len(rows(tmp_path, "signatures")) == 4
    assert rows(tmp_path, "references")[0]["address_iri"] == "https://undocs.org/S/RES/2254(2015)"
    signatories = [row for row in rows(tmp_path, "organisations") if row["signatures"]]
    assert [row["other_names"] for row in signatories] == ["RWN", ""]


def test_every_statement_about_a_row_is_in_its_table(graph: store.Store) -> None:
    left_out = {
        PREFIXES["schema"] + "text",  # longer than a spreadsheet's cell
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",  # is which table it is
    }
    columns = [column for table in tables.TABLES.values() for column in table.columns]
    elsewhere = {column.path[0][1:] for column in columns if column.path[0][0] == "^"}
    for name, table in tables.TABLES.items():
        held = {column.path[0] for column in table.columns} | elsewhere
        for kind in table.classes:
            found = graph.query(f"SELECT DISTINCT ?p {{ ?s a <{kind}> ; ?p ?o }}")
            missing = {row[0].value for row in found} - held - left_out  # type: ignore[union-attr]
            assert not missing - {
                "https://w3id.org/demandkb/ns#evidence",
                "http://www.w3.org/ns/prov#wasGeneratedBy",
            }, name


def test_no_cell_is_taken_for_a_formula(tmp_path: Path) -> None:
    thing = pyoxigraph.NamedNode("https://x.example/organisation/x")
    typed = pyoxigraph.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    quads = [
        pyoxigraph.Quad(thing, typed, pyoxigraph.NamedNode("http://www.w3.org/ns/org#Organization"), thing),
        pyoxigraph.Quad(
            thing,
            pyoxigraph.NamedNode("http://xmlns.com/foaf/0.1/name"),
            pyoxigraph.Literal('=HYPERLINK("x")'),
            thing,
        ),
    ]
    tables.write_tables(store.in_memory(quads), "csv", tmp_path)
    assert rows(tmp_path, "organisations")[0]["name"] == '\'=HYPERLINK("x")'


def test_parquet_holds_the_same_as_csv(build: Path, tmp_path: Path) -> None:
    run(build, "-f", "csv", "-o", str(tmp_path / "csv"))
    assert run(build, "-f", "parquet", "-o", str(tmp_path / "parquet")).exit_code == 0
    for name in tables.TABLES:
        table = pq.read_table(tmp_path / "parquet" / f"{name}.parquet").to_pylist()
        told = [{key: "" if value is None else str(value) for key, value in row.items()} for row in table]
        assert told == rows(tmp_path / "csv", name)


def rows_of(folder: Path, name: str) -> list[dict[str, Any]]:
    """A Parquet table as pyarrow reads it."""
    found: list[dict[str, Any]] = pq.read_table(folder / f"{name}.parquet").to_pylist()
    return found


def test_duckdb_reads_the_parquet_tables(build: Path, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    assert run(build, "-f", "parquet", "-o", str(tmp_path)).exit_code == 0
    asked = """
        SELECT letter.letter, count(*) AS demands, min(demand."start") AS first
        FROM read_parquet($demands) demand
        JOIN read_parquet($letters) letter ON letter.iri = demand.made_by_iri
        GROUP BY letter.letter ORDER BY letter.letter
    """
    files = {name: str(tmp_path / f"{name}.parquet") for name in ("demands", "letters")}
    found = duckdb.execute(asked, files).fetchall()
    made = [row for row in rows_of(tmp_path, "demands") if row["made_by_iri"]]
    assert sum(row[1] for row in found) == len(made) > 0
    assert min(row[2] for row in found) == min(row["start"] for row in made)


# Packages


def test_a_package_is_whole_and_says_what_it_is(build: Path, tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    assert run(build, "--package", str(folder), "--texts").exit_code == 0
    assert bagit.Bag(str(folder)).is_valid()
    data = folder / "data"
    assert (data / "letters" / f"{LETTER.id}.txt").read_bytes() == LETTER.text.encode()
    described = rdflib.Graph().parse(data / "void.ttl")
    void = rdflib.Namespace("http://rdfs.org/ns/void#")
    with store.open_build(build) as graph:
        assert described.value(rdflib.URIRef(Names().collection), void.triples) == rdflib.Literal(len(graph))
    assert {path.name for path in (data / "graph").iterdir()} == {
        str(path).rpartition("/")[2] for path in described.objects(None, void.dataDump)
    }
    assert yaml.safe_load((data / "CITATION.cff").read_text())["title"] == "Truce letters"
    assert (data / "ontology" / "shapes.ttl").is_file()
    assert "Truce letters" in (data / "README.md").read_text()
    (data / "README.md").write_text("changed")
    assert not bagit.Bag(str(folder)).is_valid()


def test_texts_without_an_open_licence_stay_at_home(build: Path, tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    assert run(build, "--package", str(folder)).exit_code == 0
    assert not (folder / "data" / "letters").exists()
    assert b"truce\\n\\n5 May" not in (folder / "data" / "graph" / "graph.nq").read_bytes()


def test_a_package_is_not_written_over_something(build: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with store.open_build(build) as graph, pytest.raises(UsageError, match="name a new folder"):
        package.write_package(graph, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
