"""`Expressions` match what their regular expressions match; they only tell faster that nothing does."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.extraction.expressions import Expressions
from kb.extraction.language import any_language

LISTS = [
    ("addressee", "forms"),
    ("addressee", "offices"),
    ("closing", "formulas"),
    ("copies", "leads"),
    ("layout", "ordinals"),
    ("layout", "vocatives"),
    ("salutation", "vocatives"),
    ("signatures", "inline"),
    ("signatures", "placeholders"),
    ("signatures", "subheadings"),
]
ODD = [
    "a",
    "bc?d",
    "(?:the )?end",
    "[xy]*z",
    r"\d+ things",
    "É.",
    "(?=q)qu",
    "w{2}",
    r"(?:on|off)(?: line)+",
    "ß",
]


@pytest.mark.parametrize(("section", "key"), LISTS)
def test_what_an_expression_matches_is_found(section: str, key: str) -> None:
    expressions = any_language(section, key)
    plain = re.compile(expressions.pattern, re.IGNORECASE)

    @settings(max_examples=30)
    @given(st.from_regex(plain, fullmatch=True))
    def check(text: str) -> None:
        if plain.fullmatch(text):
            assert expressions.fullmatch(text)
        assert bool(plain.match(text)) == bool(expressions.match(text))

    check()


@given(
    st.lists(st.sampled_from(ODD)),
    st.text("abcdeéqu thnwxyz1o fli ßEDÉ", max_size=12),
    st.integers(0, 3),
    st.integers(0, 9),
    st.sampled_from(["", "b of " * 40, "İ ONLINE " * 20]),
)
def test_they_match_as_one_pattern_does(
    parts: list[str], text: str, start: int, end: int, before: str
) -> None:
    text = before + text
    end = end if end < 5 else len(text) - end + 5
    expressions = Expressions(parts)
    plain = re.compile(expressions.pattern, re.IGNORECASE)
    for method in ("match", "fullmatch", "search"):
        expected, found = (
            getattr(plain, method)(text, start, end),
            getattr(expressions, method)(text, start, end),
        )
        assert (found and found.span()) == (expected and expected.span())
    assert [m.span() for m in expressions.finditer(text)] == [m.span() for m in plain.finditer(text)]


def test_without_expressions_nothing_matches() -> None:
    assert Expressions([]).match("") is None
    assert Expressions([]).search("a") is None
