"""PDF: the lines of each page from top to bottom, in the order they are read in.

PDFium gives the characters, each with its place on the page. It gives them in reading order where writing
runs from left to right. Lines with Arabic (or other right-to-left) letters are put in order here, by the
places of their characters: what programs store for such lines differs, what they draw does not.
"""

from __future__ import annotations

import ctypes
import re
import statistics
import unicodedata
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise

import pypdfium2
import pypdfium2.raw as pdfium

from kb.documents.content import MAX_CHARACTERS, MAX_PAGES, Content
from kb.errors import DataError

__all__ = ["logical", "read"]

# The next line is a paragraph's first where it stands this much further below than lines usually do.
_PARAGRAPH_GAP = 1.35
_SAME_LINE = 0.35  # how far apart, in heights of a character, are the baselines of one line
_WORD_GAP = 0.22  # the least gap between words, in heights of a character
_CELL_GAP = 2.5  # the least gap between columns
_LINES_BACK = 5  # how many lines back a character may still belong to: programs draw marks and spaces apart
_SPACES = re.compile(r" +")
_PRESENTATION_FORMS = frozenset(map(chr, (*range(0xFB1D, 0xFE00), *range(0xFE70, 0xFF00))))
# PDFium turns round the letters of some ligatures.
_LIGATURES = {alef + "ل": "ل" + alef for alef in "اأإآٱ"} | {"هللا": "الله", "هلل": "لله"}
_MIRRORED = dict(zip("()[]{}«»‹›<>", ")(][}{»«›‹><", strict=True))
_BIDI_CLASSES = {"L": "L", "R": "R", "AL": "R", "EN": "N", "AN": "N", "CS": "S"}  # UAX 9, table 4
_LEFT_TO_RIGHT_RUN = re.compile(r"L(?:[LN]|[OS]+(?=[LN]))*|N(?:S?N)*")
_RIGHT_TO_LEFT_RUN = re.compile(r"R(?:[RNOS]*R)?")
_HYPHEN = "\x02"  # what PDFium gives for a hyphen at a line's end, and the line's end
_FULL = 0.85  # of the widest line's width: a line that long goes on in the next


@dataclass(slots=True)
class _Glyph:
    """A character (or ligature) with the marks on it: `text` in logical order, its place in points."""

    text: str
    left: float
    right: float
    baseline: float
    height: float


@dataclass(slots=True)
class _Line:
    text: str
    baseline: float
    width: float


def read(data: bytes) -> Content:
    """The text of all pages. Raises `DataError` where there is none: pictures only, or a password."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise DataError("needs a password: save it without one") from error
        raise DataError("is broken, or no PDF") from error
    try:
        return _content(document)
    finally:
        document.close()


def _content(document: pypdfium2.PdfDocument) -> Content:
    if len(document) > MAX_PAGES:
        raise DataError(
            f"has {len(document):,} pages, more than the {MAX_PAGES:,} a letter may have: split it"
        )
    pages = []
    length = 0
    for index in range(len(document)):
        pages.append(_lines(document[index]))
        length += sum(len(line.text) for line in pages[-1])
        if length > MAX_CHARACTERS:
            raise DataError(f"holds more than the {MAX_CHARACTERS:,} characters of a letter: split it")
    if not any(pages):
        raise DataError("holds pictures of pages and no text: run OCR over it first, OCRmyPDF for example")
    leading = _leading(pages)
    texts = ["".join(_paragraphs(lines, leading)) for lines in pages]
    return Content(
        "".join(texts),
        tuple(accumulate(map(len, texts[:-1]))),
        _metadata(document),
        tuple(
            ("page-without-text", f"page {number} holds no text, a picture perhaps: OCR would tell")
            for number, lines in enumerate(pages, start=1)
            if not lines
        ),
    )


def _metadata(document: pypdfium2.PdfDocument) -> dict[str, str]:
    given = document.get_metadata_dict(skip_empty=True)
    metadata = {key.lower(): " ".join(given[key].split()) for key in ("Title", "Author") if key in given}
    created = re.match(r"D:(\d{4})(\d{2})(\d{2})", given.get("CreationDate", ""))  # PDF 32000-1, 7.9.4
    if created:
        metadata["created"] = "-".join(created.groups())
    return metadata


def _leading(pages: list[list[_Line]]) -> float:
    """How far below one another the lines of a paragraph stand: as the next one does after a full line.

    The lower quartile, since the line after a full one may begin a paragraph, and that stands further below.
    """
    steps = [
        (above.baseline - line.baseline, above.width)
        for lines in pages
        for above, line in pairwise(lines)
        if above.baseline > line.baseline
    ]
    widest = max((line.width for lines in pages for line in lines), default=0.0)
    after_full = [step for step, width in steps if width >= _FULL * widest]
    usual = after_full if len(after_full) > 1 else [step for step, _ in steps]
    return statistics.quantiles(usual, n=4, method="inclusive")[0] if len(usual) > 1 else 0.0


def _paragraphs(lines: list[_Line], leading: float) -> Iterator[str]:
    """The lines of a page, with an empty one before each that stands apart from the line above."""
    above: _Line | None = None
    for line in lines:
        if above is not None and leading and above.baseline - line.baseline > _PARAGRAPH_GAP * leading:
            yield "\n"
        yield line.text + "\n"
        above = line


def _lines(page: pypdfium2.PdfPage) -> list[_Line]:
    """The lines of a page, none of them empty."""
    textpage = page.get_textpage()
    characters = [chr(pdfium.FPDFText_GetUnicode(textpage.raw, i)) for i in range(textpage.count_chars())]
    classes = Counter(map(_bidi_class, characters))
    if classes["R"]:
        return _drawn_lines(textpage, characters, right_to_left=classes["R"] > classes["L"])
    return _stored_lines(textpage, characters)


def _stored_lines(textpage: pypdfium2.PdfTextPage, characters: list[str]) -> list[_Line]:
    lines = []
    start = 0
    ends = [i for i, character in enumerate(characters) if character in ("\n", _HYPHEN)]
    for end in (*ends, len(characters)):
        shown = [i for i in range(start, end) if not (characters[i].isspace() or _is_control(characters[i]))]
        if shown:
            text = "".join(
                characters[i] for i in range(shown[0], shown[-1] + 1) if not _is_control(characters[i])
            )
            text += "-" if characters[end : end + 1] == [_HYPHEN] else ""
            width = textpage.get_charbox(shown[-1])[2] - textpage.get_charbox(shown[0])[0]
            lines.append(_Line(text, _baseline(textpage, shown[0]), width))
        start = end + 1
    return lines


def _is_control(character: str) -> bool:
    return character < " " and character != "\t"


def _baseline(textpage: pypdfium2.PdfTextPage, index: int) -> float:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(textpage.raw, index, x, y)
    return y.value


def _drawn_lines(textpage: pypdfium2.PdfTextPage, characters: list[str], right_to_left: bool) -> list[_Line]:
    """The lines of a page put together from where its characters are drawn."""
    glyphs, marks = _glyphs(textpage, characters)
    lines: list[list[_Glyph]] = []
    for glyph in glyphs:
        for line in lines[:-_LINES_BACK:-1]:
            if abs(line[0].baseline - glyph.baseline) <= _SAME_LINE * max(line[0].height, glyph.height):
                line.append(glyph)
                break
        else:
            lines.append([glyph])
    for line in lines:
        line.sort(key=_middle)
    for mark in marks:
        line = min(lines, key=lambda line: abs(line[0].baseline - mark.baseline), default=[])
        place = bisect(line, _middle(mark), key=_middle)
        letters = [glyph for glyph in line[max(0, place - 2) : place + 2] if glyph.text[0].isalpha()]
        if letters:
            min(letters, key=lambda glyph: abs(_middle(glyph) - _middle(mark))).text += mark.text
    written = [
        _Line(_write(line, right_to_left), line[0].baseline, line[-1].right - line[0].left) for line in lines
    ]
    return [line for line in written if line.text]


def _write(line: list[_Glyph], right_to_left: bool) -> str:
    """The text of a line, its glyphs given from left to right."""
    drawn = [line[0].text]
    for left, right in pairwise(line):
        gap = (right.left - left.right) / (right.height or 1.0)
        if gap > _CELL_GAP:
            drawn.append("\t")
        elif gap > _WORD_GAP and not (left.text.isspace() or right.text.isspace()):
            drawn.append(" ")
        drawn.append(right.text)
    return _SPACES.sub(" ", logical(drawn, right_to_left)).strip()


def _glyphs(textpage: pypdfium2.PdfTextPage, characters: list[str]) -> tuple[list[_Glyph], list[_Glyph]]:
    """What is drawn, the letters of a ligature as one; marks, drawn over letters, apart."""
    glyphs: list[_Glyph] = []
    marks: list[_Glyph] = []
    for index, character in enumerate(characters):
        if (_is_control(character) and character != _HYPHEN) or pdfium.FPDFText_IsGenerated(
            textpage.raw, index
        ) == 1:
            continue
        text = unicodedata.normalize("NFKC", character) if character in _PRESENTATION_FORMS else character
        text = "-" if text == _HYPHEN else text
        is_mark = bool(unicodedata.combining(text[0]))
        left, bottom, right, top = textpage.get_charbox(index, loose=not is_mark)
        glyph = _Glyph(text, left, right, _baseline(textpage, index), top - bottom)
        if glyphs and _are_one(glyphs[-1], glyph):
            ligature = glyphs[-1]
            ligature.text = _LIGATURES.get(ligature.text + text, ligature.text + text)
        else:
            (marks if is_mark else glyphs).append(glyph)
    return glyphs, marks


def _middle(glyph: _Glyph) -> float:
    return (glyph.left + glyph.right) / 2


def _are_one(one: _Glyph, other: _Glyph) -> bool:
    return (one.left, one.right, one.baseline) == (
        other.left,
        other.right,
        other.baseline,
    ) and one.left < one.right


def logical(drawn: Sequence[str], right_to_left: bool) -> str:
    """A line as it is read, from its glyphs from left to right: the Unicode Bidirectional Algorithm undone.

    `right_to_left` is the direction of the line as a whole. `drawn` are characters, each with its marks.
    """
    classes = "".join(_bidi_class(glyph[0]) for glyph in drawn)
    if "R" not in classes:
        return "".join(drawn)
    if right_to_left:
        return _turned(drawn, classes)
    line: list[str] = []
    end = 0
    for run in _RIGHT_TO_LEFT_RUN.finditer(classes):
        line += drawn[end : run.start()]
        line.append(_turned(drawn[run.start() : run.end()], run[0]))
        end = run.end()
    return "".join((*line, *drawn[end:]))


def _turned(drawn: Sequence[str], classes: str) -> str:
    """A line or run from right to left, in which Latin words and numbers stay as they are."""
    turned: list[tuple[str, bool]] = []
    start = len(drawn)
    for run in reversed(list(_LEFT_TO_RIGHT_RUN.finditer(classes))):
        turned += ((glyph, True) for glyph in reversed(drawn[run.end() : start]))
        turned += ((glyph, False) for glyph in drawn[run.start() : run.end()])
        start = run.start()
    turned += ((glyph, True) for glyph in reversed(drawn[:start]))
    # Brackets are drawn mirrored; some programs store what they draw, some what was meant.
    as_drawn = "".join(_MIRRORED.get(glyph, glyph) if mirrored else glyph for glyph, mirrored in turned)
    as_meant = "".join(glyph for glyph, _ in turned)
    return min((as_drawn, as_meant), key=_unpaired)


def _unpaired(text: str) -> int:
    """How many brackets have no partner."""
    opened = alone = 0
    for character in text:
        if character in "([{«‹":
            opened += 1
        elif character in ")]}»›":
            if opened:
                opened -= 1
            else:
                alone += 1
    return opened + alone


@cache
def _bidi_class(character: str) -> str:
    """L or R for letters, N for digits, S for what joins numbers, T for a tab, O for all else."""
    if character == "\t":
        return "T"
    return _BIDI_CLASSES.get(unicodedata.bidirectional(character), "O")
