"""Demands are given the types whose cues they hold."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from kb.extraction.types import ASIDE, HINT, NEAR, Classifier, Turn, classify, classify_all, load

LEAVES = [
    *["ceasefire", "ceasefire-monitoring", "ceasefire-enforcement", "agreement-transparency"],
    *["civilian-protection", "military-flights", "prohibited-weapons", "aid-and-medical-worker-protection"],
    *["displacement-and-return", "humanitarian-access", "aid-delivery", "aid-routes", "lifting-sieges"],
    *["impartial-aid", "medical-evacuation", "humanitarian-funding", "refugee-protection"],
    *["detainee-release", "detention-access", "executions-and-torture", "fate-of-the-disappeared"],
    *["perpetrator-accountability", "justice-mechanisms", "investigation", "sanctions-and-arms-embargo"],
    *["reparation", "un-leadership", "existing-resolutions", "political-transition", "talks-agenda"],
    *["stated-conditions", "pressure-on-parties", "reconstruction-conditions"],
    *["civil-society-participation", "womens-participation", "civil-society-in-justice"],
    *[
        "civic-space",
        "freedom-of-expression",
        "legal-reform",
        "monitoring",
        "un-action",
        "mandate-and-resources",
    ],
]


def test_the_vocabulary_has_exactly_the_fixed_leaves() -> None:
    vocabulary = load()
    assert [id_ for id_ in vocabulary.order if id_ in vocabulary.broader] == LEAVES
    assert sorted(vocabulary.cues) == ["ar", "en", "es", "fr"]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Declare an immediate ceasefire along the coast.", "ceasefire"),
        ("fr", "Lever l’état d’urgence dans les deux départements.", "legal-reform"),
        ("fr", "Que les commanditaires soient jugés.", "perpetrator-accountability"),
        ("fr", "Débloquer les fonds d’urgence promis aux communes.", "humanitarian-funding"),
        ("fr", "Laisser entrer les convois de carburant.", "humanitarian-access"),
        ("es", "Que se frene el tráfico de armas hacia las bandas.", "sanctions-and-arms-embargo"),
        ("es", "Que los militares vuelvan a los cuarteles.", "civilian-protection"),
        ("es", "Tramitar los visados de las familias.", "refugee-protection"),
        ("es", "Que los que dieron la orden se sienten en el banquillo.", "perpetrator-accountability"),
        ("es", "Que se averigüe de dónde salió el disparo.", "investigation"),
        ("es", "Dígannos dónde están nuestras hijas.", "fate-of-the-disappeared"),
        ("es", "Ni una bala más para ese ejército.", "sanctions-and-arms-embargo"),
        ("es", "Saquen las trincheras del caserío.", "civilian-protection"),
        ("fr", "Rendez-nous nos maris.", "detainee-release"),
        ("fr", "Que l'on vote, et que le perdant accepte les urnes.", "political-transition"),
        ("fr", "Suspendez l'accord d'association avec la Ligue.", "sanctions-and-arms-embargo"),
        ("fr", "User de vos bons offices afin que notre ami soit libéré.", "detainee-release"),
        ("fr", "Exiger la levée du blocus ou la fin de celui-ci.", "lifting-sieges"),
        ("ar", "كفّوا أيديكم عن الأسواق.", "civilian-protection"),
        ("ar", "لا تبيعوهم رصاصة واحدة.", "sanctions-and-arms-embargo"),
        ("ar", "نريد أن نعرف من أطلق النار.", "investigation"),
        ("ar", "بناء دولة الحق والقانون.", "legal-reform"),
        ("ar", "إصدار مذكرات توقيف بحق الضباط.", "perpetrator-accountability"),
        ("ar", "تسليم السلطة إلى حكومة مدنية.", "political-transition"),
        ("ar", "ضمان مقاعد للنساء في اللجان.", "womens-participation"),
        ("en", "Send observers who verify that the truce is kept.", "ceasefire-monitoring"),
        ("en", "Make sure that breaches of the truce have consequences.", "ceasefire-enforcement"),
        ("en", "Publish the text of the agreement signed in May.", "agreement-transparency"),
        ("en", "Protect the villagers of the delta from raids.", "civilian-protection"),
        ("en", "Respect clinics and ambulances in the valley.", "aid-and-medical-worker-protection"),
        ("en", "Put pressure on the parties.", "pressure-on-parties"),
        ("en", "The closure of the valley has to be ended.", "lifting-sieges"),
        ("en", "Let the convoys enter the valley.", "humanitarian-access"),
        ("en", "Give observers of the conference access to all rooms.", "civil-society-participation"),
        ("en", "Repatriate the children of the camp.", "refugee-protection"),
        ("en", "Restore the services of the network.", "freedom-of-expression"),
        ("en", "Appoint a person for cases of reprisals.", "civic-space"),
        ("en", "Revoke the licences for exports of rifles.", "sanctions-and-arms-embargo"),
        ("en", "Impose a no-fly zone over the valley.", "military-flights"),
        ("en", "Destroy all stocks of cluster munitions.", "prohibited-weapons"),
        ("en", "Guarantee the safety of medical personnel.", "aid-and-medical-worker-protection"),
        ("en", "Allow the displaced to go back to their farms.", "displacement-and-return"),
        ("en", "Grant unhindered access to relief agencies.", "humanitarian-access"),
        ("en", "Deliver food and fuel before winter.", "aid-delivery"),
        ("en", "Reopen the border crossing at the bridge.", "aid-routes"),
        ("en", "Lift the blockade of the port.", "lifting-sieges"),
        ("en", "Distribute assistance impartially.", "impartial-aid"),
        ("en", "Evacuate the wounded children.", "medical-evacuation"),
        ("en", "Donors should fund the refugee response in full.", "humanitarian-funding"),
        ("en", "Halt deportations and admit those seeking asylum.", "refugee-protection"),
        ("en", "Free all prisoners of conscience.", "detainee-release"),
        ("en", "Let the Red Cross visit every prison.", "detention-access"),
        ("en", "Abolish the death penalty.", "executions-and-torture"),
        ("en", "Tell the families where the missing persons are.", "fate-of-the-disappeared"),
        ("en", "Bring those who gave the orders to justice.", "perpetrator-accountability"),
        ("en", "Refer the situation to the International Criminal Court.", "justice-mechanisms"),
        ("en", "Open an independent investigation into the fire.", "investigation"),
        ("en", "End all arms sales to the junta.", "sanctions-and-arms-embargo"),
        ("en", "Pay compensation to the families of the victims.", "reparation"),
        ("en", "The envoy must be given a stronger role in the mediation.", "un-leadership"),
        ("en", "Implement the resolutions already adopted.", "existing-resolutions"),
        ("en", "Hold free and fair elections within a year.", "political-transition"),
        ("en", "Put land rights on the agenda of the talks.", "talks-agenda"),
        ("en", "Keep to the conditions you set in March.", "stated-conditions"),
        ("en", "Those who break their word must face consequences.", "pressure-on-parties"),
        ("en", "Give no money for reconstruction until then.", "reconstruction-conditions"),
        ("en", "Consult civil society before the summit.", "civil-society-participation"),
        ("en", "Reserve a third of the seats at the table for women.", "womens-participation"),
        (
            "en",
            "Survivors must have a role in the trials.",
            "civil-society-in-justice",
        ),
        ("en", "End the harassment of human rights defenders.", "civic-space"),
        ("en", "Restore access to the internet.", "freedom-of-expression"),
        ("en", "Repeal the emergency decree.", "legal-reform"),
        ("en", "Convene a special session without delay.", "un-action"),
        ("en", "Give the commission adequate resources.", "mandate-and-resources"),
        ("fr", "Nous demandons la levée immédiate du blocus.", "lifting-sieges"),
        ("fr", "Libérez les détenus malades.", "detainee-release"),
        ("fr", "Cessez les livraisons d'armes.", "sanctions-and-arms-embargo"),
        ("fr", "Abrogez la loi sur les associations.", "legal-reform"),
        ("fr", "Protégez les journalistes.", "freedom-of-expression"),
        ("es", "Exigimos la liberación de los presos políticos.", "detainee-release"),
        ("es", "Abran una investigación independiente.", "investigation"),
        ("es", "Deroguen la ley mordaza.", "legal-reform"),
        ("es", "Garanticen el acceso humanitario.", "humanitarian-access"),
        ("ar", "نطالب بالإفراج الفوري عن المعتقلين.", "detainee-release"),
        ("ar", "نطالبكم بفكّ الحصار عن المدينة.", "lifting-sieges"),
        ("ar", "ندعو إلى محاسبة مرتكبي الجرائم.", "perpetrator-accountability"),
        ("ar", "الكشف عن مصير المفقودين.", "fate-of-the-disappeared"),
        ("ar", "وللمدنيين حقٌّ في الحماية.", "civilian-protection"),
    ],
)
def test_a_demand_is_given_its_type(language: str, text: str, expected: str) -> None:
    assert expected in classify(text, language)


@pytest.mark.parametrize(
    "text",
    [
        "We thank you for your attention.",
        "The parties met on Tuesday.",
        "Respect international humanitarian law.",
        "Please find attached the list of our members.",
    ],
)
def test_a_sentence_about_nothing_of_this_has_no_type(text: str) -> None:
    assert classify(text, "en") == ()


SENTENCES = [
    tuple(part.strip() for part in line.split("|"))
    for line in (Path(__file__).parent / "types.txt").read_text("utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]


@pytest.mark.parametrize(("language", "type_", "text"), SENTENCES)
def test_a_demand_has_this_type_or_has_it_not(language: str, type_: str, text: str) -> None:
    told = classify(text, language)
    assert (type_.removeprefix("!") in told) is not type_.startswith("!"), told


@pytest.mark.parametrize("leaf", LEAVES)
def test_each_type_is_tried_in_each_language(leaf: str) -> None:
    assert {language for language, type_, _ in SENTENCES if type_ == leaf} == {"en", "ar", "fr", "es"}


def test_a_hint_counts_only_where_there_is_no_cue() -> None:
    kinds = Classifier([("a", "red", 1.0), ("b", "blue", HINT)], [("aside", "because"), ("asks", "ask")])
    assert kinds.scores("red and blue") == {"a": 1.0}
    assert kinds.scores("blue") == {"b": HINT}
    assert classify("We write about prisons.", "en") == ("detention-access",)
    assert classify("Repeal the decree on prisons.", "en") == ("legal-reform",)


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("red because blue", {"a": 1.0, "b": ASIDE}),
        ("because red, blue", {"a": ASIDE, "b": 1.0}),
        ("red, we ask for blue", {"a": ASIDE, "b": 1.0}),
        ("red. We ask for blue", {"a": 1.0, "b": 1.0}),
        ("red (blue)", {"a": 1.0, "b": ASIDE}),
        ("red “blue” and red, red, red", {"a": 1.0}),
        ("red “blue, blue” and red", {"a": 1.0, "b": 2 * ASIDE}),
        ("because red must blue", {"a": ASIDE, "b": 1.0}),
    ],
)
def test_what_is_said_aside_weighs_less(text: str, weights: dict[str, float]) -> None:
    turns: list[tuple[Turn, str]] = [("aside", "because"), ("asks", "ask"), ("must", "must")]
    assert Classifier([("a", "red", 1.0), ("b", "blue", 1.0)], turns).scores(text) == weights


def test_a_word_is_not_its_own_partner() -> None:
    assert Classifier([("a", "amend* & amendment*", 1.0)]).scores("the amendments") == {}


def test_a_top_concept_is_told_where_no_leaf_is() -> None:
    assert classify("Pressure and leverage!", "en") == ("pressure-on-parties",)
    assert classify("Rights and institutions need you.", "en") == ("rights-and-institutions",)


def test_a_demand_that_only_hints_is_about_what_it_hints() -> None:
    release = ["Free all prisoners of conscience.", "Release the detainees who are ill."]
    assert classify_all([*release, "Think of the women."], "en")[2] == ("womens-participation",)
    assert classify_all(["Think of the women."], "en", "Lift the siege") == [("womens-participation",)]


def test_hints_tell_the_types_hinted_most_and_no_more_than_two() -> None:
    assert classify("Think of the journalists, of radios and of nurses.", "en") == ("freedom-of-expression",)
    assert len(classify("Think of the journalists and of the nurses.", "en")) == 2
    assert classify("Think of the journalists, the nurses and the widows.", "en") == ()


def test_or_is_not_where() -> None:
    """The French words differ by an accent only, which makes no difference; only the second opens an aside."""
    told = classify("Nous demandons l'ouverture des ports ou la libération des otages.", "fr")
    assert "detainee-release" in told
    assert classify("Rouvrir les ports dans le pays où l'on torture.", "fr") == ("aid-routes",)


def test_types_come_in_the_order_of_the_vocabulary() -> None:
    types = classify("Lift the siege, deliver food, and stop the bombing.", "en")
    assert list(types) == sorted(types, key=LEAVES.index)
    assert {"lifting-sieges", "aid-delivery", "ceasefire"} <= set(types)


def test_a_language_the_vocabulary_lacks_is_tried_with_all() -> None:
    assert classify("Levée du blocus", "und") == classify("Levée du blocus", "fr") == ("lifting-sieges",)
    assert classify("Lift the siege", "en-GB") == ("lifting-sieges",)


def test_a_demand_that_says_nothing_is_about_what_the_letter_is_about() -> None:
    release = ["Free all prisoners of conscience.", "Release the detainees who are ill."]
    assert classify_all([*release, "Act now."], "en")[2] == ("detainee-release",)
    assert classify_all(["Act now."], "en", "Open letter on the siege of the old town") == [
        ("lifting-sieges",)
    ]
    assert classify_all([release[0], "Lift the siege.", "Repeal the decree.", "Act now."], "en")[3] == ()
    assert classify_all([], "en") == []


def test_a_demand_that_tells_nothing_for_sure_is_about_what_its_paragraph_is_about() -> None:
    paragraph = "The convoys must enter the valley, and the siege has to be lifted. See to it."
    assert classify_all(["See to it."], "en", around=lambda _: paragraph) == [
        ("humanitarian-access", "lifting-sieges")
    ]
    assert classify_all(["Think of the siege's widows."], "en", around=lambda _: paragraph) == [
        ("lifting-sieges",)
    ]
    assert classify_all(["Repeal the decree."], "en", around=lambda _: paragraph) == [("legal-reform",)]


def test_what_a_demand_hints_is_chosen_of_what_its_paragraph_tells() -> None:
    paragraph = "Lift the siege of Marrow and stop the bombing; repeal the decree. Think of the parliament."
    assert classify_all(["Think of the parliament."], "en", around=lambda _: paragraph) == [("legal-reform",)]
    assert classify_all(["Think of it."], "en", around=lambda _: paragraph) == [()]


def found(cue: str, text: str) -> bool:
    return bool(Classifier([("it", cue, 1.0)]).scores(text))


@pytest.mark.parametrize(
    ("cue", "text", "holds"),
    [
        ("siege", "The SIEGE goes on", True),
        ("siege", "besieged", False),
        ("detain*", "a detainee", True),
        ("no fly zone", "a no-fly zone", True),
        ("no fly zone", "no zone to fly", False),
        ("red|green light", "a green light", True),
        ("cso|civil_society", "our civil society", True),
        ("cso|civil_society", "a civil war, a society", False),
        ("free & cso|civil_society", "civil society is free", True),
        ("releas* & prisoner", "prisoners and their release", False),
        ("releas* & prisoner", "the prisoner you release", True),
        ("releas* & prisoner", "Release them. The prisoner is old", False),
        ("releas* && prisoner", "Release them. The prisoner is old", True),
        ("releas* && prisoner", "Release them", False),
        ("a & b", "a" + " x" * (NEAR - 1) + " b", True),
        ("a & b", "a" + " x" * NEAR + " b", False),
        ("éte", "ETE", True),
        ("حصار", "وبالحصار", True),
        ("حصار", "انحصار", False),
        ("مصير", "المصير", True),
    ],
)
def test_a_cue_is_read_as_the_vocabulary_says(cue: str, text: str, holds: bool) -> None:
    assert found(cue, text) is holds


@pytest.mark.parametrize("cue", ["", "&", "siege &", "* fly", "a*b"])
def test_a_cue_that_is_not_well_written_is_refused(cue: str) -> None:
    with pytest.raises(ValueError, match="the cue"):
        Classifier([("it", cue, 1.0)])


def test_time_grows_with_the_length_only() -> None:
    near_misses = "release stop the detaine end of a civil no fly "

    def seconds(copies: int) -> float:
        text = near_misses * copies
        start = time.process_time()
        classify(text, "en")
        return time.process_time() - start

    seconds(100)
    short = min(seconds(1_000) for _ in range(3))
    assert seconds(20_000) < short * 20 * 3


def test_a_vowel_sign_that_stands_alone_is_no_word() -> None:
    assert "ceasefire" in classify("ـ وقف إطلاق النار ً فوراً", "ar")
