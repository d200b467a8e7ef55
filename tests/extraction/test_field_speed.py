"""Reading the fields of a letter takes time in proportion to its length, whatever it holds."""

import gc
import re
import time
from itertools import cycle
from pathlib import Path

import pytest

from kb.documents import parse_document
from kb.extraction import extract
from kb.extraction.addressees import find_addressees
from kb.extraction.heading import find_date, find_title
from kb.extraction.language import Language, languages
from kb.extraction.layout import lay_out
from kb.extraction.reading import read
from kb.extraction.signatures import find_signatures
from kb.extraction.zones import find_zones

# Near-misses of everything that is looked for, over and over.
UNITS = [
    *(
        "[",
        "*",
        "<a",
        "Dear ",
        "1. ",
        "12.",
        "May ",
        "A, ",
        "Your Excellency ",
        "letter to ",
        "Signed by ",
        " \t",
        "\n",
    ),
    *(
        "\\",
        "[a](b",
        "![",
        "-\n",
        "Mr ",
        "President ",
        "undersigned organizations ",
        "International and ",
        ";",
        "(",
    ),
    *(
        "a@",
        "1",
        "Anna Berg, ",
        "cc: Mr X;\n",
        "Minister of the of the ",
        "accept the assurances ",
        "veuillez ",
        "> ",
    ),
    *(
        "السيد ",
        "وتفضلوا ",
        "A\t",
        "|",
        "United Nations ",
        "_",
        ".",
        "# ",
        "A. Name\n",
        "A (b\n",
        "A Org -\n",
    ),
    *(
        "Director\n",
        "03/04/2021\n",
        "To: \n",
        "First, a\n\n",
        "١- اسم\n",
        "Copie à\n",
        "et la ",
        "...",
        "– a\n",
    ),
]


def seconds(text: str) -> float:
    gc.freeze()  # or what the tests before left in memory is looked through for garbage again and again
    start = time.process_time()
    layout = lay_out(text)
    for block in layout.blocks:
        read(text, block.lines)
    zones = find_zones(layout)
    find_date(layout, zones, languages()["en"])
    find_signatures(layout, zones)
    find_addressees(layout, zones, find_title(layout, zones))
    spent = time.process_time() - start
    gc.unfreeze()
    return spent


@pytest.mark.parametrize("unit", UNITS)
def test_near_misses_take_linear_time(unit: str) -> None:
    short, long = unit * (3_000 // len(unit)), unit * (24_000 // len(unit))
    # Eight times the length: quadratic would be 64 times the time. A busy machine may be slow at one of them.
    assert seconds(long) < 32 * max(min(seconds(short) for _ in range(3)), 0.005)


def test_a_long_list_of_signatories_takes_linear_time() -> None:
    def letter(names: int) -> str:
        listed = "".join(f"{n}. River Keepers of District {n}\n" for n in range(1, names + 1))
        prose = "The road is closed and the people have no bread. We urge you to open it.\n\n" * (names // 3)
        return f"12 May 2020\n\nMs Anna Berg\nMinister of Trade\n\nDear Ms Berg,\n\n{prose}Sincerely,\n\n{listed}"

    text = letter(2400)
    assert len(find_signatures(layout := lay_out(text), find_zones(layout))[0]) == 2400
    assert seconds(text) < 32 * max(seconds(letter(300)), 0.005)


def near_misses(language: Language) -> str:
    """Every phrase and pattern of a language cut short, in running text, on lines and as paragraphs."""
    lists = [values for section in language.data.values() for values in section.values()]
    phrases = [phrase for values in lists if isinstance(values, list) for phrase in values]
    cut = []
    for phrase in filter(lambda phrase: isinstance(phrase, str), phrases):
        # Of a pattern its first alternative, without its signs.
        first = re.sub(r"\\\w|[\\^$*+?()\[\]{}]", " ", phrase).split("|")[0].split()
        cut.append(" ".join(first[:-1]) or "".join(first)[:-1])
    return "".join(
        phrase + after for phrase, after in zip(cut, cycle((" ", "; ", "\n", ", ", "\n\n")), strict=False)
    )


@pytest.mark.parametrize("code", ["ar", "en", "es", "fr"])
def test_a_megabyte_of_near_misses_takes_linear_time(code: str) -> None:
    text = near_misses(languages()[code])
    spent = []
    for size, times in ((62_500, 3), (1_000_000, 1)):
        document = parse_document((text * (size // len(text) + 1))[:size].encode(), Path("a.txt"))
        runs = []
        for _ in range(times):
            start = time.process_time()
            extract(document)
            runs.append(time.process_time() - start)
        spent.append(min(runs))
    # Sixteen times the length: quadratic would be 256 times the time.
    assert spent[1] < 64 * max(spent[0], 0.02)
