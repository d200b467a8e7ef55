"""Writes a collection of invented letters, of any size, and what there is to be read out of them.

    python benchmarks/generate.py COUNT DIR [--seed N] [--truth FILE]

The same seed gives the same letters, and the first letters of a collection are the same whatever its size.
Letters come in campaigns: a dozen or so over some years, by one coalition, that ask for the same things.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import sys
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

__all__ = [
    "LANGUAGES",
    "PHRASES",
    "Letter",
    "Organisation",
    "generate",
    "main",
    "organisation",
    "organisations",
]

PHRASES = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text("utf-8"))
_RESOLUTIONS = {int(number): year for number, year in PHRASES["resolutions"].items()}
_FIRST_YEAR, _LAST_YEAR = 2012, 2025

LANGUAGES = ("en", "en", "ar", "en", "en", "fr", "en", "en", "es", "en")  # of ten campaigns
# Shares of letters, by what the collections of real publishers look like.
_LAYOUTS = {"numbered": 45, "bulleted": 25, "prose": 30}
_UNDATED = 0.08
_WRAPPED = 0.35
_COPIED = 0.15
_FACTS_FIRST = 0.2  # letters with a list of facts before that of demands
_REPORTING = 0.2  # letters with a demand they only report

_CAMPAIGNS_AT_ONCE = 10
_LETTERS_AT_ONCE = 120  # in which the letters of those campaigns are mixed
_MOST_SIGNATORIES, _FEWEST_SIGNATORIES = 150, 5


class Organisation(NamedTuple):
    """An invented organisation: `name` is the canonical one, `aliases` are other ways to print it."""

    name: str
    aliases: tuple[str, ...]
    country: str


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a campaign asks for, letter after letter: a demand's words without their tail."""

    text: str
    type: str


@dataclass(frozen=True, slots=True)
class _Campaign:
    language: str
    slots: dict[str, str]
    coalition: tuple[Organisation, ...]
    wishes: tuple[_Wish, ...]
    addressees: tuple[dict[str, Any], ...]
    first_year: int


@dataclass(slots=True)
class _Page:
    """The text of a letter as it is written, and where things stand in it."""

    width: int | None
    parts: list[str] = field(default_factory=list)
    length: int = 0

    def line(self, text: str) -> int:
        """Add a line; gives the offset at which it begins."""
        start = self.length
        self.parts += (text, "\n")
        self.length += len(text) + 1
        return start

    def paragraph(self, text: str) -> int:
        """Add a line that is wrapped where the letter is: spaces become line ends, so offsets stay."""
        return self.line(_wrapped(text, self.width) if self.width else text)

    def text(self) -> str:
        return "".join(self.parts)


def _wrapped(text: str, width: int) -> str:
    lines = []
    while len(text) > width:
        at = text.rfind(" ", 1, width + 1)
        if at < 0:
            break
        lines.append(text[:at])
        text = text[at + 1 :]
    return "\n".join((*lines, text))


def _weighted(random: Random, shares: dict[str, int]) -> str:
    return random.choices(list(shares), list(shares.values()))[0]


@cache
def _place(language: str, number: int) -> str:
    first, second = PHRASES["names"][language]["places"]
    return str(first[number % len(first)] + second[number // len(first) % len(second)])


@cache
def organisation(language: str, number: int) -> Organisation:
    """The organisation of that number: no two of a language have the same name."""
    names = PHRASES["names"][language]
    places = len(names["places"][0]) * len(names["places"][1])
    combinations = len(names["fields"]) * len(names["kinds"])
    # Over the numbers of one place the combinations go round without repeating, since the step is odd and
    # their number a power of two.
    round_, place = divmod(number, places)
    field_, kind = divmod((round_ + 6 * number) % combinations, len(names["kinds"]))
    word = names["words"][number % len(names["words"])]
    name = names["kinds"][kind].format(
        place=_place(language, place), field=names["fields"][field_], word=word
    )
    aliases = [name.replace(a, b) for a, b in PHRASES["spellings"][language] if a in name]
    if language == "en":
        acronym = "".join(word[0] for word in name.replace(",", "").split() if word[0].isupper())
        aliases += [f"{name} ({acronym})", f"The {name}"]
    return Organisation(name, tuple(aliases), names["countries"][number % len(names["countries"])])


@cache
def _coalition(seed: int, language: str, number: int) -> tuple[Organisation, ...]:
    random = Random(f"{seed}/coalition/{language}/{number}")
    known = _known(language, number)
    return tuple(
        organisation(language, n) for n in random.sample(range(known), min(known, random.randint(5, 90)))
    )


def _known(language: str, coalition: int) -> int:
    """How many organisations there are when that coalition forms: they become more with the letters."""
    return min(organisations(language), 200 + 20 * coalition)


def organisations(language: str) -> int:
    """How many organisations there can be."""
    names = PHRASES["names"][language]
    (first, second), fields, kinds = names["places"], names["fields"], names["kinds"]
    return len(first) * len(second) * len(fields) * len(kinds)


@cache
def _campaign(seed: int, number: int) -> _Campaign:
    random = Random(f"{seed}/campaign/{number}")
    language = LANGUAGES[number % len(LANGUAGES)]
    phrases = PHRASES[language]
    slots = {
        "place": _place(language, random.randrange(500)),
        "town": _place(language, random.randrange(500)),
    }
    slots["party"] = random.choice(phrases["parties"]).format(**slots)
    wordings = [(type_, text) for type_, texts in phrases["demands"].items() for text in texts]
    chosen = random.sample(wordings, min(14, len(wordings)))
    return _Campaign(
        language,
        slots,
        _coalition(seed, language, random.randrange(number // 3 + 2)),
        tuple(_Wish(text.format(**slots), type_) for type_, text in chosen),
        tuple(random.sample(PHRASES["addressees"], 3)),
        random.randint(_FIRST_YEAR, _LAST_YEAR - 2),
    )


class Letter(NamedTuple):
    """A letter: where its file goes, its text, and what there is to be read out of it."""

    path: str
    text: str
    truth: dict[str, Any]


class _Writer:
    """Writes one letter from top to bottom and keeps account of what it says."""

    def __init__(self, seed: int, number: int) -> None:
        self.random = Random(f"{seed}/letter/{number}")
        block = number // _LETTERS_AT_ONCE * _CAMPAIGNS_AT_ONCE
        self.campaign = _campaign(seed, block + self.random.randrange(_CAMPAIGNS_AT_ONCE))
        self.language = self.campaign.language
        self.phrases: dict[str, Any] = PHRASES[self.language]
        wrapped = self.random.random() < _WRAPPED
        self.page = _Page(self.random.choice((72, 80, 96)) if wrapped else None)
        self.year = self.campaign.first_year + self.random.randrange(3)
        self.day = (self.random.randint(1, 12), self.random.randint(1, 28))
        self.references: list[str] = []
        self.demands: list[dict[str, Any]] = []
        self.reported: list[tuple[int, int]] = []
        self.untold: list[str] = []  # what of the background is still to be told
        self.number = number

    def write(self) -> Letter:
        random = self.random
        layout = _weighted(random, _LAYOUTS)
        dated = random.random() >= _UNDATED
        date = self._date() if dated else None
        title = self._fill(random.choice(self.phrases["titles"]))
        heading = [title, date[1]] if date else [title]
        for line in random.sample(heading, len(heading)):
            self._apart(line)
        addressees = self._addressees()
        self._apart(random.choice(self.phrases["salutations"]))
        self._background(random.randint(1, 6))
        if random.random() < _FACTS_FIRST:
            self._facts()
        self._background(random.randint(1, 6), "references" if random.random() < 0.5 else None)
        if random.random() < _REPORTING:
            self._background(1, "reported")
        wishes = random.sample(self.campaign.wishes, random.randint(3, 12))
        if layout == "prose":
            self._prose(wishes)
        else:
            self._list(wishes, layout)
        if random.random() < 0.5:
            self._background(1, "implicit")
        self._apart(random.choice(self.phrases["closings"]))
        signatories = self._signatories()
        copied = self._copied() if random.random() < _COPIED else []
        name = f"{self.year}-{self.day[0]:02}-{self.day[1]:02}" if dated else "undated"
        path = f"{self.year if dated else 'undated'}/{name}-letter-{self.number:07}.txt"
        text = self.page.text()
        truth = {
            "letter": Path(path).stem,
            "path": path,
            "language": self.language,
            "date": date[0] if date else None,
            "addressees": addressees,
            "cc": copied,
            "signatories": signatories,
            "demands": [{"quote": text[d["start"] : d["end"]], **d} for d in self.demands],
            "reported": [text[start:end] for start, end in self.reported],
            "references": sorted(set(self.references)),
        }
        return Letter(path, text, truth)

    def _fill(self, text: str) -> str:
        """The phrase with its slots filled, and the resolutions it then names noted."""
        random = self.random
        slots: dict[str, object] = {"n": random.randint(6, 90), "days": random.choice((30, 60, 90))}
        if "{number}" in text:
            known = [(number, year) for number, year in _RESOLUTIONS.items() if year <= self.year]
            slots["number"], slots["year"] = random.choice(known)
            self.references.append(f"S/RES/{slots['number']} ({slots['year']})")
        return text.format(**self.campaign.slots, **slots)

    def _apart(self, text: str) -> None:
        self.page.line(text)
        self.page.line("")

    def _date(self) -> tuple[str, str]:
        """The letter's date as ISO 8601, and as printed."""
        pattern = self.random.choice(self.phrases["dates"])
        (month, day), year = self.day, self.year
        weekdays = self.phrases["weekdays"]
        printed = pattern.format(
            d=day,
            m=month,
            y=year,
            month=self.phrases["months"][month - 1],
            weekday=weekdays[datetime.date(year, month, day).weekday()] if weekdays else "",
        )
        exact = "{d" in pattern
        return (f"{year}-{month:02}-{day:02}" if exact else f"{year}-{month:02}"), printed

    def _addressees(self) -> list[str]:
        """A block of lines or one line for each addressee."""
        random = self.random
        named = []
        for addressee in self.campaign.addressees[: random.choices((1, 2, 3), (6, 3, 1))[0]]:
            lines = self._addressee(addressee)
            named.append(", ".join(lines))
            if random.random() < 0.5:
                for line in lines:
                    self.page.line(line)
                self.page.line("")
            else:
                opening = random.choice(self.phrases["openings"]) if len(named) == 1 else ""
                self._apart(f"{opening} {', '.join(lines)}".strip())
        return named

    def _addressee(self, addressee: dict[str, Any]) -> list[str]:
        lines = list(addressee[self.language])
        for holder in addressee.get("holders", ()):
            if holder["from"] <= self.year <= holder["to"]:
                name = holder["ar" if self.language == "ar" else "name"]
                lines.insert(0, f"{self.random.choice(PHRASES['honorifics'][self.language])} {name}")
        return lines

    def _background(self, paragraphs: int, of: str | None = None) -> None:
        """Paragraphs that tell what happened; into the last goes a sentence of the kind `of`."""
        for left in reversed(range(paragraphs)):
            sentences = self._sentences()
            if of and not left:
                self._sentence_among(sentences, of)
            else:
                self.page.paragraph(" ".join(sentences))
            self.page.line("")

    def _sentences(self) -> list[str]:
        told = self.random.randint(2, 6)
        if len(self.untold) < told:
            self.untold = self.random.sample(self.phrases["background"], len(self.phrases["background"]))
        chosen, self.untold = self.untold[:told], self.untold[told:]
        return [self._fill(text) for text in chosen]

    def _sentence_among(self, sentences: list[str], of: str) -> None:
        phrase = self.random.choice(self.phrases[of])
        before = len(self.references)
        sentence = self._fill(phrase["text"] if of == "implicit" else phrase)
        at = self.random.randint(0, len(sentences))
        offset = sum(len(sentence) + 1 for sentence in sentences[:at])
        start = self.page.paragraph(" ".join((*sentences[:at], sentence, *sentences[at:]))) + offset
        if of == "implicit":
            self._demand(start, sentence, "implicit", list(phrase["types"]), None, before)
        elif of == "reported":
            self.reported.append((start, start + len(sentence)))

    def _facts(self) -> None:
        self._apart(self._fill(self.random.choice(self.phrases["lists"])))
        for fact in self.random.sample(self.phrases["facts"], 3):
            self.page.paragraph(f"- {self._fill(fact)}")
        self.page.line("")

    def _demand(
        self, start: int, text: str, level: str, types: list[str], same: str | None, before: int
    ) -> None:
        self.demands.append(
            {
                "start": start,
                "end": start + len(text),
                "level": level,
                "types": types,
                "references": sorted(set(self.references[before:])),
                "same": same,
            }
        )

    def _prose(self, wishes: list[_Wish]) -> None:
        for wish in wishes:
            before = len(self.references)
            demand = (
                wish.text[0].lower() + wish.text[1:] + self._fill(self.random.choice(self.phrases["tails"]))
            )
            sentence = self.random.choice(self.phrases["performatives"]).format(demand=demand)
            explanation = self._fill(self.random.choice(self.phrases["explanations"]))
            start = self.page.paragraph(sentence + explanation)
            self.page.line("")
            self._demand(start, sentence, "explicit", [wish.type], wish.text, before)

    def _list(self, wishes: list[_Wish], layout: str) -> None:
        random = self.random
        markers = (
            ("{n}. ", "{n}) ", "({n}) ", "{letter}) ") if layout == "numbered" else ("- ", "• ", "* ", "– ")
        )
        marker = random.choice(markers)
        gap = random.random() < 0.3
        explained = random.random() < 0.3
        self._apart(self._fill(random.choice(self.phrases["leads"])))
        for n, wish in enumerate(wishes, start=1):
            before = len(self.references)
            text = wish.text + self._fill(random.choice(self.phrases["tails"]))
            if explained:
                text += "." + self._fill(random.choice(self.phrases["explanations"]))
            else:
                text += "." if n == len(wishes) else ";"
            printed = marker.format(n=n, letter=self.phrases["letters"][n - 1])
            start = self.page.paragraph(printed + text) + len(printed)
            if gap or n == len(wishes):
                self.page.line("")
            self._demand(start, text, "explicit", [wish.type], wish.text, before)

    def _signatories(self) -> list[dict[str, str | None]]:
        random = self.random
        coalition = self.campaign.coalition
        signing = random.sample(
            coalition, random.randint(max(_FEWEST_SIGNATORIES, len(coalition) * 4 // 5), len(coalition))
        )
        known = _known(self.language, 0)
        others = [
            organisation(self.language, n) for n in random.sample(range(known), random.choice((0, 3, 20, 60)))
        ]
        together = list(dict.fromkeys((*signing, *others)))[:_MOST_SIGNATORIES]
        if random.random() < 0.7:
            self.page.line(random.choice(self.phrases["signed"]))
            if random.random() < 0.5:
                self.page.line("")
        style = random.choice(("{n}. {name}", "{n}. {name}", "{name}", "{name}", "- {name}", "{n}) {name}"))
        countries = random.random() < 0.15
        signatories: list[dict[str, str | None]] = []
        for n, member in enumerate(together, start=1):
            if random.random() < 0.02:
                signatory: dict[str, str | None] = {"name": self._person(), "organisation": None}
            else:
                various = member.aliases and random.random() < 0.3
                name = random.choice(member.aliases) if various else member.name
                if countries:
                    name += f", {member.country}"
                signatory = {"name": name, "organisation": member.name}
            signatories.append(signatory)
            self.page.line(style.format(n=n, name=signatory["name"]))
        return signatories

    def _person(self) -> str:
        first, last = PHRASES["names"][self.language]["people"]
        return f"{self.random.choice(first)} {self.random.choice(last)}"

    def _copied(self) -> list[str]:
        others = [a for a in PHRASES["addressees"] if a not in self.campaign.addressees]
        addressee = ", ".join(self.random.choice(others)[self.language])
        self.page.line("")
        self.page.line(f"CC: {addressee}")
        return [addressee]


def generate(count: int, folder: Path, seed: int = 0, truth: Path | None = None) -> None:
    """Write a collection of `count` letters into `folder`, and what is in them into `truth` (JSON lines)."""
    known: dict[str, Organisation] = {}
    notes = []
    made: set[str] = set()
    records = truth.open("w", encoding="utf-8") if truth else None
    try:
        for number in range(count):
            writer = _Writer(seed, number)
            letter = writer.write()
            path = folder / letter.path
            if path.parent.name not in made:
                path.parent.mkdir(parents=True, exist_ok=True)
                made.add(path.parent.name)
            path.write_bytes(letter.text.encode())
            if records:
                records.write(json.dumps(letter.truth, ensure_ascii=False) + "\n")
            for member in writer.campaign.coalition:
                known.setdefault(member.name, member)
            if letter.truth["date"] is None and number % 3 == 0:
                notes.append((letter.truth["letter"], f"{writer.year}-{writer.day[0]:02}"))
    finally:
        if records:
            records.close()
    _write_curators_files(folder, seed, count, known, notes)


def _write_curators_files(
    folder: Path, seed: int, count: int, known: dict[str, Organisation], notes: list[tuple[str, str]]
) -> None:
    """What a curator knows: some of the organisations under all their names, some of the dates."""
    lines = [
        f'title = "Generated letters, seed {seed}, {count:,}"',
        'publisher = "demandkb"',
        'licence = "CC0-1.0"',
    ]
    lines += (f'\n[letters."{letter}"]\ndate = "{date}"' for letter, date in notes)
    (folder / "collection.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with (folder / "organisations.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("name", "aliases", "links", "country", "note"))
        for name in sorted(known)[::3]:
            member = known[name]
            rows.writerow((name, ";".join(member.aliases), "", member.country, ""))


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", type=int, metavar="COUNT", help="how many letters")
    parser.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other letters (default 0)")
    parser.add_argument("--truth", type=Path, metavar="FILE", help="where to write what is in the letters")
    arguments = parser.parse_args()
    if arguments.count < 0:
        parser.error("COUNT is less than 0")
    if arguments.folder.exists() and (not arguments.folder.is_dir() or any(arguments.folder.iterdir())):
        parser.error(f"{arguments.folder} is there already and not an empty folder")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    generate(arguments.count, arguments.folder, arguments.seed, arguments.truth)
    return 0


if __name__ == "__main__":
    sys.exit(main())
