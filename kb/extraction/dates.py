"""Dates as letters print them, in all languages at once: `find_dates`.

A date of numbers alone is read only if it can be read in one way: 03/04/2021 is the third of April in some
countries and the fourth of March in others. Days come first where the language settles it or where dots part
the numbers (DIN 5008); a year that comes first is followed by month and day (ISO 8601).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from kb.extraction.language import Language, languages

__all__ = ["Order", "PrintedDate", "date_order", "find_dates", "may_hold_date"]

Order = Literal["day", "month"]


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date found at `text[start:end]`.

    `value` is ISO 8601, to the day or the month. It is None, and `fault` says why, where the numbers can be
    read in two ways (then `readings` are the two) or there is no such day.
    """

    start: int
    end: int
    value: str | None
    fault: Literal["ambiguous", "impossible"] | None = None
    readings: tuple[str, ...] = ()


def date_order(text: str, language: Language) -> Order | None:
    """Tell which comes first in dates of numbers: by the language, or by another date of `text`."""
    if language.section("dates").get("day_first"):
        return "day"
    for found in _NUMERIC.finditer(text):
        if found["separator"] != "." and (int(found["first"]) > 12) != (int(found["second"]) > 12):
            return "day" if int(found["first"]) > 12 else "month"
    return None


def may_hold_date(text: str, start: int = 0, end: int | None = None) -> bool:
    """Tell, fast, whether it is worth looking for a date in `text[start:end]`."""
    return _MAY_HOLD_ONE.search(text, start, len(text) if end is None else end) is not None


def find_dates(text: str, order: Order | None = None) -> Iterator[PrintedDate]:
    """Find the dates in `text`, in order; `order` is that of dates of numbers, if it is known."""
    if not may_hold_date(text):
        return
    for found in _pattern().finditer(text):
        part = found.groupdict()
        if part["separator"]:
            yield _numeric(found, order)
            continue
        year = int(part["year1"] or part["year2"] or part["year3"] or part["iso_year"])
        if not 1900 <= year <= 2100:
            continue
        if part["iso_year"]:
            yield _dated(found, year, int(part["iso_month"]), int(part["iso_day"]))
            continue
        month = _months()[_key(part["month1"] or part["month2"] or part["month3"])]
        day = part["day1"] or part["day2"]
        if day or part["word"]:
            yield _dated(found, year, month, int(day or _days()[_key(part["word"])]))
        else:
            yield PrintedDate(found.start(), found.end(), f"{year:04d}-{month:02d}")


def _dated(found: re.Match[str], year: int, month: int, day: int) -> PrintedDate:
    try:
        return PrintedDate(found.start(), found.end(), date(year, month, day).isoformat())
    except ValueError:
        return PrintedDate(found.start(), found.end(), None, "impossible")


def _numeric(found: re.Match[str], order: Order | None) -> PrintedDate:
    first, second, year = int(found["first"]), int(found["second"]), int(found["last"])
    if len(found["last"]) == 2:
        year += 2000 if year < 70 else 1900
    if not 1900 <= year <= 2100 or not first or not second:
        return PrintedDate(found.start(), found.end(), None, "impossible")
    if first > 12 or found["separator"] == "." or first == second:
        order = "day"
    elif second > 12:
        order = "month"
    if order is None:
        readings = (date(year, second, first).isoformat(), date(year, first, second).isoformat())
        return PrintedDate(found.start(), found.end(), None, "ambiguous", readings)
    return _dated(found, year, *((second, first) if order == "day" else (first, second)))


_NUMBERS = (
    r"(?<![\w./-])(?P<first>\d{1,2})\s?(?P<separator>[./-])\s?(?P<second>\d{1,2})\s?(?P=separator)\s?"
    r"(?P<last>\d{4}|\d{2})(?![\w/-]|\.\d)"
)
# What every form has: a year of four digits, or two numbers and a sign between them.
_MAY_HOLD_ONE = re.compile(r"\d(?:\d{3}|\s?[./-]\s?\d)")
_NUMERIC = re.compile(_NUMBERS)


def _key(word: str) -> str:
    return " ".join(re.split(r"\s*[/(.]", word.casefold())[0].split())


@cache
def _days() -> dict[str, int]:
    return {
        name.casefold(): number
        for language in languages().values()
        for number, name in enumerate(language.section("dates").get("days", ()), 1)
    }


@cache
def _months() -> dict[str, int]:
    return {
        name.casefold(): number
        for language in languages().values()
        for number, names in enumerate(language.section("dates")["months"], 1)
        for name in names
    }


@cache
def _pattern() -> re.Pattern[str]:
    """Build one pattern for all forms. Numbers may be Arabic-Indic; a date may be broken over lines."""
    names = "|".join(sorted((re.escape(name) for name in _months()), key=len, reverse=True)).replace(
        r"\ ", r"\s{1,3}"
    )
    month = rf"(?:{names})(?!\w)\.?(?:\s?[/(]\s?(?:{names})\)?)?"
    ordinals, links = (
        "|".join(
            sorted(
                {word for lang in languages().values() for word in lang.section("dates")[key]},
                key=len,
                reverse=True,
            )
        )
        for key in ("ordinals", "links")
    )
    era = "|".join(
        sorted(
            re.escape(word) for lang in languages().values() for word in lang.section("dates").get("eras", ())
        )
    )
    ended = rf"(?:\s?(?:{era}))?(?!\w)"
    link = rf"\s{{0,3}}(?:(?:{links})(?!\w)|[,،-])?\s{{0,3}}"
    day = rf"(?<![\w./-])(?P<day#>\d{{1,2}})(?:\s?(?:{ordinals})(?!\w)|\.|°|º)?"
    in_words = "|".join(sorted(map(re.escape, _days()), key=len, reverse=True))
    forms = (
        r"(?<![\w/-])(?P<iso_year>\d{4})[-/.](?P<iso_month>\d{1,2})[-/.](?P<iso_day>\d{1,2})(?![\w/-])",
        _NUMBERS,
        rf"(?:{day}|(?<![\w-])(?P<word>{in_words})(?!\w)){link}(?P<month1>{month}){link}(?P<year1>\d{{4}}){ended}",
        rf"(?<!\w)(?P<month2>{month})\s{{1,3}}{day}\s{{0,2}}[,،]?\s{{1,3}}(?P<year2>\d{{4}}){ended}".replace(
            "(?<![\\w./-])", ""
        ),
        rf"(?<!\w)(?P<month3>{month}){link}(?P<year3>\d{{4}}){ended}",
    )
    numbered = "|".join(
        form.replace("day#", f"day{number}") for number, form in zip((0, 0, 1, 2, 3), forms, strict=True)
    )
    return re.compile(numbered, re.IGNORECASE)
