"""Generated collections: the same from the same seed, varied, and what the truth says of them is so."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks import generate
from kb.collection import read_collection

COUNT = 300


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """A collection, and the truth about it."""
    folder = tmp_path_factory.mktemp("made")
    truth = folder.with_suffix(".jsonl")
    generate.generate(COUNT, folder, truth=truth)
    return folder, [json.loads(line) for line in truth.read_text("utf-8").splitlines()]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.txt")}


def test_the_first_letters_are_the_same_whatever_the_size(
    made: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    command = [sys.executable, generate.__file__, "40", str(tmp_path / "few")]
    subprocess.run(command, check=True, env={"PYTHONHASHSEED": "7"})
    few = files(tmp_path / "few")
    assert len(few) == 40
    assert few.items() <= files(made[0]).items()


def test_another_seed_gives_other_letters(made: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    generate.generate(40, tmp_path, seed=1)
    assert not set(files(tmp_path).values()) & set(files(made[0]).values())


def test_the_truth_is_what_stands_in_the_letters(made: tuple[Path, list[dict[str, Any]]]) -> None:
    folder, truth = made
    assert len(truth) == COUNT
    types = {type_ for language in generate.LANGUAGES for type_ in generate.PHRASES[language]["demands"]}
    for letter in truth:
        text = (folder / letter["path"]).read_text("utf-8")
        folded = " ".join(text.split())
        assert all(demand["quote"] == text[demand["start"] : demand["end"]] for demand in letter["demands"])
        assert {type_ for demand in letter["demands"] for type_ in demand["types"]} <= types
        assert all(signatory["name"] in text for signatory in letter["signatories"])
        assert all(sentence in text for sentence in letter["reported"])
        assert all(symbol[6:10] in folded for symbol in letter["references"])
        signed = [one["organisation"] for one in letter["signatories"] if one["organisation"]]
        assert len(set(signed)) == len(signed)


def test_letters_are_varied_and_of_realistic_length(made: tuple[Path, list[dict[str, Any]]]) -> None:
    folder, truth = made
    lengths = sorted(map(len, files(folder).values()))
    assert lengths[0] > 1_000
    assert 3_000 < lengths[COUNT // 2] < 10_000
    assert lengths[-1] < 20_000
    assert {letter["language"] for letter in truth} == {"en", "ar", "fr", "es"}
    assert 0 < sum(letter["date"] is None for letter in truth) < COUNT / 4
    assert len({len(letter["signatories"]) for letter in truth}) > 40
    asked = Counter(demand["same"] for letter in truth for demand in letter["demands"] if demand["same"])
    assert 3 < sum(asked.values()) / len(asked) < 30  # the same demand, letter after letter


def test_the_curators_files_are_read(made: tuple[Path, list[dict[str, Any]]]) -> None:
    folder, truth = made
    collection = read_collection(folder)
    assert not collection.problems
    assert len(collection.letters) == COUNT
    signed = {signatory["organisation"] for letter in truth for signatory in letter["signatories"]}
    assert collection.organisations
    assert sum(row.name in signed for row in collection.organisations) > len(collection.organisations) / 2
    undated = {letter["letter"] for letter in truth if letter["date"] is None}
    assert set(tomllib.loads((folder / "collection.toml").read_text("utf-8")).get("letters", {})) <= undated


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_no_two_organisations_have_one_name(language: str) -> None:
    names = [generate.organisation(language, number).name for number in range(3_000)]
    distinct = len(set(names))
    assert distinct == len(names) or distinct == generate.organisations(language)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    command = [sys.executable, generate.__file__, "1", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 2
    assert "not an empty folder" in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
