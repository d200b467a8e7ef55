"""How long linking names takes, and how it grows: 1,000, 10,000 and 100,000 printed names.

    python benchmarks/identity.py [--seed 1] [--sizes 1000 10000 100000]

Names are made up: organisations with invented distinctive words and places, each printed in several ways.
`distinct` is the number of different printed forms, `growth` the seconds per name against the size before.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator

from kb.identity import PrintedName, link

# fmt: off
_CONSONANTS = ["b", "d", "f", "g", "h", "j", "k", "l", "m", "n", "r", "s", "t", "z", "sh", "kh"]
_VOWELS = ["a", "a", "i", "u", "ar", "as"]
_KINDS = ["Association", "Foundation", "Center", "Network", "Group", "Council", "Committee", "Initiative"]
_PURPOSES = ["Development", "Human Rights", "Justice", "Peace", "Relief and Aid", "Education", "Women"]
_COUNTRIES = {"Syria": "Syrian", "Lebanon": "Lebanese", "Iraq": "Iraqi", "Yemen": "Yemeni",
              "Sudan": "Sudanese", "Kenya": "Kenyan", "Colombia": "Colombian", "Tunisia": "Tunisian"}
# fmt: on


def organisations(chance: random.Random) -> Iterator[str]:
    """Canonical names without end: brands, councils of places, chapters, names of ordinary words only."""
    while True:
        brand = "".join(map(chance.choice, [_CONSONANTS, _VOWELS] * chance.choice((2, 3, 3, 4)))).capitalize()
        kind, purpose = chance.choice(_KINDS), chance.choice(_PURPOSES)
        yield chance.choices(
            (
                f"{brand} {kind}",
                f"{brand} for {purpose}",
                f"{brand} {kind} for {purpose}",
                f"Local Council of {brand}",
                f"{brand} {kind} of {chance.choice([*_COUNTRIES])}",
                f"{chance.choice([*_COUNTRIES.values()])} {kind} for {purpose}",
                f"Free {purpose} {kind} in {brand}",
            ),
            (20, 20, 15, 15, 10, 5, 15),
        )[0]


def variant(name: str, chance: random.Random) -> str:
    """The name as another letter prints it."""
    match chance.randrange(8):
        case 0:
            return name.replace(" and ", " & ")
        case 1:
            return f"The {name}"
        case 2:
            return f"{name} ({''.join(word[0] for word in name.split() if word[0].isupper())})"
        case 3:
            return name.replace("a", "aa", 1)
        case 4:
            return name.upper()
        case 5:
            return f"{name} Organization"
        case _:
            return name


def collection(size: int, seed: int) -> list[PrintedName]:
    """`size` signatures; an organisation signs four letters on average, not always under one name."""
    chance = random.Random(seed)
    names = organisations(chance)
    known = [next(names) for _ in range(max(10, size // 4))]
    return [PrintedName(variant(chance.choice(known), chance)) for _ in range(size)]


def main() -> None:
    """Measure each size and print a line for it."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    chosen = arguments.parse_args()
    print(
        f"{'names':>8} {'distinct':>9} {'organisations':>14} {'offered':>8} {'seconds':>8} {'µs/name':>8}"
        f" {'growth':>7}"
    )
    before: float | None = None
    for size in chosen.sizes:
        printed = collection(size, chosen.seed)
        start = time.process_time()
        linkage = link(printed)
        seconds = time.process_time() - start
        each = seconds / size * 1e6
        growth = f"{each / before:.2f}" if before else ""
        distinct = len({place.name for place in printed})
        print(
            f"{size:>8} {distinct:>9} {len(linkage.organisations):>14} {len(linkage.matches):>8} "
            f"{seconds:>8.2f} {each:>8.1f} {growth:>7}"
        )
        before = each


if __name__ == "__main__":
    main()
