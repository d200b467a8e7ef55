"""Web pages: every line of the letter, markers included, and nothing that isn't read on the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.documents import Document, parse_document
from kb.documents.content import MAX_NESTING
from kb.errors import DataError


def read(page: str | bytes) -> Document:
    return parse_document(page if isinstance(page, bytes) else page.encode(), Path("letter.html"))


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<ol><li>Open<li>Stop</ol>", "1. Open\n2. Stop\n"),
        ("<ol start=4><li>Open</li><li>Stop</li></ol>", "4. Open\n5. Stop\n"),
        ("<ol type=a><li>Open<li value=5>Stop<li>Go</ol>", "a. Open\ne. Stop\nf. Go\n"),
        ("<ol type=i start=3><li>Open<li>Stop</ol>", "iii. Open\niv. Stop\n"),
        ("<ol start=1999999999999><li>Open</ol>", "1. Open\n"),
        ("<ul><li><p>Open</p><p>now</p></li><li>Stop</ul>", "- Open\n  now\n- Stop\n"),
        ("<ol><li>Open<ul><li>a road</ul></li><li>Stop</ol>", "1. Open\n  - a road\n2. Stop\n"),
        ("<p>We ask:</p><ul><li>Open</ul><p>Thanks</p>", "We ask:\n\n- Open\n\nThanks\n"),
        ("River Aid<br>Lake\n  Society<br/><br>Hill", "River Aid\nLake Society\nHill\n"),
        ("<div>River Aid</div><div>Lake <b>Soc</b>iety</div>", "River Aid\nLake Society\n"),
        ("<pre>River Aid\n  Lake\n\nHill</pre>", "River Aid\n  Lake\n\nHill\n"),
        ("<p>a<!-- hidden -->b<script>c</script><style>d</style></p>", "ab\n"),
        ("<p hidden>a</p><p style='display: none'>b</p><p>c</p>", "c\n"),
        ("<p>10&nbsp;000 &amp; more&lt;</p>", "10\u00a0000 & more<\n"),
        (
            "<table><tr><th>Name<th>Country</tr><tr><td><p>River Aid</p></td><td>Marrow</td></tr></table>",
            "Name\tCountry\nRiver Aid\tMarrow\n",
        ),
        ("<table><tr><td><p>Excellency,</p><p>we ask</p></td></tr></table>", "Excellency,\n\nwe ask\n"),
        ("<p>River Aid</p><p>River Aid</p><p>Hill</p>", "River Aid\n\nRiver Aid\n\nHill\n"),
    ],
)
def test_lines_are_those_a_reader_sees(page: str, text: str) -> None:
    assert read(page).text == text


def test_navigation_is_left_out_and_all_of_the_main_part_stays() -> None:
    main = "<main><header>4 March</header>Text<footer>River Aid</footer></main>"
    document = read("<nav>Home</nav><header>Site</header>" + main)
    assert document.text == "4 March\n\nText\n\nRiver Aid\n"
    assert document.notes == ()


def test_text_beside_the_main_part_is_not_dropped_silently() -> None:
    document = read("<article>Excellency,</article><div>Signed: River Aid</div>")
    assert document.text == "Excellency,\n"
    assert [code for code, _ in document.notes] == ["page-partly-read"]


def test_several_articles_are_all_read() -> None:
    assert read("<article>One</article><article>Two</article>").text == "One\n\nTwo\n"


def test_metadata() -> None:
    page = (
        "<html lang='fr'><head><title>Lettre | Site</title><meta property='og:title' content='Lettre'>"
        "<meta property='article:published_time' content='2019-03-04T10:00:00Z'>"
        "<meta name='author' content='Aide'>"
        "<link rel='canonical' href='https://example.org/l'></head><body>Texte</body></html>"
    )
    assert read(page).metadata == {
        "title": "Lettre",
        "date": "2019-03-04",
        "author": "Aide",
        "source": "https://example.org/l",
        "language": "fr",
    }


@pytest.mark.parametrize(
    "declaration", ["<meta charset='windows-1256'>", '<?xml version="1.0" encoding="cp1256"?>']
)
def test_a_declared_encoding_is_used(declaration: str) -> None:
    document = read((declaration + "<p>منظمة النهر</p>").encode("cp1256"))
    assert document.text == "منظمة النهر\n"
    assert document.notes == ()


def test_an_xhtml_page_in_utf_8_is_read() -> None:
    assert read('<?xml version="1.0" encoding="utf-8"?><html><body><p>é</p></body></html>').text == "é\n"


def test_a_page_nested_without_end_is_refused() -> None:
    with pytest.raises(DataError, match="deep"):
        read("<div>" * (MAX_NESTING + 50) + "text")


def test_entities_that_expand_are_not_expanded() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><p>Text &b;</p>'
    assert "aaaa" not in read(bomb).text.split("Text")[1]
