"""All figures in one run, side by side with peers, written to `benchmarks/RESULTS.md`.

    make bench LETTERS=10000
    python -m benchmarks [--letters 1000] [--rounds 3] [--limit 60] [--only starting] [-o RESULTS.md]

The peers are the installed rdflib and pyshacl, and Apache Jena where `--jena` and `--fuseki` say it is (`make jena`
fetches it). Everything else is made in a folder that is removed afterwards.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks import building, export, queries, serving, site, starting, validation
from benchmarks.measuring import Cost, Row, Work, machine

FIGURES = {
    "building": building.measure,
    "starting": starting.measure,
    "site": site.measure,
    "serving": serving.measure,
    "export": export.compare,
    "validation": validation.measure,
    "queries": queries.measure,
}
"""In the order in which they are run: `building` makes the build that most others ask."""

PEERS = ("rdflib", "pyshacl", "pyoxigraph", "click")


def main() -> None:
    """Run the figures and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--letters", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3, help="that count; one more warms up")
    parser.add_argument("--limit", type=float, default=60, help="seconds after which a peer is stopped")
    parser.add_argument("--jena", type=Path, help="the folder of Apache Jena's commands")
    parser.add_argument("--fuseki", type=Path, help="the jar of Apache Jena Fuseki")
    parser.add_argument("--only", nargs="*", choices=FIGURES, default=list(FIGURES))
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent / "RESULTS.md")
    options = parser.parse_args()
    began, described = time.monotonic(), machine()
    with tempfile.TemporaryDirectory() as folder:
        work = Work(
            Path(folder),
            options.letters,
            options.rounds,
            options.limit,
            _there(options.jena),
            _there(options.fuseki),
        )
        grown: list[tuple[int, Cost]] = []
        for name, figure in FIGURES.items():
            if name not in options.only:
                continue
            print(f"{time.monotonic() - began:6.0f} s  {name}", file=sys.stderr, flush=True)
            found = figure(work)
            grown = found or grown
            _write(work, grown, described, options.output, time.monotonic() - began)


def _there(path: Path | None) -> Path | None:
    return path.absolute() if path and path.exists() else None


def _write(work: Work, grown: list[tuple[int, Cost]], described: str, output: Path, took: float) -> None:
    versions = [f"{name} {importlib.metadata.version(name)}" for name in PEERS]
    versions += [f"Apache Jena {work.jena.name.rpartition('-')[2]}"] if work.jena else ["no Apache Jena"]
    lines = [
        "# Results",
        "",
        "Written by `make bench`: every figure and its peers in one run, taking turns (questions: one peer after the",
        "other); medians after one round to warm up. Seconds are by the clock unless processor time is said; × is the",
        "peer's time divided by ours.",
        "",
        f"- {datetime.date.today().isoformat()}; {work.letters:,} generated letters, {work.rounds} rounds, "
        f"peers stopped after {work.limit:g} s; the run took {took / 60:.0f} minutes",
        f"- {described}",
        f"- {', '.join(versions)}",
        "",
        "| figure | ours | peer | ratio | to reach | |",
        "|---|---|---|---|---|---|",
        *(_line(row) for row in work.rows),
        "",
    ]
    if work.letters < 100_000:
        lines += [
            "The targets are for 10,000 and 100,000 letters; this run had fewer, so those for these sizes stay open.",
            "",
        ]
    notes = [f"- {row.what}: {row.note}" for row in work.rows if row.note]
    notes += [f"- {remark}" for remark in work.remarks]
    if notes:
        lines += ["## What to know of them", "", *notes, ""]
    if work.questions:
        lines += ["## Questions", "", *_questions(work.questions), ""]
    if grown:
        output.with_name("growth.svg").write_text(_picture(grown), encoding="utf-8")
        lines += [
            "## Cost per letter",
            "",
            "![Cost per letter by the size of the collection](growth.svg)",
            "",
            "| letters | ms of processor per letter | letters a second | MiB at most |",
            "|---|---|---|---|",
        ]
        for size, cost in grown:
            lines.append(
                f"| {size:,} | {cost.processor / size * 1000:.0f} | {size / cost.seconds:.1f} | {cost.memory:.0f} |"
            )
        lines.append("")
    output.write_text("\n".join(lines), encoding="utf-8")


def _line(row: Row) -> str:
    ratio = "" if row.ratio is None else f"{row.ratio:,.3g} ×" if row.ratio < 1000 else f"{row.ratio:,.0f} ×"
    met = {True: "reached", False: "**missed**", None: "" if not row.target else "open"}[row.met]
    return f"| {row.what} | {row.ours} | {row.peer} | {ratio} | {row.target} | {met} |"


def _questions(questions: Mapping[str, Mapping[str, Cost]]) -> Iterator[str]:
    """A row for each query: seconds of ours, and how many times as long each peer took."""
    peers = [name for name in next(iter(questions.values())) if name != "ours"]
    yield f"| query | ours, s | {' | '.join(f'{peer}, ×' for peer in peers)} |"
    yield "|---" * (2 + len(peers)) + "|"
    for name, taken in questions.items():
        ours = taken["ours"].seconds
        ratios = [f"{'≥ ' if taken[peer].stopped else ''}{taken[peer].seconds / ours:,.1f}" for peer in peers]
        yield f"| {name} | {ours:.3f} | {' | '.join(ratios)} |"


def _picture(grown: list[tuple[int, Cost]]) -> str:
    """Bars of processor time per letter, one for each size."""
    each = [(size, cost.processor / size * 1000) for size, cost in grown]
    most = max(ms for _, ms in each)
    bars = []
    for number, (size, ms) in enumerate(each):
        y = 30 + number * 40
        width = ms / most * 380
        bars.append(
            f'<text x="90" y="{y + 18}" text-anchor="end">{size:,}</text>'
            f'<rect x="100" y="{y}" width="{width:.0f}" height="26" fill="#2a6f97"/>'
            f'<text x="{106 + width:.0f}" y="{y + 18}">{ms:.0f} ms</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 {40 + 40 * len(each)}" role="img" '
        'font-family="sans-serif" font-size="14" fill="#222">'
        "<title>Processor time per letter, by letters in the collection</title>"
        '<rect width="100%" height="100%" fill="#fff"/>'
        '<text x="100" y="18">processor time per letter, by letters in the collection</text>'
        f"{''.join(bars)}</svg>\n"
    )


if __name__ == "__main__":
    main()
