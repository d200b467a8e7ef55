"""Where sentences begin and end."""

from __future__ import annotations

import re

from kb.extraction.language import Language, fold
from kb.letter import Span

__all__ = ["split_sentences"]

# A mark that may end a sentence, what may close after it (quotation marks, brackets, note numbers), and the
# space that follows. It always matches as far as it goes, so a line of nothing but full stops is read once.
_END = re.compile(
    r"(?P<mark>[.!?…؟۔][.!?…؟۔]*)(?P<closed>(?:[\"'”’»)\]]|\s»|\[(?:\d{1,3}|[ivxl]{1,6})\]|[¹²³⁴⁵⁶⁷⁸⁹⁰])*)(?P<mark2>[.!?…؟۔]*)(?P<space>\s*)"
)
# The longest word looked at before a full stop; longer ones are no abbreviations.
_LONGEST = 16


def split_sentences(text: str, language: Language) -> list[Span]:
    """Cut `text` (the reading text of a block) into sentences, without outer white space, in order.

    A full stop after an abbreviation (`[sentences] abbreviations`), an initial or a leading number ends no
    sentence, and none ends where the next word goes on in lower case.
    """
    sentences: list[Span] = []
    start = 0
    for match in _END.finditer(text):
        if _ends(text, start, match, language):
            _append(sentences, text, start, match.end("mark2"))
            start = match.end()
    _append(sentences, text, start, len(text))
    return sentences


def _append(sentences: list[Span], text: str, start: int, end: int) -> None:
    part = text[start:end]
    if stripped := part.strip():
        start += part.index(stripped)
        sentences.append(Span(start, start + len(stripped)))


def _ends(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Tell whether the sentence that begins at `start` ends at this mark."""
    after = match.end()
    if after >= len(text):
        return True
    following = text[after]
    mark, closed, _, space = match.groups()
    if not space:
        # "crisis.We urge": a space was lost, unless it is an address or an abbreviation.
        return mark == "." and not closed and _lost_space(text, match.start(), after)
    if following.islower() or following in ",;:)،؛":
        return False
    if mark != "." or closed:
        return following not in ",;"
    before = _word_before(text, match.start())
    if not before:
        return True
    if before.isdigit():
        # "1. Release them": a number that begins a sentence belongs to it.
        return bool(text[start : match.start() - len(before)].strip())
    if before.isupper() and (len(before) == 1 or "." in before):
        # "J. Okello", "the U.S. Congress"; but "in the U.S. We ask".
        return len(before) > 1 and _next_word(text, after) in language.folded("detection", "function_words")
    word = fold(before)
    if word in language.folded("sentences", "abbreviations_before_numbers"):
        return not following.isdigit()
    return word not in language.folded("sentences", "abbreviations")


def _word_before(text: str, end: int) -> str:
    """Return the word that ends at `end`, with the full stops in it ("H.E", "e.g")."""
    word = text[max(0, end - _LONGEST) : end].rpartition(" ")[2]
    if word.isalnum():
        return word
    start = end
    while start > 0 and end - start < _LONGEST and (text[start - 1].isalnum() or text[start - 1] in ".'’"):
        start -= 1
    return text[start:end].strip(".'’")


def _next_word(text: str, start: int) -> str:
    end = start
    while end < len(text) and end - start < _LONGEST and text[end].isalpha():
        end += 1
    return fold(text[start:end])


def _lost_space(text: str, mark: int, after: int) -> bool:
    before, behind = text[max(0, mark - 3) : mark], text[after : after + 2]
    joined = before + behind[1:]
    return len(joined) == 4 and joined.isalpha() and joined.islower() and behind[0].isupper()
