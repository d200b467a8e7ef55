"""Printed names become organisations: what is joined, what is offered for review, what is kept apart."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.collection import Decision, OrganisationRow
from kb.identity import Linkage, PrintedName, link


def linked(
    *names: str, rows: tuple[OrganisationRow, ...] = (), decisions: tuple[Decision, ...] = ()
) -> Linkage:
    """The names linked, each from a letter of its own."""
    return link([PrintedName(name) for name in names], rows, decisions)


def decision(verdict: str, one: str, other: str, line: int = 2) -> Decision:
    return Decision(one, "", verdict, other, "Nadia", "2024-03-01", line=line)  # type: ignore[arg-type]


# Names around the pairs, so that words are as frequent as they are in a collection.
COMPANY = (
    *(f"Local Council of {place}" for place in ("Almara", "Beit Hanar", "Dourin", "Kafr Zita", "Wadi Sahl")),
    *(f"{country} Network for Human Rights" for country in ("Kenyan", "Yemeni", "Iraqi", "Sudanese")),
    *(f"Association {what}" for what in ("des Femmes du Sahel", "pour la Paix", "des Jeunes Volontaires")),
    *(f"Fundación {what}" for what in ("Manos Abiertas", "por la Vida", "Semilla Nueva")),
    *(f"جمعية {what}" for what in ("النهضة", "رعاية الطفل", "الأمل الجديد")),
)  # fmt: skip

SAME = [
    ("Yemen Observatory for Truth (YOT)", "The Yemen Observatory for Truth"),
    ("Yemen Observatory for Truth - YOT", "Yemeni Observatory for Truth (YOT)"),
    ("Nahwa NGO", "Nahwa Organisation"),
    ("Lighthouse Centre for Justice & Peace", "Lighthouse Center for Justice and Peace"),
    ("Mothers' Circle of Taiz", "Mothers’ Circle of Taiz"),
    ("Ireland4Yemen", "Ireland for Yemen"),
    ("Al-Mustaqbal Center", "Almustaqbal Centre"),
    ("El Mustaqbal Center", "Mustaqbal Center"),
    ("Tamkeen for Development", "Tamkin for Development"),
    ("Bassmet Amal Initiative", "Basmet Amal Initiative"),
    ("Hodeidah Fishermen Union", "Hodeida Fishermens Union"),
    ("Lamsa (لمسة)", "Lamsa for Development"),
    ("Wujuh", "WUJUH"),
    ("Sowt Media Team", "The Sowt Media Team"),
    ("Silver Thread (خيط الفضة)", "خيط الفضة"),
    ("Yemen Observatory for Truth (YOT)", "YOT"),
    ("RTMedia Team", "RT Media Team"),
    ("Al-Hayah Foundation for Orphans", "Al Hayat Foundation for Orphans"),
    ("Programme for Free Radio", "Program for Free Radio"),
    ("Défense des Enfants – Sahel", "Defense des enfants - Sahel"),
    ("L'Association des Femmes de Kankela", "Association des femmes de Kankela"),
    ("Colectivo de Abogados Tierra Clara", "Colectivo de abogados «Tierra Clara»"),
    ("Fundación Río Hondo (FRH)", "Fundacion Rio Hondo"),
    ("مركز العدالة للتوثيق", "مركز العدالة للتوثيق (م ع ت)"),
    ("رابطة أهالي المفقودين", "رابطة اهالي المفقودين"),
    ("منظمة بسمة للتنمية", "بسمة للتنمية"),
    ("Union of Southern Teachers, office", "Union of Southern Teachers office"),
]  # fmt: skip

POSSIBLE = [
    ("Youth Voices for Peace", "Youth Voices for Peace Rwanda"),
    ("Green Hands Foundation, Kenya", "Green Hands Foundation, Uganda"),
    ("Centre for Legal Aid and Reform", "CLAR"),
    ("Zaitoun Center for Press Freedom", "Zaitoun Center for Press Training"),
    ("Free Nurses Gathering of Aden", "Nurses Gathering of Aden"),
    ("Ziad Foundation for Culture", "Zaad Foundation for Culture"),
    ("Fundación Semillas del Llano", "Fundación Semillas del Llano Colombia"),
    ("Observatoire des Libertés Kankela", "Observatoire des Droits Kankela"),
    ("Teachers Union of Rimah", "Union des Enseignants de Rimah"),
    ("Centro Dorisa para la Paz", "Dorisa Center for Peace"),
    ("Karim Initiative for Culture", "Karima Initiative for Culture"),
    ("Blue Lantern Organisation", "Blue Lantern Network"),
    ("Network of Yemeni Lawyers", "شبكة المحامين اليمنيين"),
    ("جمعية رعاية الطفل", "جمعية رعاية الطفل في صعدة"),
    ("Nabd Association (Southern Branch)", "Nabd Association"),
]

DIFFERENT = [
    ("Local Council of Rimah", "Local Council of Rimal Bani"),
    ("Local Council of Dourin", "Local Council of Damrin"),
    ("Kenyan Network for Human Rights", "Yemeni Network for Human Rights"),
    ("Union of Free Lawyers", "Association of Free Lawyers"),
    ("Women for Women International", "Women International"),
    ("Peace for Life", "Life for Peace"),
    ("Branch 1 of the Teachers Union", "Branch 2 of the Teachers Union"),
    ("Association pour la Paix", "Association pour la Justice"),
    ("Fundación por la Vida", "Fundación por la Paz"),
    ("جمعية النهضة", "جمعية الهدى"),
    ("Emel Society", "Amal Society of Ghat"),
    ("Niger Youth Forum", "Nigeria Youth Forum"),
    ("Hope", "Hope for Children"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_is_joined(one: str, other: str) -> None:
    linkage = linked(*COMPANY, one, other)
    assert linkage.of[one] is linkage.of[other]


@pytest.mark.parametrize(("one", "other"), POSSIBLE)
def test_possible_is_offered_and_not_joined(one: str, other: str) -> None:
    linkage = linked(*COMPANY, one, other)
    assert linkage.of[one] is not linkage.of[other]
    offered = [match for match in linkage.matches if {match.one, match.other} == {one, other}]
    assert len(offered) == 1
    assert offered[0].judgement == "open"
    assert 0 < offered[0].score < 1
    assert offered[0].reason


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_is_never_joined(one: str, other: str) -> None:
    linkage = linked(*COMPANY, one, other)
    assert linkage.of[one] is not linkage.of[other]


def test_a_person_is_not_an_organisation() -> None:
    linkage = link(
        [
            PrintedName("Sami Darwish", "person", 2),
            PrintedName("Dr. Sami Darwish, physician", "person"),
            PrintedName("Darwish Sami", "person"),
            PrintedName("Sami Darwish", "organisation"),
        ]
    )
    person = linkage.of["Sami Darwish"]
    assert person.kind == "person"
    assert linkage.of["Dr. Sami Darwish, physician"] is person
    assert linkage.of["Darwish Sami"] is not person
    assert {(m.one, m.other) for m in linkage.matches} == {("Darwish Sami", "Dr. Sami Darwish, physician")}


def test_persons_named_in_brackets_are_kept_as_members() -> None:
    linkage = linked("Nurses at Sea (Ana Ruiz, Karim El Hadi and Joan de Brito)", "Nurses At Sea")
    organisation = linkage.of["Nurses At Sea"]
    assert organisation.members == ("Ana Ruiz", "Karim El Hadi", "Joan de Brito")
    assert organisation is linkage.of["Nurses at Sea (Ana Ruiz, Karim El Hadi and Joan de Brito)"]
    assert organisation.slug == "nurses-at-sea"


def test_the_printed_forms_stay() -> None:
    linkage = link(
        [
            PrintedName("Wujuh (وجوه)"),
            PrintedName("Wujuh  Organization"),
            PrintedName("Wujuh Organization"),
        ]
    )
    (organisation,) = linkage.organisations
    assert organisation.printed == ("Wujuh (وجوه)", "Wujuh Organization")
    assert organisation.name == "Wujuh Organization"


def test_a_short_name_that_fits_several_is_joined_to_none() -> None:
    alone = linked("Nahwa", "Nahwa for Development")
    assert alone.of["Nahwa"] is alone.of["Nahwa for Development"]
    several = linked("Nahwa", "Nahwa for Development", "Nahwa for Health")
    assert len(several.organisations) == 3
    assert {frozenset((m.one, m.other)) for m in several.matches} >= {
        frozenset(("Nahwa", "Nahwa for Development")),
        frozenset(("Nahwa", "Nahwa for Health")),
    }


def test_an_acronym_of_two_organisations_is_joined_to_none() -> None:
    linkage = linked("Sahel Water Watch (SWW)", "Southern Workers Wave (SWW)", "SWW")
    assert len({linkage.of[name].slug for name in linkage.of}) == 3


def test_acronyms_that_differ_keep_spellings_apart() -> None:
    linkage = linked(
        "Kelba League for Water (KLW)",
        "Kelba League for Water",
        "Qalba League for Water",
        "Qalba League for Water (QLW)",
    )
    assert linkage.of["Kelba League for Water"] is not linkage.of["Qalba League for Water"]
    assert [match.score for match in linkage.matches] == [0.95]


def test_organisations_of_one_name_have_addresses_of_their_own() -> None:
    linkage = linked("Nahwa", "NAHWA", decisions=(decision("different", "Nahwa", "NAHWA"),))
    assert len({organisation.slug for organisation in linkage.organisations}) == 2


# What a person decided


def test_what_a_person_decided_wins() -> None:
    names = ("Nahwa NGO", "Nahwa Org", "Lamsa", "Basmet Wadi")
    linkage = linked(
        *names,
        decisions=(
            decision("different", "Nahwa NGO", "Nahwa Org", 2),
            decision("same", "Lamsa", "Basmet Wadi", 3),
        ),
    )
    assert linkage.of["Nahwa NGO"] is not linkage.of["Nahwa Org"]
    assert linkage.of["Lamsa"] is linkage.of["Basmet Wadi"]
    judged = {match.judgement: match for match in linkage.matches}
    assert set(judged) == {"different", "same"}
    assert judged["same"].decision is not None
    assert judged["same"].decision.by == "Nadia"


def test_unsure_is_neither_joined_nor_asked_again() -> None:
    linkage = linked("Nahwa NGO", "Nahwa Org", decisions=(decision("unsure", "Nahwa Org", "Nahwa NGO"),))
    assert linkage.of["Nahwa NGO"] is not linkage.of["Nahwa Org"]
    assert [match.judgement for match in linkage.matches] == ["unsure"]


def test_kept_apart_even_over_a_third_name() -> None:
    apart = decision("different", "Nahwa NGO", "The Nahwa Organization")
    linkage = linked("Nahwa NGO", "Nahwa", "The Nahwa Organization", "NAHWA", decisions=(apart,))
    assert linkage.of["Nahwa NGO"] is not linkage.of["The Nahwa Organization"]


def test_a_name_that_is_printed_no_more_still_joins_others() -> None:
    rows = (decision("same", "Lamsa", "Gone With Time", 2), decision("same", "Gone With Time", "Wujuh", 3))
    linkage = linked("Lamsa", "Wujuh", decisions=rows)
    assert linkage.of["Lamsa"] is linkage.of["Wujuh"]


def test_organisations_csv_gives_name_aliases_and_links() -> None:
    row = OrganisationRow(
        "Nahwa Collective", ("Nahwa", "Circle of Friends"), ("https://example.org/nahwa",), "Yemen", line=2
    )
    linkage = linked("NAHWA", "Circle of Friends", "Nahwa Collective for Health", rows=(row,))
    organisation = linkage.of["NAHWA"]
    assert organisation is linkage.of["Circle of Friends"]
    assert organisation.name == "Nahwa Collective"
    assert (organisation.slug, organisation.country) == ("nahwa-collective", "Yemen")
    assert organisation.aliases == ("Nahwa",)
    assert organisation.links == ("https://example.org/nahwa",)


def test_contradictions_are_refused_with_file_and_line() -> None:
    rows = (
        decision("same", "A Kala", "B Bora", 2),
        decision("same", "B Bora", "C Dama", 3),
        decision("different", "A Kala", "C Dama", 4),
    )
    linkage = linked("A Kala", "B Bora", "C Dama", decisions=rows)
    (problem,) = linkage.problems
    assert str(problem).startswith("review.csv:4: ")
    assert "review.csv:2, review.csv:3" in problem.message
    assert linkage.of["A Kala"] is linkage.of["C Dama"]


@pytest.mark.parametrize(
    ("rows", "line", "cited"),
    [
        (
            (
                decision("different", "A Kala", "C Dama", 2),
                decision("same", "A Kala", "B Bora", 3),
                decision("same", "B Bora", "C Dama", 4),
            ),
            4,
            "review.csv:2",
        ),
        ((decision("same", "A Kala", "A  Kala", 7),), 7, "two names"),
    ],
)
def test_each_kind_of_contradiction(rows: tuple[Decision, ...], line: int, cited: str) -> None:
    (problem,) = linked("A Kala", "B Bora", "C Dama", decisions=rows).problems
    assert (str(problem.path), problem.line) == ("review.csv", line)
    assert cited in problem.message


def test_who_changes_their_mind_adds_a_row() -> None:
    first, second = decision("same", "A Kala", "B Bora", 2), decision("different", "B Bora", "A Kala", 3)
    linkage = linked("A Kala", "B Bora", decisions=(second, replace(first, when="2024-02-01")))
    assert not linkage.problems
    assert linkage.of["A Kala"] is not linkage.of["B Bora"]


def test_one_alias_of_two_organisations_is_refused() -> None:
    rows = (OrganisationRow("Kala", ("Shared",), line=2), OrganisationRow("Bora", ("Shared",), line=3))
    (problem,) = linked("Kala", "Bora", rows=rows).problems
    assert (str(problem.path), problem.line) == ("organisations.csv", 3)


def test_two_rows_of_organisations_csv_are_never_joined() -> None:
    rows = (OrganisationRow("Nahwa NGO", line=2), OrganisationRow("Nahwa Org", line=3))
    linkage = linked("Nahwa NGO", "Nahwa Org", "NAHWA", rows=rows)
    assert len(linkage.organisations) == 3  # the rules can't choose for the third
    assert len(linkage.matches) == 2
    (problem,) = linked(
        "Nahwa NGO", rows=rows, decisions=(decision("same", "Nahwa NGO", "Nahwa Org", 9),)
    ).problems
    assert problem.line == 9


# What holds of every collection

EVERY = [*COMPANY, *(name for pair in (*SAME, *POSSIBLE, *DIFFERENT) for name in pair)]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(EVERY), max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_letters_does_not_count(names: list[str], chance: random.Random) -> None:
    places = [PrintedName(name) for name in names]
    shuffled = list(places)
    chance.shuffle(shuffled)
    assert link(places) == link(shuffled)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(EVERY), max_size=30, unique=True), st.sampled_from(EVERY))
def test_one_more_letter_joins_as_before(names: list[str], more: str) -> None:
    """Names without a short form that could fit several stay joined as they were."""
    before, after = linked(*names), linked(*names, more)
    for one, other in combinations(names, 2):
        if before.of[one] is before.of[other] and not {one, other} & {"YOT", "Lamsa (لمسة)", "خيط الفضة"}:
            assert after.of[one] is after.of[other]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=30), st.sampled_from(["organisation", "person"])), max_size=12))
def test_any_text_is_a_name(names: list[tuple[str, str]]) -> None:
    places = [PrintedName(name, kind) for name, kind in names]  # type: ignore[arg-type]
    linkage = link(places)
    assert set(linkage.of) == {" ".join(name.split()) for name, _ in names}
    assert len({organisation.key for organisation in linkage.organisations}) == len(linkage.organisations)
    assert sorted(name for each in linkage.organisations for name in each.printed) == sorted(linkage.of)
