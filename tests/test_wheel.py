"""The wheel works outside the checkout: ontology, shapes, queries, words and templates travel in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, cwd: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT, cwd=folder)
    [made] = folder.glob("*.whl")
    return made


def test_the_wheel_holds_what_the_program_needs(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("ontology", "queries"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                assert f"kb/{path.relative_to(ROOT).as_posix()}" in names
    kept = {path.relative_to(ROOT).as_posix() for path in (ROOT / "kb").rglob("*") if path.is_file()}
    assert {name for name in kept if "__pycache__" not in name} <= names


def test_the_wheel_builds_and_answers_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", "env", cwd=tmp_path)
    python = tmp_path / "env" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=tmp_path)
    shutil.copytree(ROOT / "seeds", tmp_path / "letters")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    kb = tmp_path / "env" / "bin" / "kb"
    run(kb, "build", "letters", cwd=tmp_path, environment=environment)
    csv = run(kb, "query", "letters", "--format", "csv", cwd=tmp_path, environment=environment)
    assert csv.count("\n") == 6
    run(kb, "validate", cwd=tmp_path, environment=environment)
    run(kb, "site", cwd=tmp_path, environment=environment)
    assert (tmp_path / "site" / "index.html").is_file()
