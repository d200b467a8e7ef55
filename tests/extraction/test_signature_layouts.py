"""The same names give the same signatories, however they are laid out."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.extraction.layout import lay_out
from kb.extraction.signatures import find_signatures
from kb.extraction.zones import find_zones

NAMES = {
    "en": [
        "Port Workers' Union",
        "River League",
        "Ada Okello",
        "Harbour Watch (Accra)",
        "Women of the Lower Bank",
        "Dr. Ben Tarr",
        "Mothers' Association of Reedham",
    ],
    "fr": [
        "Ligue du fleuve",
        "Comité des passeurs",
        "Jeanne Pruvost",
        "Réseau des veuves de la rive",
        "Association des dockers (ADR)",
        "Me Marc Tessier",
    ],
    "es": [
        "Liga del Valle",
        "Comité de Barqueros",
        "Rosa Quispe",
        "Red de Vecinas del Puerto",
        "Fundación Agua Clara",
        "Dra. Marta Ríos",
    ],
    "ar": [
        "لجنة الوادي",
        "رابطة الصيادين",
        "د. سامر حداد",
        "جمعية نساء الضفة",
        "مركز الجسر للتوثيق",
        "شبكة الميناء",
    ],
}
LETTERS = {
    "en": (
        "Dear Minister,\n\nThe river port has been closed for a year, and two thousand people have lost their work.\n\n"
        "We ask you to open it before the rains, and to publish the report of the engineers.",
        ["Yours sincerely,", "Respectfully,"],
        ["Signed by:", "Signatories", "Organisations that have signed so far:", "In alphabetical order:"],
        [
            "Media contact: press@harbour.example",
            "[1] Report of the harbour office, page 4.",
            "About us\n\nWe are a network.",
        ],
    ),
    "fr": (
        "Madame la Ministre,\n\nLe port est fermé depuis un an, et deux mille personnes ont perdu leur travail.\n\n"
        "Nous vous demandons de le rouvrir avant les pluies, et de publier le rapport des ingénieurs.",
        ["Cordialement,", "Respectueusement,"],
        [
            "Signataires :",
            "Ont signé :",
            "Les organisations qui ont signé à ce jour",
            "Par ordre alphabétique :",
        ],
        ["Contact presse : presse@port.example", "[1] Rapport du port, page 4."],
    ),
    "es": (
        "Señora Ministra:\n\nEl puerto está cerrado desde hace un año, y dos mil personas perdieron su trabajo.\n\n"
        "Le pedimos que lo abra antes de las lluvias, y que publique el informe de los ingenieros.",
        ["Atentamente,", "Respetuosamente,"],
        ["Firman:", "Firmantes", "Organizaciones que firman hasta hoy", "Por orden alfabético:"],
        ["Contacto de prensa: prensa@puerto.example", "[1] Informe del puerto, página 4."],
    ),
    "ar": (
        "معالي الوزير،\n\nأُغلق الميناء منذ عام كامل، وفقد ألفا شخص عملهم في المدينة والقرى التي حولها.\n\n"
        "نطالبكم بفتح الميناء قبل موسم الأمطار، وبنشر تقرير المهندسين.",
        ["وتفضلوا بقبول فائق الاحترام،", "مع خالص التحية،"],
        ["الموقعون:", "المنظمات الموقعة", "بحسب الترتيب الأبجدي:"],
        ["للتواصل الإعلامي: press@port.example"],
    ),
}
ROWS = {
    "plain": "{}",
    "apart": "{}\n",
    "dots": "• {}",
    "dashes": "- {}",
    "stars": "* {}",
    "numbers": "{number}. {}",
    "brackets": "{number}) {}",
    "table": "| {number} | {} |",
    "tabs": "{number}\t{}",
}
BETWEEN = {"semicolons": "; ", "bars": " | ", "dots between": " • ", "slashes": " / "}


def block(names: list[str], layout: str) -> str:
    if layout in BETWEEN:
        return BETWEEN[layout].join(names)
    rows = (ROWS[layout].format(name, number=number) for number, name in enumerate(names, 1))
    return "\n".join(rows)


def signatories(text: str) -> list[str]:
    layout = lay_out(text)
    return [signature.name for signature in find_signatures(layout, find_zones(layout))[0]]


@pytest.mark.parametrize(("language", "layout"), [*product(NAMES, (*ROWS, *BETWEEN))])
@settings(max_examples=12, deadline=None, derandomize=True)
@given(data=st.data())
def test_names_are_found_in_any_layout(language: str, layout: str, data: st.DataObject) -> None:
    body, closings, headings, notes = LETTERS[language]
    names = data.draw(st.lists(st.sampled_from(NAMES[language]), min_size=4, unique=True), "names")
    closing = data.draw(st.sampled_from(["", *closings]), "closing")
    heading = data.draw(st.sampled_from(["", *headings]), "heading")
    note = data.draw(st.sampled_from(["", *notes]), "note")
    parts = [body, closing, f"{heading}\n{block(names, layout)}" if heading else block(names, layout), note]
    assert signatories("\n\n".join(filter(None, parts))) == names


@pytest.mark.parametrize("language", LETTERS)
def test_letters_without_names_have_none(language: str) -> None:
    body, closings, _, notes = LETTERS[language]
    for closing, note in product(["", *closings], ["", *notes]):
        assert signatories("\n\n".join(filter(None, [body, closing, note]))) == []
