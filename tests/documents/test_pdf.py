"""PDF: reading order in both directions, pages, and what to do where there is no text."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from fpdf import FPDF
from PIL import Image

from kb.documents import Document, parse_document
from kb.documents.pdf import logical
from kb.errors import DataError
from tests.documents.making import ENGLISH, pdf


def read(data: bytes) -> Document:
    return parse_document(data, Path("letter.pdf"))


@pytest.mark.parametrize(
    ("drawn", "right_to_left", "read_as"),
    [
        ("رهنلا ةمظنم", True, "منظمة النهر"),
        ("(2015) 2254 رارقلا", True, "القرار 2254 (2015)"),
        (")2015( 2254 رارقلا", True, "القرار 2254 (2015)"),  # brackets stored as meant, not as drawn
        (".رسجلا حتف .1", True, "1. فتح الجسر."),
        ("(River Aid) رهنلا", True, "النهر (River Aid)"),
        ("2017/02/13 خيراتب", True, "بتاريخ 2017/02/13"),
        ("٢٢٥٤ رارقلا", True, "القرار ٢٢٥٤"),
        ("River Aid", True, "River Aid"),
        ("River Aid (رهنلا ةمظنم), Marrow", False, "River Aid (منظمة النهر), Marrow"),
    ],
)
def test_drawn_lines_are_put_in_reading_order(drawn: str, right_to_left: bool, read_as: str) -> None:
    assert logical(list(drawn), right_to_left) == read_as


def test_pages_begin_where_they_begin() -> None:
    file = FPDF()
    file.set_font("Helvetica")
    for text in ("one", "two", "three"):
        file.add_page()
        file.cell(text=text)
    document = read(bytes(file.output()))
    assert document.text == "one\ntwo\nthree\n"
    assert [document.text[i:] for i in document.page_starts] == ["two\nthree\n", "three\n"]


def test_lists_set_closer_than_paragraphs_do_not_tear_them_apart() -> None:
    file = FPDF()
    file.add_page()
    file.set_font("Helvetica", size=11)
    for _ in range(2):
        file.multi_cell(
            0, 6, "We write of a town where no bread has come for long. " * 6, new_x="LMARGIN", new_y="NEXT"
        )
        file.ln(4)
    for number in range(30):
        file.cell(0, 4.5, f"Society {number}", new_x="LMARGIN", new_y="NEXT")
    paragraphs = read(bytes(file.output())).text.split("\n\n")
    assert [paragraph[:10] for paragraph in paragraphs] == ["We write o", "We write o", "Society 0\n"]


def test_a_hyphen_at_the_end_of_a_line_is_kept() -> None:
    file = FPDF()
    file.add_page()
    file.set_font("Helvetica", size=11)
    file.multi_cell(0, 6, "an UN-\nled mission and its conse-\nquences")
    assert read(bytes(file.output())).text == "an UN-\nled mission and its conse-\nquences\n"


def picture() -> io.BytesIO:
    image = io.BytesIO()
    Image.new("RGB", (60, 60), "gray").save(image, "PNG")
    return image


def test_pictures_alone_need_ocr() -> None:
    file = FPDF()
    file.add_page()
    file.image(picture())
    with pytest.raises(DataError, match="OCRmyPDF"):
        read(bytes(file.output()))


def test_a_page_that_is_a_picture_is_named() -> None:
    file = FPDF()
    file.set_font("Helvetica")
    file.add_page()
    file.cell(text="text")
    file.add_page()
    file.image(picture())
    ((code, message),) = read(bytes(file.output())).notes
    assert code == "page-without-text"
    assert "page 2" in message


def test_a_password_is_asked_for_in_words() -> None:
    file = FPDF()
    file.set_encryption(owner_password="owner", user_password="user")  # noqa: S106 - the test's own file
    file.add_page()
    file.set_font("Helvetica")
    file.cell(text="text")
    with pytest.raises(DataError, match="password"):
        read(bytes(file.output()))


def test_too_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.documents.pdf.MAX_PAGES", 2)
    file = FPDF()
    for _ in range(3):
        file.add_page()
    with pytest.raises(DataError, match="3 pages"):
        read(bytes(file.output()))


def test_metadata() -> None:
    file = FPDF()
    file.set_title("On Marrow")
    file.set_author("River Aid")
    file.add_page()
    file.set_font("Helvetica")
    file.cell(text="text")
    metadata = read(bytes(file.output())).metadata
    assert metadata["title"] == "On Marrow"
    assert metadata["author"] == "River Aid"
    assert "date" not in metadata  # a file's making is not a letter's date


@pytest.mark.parametrize("data", [b"no PDF", b"%PDF-1.7\n", pdf(ENGLISH)[:200]])
def test_broken_files(data: bytes) -> None:
    with pytest.raises(DataError, match="broken"):
        read(data)
