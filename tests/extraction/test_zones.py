"""Where the text of a letter begins and ends."""

import pytest

from kb.extraction.layout import lay_out
from kb.extraction.reading import plain
from kb.extraction.zones import Zone, find_zones

PROSE = "The road to the north is closed, and the people who live there have had no bread for a week."


def zone(text: str, name: Zone) -> list[str]:
    zones = find_zones(lay_out(text))
    return [
        plain(text, *line.span)
        for line, own in zip(zones.layout.lines, zones.of_line, strict=True)
        if own == name
    ]


def test_every_line_has_a_zone() -> None:
    text = (
        f"Open letter\n\n5 May 2020\n\nDear Minister,\n\n{PROSE}\n\n"
        f"Sincerely,\n\nBridge House\n\nCC: Mayor\n\nNotes\n\n{PROSE}"
    )
    zones = find_zones(lay_out(text))
    assert [zones.of_line[run[0]] for name in ("heading", "closing", "footer") for run in zones.runs(name)]
    assert zone(text, "salutation") == ["Dear Minister,"]
    assert zone(text, "body") == [PROSE]
    assert zone(text, "closing") == ["Sincerely,"]
    assert zone(text, "signatures") == ["Bridge House"]
    assert zone(text, "copies") == ["CC: Mayor"]
    assert zone(text, "footer") == ["Notes", PROSE]
    assert [line for part in zones.parts for line in part[1]] == list(range(len(zones.of_line)))


@pytest.mark.parametrize(
    "heading", ["Background", "About the siege", "Notes", "References", "Member States:"]
)
def test_headings_inside_the_text_do_not_end_it(heading: str) -> None:
    text = f"Dear Minister,\n\n{PROSE}\n\n{heading}\n\n{PROSE}\n\nWe ask you to open it.\n\nSincerely,\n\nBridge House"
    assert zone(text, "body") == [PROSE, heading, PROSE, "We ask you to open it."]


@pytest.mark.parametrize(
    "sentence",
    [
        "For more than ten years we have asked for this road.",
        "Signed by forty states, the treaty is still not kept.",
        "Psychologists tell us what hunger does to children.",
        "Nous vous prions de nommer un envoyé pour la route.",
        "Copies of the order were burnt.",
        "صورة الطريق اليوم لا تشبه ما كان عليه.",
        "Thank you for the bread that you sent in spring.",
        "Read what the doctors write about the children here.",
    ],
)
def test_sentences_inside_the_text_do_not_end_it(sentence: str) -> None:
    text = f"Dear Minister,\n\n{PROSE}\n\n{sentence}\n\n{PROSE}\n\nSincerely,\n\nBridge House"
    assert zone(text, "body") == [PROSE, sentence, PROSE]


def test_recommendations_to_several_are_no_salutations() -> None:
    text = f"Joint statement\n\n{PROSE}\n\nMember States:\n\n- Open the road.\n- Send bread.\n\n{PROSE}"
    assert zone(text, "salutation") == []
    assert "Send bread." in [line.lstrip("- ") for line in zone(text, "body")]


@pytest.mark.parametrize(
    "courtesy",
    [
        "Please accept, Excellency, the assurances of our highest consideration.",
        "Veuillez agréer, Madame la Ministre, l'expression de notre haute considération.",
        "Reciba un cordial saludo de quienes firmamos esta carta.",
        "وتفضلوا بقبول فائق الاحترام والتقدير",
    ],
)
def test_courtesies_close_a_letter(courtesy: str) -> None:
    text = f"Dear Minister,\n\n{PROSE}\n\n{courtesy}\n\nBridge House"
    assert zone(text, "closing") == [courtesy]
    assert zone(text, "signatures") == ["Bridge House"]


@pytest.mark.parametrize(
    "line",
    [
        *(
            "Reading time: 3 min",
            "You may also like",
            "Voir aussi : le port fermé",
            "Publications similaires",
        ),
        *("Suscríbete a nuestro boletín", "Entradas relacionadas", "آخر الأخبار", "المصدر: وكالة الميناء"),
    ],
)
def test_what_a_page_says_below_a_letter_is_no_part_of_it(line: str) -> None:
    text = f"Dear Minister,\n\n{PROSE}\n\nYours sincerely,\n\nBridge House\nWater League\n\n{line}"
    assert zone(text, "signatures") == ["Bridge House", "Water League"]
    assert zone(text, "footer") == [line]


def test_an_empty_text_has_no_zones() -> None:
    assert find_zones(lay_out("")).of_line == ()
    assert find_zones(lay_out(" \n\n ")).parts == ()


@pytest.mark.parametrize(
    "tail",
    [
        "In January, the fishers of the lake, who have waited for ten years, were told by the bo",
        "Open the sluices: See to it that the fishers of the lake, who have waited for years, can go out with their "
        "boats before the snow, and that those who own the factories pay for all the nets that were cut by th",
        "The fishers of the Lake Union are tired of waiting. Thousands of them have left the lake for the towns, "
        "where they sleep in the halls of the old stations and wait for news of the dam and of th",
    ],
)
def test_the_cut_end_of_a_text_is_no_signature(tail: str) -> None:
    assert zone(f"Dear Minister,\n\n{PROSE}\n\n{tail}", "body") == [PROSE, tail]


def test_a_list_of_addressees_ends_before_prose_without_a_blank_line() -> None:
    prose = " ".join([PROSE] * 4)
    text = f"{PROSE}\nTo: The Mayor of Narlton\nThe Board of the Lake\nExcellencies,\n10 May 2005 – Lake Day\n{prose}\n"
    assert zone(text, "salutation") == ["Excellencies,"]
    assert zone(text, "body") == ["10 May 2005 – Lake Day", prose]


def test_a_long_call_to_the_addressee_is_no_greeting() -> None:
    call = (
        "Mr. President, the fishers of this lake must be heard before the snow falls on the dam and the road!"
    )
    assert zone(f"{call}\n\n{PROSE}\n", "salutation") == []


def test_a_text_that_was_cut_off_greets_late() -> None:
    address = "\n\n".join(["The Board of the Lake", "Weir House", "1 Weir Street", "Narlton"] * 4)
    text = f"Letter on the lake\n\n{PROSE} {PROSE}\n\n{address}\n\nYour Excellency,\n\n{PROSE} {PROSE}"
    assert zone(text, "salutation") == ["Your Excellency,"]
    assert zone(text, "body") == [f"{PROSE} {PROSE}"]


@pytest.mark.parametrize(
    ("lead", "points"),
    [
        # A second list begins at one again.
        (
            f"1. {PROSE}\n2. {PROSE}\n\nWe ask you to:",
            ["1. Brief the Lake Council on it", "2. Press the Mayor to act"],
        ),
        (
            "Por lo anterior, exigimos y proponemos:",
            ["• Apertura de la Presa del Lago", "• Solicitamos la Paz"],
        ),
        (
            "We ask you to do this at once:",
            ["Brief the Human Rights Council of Narlia on the state of the Lake Dam"],
        ),
    ],
)
def test_points_that_are_cut_off_are_no_names(lead: str, points: list[str]) -> None:
    text = f"Dear Minister,\n\n{PROSE}\n\n{lead}\n\n" + "\n\n".join(points)
    assert zone(text, "signatures") == []
