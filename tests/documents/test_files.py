"""What can't be read as a letter is one clear line that names the file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kb.documents import content, parse_document, read_document
from kb.errors import DataError, KbError


def refused(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_document(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".pdf", ".docx", ".eml"])
def test_an_empty_file(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"letter{suffix}"
    path.touch()
    assert "is empty" in refused(path)


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html"])
def test_white_space_alone(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"letter{suffix}"
    path.write_bytes(b" \r\n\t\n")
    assert "no text" in refused(path)


def test_no_such_file_a_folder_and_a_pipe(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "none.txt")
    (tmp_path / "folder.txt").mkdir()
    assert "folder" in refused(tmp_path / "folder.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    assert "no ordinary file" in refused(tmp_path / "pipe.txt")


def test_links_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "b.txt")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    assert "could not be read" in refused(tmp_path / "a.txt")


def test_permissions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Excellency,")

    def forbidden(*_: object) -> None:  # the superuser may read anything, and tests may run as one
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbidden)
    assert "permissions" in refused(path)


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Excellency,")
    looks = []

    def looked_at(number: int) -> os.stat_result:
        looks.append(number)
        if len(looks) == 2:
            path.write_text("Excellency, there is more to say")
        return path.stat()

    monkeypatch.setattr(os, "fstat", looked_at)
    assert "changed while it was read" in refused(path)


def test_a_format_not_read(tmp_path: Path) -> None:
    path = tmp_path / "letter.odt"
    path.write_bytes(b"x")
    assert ".docx" in refused(path)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04\x14\x00", "zipped"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Word"),
        (b"Dear \x01 Sir", "U+0001"),
    ],
)
def test_a_binary_file_named_as_text(data: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(data)
    assert told in refused(path)


def test_the_line_of_a_control_character_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(b"one\ntwo\nthree \x02")
    assert f"{path}:3:" in refused(path)


def test_a_file_too_large(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    with path.open("wb") as file:
        file.truncate(content.MAX_BYTES + 1)
    assert f"{content.MAX_BYTES:,}" in refused(path)


def test_a_line_too_long_and_a_text_too_long() -> None:
    with pytest.raises(KbError, match="line 2 is"):
        parse_document(b"a\n" + b"b" * (content.MAX_LINE + 1), Path("a.txt"))
    with pytest.raises(KbError, match="characters"):
        parse_document(b"word\n" * (content.MAX_CHARACTERS // 5 + 1), Path("a.txt"))
