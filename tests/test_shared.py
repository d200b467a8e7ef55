"""What is made anew as a whole: only the difference reaches the store, and the copy beside it is the new one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import shared, store

lines = st.sets(
    st.sampled_from(
        [f"<https://x.org/{n}> <https://x.org/p> <https://x.org/o> <https://x.org/g> ." for n in range(6)]
    )
)


@settings(max_examples=20, deadline=None)
@given(before=lines, now=lines)
def test_the_store_and_the_copy_hold_the_new_lines(
    tmp_path_factory: pytest.TempPathFactory, before: set[str], now: set[str]
) -> None:
    folder = tmp_path_factory.mktemp("build")
    previous: Path | None = None
    for each in (before, now):
        with store.writing(folder):
            draft = store.begin(folder)
            shared.replace(draft, previous, "things.nq", sorted(each))
            draft.publish()
        previous = store.generation(folder)
    assert previous is not None
    assert (previous / "things.nq").read_text().splitlines() == sorted(now)
    with store.open_build(folder) as graph:
        assert {f"{quad} ." for quad in graph.quads()} == now
