"""The graph on disk: generations, the pointer, and what readers see."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pyoxigraph
import pytest

from kb import sparql, store
from kb.errors import DataError, KbError, OutsideError, UsageError

P = pyoxigraph.NamedNode("http://example.org/p")


def publish(build: Path, *values: str, fresh: bool = False) -> None:
    """Publish a generation that says `values`, each in a graph of its own, beside what was said before."""
    lines = "".join(
        f'<http://example.org/{v}> <{P.value}> "{v}" <http://example.org/graph/{v}> .\n' for v in values
    )
    source = build.parent / "statements.nq"
    source.write_text(lines, encoding="utf-8")
    with store.writing(build):
        draft = store.begin(build, fresh)
        draft.load(source)
        draft.publish()


def select(graph: store.Store, text: str, **parameters: sparql.Term) -> list[str]:
    rows = graph.query(text, parameters)
    assert isinstance(rows, pyoxigraph.QuerySolutions)
    return [row["s"].value for row in rows]


def values(build: Path) -> set[str]:
    with store.open_build(build) as graph:
        return {name.rpartition("/")[2] for name in select(graph, "SELECT ?s { ?s ?p ?o }")}


def test_default_graph_is_the_union(tmp_path: Path) -> None:
    publish(tmp_path / "b", "one", "two")
    assert values(tmp_path / "b") == {"one", "two"}
    with store.open_build(tmp_path / "b") as graph:
        assert [name.value for name in graph.graphs()] == [
            "http://example.org/graph/one",
            "http://example.org/graph/two",
        ]
        assert [quad.object for quad in graph.quads("http://example.org/graph/two")] == [
            pyoxigraph.Literal("two")
        ]
        assert len(list(graph.quads())) == len(graph) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="there the store does not ask how many files it may open")
def test_a_draft_holds_few_files_open_and_the_program_as_many_as_before(tmp_path: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    publish(tmp_path / "b", "one")
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before
    (options,) = (tmp_path / "b" / "generations" / "000001" / "graph").glob("OPTIONS-*")
    (told,) = re.findall(r"max_open_files=(\d+)", options.read_text())
    assert int(told) <= store.FILES


def test_parameters_are_bound_as_terms(tmp_path: Path) -> None:
    publish(tmp_path / "b", "one", "two")
    with store.open_build(tmp_path / "b") as graph:
        two, injected = pyoxigraph.Literal("two"), pyoxigraph.Literal('two" } UNION { ?s ?p ?x } #')
        assert select(graph, "SELECT ?s { ?s ?p ?o }", o=two) == ["http://example.org/two"]
        assert select(graph, "SELECT ?s { ?s ?p ?o }", o=injected) == []
        with pytest.raises(UsageError, match=r"\?o"):
            select(graph, "SELECT ?s ?o { ?s ?p ?o }", o=two)


def test_readers_keep_the_generation_they_opened(tmp_path: Path) -> None:
    build = tmp_path / "b"
    publish(build, "one")
    with store.open_build(build) as before:
        publish(build, "two")
        publish(build, "three")
        assert select(before, "SELECT ?s { ?s ?p ?o }") == ["http://example.org/one"]
        assert values(build) == {"one", "two", "three"}
        assert before.folder is not None
        assert before.folder.is_dir()
    publish(build, "four")
    assert len(list((build / "generations").iterdir())) == 1, "generations nobody reads are removed"


def test_a_draft_never_published_is_never_seen(tmp_path: Path) -> None:
    build = tmp_path / "b"
    publish(build, "one")
    with store.writing(build):
        draft = store.begin(build)
        draft.remove_graph("http://example.org/graph/one")
        del draft
    assert values(build) == {"one"}
    assert store.intact(store.generation(build) or tmp_path)
    publish(build, "two")
    assert values(build) == {"one", "two"}
    assert len(list((build / "generations").iterdir())) == 1


def test_fresh_draft_starts_empty(tmp_path: Path) -> None:
    publish(tmp_path / "b", "one")
    publish(tmp_path / "b", "two", fresh=True)
    assert values(tmp_path / "b") == {"two"}


def test_no_build_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="kb build"):
        store.open_build(tmp_path / "nowhere")


def test_build_of_another_version(tmp_path: Path) -> None:
    build = tmp_path / "b"
    publish(build, "one")
    folder = store.generation(build)
    assert folder is not None
    (folder / "manifest.json").write_text('{"format": 0, "files": {}}', encoding="utf-8")
    assert not store.intact(folder)
    with pytest.raises(UsageError, match="another version"):
        store.open_build(build)


@pytest.mark.parametrize("damage", ["truncated", "changed", "missing", "manifest"])
def test_damage_is_noticed(tmp_path: Path, damage: str) -> None:
    build = tmp_path / "b"
    publish(build, *[f"value-{n}" for n in range(500)])
    folder = store.generation(build)
    assert folder is not None
    assert store.intact(folder)
    largest = max((folder / "graph").glob("*.sst"), key=lambda path: path.stat().st_size)
    if damage == "truncated":
        os.truncate(largest, largest.stat().st_size // 2)
    elif damage == "changed":
        data = bytearray(largest.read_bytes())
        data[len(data) // 3] ^= 0xFF
        largest.write_bytes(data)
    elif damage == "missing":
        largest.unlink()
    else:
        (folder / "manifest.json").write_text("{", encoding="utf-8")
    assert not store.intact(folder)


def test_a_copied_build_is_intact(tmp_path: Path) -> None:
    publish(tmp_path / "b", "one")
    shutil.copytree(tmp_path / "b", tmp_path / "c", copy_function=shutil.copy)
    assert store.intact(store.generation(tmp_path / "c") or tmp_path)
    assert values(tmp_path / "c") == {"one"}


def test_unreadable_pointer_is_no_build(tmp_path: Path) -> None:
    publish(tmp_path / "b", "one")
    (tmp_path / "b" / "current").write_text("../../etc", encoding="utf-8")
    with pytest.raises(UsageError):
        store.open_build(tmp_path / "b")


def test_damaged_graph_is_one_clear_line(tmp_path: Path) -> None:
    build = tmp_path / "b"
    publish(build, "one")
    folder = store.generation(build)
    assert folder is not None
    (folder / "graph" / "CURRENT").write_text("nonsense", encoding="utf-8")
    with pytest.raises(DataError, match="kb build") as caught:
        store.open_build(build)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_no_build_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("Dear", encoding="utf-8")
    with pytest.raises(UsageError, match="not a build folder"), store.writing(tmp_path / "letters"):
        pass
    with pytest.raises(UsageError, match="is a file"), store.writing(tmp_path / "letters" / "a.txt"):
        pass
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["a.txt"]


def test_second_writer_waits_and_says_so(tmp_path: Path) -> None:
    build = tmp_path / "b"
    told: list[str] = []
    with store.writing(build):
        with (
            pytest.raises(OutsideError, match="another build"),
            store.writing(build, lambda: told.append("waiting"), patience=0.2),
        ):
            pass
        done = threading.Event()

        def second() -> None:
            with store.writing(build, lambda: told.append("waiting")):
                done.set()

        thread = threading.Thread(target=second)
        thread.start()
        assert not done.wait(0.2)
    thread.join(5)
    assert done.is_set()
    assert told == ["waiting", "waiting"]


def test_lock_of_a_killed_writer_is_free(tmp_path: Path) -> None:
    code = (
        "import os, sys, pathlib\nfrom kb import store\n"
        "with store.writing(pathlib.Path(sys.argv[1])):\n    os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "b")], check=False)
    with store.writing(tmp_path / "b", patience=0):
        pass


def test_parse_error_has_line_and_column() -> None:
    with pytest.raises(UsageError) as caught:
        store.in_memory().query("SELECT ?s {\n  ?s ?p }")
    assert (caught.value.line, caught.value.column) == (2, 9)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { service silent <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * {# SERVICE\n SERVICE ?x { ?s ?p ?o } }",
        "SELECT * { \\u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { FILTER(?a<?b)SERVICE<http://127.0.0.1:9/>{ ?s ?p ?o } }",
        'SELECT * { FILTER("\\\\"="")SERVICE<http://127.0.0.1:9/>{ ?s ?p ?o } }',
        'SELECT * { ?s ?p \'\'\'a\'\'\',"""b\\""""""; ?q \'c\' SERVICE<http://127.0.0.1:9/>{ ?s ?p ?o } }',
    ],
)
def test_service_is_refused(query: str) -> None:
    with pytest.raises(KbError):
        store.in_memory().query(query)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?service ?p "the SERVICE industry" } # SERVICE',
        "PREFIX service: <http://example.org/SERVICE#> SELECT * { ?s service:SERVICE ?service }",
        "SELECT * { ?s ?p '''SERVICE ' SERVICE''' FILTER(1 < 2 && 3 > 1) }",
    ],
)
def test_the_word_service_is_no_call(query: str) -> None:
    store.in_memory().query(query)
