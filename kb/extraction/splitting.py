"""Where one addressee ends and the next begins, in text that may name several.

Between them stands a comma, an "and", a semicolon, or nothing. Each such joint is judged by the words on both of its
sides: "the Chair, Ms. X" is one addressee, "Minister X, Minister Y" are two, "Minister of Roads and Bridges" is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from itertools import chain, pairwise
from typing import Literal, NamedTuple

from kb.extraction.expressions import Expressions
from kb.extraction.language import any_language, any_words
from kb.extraction.offices import (
    EDGES,
    NAMING,
    is_called_office,
    is_further_office,
    is_office_here,
    known,
    office_near,
    without_article,
    without_forms,
)

__all__ = ["LONGEST", "kept_places", "names_next", "split_addressees"]

_Kind = Literal["separator", "slash", "cell", "and to", "and", "comma", "form", "office"]

_SEPARATOR = re.compile(r"[;؛•|]|\s/\s")
_KINDS: dict[str, _Kind] = {"|": "cell", "/": "slash"}
# No addressee takes more code points than this.
LONGEST = 400
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_BETWEEN = " \t,:;،؛*_-–—|\"'“”«»"
_IN_BRACKETS = re.compile(r"\([^()]*\)")
# So many letters has a body's acronym, and a country's hardly ever.
_ACRONYM = range(4, 9)
_COMMA = re.compile(r"\s*[,،]\s+")
# So many words with capitals may be a name without a form of address.
_FULL_NAME = (2, 5)
# Words that begin with so many letters alike are forms of one.
_STEM = 5
# In so long a list of names, a comma parts them though nothing tells what they are.
_LISTED = 2
# So many commas and an "and" after a comma make a list.
_ENUMERATED = 3


class _Joint(NamedTuple):
    """A place where an addressee may end and another begin; the words of either side stand outside of it.

    `marked` by an article or a preposition, what follows can hardly be more words of the same name.
    """

    start: int
    end: int
    kind: _Kind
    marked: bool = False


def split_addressees(text: str, start: int, stop: int, entry: bool = False) -> Iterator[tuple[int, int]]:
    """Give where each addressee begins and ends whom `text[start:stop]` names.

    In an `entry` of a list, a body beside another is a part of it.
    """
    joints = _joints(text, start, stop)
    if listed := _enumerated(text, joints):
        begins, ends = [start, *(joint.end for joint in listed)], [*(joint.start for joint in listed), stop]
        yield from zip(begins, ends, strict=True)
        return
    lone = _lone_commas(text, joints)
    # What several semicolons part is a list of entries.
    entry |= sum(joint.kind == "separator" for joint in joints) >= _LISTED
    last = begin = start
    for joint, end in zip(joints, _ends(joints, stop), strict=True):
        if joint.start < begin:
            continue
        far = min(stop, joint.end + LONGEST)
        # What stands between this office and the last joint must be complete by itself: "and Central Bank Governors".
        since = last if joint.kind == "office" else begin
        before = _Side(text[max(begin, since, joint.start - LONGEST) : joint.start])
        after = _Side(text[joint.end : min(end, far)], text[joint.end : far])
        within = joint in lone and before.body and not before.unit and (after.unit or (entry and after.body))
        if not within and _parts(joint, before, after, len(joints)):
            yield begin, joint.start
            begin = joint.end
        last = joint.end
    yield begin, stop


def _enumerated(text: str, joints: Sequence[_Joint]) -> Sequence[_Joint]:
    """Give what parts a plain list: "President X, the Senate, Roads and Bridges, and the Office of Y"; else ()."""
    printed = [joint for joint in joints if joint.kind not in {"form", "office"}]
    if len(printed) < _ENUMERATED or {joint.kind for joint in printed} != {"comma", "and"}:
        return ()
    last, many = printed[-1], sum(joint.kind == "comma" for joint in printed) >= _ENUMERATED
    told = text[last.start] in ",،" or (many and all(joint.kind == "comma" for joint in printed[:-1]))
    if last.kind == "comma" or not told:
        return ()
    parts = [text[before.end : after.start] for before, after in pairwise(printed) if after.kind == "comma"]
    sides = [_Side(part) for part in (text[: printed[0].start], *parts, text[last.end :])]
    if any(side.person or side.plain_office or not side.capitals for side in sides):
        return ()
    # "Minister of Finance, Trade, Roads, and Bridges"
    named = any(side.names_one for side in sides[1:])
    return [*(joint for joint in printed if joint.kind == "comma"), last] if named else ()


def _lone_commas(text: str, joints: Sequence[_Joint]) -> set[_Joint]:
    """Give the commas that stand alone between semicolons, as in "Commission on Roads, Working Group on Bridges"."""
    if all(joint.kind != "comma" for joint in joints):
        return set()
    printed = [
        joint
        for joint in joints
        if joint.kind not in {"form", "office", "and"}
        or (joint.kind == "and" and any(known(key).match(text, joint.end) for key in NAMING))
    ]
    kinds = ["separator", *(joint.kind for joint in printed), "separator"]
    return {
        joint
        for joint, before, after in zip(printed, kinds[:-2], kinds[2:], strict=True)
        if joint.kind == "comma" and before == after == "separator"
    }


def _ends(joints: Sequence[_Joint], stop: int) -> list[int]:
    """Give for each joint where the next one stands that is printed, or else the end."""
    ends: list[int] = []
    for joint in reversed(joints):
        ends.append(stop)
        stop = stop if joint.kind in {"form", "office"} else joint.start
    return ends[::-1]


def names_next(text: str, place: int) -> bool:
    """Tell whether another addressee, or the office of the last one, follows the comma or "and" at that place."""
    found = _between().match(text, place)
    if found is None:
        return False
    # "…, to all Leaders of the Forum"
    after = text[found.end() : found.end() + LONGEST]
    named = after[:1].isupper()
    if named and found["and"] and _Side(_COMMA.split(after, 1)[0], after).presented:
        # "…, and Ann Vale, Mayor of Reedham"
        return True
    led = named and known("leads").match(found["marks"]) is not None
    return led or any(known(key).match(text, found.end()) for key in NAMING)


def kept_places(text: str, start: int, stop: int) -> frozenset[int]:
    """Give the places where a list goes on whatever is said there: within joints ("and to the"), and known names."""
    found = chain(_between().finditer(text, start, stop), known("states").finditer(text, start, stop))
    return frozenset(place for match in found for place in range(match.start(), match.end()))


@cache
def _between() -> re.Pattern[str]:
    """A comma, an "and" or both, with what may follow: "to", "dear", an article."""
    and_, and_to, to = known("and").pattern, known("and_to").pattern, known("leads").pattern
    joined = "|".join(map(re.escape, sorted(any_words("addressee", "joined"))))
    dear = any_language("salutation", "dear").pattern
    article = rf"{known('articles').pattern}[\s’']"
    # "to A and to you, members of B"
    spoken = rf"{known('generic').pattern}\s*[,،]\s+"
    each = rf"{known('of_each').pattern}\s+(?={known('forms').pattern})"
    return re.compile(
        rf"(?:(?P<to>\s*[,،]?\s+{and_to}\s+)|(?P<and>\s*[,،]?\s+{and_}\s+)"
        rf"|(?P<joined>(?:\s*[,،]\s?|\s)(?:{joined})(?=\w))|\s*[,،]\s+)(?:{dear}\s+)?"
        rf"(?P<marks>(?:{to}\s+)?(?:{spoken})?(?:{each})?(?:{article})?)",
        re.IGNORECASE,
    )


def _joints(text: str, start: int, stop: int) -> list[_Joint]:
    """Give the joints in order; none within the name of a body or an office ("Heads of State and Government")."""
    printed = [
        _Joint(mark.start(), mark.end(), _KINDS.get(mark[0].strip(), "separator"))
        for mark in _SEPARATOR.finditer(text, start, stop)
    ]
    if any(joint.kind == "separator" for joint in printed):
        # "President of the Council; High Representative / Vice-President of the Commission"
        printed = [joint for joint in printed if joint.kind != "slash"]
    for found in _between().finditer(text, start, stop):
        # "…, to all Leaders of the Forum and to the Secretary"
        to = found["to"] or known("leads").match(found["marks"])
        kind: _Kind = "and to" if to else "and" if found["and"] or found["joined"] else "comma"
        printed.append(_Joint(found.start(), found.end(), kind, bool(found["marks"])))
    offices = list(known("offices").finditer(text, start, stop))
    unmarked: tuple[tuple[_Kind, Iterable[re.Match[str]]], ...] = (
        ("form", known("forms").finditer(text, start, stop)),
        ("office", offices),
    )
    beside = {place for joint in printed for place in range(joint.start, joint.end + 1)}
    bare = [
        _Joint(match.start(), match.start(), kind)
        for kind, matches in unmarked
        for match in matches
        if _stands_apart(text, start, match.start()) and match.start() not in beside
    ]
    if not printed and not bare:
        return []
    names = (offices, known("states").finditer(text, start, stop), _IN_BRACKETS.finditer(text, start, stop))
    within = {place for name in chain(*names) for place in range(name.start() + 1, name.end())}
    return sorted(joint for joint in (*printed, *bare) if joint.start not in within)


def _stands_apart(text: str, start: int, place: int) -> bool:
    """Tell whether a word with a capital begins there, after a space, but not after "Chair: ".

    In small letters none begins a name.
    """
    after_colon = text[place - 2 : place - 1] in {":", "："}
    return place > start and text[place - 1].isspace() and not (text[place].islower() or after_colon)


class _Side:
    """What the words on one side of a joint tell.

    `text` goes to the next joint, `further` to the end of the list, or to the next semicolon.
    """

    def __init__(self, text: str, further: str = "") -> None:
        # Forms of address may end with a full stop.
        self.text = f"{text.lstrip(EDGES).rstrip(_BETWEEN)} "
        self.further = _SEPARATOR.split(further, 1)[0]

    @cached_property
    def bare(self) -> str:
        return without_article(without_forms(without_article(self.text))).rstrip()

    @cached_property
    def form(self) -> bool:
        """It begins with a form of address."""
        return known("forms").match(without_article(self.text)) is not None

    @cached_property
    def only_form(self) -> bool:
        return self.form and not self.bare.strip(EDGES)

    @cached_property
    def office(self) -> bool:
        """It begins with an office."""
        return known("offices").match(self.bare) is not None

    @cached_property
    def only_office(self) -> bool:
        return known("offices").fullmatch(self.bare) is not None

    @cached_property
    def plain_office(self) -> bool:
        """It is an office, and names nobody who holds it: "President of the League"."""
        found = known("offices").search(self.bare) if office_near(self.bare, 0) else None
        if found is None or is_called_office(self.bare) or _COMMA.search(self.bare, 0, found.start()):
            return False
        if self.form and self.text.upper() == self.text.lower():
            # In Arabic nothing stands between an office and what it is of, or who holds it.
            return any_words("signatures", "given_names").isdisjoint(self.bare.split())
        return is_further_office(self.bare[found.start() :])

    @cached_property
    def body(self) -> bool:
        return not self.form and any(known(key).match(self.bare) for key in ("bodies", "states"))

    @cached_property
    def bracketed(self) -> bool:
        """It ends with words in brackets."""
        return _IN_BRACKETS.search(self.bare) is not None and self.bare.endswith(")")

    @cached_property
    def unit(self) -> bool:
        """It is a body within another."""
        return not self.form and known("units").match(self.bare) is not None

    @cached_property
    def body_alone(self) -> bool:
        """It is a body that may be the end of a longer name."""
        return self.body and not self.office and known("states").match(self.bare) is None

    @cached_property
    def begins_body(self) -> bool:
        """Its last word may begin the name of a body: "Chair of the Peace | and Fisheries Council"."""
        before = self.bare.split()[-2:-1]
        return any(known("connectors").fullmatch(word) for word in before)

    @cached_property
    def acronym(self) -> bool:
        """It is one word of capitals, as bodies are called by."""
        return self.bare.isupper() and self.bare.isalpha() and len(self.bare) in _ACRONYM

    @cached_property
    def initials(self) -> bool:
        """It is one word of capitals."""
        return self.bare.isupper() and self.bare.isalpha() and len(self.bare) > 1

    @cached_property
    def holds_office(self) -> bool:
        return known("offices").search(self.text) is not None and not is_called_office(self.bare)

    @cached_property
    def holder(self) -> bool:
        """It says what office somebody holds, after a comma."""
        return any(office_near(self.text, comma.end()) for comma in _COMMA.finditer(self.text))

    @cached_property
    def open_office(self) -> str:
        """The office that it ends with, and that what follows may be said of: "the Foreign Ministers"."""
        last = _last(known("offices"), self.bare)
        return last[0] if last else ""

    @cached_property
    def whole(self) -> bool:
        """It ends with the name of a body known by it, which nothing can be added to."""
        return _last(known("states"), self.bare) is not None

    @cached_property
    def person(self) -> bool:
        """It begins with a form of address, a name after it: "Justice X", not "Justice, and"."""
        return self.form and not self.only_form and not is_office_here(without_article(self.text), 0)

    @cached_property
    def capitals(self) -> bool:
        return self.bare[:1].isupper()

    @cached_property
    def full_name(self) -> bool:
        """It may be somebody's name, by its capitals alone."""
        words = _WORD.findall(_IN_BRACKETS.sub("", self.bare))
        least, most = _FULL_NAME
        return least <= len(words) <= most and all(
            word[0].isupper() or known("connectors").fullmatch(word) for word in words
        )

    @cached_property
    def several(self) -> bool:
        return known("several").match(self.bare) is not None

    @cached_property
    def others(self) -> bool:
        """It names the rest of several: "other leaders of the Lakes"."""
        return self.holds_office and known("every").match(self.text) is not None

    @cached_property
    def names_one(self) -> bool:
        return self.form or self.body or self.holds_office

    @cached_property
    def portfolio(self) -> bool:
        """It names an office or a body that is of something, and may be of more."""
        return known("portfolios").search(self.text) is not None

    @cached_property
    def presented(self) -> bool:
        """It is a name, its office after the next comma: "X, President of the Council"."""
        comma = _COMMA.search(self.further)
        named = self.capitals and not self.holds_office
        if comma is None or not named or known("leads").match(self.further, comma.end()):
            # "Al presidente, Ann Vale, al alcalde …"
            return False
        return office_near(self.further, comma.end())

    @cached_property
    def held(self) -> bool:
        """It is an office, the name of who holds it after the next comma: "Minister of Roads, Dr. X"."""
        comma = _COMMA.search(self.further)
        return comma is not None and self.plain_office and _Side(self.further[comma.end() :]).person


def _last(expressions: Expressions, text: str) -> re.Match[str] | None:
    """Give the match that text ends with."""
    return next((found for found in expressions.finditer(text) if found.end() == len(text)), None)


def _parts(joint: _Joint, before: _Side, after: _Side, count: int) -> bool:
    """Tell whether another addressee begins at a joint."""
    if joint.kind == "cell":
        return not after.plain_office or before.plain_office or before.holder or before.body
    if joint.kind == "separator":
        return True
    if joint.kind == "slash":
        # "High Representative / Vice-President X"
        return not (before.only_office and after.office)
    if not before.text.strip() or not after.text.strip():
        return False
    if before.only_form:
        # "Mr. and Mrs. X"; "Excellencies, Heads of State"
        return joint.kind == "comma" and (after.office or after.body)
    if joint.kind == "and to":
        return before.names_one or before.full_name
    if joint.kind == "and":
        return _and_parts(joint, before, after, count)
    if joint.kind == "comma":
        return _comma_parts(joint, before, after, count)
    return _nothing_parts(joint.kind, before, after)


def _and_parts(joint: _Joint, before: _Side, after: _Side, count: int) -> bool:
    named = before.names_one or before.full_name or before.initials
    if after.person:
        return named
    if before.bracketed and after.bracketed:
        # "Ann Vale (Mayor) and Paul Reed (Harbour Master)"
        return True
    if _share(joint, before, after) or _is_doublet(before, after):
        return False
    if not joint.marked and before.begins_body and after.body_alone:
        return False
    if after.office or after.body:
        # "X, President and Chair of the League"
        return named and (not before.holder or joint.marked or after.several or after.body)
    if after.others:
        return named
    if not after.capitals or before.several:
        # "Ministers of the Interior, Justice and Economy"
        return False
    if before.whole or _are_listed(before, after, count) or (before.holder and after.presented):
        return True
    if joint.marked and before.full_name and after.full_name:
        # "the Relief Forum and the Harbour Team"
        return True
    return before.names_one and not before.portfolio and (joint.marked or after.full_name)


def _are_listed(before: _Side, after: _Side, count: int) -> bool:
    """Tell names in a list of them, though nothing tells what they are."""
    unknown = not (before.names_one or after.holds_office) and before.full_name and after.full_name
    return unknown and (count >= _LISTED or after.presented)


def _share(joint: _Joint, before: _Side, after: _Side) -> bool:
    """Tell offices that are of the same: "Ministers and Ambassadors of the League", "of Member and Observer States"."""
    office = before.open_office
    if not office or joint.marked or not after.holds_office:
        return False
    if len(office) > _STEM and after.bare[:_STEM].casefold() == office[:_STEM].casefold():
        # "Représentantes et Représentants", "Diputadas y Diputados"
        return True
    lead = before.bare[: -len(office)].split()
    if office.upper() == office.lower():
        # "The head of the government and the assembly" are two, in Arabic.
        return not (lead and after.body and not after.office)
    part = office.islower() or (lead and known("connectors").fullmatch(lead[-1]))
    return bool(part) or bool(known("several").search(office) and known("several").search(after.text))


def _is_doublet(before: _Side, after: _Side) -> bool:
    """Tell an office said of women and of men: "Représentantes permanentes et Représentants permanents de …"."""
    first, *rest = before.bare.casefold().split()
    others = after.bare.casefold().split()[: 1 + len(rest)]
    alike = zip((first, *rest), others, strict=False)
    same = all(a[:_STEM] == b[:_STEM] for a, b in alike)
    return same and len(rest) < len(others) and len(first) > _STEM


def _comma_parts(joint: _Joint, before: _Side, after: _Side, count: int) -> bool:
    if after.person:
        # "The High Commissioner, Mr. X"
        return after.holds_office or not before.plain_office
    if after.office:
        if before.full_name and after.several:
            # "Ann Vale, members of the Council"
            return True
        if before.plain_office or before.body:
            # "Minister of Roads, Acting Minister of Bridges, Dr. X"
            return not after.held
        if before.holder:
            return joint.marked
        return before.office and not after.plain_office
    if before.bracketed and after.bracketed:
        # "Ann Vale (Harbour Trust), Paul Reed (Lake Bank)"
        return True
    if before.initials and after.initials:
        # "UNHCR, IOM and the EU"
        return True
    if after.body or (after.acronym and not before.text.isupper()):
        return (before.body and not before.office) or (before.holds_office and joint.marked)
    return (after.presented and before.holds_office) or _are_listed(before, after, count)


_ABBREVIATED = re.compile(r"(?:[A-Z]\.){1,3}[A-Z]\.?")


def _nothing_parts(kind: _Kind, before: _Side, after: _Side) -> bool:
    """Tell whether an addressee is complete where a form of address or an office begins, with nothing between."""
    words = before.text.split()
    last = words[-1]
    if (
        last[-1] in "(/–—-’"
        or last.endswith("’s")
        or any(known(key).fullmatch(last.strip("(")) for key in ("forms", "connectors"))
    ):
        return False
    if len(words) == 1 and _ABBREVIATED.fullmatch(last):
        # "U.S. Rep. X"
        return False
    if kind == "form":
        if after.only_form:
            # "Commission for Coastal Justice"
            return False
        # "Prime Minister Sheikha X"; "Ambassador of X" is an office; "Ann Bishop" is one person.
        called = known("surnames").fullmatch(after.text.strip()) is not None
        # "Ambassador of X The Hon. Ann Vale"
        held = before.plain_office and not before.several and after.person and not after.holds_office
        return not (called or held or before.only_office or after.plain_office or _holds(before, after))
    if len(words) < 2 or last.lower() == last.upper():
        # Without capitals: "the president of the council of advisers" in Arabic.
        return False
    if (last.isupper() or after.only_office) and known("connectors").fullmatch(words[-2]):
        # "Envoy of the AU Chair", "Jefe del Estado Mayor"
        return False
    # "Security Council Member States"
    of_states = before.whole and known("members").match(after.bare)
    # "Chair of the Fact-Finding Mission"
    of_body = after.body and not before.whole
    return before.holds_office and not of_states and not of_body


def _holds(before: _Side, after: _Side) -> bool:
    """Tell the name of who holds an office from another addressee, where Arabic puts nothing between them."""
    return before.text.upper() == before.text.lower() and before.office and not after.office
