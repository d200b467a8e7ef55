"""Persons told from organisations by their names alone."""

from __future__ import annotations

import pytest

from kb.extraction.printed_names import kind_of_name


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Rana Haddad",
            "Andrés Luna Pardo",
            "Benoît Marchal",
            "أحمد الخطيب",
            "Dr. Peter Quill",
            "OMAR SALEM",
        ),
        *("Pierre MOREL Président de la Ligue des dockers", "Rosa Quispe Presidenta de la Liga del Valle"),
    ],
)
def test_a_few_words_that_begin_with_a_given_name_are_a_person(name: str) -> None:
    assert kind_of_name(name) == "person"


@pytest.mark.parametrize(
    "name",
    [
        "Omar Center",
        "Maria Trust",
        "Peter",
        "Union of Bakers",
        "Maria Luz Foundation of Ministers",
        "Rana Women for Peace",
    ],
)
def test_words_of_organisations_count_more(name: str) -> None:
    assert kind_of_name(name) == "organisation"


@pytest.mark.parametrize("name", ["Kesh Malek", "Bourka Ahla"])
def test_where_words_do_not_tell_the_list_does(name: str) -> None:
    assert kind_of_name(name) is None
