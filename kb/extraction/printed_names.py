"""What the words of a printed name tell: whose name it is, where it begins, whether it goes on, or is none."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from kb.extraction.dates import find_dates, may_hold_date
from kb.extraction.expressions import Expressions
from kb.extraction.language import any_language, any_of, any_words, languages
from kb.extraction.offices import without_article
from kb.extraction.wordings import LATELY, heads_footer, heads_names, name_like, without_vowel_signs
from kb.letter import SignatoryKind

EDGES = " \t,;،؛*_|•·"
_APOSTROPHES = "'’"

# ------------------------------------------------------------------------------- a person's, an organisation's

_NAME_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ASCII_NAME_WORDS = re.compile(r"[a-z]+(?:'[a-z]+)?")
_AFFILIATION = re.compile(r"(?=[\s,،(:])(?:\s[-–—/|]\s|,\s|،\s|\s?\(|:\s)")
_MAY_PART = re.compile(r"[,،(:–—/|-]")
# "l'Union": an article of one letter.
_ELIDED = re.compile(r"(?<!\w)[^\W\d_]['’](?=\w\w)")
_INITIAL = re.compile(r"[^\W\d_]\.\s?[^\W\d_]")


def parts_of(name: str, most: int = 0) -> list[str]:
    """Part a name from what is said beside it, at `most` places: "Ada Okello, River League (Accra)"."""
    return _AFFILIATION.split(name, most) if _MAY_PART.search(name) else [name]


def _words(text: str) -> list[str]:
    text = without_vowel_signs(text).casefold()
    if "'" in text or "’" in text:
        text = _ELIDED.sub("", text)
    return (_ASCII_NAME_WORDS if text.isascii() else _NAME_WORDS).findall(text)


def has_organisation(text: str) -> bool:
    """Tell whether text holds a word that only names of organisations hold."""
    return not _organisations().isdisjoint(_words(text))


@cache
def _organisations() -> frozenset[str]:
    """The words that only names of organisations hold, also with what a language writes together with them."""
    return any_words("signatures", "organisations") | {
        f"{prefix}{word}"
        for language in languages().values()
        for prefix in language.section("detection").get("prefixes", ())
        for word in language.section("signatures").get("organisations", ())
    }


# The name of a person has so many words.
_NAME_OF_PERSON = range(2, 5)


@lru_cache(maxsize=1 << 12)
def kind_of_name(name: str) -> SignatoryKind | None:
    """Tell whether a printed name is a person's or an organisation's, None where the words don't tell."""
    name, *beside = parts_of(name, most=1)
    head = _words(name)
    if not head:
        return "organisation"
    if head[0] in any_words("signatures", "persons") and len(head) > 1:
        return "person"
    given = _without_accents(head[0]) in any_words("signatures", "given_names")
    if not _organisations().isdisjoint(head):
        return "person" if given and _names_office(name) else "organisation"
    if len(head) == 1 or (name.isupper() and len(head) > 4):
        return "organisation"
    if beside and (is_role(beside[0]) or any_language("signatures", "behalf").match(beside[0])):
        return "person"
    if len(head) < 5 and given:
        return "person"
    return "organisation" if len(head) > 5 else None


def _names_office(name: str) -> bool:
    """Tell whether an office stands right after a name of a few words: "Ada Okello President of the River League"."""
    office = any_language("addressee", "offices").search(name)
    if office is None or has_organisation(name[: office.start()]):
        return False
    return name.count(" ", 0, office.start()) in _NAME_OF_PERSON


# Words that names begin with, where there are no capitals to tell them.
_TELL_NAMES = ("organisations", "persons", "given_names")


def is_known(text: str) -> bool:
    """Tell whether the first word of text is one that names begin with."""
    first = _words(text)[:1]
    return bool(first) and (
        has_organisation(first[0]) or any(first[0] in any_words("signatures", key) for key in _TELL_NAMES)
    )


def _without_accents(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def is_person(name: str) -> bool:
    """Tell whether a name is surely a person's: by a form of address, an initial, a given name, letters after it."""
    return kind_of_name(name) == "person" or _INITIAL.match(name) is not None or is_member(name)


def is_member(name: str) -> bool:
    """Tell whether letters stand after a name ("Ada Okello MP")."""
    return name.rsplit(None, 1)[-1].casefold() in any_words("signatures", "after_names")


def begins_with_organisation(text: str) -> bool:
    """Tell whether the first word of text is one that only names of organisations hold."""
    return has_organisation(without_article(text).split(None, 1)[0])


def begins_with_name(text: str) -> bool:
    """Tell whether text begins with a name: in capitals, or with a word of organisations."""
    head = _NAME_WORDS.search(text)
    return head is not None and (
        head[0][0].isupper() or head[0].casefold() in any_words("signatures", "organisations")
    )


# ----------------------------------------------------------------------------------------------- roles

# Names of persons in a script without capitals have fewer words.
_ROLE_WORDS = 5


def _end_of_role(text: str) -> int:
    """Tell where the words end that say what a person is and with which text begins; 0 if there are none."""
    found = (
        any_language("addressee", "offices").match(text),
        any_language("signatures", "roles").match(text),
    )
    return max((match.end() for match in found if match), default=0)


@lru_cache(maxsize=LATELY)
def is_role(text: str) -> bool:
    """Tell whether text says what a person is ("Executive Director", "President, Bar Association")."""
    text = without_article(text)
    end, office = _end_of_role(text), any_language("addressee", "offices").match(text)
    if not end:
        return False
    rest = text[end:].lstrip()
    caseless = rest[:1].upper() == rest[:1].lower()
    return (
        not rest
        or rest[0] in ",-–—(/&،"
        or any_language("addressee", "connectors").match(rest) is not None
        # Arabic puts nothing between an office and the body it is of.
        or (caseless and has_organisation(rest))
        # "Président national", "Directora ejecutiva": an office in lower case.
        or ((rest.islower() or (caseless and not office)) and rest.count(" ") < 3)
    )


def may_be_role(text: str) -> bool:
    """Tell a role from a name by its length, in a script that has no capitals."""
    caseless = text.upper() == text.lower()
    plain_words = caseless and _AFFILIATION.search(text) is None and not has_organisation(text)
    return plain_words and text.count(" ") + 1 >= _ROLE_WORDS and kind_of_name(text) != "person"


def role_of_organisation(text: str) -> bool:
    """Tell a role that says of which organisation, as its words or its capitals tell ("Chair, River League")."""
    beside = text[_end_of_role(text) :].strip()
    while beside.startswith(", ") and (end := _end_of_role(beside[2:])):
        # "Lawyer, human rights defender"
        beside = beside[2 + end :].strip()
    if has_organisation(beside):
        return not beside.islower()
    head = _NAME_WORDS.match(beside, 2) if beside.startswith(", ") else None
    return head is not None and sum(map(str.isupper, head[0])) > 1


# -------------------------------------------------------------------------------- where names begin and end

_COLON = re.compile("[:：]")
_HANDLE = re.compile(r"(?<=[\w.])\s*[(|–—-]?\s*@\w+\)?$")
_OPEN = re.compile(r"[(\[«“][^)\]»”]*$")
_TAIL = ("-", "–", "—", ":", "/", "&", ",", "،")
# Among names, what has so few words and does not end as a sentence is one, however it is capitalised.
FEW_WORDS = 7


def is_named(text: str) -> bool:
    """Tell whether a line among names may be one."""
    text = without_stop(text) if text[-1:] == "." else text
    short = text[:1].isupper() and text[-1] not in ":!?…." and text.count(" ") < FEW_WORDS
    return short or name_like(text)


def without_stop(text: str) -> str:
    """Leave out the full stop after a short name with a capital at the head of each longer word."""
    if not text.endswith(".") or "." in text[:-1] or text.count(" ") >= FEW_WORDS:
        return text
    longer = re.findall(r"[^\W\d_]{4,}", text)
    # "Inc.", "Ltd.": an abbreviation.
    whole = bool(longer) and text[:-1].endswith(longer[-1])
    stopped = whole and all(word[0].isupper() for word in longer) and name_like(text[:-1])
    return text[:-1] if stopped else text


def without_handle(name: str) -> str:
    """Leave out the name on a social network after a name ("Ada Okello - @adaokello")."""
    return _HANDLE.sub("", name) if "@" in name else name


def is_open(name: str) -> bool:
    """Tell whether a bracket or a quotation mark is still open at the end of a name."""
    return _OPEN.search(name) is not None


def is_cut_off(name: str) -> bool:
    """Tell whether a name surely goes on: it ends in a dash, a comma, "of"."""
    last = name.rsplit(None, 1)[-1]
    if last.endswith(_TAIL):
        return True
    return last.islower() and any_language("addressee", "connectors").fullmatch(last) is not None


def starts_small(text: str) -> bool:
    """Tell a name that begins with a small letter on purpose (iPEN), or a connecting word before one."""
    return text[1:2].isupper() or any_language("signatures", "connectors").match(text) is not None


def speaks_for(text: str) -> bool:
    """Tell whether a line says on behalf of whom somebody signs."""
    return any_language("signatures", "behalf").match(text) is not None


def name_start(text: str) -> int:
    """Tell where the name begins after "and", "with", "on behalf of the", "Sgd.:", "The president:"; 0 mostly."""
    if marked := marks_name(text):
        return marked
    found = any_language("signatures", "connectors").match(text)
    if found and not found[0].islower():
        found = None
    found = found or any_language("signatures", "behalf").match(text)
    if not found or text[found.end() : found.end() + 1].strip(_APOSTROPHES + EDGES):
        return 0
    rest = text[found.end() :].lstrip(EDGES + _APOSTROPHES + ":")
    return len(text) - len(rest) if rest else 0


def marks_name(text: str) -> int:
    """Tell where the name begins after "Sgd.:", "The president:"; 0 if there is no such mark."""
    if not _COLON.search(text):
        return 0
    for section, key in (("signatures", "marks"), ("addressee", "offices")):
        found = any_language(section, key).match(text)
        if found and text[found.end() :].lstrip(" .").startswith((":", "：")):
            name = text[found.end() :].lstrip(" .:：")
            return len(text) - len(name) if name else 0
    return 0


# ------------------------------------------------------------------------------------------- what is none

_DIGIT = re.compile(r"\d")
_SIGN_OF_CONTACT = re.compile("[@/.+]")
_CONTACT = re.compile(r"\S@\S|:\s?@\w|https?://|www\.|(?<!\w)c/o\s|(?<!\w)\+\d{1,3}[\s(]+\d", re.IGNORECASE)
_TELEPHONE = re.compile(r"\(?(?:tel|phone|fax|mob|tél|e-?mail)\b\.?:?", re.IGNORECASE)
# The initials of who wrote and who typed a letter ("GS/mk").
_TYPIST = re.compile(r"[A-Z]{1,4}[/:][a-z]{1,4}")
_POSTAL_CODE = re.compile(r"(?:[A-Z]{1,2}-)?\d{4,6}\s+[^\W\d_]")
_PLACEHOLDER = re.compile(r"^(?:\[[^\[\]]{1,60}\]\s*)+$|\$\{|\{\{|_{3,}|\.{4,}\s*$|<<|\[\s*\]|…{2,}|[xX]{4,}")
_ODD = re.compile(r"[${\[<(_.…Xx←→]")
_BRACKETS = "[]<>{}() "
# Where a site leads on and back.
_ARROWS = "←→"
_IN_BRACKETS = re.compile(r"\([^()]*\)")
# A place and a date, and what is to be filled in, take fewer code points.
_SHORT = 60
_SHORTER = 40
_SHORTEST = 15


def is_contact(text: str) -> bool:
    """Tell an address on the web or of mail, a telephone number."""
    if _TELEPHONE.match(text):
        return True
    return _SIGN_OF_CONTACT.search(text) is not None and _CONTACT.search(text) is not None


@lru_cache(maxsize=LATELY)
def is_aside(text: str) -> bool:
    """Tell what is printed below names and is none: an address, a telephone number, a date, initials."""
    if is_contact(text) or (len(text) < _SHORTEST and _TYPIST.fullmatch(text)):
        return True
    # "Dock Union 2207 (New York)" is a name.
    text = _IN_BRACKETS.sub("", text) if "(" in text else text
    if not _DIGIT.search(text):
        return False
    dated = len(text) < _SHORT and may_hold_date(text) and any(True for _ in find_dates(text, "day"))
    numbered = 2 * sum(map(str.isdecimal, text)) > len(text)
    return (
        dated
        or numbered
        or has_postal_code(text)
        or any_language("addressee", "places").search(text) is not None
    )


def is_place(text: str) -> bool:
    """Tell a town with its country ("Nairobi, Kenya")."""
    town, comma, country = text.rpartition(", ")
    return bool(comma) and heads_names(country) and not has_organisation(town)


def has_postal_code(text: str) -> bool:
    """Tell a line of an address that begins with a postal code."""
    return _POSTAL_CODE.match(text) is not None


def tells_more(text: str) -> bool:
    """Tell a line that says how many more have signed, or where they are."""
    return any_language("signatures", "more").fullmatch(text.strip(_BRACKETS).rstrip(".…")) is not None


def is_placeholder(text: str) -> bool:
    """Tell what is still to be filled in, or is withheld ("[Your name]")."""
    bare = text.strip(_BRACKETS)
    odd = _ODD.search(text) is not None
    if odd and _PLACEHOLDER.search(text):
        return True
    return (odd or len(bare) < _SHORTER) and (
        any_language("signatures", "placeholders").fullmatch(bare) is not None
    )


@cache
def _no_names() -> Expressions:
    """What begins what surely is no name."""
    lists = ("more", "placeholders", "slogans")
    return any_of(*(("signatures", key) for key in lists), ("closing", "formulas"))


def is_no_name(text: str) -> bool:
    """Tell what surely is no name: how many more sign, what is to be filled in, a formula; most names fast."""
    bare = text.strip(_BRACKETS)
    if len(text) >= _SHORTEST and not _no_names().may_match(bare) and not _ODD.search(text):
        return False
    said = any(map(str.isalnum, text)) and text[0] not in _ARROWS and text[-1] not in _ARROWS
    return not said or tells_more(text) or is_placeholder(text) or is_formula(text)


def is_formula(text: str) -> bool:
    """Tell what stands among names and is surely none: a formula, a slogan, a bare "and", a note in brackets."""
    return (
        any_language("closing", "formulas").fullmatch(text.strip(" ,.!،()[]")) is not None
        or any_language("signatures", "slogans").fullmatch(text.strip(" .!")) is not None
        or (len(text) < _SHORTEST and any_language("signatures", "connectors").fullmatch(text) is not None)
        or (text[0] == "(" and heads_footer(text.strip("().")))
    )
