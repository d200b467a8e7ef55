"""The geometry of the pictures."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kb.site import pictures

DATES = st.sampled_from(["2016-09-22", "2017-02", "2017-02-13", "1999-12-31", "2024-02-29"])


@given(
    st.lists(
        st.tuples(DATES, st.just("letter"), st.integers(0, 40), st.just("a.html")), min_size=1, max_size=30
    )
)
def test_every_letter_is_a_dot_in_the_picture_and_none_covers_another(
    letters: list[tuple[str, str, int, str]],
) -> None:
    picture = pictures.time_line(letters)
    assert len(picture.dots) == len(letters)
    assert all(0 <= dot.x <= pictures.WIDTH and 0 <= dot.y <= picture.height for dot in picture.dots)
    rows: dict[float, list[pictures.Dot]] = {}
    for dot in picture.dots:
        rows.setdefault(dot.y, []).append(dot)
    for row in rows.values():
        row.sort(key=lambda dot: dot.x)
        assert all(a.x + a.r <= b.x - b.r + 0.2 for a, b in pairwise(row))


def test_growth_counts_an_organisation_once() -> None:
    bars = pictures.growth([("first", ["a", "b"]), ("second", ["b", "c"]), ("third", ["a"])])
    assert [(bar.total, bar.new) for bar in bars] == [(2, 2), (3, 1), (3, 0)]


def test_the_network_joins_only_those_that_are_shown() -> None:
    picture = pictures.network(
        {"a": ("A", "a.html", 2), "b": ("B", "b.html", 2)}, [("a", "b", 2), ("a", "z", 9)]
    )
    assert (len(picture.dots), len(picture.edges)) == (2, 1)


def test_shades_begin_with_the_first_demand() -> None:
    assert [pictures.heat(n, 8) for n in (0, 1, 4, 8)] == [0, 1, 2, 4]
