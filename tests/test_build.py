"""The whole way for a whole collection: only what changed, all or nothing, and whatever breaks."""

from __future__ import annotations

import io
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb import store
from kb.build import Summary
from kb.build import build as run_build
from kb.collection import Decision, append_decision
from kb.errors import DataError, OutsideError, UsageError
from kb.export import export
from kb.state import State

REQUESTS = (
    "release all detained nurses without delay",
    "open the road to Marren for food convoys",
    "publish the findings of the inquiry into the attack on the clinic",
    "extend the truce in the northern valleys",
)
NAMES = ("Union of Nurses", "The Union of Nurses", "League of Bakers", "River Women's Network", "RWN")


def text(year: int, requests: tuple[int, ...] = (0, 1), names: tuple[int, ...] = (0, 2)) -> str:
    """A small letter."""
    demands = "\n".join(f"{n}. To {REQUESTS[r]}." for n, r in enumerate(requests, 1))
    signed = "\n".join(f"{n}. {NAMES[name]}" for n, name in enumerate(names, 1))
    return (
        f"{year}-03-01\n\nTo the Secretary-General of the United Nations\n\nDear Secretary-General,\n\n"
        f"We, the undersigned organisations, call on you:\n\n{demands}\n\nSincerely,\n\n"
        f"Signatories:\n\n{signed}\n"
    )


def collection(folder: Path, **letters: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in letters.items():
        (folder / f"{name}.txt").write_text(content, encoding="utf-8")
    return folder


def lines(build: Path) -> list[str]:
    """The graph as canonical N-Quads: it has no blank nodes, so its sorted lines are. Exports say the same."""
    output = io.BytesIO()
    with store.open_build(build) as graph:
        found = sorted(str(quad) for quad in graph.quads())
        assert len({quad.triple for quad in graph.quads()}) == len(found), "a statement is in two graphs"
        export(graph, "nquads", output)
    assert sorted(map(str, pyoxigraph.parse(output.getvalue(), pyoxigraph.RdfFormat.N_QUADS))) == found
    assert not any("_:" in line.partition('"')[0] for line in found)
    return found


def make(folder: Path, build: Path, **options: object) -> Summary:
    return run_build(folder, build, jobs=1, **options)  # type: ignore[arg-type]


def letters(build: Path) -> set[str]:
    with store.open_build(build) as graph:
        return {name.value.rpartition("/letter/")[2] for name in graph.graphs() if "/letter/" in name.value}


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file and folder with its time and size."""
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in [folder, *folder.rglob("*")]
    }


# Only what changed


def test_only_what_changed_is_read_again(tmp_path: Path) -> None:
    folder, build = collection(tmp_path / "c", a=text(2018), b=text(2019), c=text(2020)), tmp_path / "b"
    first = make(folder, build)
    assert (first.added, first.changed, first.removed) == (["a", "b", "c"], [], [])
    assert first.totals["letters"] == 3
    assert first.totals["explicit"] == 6
    (folder / "b.txt").write_text(text(2019, (2, 3)), encoding="utf-8")
    (folder / "c.txt").unlink()
    collection(folder, d=text(2021))
    second = make(folder, build)
    assert (second.added, second.changed, second.removed) == (["d"], ["b"], ["c"])
    assert letters(build) == {"a", "b", "d"}
    make(folder, tmp_path / "full")
    assert lines(build) == lines(tmp_path / "full")


def test_what_several_letters_say_is_said_once(tmp_path: Path) -> None:
    one, other = (text(year).replace("Secretary-General of", "Harbour Group of", 1) for year in (2018, 2019))
    folder, build = collection(tmp_path / "c", a=one, b=other), tmp_path / "b"
    (folder / "review.csv").write_text(
        f"what,letter,decision,value,by,when,why\nTo {REQUESTS[0]}.,a,accept,,Ana,2024-01-01T10:00,\n"
        f"To {REQUESTS[0]}.,b,accept,,Ana,2024-01-01T10:00,\n",
        encoding="utf-8",
    )
    make(folder, build)
    counted = (
        "SELECT (COUNT(?name) AS ?all) (COUNT(DISTINCT ?name) AS ?apart) "
        "{ ?x <http://www.w3.org/2000/01/rdf-schema#label>|<http://xmlns.com/foaf/0.1/name> ?name . "
        'FILTER(STRSTARTS(STR(?name), "Ana") || STRSTARTS(STR(?name), "Harbour")) }'
    )

    def counts() -> list[str]:
        with store.open_build(build) as graph:
            return [value.value for value in next(graph.query(counted))]  # type: ignore[arg-type]

    assert counts() == ["2", "2"]
    (folder / "a.txt").unlink()
    make(folder, build)
    assert counts() == ["2", "2"]  # the other letter still says it
    (folder / "b.txt").write_text(text(2019), encoding="utf-8")
    (folder / "review.csv").unlink()
    make(folder, build)
    assert counts() == ["0", "0"]
    make(folder, tmp_path / "full")
    assert lines(build) == lines(tmp_path / "full")


def test_nothing_changed_writes_nothing(tmp_path: Path) -> None:
    folder, build = collection(tmp_path / "c", a=text(2018), b=text(2019)), tmp_path / "b"
    make(folder, build)
    before = snapshot(build)
    os.utime(folder / "a.txt")
    again = make(folder, build)
    assert not again.published
    assert again.totals["letters"] == 2
    assert snapshot(build) == before


def test_a_change_that_leaves_size_and_time_is_seen(tmp_path: Path) -> None:
    folder, build = collection(tmp_path / "c", a=text(2018)), tmp_path / "b"
    make(folder, build)
    status = (folder / "a.txt").stat()
    (folder / "a.txt").write_text(text(2019), encoding="utf-8")
    os.utime(folder / "a.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert make(folder, build).changed == ["a"]


def test_a_decision_changes_only_its_letter(tmp_path: Path) -> None:
    folder, build = collection(tmp_path / "c", a=text(2018), b=text(2019)), tmp_path / "b"
    make(folder, build)
    quote = f"To {REQUESTS[0]}."
    append_decision(folder, Decision(quote, "a", "reject", "", "Ana", "2024-01-01"))
    assert make(folder, build).changed == ["a"]
    with store.open_build(build) as graph:
        rows = graph.query("SELECT ?l { ?l <https://w3id.org/demandkb/ns#makesDemand> ?d }")
        assert isinstance(rows, pyoxigraph.QuerySolutions)
        made = sorted(str(row["l"]) for row in rows)
    assert [letter[-2] for letter in made] == ["a", "b", "b"]


def test_another_program_rebuilds_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, build = collection(tmp_path / "c", a=text(2018)), tmp_path / "b"
    make(folder, build)
    monkeypatch.setattr("kb.build.__version__", "99")
    again = make(folder, build)
    assert "changed" in again.rebuilt
    assert again.published


def test_another_base_address(tmp_path: Path) -> None:
    folder, build = collection(tmp_path / "c", a=text(2018)), tmp_path / "b"
    make(folder, build)
    (folder / "collection.toml").write_text('base = "https://example.org/kb/"\n', encoding="utf-8")
    make(folder, build)
    with store.open_build(build) as graph:
        names = [name.value for name in graph.graphs()]
    assert "https://example.org/kb/letter/a" in names
    assert not any("demandkb/id/" in name for name in names)


_letter = st.tuples(
    st.integers(2015, 2020),
    st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True).map(tuple),
    st.lists(st.integers(0, 4), max_size=3, unique=True).map(tuple),
)
_name = st.sampled_from("abcde")
_operations = st.one_of(
    st.tuples(st.just("write"), _name, _letter),
    st.tuples(st.just("remove"), _name),
    st.tuples(st.just("decide"), _name, st.integers(0, 3), st.sampled_from(["accept", "reject"])),
    st.tuples(st.just("judge"), st.integers(0, 4), st.integers(0, 4), st.sampled_from(["same", "different"])),
    st.tuples(st.just("alias"), st.integers(0, 4), st.integers(0, 4)),
    st.tuples(st.just("note"), _name, st.integers(2010, 2014)),
    st.tuples(st.just("build")),
)


def change(folder: Path, operation: tuple[object, ...], number: int) -> None:
    """Do one random edit."""
    match operation:
        case ("write", str(name), (int(year), tuple(requests), tuple(names))):
            collection(folder, **{name: text(year, requests, names)})
        case ("remove", str(name)):
            (folder / f"{name}.txt").unlink(missing_ok=True)
        case ("decide", str(name), int(request), str(verdict)):
            row = Decision(f"To {REQUESTS[request]}.", name, verdict, "", "Ana", f"2024-01-01T10:{number:02}")  # type: ignore[arg-type]
            append_decision(folder, row)
        case ("judge", int(one), int(other), str(verdict)):
            row = Decision(NAMES[one], "", verdict, NAMES[other], "Ana", f"2024-01-01T10:{number:02}")  # type: ignore[arg-type]
            append_decision(folder, row)
        case ("alias", int(one), int(other)):
            (folder / "organisations.csv").write_text(
                f"name,aliases\n{NAMES[one]},{NAMES[other]}\n", encoding="utf-8"
            )
        case ("note", str(name), int(year)):
            (folder / "collection.toml").write_text(
                f'[letters.{name}]\ndate = "{year}-05"\n', encoding="utf-8"
            )


@settings(
    max_examples=int(os.environ.get("KB_EXAMPLES", "4")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.lists(_operations, min_size=3, max_size=14))
def test_incremental_equals_full(
    tmp_path_factory: pytest.TempPathFactory, operations: list[tuple[object, ...]]
) -> None:
    here = tmp_path_factory.mktemp("random")
    folder = collection(here / "c", a=text(2018), b=text(2019, (1, 2), (1, 3)))
    make(folder, here / "step")
    for number, operation in enumerate(operations):
        if operation == ("build",):
            make(folder, here / "step")
        else:
            change(folder, operation, number)
    step = make(folder, here / "step")
    full = make(folder, here / "full")
    assert lines(here / "step") == lines(here / "full")
    assert (step.totals, step.problems) == (full.totals, full.problems)
    assert not make(folder, here / "step").published
    shutil.rmtree(here)


def test_result_does_not_depend_on_hash_seed_jobs_or_file_order(tmp_path: Path) -> None:
    content = {name: text(2015 + n, (n % 4, 3), (n % 5, 2)) for n, name in enumerate("abcdefg")}
    collection(tmp_path / "one", **content)
    collection(tmp_path / "two", **dict(reversed(content.items())))
    for name, seed, jobs in (("one", "1", "1"), ("two", "2", "2")):
        subprocess.run(
            [sys.executable, "-m", "kb", "build", tmp_path / name, "-o", tmp_path / f"{name}-b", "-j", jobs],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
    assert lines(tmp_path / "one-b") == lines(tmp_path / "two-b")


# Letters that can't be read


def test_a_letter_that_cant_be_read_is_told_and_the_others_are_built(tmp_path: Path) -> None:
    folder, build = collection(tmp_path / "c", a=text(2018), empty=""), tmp_path / "b"
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 20)
    summary = make(folder, build)
    assert letters(build) == {"a"}
    assert summary.aside == ["binary", "empty"]
    assert [line.split(":")[0] for line in summary.problems] == [
        str(folder / "binary.txt"),
        str(folder / "empty.txt"),
    ]
    again = make(folder, build)
    assert not again.published, "what can't be read is not tried again until it changes"
    assert again.problems == summary.problems
    (folder / "empty.txt").write_text(text(2020), encoding="utf-8")
    assert make(folder, build).added == ["empty"]


def test_what_was_read_before_is_kept_and_told(tmp_path: Path) -> None:
    folder, build = collection(tmp_path / "c", a=text(2018), b=text(2019)), tmp_path / "b"
    make(folder, build)
    before = lines(build)
    (folder / "a.txt").write_bytes(b"")
    summary = make(folder, build)
    assert lines(build) == before
    assert summary.aside == ["a"]
    assert "is kept" in summary.problems[0]
    (folder / "a.txt").write_text(text(2018), encoding="utf-8")
    assert make(folder, build).problems == []
    assert lines(build) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    folder, build = collection(tmp_path / "c", a=text(2018), b=text(2019)), tmp_path / "b"
    make(folder, build)
    (folder / "a.txt").write_text(text(2020), encoding="utf-8")
    (folder / "a.txt").chmod(0)
    summary = make(folder, build)
    assert "Permission denied" in summary.problems[0]
    assert letters(build) == {"a", "b"}
    assert not make(folder, build).published
    (folder / "a.txt").chmod(0o644)
    assert make(folder, build).changed == ["a"]


_FAULTY = """
import os, sys, time
from kb import extraction
plain = extraction.extract
def extract(document):
    if "crash" in document.path.name:
        os.kill(os.getpid(), 9)
    if "hang" in document.path.name:
        while True:
            time.sleep(1)
    if "fail" in document.path.name:
        raise ValueError("no such\\nluck")
    return plain(document)
extraction.extract = extract
"""


def test_a_letter_that_crashes_or_hangs_its_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(_FAULTY, encoding="utf-8")
    names = ["a", "b-crash", "c", "d-hang", "e", "f-fail", "g"]
    folder = collection(tmp_path / "c", **{name: text(2018) for name in names})
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "kb",
            "build",
            folder,
            "-o",
            tmp_path / "b",
            "--time-limit",
            "8",
            "--jobs",
            "2",
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{tmp_path / 'site'}:{Path.cwd()}"},
    )
    assert done.returncode == 1
    told = [line for line in done.stderr.splitlines() if line.startswith("kb: ")]
    assert [line.split(": ")[2] for line in told] == [
        "reading it made the program crash",
        "reading it took longer than 8 seconds",
        "the program failed on it (ValueError",
    ]
    assert "Traceback" not in done.stderr
    assert letters(tmp_path / "b") == {"a", "c", "e", "g"}


# Whatever breaks


def test_a_damaged_build_is_noticed_and_made_again(tmp_path: Path) -> None:
    folder, build = collection(tmp_path / "c", a=text(2018)), tmp_path / "b"
    make(folder, build)
    before = lines(build)
    current = store.generation(build)
    assert current is not None
    for path in (current / "graph").glob("*.sst"):
        path.write_bytes(b"nonsense")
    summary = make(folder, build)
    assert "damaged" in summary.rebuilt
    assert lines(build) == before


def test_the_collection_is_never_written_to(tmp_path: Path) -> None:
    folder = collection(tmp_path / "c", a=text(2018), bad="")
    before = snapshot(folder)
    make(folder, tmp_path / "b")
    assert snapshot(folder) == before


def test_building_inside_the_collection(tmp_path: Path) -> None:
    folder = collection(tmp_path / "c", a=text(2018))
    make(folder, folder / "build")
    assert not make(folder, folder / "build").published


def test_a_folder_that_is_no_build_is_refused(tmp_path: Path) -> None:
    folder = collection(tmp_path / "c", a=text(2018))
    with pytest.raises(UsageError, match="not a build folder"):
        make(folder, folder)
    with pytest.raises(UsageError, match="no such folder"):
        make(tmp_path / "nowhere", tmp_path / "b")


def test_a_broken_curators_file_leaves_the_build_as_it_was(tmp_path: Path) -> None:
    folder, build = collection(tmp_path / "c", a=text(2018)), tmp_path / "b"
    make(folder, build)
    before = lines(build)
    (folder / "review.csv").write_text('what,decision,by,when\n"open', encoding="utf-8")
    with pytest.raises(DataError, match=r"review\.csv:2"):
        make(folder, build)
    assert lines(build) == before


def test_two_builds_at_once(tmp_path: Path) -> None:
    folder = collection(tmp_path / "c", **{f"l{n}": text(2018) for n in range(10)})
    command = [sys.executable, "-m", "kb", "build", str(folder), "-o", str(tmp_path / "b"), "--jobs", "1"]
    pair = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate(timeout=60)[1] for process in pair]
    assert [process.returncode for process in pair] == [0, 0]
    assert sum("another build is writing here" in each for each in told) == 1
    assert sum("Nothing changed" in each for each in told) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
def test_killed_at_any_moment(tmp_path: Path) -> None:
    folder, build = (
        collection(tmp_path / "c", **{f"l{n}": text(2018, (n % 4,)) for n in range(6)}),
        tmp_path / "b",
    )
    full = tmp_path / "full"
    make(folder, build)
    kill_and_check(folder, build, full, times=int(os.environ.get("KB_KILLS", "4")))


def kill_and_check(folder: Path, build: Path, full: Path, times: int) -> None:
    """Change letters and kill the build at random moments: readers see the old graph or the new one."""
    dice = random.Random(7)  # noqa: S311  # no secret
    command = [sys.executable, "-m", "kb", "build", str(folder), "-o", str(build), "--jobs", "1"]
    for number in range(times):
        before = lines(build)
        name = f"l{dice.randrange(6)}"
        collection(folder, **{name: text(2000 + number, (number % 4, (number + 1) % 4))})
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            process.wait(dice.uniform(0.05, 1.6))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        after = lines(build)
        make(folder, full)
        assert after in (before, lines(full))
    make(folder, build)
    assert lines(build) == lines(full)
    assert len(list((build / "generations").iterdir())) == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes, where the system lets us make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if mount is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip(f"no small disk here: {done.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=False)  # noqa: S607  # what mounted it


def kb(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-m", "kb", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def refused(folder: Path, build: Path, why: str) -> None:
    """A build can't be written, says why in one line, and leaves what was there."""
    before = lines(build)
    done = kb("build", folder, "-o", build)
    assert done.returncode == 3
    assert why in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert lines(build) == before


def test_a_full_disk(tmp_path: Path, small_disk: Path) -> None:
    folder = collection(tmp_path / "c", a=text(2018))
    build = small_disk / "b"
    make(folder, build)
    collection(folder, b=text(2019))
    (small_disk / "filler").write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 300_000))
    refused(folder, build, "No space left")
    (small_disk / "filler").unlink()
    make(folder, build)
    assert letters(build) == {"a", "b"}


def test_tables_that_find_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, build = collection(tmp_path / "c", a=text(2018)), tmp_path / "b"
    make(folder, build)
    collection(folder, b=text(2019))

    def settle(_: State) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(State, "settle", settle)
    with pytest.raises(OutsideError, match="can't be written: database or disk is full"):
        make(folder, build)
    assert letters(build) == {"a"}


def test_a_disk_that_became_read_only(tmp_path: Path, small_disk: Path) -> None:
    folder = collection(tmp_path / "c", a=text(2018))
    build = small_disk / "b"
    make(folder, build)
    before = lines(build)
    collection(folder, b=text(2019))
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)  # noqa: S607  # what mounted it
    refused(folder, build, "Read-only file system")
    for question in (["query", "letters"], ["validate"], ["export"]):
        answer = kb(*question, "--build", build)
        assert answer.returncode == 0, answer.stderr
        assert answer.stdout
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)  # noqa: S607  # what mounted it
    assert lines(build) == before
    make(folder, build)
    assert letters(build) == {"a", "b"}


def test_a_folder_that_cant_be_written(tmp_path: Path) -> None:
    folder = collection(tmp_path / "c", a=text(2018))
    with pytest.raises(OutsideError, match="can't be written"):
        make(folder, Path("/proc/no-such-place/b"))


def test_the_second_run_is_quick(tmp_path: Path) -> None:
    folder, build = collection(tmp_path / "c", **{f"l{n}": text(2018) for n in range(40)}), tmp_path / "b"
    make(folder, build)
    began = time.process_time()
    make(folder, build)
    assert time.process_time() - began < 1
