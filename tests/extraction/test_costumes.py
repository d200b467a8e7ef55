"""One letter in many costumes: whatever sets its lines and points otherwise, the same is read out of it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb.documents import parse_document
from kb.extraction import extract

PARTS = tomllib.loads((Path(__file__).parent / "parts.toml").read_text("utf-8"))
COPIES = {
    "en": "cc: Human Rights Council\n",
    "fr": "Copie : Conseil des droits de l'homme\n",
    "es": "Con copia a: Consejo de Derechos Humanos\n",
    "ar": "نسخة إلى: مجلس حقوق الإنسان\n",
}
# A line that is no item, no heading and not emphasised: what a writer of Markdown may emphasise.
PLAIN = re.compile(r"(?m)^(?![-*•#>\d_(])(\S[^\n*_]{3,70})$")
ITEM = re.compile(r"(?m)^- ")


def bulleted(sign: str) -> Callable[[str], str]:
    return lambda text: ITEM.sub(f"{sign} ", text)


def each_line(pattern: str) -> Callable[[str], str]:
    return lambda text: re.sub(r"(?m)^(\S.*)$", pattern, text)


def each_plain_line(pattern: str) -> Callable[[str], str]:
    return lambda text: PLAIN.sub(pattern, text)


def listed(text: str) -> str:
    """Set the points and names as a list of a web page, in Markdown."""
    return re.sub(r"(?m)^- (.*)$", r"\t<li>\1</li>", text)


def in_one_line(text: str) -> str:
    """Part the lines between blank ones by tags alone, as a web page may."""
    return re.sub(r"(?<=[^\n])\n(?=[^\n])", "<br>", text)


def with_letterheads(text: str) -> str:
    """Print a letterhead between all paragraphs of the text's middle, as on each page."""
    head, *middle, tail = text.split("\n\n")
    letterhead = "Lake Trust\n14 Quay Row\nwww.lake.example.org"
    return "\n\n".join((letterhead, head, *(f"{part}\n\n{letterhead}" for part in middle), tail))


COSTUMES: dict[str, Callable[[str], str]] = {
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "blanks at line ends": lambda text: text.replace("\n", "  \n"),
    "two blank lines": lambda text: text.replace("\n\n", "\n\n\n"),
    "set in": each_line(r"    \1"),
    "quoted in a mail": lambda text: re.sub("(?m)^", "> ", text),
    "marks of direction": each_line("\u200f\\1"),
    "spaces of no width": each_line("\u200b\\1"),
    "dots": bulleted("•"),
    "dashes": bulleted("–"),
    "stars": bulleted("*"),
    "circles": bulleted("o"),
    "a symbol font's dots": bulleted("\uf0b7"),
    "a symbol font's arrows": bulleted("Ø"),
    "a symbol font's squares": bulleted("§"),
    "bold": each_plain_line(r"**\1**"),
    "bold with a blank": each_plain_line(r"** \1**"),
    "italic": each_plain_line(r"*\1*"),
    "underscored": each_plain_line(r"_\1_"),
    "strong": each_plain_line(r"<strong>\1</strong>"),
    "line breaks of Markdown": lambda text: re.sub(r"(?m)(?<=\S)$(?=\n\S)", r"\\", text),
    "line breaks of HTML": lambda text: re.sub(r"(?m)(?<=\S)$(?=\n\S)", "<br />", text),
    "lines of HTML": in_one_line,
    "a list of HTML": listed,
    "a front matter in YAML": lambda text: f"---\nlayout: post\ntags:\n  - Open letters\n---\n\n{text}",
    "a front matter in TOML": lambda text: (
        f'+++\nlayout = "post"\n[extra]\ncategory = "Letters"\n+++\n{text}'
    ),
    "a letterhead on each page": with_letterheads,
    "links after names": lambda text: re.sub(r"(?m)^(- [^.,;]{8,60})$", r"\1 - <https://example.org>", text),
}


@pytest.mark.parametrize("language", PARTS)
@pytest.mark.parametrize("costume", COSTUMES)
def test_the_same_is_read_in_every_costume(language: str, costume: str) -> None:
    parts = PARTS[language]
    points = "".join(f"- {point}\n" for point in parts["points"][1])
    names = "".join(f"- {name}\n" for name in parts["names"])
    signed = parts["signed"][0].partition("|")[0]
    body = f"{parts['head']}{parts['body']}{parts['leads'][0]}\n\n{points}\n{signed}{names}"
    text = f"{body}{COPIES[language]}"
    plain, dressed = read_out(text), read_out(COSTUMES[costume](text))
    assert plain["demands"] == parts["points"][1]
    assert plain["names"] == parts["names"]
    assert plain["date"] == "2020-05-12"
    assert len(plain["addressees"]) == len(plain["copied"]) == 1
    assert dressed == plain


def read_out(text: str) -> dict[str, Any]:
    letter = extract(parse_document(text.encode(), Path("letter.md")))
    said = (text[demand.span.start : demand.span.end] for demand in letter.demands)
    return {
        "date": letter.date,
        "addressees": [(each.name, each.office, each.body) for each in letter.addressees],
        "copied": [(each.name, each.office, each.body) for each in letter.copied],
        "names": [signature.name for signature in letter.signatures],
        "demands": [re.sub(r"[\s\u200b\u200f]+", " ", words) for words in said],
    }
