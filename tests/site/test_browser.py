"""The site as a person has it: from a folder, in a browser, without a network."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pypdfium2 import PdfDocument

import kb.site as kb_site
from tests.site.conftest import kb

LETTER = "letter/2017-02-13-guterres-syrian-civil-society.html"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test on a script error or a request to another host."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else wrong.append(r.url))
    yield page
    context.close()
    assert wrong == []


def open_page(page: Page, collection: Path, path: str) -> None:
    page.goto(f"file://{collection}/site/{path}")


def one_of_each(collection: Path) -> list[str]:
    """A page of every kind, in both languages."""
    site = collection / "site"
    kinds = ("letter", "line", "organisation", "types", "question")
    pages = [sorted((site / kind).iterdir())[0].relative_to(site).as_posix() for kind in kinds]
    pages += [path.relative_to(site).as_posix() for path in sorted(site.glob("[!4]*.html"))]
    return [*pages, LETTER, *(f"ar/{path}" for path in pages)]


def test_every_kind_of_page_opens_without_an_error(page: Page, collection: Path) -> None:
    for path in one_of_each(collection):
        open_page(page, collection, path)
        assert page.locator("h1").inner_text().strip(), path
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, path


def test_every_link_leads_somewhere(collection: Path) -> None:
    site = collection / "site"
    for path in one_of_each(collection):
        text = (site / path).read_text("utf-8")
        for href in re.findall(r'(?:href|src)="([^"#?]+)', text):
            if not href.startswith(("http://", "https://", "data:")):
                below = site / href.lstrip("/") if href.startswith("/") else (site / path).parent / href
                assert Path(unquote(str(below))).resolve().is_file(), (path, href)


@pytest.mark.parametrize(("arabic", "scheme", "width"), [(False, "light", 1280), (True, "dark", 390)])
def test_axe_finds_nothing_serious(
    browser: Browser, collection: Path, arabic: bool, scheme: Literal["light", "dark"], width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    found = []
    pages = [path for path in one_of_each(collection) if path.startswith("ar/") is arabic]
    for path in (*pages, f"{'ar/' if arabic else ''}search.html?q=ceasefire"):
        open_page(page, collection, path)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append((path, "wider than the screen", ""))
        found += [
            (path, violation["id"], violation["nodes"][0]["target"])
            for violation in Axe().run(page).response["violations"]
            if violation["impact"] in ("serious", "critical")
        ]
    context.close()
    assert found == []


def test_a_demand_leads_to_its_words(page: Page, collection: Path) -> None:
    open_page(page, collection, LETTER)
    first = page.locator("aside ol.demands > li").first
    quote = first.locator("blockquote").inner_text()
    first.get_by_role("link", name="See it in the letter").click()
    assert "#demand-" in page.url
    target = page.locator("mark:target")
    expect(target).to_be_in_viewport()
    assert " ".join(quote.split()).startswith(" ".join(target.inner_text().split())[:40])


def test_a_search_is_kept_in_the_address(page: Page, collection: Path) -> None:
    open_page(page, collection, "search.html")
    page.locator("input[name=q]").press_sequentially("monitoring mechanism")
    expect(page.locator(".hit").first).to_be_visible()
    everything = page.locator(".hit").count()
    page.select_option("select[name=year]", "2016")
    expect(page.locator(".hit").first).to_be_visible()
    assert 0 < page.locator(".hit").count() < everything
    address, shown = page.url, page.locator("#search-hits").inner_text()
    assert "year=2016" in address
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator(".hit").first).to_be_visible()
    assert page.locator("#search-hits").inner_text() == shown
    page.locator(".hit a").first.click()
    expect(page.locator("mark:target")).to_be_in_viewport()


def test_the_other_language_is_one_step_away(page: Page, collection: Path) -> None:
    open_page(page, collection, LETTER)
    page.get_by_role("link", name="العربية").click()
    assert page.url.endswith(f"/ar/{LETTER}")
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.evaluate("getComputedStyle(document.querySelector('.letter .text')).direction") == "ltr"


def test_a_letter_keeps_its_direction_in_either_interface(page: Page, collection: Path) -> None:
    for folder, around in (("", "ltr"), ("ar/", "rtl")):
        open_page(page, collection, f"{folder}letter/2021-06-05-arabic.html")
        assert page.evaluate("getComputedStyle(document.body).direction") == around
        text = page.locator(".letter .text")
        assert text.get_attribute("lang") == "ar"
        assert text.evaluate("element => getComputedStyle(element).direction") == "rtl"
        assert page.locator("aside blockquote").first.get_attribute("lang") == "ar"


def test_a_table_is_sorted_by_its_heading(page: Page, collection: Path) -> None:
    open_page(page, collection, "letters.html")
    page.get_by_role("button", name="Signatories").click()
    page.get_by_role("button", name="Signatories").click()
    counts = [int(text) for text in page.locator("tbody td:nth-child(4)").all_inner_texts()]
    assert counts == sorted(counts, reverse=True)
    assert len(counts) == 7


def test_markup_in_a_letter_is_text(page: Page, collection: Path) -> None:
    open_page(page, collection, "letter/2020-05-05-hostile.html")
    assert page.title() != "taken"
    printed = page.locator(".letter .text").text_content()
    assert printed == (collection / "letters" / "2020-05-05-hostile.txt").read_text("utf-8")
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide


def test_pages_work_without_scripts(browser: Browser, collection: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    open_page(page, collection, LETTER)
    assert page.locator("mark.explicit").count() > 5
    open_page(page, collection, "search.html")
    assert "needs JavaScript" in page.locator("noscript").inner_text()
    context.close()


def test_a_page_is_small_and_written_only_when_it_changed(collection: Path) -> None:
    site = collection / "site"
    large = [p.name for p in site.rglob("*.html") if p.stat().st_size > 300_000]
    assert large == []
    before = {path: path.stat().st_mtime_ns for path in site.rglob("*") if path.is_file()}
    done = kb("site", folder=collection)
    assert "0 files written" in done.stderr
    assert {path: path.stat().st_mtime_ns for path in site.rglob("*") if path.is_file()} == before


def test_a_letter_that_is_gone_takes_its_pages_along(collection: Path, tmp_path: Path) -> None:
    letters = tmp_path / "letters"
    letters.mkdir()
    for path in sorted((collection / "letters").glob("201*.txt")):
        (letters / path.name).write_bytes(path.read_bytes())
    for left in (4, 3):
        assert kb("build", "letters", folder=tmp_path).returncode == 0
        assert kb("site", folder=tmp_path).returncode == 0
        assert len(list((tmp_path / "site" / "letter").iterdir())) == left
        next(letters.glob("2018*")).unlink(missing_ok=True) if left == 4 else None
    text = (tmp_path / "site" / "letters.html").read_text("utf-8")
    assert "2018-01-31" not in text


def test_what_signs_and_is_addressed_has_a_section_for_each(page: Page, many: Path) -> None:
    for folder in ("organisation", "addressee"):
        page.goto(f"file://{many}/{folder}/ministry-of-weather.html")
        headings = page.locator("main h2").all_inner_texts()
        assert sorted(headings) == ["Letters signed", "What it was asked"]
        assert page.locator("main h1").inner_text() == "Ministry of Weather"


def test_a_long_page_goes_on_with_whole_letters(page: Page, many: Path) -> None:
    told = []
    for part in ("", "~2"):
        page.goto(f"file://{many}/addressee/ministry-of-weather{part}.html")
        listed = page.locator("#asked-letters + .scroll tbody a").evaluate_all(
            "links => links.map(a => a.href)"
        )
        asked = page.locator("#asked-demands + ol blockquote ~ .meta a[href*='/letter/']")
        of = asked.evaluate_all("links => links.map(a => a.href.split('#')[0])")
        assert sorted(set(of)) == sorted(listed)
        told += of
    assert len(told) == 4 * 30


def test_many_letters_are_taken_together_by_year(page: Page, many: Path) -> None:
    page.goto(f"file://{many}/index.html")
    assert page.locator("table.matrix thead a").all_inner_texts() == ["2020"]


def test_words_lead_to_what_was_read_and_back(page: Page, collection: Path) -> None:
    open_page(page, collection, LETTER)
    note = page.locator(".letter .text a.note").first
    assert note.get_attribute("aria-label").startswith("Demand ")  # type: ignore[union-attr]
    note.click()
    entry = page.locator("aside li:target")
    expect(entry).to_be_in_viewport()
    number = entry.locator(".numeral").inner_text()
    assert number == note.get_attribute("data-number")
    entry.locator("a", has=page.locator(".numeral")).click()
    expect(page.locator("mark:target")).to_be_in_viewport()
    page.locator("mark.signature a").first.click()
    expect(page.locator("aside li:target")).to_be_in_viewport()


def test_a_question_calls_demands_by_their_words(page: Page, collection: Path) -> None:
    open_page(page, collection, "question/life-of-demand.html")
    open_page(page, collection, "question/evidence.html")
    assert page.locator("tbody a[href*='#demand-']").count() > 0
    texts = page.locator("tbody a[href*='#demand-']").all_inner_texts()
    assert all(" " in text for text in texts)


def test_a_question_is_taken_to_the_editor_and_the_keyboard_leads_out_of_it(
    browser: Browser, collection: Path
) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    open_page(page, collection, "question/demands-of-letter.html")
    page.get_by_role("link", name="on the SPARQL page").click()
    editor = page.locator(".CodeMirror")
    expect(editor).to_contain_text("letter/2017-03-22-issg-geneva-v>")
    assert "#+" not in editor.inner_text()
    assert editor.evaluate("e => getComputedStyle(e).backgroundColor") != "rgb(255, 255, 255)"
    editor.locator("textarea").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(editor.locator("textarea")).to_be_focused()
    context.close()


def test_the_arabic_site_speaks_arabic(collection: Path) -> None:
    words = tomllib.loads((Path(kb_site.__file__).parent / "strings.toml").read_text("utf-8"))
    named = re.compile(r"(question|tag|column)\.")
    assert {key for key in words["ar"] if not named.match(key)} == set(words["en"])
    for path in sorted((collection / "site" / "ar" / "question").iterdir()):
        text = path.read_text("utf-8")
        shown = [re.search(r"<h1>(.*)</h1>", text), *re.finditer(r'<th scope="col"[^>]*>(.*?)</th>', text)]
        assert all(re.search("[\u0621-\u064a]", each[1]) for each in shown if each), path.name


def test_on_paper_every_page_of_a_table_has_its_headings(
    page: Page, collection: Path, tmp_path: Path
) -> None:
    open_page(page, collection, "organisations.html")
    page.pdf(path=tmp_path / "printed.pdf", format="A4")
    printed = PdfDocument(tmp_path / "printed.pdf")
    assert len(printed) > 2
    for number in range(3):
        assert "First letter" in printed[number].get_textpage().get_text_range(), number
