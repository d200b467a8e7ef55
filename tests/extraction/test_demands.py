"""What a letter demands: small letters, each written for one difficulty.

In `letters/*.txt` what must be read is marked: ⟦E…⟧ an explicit demand, ⟦I…⟧ an implicit one, ⟦R…⟧ one that
is only reported. All else is none.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kb.documents import Document
from kb.extraction import extract
from kb.letter import Letter, Span

LETTERS = sorted((Path(__file__).parent / "letters").glob("*.txt"))
LEVELS = {"E": "explicit", "I": "implicit", "R": "reported"}


def read(text: str) -> Letter:
    return extract(Document(Path("letter.txt"), "0" * 64, text))


def unmarked(marked: str) -> tuple[str, list[tuple[str, str]]]:
    """The text without marks, and what is marked in it, as (level, quote), in order."""
    wanted = [(LEVELS[m[1]], m[2]) for m in re.finditer(r"⟦([EIR])(.*?)⟧", marked, re.DOTALL)]
    return re.sub(r"⟦[EIR]|⟧", "", marked), wanted


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_what_is_demanded_and_nothing_else(path: Path) -> None:
    text, wanted = unmarked(path.read_text(encoding="utf-8"))
    letter = read(text)
    found: list[tuple[Span, str, str]] = [(d.span, d.explicitness, d.quote) for d in letter.demands]
    found += [(d.span, "reported", d.quote) for d in letter.reported]
    assert letter.kind == "letter"
    assert [(level, quote) for _, level, quote in sorted(found)] == wanted
    assert all(text[span.start : span.end] == quote for span, _, quote in found)


def test_the_facts_a_long_point_tells_are_not_its_subject() -> None:
    told = "The dam has been leaking since the spring, and the ministry was told of it in four letters. " * 5
    letter = read(
        "Dear Minister,\n\nWe urge you to:\n\n"
        f"- Lift the siege of the valley. {told}Three journalists were tortured in May.\n"
        "- Open the road.\n\nSincerely,\n\nRidge Walkers\n"
    )
    assert letter.demands[0].types == ("lifting-sieges",)


def test_names_that_run_on_end_with_how_many_more_there_are() -> None:
    letter = read(
        "Señora Ministra:\n\nLe pedimos que repare el muelle antes de las lluvias de mayo.\n\n"
        "Liga del Valle, Comité de Barqueros, Casa del Río y siguen firmas.\n\nPuerto Bravo, 3 de mayo de 2021\n"
    )
    assert [s.name for s in letter.signatures] == ["Liga del Valle", "Comité de Barqueros", "Casa del Río"]


def test_organisations_between_dashes_are_as_many() -> None:
    letter = read(
        "السيد الوزير،\n\nنطالبكم بفتح الميناء قبل الشتاء أمام قوارب الوادي كلها.\n\n"
        "المنظمات الموقعة:\nرابطة الصيادين - شبكة الميناء - نقابة البحارة\n"
    )
    assert [s.name for s in letter.signatures] == ["رابطة الصيادين", "شبكة الميناء", "نقابة البحارة"]


def test_names_after_articles_and_between_semicolons() -> None:
    letter = read(
        "Madame la Ministre,\n\nNous vous demandons de réparer le quai avant les pluies.\n\n"
        "Ont signé : la Ligue du fleuve ; le Comité des passeurs ; le Syndicat des dockers.\n"
    )
    names = ["Ligue du fleuve", "Comité des passeurs", "Syndicat des dockers"]
    assert [s.name for s in letter.signatures] == names


@pytest.mark.parametrize("marks", ["- {}\n", "{n}. {}\n", "{a}) {}\n", "{}\n\n"])
@pytest.mark.parametrize(
    "lead",
    [
        "We, the undersigned organisations, urge you to:",
        "The undersigned call on the Security Council to:",
        "To this end, we call on member states to:",
        "Our calls to the Security Council:",
        "Recommendations:",
        "Nous, organisations soussignées, vous demandons de :",
        "Nosotras, las organizaciones abajo firmantes, exigimos:",
        "نحن المنظمات الموقعة أدناه نطالب مجلس الأمن بما يلي:",
    ],
)
def test_what_the_signatories_ask_for_is_no_list_of_names(lead: str, marks: str) -> None:
    asked = ["Resume aid deliveries to the camps", "Convene a special session", "Release the prisoners"]
    points = "".join(
        marks.format(point, n=number, a="abc"[number - 1]) for number, point in enumerate(asked, 1)
    )
    letter = read(
        "12 May 2020\n\nExcellencies,\n\nFor nine weeks the road to Marwick has been closed to everyone but soldiers."
        f"\n\n{lead}\n\n{points}\n1. Reed League\n2. Women of the River\n"
    )
    assert [letter.text[each.span.start : each.span.end] for each in letter.demands] == asked
    assert [each.name for each in letter.signatures] == ["Reed League", "Women of the River"]
