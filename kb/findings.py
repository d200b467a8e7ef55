"""What a check found, and how that is written: for people, programs, build servers and code hosts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, astuple, dataclass
from hashlib import sha256
from typing import IO, Any, Literal, get_args
from urllib.parse import quote
from xml.etree import ElementTree

import pyoxigraph

from kb import __version__
from kb.namespaces import PREFIXES, shorten

__all__ = ["FORMATS", "SEVERITIES", "Finding", "Severity", "dumps", "fails", "loads", "summary", "write"]

Severity = Literal["violation", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""From the gravest to the lightest."""

_REPORT_PREFIXES = {name: PREFIXES[name] for name in ("kb", "dcterms", "oa", "prov")} | {
    "sh": "http://www.w3.org/ns/shacl#"
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a check.

    `messages` are (language, text) pairs. `shape`, `component` and `focus` are IRIs (a blank node is
    "_:label"); `path` is an IRI, or a SPARQL property path of IRIs; `value` is a term as N-Triples writes it.
    `graph` is the name of the graph that the focus node is in. `file`, `line` and `column` (from 1, in code
    points) and `words` say where in a letter that is, as far as the evidence tells.
    """

    severity: Severity
    shape: str
    component: str
    messages: tuple[tuple[str, str], ...]
    focus: str
    path: str | None = None
    value: str | None = None
    graph: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    words: str | None = None

    @property
    def rule(self) -> str:
        """The short name of the shape: the last part of its IRI."""
        return re.split(r"[#/:]", self.shape)[-1]

    @property
    def place(self) -> str:
        """The file, line and column, or else the focus node."""
        parts = [str(part) for part in (self.file, self.line, self.column) if part is not None]
        return ":".join(parts) if self.file else shorten(self.focus)

    @property
    def order(self) -> tuple[object, ...]:
        """What findings are sorted by: their place, then how grave they are."""
        place = (self.file or "", self.line or 0, self.column or 0)
        return (
            *place,
            SEVERITIES.index(self.severity),
            self.focus,
            self.shape,
            self.value or "",
            self.path or "",
        )

    def message(self, language: str = "en") -> str:
        """Its message in that language, or else in English, or else in whatever there is."""
        told = dict(self.messages)
        return told.get(language) or told.get("en") or next(iter(told.values()), self.rule)


def dumps(findings: Sequence[Finding]) -> str:
    """Findings as a line of JSON, to be kept; `loads` gives them back."""
    return json.dumps([astuple(finding) for finding in findings], ensure_ascii=False)


def loads(text: str) -> list[Finding]:
    """The findings that `dumps` was given."""
    return [
        Finding(severity, shape, component, tuple((tag, told) for tag, told in messages), *rest)
        for severity, shape, component, messages, *rest in json.loads(text)
    ]


def fails(findings: Sequence[Finding], fail_on: Severity | Literal["none"]) -> bool:
    """Whether any finding is as grave as `fail_on` or graver."""
    grave = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on != "none" else ()
    return any(finding.severity in grave for finding in findings)


def summary(findings: Sequence[Finding], language: str = "en") -> str:
    """Count the findings in a line of words."""
    words = _WORDS.get(language, _WORDS["en"])
    counts = {severity: sum(f.severity == severity for f in findings) for severity in SEVERITIES}
    if not findings:
        return words["none"]
    return words["comma"].join(
        f"{count} {words[severity if count == 1 else severity + 's']}"
        for severity, count in counts.items()
        if count
    )


_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "violation": "violation",
        "violations": "violations",
        "warning": "warning",
        "warnings": "warnings",
        "info": "info",
        "infos": "infos",
        "none": "no findings",
        "comma": ", ",
    },
    "ar": {
        "violation": "مخالفة",
        "violations": "مخالفات",
        "warning": "تحذير",
        "warnings": "تحذيرات",
        "info": "معلومة",
        "infos": "معلومات",
        "none": "لا ملاحظات",
        "comma": "، ",
    },
}


def write(
    findings: Sequence[Finding],
    stream: IO[str],
    form: str = "text",
    language: str = "en",
    fail_on: Severity | Literal["none"] = "violation",
) -> None:
    """Write findings to a stream of text in one of `FORMATS`; what `fail_on` names is a failure of JUnit."""
    stream.write(FORMATS[form](findings, language, fail_on))


def _text(findings: Sequence[Finding], language: str, _: str) -> str:
    words = _WORDS.get(language, _WORDS["en"])
    lines = []
    for finding in findings:
        about = finding.words or _plain(finding.value) or (finding.focus if finding.file else "")
        message = f"{words[finding.severity]}: {finding.message(language)}"
        told = [f"{finding.place}:", message, _excerpt(about), f"[{finding.rule}]"]
        lines.append(" ".join(part for part in told if part) + "\n")
    return "".join(lines)


def _plain(term: str | None) -> str | None:
    return shorten(term[1:-1]) if term and term.startswith("<") else term


def _excerpt(text: str, length: int = 60) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= length else f"{folded[: length - 1]}…"


def _json(findings: Sequence[Finding], *_: str) -> str:
    rows = [asdict(row) | {"messages": dict(row.messages), "rule": row.rule} for row in findings]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def _turtle(findings: Sequence[Finding], *_: str) -> str:
    """The SHACL validation report (SHACL, section 3.6)."""
    head = [f"@prefix {name}: <{namespace}> .\n" for name, namespace in _REPORT_PREFIXES.items()]
    parts = [f"    sh:conforms {'false' if findings else 'true'}"]
    parts += [f"    sh:result {_result(finding)}" for finding in findings]
    return "".join(head) + "\n[] a sh:ValidationReport ;\n" + " ;\n".join(parts) + " .\n"


def _result(finding: Finding) -> str:
    pairs = [
        ("a", "sh:ValidationResult"),
        ("sh:resultSeverity", f"sh:{finding.severity.capitalize()}"),
        ("sh:sourceShape", _node(finding.shape)),
        ("sh:sourceConstraintComponent", _node(finding.component)),
        ("sh:focusNode", _node(finding.focus)),
        ("sh:resultPath", _node(finding.path) if finding.path and " " not in finding.path else None),
        ("sh:value", finding.value),
    ]
    messages = (pyoxigraph.Literal(text, language=tag) for tag, text in finding.messages)
    pairs += [("sh:resultMessage", str(message)) for message in messages]
    lines = [f"        {property_} {value}" for property_, value in pairs if value]
    return "[\n" + " ;\n".join(lines) + "\n    ]"


def _node(name: str) -> str:
    if name.startswith("_:"):
        return name
    short = shorten(name)
    known = short.split(":")[0] in _REPORT_PREFIXES and re.fullmatch(r"\w+:[\w-]+", short)
    return short if known else f"<{name}>"


def _junit(findings: Sequence[Finding], language: str, fail_on: str) -> str:
    failing = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on in SEVERITIES else ()
    failures = str(sum(finding.severity in failing for finding in findings))
    tests = str(len(findings) or 1)
    root = ElementTree.Element("testsuites", name="kb validate", tests=tests, failures=failures)
    suite = ElementTree.SubElement(root, "testsuite", name="kb validate", tests=tests, failures=failures)
    if not findings:
        ElementTree.SubElement(suite, "testcase", classname="kb", name="no findings")
    for finding in findings:
        where = {"file": finding.file, "line": finding.line and str(finding.line)}
        case = ElementTree.SubElement(
            suite,
            "testcase",
            {key: _printable(value) for key, value in where.items() if value},
            classname=finding.rule,
            name=_printable(f"{finding.place} {finding.focus}"),
        )
        message = _printable(f"{finding.severity}: {finding.message(language)}")
        if finding.severity in failing:
            failure = ElementTree.SubElement(case, "failure", type=finding.severity, message=message)
            failure.text = _printable(finding.words or finding.value or "")
        else:
            ElementTree.SubElement(case, "system-out").text = message
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, "unicode")}\n'


def _printable(text: str) -> str:
    """Leave out what XML 1.0 can't hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


_LEVELS = {"violation": "error", "warning": "warning", "info": "note"}


def _sarif(findings: Sequence[Finding], language: str, _: str) -> str:
    """SARIF 2.1.0 (OASIS), which code hosts show beside the lines of a file."""
    rules = {finding.rule: finding for finding in reversed(findings)}
    names = sorted(rules)
    run = {
        "tool": {
            "driver": {
                "name": "demandkb",
                "version": __version__,
                "informationUri": "https://w3id.org/demandkb",
                "rules": [
                    {
                        "id": name,
                        "shortDescription": {"text": rules[name].message(language)},
                        "helpUri": rules[name].shape,
                        "defaultConfiguration": {"level": _LEVELS[rules[name].severity]},
                    }
                    for name in names
                ],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [
            {
                "ruleId": finding.rule,
                "ruleIndex": names.index(finding.rule),
                "level": _LEVELS[finding.severity],
                "message": {"text": finding.message(language)},
                "locations": [_location(finding)],
                "partialFingerprints": {"finding/v1": _fingerprint(finding)},
            }
            for finding in findings
        ],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _location(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": finding.focus}]}
    if finding.file:
        location["physicalLocation"] = {"artifactLocation": {"uri": quote(finding.file)}}
        if finding.line:
            region = {"startLine": finding.line, "startColumn": finding.column}
            if finding.words:
                region["snippet"] = {"text": finding.words}  # type: ignore[assignment]
            location["physicalLocation"]["region"] = region
    return location


def _fingerprint(finding: Finding) -> str:
    """The same for the same finding after lines were moved."""
    return sha256("\n".join((finding.shape, finding.focus, finding.value or "")).encode()).hexdigest()[:16]


FORMATS: dict[str, Callable[[Sequence[Finding], str, str], str]] = {
    "text": _text,
    "json": _json,
    "turtle": _turtle,
    "junit": _junit,
    "sarif": _sarif,
}
"""How findings can be written: each gives all the text."""
