"""E-mail: the text of the message, its headers, and what is attached."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from kb.documents import Document, parse_document
from kb.errors import DataError

TEXT = "Excellency,\n\nWe urge you to open the road.\n\nRiver Aid\n"


def read(message: EmailMessage | bytes) -> Document:
    return parse_document(message if isinstance(message, bytes) else bytes(message), Path("letter.eml"))


def message() -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = "Lettre à la présidente"
    mail["From"] = "Rivière <a@river.example>"
    mail["Date"] = "Mon, 04 Mar 2019 23:30:00 -0500"
    return mail


def test_text_and_headers() -> None:
    mail = message()
    mail.set_content(TEXT)
    document = read(mail)
    assert document.text == TEXT
    assert document.metadata == {
        "title": "Lettre à la présidente",
        "author": "Rivière <a@river.example>",
        "date": "2019-03-04",
    }


def test_the_text_part_before_the_html_part() -> None:
    mail = message()
    mail.set_content(TEXT)
    mail.add_alternative("<p>Excellency,</p><p>We urge you to open the road.</p>River Aid", subtype="html")
    assert read(mail).text == TEXT


def test_the_html_part_where_the_text_is_a_stub() -> None:
    mail = message()
    mail.set_content("See it online.\n")
    mail.add_alternative(
        "<p>Excellency,</p><ol><li>Open the road.</li><li>Stop the shells, now.</li></ol>", subtype="html"
    )
    assert read(mail).text == "Excellency,\n\n1. Open the road.\n2. Stop the shells, now.\n"


def test_attachments_are_named() -> None:
    mail = message()
    mail.set_content(TEXT)
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="the letter.pdf")
    ((code, told),) = read(mail).notes
    assert code == "attachment-not-read"
    assert "the letter.pdf" in told


def test_a_letter_that_is_only_attached() -> None:
    mail = message()
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="letter.pdf")
    with pytest.raises(DataError, match=r"letter\.pdf"):
        read(mail)


def test_an_unknown_or_wrong_charset_is_guessed() -> None:
    headers = b"Subject: x\r\nContent-Type: text/plain; charset=%s\r\n\r\n"
    text = "Nous demandons l'arrêt immédiat, dès demain\r\n".encode("cp1252")
    for charset in (b"x-unknown", b"utf-8"):
        document = read(headers % charset + text)
        assert document.text == "Nous demandons l'arrêt immédiat, dès demain\n"
        assert document.notes[0][0] == "encoding-guessed"


def test_parts_nested_without_end() -> None:
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(400)
    )
    with pytest.raises(DataError, match="deep"):
        read(b"Subject: x\r\n" + nested + b"\r\ntext")


@pytest.mark.parametrize("value", [b"=?utf-8?q?a?= ", b"(", b"<a@b>,(", b";a*0=", b'\\"'])
@pytest.mark.parametrize("header", [b"Subject", b"From", b"Date", b"Content-Type"])
def test_hostile_headers_take_no_time(header: bytes, value: bytes) -> None:
    assert read(header + b": " + value * 20_000 + b"\n\ntext").text == "text"


def test_too_many_headers_and_parts() -> None:
    with pytest.raises(DataError, match="headers"):
        read(b"Subject: x\n" + b"A: b\n" * 300_000 + b"\ntext")
    with pytest.raises(DataError, match="parts"):
        read(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 20_000)


@pytest.mark.parametrize("data", [b"\n\njust text", b"Subject: x\r\n\r\n"])
def test_no_mail_and_no_text(data: bytes) -> None:
    with pytest.raises(DataError):
        read(data)
