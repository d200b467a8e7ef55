"""`kb extract`: what it prints, and what it does with files that are no letters."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

LETTER = """3 May 2019

Ms Ada Lund
Director of the Lakes Authority

Dear Ms Lund,

The fish are dying. We urge you to close the pipe at once.

Yours sincerely,

Lake Watch
"""


def kb(
    *arguments: str | Path, text: str | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "kb", "extract", *map(str, arguments)],
        input=None if text is None else text.encode(),
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "Lake letter.txt"
    path.write_text(LETTER, encoding="utf-8")
    return path


def test_a_record_is_one_line_and_quotes_the_text(letter: Path) -> None:
    run = kb("--format", "jsonl", letter)
    (line,) = run.stdout.decode().splitlines()
    record = json.loads(line)
    assert list(record) == [
        "letter", "path", "sha256", "language", "kind", "title", "date", "addressees", "cc", "signatories",
        "demands", "reported", "references", "warnings",
    ]  # fmt: skip
    assert (record["letter"], record["language"], record["kind"]) == ("lake-letter", "en", "letter")
    (demand,) = record["demands"]
    assert demand["quote"] == "We urge you to close the pipe at once."
    assert demand["quote"] == LETTER[demand["start"] : demand["end"]]
    assert (demand["level"], demand["force"], demand["item"]) == ("explicit", "urge", None)


def test_the_view_shows_text_and_table(letter: Path) -> None:
    shown = kb(letter).stdout.decode()
    assert "The fish are dying. We urge you to close the pipe at once." in shown
    assert "demand 1" in shown
    assert "\x1b" not in shown


def test_colour_is_used_where_it_is_wanted_only(letter: Path) -> None:
    assert b"\x1b[" in kb(letter, FORCE_COLOR="1", TERM="xterm-256color", NO_COLOR="").stdout
    plain = kb(letter, FORCE_COLOR="1", TERM="xterm-256color", NO_COLOR="1").stdout
    assert not re.search(rb"\x1b\[[0-9;]*[34][0-8][;m]", plain)


def test_standard_input_is_read(letter: Path) -> None:
    record = json.loads(kb("--format", "jsonl", "-", text=LETTER).stdout)
    assert [demand["force"] for demand in record["demands"]] == ["urge"]


def test_a_bad_file_is_told_in_one_line_and_the_others_are_shown(letter: Path, tmp_path: Path) -> None:
    run = kb("--format", "jsonl", tmp_path / "missing.txt", letter)
    assert run.returncode == 1
    assert len(run.stdout.splitlines()) == 1
    (line,) = run.stderr.decode().splitlines()
    assert "missing.txt" in line


def test_control_characters_of_a_letter_do_not_reach_the_terminal(letter: Path) -> None:
    letter.write_text(LETTER.replace("fish", "\x9b31mfish\x85\u202e"), encoding="utf-8")
    shown = kb(letter).stdout.decode()
    assert not {"\x9b", "\x85", "\u202e"} & set(shown)
    assert "fish" in shown


def test_a_closed_pipe_is_no_error(letter: Path) -> None:
    letter.write_text(LETTER + "The lake is silent now.\n" * 5000, encoding="utf-8")
    run = subprocess.run(  # noqa: S602 - the shell makes the pipe
        f"{sys.executable} -m kb extract --format jsonl '{letter}' | head -c 10",
        shell=True,
        capture_output=True,
        check=False,
    )
    assert run.stderr == b""
    assert run.stdout == b'{"letter":'
