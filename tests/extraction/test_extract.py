"""From a document to a letter: what kind of text it is, that quotes are the text's own, and what it costs."""

from __future__ import annotations

import gc
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.documents import Document, parse_document
from kb.extraction import EXTRACTOR_VERSION, extract
from kb.letter import Letter

KINDS = sorted((Path(__file__).parent / "kinds").glob("*.txt"))
RESOLUTION = """The Security Council,

Recalling its resolutions on the straits,

Deeply concerned at the mining of the harbour,

Welcoming the work of the pilots,

1. Demands that all parties clear the harbour;

2. Urges all States to refrain from sending mines;

3. Decides to remain seized of the matter.
"""
PRESS = """Press release

4 May 2020

Forty groups today published an open letter calling on the ministry to close the quarry. “The ministry must act before \
the rains,” said Ana Ruiz of Ridge Walkers.

The letter urges the bank to withdraw its loan. The ministry did not reply to a request for comment.
"""
ARTICLE = """# A quarry on the ridge

The ridge was declared a reserve in 1974. Since then the quarry has doubled. Villagers demand that it be closed, and \
the mayor says that the law must be obeyed.

Last week the ministry asked for a new survey, which will take two years.
"""
SPEECH = """Remarks by the Director at the opening of the conference

Check against delivery

Ladies and gentlemen, dear friends,

I would ask you to keep to the time. We must not look away.

Thank you.
"""
GUIDE = """How to write to your minister

Step 1: Choose whom you write to. We urge you to be precise.

Step 2: Send it, publish it, and follow up.
"""
CIRCULAR = """From: Ada <ada@example.org>
To: staff@example.org
Subject: Letter on the quarry

Dear colleagues,

Last week we sent a letter to the minister.

Please check whether your name is on the list. We must also agree on who speaks to the press.

Best,
Ada
"""
LETTER = """Dear Minister,

We urge you to close the quarry.

Sincerely,

Ridge Walkers
"""


def read(text: str) -> Letter:
    return extract(Document(Path("letter.txt"), "0" * 64, text))


@pytest.mark.parametrize(
    "text",
    [
        RESOLUTION,
        PRESS,
        ARTICLE,
        SPEECH,
        GUIDE,
        CIRCULAR,
        "Minutes of the meeting\n\nThe chair must call the roll.",
    ],
)
def test_a_text_that_is_no_letter_makes_no_demands(text: str) -> None:
    letter = read(text)
    assert letter.kind == "other"
    assert letter.demands == ()


@pytest.mark.parametrize(
    "text",
    [
        LETTER,
        PRESS + "\nThe letter in full:\n\n" + LETTER,
        "Home  News  About\n\n# Open letter on the quarry\n\n" + LETTER,
        "Joint statement\n\nWe, the undersigned, demand that the quarry on the ridge be closed."
        "\n\nSigned by:\n\nRidge Walkers\n",
        "Lettre ouverte au ministre\n\n"
        "Nous vous demandons de fermer la carrière avant la saison des pluies.\n\nLes Marcheurs\n",
        "رسالة مفتوحة إلى الوزير\n\n"
        "نطالبكم بإغلاق المحجر فوراً قبل أن يبدأ موسم الأمطار على هذا الجبل.\n\nأصدقاء الجبل\n",
    ],
)
def test_a_letter_is_one_wherever_it_is_printed(text: str) -> None:
    letter = read(text)
    assert letter.kind == "letter"
    assert any(demand.explicitness == "explicit" for demand in letter.demands)


@pytest.mark.parametrize(
    "text",
    [
        # News of others are told; what "we" ask twice is a letter, though it is cut off before anybody signs.
        "In the north, the health service said that the wells are running dry. The lake board warned that the "
        "fish will die.\n\nToday, we raise our voices and call on the board to open the sluices. We also call "
        "on the factories to:\n\n- stop dumping\n- pay the fish",
        "أطالبك بفتح تحقيق في حال السد قبل أن يحل فصل الشتاء على أهل البحيرة.\n",
        # The title stands below the site's own.
        "Latest\n\nEnough of excuses: open the sluices of the lake now!\n\nOpen letter to the mayors of the lake"
        "\n\nThe fishers of the lake have waited for years. The sluices must be opened before the snow comes.\n",
    ],
)
def test_a_letter_that_was_cut_off_is_one(text: str) -> None:
    assert read(text).demands


@pytest.mark.parametrize("path", KINDS, ids=lambda path: path.stem)
def test_news_opinions_releases_and_resolutions_make_no_demands(path: Path) -> None:
    letter = read(path.read_text(encoding="utf-8"))
    assert letter.kind == "other"
    assert letter.demands == ()


@pytest.mark.parametrize(
    "text",
    [
        "The road to the ridge\n\nThe undersigned call for the road to be opened before the winter.\n",
        "La route de la crête\n\nLes soussignés demandent que la route soit ouverte avant l'hiver.\n",
        "El camino de la cresta\n\nLos abajo firmantes exigen que se abra el camino antes del invierno.\n",
        "طريق التلال\n\nيطالب الموقعون أدناه بفتح الطريق إلى القرى البعيدة قبل حلول فصل الشتاء.\n",
    ],
)
def test_what_may_be_no_letter_is_read_as_one_with_a_warning(text: str) -> None:
    letter = read(text)
    assert letter.kind == "letter"
    assert letter.demands
    assert "perhaps-no-letter" in {remark.code for remark in letter.warnings}


def test_a_letter_that_is_surely_one_has_no_such_warning() -> None:
    assert "perhaps-no-letter" not in {remark.code for remark in read(LETTER).warnings}


def test_what_is_left_out_of_a_text_that_is_none_is_counted_in_a_warning() -> None:
    (remark,) = (remark for remark in read(SPEECH).warnings if remark.code == "taken-for-no-letter")
    assert "1 sentence that asks is left out" in remark.message


def test_a_demand_names_its_types_and_documents() -> None:
    (demand,) = read(LETTER.replace("close the quarry", "refer the case under S/RES/2254 (2015)")).demands
    assert demand.references == ("S/RES/2254 (2015)",)


def test_the_version_is_that_of_the_program_and_of_what_it_reads_by() -> None:
    assert "+" in EXTRACTOR_VERSION


PIECES = st.sampled_from(
    ["We urge you to", "act", ":", ";", ".", "\n", "\n\n", "1. ", "- ", "(a) ", "Dear Minister,", "“", "”", "must",
     "First, ", "نطالبكم", "Nous demandons", "exigimos", "\r\n", "\u200f", "<b>", "**", "\u00a0", "Signed by:",
     "S/RES/2254"]
)  # fmt: skip


@settings(deadline=None)
@given(
    st.one_of(
        st.text(), st.lists(PIECES, max_size=60).map(" ".join), st.lists(PIECES, max_size=60).map("".join)
    )
)
def test_any_text_gives_a_letter_that_quotes_it(text: str) -> None:
    letter = read(text)
    for demand in (*letter.demands, *letter.reported):
        assert demand.quote == text[demand.span.start : demand.span.end] != ""
        assert demand.quote == demand.quote.strip()
    for places in (letter.demands, letter.reported):
        starts = [demand.span.start for demand in places]
        assert starts == sorted(starts)
    spans = [thing.span for thing in (*letter.addressees, *letter.copied)]
    spans += [thing.span for thing in letter.signatures] + [thing.span for thing in letter.references]
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


def test_the_cost_grows_linearly_with_the_length() -> None:
    body = "We urge you to close the quarry. The ridge must be protected. It was declared a reserve.\n\n"
    points = "We call on you to:\n\n" + "".join(
        f"{n}. Close the quarry number {n} on the ridge.\n" for n in range(1, 6)
    )

    def letter(size: int) -> str:
        names = "".join(f"{n}. Ridge Walkers of Valley {n}\n" for n in range(1, size))
        return "Dear Minister,\n\n" + (body * 2 + points + "\n") * (size // 20) + "Sincerely,\n\n" + names

    def seconds(size: int) -> float:
        text = letter(size)
        gc.freeze()  # or what the tests before left in memory is looked through for garbage again and again
        start = time.process_time()
        read(text)
        spent = time.process_time() - start
        gc.unfreeze()
        return spent

    spent = [min(seconds(size) for _ in range(3)) for size in (200, 1600)]
    # Quadratic would be 64 times.
    assert spent[1] < 8 * spent[0] * 4 + 0.1


def test_a_treaty_in_the_name_of_an_addressee_is_no_reference() -> None:
    letter = read(
        "Executive Secretary\nUnited Nations Framework Convention on Climate Change\n\nDear Secretary,\n\n"
        "The wells of the valley are dry. We urge you to apply the Paris Agreement.\n\nYours,\n\nValley Network\n"
    )
    assert [reference.name for reference in letter.references] == ["Paris Agreement"]


@pytest.mark.parametrize(
    ("text", "called"),
    [
        (
            "We, the undersigned, call on the Government of Zelenta to reopen the road at once.",
            "Government of Zelenta",
        ),
        (
            "Nous, soussignés, demandons au Gouvernement de Zélente de rouvrir la route.",
            "Gouvernement de Zélente",
        ),
        (
            "Las organizaciones firmantes exigimos al Gobierno de Zelenta que abra el camino.",
            "Gobierno de Zelenta",
        ),
        (
            "نحن الموقعين أدناه نطالب حكومة زيلنتا بفتح الطريق إلى الوادي فورا أمام الأطباء والمرضى.",
            "حكومة زيلنتا",
        ),
    ],
)
def test_an_appeal_is_addressed_to_whom_it_calls_upon(text: str, called: str) -> None:
    letter = read(f"Joint appeal\n\n5 May 2020\n\n{text}\n\nSignatories:\nValley Watch\nHill Farmers Union\n")
    assert [addressee.name for addressee in letter.addressees] == [called]


def test_a_letter_to_nobody_says_so() -> None:
    letter = read(
        "Joint statement\n\nWe demand that the road be opened.\n\nSignatories:\nValley Watch\nHill Farmers\n"
    )
    assert letter.addressees == ()
    assert "no-addressees" in {remark.code for remark in letter.warnings}


def test_what_the_file_says_of_itself_counts_where_the_text_is_silent() -> None:
    body = "\nDear Ms. Vale,\n\nThe road to Marrow is closed. We urge you to open it.\n\nSincerely,\n\nReed League\n"
    front = "---\ntitle: On Marrow\ndate: 2019-03-04\n---\n"
    silent = extract(parse_document((front + body).encode(), Path("letter.md")))
    assert (silent.date, silent.date_span) == ("2019-03-04", None)
    dated = extract(parse_document((front + "\n12 May 2020\n" + body).encode(), Path("letter.md")))
    assert dated.date == "2020-05-12"


@pytest.mark.parametrize(
    "told",
    [
        "Here is the letter that the League sent to its local member, Ms. Vale, on 12 May 2020",
        "*A letter which was distributed in paper form on Tuesday morning, 12 May 2020.*",
    ],
)
def test_a_sentence_over_a_letter_tells_when_it_was_sent(told: str) -> None:
    body = "\n\nDear Ms. Vale,\n\nThe road to Marrow is closed. We urge you to open it.\n\nSincerely,\n\nReed League\n"
    assert extract(parse_document((told + body).encode(), Path("letter.md"))).date == "2020-05-12"


def test_an_organisation_that_signs_alone_may_be_called_for_short() -> None:
    text = (
        "Statement on Marrow\n\nFor nine weeks the road has been closed, and nobody has come through.\n\n"
        "The Coalition urges the Security Council to act. The Coalition calls on all parties to stop.\n\n"
        "---\n\n**International Coalition for the Road**\n\nPeace • Justice • Roads\n\nGeneva, 3 August 2026\n"
    )
    letter = extract(parse_document(text.encode(), Path("letter.md")))
    assert [each.name for each in letter.signatures] == ["International Coalition for the Road"]
    assert [each.explicitness for each in letter.demands] == ["explicit", "explicit"]


def test_names_with_countries_stand_alone_in_small_letters_too() -> None:
    names = [
        "Reed League - Chad",
        "xnet - Spain",
        "WITNESS - Global",
        "RootsAction.org - US",
        "Lake Trust - Ghana",
    ]
    text = "To the Security Council\n\nWe urge you to open the road.\n\nSigned,\n\n" + "\n".join(names)
    letter = extract(parse_document(text.encode(), Path("letter.txt")))
    assert [each.name for each in letter.signatures] == names


@pytest.mark.parametrize(
    ("above", "addressed"),
    [
        (
            "We join others in calling for funds.\n\nWe thank those who began this.\n\nJoin us by writing.\n\n"
            "They are many.\n\n### Open letter to the European Commission\n\n",
            "European Commission",
        ),
        ("# Open letter to the European Commission from the Hill\n\n", "European Commission"),
        ("OPEN LETTER TO U.S. REP. ANNA VALE\n\n", "U.S. REP. ANNA VALE"),
        ("Hi Anna,\n\n", "Anna"),
    ],
)
def test_who_is_addressed(above: str, addressed: str) -> None:
    text = f"{above}The road has been closed for nine weeks.\n\nWe urge you to open it.\n\nSincerely,\n\nReed League\n"
    letter = extract(parse_document(text.encode(), Path("letter.md")))
    assert [each.name for each in letter.addressees] == [addressed]
