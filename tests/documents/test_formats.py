"""One letter in every format gives the same text."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kb.documents import SUFFIXES, parse_document, read_document
from kb.extraction import extract
from kb.extraction.record import record as record_of
from tests.documents.making import ARABIC, ENGLISH, LONG, MAKERS, Block, arabic_font


def folded(text: str) -> list[str]:
    """The lines of a text that have words in them, white space folded."""
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("blocks", [ENGLISH, ARABIC], ids=["english", "arabic"])
@pytest.mark.parametrize("suffix", MAKERS)
def test_the_same_letter_in_every_format_gives_the_same_lines(
    suffix: str, blocks: tuple[Block, ...], tmp_path: Path
) -> None:
    if blocks is ARABIC and suffix == ".pdf" and arabic_font() is None:
        pytest.skip("no font with Arabic letters here: install DejaVu Sans")
    path = tmp_path / f"letter{suffix}"
    data = MAKERS[suffix](blocks)
    path.write_bytes(data)
    document = read_document(path)
    assert folded(document.text) == folded(MAKERS[".txt"](blocks).decode())
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.notes == ()


def read_out(suffix: str, blocks: tuple[Block, ...]) -> dict[str, object]:
    """The record of a letter without places and what concerns its file; white space folded."""
    record = record_of(extract(parse_document(MAKERS[suffix](blocks), Path(f"letter{suffix}"))))
    for key in ("letter", "path", "sha256"):
        del record[key]
    return _without_places(record)  # type: ignore[return-value]


def _without_places(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_places(inner) for key, inner in value.items() if key not in ("start", "end")}
    if isinstance(value, list):
        return [_without_places(inner) for inner in value]
    return " ".join(value.split()) if isinstance(value, str) else value


@pytest.mark.parametrize("blocks", [ENGLISH, ARABIC, LONG], ids=["english", "arabic", "long"])
def test_the_same_letter_in_every_format_gives_the_same_record(blocks: tuple[Block, ...]) -> None:
    expected = read_out(".txt", blocks)
    assert expected["date"]
    assert len(expected["demands"]) >= 3  # type: ignore[arg-type]
    assert len(expected["signatories"]) >= 3  # type: ignore[arg-type]
    for suffix in MAKERS:
        if not (blocks is ARABIC and suffix == ".pdf" and arabic_font() is None):
            assert (suffix, read_out(suffix, blocks)) == (suffix, expected)


@pytest.mark.parametrize("suffix", MAKERS)
def test_paragraphs_stay_apart(suffix: str) -> None:
    text = parse_document(MAKERS[suffix](ENGLISH), Path(f"letter{suffix}")).text
    assert re.search(r"Excellency,\s*\n[ \t]*\n\s*For three years", text)
    assert re.search(r"call on you to:\s*\n[ \t]*\n1\. Open", text)
    assert re.search(r"Ms\. Ana Silva\r?\nSecretary-General\r?\nUnited Nations\r?\n", text)


def test_every_suffix_has_a_maker_or_is_a_spelling_of_one() -> None:
    assert set(SUFFIXES) - set(MAKERS) == {".htm"}


def test_reading_text_imports_no_library_of_another_format() -> None:
    code = (
        "import sys, pathlib, kb.documents as d\n"
        "d.parse_document('Excellency, é'.encode(), pathlib.Path('a.txt'))\n"
        "print([m for m in ('lxml', 'mammoth', 'pypdfium2', 'charset_normalizer', 'email', 'zipfile', 'yaml')"
        " if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("suffix", "library"), [(".html", "lxml"), (".docx", "mammoth"), (".pdf", "pypdfium2")]
)
def test_a_missing_library_is_told_with_what_to_do(suffix: str, library: str, tmp_path: Path) -> None:
    path = tmp_path / f"letter{suffix}"
    path.write_bytes(MAKERS[suffix](ENGLISH))
    code = (
        f"import sys, pathlib; sys.modules['{library}'] = None\n"
        "import kb.documents as d\n"
        "try: d.read_document(pathlib.Path(sys.argv[1]))\n"
        "except d.KbError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert "pip install 'demandkb[documents]'" in run.stdout
    assert library in run.stdout
