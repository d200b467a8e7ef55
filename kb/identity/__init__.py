"""Printed names become organisations and persons; what is only possible is kept for a person to review."""

from __future__ import annotations

from kb.identity.linking import MOST, Linkage, Match, Organisation, PrintedName, link
from kb.identity.names import plain
from kb.identity.relinking import relink

__all__ = ["MOST", "Linkage", "Match", "Organisation", "PrintedName", "link", "plain", "relink"]
