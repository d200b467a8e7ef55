"""The frame of the command: wrong usage, errors, closed pipes, start-up."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import click
import pytest
from click.testing import CliRunner

from kb import cli
from kb.errors import DataError, OutsideError, UsageError


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kb", *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("raised", "status"),
    [
        (DataError("no text in it", "a.txt", 3), 1),
        (UsageError("no such query"), 2),
        (OutsideError("can't be reached"), 3),
        (OSError(28, "No space left on device", "x/y"), 3),
    ],
)
def test_an_error_is_one_line_and_a_status(raised: Exception, status: int) -> None:
    group = type(cli.main)("kb")

    @group.command()
    def fail() -> None:
        raise raised

    result = CliRunner().invoke(group, ["fail"])
    assert result.exit_code == status
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("kb: ")
    assert result.stdout == ""


def test_what_a_command_returns_is_the_exit_status() -> None:
    group = type(cli.main)("kb")
    group.add_command(click.Command("violations", callback=lambda: 1))
    group.add_command(click.Command("fine", callback=lambda: None))
    assert CliRunner().invoke(group, ["violations"]).exit_code == 1
    assert CliRunner().invoke(group, ["fine"]).exit_code == 0


def test_unknown_command_suggests_the_one_that_was_meant() -> None:
    group = type(cli.main)("kb")
    group.add_command(click.Command("build"))
    result = CliRunner().invoke(group, ["biuld"])
    assert result.exit_code == 2
    assert "did you mean `kb build`?" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_unknown_option_is_one_line() -> None:
    done = run("build", "--nonsense")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_closed_pipe_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _PRINTS_FOREVER], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(20) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def test_interrupt_is_130() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _PRINTS_FOREVER], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in told


_PRINTS_FOREVER = """
from kb import cli
@cli.main.command()
def forever():
    while True:
        cli.click.echo("line")
cli.main(["forever"])
"""


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom kb.cli import main\n"
        "CliRunner().invoke(main, ['--help'])\n"
        "heavy = {'rdflib', 'pyshacl', 'pyoxigraph', 'rich', 'jinja2', 'rapidfuzz', 'sqlite3', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
