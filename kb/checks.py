"""What concerns several letters at once is checked by queries: those tagged `check` and a severity.

Their columns are `?subject ?problem ?value`. SHACL checks each letter (`kb.validation`); what a shape says already, no
query here says again, so the other queries tagged `check` are for people to ask.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode, QuerySolutions

from kb.findings import SEVERITIES, Finding, Severity
from kb.querying import Query, find_queries, run
from kb.sparql import Ask

__all__ = ["check"]

RULE = "https://w3id.org/demandkb/check/"
COMPONENT = "http://www.w3.org/ns/shacl#SPARQLConstraintComponent"


def check(ask: Ask, folders: Iterable[Path]) -> list[Finding]:
    """Ask the checks of those folders of queries; sorted as findings are."""
    queries, _ = find_queries(folders)
    found = [
        _finding(query, severity, row)
        for query in queries.values()
        if (severity := _severity(query)) is not None
        for row in _rows(query, ask)
    ]
    return sorted(found, key=lambda finding: finding.order)


def _severity(query: Query) -> Severity | None:
    if "check" not in query.tags:
        return None
    return next((severity for severity in SEVERITIES if severity in query.tags), None)


def _rows(query: Query, ask: Ask) -> Iterable[Any]:
    answer = run(query, {}, ask)
    return answer if isinstance(answer, QuerySolutions) else ()


def _finding(query: Query, severity: Severity, row: Any) -> Finding:
    subject, problem, value = row["subject"], row["problem"], row["value"]
    return Finding(
        severity=severity,
        shape=f"{RULE}{query.name.removeprefix('check-')}",
        component=COMPONENT,
        messages=((problem.language or "en", f"{problem.value[:1].upper()}{problem.value[1:]}."),),
        focus=subject.value if isinstance(subject, NamedNode) else str(subject),
        value=None if value is None else str(value),
        words=value.value if isinstance(value, Literal) else None,
    )
