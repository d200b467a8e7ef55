"""Web pages: what a reader sees of the letter, line by line, with the markers of its lists.

Extractors of web text made for search engines drop repeated and short lines and count lists anew, and a
letter consists of short lines and numbered lists; so lxml parses, and what is left to do is to write lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree, html

from kb.documents.content import MAX_NESTING, Content
from kb.documents.encoding import decode
from kb.errors import DataError

__all__ = ["read", "to_text"]

_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE
)
_SPACES = re.compile(r"[ \t\r\n\f]+")  # not the no-break space: it is a character of the text

# Never text of the letter: code, pictures, controls, navigation.
# fmt: off
_LEFT_OUT = frozenset((
    "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "embed", "canvas",
    "audio", "video", "picture", "map", "head", "title", "nav", "button", "select", "textarea", "datalist",
    "dialog",
))
# fmt: on
_ROLES_LEFT_OUT = frozenset(("navigation", "search", "menu", "menubar", "banner", "contentinfo"))
# Elements with a blank line before and after, and those that only begin a new line.
# fmt: off
_APART = frozenset((
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre", "section",
    "article", "main", "header", "footer", "aside", "figure", "hr", "address", "fieldset", "form",
    "details",
))
_LINE = frozenset((
    "div", "li", "tr", "dt", "dd", "br", "caption", "figcaption", "center", "legend", "option", "summary",
    "body",
))
# fmt: on
_CELL = frozenset(("td", "th"))
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
# A table with any of these in a cell lays out a page; it is no table of data.
_BLOCKS = frozenset(("table", "ul", "ol", "h1", "h2", "h3", "h4", "blockquote", "pre"))
_AROUND = frozenset(("header", "footer", "aside"))  # what every page has around its main part
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    )
)
# where a page says what it is: the attribute value of a meta element, our key
_META = {
    "og:title": "title",
    "dcterms.title": "title",
    "dc.title": "title",
    "article:published_time": "date",
    "datepublished": "date",
    "dcterms.issued": "date",
    "dcterms.date": "date",
    "dc.date": "date",
    "date": "date",
    "author": "author",
    "article:author": "author",
    "dcterms.creator": "author",
    "dc.creator": "author",
    "og:url": "source",
    "dcterms.identifier": "source",
}
_ELSEWHERE = {  # our key: an XPath
    "title": "//title/text()",
    "date": "//time[@pubdate or @itemprop='datePublished']/@datetime",
    "source": "//link[@rel='canonical']/@href",
    "language": "/html/@lang",
}


def read(data: bytes) -> Content:
    """The text of a page's main part and what the page says of itself."""
    declared = _DECLARED.search(data[:4096])
    page, notes = decode(data, declared[1].decode("ascii") if declared else None)
    root = _parse(page)
    part = _main_part(root)
    return Content(_lines(part), metadata=_metadata(root), notes=notes + _left_out(root, part))


def to_text(page: str) -> str:
    """The text of a whole page, given as HTML."""
    return _lines(_parse(page))


def _parse(page: str) -> etree._Element:
    if not page.strip():
        raise DataError("holds no text")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    return html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)


def _main_part(root: etree._Element) -> etree._Element:
    """What the page itself marks as its main part; the whole page where it marks none, or several."""
    for path in ("//main | //*[@role='main']", "//article"):
        parts: list[etree._Element] = root.xpath(path)
        if len(parts) == 1:
            return parts[0]
    return root


def _left_out(root: etree._Element, part: etree._Element) -> tuple[tuple[str, str], ...]:
    """A note where text outside the main part was not read, beyond what every page has around it."""
    if part is root:
        return ()
    words = len(_lines(root, _AROUND).split()) - len(_lines(part, _AROUND).split())
    if not words:
        return ()
    return (
        ("page-partly-read", f"{words} words outside the page's main part (main, article) were not read"),
    )


def _metadata(root: etree._Element) -> dict[str, str]:
    metadata: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        key, value = _META.get(name.lower()), " ".join((element.get("content") or "").split())
        if key == "date":
            found = _ISO_DATE.match(value)
            value = found[0] if found else ""
        if key and value:
            metadata.setdefault(key, value)
    for key, path in _ELSEWHERE.items():
        value = " ".join(" ".join(root.xpath(path)[:1]).split())
        if value and (key == "source" or key not in metadata):
            metadata[key] = value
    return metadata


def _lines(root: etree._Element, left_out: frozenset[str] = frozenset()) -> str:
    """The text of an element as lines. Elements named in `left_out` are not read."""
    writer = _Writer()
    depth = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        depth += 1 if event == "start" else -1
        if depth > MAX_NESTING:
            raise DataError(f"nests elements more than {MAX_NESTING} deep: no letter does")
        if event == "start":
            if _is_hidden(element) or element.tag in left_out:
                walk.skip_subtree()
            else:
                writer.begin(element)
                writer.write(element.text)
        else:
            if not (_is_hidden(element) or element.tag in left_out):
                writer.finish(element)
            if element is not root:
                writer.write(element.tail)
    return writer.text()


def _is_hidden(element: etree._Element) -> bool:
    return (
        element.tag in _LEFT_OUT
        or element.get("hidden") is not None
        or element.get("role") in _ROLES_LEFT_OUT
        or "display:none" in (element.get("style") or "").replace(" ", "").lower()
    )


def _is_data(cell: etree._Element) -> bool:
    """Whether a table's cell is one of data, to be written on its row's line; others lay out a page."""
    lines = 0
    for element in cell.iterdescendants():
        lines += element.tag in ("p", "div", "br")
        if element.tag in _BLOCKS or lines > 1:
            return False
    return True


def _number(value: str | None, default: int) -> int:
    return int(value) if value and len(value) < 10 and value.isascii() and value.isdecimal() else default


@dataclass(slots=True)
class _Markers:
    """The markers a browser shows before the items of a list, by the `type` and `start` of an ol."""

    style: str = "-"
    number: int = 1

    def next(self, number: int) -> str:
        self.number = number + 1
        if self.style == "-" or number < 1:
            return "-"
        if self.style in "aA":
            marker = ""
            while number:
                number, letter = divmod(number - 1, 26)
                marker = chr(ord(self.style) + letter) + marker
        elif self.style in "iI" and number < 4000:
            marker = _roman(number) if self.style == "I" else _roman(number).lower()
        else:
            marker = str(number)
        return marker + "."


def _roman(number: int) -> str:
    digits = ""
    for value, digit in _ROMAN:
        times, number = divmod(number, value)
        digits += digit * times
    return digits


@dataclass(slots=True)
class _Writer:
    """Writes the text of elements as lines, as they are met."""

    done: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)  # of the line being written
    begun: str = ""  # what the line begins with, once there is text: an item's indent and marker
    apart: bool = False  # a blank line is due
    lists: list[_Markers] = field(default_factory=list)  # markers to come of the lists we are in
    cells: int = 0  # how many cells of data we are in
    preserved: int = 0  # how many pre elements we are in

    def begin(self, element: etree._Element) -> None:
        tag = element.tag
        if tag == "pre":
            self.preserved += 1
        if tag in _CELL:
            if _is_data(element):
                if self.cells == 0 and self.line:
                    self.line.append("\t")
                self.cells += 1
            else:
                self.end_line()
        self.break_before(tag)
        if tag == "ol":
            self.lists.append(_Markers(element.get("type") or "1", _number(element.get("start"), 1)))
        elif tag in _LISTS:
            self.lists.append(_Markers())
        elif tag == "li":
            markers = self.lists[-1] if self.lists else _Markers()
            marker = markers.next(_number(element.get("value"), markers.number))
            self.begun = "  " * (len(self.lists) - 1) + marker + " "

    def finish(self, element: etree._Element) -> None:
        tag = element.tag
        if tag in _CELL:
            if _is_data(element):
                self.cells -= 1
            else:
                self.end_line()
        elif tag in _LISTS:
            self.lists.pop()
        if tag != "br":
            self.break_before(tag)
        if tag == "li":
            self.begun = ""
        elif tag == "pre":
            self.preserved -= 1

    def break_before(self, tag: object) -> None:
        if self.cells:  # a cell is one line, whatever is in it
            self.line.append(" " if tag in _APART or tag in _LINE else "")
        elif tag in _APART:
            self.end_line()
            # inside a list, paragraphs and lists stand as close as items
            self.apart = self.apart or not self.lists or tag not in ("p", "ul", "ol")
        elif tag in _LINE:
            self.end_line()

    def write(self, text: str | None) -> None:
        if not text:
            return
        if self.preserved and not self.cells:
            first, *rest = text.replace("\r\n", "\n").split("\n")
            self.line.append(first)
            for line in rest:
                self.end_line()
                self.line.append(line)
        else:
            self.line.append(_SPACES.sub(" ", text))

    def end_line(self) -> None:
        line = "".join(self.line)
        if not self.preserved:
            line = "\t".join(_SPACES.sub(" ", cell).strip(" ") for cell in line.split("\t")).strip("\t")
        self.line.clear()
        if line.strip(" \t"):
            if self.apart and self.done:
                self.done.append("")
            self.done.append(self.begun + line)
            self.apart, self.begun = False, " " * len(self.begun)
        elif self.preserved:
            self.apart = True

    def text(self) -> str:
        self.end_line()
        return "".join(line + "\n" for line in self.done)
