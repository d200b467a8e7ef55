"""Cutting text into sentences."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.extraction.language import languages
from kb.extraction.sentences import split_sentences


def cut(text: str, code: str = "en") -> list[str]:
    return [text[start:end] for start, end in split_sentences(text, languages()[code])]


@pytest.mark.parametrize(
    ("code", "sentences"),
    [
        ("en", ["The dam broke.", "We ask for help!", "Will you act?", "Yes."]),
        ("en", ["Mr. Okello and Dr. J. P. Adeyemi met H.E. Mrs. Lund on 3 Sept. 2019.", "She left."]),
        ("en", ["See no. 14 of the list, art. 3 and para. 7.", "They said no.", "We went on."]),
        ("en", ["The U.S. Congress met in the U.S.", "The vote failed."]),
        ("en", ["He said: “Enough.”", "They left (late.)", "It was over.[12]", "We wept.[iv]", "They left."]),
        ("en", ["It rose by 3.5 per cent, e.g. in towns.", "See www.example.org for more."]),
        ("en", ["They waited… and waited.", "Nothing came..."]),
        ("en", ["1. Free them.", "2. Feed them."]),
        ("en", ["The crisis deepens in 2019.", "We must act."]),
        ("fr", ["M. Diallo et Mme Faure ont dit : « Assez ».", "Nous partons."]),
        ("es", ["¿Hasta cuándo?", "¡Basta ya!", "El Sr. Núñez vive en EE.UU. desde el art. 5.", "Fin."]),
        ("ar", ["هل نصمت؟", "لا.", "كتب د. سامي إلى المجلس.", "ثم عاد."]),
    ],
)
def test_sentences_are_told_apart(code: str, sentences: list[str]) -> None:
    assert cut(" ".join(sentences), code) == sentences


def test_a_lost_space_after_a_full_stop_is_seen() -> None:
    assert cut("They fled the floods.We ask you to act. Visit help.Org now") == [
        "They fled the floods.",
        "We ask you to act.",
        "Visit help.",
        "Org now",
    ]


@given(st.text(), st.sampled_from(["ar", "en", "es", "fr"]))
def test_sentences_lose_nothing_but_white_space(text: str, code: str) -> None:
    spans = split_sentences(text, languages()[code])
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
    assert all(text[a:b] == text[a:b].strip() != "" for a, b in spans)
    assert all(left.end <= right.start for left, right in pairwise(spans))
