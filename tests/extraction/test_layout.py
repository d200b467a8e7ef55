"""Lines, blocks and reading text, over a text that is never changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.extraction.layout import Layout, lay_out
from kb.extraction.reading import plain, read
from kb.letter import Span


def blocks(text: str) -> list[tuple[str, str | None, str]]:
    return [(b.kind, b.marker, read(text, b.lines).text) for b in lay_out(text).blocks]


def markers(text: str) -> list[str | None]:
    return [block.marker for block in lay_out(text).blocks]


PIECES = st.sampled_from(
    [
        *(
            "\n",
            "\n\n",
            "\r\n",
            "\n\n\n\n",
            "\x0c",
            "  ",
            "\t",
            "\u00a0",
            "\u200f",
            "\u00ad",
            "\ufeff",
            "1. ",
            "- 8.",
        ),
        *(
            "a)",
            "(iv) ",
            "• ",
            "–",
            "**",
            "__",
            "\\",
            "[",
            "](",
            ")",
            "<b>",
            "</b>",
            "> ",
            "# ",
            "![",
            "conse-\n",
        ),
        *(
            "Your Excellency, ",
            "word",
            "Word.",
            "stop; ",
            "عام ",
            "٣- ",
            "First, ",
            "a@b.org",
            "12",
            "|",
            "-\n",
        ),
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join))


@given(TEXTS)
def test_blocks_are_in_order_inside_the_text(text: str) -> None:
    layout = lay_out(text)
    end = 0
    for block in layout.blocks:
        assert end <= block.span.start < block.span.end <= len(text)
        assert block.span.start <= block.content.start <= block.content.end <= block.span.end
        assert block.lines
        assert all(block.span.start <= a <= b <= block.span.end for a, b in block.lines)
        assert 0 <= block.first <= block.last < len(layout.lines)
        end = block.span.end
    assert all(a.span.end <= b.span.start for a, b in zip(layout.lines, layout.lines[1:], strict=False))


@given(TEXTS)
def test_every_printed_character_is_in_a_line(text: str) -> None:
    covered = [False] * len(text)
    for line in lay_out(text).lines:
        covered[line.span.start : line.span.end] = [True] * (line.span.end - line.span.start)
    left = "".join(character for character, known in zip(text, covered, strict=True) if not known)
    assert not any(character.isalnum() for character in left)


@given(TEXTS)
def test_reading_maps_back_exactly(text: str) -> None:
    layout: Layout = lay_out(text)
    for block in layout.blocks:
        reading = read(text, block.lines)
        places = [reading.place(index) for index in range(len(reading.text))]
        assert places == sorted(places)
        for character, place in zip(reading.text, places, strict=True):
            assert block.span.start <= place < block.span.end
            assert character == text[place] or (character == " " and not text[place].isalnum())
        if reading.text:
            start, end = reading.span(0, len(reading.text))
            assert block.span.start <= start < end <= block.span.end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. One\n1. Two\n1. Three", ["1", "1", "1"]),
        ("- 8.Name\n- 9.Other", ["8", "9"]),
        ("- 1- One thing\n- 2- Another", ["1", "2"]),
        ("a)Uphold\n\nb)Introduce", ["a", "b"]),
        ("(i) One\n(ii) Two\n(iii) Three", ["i", "ii", "iii"]),
        ("• One\n• Two", ["•", "•"]),
        ("* One\n* Two", ["*", "*"]),
        ("– One\n– Two", ["–", "–"]),
        ("-one;\n-two;", ["-", "-"]),
        ("19-Jasmine House\n20-Justice Table", ["19", "20"]),
        ("131..Name\n132..Other", ["131", "132"]),
        ("١- وقف القصف\n٢- فتح الطرق", ["١", "٢"]),
        ("أ- وقف القصف\nب- فتح الطرق", ["أ", "ب"]),
        ("1\\. One\n2\\. Two", ["1", "2"]),
        ("**1.** One\n**2.** Two", ["1", "2"]),
        ("A. One\n\nB. Two\n\nC. Three", ["A", "B", "C"]),
        ("1\tOne\n2\tTwo", ["1", "2"]),
        ("1 One\n2 Two\n3 Three\n4 Four", ["1", "2", "3", "4"]),
        ("First, stop.\n\nSecond, listen.\n\nFinally, act.", ["First", "Second", "Finally"]),
        ("**Premièrement**, écoutez.\n\nDeuxièmement, agissez.", ["Premièrement", "Deuxièmement"]),
        ("أولاً: أوقفوا القصف.\n\nثانياً: افتحوا الطرق.", ["أولاً", "ثانياً"]),
        ("Recommendation 1: stop\n\nRecommendation 2: listen", ["Recommendation 1", "Recommendation 2"]),
    ],
)
def test_markers(text: str, expected: list[str]) -> None:
    assert markers(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "A. Smith and friends",
        "D.B.S. Perera",
        "2018-03-01",
        "31 January 2018",
        "First, we must say that nothing has changed.",
        "3.5 million people fled",
        "11.11.11",
        "Those who broke the law of the land in the years of the war and after it are known\n"
        "– by name and by rank – and should be judged by a court of law. Nobody else will do\n"
        "it for us, and nobody should have to wait for it any longer than he has waited.",
    ],
)
def test_no_markers(text: str) -> None:
    assert markers(text) == [None]


def test_nested_items_have_levels() -> None:
    text = "1. One\n   a) Inner\n   b) Inner\n2. Two\n   - Deep\n3. Three"
    assert [block.level for block in lay_out(text).blocks] == [0, 1, 1, 0, 1, 0]


def test_words_cut_at_line_ends_are_mended_and_others_are_not() -> None:
    text = "They will face conse-\nquences, as Al-\nAmin said in 2017-\n2018."
    assert (
        read(text, (Span(0, len(text)),)).text
        == "They will face consequences, as Al- Amin said in 2017- 2018."
    )


def test_an_item_cut_by_a_page_break_is_one_block() -> None:
    text = (
        "1. Work with those who have documented the crimes so that their files reach the\n\n\n\n"
        "Mechanism in Geneva, which needs them now more than at any time since its beginning.\n\n2. Two"
    )
    assert [(block.marker, len(block.lines)) for block in lay_out(text).blocks] == [("1", 2), ("2", 1)]


def test_a_sentence_cut_by_a_page_number_is_one_block() -> None:
    text = "We ask that the road to the north be opened to\n\n\n3\n\n\nevery convoy that asks for it."
    assert [b[2] for b in blocks(text)] == [
        "We ask that the road to the north be opened to every convoy that asks for it."
    ]


def test_prose_after_the_last_item_is_a_paragraph() -> None:
    text = (
        "1. Enforce the truce by naming those who break it, every week and in public, so that nobody\n"
        "can say that he did not know.\n"
        "2. Open the road.\n"
        "Civil society has worked for this for years, and nobody else can do what we do in the towns\n"
        "and villages along the line."
    )
    assert [block.kind for block in lay_out(text).blocks] == ["item", "item", "paragraph"]


def test_an_item_ends_where_the_addressee_is_spoken_to_anew() -> None:
    text = "1. Open the road to all who need it and to all who bring help. Your Excellencies, we are tired."
    assert [b[2] for b in blocks(text)] == [
        "Open the road to all who need it and to all who bring help.",
        "Your Excellencies, we are tired.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Bold** and __strong__ _words_", "Bold and strong words"),
        ("see [the report](https://example.org/a_b) now", "see the report now"),
        ('see <a href="https://example.org">the report</a> now', "see the report now"),
        ("a\\_b 1\\. c", "a_b 1. c"),
        ("non\u00a0breaking\u200f mark", "non breaking mark"),
        ("snake_case and 2 * 3", "snake_case and 2 * 3"),
        ("end\\", "end"),
    ],
)
def test_plain_words(text: str, expected: str) -> None:
    assert plain(text, 0, len(text)) == expected


@pytest.mark.parametrize(
    "line",
    [
        "3",
        "Page 3 of 7",
        "Harbour League - Letter of 4 May              page 2",
        "Ligue du port – BP 12 Marenne – page 1",
        "- 4 -",
        "@handle",
        "Info@example.org",
        "www.example.org",
        "---",
        "![Logo](/logo.png)",
        "#open_the_harbour #reedham",
        "بسم الله الرحمن الرحيم",
        "LIRE AUSSI : Un port fermé depuis un an",
        "Lea también: Un puerto cerrado desde hace un año",
        "اقرأ أيضا: ميناء مغلق منذ عام",
    ],
)
def test_furniture(line: str) -> None:
    assert lay_out(f"One.\n\n{line}\n\nTwo.").lines[1].furniture


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("S I N C E R E L Y,", "SINCERELY,"),
        ("O P E N   L E T T E R", "OPEN LETTER"),
        ("A B C", "A B C"),
        ("I a m  here", "I a m here"),
    ],
)
def test_words_in_spaced_letters_are_read_as_words(printed: str, told: str) -> None:
    assert plain(printed, 0, len(printed)) == told


def test_a_line_that_ends_in_a_form_of_address_goes_on() -> None:
    text = "We ask the Council, its President and its Special Envoy, Mr.\nPaul Reed, to open the road.\n"
    assert [words for _, _, words in blocks(text)] == [text.replace("\n", " ").strip()]


def test_points_that_all_end_in_semicolons_stand_alone() -> None:
    text = "We ask you to:\nopen the road to the town of Marrow;\nrelease those who are held;\npay for the mill.\n"
    assert [words for _, _, words in blocks(text)] == text.strip().split("\n")


def test_semicolons_within_lines_part_no_points() -> None:
    text = (
        "they closed the road to the mill in the spring; nobody came through;\n"
        "for weeks the mill stood still, and the bakers had no flour left; a\n"
        "doctor came on foot over the hills with what he could carry himself;\n"
        "and the well was dry.\n"
    )
    assert len(blocks(text)) == 1


def test_a_letterhead_is_read_once() -> None:
    head = "Reed League\n12 River Road\nwww.reed.example.org"
    text = "\n\n".join([head, "The road is closed.", head, "The mill stands still.", head, "Open it."])
    assert [words for _, _, words in blocks(text)].count("Reed League") == 1


def test_a_front_matter_keeps_its_title_and_summary() -> None:
    text = '---\ntitle: "On the road\n  to Marrow"\nlayout: post\ntags:\n  - roads\nsummary: Plea\n---\n\nDear all,\n'
    assert [words for _, _, words in blocks(text)] == ["On the road", 'to Marrow"', "Plea", "Dear all,"]


@pytest.mark.parametrize("opening", ["---\nWe close the road.\n---\n", "---\n", "+++\nno end\n"])
def test_a_rule_of_dashes_opens_no_front_matter(opening: str) -> None:
    assert "We close the road." in [words for _, _, words in blocks(opening + "\nWe close the road.\n")]


def test_long_lines_that_end_in_commas_before_capitals_are_points() -> None:
    lines = [
        "Reopen the road to the town of Marrow before the end of the month,",
        "Pay for the mill that was burnt down in the spring of that year,",
        "Release those who are held.",
    ]
    assert [words for _, _, words in blocks("\n".join(lines))] == lines
