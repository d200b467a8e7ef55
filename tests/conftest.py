"""What several tests share."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from kb.build import build

SEEDS = Path(__file__).parent.parent / "seeds"

# Tests that are started in the background ignore Ctrl-C, and so would the programs that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def seeds_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of the five letters, to be read only."""
    folder = tmp_path_factory.mktemp("seeds") / "build"
    build(SEEDS, folder, jobs=2)
    return folder
