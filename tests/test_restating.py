"""Links among demands, brought up to date: the same as if all were looked for anew."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb import store, tracking
from kb.collection import Decision
from kb.graph import Names, restatements_graph
from kb.restating import Restating
from kb.state import State
from kb.tracking import Passage, Statement

NAMES = Names()
_stems = st.lists(
    st.sampled_from(["road", "convoy", "nurse", "valley", "clinic"]), min_size=2, max_size=4, unique=True
)
_passage: st.SearchStrategy[tuple[str, list[str], list[str], list[str]]] = st.tuples(
    st.sampled_from(["ceasefire", "aid-routes"]),
    _stems.map(sorted),
    st.just([]),
    st.sampled_from([[], ["a"], ["b"]]),
)
_date = st.sampled_from(
    [None, "2019", "2020-01", "2020-02", "2020-01-05", "2020-01-09", "2020-02-01", "2021-03-04"]
)
_letter = st.tuples(_date, st.lists(st.lists(_passage, min_size=1, max_size=2), max_size=3))
_edit = st.tuples(st.integers(0, 11), st.one_of(st.none(), _letter))
_judge = st.tuples(st.integers(0, 11), st.integers(0, 11), st.sampled_from(["same", "different"]))


def kept(
    letter: str, content: tuple[str | None, list[list[tuple[str, list[str], list[str], list[str]]]]]
) -> list[str]:
    """A letter's demands as they are kept."""
    date, demands = content
    iri = str(NAMES.letter(letter))
    return [json.dumps([f"{iri}/demand/{n}", iri, date, passages, []]) for n, passages in enumerate(demands)]


def statement(text: str) -> Statement:
    demand, letter, date, passages, about = json.loads(text)
    found = tuple(Passage(type_, *map(tuple, stems)) for type_, *stems in passages)
    return Statement(demand, letter, date, found, frozenset(about))


def decision(one: int, other: int, verdict: str) -> Decision:
    pair = [f"{NAMES.letter(f'l{number}')}/demand/0" for number in (one, other)]
    return Decision(pair[0], "", verdict, pair[1], "Ana", "2024-01-01")  # type: ignore[arg-type]


@settings(
    max_examples=int(os.environ.get("KB_EXAMPLES", "8")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.tuples(st.lists(_edit, max_size=12), st.lists(_judge, max_size=2)), min_size=1, max_size=4)
)
def test_the_same_as_anew(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[list[tuple[int, object]], list[tuple[int, int, str]]]],
) -> None:
    build: Path = tmp_path_factory.mktemp("links") / "b"
    now: dict[str, list[str]] = {}
    with pytest.MonkeyPatch.context() as patch, store.writing(build):
        patch.setattr(tracking, "NEAREST", 3)
        patch.setattr("kb.restating.MANY", 15)
        draft = store.begin(build)
        with State.draft(draft.folder, None) as state:
            for edits, judged in steps:
                rows = [decision(*pair) for pair in judged if pair[0] != pair[1]]
                restating = Restating(draft, state, NAMES)
                for number, content in edits:
                    letter = f"l{number}"
                    now[letter] = kept(letter, content) if content else []  # type: ignore[arg-type]
                    restating.replace(letter, now[letter])
                state.settle()
                decided = restating.update(rows)
                anew = tracking.restatements(
                    (statement(text) for texts in now.values() for text in texts), rows
                )
                wanted = set(store.nquads(restatements_graph(anew, NAMES)))
                found = {f"{quad} ." for quad in draft.store.quads(str(NAMES.graph("restatements")))}
                assert found | set(store.nquads(decided)) == wanted
