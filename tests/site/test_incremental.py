"""A site that is brought up to date is the one that would be made from nothing, and does not do more than that."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from kb import resources
from kb.build import build
from kb.errors import OutsideError
from kb.files import lock
from kb.querying import find_queries
from kb.site import asking, build_site, joins
from kb.store import Store, open_build

MAKES_DEMAND = NamedNode("https://w3id.org/demandkb/ns#makesDemand")

LETTER = """\
Open letter

To: {to}

{date}

Your Excellency,

We call on you to release all detainees. {words}

We urge you to lift the siege of the town, as resolution {resolution} asks.

Sincerely,

{names}
"""


class Site:
    """A collection, its build and its site."""

    def __init__(self, folder: Path) -> None:
        self.letters = folder / "letters"
        self.build = folder / "build"
        self.site = folder / "site"
        self.letters.mkdir()
        self.made = 0
        for year, name in ((2016, "Hope"), (2017, "Dawn"), (2018, "River")):
            self.write(year, name, "Hope Association", f"{name} Network")

    def write(
        self, year: int, words: str, *names: str, to: str = "The Secretary-General of the United Nations"
    ) -> None:
        """Write the letter of a year."""
        listed = "\n".join(f"{number}. {name}" for number, name in enumerate(names, 1))
        text = LETTER.format(
            to=to, date=f"5 May {year}", words=f"Ours is {words}.", resolution="2254 (2015)", names=listed
        )
        (self.letters / f"{year}-05-05-open-letter.txt").write_text(text, "utf-8")

    def sheet(self, name: str, /, **row: str) -> None:
        """Write a file of the curator with one row."""
        with (self.letters / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            writer.writeheader()
            writer.writerow(row)

    def update(self) -> set[str]:
        """Build, bring the site up to date; gives the paths that were written or removed."""
        build(self.letters, self.build, jobs=1)
        before = _files(self.site)
        build_site(self.build, self.site, jobs=1)
        after = _files(self.site)
        return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}

    def is_as_from_nothing(self) -> bool:
        """Whether every file is the one that a site made from nothing has."""
        self.made += 1
        fresh = self.site.with_name(f"fresh-{self.made}")
        build_site(self.build, fresh, jobs=1)
        found = {name: (self.site / name).read_bytes() for name in _files(self.site)}
        return found == {name: (fresh / name).read_bytes() for name in _files(fresh)}


def _files(site: Path) -> dict[str, int]:
    paths = (path for path in site.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(site).as_posix(): path.stat().st_mtime_ns for path in paths}


FEW = ("letters", "letters-of-signatory", "signatories", "signed-together", "types-by-letter")
"""Questions of each kind: about everything, about one thing, with labels, left out where letters are many."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of three letters and few questions, as it is made many times."""
    queries, problems = find_queries([resources.folder("queries")])
    few = {name: queries[name] for name in FEW}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kb.site.find_queries", lambda _: (few, problems))
        site = Site(tmp_path_factory.mktemp("incremental"))
        site.update()
        yield site


def test_after_every_kind_of_change_it_is_as_from_nothing(site: Site) -> None:
    letter = "letter/2017-05-05-open-letter.html"
    site.write(2017, "another wish", "Hope Association", "Dawn Network")
    written = site.update()
    assert letter in written
    assert "letter/2016-05-05-open-letter.html" not in written
    assert "organisation/river-network.html" not in written
    assert site.is_as_from_nothing()

    site.write(2019, "new", "Dawn Network", "Sun Network", to="The Security Council")
    assert "organisation/sun-network.html" in site.update()
    assert site.is_as_from_nothing()

    site.sheet("organisations.csv", name="Hope Society", aliases="Hope Association", country="SY")
    assert letter in site.update()
    assert site.is_as_from_nothing()

    with open_build(site.build) as store:
        demand = min(str(quad.object)[1:-1] for quad in store.match(None, MAKES_DEMAND, None))
    site.sheet(
        "assessments.csv",
        **dict.fromkeys(("address", "why"), ""),
        demand=demand, facet="reply", outcome="acknowledged", date="2019-07-01", assessor="A. Example",
        document="S/2019/7", paragraph="12", quote="takes note of the appeal",
    )  # fmt: skip
    page = f"letter/{demand.split('/letter/')[1].split('/')[0]}.html"
    assert page in site.update()
    shown = (site.site / page).read_text(encoding="utf-8")
    assert re.search('<a [^>]*href="https://undocs.org/S/2019/7"[^>]*>.*S/2019/7, para. 12', shown)
    assert site.is_as_from_nothing()

    (site.letters / "2019-05-05-open-letter.txt").unlink()
    assert "organisation/sun-network.html" in site.update()
    assert not (site.site / "organisation" / "sun-network.html").exists()
    assert site.is_as_from_nothing()


def test_nothing_is_asked_where_nothing_changed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.update()
    monkeypatch.setattr(joins, "ask", lambda *_, **__: pytest.fail("it asks"))
    assert site.update() == set()


def test_a_letter_asks_only_for_what_shows_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    ask = asking.ask

    def count(store: Store, name: str, **about: str) -> object:
        asked.append((name, about.get("about", "")))
        return ask(store, name, **about)

    site.write(2017, "one more wish", "Hope Association", "Dawn Network")
    monkeypatch.setattr(joins, "ask", count)
    site.update()
    assert {about.rpartition("/")[2] for _, about in asked if about} == {"2017-05-05-open-letter"}


def test_several_processes_make_the_same(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.update()
    monkeypatch.setattr("kb.site.making.FEW", 0)
    monkeypatch.setattr("kb.site.making.MANY", 10)
    monkeypatch.setattr("kb.site.joins.FEW", 0)
    apart = site.site.with_name("apart")
    build_site(site.build, apart, jobs=2)
    names = {path.relative_to(site.site) for path in site.site.rglob("[!.]*") if path.is_file()}
    assert names == {path.relative_to(apart) for path in apart.rglob("[!.]*") if path.is_file()}
    assert all((apart / name).read_bytes() == (site.site / name).read_bytes() for name in names)


def test_a_run_that_was_cut_short_is_made_good(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.write(2018, "a different wish", "Hope Association", "River Network")
    build(site.letters, site.build, jobs=1)
    with monkeypatch.context() as cut:
        cut.setattr("kb.site.folder.SiteFolder.finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            build_site(site.build, site.site, jobs=1)
    site.write(2018, "River", "Hope Association", "River Network")
    site.update()
    assert site.is_as_from_nothing()


def test_two_runs_at_once_are_told_apart(site: Site) -> None:
    build(site.letters, site.build, jobs=1)
    build_site(site.build, site.site, jobs=1)
    with (site.site / ".lock").open("a") as held:
        assert lock(held, exclusive=True)
        with pytest.raises(OutsideError, match="another run is still writing this site"):
            build_site(site.build, site.site, jobs=1)
    build_site(site.build, site.site, jobs=1)


def test_of_many_letters_pages_go_on_and_stay_small(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """More letters than fit beside each other in the pictures, and rows than on a page."""
    for year in range(1980, 2015):
        site.write(year, "one of many", "Hope Association", f"Network {year}")
    monkeypatch.setattr("kb.site.pages.MOST_ROWS", 20)
    site.update()
    names = {path.relative_to(site.site).as_posix() for path in site.site.rglob("*.html")}
    assert {"letters.html", "letters~2.html", "ar/letters~2.html"} <= names
    assert max(path.stat().st_size for path in site.site.rglob("*.html")) < 300_000
    assert site.is_as_from_nothing()


def test_of_a_large_collection_the_whole_graph_is_one_packed_file(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And questions whose time grows faster than the collection are left to the command, as their pages say."""
    site.update()
    plain = (site.site / "downloads" / "graph.nq").read_bytes()
    monkeypatch.setattr("kb.site.data.LARGE", 2)
    large = site.site.with_name("large")
    build_site(site.build, large, jobs=1)
    assert [path.name for path in (large / "downloads").iterdir()] == ["graph.nq.gz"]
    assert gzip.decompress((large / "downloads" / "graph.nq.gz").read_bytes()) == plain
    assert "kb export" in (large / "downloads.html").read_text("utf-8")
    assert "<table" not in (large / "question" / "signed-together.html").read_text("utf-8")
    assert "so large a collection" in (large / "question" / "signed-together.html").read_text("utf-8")
    assert "so large a collection" not in (large / "question" / "letters.html").read_text("utf-8")


def test_questions_are_asked_about_what_the_collection_has_most_of(site: Site) -> None:
    site.update()
    shown = (site.site / "question" / "letters-of-signatory.html").read_text("utf-8")
    assert "-p signatory=hope" in shown
    assert 'href="../letter/2016-05-05-open-letter.html"' in shown


def test_of_very_many_letters_only_questions_about_one_thing_are_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.update()
    monkeypatch.setattr("kb.site.questions.HUGE", 2)
    huge = site.site.with_name("huge")
    build_site(site.build, huge, jobs=1)
    assert "<table" in (huge / "question" / "letters-of-signatory.html").read_text("utf-8")
    assert "so large a collection" in (huge / "question" / "signatories.html").read_text("utf-8")


def test_the_index_of_the_search_is_the_same_when_memory_holds_little(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.update()
    monkeypatch.setattr("kb.site.search.HELD", 100)
    lean = site.site.with_name("lean")
    build_site(site.build, lean, jobs=1)
    names = {path.name for path in (site.site / "search").iterdir()}
    assert names == {path.name for path in (lean / "search").iterdir()}
    assert all((lean / "search" / n).read_bytes() == (site.site / "search" / n).read_bytes() for n in names)
