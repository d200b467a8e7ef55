"""Text files: their own characters, whatever encoding they are in."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.documents import Document, parse_document
from kb.errors import DataError
from kb.extraction.lines import read_lines

FRENCH = "Nous demandons à l'Assemblée d'agir : trois hôpitaux ont été touchés, des réfugiés ont dû fuir.\r\n"
ENGLISH = "We urge the “Council” to act – the people of Marrow can’t wait.\r\n"
ARABIC = "نطالب مجلس الأمن بتنفيذ القرار ونناشد الأمينة العامة فتح الطرق أمام المساعدات.\r\n"
MIXED = "To the Secretary: منظمة النهر (River Aid) and أطباء التل (Doctors of the Hill) ask for action.\r\n"


def read(data: bytes, name: str = "letter.txt") -> Document:
    return parse_document(data, Path(name))


@pytest.mark.parametrize("text", [FRENCH, ENGLISH, ARABIC, MIXED])
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_unicode_needs_no_guess(text: str, mark: bytes, encoding: str) -> None:
    document = read(mark + text.encode(encoding))
    assert document.text == text
    assert document.notes == ()


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (FRENCH, "cp1252", "Windows-1252"),
        (ENGLISH, "cp1252", "Windows-1252"),
        (ARABIC, "cp1256", "Windows-1256"),
        (MIXED, "cp1256", "Windows-1256"),
        (FRENCH, "utf-16-le", "UTF-16-LE"),
        (ARABIC, "utf-16-le", "UTF-16-LE"),
        (ARABIC, "utf-16-be", "UTF-16-BE"),
    ],
)
@pytest.mark.parametrize("times", [1, 100])
def test_other_encodings_are_told_apart_and_the_guess_is_said(
    text: str, encoding: str, name: str, times: int
) -> None:
    document = read((text * times).encode(encoding))
    assert document.text == text * times
    ((code, message),) = document.notes
    assert code == "encoding-guessed"
    assert name in message


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("私たちは要求します。" * 9, "shift_jis"), ("Мы просим Совет действовать" * 9, "koi8-r")],
)
def test_what_could_be_anything_is_refused_with_what_to_do(text: str, encoding: str) -> None:
    with pytest.raises(DataError, match="save it as UTF-8"):
        read(text.encode(encoding))


def test_broken_utf_16_and_utf_8_with_a_mark_are_refused() -> None:
    with pytest.raises(DataError, match="UTF-16-LE"):
        read(codecs.BOM_UTF16_LE + b"a\0b")
    with pytest.raises(DataError, match="UTF-8"):
        read(codecs.BOM_UTF8 + b"caf\xe9")


def test_a_form_feed_begins_a_page() -> None:
    document = read(b"one\n\ftwo\n\fthree")
    assert [document.text[i:] for i in document.page_starts] == ["two\n\fthree", "three"]


@given(st.text(alphabet=st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), min_size=1))
def test_text_in_utf_8_is_never_changed(text: str) -> None:
    data = text.encode()
    if text.isspace() or data.startswith((b"%PDF-", b"PK\x03\x04", b"{\\rtf")) or "\ufffe" in text:
        return
    try:
        document = read(data)
    except DataError:
        assert "\uffff" in text or text.lstrip("\ufeff").isspace() or text == "\ufeff"
        return
    assert document.text == text.removeprefix("\ufeff")


def test_markdown_keeps_its_characters_and_gives_its_front_matter() -> None:
    front = "---\ntitle: On Marrow\ndate: 2019-03-04\nlang: en\ntags: [a]\n---\n"
    text = front + "\nExcellency,\n\n1\\. Open the *road*.\n"
    document = read(text.encode(), "letter.md")
    assert document.text == text
    assert document.metadata == {"title": "On Marrow", "date": "2019-03-04", "language": "en"}


@pytest.mark.parametrize("front", ["\n---\ntitle: On Marrow\n---\n", "---\r\ntitle: On Marrow\r\n...\r\n"])
def test_a_front_matter_is_told_in_the_same_way_by_its_readers(front: str) -> None:
    document = read((front + "\nExcellency,\n").encode(), "letter.md")
    assert document.metadata == {"title": "On Marrow"}
    printed = [line for line in read_lines(document.text, ()) if not line.furniture]
    assert [document.text[line.span.start : line.span.end] for line in printed] == [
        "On Marrow",
        "Excellency,",
    ]


@pytest.mark.parametrize(
    "opening", ["---\nNot: [yaml\n---\n", "---\n- a list\n---\n", "---\n", "---\n" + "[" * 9000 + "\n---\n"]
)
def test_a_rule_of_dashes_is_no_front_matter(opening: str) -> None:
    document = read((opening + "Excellency,").encode(), "letter.md")
    assert document.metadata == {}
    assert document.text == opening + "Excellency,"
