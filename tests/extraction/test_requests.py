"""What one sentence does. `sentences/*.txt` says it: E explicit, I implicit, R reported, N nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.extraction.language import Language, languages
from kb.extraction.requests import Names, Sentence, judge, lead_verdict

FILES = sorted((Path(__file__).parent / "sentences").glob("*.txt"))
LEVELS = {"E": "explicit", "I": "implicit", "R": "reported", "N": None}
SENTENCES = [
    (path.stem, *line.split(" ", 1))
    for path in FILES
    for line in path.read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize(("code", "level", "sentence"), SENTENCES, ids=[s[2] for s in SENTENCES])
def test_what_a_sentence_does(code: str, level: str, sentence: str) -> None:
    verdict = judge(Sentence(sentence, languages()[code]))
    assert (verdict.level if verdict else None) == LEVELS[level]


@pytest.mark.parametrize(
    ("lead", "level"),
    [
        ("We call on the Council to:", "explicit"),
        ("Our recommendations", "explicit"),
        ("The new law must:", "explicit"),
        ("We ask you to look at the following violations:", "told"),
        ("We are alarmed by the following facts:", "told"),
        ("In March we asked you to:", "reported"),
        ("The lake lies in the north:", None),
    ],
)
def test_what_leads_in_a_list(lead: str, level: str | None) -> None:
    verdict = lead_verdict(Sentence(lead, languages()["en"]))
    assert (verdict.level if verdict else None) == level


def test_signatories_may_speak_of_themselves_by_name() -> None:
    sentence = "Reed Bay Guild demands that the dredging stop."
    english = languages()["en"]
    named = judge(Sentence(sentence, english, Names(["Reed Bay Guild"])))
    assert named is not None
    assert named.level == "explicit"
    unnamed = judge(Sentence(sentence, english))
    assert unnamed is not None
    assert unnamed.level == "reported"


@given(st.text(), st.sampled_from(["ar", "en", "es", "fr"]))
def test_any_text_can_be_judged(text: str, code: str) -> None:
    judge(Sentence(text, languages()[code]))


def near_misses(language: Language, size: int) -> str:
    """A line made of the cues of a language, each cut short of its last word, over and over."""
    cues = [
        cue.replace("?", "").split("|")[0].rsplit(" ", 1)[0].replace("*", "x")
        for section in (
            "asks",
            "performs",
            "asked",
            "cues",
            "needs",
            "needs_not",
            "leads",
            "openings",
            "heads",
        )
        for values in language.section(section).values()
        for cue in values
    ]
    line = " ".join(cues)
    return (line * (size // len(line) + 1))[:size]


@pytest.mark.parametrize("code", ["ar", "en", "es", "fr"])
def test_time_grows_linearly_on_hostile_lines(code: str) -> None:
    language = languages()[code]
    judge(Sentence("warm up", language))
    spent = []
    for size in (125_000, 1_000_000):
        line = near_misses(language, size)
        start = time.process_time()
        judge(Sentence(line, language))
        spent.append(time.process_time() - start)
    # Quadratic would be 64 times.
    assert spent[1] < 8 * spent[0] * 4 + 0.1
