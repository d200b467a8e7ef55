"""Word files: lists and tables as a reader sees them, hostile archives refused before they are expanded."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import mammoth
import pytest
from docx.enum.style import WD_STYLE_TYPE

from kb.documents import Document, content, parse_document
from kb.documents.html import to_text
from kb.errors import DataError
from tests.documents.making import ENGLISH, word


def read(data: bytes) -> Document:
    return parse_document(data, Path("letter.docx"))


def changed(part: str, data: bytes) -> bytes:
    """A Word file with a part put in place of its own."""
    with zipfile.ZipFile(io.BytesIO(word(ENGLISH))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = data
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in parts.items():
            archive.writestr(name, value)
    return file.getvalue()


def test_lists_tables_and_properties() -> None:
    document = docx.Document()
    document.core_properties.title = "On Marrow"
    document.core_properties.author = "River Aid"
    document.add_paragraph("Open", style="List Number")
    document.add_paragraph("Stop", style="List Number")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("River Aid", "Marrow", "Lake Society", "Norland"), strict=True):
        cell.text = text
    document.add_page_break()  # type: ignore[no-untyped-call]
    document.add_paragraph("Last")
    file = io.BytesIO()
    document.save(file)
    read_back = read(file.getvalue())
    assert read_back.text == "1. Open\n2. Stop\n\nRiver Aid\tMarrow\nLake Society\tNorland\n\nLast\n"
    assert read_back.metadata["title"] == "On Marrow"
    assert read_back.metadata["author"] == "River Aid"


def test_an_archive_that_expands_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.documents.docx.MAX_EXPANDED_BYTES", 1_000_000)
    bomb = changed("word/media/image.bin", bytes(2_000_000))
    assert len(bomb) < 100_000
    with pytest.raises(DataError, match="expands"):
        read(bomb)
    assert content.MAX_EXPANDED_BYTES > 1_000_000


def test_too_much_markup_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.documents.docx.MAX_XML_BYTES", 10_000)
    with pytest.raises(DataError, match="text and styles"):
        read(word(ENGLISH))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["word/document.xml", "docProps/core.xml"])
def test_declared_entities_are_refused(part: str, encoding: str) -> None:
    bomb = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>'
    with pytest.raises(DataError, match="document type"):
        read(changed(part, bomb.encode(encoding)))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "password"),
        (b"no zip", "broken"),
        (word(ENGLISH)[:3000], "broken"),
        (changed("word/document.xml", b"<w:document"), "broken"),
        (changed("word/document.xml", b"<a>" * 5000), "broken|nested"),
    ],
)
def test_broken_files(data: bytes, told: str) -> None:
    with pytest.raises(DataError, match=told):
        read(data)


def test_another_zipped_file() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "text")
    with pytest.raises(DataError, match="no Word document"):
        read(file.getvalue())


def test_styles_are_read_by_their_names_alone() -> None:
    document = docx.Document()
    for style in (style for style in document.styles if style.type == WD_STYLE_TYPE.PARAGRAPH):
        document.add_paragraph(f"In {style.name}", style=style)
    file = io.BytesIO()
    document.save(file)
    assert read(file.getvalue()).text == to_text(mammoth.convert_to_html(file).value)
