"""A letter's text with its marks: nothing lost, nothing doubled."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.site.marks import Mark, cut

SPANS = st.tuples(st.integers(0, 30), st.integers(0, 30), st.sampled_from(["explicit", "reference"]))


@given(st.text(max_size=25), st.lists(SPANS, max_size=8))
def test_the_pieces_are_the_text(text: str, spans: list[tuple[int, int, str]]) -> None:
    marks = [Mark(start, end, kind, f"m{n}") for n, (start, end, kind) in enumerate(spans)]
    pieces = list(cut(text, marks))
    assert "".join(piece.text for piece in pieces) == text
    place = 0
    for piece in pieces:
        end = place + len(piece.text)
        whole = {m for m in marks if 0 <= m.start < m.end <= len(text)}
        assert set(piece.marks) == {m for m in whole if m.start < end and m.end > place}
        assert piece.first == tuple(m for m in piece.marks if m.start == place)
        place = end


def test_a_resolution_inside_a_demand_is_inside_its_mark() -> None:
    pieces = list(cut("We ask for S/RES/1 now.", [Mark(11, 18, "reference"), Mark(0, 23, "explicit")]))
    assert [(p.text, [m.kind for m in p.marks]) for p in pieces] == [
        ("We ask for ", ["explicit"]),
        ("S/RES/1", ["explicit", "reference"]),
        (" now.", ["explicit"]),
    ]
