"""Addressees are one office, body or person, however they are printed."""

from __future__ import annotations

import re

import pytest
from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store

from kb import resources
from kb.authorities import document, page, resolve

BASE = "https://w3id.org/demandkb/authority/"
GUTERRES = f"{BASE}person/antonio-guterres"


def known(*printed: str | None) -> str | None:
    authority = resolve(*printed)  # type: ignore[arg-type]  # the name is never None
    return authority.agent.removeprefix(BASE) if authority else None


@pytest.mark.parametrize(
    "printed",
    [
        ("Mr Antonio Guterres",),
        ("H.E. Mr. António Guterres", "Secretary-General", "United Nations"),
        ("الأمين العام للأمم المتحدة",),
        ("السيد أنطونيو غوتيريش", "الأمين العام للأمم المتحدة"),
        ("To the Secretary General of the UN",),
        ("M. António Guterres", "Secrétaire général de l’ONU"),
        ("Sr. António Guterres", "Secretario General", "Naciones Unidas"),
        ("Secretary-General", "Secretary-General"),
        ("His Excellency Ban Ki-moon", "Secretary-General", "UN", "2015-04-01"),
    ],
)
def test_the_secretary_general_is_one_addressee(printed: tuple[str, ...]) -> None:
    assert known(*printed) == "office/secretary-general"


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (("Members of the Security Council",), "body/security-council"),
        (("Representatives of the Members of the UN Security Council",), "body/security-council"),
        (("أعضاء مجلس الأمن",), "body/security-council"),
        (("Mesdames et Messieurs les membres du Conseil de sécurité",), "body/security-council"),
        (("Members of the International Syria Support Group",), "body/issg"),
        (("The President of the Security Council",), "office/president-of-the-security-council"),
        (("High Commissioner", "High Commissioner", "OHCHR"), "office/high-commissioner-for-human-rights"),
        (("Mr. Filippo Grandi", "High Commissioner", "UNHCR"), "office/high-commissioner-for-refugees"),
        (("Mr Staffan de Mistura", "Special Envoy for Syria"), "office/special-envoy-for-syria"),
        (
            ("Mme Ursula von der Leyen", "Présidente", "Commission européenne"),
            "office/president-of-the-european-commission",
        ),
        (
            ("X Y", "Secretary-General", "League of Arab States"),
            "office/secretary-general-of-the-arab-league",
        ),
        (("International Committee of the Red Cross",), "body/icrc"),
    ],
)
def test_offices_and_bodies_are_known(printed: tuple[str, ...], expected: str) -> None:
    assert known(*printed) == expected


@pytest.mark.parametrize(
    "printed",
    [
        ("World leaders",),
        ("A. B.", "Prime Minister", "Canada"),
        ("A. B.", "Secretary-General", "Amnesty International"),
        ("A. B.", "Spokesperson for the Secretary-General"),
        ("A. B.", "Deputy Secretary-General", "UNCTAD"),
        ("A. B.", "Permanent Representative of France", "United Nations"),
        ("President", "President"),
    ],
)
def test_an_addressee_is_not_taken_for_another(printed: tuple[str, ...]) -> None:
    assert known(*printed) is None


def test_the_office_a_person_held_depends_on_the_day() -> None:
    assert known("António Guterres", None, None, "2012-06-01") == "office/high-commissioner-for-refugees"
    assert known("António Guterres", None, None, "2017") == "office/secretary-general"
    assert known("Kofi Annan", None, None, "2003-02") == "office/secretary-general"
    assert known("Kofi Annan", "Chair of The Elders", None, "2003-02") == "person/kofi-annan"
    assert known("Kofi Annan", None, None, "2016-01-01") == "person/kofi-annan"


def test_the_holder_is_named_and_a_wrong_one_remarked() -> None:
    right = resolve("António Guterres", "UN Secretary-General", None, "2017-01-01")
    assert right
    assert (right.holder, right.remark) == (GUTERRES, None)
    wrong = resolve("Ban Ki-moon", "UN Secretary-General", None, "2017-01-01")
    assert wrong
    assert wrong.agent == f"{BASE}office/secretary-general"
    assert wrong.remark
    assert "António Guterres" in wrong.remark


def test_documents_have_addresses() -> None:
    assert document("Geneva Communiqué") == f"{BASE}document/geneva-communique"
    assert document("A/RES/194 (III)") == f"{BASE}document/resolution-194"
    assert document("A letter to nobody") is None
    assert page("S/RES/2254 (2015)") == "https://undocs.org/S/RES/2254(2015)"


def test_the_file_holds_together() -> None:
    store = Store()
    store.load(path=str(resources.folder("ontology") / "authorities.ttl"), format=RdfFormat.TURTLE)
    subjects = {quad.subject for quad in store}
    for quad in store:
        value = quad.object
        if isinstance(value, NamedNode) and value.value.startswith(BASE):
            assert value in subjects, f"{value} is named but not described"
    found = store.query(
        """
        PREFIX kb: <https://w3id.org/demandkb/ns#> PREFIX org: <http://www.w3.org/ns/org#>
        PREFIX schema: <https://schema.org/>
        SELECT ?start ?end WHERE {
          ?term org:member ?who ; kb:office ?office ; schema:startDate ?start
          OPTIONAL { ?term schema:endDate ?end } }
        """
    )
    assert isinstance(found, QuerySolutions)
    terms = list(found)
    assert len(terms) > 50
    day = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
    for term in terms:
        assert day.fullmatch(term["start"].value)
        assert term["end"] is None or term["end"].value >= term["start"].value


def test_an_office_has_one_holder_at_a_time() -> None:
    for year in range(1995, 2026):
        for month in (3, 11):
            remark = resolve("Boutros Boutros-Ghali", "UN Secretary-General", None, f"{year}-{month:02}-15")
            assert remark
            assert " or " not in (remark.remark or "")
