"""The search finds all documents that have the words, whatever files they are in, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from kb.site import build_site
from kb.site.search import terms


def documents(site: Path) -> Iterator[tuple[str, set[str]]]:
    """Kind and words of all that can be found."""
    for path in sorted((site / "search").glob("[ln]*.js")):
        for row in json.loads(path.read_text("utf-8").partition(",")[2].removesuffix(");\n")):
            own = terms(f"{row['label']} {row.get('also', '')}")
            yield row["kind"], own
            yield from (("demand", own | terms(demand["text"])) for demand in row.get("demands", ()))


def test_words_are_looked_for_without_marks_and_capitals() -> None:
    assert terms("Crimes d’État, No. 2254 – نُطالِبُ") == {"crimes", "d", "etat", "no", "2254", "نطالب"}


def test_it_finds_all_documents_with_the_words_and_no_other(
    browser: Browser, collection: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.site.search.LETTERS", 2)
    monkeypatch.setattr("kb.site.search.NAMES", 7)
    monkeypatch.setattr("kb.site.search.INDEX", 2000)
    site = tmp_path / "site"
    build_site(collection / "build", site)
    assert len(list((site / "search").iterdir())) > 30
    everything = list(documents(site))
    page = browser.new_page()
    for asked, kind in (
        ("cease", ""),
        ("The RELEASE of detainee", ""),
        ("نطالب", "demand"),
        ("syri", "organisation"),
    ):
        found = [
            words
            for of, words in everything
            if (not kind or of == kind)
            and all(any(each.startswith(word) for each in words) for word in terms(asked))
        ]
        assert found
        page.goto(f"{(site / 'search.html').as_uri()}?q={asked}&kind={kind}")
        expect(page.locator("#search-count")).to_have_text(f"Found: {len(found)}")
        while (shown := page.locator(".hit").count()) < len(found):
            page.locator("#search-more").click()
            expect(page.locator(".hit")).not_to_have_count(shown)
        expect(page.locator(".hit")).to_have_count(len(found))
        expect(page.locator("#search-more")).to_be_hidden()
    page.goto(f"{(site / 'search.html').as_uri()}?q=nothinghasthis")
    expect(page.locator("#search-count")).not_to_be_empty()
    assert page.locator(".hit").count() == 0
    page.close()
