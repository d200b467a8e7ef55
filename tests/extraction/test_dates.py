"""Dates as letters print them."""

import csv
from pathlib import Path

import pytest

from kb.documents import parse_document
from kb.extraction import extract
from kb.extraction.dates import date_order, find_dates
from kb.extraction.language import languages


def values(text: str, language: str = "en") -> list[str | None]:
    return [printed.value for printed in find_dates(text, date_order(text, languages()[language]))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Monday, February 13, 2017", "2017-02-13"),
        ("31 January 2018", "2018-01-31"),
        ("May 7th, 2015", "2015-05-07"),
        ("the 3rd day of March 2019", "2019-03-03"),
        ("5th of\nMay 2020", "2020-05-05"),
        ("Sept. 5, 2011", "2011-09-05"),
        ("1. Oct 2012", "2012-10-01"),
        ("March 2018", "2018-03"),
        ("2018-03-01", "2018-03-01"),
        ("2018/03/01", "2018-03-01"),
        ("12.5.2019", "2019-05-12"),
        ("12.05.19", "2019-05-12"),
        ("25/12/2020", "2020-12-25"),
        ("12/25/2020", "2020-12-25"),
        ("07/07/2021", "2021-07-07"),
        ("le 1er décembre 2020", "2020-12-01"),
        ("AOÛT 2014", "2014-08"),
        ("5 de mayo de 2021", "2021-05-05"),
        ("1º de septiembre del 2016", "2016-09-01"),
        ("٣ كانون الثاني/يناير ٢٠١٨", "2018-01-03"),
        ("15 آذار 2019", "2019-03-15"),
        ("١٢ تشرين الأول ٢٠٢٠", "2020-10-12"),
        ("7 فبراير (شباط) 2017", "2017-02-07"),
    ],
)
def test_one_date(text: str, expected: str) -> None:
    assert values(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "resolution 2254 (2015)",
            "1,200.50",
            "+44 20 1234 5678",
            "Article 12.3.4.5",
            "paragraphs 2-12",
            "24/7",
        ),
        *("in May 1325 people fled", "A/71/248", "Marchers 2018", "12:30", "S/2014/365"),
    ],
)
def test_no_date(text: str) -> None:
    assert values(text) == []


def test_numbers_that_can_be_read_in_two_ways_are_not_read() -> None:
    (printed,) = find_dates("03/04/2021")
    assert printed.value is None
    assert printed.fault == "ambiguous"
    assert printed.readings == ("2021-04-03", "2021-03-04")


def test_the_language_or_another_date_settles_the_order() -> None:
    assert values("03/04/2021", "fr") == ["2021-04-03"]
    assert values("03/04/2021 and 25/12/2020") == ["2021-04-03", "2020-12-25"]
    assert values("03/04/2021 and 12/25/2020") == ["2021-03-04", "2020-12-25"]


@pytest.mark.parametrize("text", ["31 February 2019", "2019-02-30", "32.1.2020", "13/13/2020"])
def test_impossible_days(text: str) -> None:
    (printed,) = find_dates(text, "day")
    assert (printed.value, printed.fault) == (None, "impossible")


# What stands above and below a short letter of each language, and the date the letter then has.
_ROWS = list(
    csv.DictReader(
        (Path(__file__).parent / "dates.tsv").open(encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE
    )
)
_LETTERS = {
    "en": "Dear Secretary-General,\n\nWe write to you about the people of the valley. The markets are closed and "
    "the wells are dry.\n\nWe urge you to send observers.\n\nYours sincerely,\n\nValley Women's Network",
    "ar": "سعادة الأمين العام،\n\nنكتب إليكم بشأن سكان الوادي. الأسواق مغلقة والآبار جافة.\n\nنطالبكم بإرسال مراقبين."
    "\n\nمع فائق الاحترام،\n\nشبكة نساء الوادي",
    "fr": "Monsieur le Secrétaire général,\n\nNous vous écrivons au sujet des habitants de la vallée. Les marchés "
    "sont fermés.\n\nNous vous demandons d'envoyer des observateurs.\n\nVeuillez agréer nos salutations "
    "distinguées.\n\nRéseau des femmes de la vallée",
    "es": "Señor Secretario General:\n\nLe escribimos acerca de los habitantes del valle. Los mercados están "
    "cerrados.\n\nLe pedimos que envíe observadores.\n\nAtentamente,\n\nRed de Mujeres del Valle",
}


@pytest.mark.parametrize("language", _LETTERS)
def test_the_date_of_a_letter(language: str) -> None:
    rows = [row for row in _ROWS if row["language"] == language]
    assert len(rows) > 60
    wrong = []
    for row in rows:
        above, below = (row[key].replace("\\n", "\n") for key in ("above", "below"))
        for first, last in [(above, below)] if below or "\n" in above else [(above, ""), ("", above)]:
            letter = f"{first}\n\n{_LETTERS[language]}\n\n{last}\n"
            date = extract(parse_document(letter.encode(), Path("letter.txt"))).date
            if date != (row["date"] or None):
                wrong.append((first, last, row["date"], date))
    assert wrong == []
