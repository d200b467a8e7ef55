"""The documents a letter names: by symbol, by number ("resolutions 2118 and 2254"), or by name.

How resolutions are named is data of the languages, section [references]; all languages are looked for in
every letter, since letters mix them. Named instruments are the documents of `ontology/authorities.ttl`.
The year of a Security Council resolution comes from `ontology/resolutions.csv`. Time is linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import islice
from typing import NamedTuple

from kb import resources
from kb.errors import DataError
from kb.extraction.language import Phrases, bare, fold, languages, word_places, words
from kb.extraction.reading import Reading
from kb.letter import Reference, Remark

__all__ = ["find_references"]


def find_references(
    readings: Sequence[Reading], words_of: Callable[[str], Sequence[str]] = words
) -> tuple[tuple[Reference, ...], tuple[Remark, ...]]:
    """The documents named in the blocks of a letter, in order of place, and what is doubtful about them.

    `words_of` gives the `words` of a reading's text, if they are known already.

    Each of several numbers is a reference of its own. Remarks have the codes `impossible-resolution` (there
    is no such number; it is no reference), `resolution-year` (another year is printed than the number's),
    `resolution-year-unknown` (later than the table: named without a symbol) and `resolution-body-assumed` (it
    isn't said whose it is).
    """
    texts = [_Text(reading, words_of) for reading in readings]
    of_the_un = any(text.mentions_the_un() for text in texts)
    references: list[Reference] = []
    remarks: list[Remark] = []
    last_body: str | None = None
    for text in texts:
        if not text.may_name_documents():
            continue
        numbered = _Numbered(text, of_the_un, last_body)
        # A document known by its name goes before a number at the same place.
        everything = (
            *_instruments(text),
            *_by_capitals(text),
            *_symbols(text),
            *numbered.resolutions(),
            *numbered.without_a_word(),
        )
        found = sorted(everything, key=lambda place: (place.start, place.shorter))
        last_body = numbered.last_body
        end = 0
        for place in found:
            if place.start < end:
                continue
            end = place.end
            span = text.reading.span(place.start, place.end)
            remarks.extend(replace(remark, span=span) for remark in place.remarks)
            if place.symbol or place.name:
                references.append(Reference(span, place.symbol or None, place.name or None))
    return tuple(references), tuple(remarks)


class _Place(NamedTuple):
    """Something found at `start` to `end` of a reading's text; the longest first where several begin."""

    start: int
    shorter: int
    symbol: str = ""
    name: str = ""
    remarks: tuple[Remark, ...] = ()

    @property
    def end(self) -> int:
        return -self.shorter


def _place(
    start: int, end: int, symbol: str = "", name: str = "", remarks: tuple[Remark, ...] = ()
) -> _Place:
    return _Place(start, -end, symbol, name, remarks)


# The text as it is searched: one character for one, so that places stay what they are.
_PLAIN = str.maketrans(
    "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹‐‑"
    + "\u200e\u200f\u061c\ufeff"
    + "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    "01234567890123456789--" + " " * 13,
)
_NOT_PLAIN = re.compile(f"[{''.join(map(chr, _PLAIN))}]")
_WORD_LISTS = (
    *("number", "before_number", "links", "joiners", "of_year", "not_documents"),
    *("articles", "instrument_qualifiers", "instrument_links", "instrument_small"),
)
_BODIES = (
    *("security_council", "general_assembly", "human_rights_council", "economic_and_social_council"),
    *("commission_on_human_rights", "united_nations", "labour_organization", "elsewhere"),
)
_NUMBERED_DOCUMENTS = ("resolution", "resolutions", "convention", "conventions")


class _Text:
    """A reading's text made plain, its words, and which phrases begin at which word."""

    def __init__(self, reading: Reading, words_of: Callable[[str], Sequence[str]]) -> None:
        self.reading = reading
        text = reading.text
        plain = text.isascii() or not _NOT_PLAIN.search(text)
        self.text = text if plain else text.translate(_PLAIN)
        self.words = words_of(text) if plain else words(self.text)
        self.found = _vocabulary().phrases.find(self.words)

    @cached_property
    def places(self) -> list[tuple[int, int]]:
        """Where each word begins and ends; few blocks need it."""
        return word_places(self.text)

    def may_name_documents(self) -> bool:
        """Tell, fast, whether it is worth looking for documents."""
        return bool(self.found) or "/" in self.text or "SCR" in self.text

    def mentions_the_un(self) -> bool:
        others = ("elsewhere", "labour_organization")
        return any(label in _BODIES and label not in others for label, _, _ in self.found)

    def capital(self, word: int) -> bool:
        """Tell whether a word begins with a capital."""
        return self.text[self.places[word][0]].isupper()

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The place of the words from `first` to before `last`."""
        return self.places[first][0], self.places[last - 1][1]


@dataclass(frozen=True)
class _Vocabulary:
    """All phrases of all languages, labelled with a key of [references] or the IRI of an instrument."""

    phrases: Phrases
    names: dict[str, str]
    symbols: dict[str, str]
    number: frozenset[str]
    before_number: frozenset[str]
    links: frozenset[str]
    not_documents: frozenset[str]
    articles: frozenset[str]
    instrument_qualifiers: frozenset[str]
    instrument_links: frozenset[str]
    instrument_small: frozenset[str]
    joining: frozenset[str]
    joiner: re.Pattern[str]
    another: re.Pattern[str]
    of_year: re.Pattern[str]


_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_OTHER_LABEL = "http://www.w3.org/2004/02/skos/core#altLabel"
_IDENTIFIER = "http://purl.org/dc/terms/identifier"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_DOCUMENTS = "https://w3id.org/demandkb/authority/document/"
_RESOLUTION = "https://w3id.org/demandkb/ns#Resolution"
_PREFIXES = ("", "ال", "و", "وال", "ف", "فال", "ب", "بال", "ل", "لل", "ك", "كال", "ول", "ولل", "وب", "وبال")


@cache
def _vocabulary() -> _Vocabulary:
    phrases: list[tuple[str, str]] = []
    lists: dict[str, set[str]] = {key: set() for key in _WORD_LISTS}
    for code, language in languages().items():
        for key, values in language.section("references").items():
            if key in lists:
                lists[key].update(values)
            else:
                phrases += ((_with_prefixes(value) if code == "ar" else value, key) for value in values)
    names: dict[str, str] = {}
    symbols: dict[str, str] = {}
    resolutions: set[str] = set()
    for subject, predicate, value, language_code in resources.statements("authorities.ttl"):
        if not subject.startswith(_DOCUMENTS):
            continue
        if predicate in (_LABEL, _OTHER_LABEL):
            phrases.append((_with_prefixes(value) if language_code == "ar" else value, subject))
            phrases.append((" ".join(map(bare, value.split())), subject))  # printed without accents
            if predicate == _LABEL and language_code == "en":
                names[subject] = value
        elif predicate == _IDENTIFIER:
            symbols[subject] = value
        elif predicate == _TYPE and value == _RESOLUTION:
            resolutions.add(subject)
    return _Vocabulary(
        Phrases(phrases),
        names,
        {subject: symbol for subject, symbol in symbols.items() if subject in resolutions},
        frozenset(fold(word) for word in lists["number"]),
        frozenset(fold(word) for word in lists["before_number"]),
        frozenset(fold(word) for word in lists["links"]),
        frozenset(fold(word) for word in lists["not_documents"]),
        frozenset(fold(word) for word in lists["articles"]),
        frozenset(fold(word) for word in lists["instrument_qualifiers"]),
        frozenset(fold(word) for word in lists["instrument_links"]),
        frozenset(fold(word) for word in lists["instrument_small"]),
        frozenset(fold(word) for word in lists["joiners"]),
        re.compile(rf"\s?(?:[,،;؛&+/]\s?)?(?:(?:{_any_of(lists['joiners'])})(?=[\W\d])\s?)?", re.IGNORECASE),
        re.compile(rf"(?:{_any_of(lists['number'])})[.°º]{{0,2}}\s?(?=\d)", re.IGNORECASE),
        re.compile(rf",?\s?(?:{_any_of(lists['of_year'])})\s((?:19|20)\d\d)(?!\w)", re.IGNORECASE),
    )


def _any_of(phrases: Iterable[str]) -> str:
    return "|".join(
        re.escape(phrase) for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    )


def _with_prefixes(phrase: str) -> str:
    """An Arabic phrase whose first word is found with the particles and the article written before it too."""
    first, _, rest = phrase.partition(" ")
    bare = first.removeprefix("ال")
    forms = {prefix + form for prefix in _PREFIXES for form in first.split("|") if len(bare) > 1}
    forms |= {prefix + bare for prefix in _PREFIXES if first != bare}
    return f"{'|'.join(sorted(forms | set(first.split('|'))))} {rest}"


# Symbols: the letters of an organ, then parts between slashes, one of them with a digit.

_SYMBOL = re.compile(
    r"(?:(?<![\w/])|(?<=undocs\.org/)|(?<=undocs\.org/[a-z]{2}/))"
    r"(?P<symbol>(?:S|A|E|CAT|CCPR|CEDAW|CERD|CRC|CRPD|CED|CMW|HRI|ST|TD|FCCC|HCR|UNEP|PRST)"
    r"(?:/\s?[A-Za-z0-9][\w.\-]{0,20}){1,7})"
    r"(?:\s?\((?P<year>\d{4}|[IVXL]{1,7})\))?"
)
# Decisions of the parties to the climate convention, and letters of the special procedures, by country and year.
_OTHER_SYMBOLS = re.compile(
    r"(?<![\w/])\d{1,3}/(?:CP|CMA|CMP)\.\d{1,2}(?!\w)"
    r"|(?<!\w)(?:AL|UA|OL|JAL|JUA) [A-Z]{3} \d{1,3}/(?:19|20)\d\d(?!\w)"
)
_ABBREVIATED = re.compile(r"(?<!\w)(?:UN)?SCR(\d{3,4})(?!\w)")
# Of a session of the General Assembly there are one or two digits.
_PUBLISHED = re.compile(r"(?:[SAE]/(?:\d{4,5}|PV\.\d+)|PRST/\d{4}/\d+|(?!A/\d{3,}/)[A-Z]+/[^/]+/.*)(?:/.*)?")
_COUNCIL_SYMBOL = re.compile(r"S/RES/(\d{1,4})", re.IGNORECASE)


def _symbols(text: _Text) -> Iterator[_Place]:
    if "SCR" in text.text:
        for match in _ABBREVIATED.finditer(text.text):
            yield _council_resolution(match.start(), match.end(), int(match[1]), None)
    if "/" not in text.text:
        return
    for match in _OTHER_SYMBOLS.finditer(text.text):
        yield _place(match.start(), match.end(), match[0])
    for match in _SYMBOL.finditer(text.text):
        symbol = re.sub(r"/\s", "/", match["symbol"])
        end = match.end()
        if symbol[-1] in ".-":
            symbol, end = symbol.rstrip(".-"), match.end("symbol") - 1
        if not any(c.isdigit() for c in symbol) or not _PUBLISHED.fullmatch(symbol):
            continue
        if council := _COUNCIL_SYMBOL.fullmatch(symbol):
            year = match["year"]
            yield _council_resolution(
                match.start(), end, int(council[1]), int(year) if year and year.isdigit() else None
            )
            continue
        symbol = re.sub("^PRST/", "S/PRST/", symbol).replace("/Res/", "/RES/").replace("/res/", "/RES/")
        printed = f" ({match['year']})" if match["year"] else ""
        yield _place(match.start(), end, symbol + printed)


def _instruments(text: _Text) -> Iterator[_Place]:
    vocabulary = _vocabulary()
    for label, first, last in text.found:
        body_of_it = last < len(text.words) and text.words[last] in vocabulary.not_documents
        if label.startswith(_DOCUMENTS) and not body_of_it:
            symbol = vocabulary.symbols.get(label, "")
            yield _place(*text.span(first, last), symbol, "" if symbol else vocabulary.names[label])


# A name of words with capitals that isn't known has so many of them at least; of the small words between them there
# are no more in a row.
_LEAST_CAPITALS = 2
_MOST_BEFORE = 5
_HEADS = ("instruments", "accords")
_MOST_SMALL = 2
_LONGEST_NAME = 24
_LONGEST_ROW = 6


def _by_capitals(text: _Text) -> Iterator[_Place]:
    """Instruments that are not known, told by their capitals: "the International Convention for the Safety of …"."""
    vocabulary = _vocabulary()
    heads = [found for found in text.found if found[0] in _HEADS and text.capital(found[1])]
    known = {first for label, first, _ in text.found if label.startswith(_DOCUMENTS)} if heads else set()
    for label, head, last in heads:
        first = _beginning_of_name(text, head)
        named = first < head and not vocabulary.instrument_qualifiers.issuperset(text.words[first:head])
        if not named and (label == "accords" or (first == head and not _after_article(text, head))):
            continue
        while last < len(text.words) and text.words[last] in vocabulary.instrument_qualifiers:
            last += 1
        end = last
        if text.words[last : last + 1] and text.words[last] in vocabulary.instrument_links:
            further = _end_of_name(text, last + 1, known, 1 if named else _LEAST_CAPITALS)
            end = further if further > last + 1 else last
        of_a_body = not vocabulary.not_documents.isdisjoint(text.words[last : end + 1])
        whole = end > last or (named and not _is_compound(text, last))
        if whole and not of_a_body and known.isdisjoint(range(first, head + 1)):
            start, stop = text.span(first, end)
            yield _place(start, stop, name=text.text[start:stop])


def _beginning_of_name(text: _Text, head: int) -> int:
    """The first of the words with capitals before what an instrument is, if an article stands before them.

    Else only the first of those that may stand there without one ("International Covenant").
    """
    first = head
    while (
        first > max(0, head - _MOST_BEFORE) and text.capital(first - 1) and not _is_article(text, first - 1)
    ):
        if text.text[text.places[first - 1][1] : text.places[first][0]].strip("-–' "):
            break
        first -= 1
    if _after_article(text, first):
        return first
    qualifiers = _vocabulary().instrument_qualifiers
    first = head
    while first and text.words[first - 1] in qualifiers and text.capital(first - 1):
        first -= 1
    return first


def _is_article(text: _Text, word: int) -> bool:
    return text.words[word] in _vocabulary().articles


def _after_article(text: _Text, word: int) -> bool:
    """Tell whether an article stands before that word, perhaps with a year between ("the 2019 Accord")."""
    before = word - 2 if word > 1 and _is_year(text.words[word - 1]) else word - 1
    return before >= 0 and _is_article(text, before)


def _is_year(word: str) -> bool:
    return len(word) == 4 and word[:2] in {"19", "20"} and word.isdecimal()


def _is_compound(text: _Text, word: int) -> bool:
    """Tell a name that goes on with that word and is of something else ("the Accord Party")."""
    return word < len(text.words) and text.capital(word) and text.text[text.places[word - 1][1]] == " "


def _end_of_name(text: _Text, begin: int, known: Container[int], least: int) -> int:
    """The word after the last one of a name, whose words have capitals, small words aside; else `begin`.

    It ends where the name of a document begins that is `known`.
    """
    capitals = small = 0
    end = begin
    for word in range(begin, min(len(text.words), begin + _LONGEST_NAME)):
        if word in known:
            break
        if text.capital(word):
            capitals, small, end = capitals + 1, 0, word + 1
        elif small < _MOST_SMALL and text.words[word] in _vocabulary().instrument_small:
            small += 1
        elif text.words[word] == "," and _goes_on_after(text, word):
            small = 0
        else:
            break
    return end if capitals >= least else begin


def _goes_on_after(text: _Text, comma: int) -> bool:
    """Tell whether a comma stands in a row of words with capitals: "Racial, Religious and Linguistic"."""
    following = islice(range(comma + 1, len(text.words) - 1), _LONGEST_ROW)
    last = next((word for word in following if not (text.capital(word) or text.words[word] == ",")), comma)
    return last > comma + 1 and text.words[last] in _vocabulary().joining and text.capital(last + 1)


# Resolutions by number.

_NUMBER = re.compile(
    r"\(?(?:"
    r"(?P<session>(?:E?S|د[إا]?ط?)-\s?\d{1,2}|\d{1,4})\s?/\s?(?P<item>\d{1,4})(?P<part>\s?[A-H])?(?![\w/])"
    r"|(?P<old>\d{1,4})(?:\s?(?P<old_part>[A-H]))?\s?\((?P<roman>[IVXL]+)\)"
    r"(?:\s(?P<late_part>[A-H])(?=$|[.,;:)]))?"
    r"|(?P<plain>\d{1,4})(?![\d/%])(?![.,]\d)"
    r")\)?"
)
_NUMBER_BEGINS = re.compile(r"\d|(?:E?S|د[إا]?ط?)-\s?\d")
_YEAR = re.compile(r"\s?\((?:[^()\d]{0,12}(?:\d{1,2}[^()\d]{1,16})?)((?:19|20)\d\d)\)")
_GAP = re.compile(r"\s?[.,:;()\[«“\"'’#°º№–—-]{0,2}\s?")
_SENTENCE_ENDS = frozenset(".!?؟;")
_OF_SESSIONS = frozenset({"general_assembly", "human_rights_council"})
"""Bodies whose resolutions are numbered by their sessions."""
_NEAR = 60
"""The body whose "its resolution" is is looked for among so many words before it, and after it."""
_SESSIONS_ONLY_ASSEMBLY = 61
"""From this session on "71/248" is the General Assembly's: the Human Rights Council has not come so far."""
_MOST_OF_THE_COUNCIL = 60
"""More resolutions than these the Human Rights Council has adopted at no session: "60/147" is the Assembly's."""


class _Number(NamedTuple):
    start: int
    end: int
    match: re.Match[str]
    year: int | None


@dataclass
class _Numbered:
    """Documents named by number: "resolution", perhaps the body and words between, then one number or more.

    Conventions of the International Labour Organization are named like resolutions.
    """

    text: _Text
    of_the_un: bool
    last_body: str | None
    bodies: list[tuple[str, int, int]] = field(init=False)
    body_starts: dict[int, tuple[str, int]] = field(init=False)
    body_ends: list[int] = field(init=False)

    def __post_init__(self) -> None:
        bodies = [found for found in self.text.found if found[0] in _BODIES]
        self.bodies = sorted(bodies, key=lambda body: (body[2], -body[1]))
        self.body_starts = {first: (label, last) for label, first, last in self.bodies}  # the longest
        self.body_ends = [last for _, _, last in self.bodies]
        self.its = {last for label, _, last in self.text.found if label == "its"}

    def resolutions(self) -> Iterator[_Place]:
        """Read the numbers after each "resolution"."""
        done = 0
        inherited: str | None = None
        for label, first, last in self.text.found:
            if label not in _NUMBERED_DOCUMENTS:
                continue
            convention, several = label.startswith("convention"), label.endswith("s")
            start, end = self.text.span(first, last)
            if start < done or self.text.text[start - 1 : start] == "/":
                continue
            begin, body = self.body_before(first, last)
            if body in (None, "united_nations") and last in self.its:
                body = self.owner(first) or body
            after = self.to_the_number(last, end, several=several)
            if after is None:
                continue
            at, inner = after
            numbers = self.numbers(at, several=several)
            if not numbers:
                continue
            joined = done > 0 and self.is_joined(done, start)
            body = inner or body
            if body in (None, "united_nations"):
                body = self.body_after(numbers[-1].end) or body or (inherited if joined else None)
            if (named := self.owner(first)) in _OF_SESSIONS:
                # "The Human Rights Council affirmed in resolution 15/9"
                self.last_body = named
            for number in numbers:
                place = (self.convention if convention else self.resolution)(begin, number, body)
                begin = -1
                if place:
                    yield place
            done, inherited = numbers[-1].end, body

    def is_joined(self, end: int, start: int) -> bool:
        """Tell whether nothing but an "and" stands between two places, perhaps with an article."""
        joiner = _vocabulary().joiner.match(self.text.text, end, start)
        rest = self.text.text[joiner.end() if joiner else end : start].strip()
        return not rest or rest.casefold() in _vocabulary().articles

    def without_a_word(self) -> Iterator[_Place]:
        """Read numbers that follow a body's abbreviation at once: "UNGA 71/248", "UNSC 2254"."""
        for label, first, last in self.bodies:
            start, end = self.text.span(first, last)
            if (
                last == first + 1
                and self.text.text[start:end].isupper()
                and self.text.text[end : end + 1] == " "
            ):
                match = _NUMBER.match(self.text.text, end + 1)
                numbered = match and (match["session"] or _is_council_number(label, match["plain"] or ""))
                if match and numbered and (place := self.resolution(start, self.number(match), label)):
                    yield place

    def body_before(self, first: int, last: int) -> tuple[int, str | None]:
        """Where the naming begins, and whose resolution it is by what stands before it in the sentence."""
        text = self.text
        start = text.places[first][0]
        if (own := self.body_starts.get(first)) and own[0] != "elsewhere":
            return start, own[0]
        index = bisect_right(self.body_ends, last) - 1
        if index < 0:
            return start, None
        label, body_first, body_last = self.bodies[index]
        between = text.words[body_last:first]
        if body_last > first or len(between) > 5 or _SENTENCE_ENDS & set(between[1:]):
            return start, None
        linked = all(word in _vocabulary().links for word in between if word[0].isalnum())
        if not linked and label not in ("security_council", "united_nations"):
            return start, None  # "the government must implement resolution 1701"
        gap = text.text[text.places[body_last - 1][1] : start]
        adjacent = label != "elsewhere" and not gap.strip(" .")
        return (text.places[body_first][0] if adjacent else start), label

    def owner(self, at: int) -> str | None:
        """Whose "its resolution" is: the last body named before in the sentence, else the first named after."""
        words = self.text.words
        near = range(max(0, at - _NEAR), min(at + _NEAR, len(words)))
        start = next(
            (i for i in range(at - 1, near.start - 1, -1) if words[i] in _SENTENCE_ENDS), near.start - 1
        )
        stop = next((i for i in range(at, near.stop) if words[i] in _SENTENCE_ENDS), near.stop)
        bodies = self.bodies[bisect_right(self.body_ends, start) : bisect_right(self.body_ends, stop)]
        named = [body for body in bodies if body[0] != "united_nations"]
        of_the_un = [body for body in named if body[0] != "elsewhere"] or named
        before = [label for label, first, _ in of_the_un if first < at]
        return before[-1] if before else next((label for label, _, _ in of_the_un), None)

    def to_the_number(self, word: int, at: int, *, several: bool) -> tuple[int, str | None] | None:
        """The place of the number that follows and the body named on the way; None if something else follows.

        Of several resolutions it may be said first what they are on ("on Chad, including 1778").
        """
        text, vocabulary = self.text, _vocabulary()
        body: str | None = None
        linked = False
        least = 1
        short = word > 0 and len(text.words[word - 1]) <= 5
        for _ in range(12):
            gap = _GAP.match(text.text, at)
            if gap and ("." in gap[0]) and not short:
                return None
            at = gap.end() if gap else at
            if _NUMBER_BEGINS.match(text.text, at):
                if linked or (text.text[at].isdigit() and not text.text[at : at + least].isdigit()):
                    return None
                return at - (text.text[at - 1] == "("), body
            while word < len(text.words) and text.places[word][0] < at:
                word += 1
            if word >= len(text.words) or text.places[word][0] != at:
                return None
            token = text.words[word]
            if word in self.body_starts:
                label, after = self.body_starts[word]
                body, linked = label, False
                at, word = text.places[after - 1][1], after
                short = False
                continue
            if token in vocabulary.number:
                linked = False
            elif token in vocabulary.before_number:
                linked, least = False, max(least, 3)
            elif token in vocabulary.links:
                linked = True
            elif several and token.isalpha():
                linked, least = True, 4
            else:
                return None
            short = len(token) <= 4
            at = text.places[word][1]
        return None

    def numbers(self, at: int, *, several: bool) -> list[_Number]:
        """The number at `at` and those joined to it."""
        found: list[_Number] = []
        while match := _NUMBER.match(self.text.text, at):
            number = self.number(match)
            if found and not _continues(found[-1], number, several):
                break
            found.append(number)
            joiner = _vocabulary().joiner.match(self.text.text, number.end)
            at = joiner.end() if joiner else number.end
            if at == number.end:
                break
            another = _vocabulary().another.match(self.text.text, at)
            at = another.end() if another else at
        return found

    def number(self, match: re.Match[str]) -> _Number:
        """A number with the year printed after it."""
        text = self.text.text
        start, end = match.start(), match.end()
        opened, closed = text[start] == "(", text[end - 1] == ")" and not match["roman"]
        start, end = start + (opened and not closed), end - (closed and not opened)
        if match["item"] and (adopted := _year_after_number(match["session"], match["item"])):
            return _Number(start, end, match, adopted)
        year = _YEAR.match(text, end) or _vocabulary().of_year.match(text, end)
        return _Number(start, year.end() if year else end, match, int(year[1]) if year else None)

    def body_after(self, at: int) -> str | None:
        """Whose resolution it is by what follows: "of the UN Security Council"."""
        word = bisect_right(self.text.places, (at, -1))
        body: str | None = None
        for _ in range(6):
            if word in self.body_starts and body != self.body_starts[word][0]:
                body, word = self.body_starts[word]
                if body != "united_nations":
                    return body
            elif word < len(self.text.words) and self.text.words[word] in _vocabulary().links:
                word += 1
            else:
                break
        return body

    def convention(self, begin: int, number: _Number, body: str | None) -> _Place | None:
        """The convention of that number, or None if it is not one of the International Labour Organization."""
        if body != "labour_organization" or not number.match["plain"]:
            return None
        start = begin if begin >= 0 else number.start
        return _place(start, number.end, name=f"ILO Convention No. {number.match['plain']}")

    def resolution(self, begin: int, number: _Number, body: str | None) -> _Place | None:
        """The resolution of that number, or None if it is nobody's of the United Nations."""
        match = number.match
        # "Resolution 1325": four digits are a number of the Security Council's, whoever speaks of it.
        plain = match["plain"] or ""
        known = (
            self.of_the_un
            or number.year
            or (match["session"] or "").startswith("ES-")
            or (
                len(plain) == 4
                and "1000" <= plain < "3000"
                and begin >= 0
                and self.text.text[begin].isupper()
            )
        )
        if body in ("elsewhere", "labour_organization") or (body is None and not known):
            return None
        start = begin if begin >= 0 else number.start
        if match["session"]:
            place = self.session_resolution(start, number, body)
        elif match["roman"]:
            letter = match["old_part"] or match["late_part"]
            part = f" {letter}" if letter else ""
            place = _place(start, number.end, f"A/RES/{match['old']}{part} ({match['roman']})")
        elif body == "general_assembly":
            place = _place(start, number.end, f"A/RES/{match['plain']}")
        elif body not in (None, "security_council", "united_nations") or (
            body != "security_council" and len(match["plain"]) < 3
        ):
            place = None
        else:
            place = _council_resolution(start, number.end, int(match["plain"]), number.year)
            body = "security_council"
        if place and body in ("security_council", "general_assembly", "human_rights_council"):
            self.last_body = body
        return place

    def session_resolution(self, start: int, number: _Number, body: str | None) -> _Place | None:
        """A resolution numbered by session or year: "71/248", "ES-11/1", "2254/2015", "1996/31"."""
        session = number.match["session"].replace(" ", "")
        if session[0] == "د":
            # Special sessions in Arabic: "دإ-36/1", "دإط-10/24".
            session = ("ES" if "ط" in session else "S") + session[session.index("-") :]
        item = number.match["item"] + (number.match["part"] or "")
        if number.year and session.isdigit() and int(session) > 100:
            if body in (None, "security_council", "united_nations"):
                return _council_resolution(start, number.end, int(session), number.year)
            return None
        if session.isdigit() and 1946 <= int(session) <= 2100:
            prefix = {"economic_and_social_council": "E/RES", "commission_on_human_rights": "E/CN.4/RES"}.get(
                body or ""
            )
            return _place(start, number.end, f"{prefix}/{session}/{item}") if prefix else None
        if session.isdigit() and not 1 <= int(session) <= 120:
            return None
        remarks: tuple[Remark, ...] = ()
        if body not in _OF_SESSIONS:
            if body not in (None, "united_nations"):
                return None
            if session.startswith("ES-") or (
                session.isdigit()
                and (
                    int(session) >= _SESSIONS_ONLY_ASSEMBLY
                    or int(number.match["item"]) > _MOST_OF_THE_COUNCIL
                )
            ):
                body = "general_assembly"
            else:
                known = self.last_body in _OF_SESSIONS
                body = self.last_body if known else "human_rights_council"
                name = "General Assembly" if body == "general_assembly" else "Human Rights Council"
                message = (
                    f"resolution {session}/{item} is taken for one of the {name}: it isn't said whose it is"
                )
                remarks = (Remark("resolution-body-assumed", message),)
        prefix = "A/RES" if body == "general_assembly" else "A/HRC/RES"
        return _place(start, number.end, f"{prefix}/{session}/{item}", remarks=remarks)


def _is_council_number(label: str, digits: str) -> bool:
    """Tell a number of the Security Council's resolutions that can't be a year."""
    return label == "security_council" and len(digits) == 4 and not _is_year(digits)


def _year_after_number(number: str, digits: str) -> int | None:
    """The year in "1244/1999" or "1244/99", where that is what stands after the stroke."""
    if not number.isdigit() or int(number) <= 100:
        return None
    if len(digits) == 4 and digits[:2] in ("19", "20"):
        return int(digits)
    year = _year(int(number))
    return year if year and digits == f"{year % 100:02}" else None


def _continues(before: _Number, number: _Number, several: bool) -> bool:
    """Whether `number` goes on a list of resolutions, and isn't a year or an amount that follows."""
    one, other = before.match, number.match
    if not other["plain"] or not one["plain"]:
        return bool(other["plain"]) == bool(one["plain"]) or number.year is not None
    if number.year:
        return True
    if int(other["plain"]) == (before.year or _year(int(one["plain"]))):
        return False
    least = len(one["plain"]) - 1 if several else 4
    return len(other["plain"]) >= max(least, 2)


# The years of Security Council resolutions.


@cache
def _first_numbers() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The first number of each year, and the years. Raises `DataError` where the table is not good."""
    path = resources.folder("ontology") / "resolutions.csv"
    rows: list[tuple[int, int]] = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith(("#", "year")):
                continue
            year, _, first = line.strip().partition(",")
            if not (year.isdigit() and first.isdigit()) or (rows and int(first) <= rows[-1][0]):
                raise DataError("expected a year and a number greater than the last", path, number)
            rows.append((int(first), int(year)))
    numbers, years = zip(*rows, strict=True)
    return numbers, years


_BEYOND = 500
"""How far beyond the table's last number a resolution may be before it is taken for impossible."""


def _year(number: int) -> int | None:
    """The year in which the Security Council adopted resolution `number`; None if the table doesn't tell."""
    numbers, years = _first_numbers()
    if not 1 <= number <= numbers[-1]:
        return None
    return years[bisect_right(numbers, number) - 1]


def _council_resolution(start: int, end: int, number: int, printed: int | None) -> _Place:
    numbers, years = _first_numbers()
    year = _year(number)
    if not 1 <= number <= numbers[-1] + _BEYOND:
        message = f"there is no Security Council resolution {number}"
        return _place(start, end, remarks=(Remark("impossible-resolution", message),))
    if year is None and printed is not None and printed >= years[-1]:
        year = printed
    remarks: tuple[Remark, ...] = ()
    if year is None:
        message = f"Security Council resolution {number} is of {years[-1]} or later: the year is not known"
        remarks = (Remark("resolution-year-unknown", message),)
    if printed is not None and printed != year:
        of = str(year) if year else f"{years[-1]} or later"
        message = f"Security Council resolution {number} is of {of}, but {printed} is printed"
        remarks = (Remark("resolution-year", message),)
    if year:
        return _place(start, end, f"S/RES/{number} ({year})", remarks=remarks)
    return _place(start, end, name=f"Security Council resolution {number}", remarks=remarks)
