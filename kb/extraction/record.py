"""The record of a letter that `kb extract --format jsonl` prints, one line of JSON for each letter."""

from __future__ import annotations

import json
from typing import Any

from kb.letter import Addressee, Demand, Letter, Reference, Remark, Signature, Span

__all__ = ["record", "record_line"]


def record_line(letter: Letter) -> str:
    """Give the record of `letter` as one line of JSON, without the line's end."""
    return json.dumps(record(letter), ensure_ascii=False)


def record(letter: Letter) -> dict[str, Any]:
    """Give the record of `letter`; `start` and `end` are code points of its text, end excluded."""
    return {
        "letter": letter.id,
        "path": letter.path,
        "sha256": letter.sha256,
        "language": letter.language,
        "kind": letter.kind,
        "title": letter.title,
        "date": letter.date,
        "addressees": [_addressee(addressee) for addressee in letter.addressees],
        "cc": [_addressee(addressee) for addressee in letter.copied],
        "signatories": [_signature(signature) for signature in letter.signatures],
        "demands": [_demand(demand) for demand in letter.demands],
        "reported": [_demand(demand) for demand in letter.reported],
        "references": [_reference(reference) for reference in letter.references],
        "warnings": [_remark(remark) for remark in letter.warnings],
    }


def _place(span: Span | None) -> dict[str, int | None]:
    return {"start": span.start if span else None, "end": span.end if span else None}


def _addressee(addressee: Addressee) -> dict[str, Any]:
    return {
        "name": addressee.name,
        "office": addressee.office,
        "body": addressee.body,
        **_place(addressee.span),
    }


def _signature(signature: Signature) -> dict[str, Any]:
    return {
        "name": signature.name,
        "position": signature.position,
        "kind": signature.kind,
        **_place(signature.span),
    }


def _demand(demand: Demand) -> dict[str, Any]:
    return {
        "quote": demand.quote,
        **_place(demand.span),
        "level": demand.explicitness,
        "force": demand.force,
        "item": demand.item,
        "types": list(demand.types),
        "references": list(demand.references),
        "certainty": demand.certainty,
    }


def _reference(reference: Reference) -> dict[str, Any]:
    return {"symbol": reference.symbol, "name": reference.name, **_place(reference.span)}


def _remark(remark: Remark) -> dict[str, Any]:
    return {"code": remark.code, "message": remark.message, **_place(remark.span)}
