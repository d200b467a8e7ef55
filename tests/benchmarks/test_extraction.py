"""Reading a letter is quick, and takes time in proportion to its length: bounds far above what is measured."""

from __future__ import annotations

from benchmarks import extraction
from kb.extraction import extract


def test_a_letter_takes_no_longer_than_150_times_cutting_it_into_words() -> None:
    found = extraction.costs(extraction.generated(12), repeat=3)
    assert all(found.stages[stage] > 0 for stage in extraction.STAGES)
    assert found.whole < 150 * found.words  # measured: about 40


def test_a_letter_of_120_kb_takes_as_long_for_each_kb_as_one_of_6() -> None:
    (_, _, one), (characters, _, ratio) = extraction.growth([6, 120], repeat=3)
    assert one == 1
    assert characters > 120_000
    assert ratio < 4  # measured: about 1; quadratic would be 20


def test_a_long_letter_is_read_whole() -> None:
    letter = extract(extraction.letter_of(20))
    assert len(letter.signatures) == 200
    assert len(letter.references) == 40
    assert sum(demand.item is not None for demand in letter.demands) == 100
