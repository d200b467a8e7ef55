"""Printed names become organisations and persons; what is only possible is kept for a person to review."""

from __future__ import annotations

from kb.identity.linking import Linkage, Match, Organisation, PrintedName, link
from kb.identity.names import plain

__all__ = ["Linkage", "Match", "Organisation", "PrintedName", "link", "plain"]
