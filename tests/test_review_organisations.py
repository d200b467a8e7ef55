"""`kb review organisations`: in a real terminal, as a table, and as a spreadsheet that is filled in."""

from __future__ import annotations

import csv
import datetime
import io
import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kb.build import build
from kb.cli import main

pty = pytest.importorskip("pty", reason="needs a system with pseudo-terminals")

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
LETTER = """Open letter to the Secretary-General of the United Nations

{date}

H.E. Mr. António Guterres
Secretary-General
United Nations

Your Excellency,

We call on you to send observers to the river valley.

Signatories:
{names}
"""
FIRST = ["Harbour Watch", "Valley Teachers Association", "Nahwa Foundation", "Sowt Media Team"]
SECOND = [
    "Nahwa Foundation, Kenya",
    "Free Valley Teachers Association",
    "Harbour Watch",
    "Quiet River Society",
]


COMMAND = [sys.executable, "-m", "kb", "review", "organisations"]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    folder.mkdir()
    for number, (date, names) in enumerate((("3 May 2019", FIRST), ("7 June 2020", SECOND)), 1):
        text = LETTER.format(date=date, names="\n".join(f"{i}. {name}" for i, name in enumerate(names, 1)))
        (folder / f"letter-{number}.txt").write_text(text)
    build(folder, tmp_path / "build", jobs=1)
    return tmp_path


def rows(built: Path) -> list[dict[str, str]]:
    path = built / "letters" / "review.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def run(built: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "kb",
        "review",
        "organisations",
        "--build",
        str(built / "build"),
        *arguments,
    ]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)


class Terminal:
    """The command in a terminal of its own."""

    def __init__(self, built: Path, *arguments: str) -> None:
        self.screen = ""
        command = [*COMMAND, "--build", str(built / "build"), *arguments]
        self.process, self.handle = pty.fork()
        if self.process == 0:  # the command itself
            environment = {**os.environ, "TERM": "xterm", "COLUMNS": "200", "GIT_CONFIG_GLOBAL": os.devnull}
            os.execve(sys.executable, command, environment)  # noqa: S606 - no shell is wanted

    def wait_for(self, text: str, times: int = 1) -> None:
        """Read the screen until a text stands there so many times."""
        until = time.monotonic() + 20
        while self.screen.count(text) < times:
            ready, _, _ = select.select([self.handle], [], [], max(0.0, until - time.monotonic()))
            assert ready, f"{text!r} did not come up in:\n{self.screen}"
            try:
                self.screen = _STYLE.sub("", self.screen + os.read(self.handle, 65536).decode())
            except OSError:  # the other end is closed
                assert self.screen.count(text) >= times, self.screen
                return

    def press(self, keys: str) -> None:
        """Send keys."""
        os.write(self.handle, keys.encode())

    def leave(self) -> int:
        """Wait until the command says good-bye; gives its exit status."""
        self.wait_for("`kb build` obeys")
        _, status = os.waitpid(self.process, 0)
        os.close(self.handle)
        return os.waitstatus_to_exitcode(status)


def test_each_pair_takes_one_key(built: Path) -> None:
    terminal = Terminal(built, "--by", "Rana")
    terminal.wait_for("quit", 1)
    assert "Valley Teachers Association" in terminal.screen
    assert "the same but for “free”" in terminal.screen
    assert "after “Harbour Watch”, before “Nahwa Foundation”" in terminal.screen
    assert "2019-05-03" in terminal.screen
    terminal.press("s")
    terminal.wait_for("quit", 2)
    assert [(row["decision"], row["by"]) for row in rows(built)] == [("same", "Rana")]
    terminal.press("x\x1b[D")  # no answers: a letter that means nothing, and the arrow to the left
    terminal.press("d")
    assert terminal.leave() == 0
    assert "2 answers written" in terminal.screen
    today = datetime.date.today().isoformat()
    assert [(row["what"], row["decision"], row["value"], row["when"]) for row in rows(built)] == [
        ("Free Valley Teachers Association", "same", "Valley Teachers Association", today),
        ("Nahwa Foundation", "different", "Nahwa Foundation, Kenya", today),
    ]


def test_an_answer_is_taken_back(built: Path) -> None:
    terminal = Terminal(built, "--by", "Rana")
    terminal.wait_for("quit", 1)
    terminal.press("s")
    terminal.wait_for("quit", 2)
    terminal.press("z")
    terminal.wait_for("taken back")
    terminal.wait_for("quit", 3)
    assert rows(built) == []
    terminal.press("u")
    terminal.wait_for("quit", 4)
    terminal.press("q")
    assert terminal.leave() == 0
    assert [row["decision"] for row in rows(built)] == ["unsure"]


def test_who_decides_is_asked_once(built: Path) -> None:
    terminal = Terminal(built)
    terminal.wait_for("Your name")
    terminal.press("Nadia Example\n")
    terminal.wait_for("quit")
    terminal.press("u")
    terminal.wait_for("quit", 2)
    terminal.press("\x03")
    assert terminal.leave() == 0
    assert [row["by"] for row in rows(built)] == ["Nadia Example"]


def test_the_next_build_obeys_and_the_pair_is_not_asked_again(built: Path) -> None:
    terminal = Terminal(built, "--by", "Rana")
    terminal.wait_for("quit")
    terminal.press("s")
    terminal.wait_for("quit", 2)
    terminal.press("q")
    terminal.leave()
    assert "Free Valley" not in run(built).stdout  # not even before the next build
    summary = build(built / "letters", built / "build", jobs=1)
    assert summary.problems == []
    assert "Free Valley" not in run(built).stdout
    asked = [sys.executable, "-m", "kb", "query", "possible-duplicates", "--format", "csv"]
    told = subprocess.run(
        [*asked, "--build", str(built / "build")], capture_output=True, text=True, check=True
    ).stdout
    assert [row["name"] for row in csv.DictReader(io.StringIO(told))] == ["Nahwa Foundation"]


def test_without_a_terminal_the_pairs_are_printed(built: Path) -> None:
    done = run(built)
    assert done.returncode == 0, done.stderr
    assert "Nahwa Foundation, Kenya (1 letter)" in done.stdout
    assert "the same but for “kenya”" in done.stdout


def test_a_spreadsheet_is_filled_in_and_handed_back(built: Path) -> None:
    sheet = built / "pairs.csv"
    sheet.write_text(run(built, "--format", "csv").stdout, encoding="utf-8")
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        pairs = list(csv.DictReader(file))
    assert [pair["what"] for pair in pairs] == ["Free Valley Teachers Association", "Nahwa Foundation"]
    pairs[1] |= {"decision": "different", "why": "another country"}
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, pairs[0])
        writer.writeheader()
        writer.writerows(pairs)
    done = run(built, "--answers", str(sheet), "--by", "Rana")
    assert done.returncode == 0, done.stderr
    (row,) = rows(built)
    assert (row["what"], row["decision"], row["by"], row["why"]) == (
        "Nahwa Foundation", "different", "Rana", "another country",
    )  # fmt: skip
    again = run(built, "--answers", str(sheet), "--by", "Rana")
    assert again.returncode == 1
    assert "pairs.csv:3" in again.stderr


def test_a_wrong_answer_is_told_by_line_and_nothing_is_written(built: Path) -> None:
    sheet = built / "pairs.csv"
    sheet.write_text("what,decision,value\nNahwa Foundation,different,Harbour Watch\nA,perhaps,B\n")
    done = run(built, "--answers", str(sheet), "--by", "Rana")
    assert done.returncode == 1
    assert "pairs.csv:3" in done.stderr
    assert "same, different or unsure" in done.stderr
    assert rows(built) == []


def test_an_answer_against_earlier_ones_is_not_written(built: Path) -> None:
    (built / "letters" / "review.csv").write_text(
        "what,letter,decision,value,by,when,why\n"
        "Nahwa Foundation,,same,Harbour Watch,Rana,2021-01-01,\n"
        'Harbour Watch,,different,"Nahwa Foundation, Kenya",Rana,2021-01-02,\n'
    )
    sheet = built / "pairs.csv"
    sheet.write_text('what,decision,value\nNahwa Foundation,same,"Nahwa Foundation, Kenya"\n')
    done = run(built, "--answers", str(sheet), "--by", "Rana")
    assert done.returncode == 1
    assert "review.csv:3" in done.stderr
    assert len(rows(built)) == 2


def test_the_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["review", "organisations", "--help"])
    assert "kb review organisations --format csv" in capsys.readouterr().out
