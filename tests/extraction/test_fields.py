"""Title, date, addressees, copies and signatures, each read from letters written for one difficulty."""

import csv
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.documents import parse_document
from kb.extraction import extract
from kb.extraction.addressees import find_addressees
from kb.extraction.heading import find_date, find_title
from kb.extraction.language import detect_language
from kb.extraction.layout import lay_out
from kb.extraction.signatures import find_signatures
from kb.extraction.zones import find_zones
from kb.letter import Addressee, Signature

LETTERS = sorted((Path(__file__).parent.parent / "fixtures" / "letters").glob("*.toml"))


def extract_fields(text: str) -> dict[str, Any]:
    layout = lay_out(text)
    zones = find_zones(layout)
    title = find_title(layout, zones)
    signatures, remarks = find_signatures(layout, zones)
    addressees, copied = find_addressees(layout, zones, title)
    records: list[Signature | Addressee] = [*signatures, *addressees, *copied]
    for record in records:
        assert 0 <= record.span.start < record.span.end <= len(text)
        first = record.name.split()[0]
        assert first in text[record.span.start : record.span.end]
    date = find_date(layout, zones, detect_language(text))
    return {
        "date": date.value,
        "addressees": [joined(addressee) for addressee in addressees],
        "copied": [joined(addressee) for addressee in copied],
        "signatories": [signature.name for signature in signatures],
        "kinds": [signature.kind for signature in signatures],
        "remarks": [remark.code for remark in (*date.remarks, *remarks)],
        "title": title.title if title else None,
    }


def joined(addressee: Addressee) -> str:
    return ", ".join(part for part in (addressee.name, addressee.office, addressee.body) if part)


def words(names: list[str]) -> list[set[str]]:
    """Where a name, its office and its body are parted is told by other tests."""
    small = {"of", "the", "The", "OF", "THE"}
    return [set(name.replace(",", " ").replace("،", " ").split()) - small for name in names]


def test_there_are_letters() -> None:
    assert len(LETTERS) > 30


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_fields(path: Path) -> None:
    expected = tomllib.loads(path.read_text(encoding="utf-8"))
    fields = extract_fields(path.with_suffix(".txt").read_bytes().decode())
    assert fields["date"] == expected.get("date")
    assert words(fields["addressees"]) == words(expected.get("addressees", []))
    assert words(fields["copied"]) == words(expected.get("copied", []))
    assert fields["signatories"] == expected["signatories"]
    for key in ("kinds", "title"):
        assert fields[key] == expected.get(key, fields[key])
    assert set(expected.get("remarks", ())) <= set(fields["remarks"])


# What stands above and below a short letter of each language, whom it is addressed to then, and who gets a copy.
ROWS = list(
    csv.DictReader(
        (Path(__file__).parent / "addressees.tsv").open(encoding="utf-8"),
        delimiter="\t",
        quoting=csv.QUOTE_NONE,
    )
)
LETTERS_OF = {
    "en": "We write about the harbour of Reedham, which has been closed since the spring. The boats lie idle.\n\n"
    "We urge you to open the harbour before the winter.\n\nYours sincerely,\n\nHarbour League\nUnion of Net Menders",
    "fr": "Nous vous écrivons au sujet du port de Marenne, fermé depuis le printemps.\n\nNous vous demandons de "
    "rouvrir le port avant l'hiver.\n\nRespectueusement,\n\nLigue du port\nSyndicat des dockers",
    "es": "Le escribimos por el puerto de Piedra Alta, cerrado desde la primavera.\n\nLe pedimos que reabra el "
    "puerto antes del invierno.\n\nAtentamente,\n\nLiga del Puerto\nSindicato de Barqueros",
    "ar": "نكتب إليكم بشأن ميناء الصخرة المغلق منذ الربيع. القوارب راسية.\n\nنطالبكم بفتح الميناء قبل الشتاء."
    "\n\nوتفضلوا بقبول فائق الاحترام،\n\nرابطة الميناء\nنقابة البحارة",
}


@pytest.mark.parametrize("language", LETTERS_OF)
def test_whom_a_letter_is_addressed_and_copied_to(language: str) -> None:
    rows = [row for row in ROWS if row["language"] == language]
    assert len(rows) > 50
    wrong = []
    for row in rows:
        above, below = (row[key].replace("\\n", "\n").replace("\\t", "\t") for key in ("above", "below"))
        fields = extract_fields(f"{above}\n\n{LETTERS_OF[language]}\n\n{below}\n")
        signed = LETTERS_OF[language].split("\n")[-2:]
        expected = [
            words([name for name in row[key].split(" | ") if name]) for key in ("addressees", "copied")
        ]
        found = [words(fields[key]) for key in ("addressees", "copied")]
        if found != expected or fields["signatories"] != signed:
            wrong.append((row, fields))
    assert wrong == []


# What stands below a short letter in the place of its names, and whose names these are.
SIGNED = [
    (*title.split(" ", 1), *text.strip().split("\n= "))
    for title, _, text in (
        part.partition("\n")
        for part in (Path(__file__).parent / "signatures.txt").read_text(encoding="utf-8").split("@ ")[1:]
    )
]


@pytest.mark.parametrize(
    ("language", "name", "printed", "names"), SIGNED, ids=[f"{row[0]}-{row[1]}" for row in SIGNED]
)
def test_names_in_any_layout(language: str, name: str, printed: str, names: str) -> None:
    letter = LETTERS_OF[language].rsplit("\n\n", 1)[0]
    fields = extract_fields(f"{letter}\n\n{printed}\n")
    assert fields["signatories"] == names.split(" | ")


def test_the_organisation_that_a_byline_names() -> None:
    body = LETTERS_OF["en"].partition("Yours sincerely,")[0]
    text = "Statement\n\nWhat became of the harbour\n\nBy the League of Boatmen\n\n18 May 2003\n\n" + body
    assert extract_fields(text)["signatories"] == ["League of Boatmen"]


def test_a_table_of_things_is_none_of_names() -> None:
    rows = (
        "| Need | Persons | Body |",
        "|---|---|---|",
        "| Nets | 32.000 | Port Council |",
        "| Boats | 6.400 | Lake Bank |",
    )
    table = "\n".join(rows)
    body, _, names = LETTERS_OF["en"].partition("Yours sincerely,")
    text = f"{body}What is needed comes to this:\n\n{table}\n\n{body}Signed:{names}\n"
    assert extract_fields(text)["signatories"] == ["Harbour League", "Union of Net Menders"]


# Letters as they are printed, "{body}" for one of those above, whom they are addressed to, and who gets a copy.
PRINTED = [
    (*title.split(" ", 1), text.strip())
    for title, _, text in (
        part.partition("\n")
        for part in (Path(__file__).parent / "addresses.txt").read_text(encoding="utf-8").split("@ ")[1:]
    )
]


@pytest.mark.parametrize(
    ("language", "name", "printed"), PRINTED, ids=[f"{row[0]}-{row[1]}" for row in PRINTED]
)
def test_addresses_and_copies_in_any_layout(language: str, name: str, printed: str) -> None:
    text, *told = printed.split("\n= ")
    expected = {key: names.split(" | ") for key, _, names in (line.partition(": ") for line in told)}
    text = text.replace("{body}", LETTERS_OF[language]) + "\n"
    letter = extract(parse_document(text.encode(), Path("letter.txt")))
    assert words(list(map(joined, letter.copied))) == words(expected.get("cc", []))
    if "to" in expected:
        assert words(list(map(joined, letter.addressees))) == words(expected["to"])


LINES = st.sampled_from(
    [
        *(
            "",
            "",
            "",
            "Dear Minister,",
            "To: Mr. A B",
            "To:",
            "H.E. Ms. Lina Roe",
            "Minister of Trade",
            "CC: Mayor; Police",
        ),
        *(
            "Sincerely,",
            "Signed by A House, B House and C House",
            "Signatories:",
            "1. Alpha House",
            "- 2.Beta House (x",
        ),
        *(
            "| Name | Country |",
            "|---|---|",
            "| A B | Chad |",
            "5 May 2020",
            "03/04/2021",
            "Subject: x",
            "# Letter to Y",
        ),
        *(
            "We ask you to open the road to the north, which has been closed for a week now.",
            "إلى: السيد أ",
            "،",
            "(a",
        ),
        *(
            "Veuillez agréer, Madame, l'expression de nos sentiments",
            "Copie à : X",
            "and",
            "<b>",
            "**",
            "By A B and C D",
        ),
    ]
)


@given(st.one_of(st.lists(LINES, max_size=15).map("\n".join), st.text(max_size=150)))
def test_any_text_gives_fields(text: str) -> None:
    layout = lay_out(text)
    zones = find_zones(layout)
    title = find_title(layout, zones)
    find_date(layout, zones, detect_language(text))
    signatures, remarks = find_signatures(layout, zones)
    addressees, copied = find_addressees(layout, zones, title)
    records: list[Signature | Addressee] = [*signatures, *addressees, *copied]
    for record in records:
        assert record.name.strip()
        assert 0 <= record.span.start < record.span.end <= len(text)
    assert [signature.position for signature in signatures] == list(range(1, len(signatures) + 1))
    assert all(0 <= a < b <= len(text) for a, b in (remark.span for remark in remarks if remark.span))
