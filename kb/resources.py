"""Where the files that travel with the program are: in the wheel beside the code, in a checkout at the top level."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

__all__ = ["folder"]


def folder(name: Literal["ontology", "queries"]) -> Path:
    """The folder of that name, as installed or as checked out."""
    package = Path(__file__).parent
    installed = package / name
    return installed if installed.is_dir() else package.parent / name
