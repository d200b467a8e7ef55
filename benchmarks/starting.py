"""Starting: `kb --help` beside importing click, and a query on the five letters of `seeds/`."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measuring import KB, Row, Work, medians, run

SEEDS = Path(__file__).parent.parent / "seeds"


def measure(work: Work) -> None:
    """Add the figures."""
    build = work.folder / "seeds"
    run([*KB, "build", SEEDS, "-o", build], good=(0, 1))
    taken = medians(
        max(5, work.rounds),
        help=lambda: run([*KB, "--help"]),
        click=lambda: run([sys.executable, "-c", "import click"]),
        query=lambda: run([*KB, "query", "demands-over-time", "--build", build]),
    )
    ratio = taken["help"].processor / taken["click"].processor
    ours, peer = (f"{taken[name].processor:.3f} s" for name in ("help", "click"))
    work.rows.append(
        Row("kb --help, processor time", ours, f"{peer} import click", ratio, "≤ 2 ×", ratio <= 2)
    )
    asked = taken["query"].processor
    work.rows.append(
        Row(
            "kb query on the five letters, processor time",
            f"{asked:.2f} s",
            "",
            None,
            "≤ 0.4 s",
            asked <= 0.4,
        )
    )
