"""A small letter with one of everything, read by hand, for tests of what comes after extraction."""

from __future__ import annotations

import hashlib

from kb.letter import Addressee, Demand, Letter, Reference, Remark, Signature, Span

TEXT = """Open letter on the truce

5 May 2019

To: Ms. Amal Example, Special Envoy, United Nations
Cc: The Harbour Contact Group

We call on you to:
1. Publish the terms of the truce, as resolution 2254 (2015)
requires;
2. Open the harbour road 🕊 to aid.

Last year our partners asked you to visit the camps. Prisoners must be released.

Signed,
River Women's Network
مركز الجسر
Warmest regards
"""


def span(words: str, text: str = TEXT) -> Span:
    """Where `words` stand in the text."""
    start = text.index(words)
    return Span(start, start + len(words))


def demand(quote: str, **fields: object) -> Demand:
    """A demand with that quote: explicit and calling unless `fields` say otherwise."""
    values: dict[str, object] = {
        "explicitness": "explicit",
        "force": "call",
        "types": ("ceasefire",),
        **fields,
    }
    return Demand(quote, span(quote), **values)  # type: ignore[arg-type]  # fields of Demand, by name


PUBLISH = demand(
    "Publish the terms of the truce, as resolution 2254 (2015)\nrequires;",
    item="1",
    types=("agreement-transparency", "existing-resolutions"),
    references=("S/RES/2254 (2015)",),
)
OPEN = demand("Open the harbour road 🕊 to aid.", item="2", types=("aid-routes",))
RELEASE = demand(
    "Prisoners must be released.",
    explicitness="implicit",
    force="must",
    types=("detainee-release",),
    certainty=0.8,
)
VISIT = demand("Last year our partners asked you to visit the camps.", types=("un-action",))

LETTER = Letter(
    id="2019-05-05-truce",
    path="2019/2019-05-05 truce.txt",
    sha256=hashlib.sha256(TEXT.encode()).hexdigest(),
    text=TEXT,
    language="en",
    kind="letter",
    title="Open letter on the truce",
    title_span=span("Open letter on the truce"),
    date="2019-05-05",
    date_span=span("5 May 2019"),
    addressees=(
        Addressee(
            "Ms. Amal Example", span("Ms. Amal Example"), office="Special Envoy", body="United Nations"
        ),
    ),
    copied=(Addressee("The Harbour Contact Group", span("The Harbour Contact Group")),),
    signatures=(
        Signature("River Women's Network", span("River Women's Network"), 1),
        Signature("مركز الجسر", span("مركز الجسر"), 2),
    ),
    demands=(PUBLISH, OPEN, RELEASE),
    reported=(VISIT,),
    references=(Reference(span("resolution 2254 (2015)"), symbol="S/RES/2254 (2015)"),),
    warnings=(
        Remark("closing-formula", "A closing formula stands among the signatures.", span("Warmest regards")),
    ),
    metadata=(("title", "truce-final-2"),),
)
