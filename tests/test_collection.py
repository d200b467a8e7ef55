"""A folder of letters and its curator's files."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.collection import (
    Assessment,
    Decision,
    LetterNote,
    append_assessment,
    append_decision,
    init_collection,
    read_collection,
)
from kb.errors import DataError, OutsideError, UsageError
from kb.letter import slug

HEADING = "what,letter,decision,value,by,when,why\n"


def put(folder: Path, name: str, content: str | bytes = "Dear Secretary-General,\n") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def names(folder: Path) -> list[str]:
    return [path.as_posix() for path in read_collection(folder).letters]


def problems(folder: Path) -> list[str]:
    return [str(problem).replace(f"{folder}/", "") for problem in read_collection(folder).problems]


# Letters


def test_letters_of_every_folder_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.PDF", "a/y.docx", "c d/e.html", "x.eml", "n.md", "table.csv", "picture.png"):
        put(tmp_path, name)
    for name in ("README.md", "a/readme.txt", ".hidden.txt", ".git/config.txt", "a/~lock"):
        put(tmp_path, name)
    put(tmp_path, "build/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n")
    put(tmp_path, "build/letter.txt")
    put(tmp_path, "sub/build/kept.txt")
    expected = ["a/y.docx", "a/z.PDF", "b.txt", "c d/e.html", "n.md", "sub/build/kept.txt", "x.eml"]
    assert names(tmp_path) == expected
    assert problems(tmp_path) == []


def test_ignored_files(tmp_path: Path) -> None:
    for name in ("a.txt", "notes.txt", "drafts/b.txt", "drafts/deep/c.txt"):
        put(tmp_path, name)
    put(tmp_path, "collection.toml", 'ignore = ["drafts/*", "notes.txt"]\n')
    assert names(tmp_path) == ["a.txt"]


def test_one_id_two_files(tmp_path: Path) -> None:
    put(tmp_path, "b/Open Letter.txt")
    put(tmp_path, "a/open-letter.pdf")
    assert names(tmp_path) == ["a/open-letter.pdf"]
    [told] = problems(tmp_path)
    assert told.startswith("b/Open Letter.txt: ")
    assert "a/open-letter.pdf" in told


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    outside = put(tmp_path, "outside/secret.txt")
    inside = put(tmp_path, "c/letters/real.txt")
    folder = tmp_path / "c"
    (folder / "link.txt").symlink_to(outside)
    (folder / "folder").symlink_to(outside.parent)
    (folder / "loop").symlink_to(folder)
    (folder / "again.txt").symlink_to(inside)
    assert names(folder) == ["again.txt", "letters/real.txt"]
    assert [line.split(":")[0] for line in problems(folder)] == ["folder", "link.txt", "loop"]


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        read_collection(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="is a file"):
        read_collection(put(tmp_path, "a.txt"))


@pytest.mark.skipif(os.name == "nt", reason="file names are Unicode there")
def test_a_file_name_that_is_not_unicode(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/bad\xff.txt", "wb") as file:  # noqa: PTH123  # a Path can't name it
        file.write(b"Dear")
    put(tmp_path, "good.txt")
    assert names(tmp_path) == ["good.txt"]
    [told] = problems(tmp_path)
    told.encode()
    assert "not Unicode" in told


def test_slug() -> None:
    assert slug("2018-01-31 Guterres, Sochi") == "2018-01-31-guterres-sochi"
    assert slug("Lettre à l'ONU") == "lettre-à-l-onu"
    assert slug("رسالة مفتوحة") == "رسالة-مفتوحة"
    assert slug("ﬁnal") == "final"
    assert slug("!!!") != slug("???") != ""


@given(st.text())
def test_slug_is_stable(name: str) -> None:
    assert slug(slug(name)) == slug(name) != ""
    assert slug(slug(name * 100)) == slug(name * 100) != ""


# collection.toml


def test_settings(tmp_path: Path) -> None:
    put(tmp_path, "a.txt")
    put(
        tmp_path,
        "collection.toml",
        'title = "T"\npublisher = "P"\nlicence = "L"\nbase = "https://example.org/x/"\n'
        '[letters.a]\ndate = 2018-03-01\nsource = "https://example.org/a"\n',
    )
    collection = read_collection(tmp_path)
    assert (collection.title, collection.publisher, collection.licence) == ("T", "P", "L")
    assert collection.base == "https://example.org/x/"
    assert collection.notes == {"a": LetterNote(date="2018-03-01", source="https://example.org/a")}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            'title = "a"\nlicense = "b"\n',
            "collection.toml:2: there is no key 'license': did you mean 'licence'?",
        ),
        ("title = \n", "collection.toml:1:9: "),
        ('title = "a', "collection.toml:1"),
        ("title = 3\n", "collection.toml:1: `title` is a text"),
        ('\nbase = "example.org"\n', "collection.toml:2: `base` is a web address"),
        ('base = "https://example.org/a b/"\n', "collection.toml:1: `base`"),
        ('base = "https://[/"\n', "collection.toml:1: `base`"),
        ('ignore = "x"\n', "collection.toml:1: `ignore`"),
        ('[letters.a]\ndat = "2018"\n', "collection.toml:2: there is no key of a letter 'dat'"),
        ('[letters.a]\ntitle = "x"\ndate = "31.1.2018"\n', "collection.toml:3: `date` is a date"),
        ('[letters.a]\ndate = "2018-02-30"\n', "collection.toml:2: `date`"),
        ("letters = 3\n", "collection.toml:1: `letters`"),
        (b'title = "caf\xe9"\n', "collection.toml:1: is not UTF-8"),
    ],
)
def test_wrong_settings_are_refused_by_line(tmp_path: Path, text: str | bytes, told: str) -> None:
    put(tmp_path, "a.txt")
    put(tmp_path, "collection.toml", text)
    with pytest.raises(DataError) as caught:
        read_collection(tmp_path)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_note_on_no_letter(tmp_path: Path) -> None:
    put(tmp_path, "open-letter.txt")
    put(
        tmp_path,
        "collection.toml",
        'title = "T"\n\n[letters.open-leter]\ndate = "2018"\n'.replace('"2018"', '"2018-01"'),
    )
    [told] = problems(tmp_path)
    assert told == "collection.toml:3: there is no letter 'open-leter': did you mean 'open-letter'?"


# Spreadsheets


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    ("separator", "first"), [(",", ""), (";", ""), ("\t", ""), (";", "sep=;\n"), ("|", '"sep=|"\n')]
)
def test_dialects(tmp_path: Path, separator: str, first: str, mark: str, newline: str) -> None:
    rows = [
        ["Name", "own column", "aliases", "links", "country", "note"],
        ["Union of Nurses", "x", '"UN; ""Nurses"""', "https://example.org/n", "SY", '"two\nlines"'],
        ["", "", "", "", "", ""],
        ["League of Bakers", "", "", "", "", ""],
    ]
    text = mark + first + "".join(separator.join(row) + "\n" for row in rows)
    put(tmp_path, "organisations.csv", text.replace("\n", newline))
    one, two = read_collection(tmp_path).organisations
    assert (one.name, one.aliases, one.links) == (
        "Union of Nurses",
        ("UN", '"Nurses"'),
        ("https://example.org/n",),
    )
    assert one.note == f"two{newline}lines"
    assert (two.name, two.line - one.line) == ("League of Bakers", 3)


def test_a_decision_on_a_letter_that_is_gone_is_told_and_kept(tmp_path: Path) -> None:
    put(tmp_path, "a.txt")
    put(tmp_path, "review.csv", "what,letter,decision,value,by,when,why\nq,b,accept,,Ana,2020-01-01,\n")
    [told] = problems(tmp_path)
    assert told.startswith("review.csv:2: there is no letter 'b'")
    assert [row.letter for row in read_collection(tmp_path).decisions] == ["b"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("q,,acept,,Ana,2020-01-01,", "there is no decision 'acept': did you mean 'accept'?"),
        ("q,,accept,,,2020-01-01,", "nothing under 'by'"),
        ("q,,accept,,Ana,1/2/2020,", "'1/2/2020' is no date"),
        ("q,,same,,Ana,2020-01-01,", "nothing under 'value', which 'same' needs"),
        ("q,,accept,,Ana,2020-01-01,because,it is", "8 cells under 7 headings"),
    ],
)
def test_wrong_rows_are_refused_and_the_rest_is_taken(tmp_path: Path, row: str, told: str) -> None:
    put(tmp_path, "a.txt")
    put(
        tmp_path,
        "review.csv",
        f"{HEADING}one,a,reject,,Ana,2020-01-01,\n{row}\ntwo,A,accept,,Ana,2020-01-02,\n",
    )
    assert [(row.what, row.letter, row.line) for row in read_collection(tmp_path).decisions] == [
        ("one", "a", 2),
        ("two", "a", 4),
    ]
    [line] = problems(tmp_path)
    assert line.startswith("review.csv:3: ")
    assert told in line


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("what,letter,value\n", "review.csv:1: no column decision, by, when"),
        (f'{HEADING}a,,accept,,Ana,2020-01-01,\n"b,,accept,\n\n', "review.csv:3: can't be read on from here"),
        (f"{HEADING}caf\xe9,,accept\n".encode("latin-1"), "review.csv:2: is not UTF-8"),
        (HEADING.replace("why", "by"), "review.csv:1: two columns 'by'"),
    ],
)
def test_a_file_that_cant_be_understood_stops(tmp_path: Path, text: str | bytes, told: str) -> None:
    put(tmp_path, "review.csv", text)
    with pytest.raises(DataError) as caught:
        read_collection(tmp_path)
    assert told in str(caught.value)


def test_a_misspelt_heading_is_told(tmp_path: Path) -> None:
    put(tmp_path, "organisations.csv", "name,alias,colour\nUnion of Nurses,UoN,red\n")
    [told] = problems(tmp_path)
    assert told == "organisations.csv:1: column 'alias' is not read: did you mean 'aliases'?"


def test_contradictions_of_one_day_are_refused(tmp_path: Path) -> None:
    put(
        tmp_path,
        "review.csv",
        f"{HEADING}Nurses,,same,Union of Nurses,Ana,2020-01-01,\n"
        "union of  nurses,,different,nurses,Ben,2020-01-01,\n"
        "Bakers,,same,League of Bakers,Ana,2020-01-01,\n"
        "Bakers,,different,League of Bakers,Ana,2020-01-02,\n"
        "Bakers,,same,League of Bakers,Ana,2020-01-01,\n",
    )
    assert [row.line for row in read_collection(tmp_path).decisions] == [4, 5, 6]
    [told] = problems(tmp_path)
    assert told.startswith("review.csv:3: row refused, and line 2")


def test_assessments(tmp_path: Path) -> None:
    put(
        tmp_path,
        "assessments.csv",
        "demand;facet;outcome;date;assessor\nd1;Reply;acknowledged;2020-01-01;Ana\nd2;answer;x;2020-01-01;Ana\n",
    )
    [row] = read_collection(tmp_path).assessments
    assert (row.demand, row.facet, row.outcome, row.line) == ("d1", "reply", "acknowledged", 2)
    assert problems(tmp_path) == [
        "assessments.csv:3: row refused: there is no facet 'answer': known are reply, implementation"
    ]


# Adding rows

DECISION = Decision(
    'We ask; you, "answer".\nNow', "a", "change", "types: ceasefire", "Ána", "2020-01-01", "why"
)


@pytest.mark.parametrize(
    "before",
    [
        b"",
        HEADING.encode(),
        HEADING.encode().rstrip(),
        b"\xef\xbb\xbf" + HEADING.replace(",", ";").replace("\n", "\r\n").encode(),
        b"sep=;\nwhen;by;own;what;letter;decision;value;why\n2019-01-01;Ben;x;q;a;accept;;",
        b'"what","letter","decision","value","by","when","why"\n"q","a","accept","","Ben","2019-01-01",""\n\n\n',
    ],
)
def test_a_row_is_added_and_all_other_bytes_stay(tmp_path: Path, before: bytes) -> None:
    put(tmp_path, "a.txt")
    path = put(tmp_path, "review.csv", before)
    append_decision(tmp_path, DECISION)
    append_decision(tmp_path, DECISION)
    assert path.read_bytes().startswith(before)
    collection = read_collection(tmp_path)
    assert collection.problems == ()
    fields = [
        (row.what.replace("\r\n", "\n"), row.letter, row.decision, row.value, row.by, row.when, row.why)
        for row in collection.decisions
    ]
    wanted = (DECISION.what, "a", "change", "types: ceasefire", "Ána", "2020-01-01", "why")
    assert fields[-2:] == [wanted, wanted]
    assert len(fields) == 2 + before.count(b"Ben")


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), min_size=1, max_size=4
    )
)
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("any")
    for text in texts:
        if text.strip():
            append_assessment(folder, Assessment(text, "reply", "supported", "2020-01-01", "Ana", quote=text))
    collection = read_collection(folder)
    assert collection.problems == ()
    wanted = [text.strip() for text in texts if text.strip()]
    assert [row.demand for row in collection.assessments] == wanted
    assert [row.quote for row in collection.assessments] == wanted


def test_rows_added_at_once_are_all_kept(tmp_path: Path) -> None:
    put(tmp_path, "a.txt")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: append_decision(tmp_path, DECISION), range(40)))
    assert len(read_collection(tmp_path).decisions) == 40


def test_a_row_that_could_not_be_read_back_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is no date"):
        append_decision(tmp_path, Decision("q", "a", "accept", "", "Ana", "yesterday"))
    with pytest.raises(DataError, match="nothing under 'by'"):
        append_decision(tmp_path, Decision("q", "a", "accept", "", " ", "2020-01-01"))
    path = put(tmp_path, "review.csv", "what,letter,decision,value,by,when\n")
    with pytest.raises(DataError, match="no column 'why'"):
        append_decision(tmp_path, DECISION)
    assert path.read_text() == "what,letter,decision,value,by,when\n"
    path = put(tmp_path, "review.csv", f'{HEADING}"open')
    with pytest.raises(DataError, match="not closed"):
        append_decision(tmp_path, DECISION)


def test_a_folder_that_cant_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutsideError):
        append_decision(tmp_path / "nowhere", DECISION)


def test_a_new_collection_is_one(tmp_path: Path) -> None:
    made = init_collection(tmp_path / "new")
    assert {path.name for path in made} == {
        "README.md",
        "assessments.csv",
        "collection.toml",
        "organisations.csv",
        "review.csv",
    }
    collection = read_collection(tmp_path / "new")
    assert (collection.letters, collection.problems, collection.decisions) == ((), (), ())
    put(tmp_path / "new", "a.txt")
    append_decision(tmp_path / "new", DECISION)
    assert len(read_collection(tmp_path / "new").decisions) == 1
    with pytest.raises(UsageError, match="already"):
        init_collection(tmp_path / "new")


def test_commented_settings_are_right_once_uncommented(tmp_path: Path) -> None:
    init_collection(tmp_path)
    put(tmp_path, "2018-01-31-an-open-letter.txt")
    text = (tmp_path / "collection.toml").read_text()
    lines = [
        line.removeprefix("# ") if "=" in line or line.startswith("# [") else line
        for line in text.splitlines()
    ]
    put(tmp_path, "collection.toml", "\n".join(lines))
    collection = read_collection(tmp_path)
    assert collection.problems == ()
    assert collection.notes["2018-01-31-an-open-letter"].date == "2018-01-31"
