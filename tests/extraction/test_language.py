"""Telling languages apart, and finding phrases."""

from __future__ import annotations

import pytest

from kb.extraction.language import Phrases, any_language, detect_language, fold, languages, words


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "We write to you about the dam that is being built on our river."),
        ("fr", "Nous vous écrivons au sujet du barrage que l’on construit sur notre fleuve."),
        ("es", "Le escribimos sobre la presa que se está construyendo en nuestro río."),
        ("ar", "نكتب إليكم في شأن السدّ الذي يُبنى على نهرنا."),
        ("en", ""),
        ("en", "12345 %%%"),
    ],
)
def test_the_language_of_a_text_is_told_by_its_function_words(code: str, text: str) -> None:
    assert detect_language(text).code == code


def test_a_long_list_of_foreign_names_does_not_change_the_language() -> None:
    body = "Nous vous demandons de protéger les pêcheurs et leurs familles qui vivent dans cette baie. " * 3
    names = "\n".join(f"{n}. Fisherfolk Network {n}" for n in range(200))
    assert detect_language(body + names).code == "fr"


def test_words_are_compared_without_case_and_vowel_signs() -> None:
    assert words("Rendez-vous, à L’ÉCOLE") == ["rendez", "vous", ",", "à", "l", "école"]
    assert fold("نُطالِبُـكم") == fold("نطالبكم")
    assert fold("e\u0301tat") == fold("État")


def test_the_letters_of_other_keyboards_are_the_same() -> None:
    assert fold("علی") == fold("على")
    assert fold("کتابکم") == fold("كتابكم")
    assert any_language("addressee", "leads").fullmatch("إلی")


def test_phrases_have_alternatives_optional_words_and_wildcards() -> None:
    phrases = Phrases([("we|i strongly? call on|upon", "call"), ("thank * for", "thanks")], ("و",))
    labels = [
        (f.label, f.first, f.last) for f in phrases.find(words("We strongly call upon you, thank you for it"))
    ]
    assert labels == [("call", 0, 4), ("thanks", 6, 9)]
    assert not phrases.find(words("we call off the strike"))


@pytest.mark.parametrize("text", ["ونطالب الحكومة", "فنطالب الحكومة", "نطالبكم", "ونطالبكم"])
def test_what_is_written_together_with_the_first_word_does_not_hide_it(text: str) -> None:
    assert Phrases([("نطالب", "demand")], ("و", "ف"), ("كم",)).find(words(text))


@pytest.mark.parametrize("code", ["ar", "en", "es", "fr"])
def test_the_phrases_of_a_language_stay_small(code: str) -> None:
    """Choices before optional words before choices multiply: two such phrases once took a gigabyte."""
    sections = ("performs", "asks", "asked", "needs", "needs_not", "wants", "leads", "heads", "openings")
    assert sum(len(languages()[code].phrases(section)) for section in sections) < 100_000


def test_every_language_has_what_detection_needs() -> None:
    assert list(languages()) == ["ar", "en", "es", "fr"]
    assert languages()["ar"].right_to_left


def test_indeed_is_not_that() -> None:
    assert fold("إنّ") == fold("إن") != fold("أن") == fold("ان")
    assert fold("إلى") == fold("الى")
