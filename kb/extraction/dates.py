"""Dates as letters print them, in all languages at once: `find_dates`.

A date of numbers alone is read only if it can be read in one way: 03/04/2021 is the third of April in some
countries and the fourth of March in others. Days come first where the language settles it or where dots part
the numbers (DIN 5008); a year that comes first is followed by month and day (ISO 8601).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
        printed = _numeric(found, order) if found["first"] else _named(found)
        if printed:
            yield printed


def _named(found: re.Match[str]) -> PrintedDate | None:
    """Read a date whose parts are told by their form or their names."""
    part = found.groupdict()
    year = int(part["year1"] or part["year2"] or part["year3"] or part["iso_year"])
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    if part["iso_year"]:
        return _dated(found, year, int(part["iso_month"]), int(part["iso_day"]))
    months = {
        _months()[_key(name)] for name in _name().findall(part["month1"] or part["month2"] or part["month3"])
    }
    if len(months) > 1:
        return None  # "March/April 2020" is a time, not a date
    month = months.pop()
    day = part["day1"] or part["day2"]
    if day or part["word"]:
        return _dated(found, year, month, int(day or _days()[_key(part["word"])]))
    return PrintedDate(found.start(), found.end(), f"{year:04d}-{month:02d}")


def _dated(found: re.Match[str], year: int, month: int, day: int) -> PrintedDate:
    try:
        return PrintedDate(found.start(), found.end(), date(year, month, day).isoformat())
    except ValueError:
        return PrintedDate(found.start(), found.end(), None, "impossible")


def _numeric(found: re.Match[str], order: Order | None) -> PrintedDate | None:
    first, second, year = int(found["first"]), int(found["second"]), int(found["last"])
    if len(found["last"]) == 2:
        year += 2000 if year < 70 else 1900
    if _FIRST_HIJRI <= year <= _LAST_HIJRI:
        return None
    if not _FIRST_YEAR <= year <= _LAST_YEAR or not first or not second:
        return PrintedDate(found.start(), found.end(), None, "impossible")
    if first > 12 or found["separator"] == "." or first == second:
        order = "day"
    elif second > 12:
        order = "month"
    if order is None:
        readings = (date(year, second, first).isoformat(), date(year, first, second).isoformat())
        return PrintedDate(found.start(), found.end(), None, "ambiguous", readings)
    return _dated(found, year, *((second, first) if order == "day" else (first, second)))


_FIRST_YEAR, _LAST_YEAR = 1900, 2100
# Years of the Hijri calendar, whose days can't be told for certain from here: such dates are not read.
_FIRST_HIJRI, _LAST_HIJRI = 1300, 1500
_NUMBERS = (
    r"(?<![\w./-])(?P<first>\d{1,2})\s?(?:(?P<separator>[./\\])|[–-])\s?(?P<second>\d{1,2})"
    r"\s?(?(separator)(?P=separator)|[–-])\s?(?P<last>\d{4}|\d{2})"
)
_NO_MORE = r"(?![\w/-]|\.\d)"
# What every form has: a year of four digits, or two numbers and a sign between them.
_MAY_HOLD_ONE = re.compile(r"\d(?:\d{3}|\s?[./\\–-]\s?\d)")
_NUMERIC = re.compile(_NUMBERS + _NO_MORE)


def _key(word: str) -> str:
    return " ".join(word.casefold().split())


@cache
def _days() -> dict[str, int]:
    return {
        name: number
        for language in languages().values()
        for number, names in enumerate(language.section("dates").get("days", ()), 1)
        for name in names.casefold().split("|")
    }


@cache
def _months() -> dict[str, int]:
    return {
        name.casefold(): number
        for language in languages().values()
        for number, names in enumerate(language.section("dates")["months"], 1)
        for name in names
    }


def _any_of(words: Iterable[str]) -> str:
    """An expression for any of the words, the longest first, however their parts are spaced."""
    longest_first = sorted(set(words), key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s{1,3}") for word in longest_first) + ")"


def _words(key: str) -> str:
    return _any_of(
        word for language in languages().values() for word in language.section("dates").get(key, ())
    )


@cache
def _name() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){_any_of(_months())}(?!\w)", re.IGNORECASE)


@cache
def _pattern() -> re.Pattern[str]:
    """Build one pattern for all forms. Numbers may be Arabic-Indic; a date may be broken over lines."""
    name, link = _any_of(_months()), rf"{_words('links')}(?!\w)"
    month = rf"{name}(?!\w)\.?(?:\s?[/(-]?\s?{name}(?!\w)\)?)?"
    ordinal = rf"\.?\s?{_words('ordinals')}(?!\w)\.?|\."
    day = rf"(?P<day#>\d{{1,2}})(?!\d)(?:{ordinal})?"
    day_in_words = rf"(?<![\w-])(?P<word>{_any_of(_days())})(?!\w)"
    joined = rf"\s{{0,3}}(?:{link}|[,،./-])?\s{{0,3}}"
    parted = rf"(?:\s{{0,2}}[,،]\s{{0,3}}|\s{{1,3}})(?:{link}\s{{1,3}})?"
    era = rf"(?:\s?{_words('eras')})?"
    forms = (
        r"(?<![\w/-])(?P<iso_year>\d{4})[-/.](?P<iso_month>\d{1,2})[-/.](?P<iso_day>\d{1,2})"
        rf"(?:T[\d:.]{{4,12}}Z?)?{era}(?![\w/-])",
        rf"{_NUMBERS}{era}{_NO_MORE}",
        rf"(?:(?<![\w./-]){day}|{day_in_words}){joined}(?P<month1>{month}){joined}(?P<year1>\d{{4}}){era}(?!\w)",
        rf"(?<!\w)(?P<month2>{month})\s{{1,3}}{day}{parted}(?P<year2>\d{{4}}){era}(?!\w)",
        rf"(?<!\w)(?P<month3>{month}){joined}(?P<year3>\d{{4}}){era}(?!\w)",
    )
    numbered = (
        form.replace("day#", f"day{number}") for number, form in zip((0, 0, 1, 2, 0), forms, strict=True)
    )
    return re.compile("|".join(numbered), re.IGNORECASE)
