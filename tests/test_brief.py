"""`kb brief`: one page for a delegate, in Markdown and in HTML."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.brief import Brief, Entry, Judgement, brief, render
from kb.build import build
from kb.cli import main
from tests import small_build


def run(build: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["brief", "--build", str(build), *arguments])


def test_the_most_repeated_lines_of_the_five_letters_fit_on_a_page(seeds_build: Path) -> None:
    page = brief(seeds_build)
    assert [(entry.type, entry.letters) for entry in page.entries[:3]] == [
        ("Ceasefire enforcement", 3),
        ("Ceasefire monitoring", 3),
        ("Release of detainees", 3),
    ]
    first = page.entries[0]
    assert (first.first, first.last, first.reply.outcome) == ("2016-09-22", "2017-03-22", "not assessed")
    assert first.words.startswith("The ceasefire needs to be integrated into the Geneva process")
    assert page.left_out > 0
    text = run(seeds_build).stdout
    assert f"{page.left_out} more lines of demands" in text
    assert len(text) < 7000
    used = set(re.findall(r"\[\^(\d+)\](?!:)", text))
    assert used == set(re.findall(r"^\[\^(\d+)\]:", text, re.MULTILINE)) != set()


def test_what_is_asked_for_is_on_the_page(seeds_build: Path) -> None:
    about = brief(seeds_build, type_="Detainees and disappeared", since="2017-01-01")
    assert {entry.type for entry in about.entries} <= {
        "Release of detainees", "Executions and torture", "Access to places of detention", "Fate of the disappeared",
    }  # fmt: skip
    assert about.entries[0].first == "2016-09-22"  # a line that goes on keeps its beginning
    assert all(entry.last >= "2017-01-01" for entry in about.entries)
    to_group = brief(seeds_build, addressee="International Syria Support Group")
    assert to_group.entries
    assert to_group.entries != brief(seeds_build).entries
    assert run(seeds_build, "--addressee", "Nobody").exit_code == 2
    assert run(seeds_build, "--since", "spring").exit_code == 2


def test_the_state_is_told_with_its_evidence(tmp_path: Path) -> None:
    page = run(small_build.make(tmp_path / "build"), "--type", "detainee-release").stdout
    assert "Asked in 2 letters, from 2019-05-05 to 2020-06, by 2 organisations and persons" in page
    assert "Implementation: in progress (2020-01-02, A. Example): “We began.”, A/74/1, para. 7" in page
    assert "Reply: not assessed" in page


def test_resolutions_are_named(tmp_path: Path) -> None:
    page = run(small_build.make(tmp_path / "build"), "--type", "existing-resolutions").stdout
    assert "Leans on S/RES/2254 (2015)" in page


@pytest.mark.parametrize(("form", "said"), [("markdown", r"\<b\>\[x\](y)"), ("html", "&lt;b&gt;[x](y)")])
def test_the_words_of_letters_are_never_markup(form: str, said: str) -> None:
    words = "<b>[x](y)"
    none = Judgement("not assessed")
    entry = Entry("Ceasefire", words, 1, "", "", 0, (words,), none, none, (1,))
    text = render(Brief(words, (words,), (entry,), 0, (words,)), form)  # type: ignore[arg-type]  # one of the two
    assert words not in text
    assert text.count(said) >= 5


def test_html_is_written_to_a_file(seeds_build: Path, tmp_path: Path) -> None:
    assert run(seeds_build, "--format", "html", "-o", str(tmp_path / "brief.html")).exit_code == 0
    text = (tmp_path / "brief.html").read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert set(re.findall(r'href="#(note-\d+)"', text)) == set(re.findall(r'id="(note-\d+)"', text)) != set()


def test_a_line_of_demands_without_types_is_one(tmp_path: Path) -> None:
    for year in (2019, 2021):
        (tmp_path / "letters").mkdir(exist_ok=True)
        (tmp_path / "letters" / f"{year}-05-05-pier.txt").write_text(
            f"5 May {year}\n\nTo the Mayor of Ostrava\n\nDear Mayor,\n\n"
            "We urge you to paint the old lighthouse on the northern pier white.\n\n"
            "Yours sincerely,\n\nFriends of the Pier\n",
            encoding="utf-8",
        )
    build(tmp_path / "letters", tmp_path / "build", jobs=1)
    [entry] = brief(tmp_path / "build").entries
    assert (entry.type, entry.letters, entry.first) == ("", 2, "2019-05-05")
