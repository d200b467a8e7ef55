"""Documents are found however they are named, each at its exact place."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.extraction.reading import Reading
from kb.extraction.references import find_references


def reading(text: str) -> Reading:
    return Reading(text, (0,), (0,))


def keys(text: str) -> list[str]:
    return [reference.key for reference in find_references([reading(text)])[0]]


def codes(text: str) -> list[str]:
    return [remark.code for remark in find_references([reading(text)])[1]]


def printed(text: str) -> list[str]:
    references, _ = find_references([reading(text)])
    return [text[reference.span.start : reference.span.end] for reference in references]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S/RES/1540 (2004)", ["S/RES/1540 (2004)"]),
        ("as S/RES/1540(2004) says.", ["S/RES/1540 (2004)"]),
        ("see S/RES/1540.", ["S/RES/1540 (2004)"]),
        ("Security Council resolution 1540 (2004)", ["S/RES/1540 (2004)"]),
        ("UN Security Council Resolution 1540", ["S/RES/1540 (2004)"]),
        ("the Security Council's resolution 1540", ["S/RES/1540 (2004)"]),
        ("UNSCR 1540", ["S/RES/1540 (2004)"]),
        ("el Convenio 169 de la OIT", ["ILO Convention No. 169"]),
        ("la convention n° 190 de l'OIT", ["ILO Convention No. 190"]),
        ("اتفاقية منظمة العمل الدولية رقم 189", ["ILO Convention No. 189"]),
        ("مجلس حقوق الإنسان في قراره 39/16", ["A/HRC/RES/39/16"]),
        ("UNSCR1540", ["S/RES/1540 (2004)"]),
        ("the women; Resolution 1325 was adopted long ago", ["S/RES/1325 (2000)"]),
        ("SCR 1540", ["S/RES/1540 (2004)"]),
        ("UNSC Res. 1540", ["S/RES/1540 (2004)"]),
        ("S.C. Res. 1540", ["S/RES/1540 (2004)"]),
        ("UN resolution No. 1540", ["S/RES/1540 (2004)"]),
        ("resolution 1540 of the Security Council", ["S/RES/1540 (2004)"]),
        ("resolution 1540, adopted by the Security Council", ["S/RES/1540 (2004)"]),
        ("the United Nations and resolution 1540 of 2004", ["S/RES/1540 (2004)"]),
        ("UNSCR 1540/2004", ["S/RES/1540 (2004)"]),
        ("UNSCR 1244/99", ["S/RES/1244 (1999)"]),
        ("the UN: res. 1674, 1738 & 1894", ["S/RES/1674 (2006)", "S/RES/1738 (2006)", "S/RES/1894 (2009)"]),
        ("UNSC resolutions, including 1674 and 1738", ["S/RES/1674 (2006)", "S/RES/1738 (2006)"]),
        ("Security Council resolutions on Chad, including 1778", ["S/RES/1778 (2007)"]),
        ("the UN; the government must implement resolution 1701", ["S/RES/1701 (2006)"]),
        ("the General Assembly must see resolution 1701 implemented", ["S/RES/1701 (2006)"]),
        ("UN resolution 2758 of the General Assembly", ["A/RES/2758"]),
        ("UN resolutions 242 and 338", ["S/RES/242 (1967)", "S/RES/338 (1973)"]),
        ("UNSCRs 1325 (2000), 1820 (2008)", ["S/RES/1325 (2000)", "S/RES/1820 (2008)"]),
        ("Security Council resolution 1", ["S/RES/1 (1946)"]),
        ("UN resolution 1540 and resolution 1887", ["S/RES/1540 (2004)", "S/RES/1887 (2009)"]),
        ("resolution 2758 of the UN General Assembly", ["A/RES/2758"]),
        ("General Assembly resolution 60/251", ["A/RES/60/251"]),
        ("G.A. Res. 60/251", ["A/RES/60/251"]),
        ("UN resolution 71/248", ["A/RES/71/248"]),
        ("UN resolution ES-11/1", ["A/RES/ES-11/1"]),
        ("General Assembly resolution 217 A (III)", ["A/RES/217 A (III)"]),
        ("Human Rights Council resolution 42/2", ["A/HRC/RES/42/2"]),
        ("Human Rights Council resolutions S-17/1 and 46/22", ["A/HRC/RES/S-17/1", "A/HRC/RES/46/22"]),
        ("ECOSOC resolution 1996/31", ["E/RES/1996/31"]),
        ("A/RES/71/248 and A/HRC/RES/42/2", ["A/RES/71/248", "A/HRC/RES/42/2"]),
        ("S/PRST/2015/15; A/HRC/46/54, A/75/743.", ["S/PRST/2015/15", "A/HRC/46/54", "A/75/743"]),
        ("(CAT/C/SYR/CO/1)", ["CAT/C/SYR/CO/1"]),
        ("https://undocs.org/S/RES/1540(2004)", ["S/RES/1540 (2004)"]),
        ("قرار مجلس الأمن 1540", ["S/RES/1540 (2004)"]),
        ("قرار مجلس الأمن الدولي رقم (1540) لعام 2004", ["S/RES/1540 (2004)"]),
        ("الأمم المتحدة والقرار رقم ١٥٤٠", ["S/RES/1540 (2004)"]),
        ("بالقرار ١٥٤٠/٢٠٠٤", ["S/RES/1540 (2004)"]),
        ("قرارات مجلس الأمن 1674 و1738", ["S/RES/1674 (2006)", "S/RES/1738 (2006)"]),
        ("القرارين 1674 و 1738 الصادرين عن مجلس الأمن", ["S/RES/1674 (2006)", "S/RES/1738 (2006)"]),
        ("la résolution 1540 du Conseil de sécurité", ["S/RES/1540 (2004)"]),
        ("résolutions du Conseil de sécurité n° 1674 et 1738", ["S/RES/1674 (2006)", "S/RES/1738 (2006)"]),
        ("la resolución 1540 (2004) del Consejo de Seguridad", ["S/RES/1540 (2004)"]),
        ("Consejo de Seguridad, Resolución Nº 1540", ["S/RES/1540 (2004)"]),
        ("the Geneva communiqué", ["Geneva Communiqué"]),
        ("the Geneva Communique", ["Geneva Communiqué"]),
        ("the CEDAW Committee, the Rome Statute", ["Rome Statute"]),
        ("the Charter of the United Nations", ["UN Charter"]),
        ("the Rome Statute of the International Criminal Court", ["Rome Statute"]),
        ("the Geneva Conventions", ["Geneva Conventions"]),
        ("وفقاً لميثاق الأمم المتحدة", ["UN Charter"]),
        ("la Déclaration universelle des droits de l’homme", ["Universal Declaration of Human Rights"]),
        ("el Estatuto de Roma", ["Rome Statute"]),
        ("UN Resolution 194", ["A/RES/194 (III)"]),
    ],
)
def test_a_document_is_found_however_it_is_named(text: str, expected: list[str]) -> None:
    assert keys(text) == expected
    assert codes(text) == []


def test_wordings_of_all_languages() -> None:
    """Instruments and documents as letters name them, and what looks alike and names none."""
    with (Path(__file__).parent / "references.tsv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = {row["text"]: " | ".join(dict.fromkeys(keys(row["text"]))) for row in rows}
    assert len(rows) > 300
    assert {
        text: named for text, named in found.items() if {"text": text, "documents": named} not in rows
    } == {}


@pytest.mark.parametrize(
    "text",
    [
        "Security Council resolutions were ignored. 150 people died",
        "the Security Council met on 12 March 2018",
        "2254 people and US$ 2254, call +963 2254 111, article 22, paragraph 14 of the UN report",
        "the European Parliament in its Resolution of 17 April 2014 on the UN",
        "Security Council resolution of 18 December 2015",
        "the United Nations and House Resolution 1021",
        "the UN and the government's resolution 1021",
        "UN staff; resolution 460 of the municipal council",
        "resolution 1540 of the ministry",
        "we held a meeting: resolution 1540",
        "a resolution of the crisis within 100 days, the UN says",
        "and/or, 24/7, A/C, S/N 12345, 30/09/2015",
        "القرار الوزاري رقم 1540 والأمم المتحدة",
    ],
)
def test_what_looks_alike_is_none(text: str) -> None:
    assert keys(text) == []
    assert codes(text) == []


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (
            "as UN Security Council resolutions 1674 and 1738 say",
            ["UN Security Council resolutions 1674", "1738"],
        ),
        ("see UNSCR 1540 (2004).", ["UNSCR 1540 (2004)"]),
        ("the UN: resolution 1540 of 2004", ["resolution 1540 of 2004"]),
        ("في قرار مجلس الأمن رقم (1540) لعام 2004 وغيره", ["قرار مجلس الأمن رقم (1540) لعام 2004"]),
    ],
)
def test_a_reference_is_at_its_exact_place(text: str, places: list[str]) -> None:
    assert printed(text) == places


def test_a_number_that_follows_is_no_resolution() -> None:
    assert keys("UNSCR 1540, 2004") == ["S/RES/1540 (2004)"]
    assert keys("UNSCR 1540 and 150 organisations") == ["S/RES/1540 (2004)"]
    assert keys("UNSC resolutions 1540 and 3 reports") == ["S/RES/1540 (2004)"]


@pytest.mark.parametrize("number", [0, 9999])
def test_a_number_that_cannot_be_is_a_warning(number: int) -> None:
    assert keys(f"Security Council resolution {number}") == []
    assert codes(f"Security Council resolution {number}") == ["impossible-resolution"]
    assert codes(f"S/RES/{number}") == ["impossible-resolution"]


def test_a_wrong_year_is_a_warning_and_the_number_counts() -> None:
    assert keys("Security Council resolution 1540 (2006)") == ["S/RES/1540 (2004)"]
    assert codes("Security Council resolution 1540 (2006)") == ["resolution-year"]


def test_a_year_the_table_does_not_tell_is_taken_as_printed_or_left_open() -> None:
    assert keys("UNSCR 2830 (2026)") == ["S/RES/2830 (2026)"]
    assert keys("UNSCR 2830") == ["Security Council resolution 2830"]
    assert codes("UNSCR 2830") == ["resolution-year-unknown"]


@pytest.mark.parametrize(
    ("number", "year"),
    [
        *[(15, 1946), (16, 1947), (66, 1948), (67, 1949), (160, 1960), (161, 1961), (244, 1967), (262, 1968)],
        *[(461, 1979), (462, 1980), (678, 1990), (688, 1991), (1284, 1999), (1285, 2000), (1907, 2009)],
        *[(2085, 2012), (2086, 2013), (2139, 2014), (2254, 2015), (2268, 2016), (2401, 2018), (2504, 2020)],
        *[(2617, 2021), (2618, 2022), (2672, 2023), (2720, 2023), (2722, 2024), (2768, 2025), (2812, 2026)],
    ],
)
def test_every_number_has_the_year_of_its_adoption(number: int, year: int) -> None:
    assert keys(f"Security Council resolution {number}") == [f"S/RES/{number} ({year})"]


def test_whose_resolution_it_is_may_be_told_before() -> None:
    blocks = [reading("the General Assembly adopted resolution 48/141."), reading("UN resolution 55/2 too.")]
    references, remarks = find_references(blocks)
    assert [reference.key for reference in references] == ["A/RES/48/141", "A/RES/55/2"]
    assert [remark.code for remark in remarks] == ["resolution-body-assumed"]


def test_a_place_is_that_of_the_letter() -> None:
    found, _ = find_references([Reading("see UNSCR 1540", (0,), (100,))])
    assert found[0].span == (104, 114)


@given(st.text(alphabet="resolution 0123456789/()SRAESUNCé,.-andقرار\n", max_size=80))
def test_any_text_is_read(text: str) -> None:
    for place in printed(text):
        assert place.strip()


@pytest.mark.parametrize(
    "near_miss",
    [
        "resolutions, ",
        "UNSC resolutions 2118, and ",
        "A/A/A/A/",
        "S/RES/",
        "قرار مجلس الأمن رقم ",
        "(2015 (",
        "1/",
    ],
)
def test_time_grows_with_the_length_only(near_miss: str) -> None:
    def seconds(size: int) -> float:
        text = near_miss * (size // len(near_miss))
        start = time.process_time()
        find_references([reading(text)])
        return time.process_time() - start

    short = min(seconds(50_000) for _ in range(3))
    assert min(seconds(500_000) for _ in range(2)) < short * 10 * 4
