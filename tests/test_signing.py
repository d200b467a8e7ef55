"""Who signed, build after build: the same as if all names were linked anew, and what a person joined stays."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb import store
from kb.build import build
from kb.collection import Collection, Decision, OrganisationRow, append_decision
from kb.describing import Describing
from kb.graph import Names
from kb.identity import relinking
from kb.letter import SignatoryKind
from kb.signing import Signing
from kb.state import State

LETTER = """2019-05-0{day}

To the Secretary-General of the United Nations

Dear Secretary-General,

We call on you to {request}.

Signatories:

{names}
"""


def write(folder: Path, day: int, request: str, *names: str) -> None:
    folder.mkdir(exist_ok=True)
    signed = "\n".join(f"{number}. {name}" for number, name in enumerate(names, 1))
    (folder / f"letter-{day}.txt").write_text(LETTER.format(day=day, request=request, names=signed))


def lines(folder: Path) -> list[str]:
    with store.open_build(folder) as graph:
        return sorted(map(str, graph.quads()))


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    write(folder, 1, "send observers", "Nahwa Foundation", "Harbour Watch", "Wujuh Society")
    write(folder, 2, "send medicine", "The Nahwa Foundation", "Quiet River League")
    return folder


def test_refused_rows_are_told_by_every_build(letters: Path, tmp_path: Path) -> None:
    for one, verdict, other in (
        ("Nahwa Foundation", "same", "Harbour Watch"),
        ("Harbour Watch", "same", "Wujuh Society"),
        ("Nahwa Foundation", "different", "Wujuh Society"),
    ):
        append_decision(letters, Decision(one, "", verdict, other, "Rana", "2021-01-01"))  # type: ignore[arg-type]
    first = build(letters, tmp_path / "build", jobs=1)
    assert [f"{letters / 'review.csv'}:4: " in problem for problem in first.problems] == [True]
    write(letters, 2, "send food", "The Nahwa Foundation", "Quiet River League")
    assert build(letters, tmp_path / "build", jobs=1).problems == first.problems


def test_whom_a_person_joined_keeps_an_address(letters: Path, tmp_path: Path) -> None:
    append_decision(letters, Decision("Wujuh Society", "", "same", "Harbour Watch", "Rana", "2021-01-01"))
    build(letters, tmp_path / "build", jobs=1)
    with store.open_build(tmp_path / "build") as graph:
        rows = graph.query(
            "PREFIX kb: <https://w3id.org/demandkb/ns#> PREFIX dcterms: <http://purl.org/dc/terms/> "
            "SELECT ?old ?new ?by { ?match kb:judgement <https://w3id.org/demandkb/code/same> ; "
            "<http://www.w3.org/ns/prov#wasAttributedTo>/<http://xmlns.com/foaf/0.1/name> ?by ; "
            "kb:compares ?old , ?new . ?old dcterms:isReplacedBy ?new . ?letter kb:signedBy ?new }"
        )
        (found,) = [tuple(term.value.rpartition("/")[2] for term in row) for row in rows]  # type: ignore[union-attr]
    assert found == ("wujuh-society", "harbour-watch", "Rana")


def test_refused_rows_are_told_where_nothing_changed(letters: Path, tmp_path: Path) -> None:
    for verdict, other in (("same", "Harbour Watch"), ("same", "Wujuh Society")):
        append_decision(letters, Decision("Nahwa Foundation", "", verdict, other, "Rana", "2021-01-01"))  # type: ignore[arg-type]
    append_decision(
        letters, Decision("Harbour Watch", "", "different", "Wujuh Society", "Rana", "2021-01-01")
    )
    first = build(letters, tmp_path / "build", jobs=1)
    assert len(first.problems) == 1
    assert build(letters, tmp_path / "build", jobs=1).problems == first.problems


# One letter after the other

Letters = dict[str, list[tuple[str, SignatoryKind]]]
"""Letters by id, each with the names it bears and what they were taken for."""

BRANDS = ("Nahwa", "Wujuh", "Quiet River")
KINDS = ("Foundation", "Network", "for Peace", "Foundation for Peace", "")
FORMS = ("{}", "The {}", "{} (NFP)", "{}, Kenya", "{} of Aden")
OTHERS = (
    "NFP",
    "Nahwah Foundation",
    "مؤسسة نحوة (Nahwa Foundation)",
    "مؤسسة نحوة",
    "Peace Network of Kenya",
    "NAHWA",
)
POOL = (*(f.format(f"{b} {k}".strip()) for b in BRANDS for k in KINDS for f in FORMS), *OTHERS)

_name = st.sampled_from(POOL)
_signed = st.tuples(_name, st.sampled_from(["organisation", "organisation", "organisation", "person"]))
_edit = st.tuples(st.integers(0, 9), st.lists(_signed, max_size=6))
_step = st.tuples(st.lists(_edit, min_size=1, max_size=3), st.sampled_from([True, True, True, False]))
_rows = st.lists(st.tuples(_name, _name, st.sampled_from(["same", "different", "unsure"])), max_size=4)


class Lines:
    """A draft's graph, as lines of N-Quads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.lines: set[str] = set()

    def remove(self, nquads: str) -> None:
        """Take lines out."""
        self.lines -= set(nquads.splitlines())

    @contextmanager
    def spool(self) -> Iterator[Callable[[bytes], None]]:
        """Add lines."""
        yield lambda nquads: self.lines.update(nquads.decode().splitlines())


class Build:
    """The part of a build that is about who signed."""

    def __init__(self, folder: Path) -> None:
        self.draft = Lines(folder)
        self.organisations = 0

    def step(self, state: State, letters: Letters, decided: list[Decision], first: bool) -> None:
        """Take in letters, each with its names, and what people decided."""
        draft: Any = self.draft
        rows = (OrganisationRow("Nahwa for Peace", ("NFP", "Wujuh of Aden"), line=2),) if decided else ()
        collection = Collection(Path(), (), organisations=rows)
        describing = Describing(draft, state, Names(), None)
        signing = Signing(draft, state, collection, decided, describing, None if first else draft.folder)
        for letter, names in letters.items():
            signing.leave(letter)
            state.keep_signatures(letter, ((n, name, kind) for n, (name, kind) in enumerate(names)))
        signing.update()

    def result(self, state: State) -> dict[str, list[Any]]:
        """All that was written."""
        found: dict[str, list[Any]] = {
            "lines": sorted(self.draft.lines),
            "described": [*state.descriptions()],
            "organisations": [state.organisations()],
        }
        for table in ("linked", "block", "match", "said"):
            found[table] = sorted(state._database.execute(f"SELECT * FROM {table}"))  # noqa: S608  # one of four
        return found


@settings(
    max_examples=int(os.environ.get("KB_EXAMPLES", "12")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(_step, min_size=2, max_size=8), _rows)
def test_the_same_as_anew(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[list[tuple[int, list[tuple[str, SignatoryKind]]]], bool]],
    judged: list[tuple[str, str, str]],
) -> None:
    here = tmp_path_factory.mktemp("names")
    decisions = [
        Decision(one, "", verdict, other, "Ana", f"2024-01-{n:02}", line=n)  # type: ignore[arg-type]
        for n, (one, other, verdict) in enumerate(judged, 1)
    ]
    now: Letters = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kb.identity.blocks.BLOCK", 4)
        patch.setattr(relinking, "BLOCK", 4)
        patch.setattr(relinking, "_MANY", 0)
        patch.setattr("kb.identity.linking.MOST", 2)
        patch.setattr("kb.identity.MOST", 2)
        stepping, full = Build(here / "step"), Build(here / "full")
        with State.draft(here / "step", None) as state, State.draft(here / "full", None) as anew:
            for number, (edits, decided) in enumerate(steps):
                letters = {f"l{letter}": names for letter, names in edits}
                stepping.step(state, letters, decisions if decided else [], first=not number)
                now |= letters
            full.step(anew, now, decisions if decided else [], first=True)
            found, wanted = stepping.result(state), full.result(anew)
    for part, content in wanted.items():
        assert found[part] == content, part
