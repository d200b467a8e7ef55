"""Any bytes give a Document or an error that can be told: `make fuzz` is the long form."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.documents import SUFFIXES, parse_document
from kb.errors import KbError
from tests.documents.making import ENGLISH, MAKERS

WHOLE = {suffix: MAKERS.get(suffix, MAKERS[".html"])(ENGLISH) for suffix in SUFFIXES}


def read(data: bytes, suffix: str) -> None:
    try:
        document = parse_document(data, Path(f"letter{suffix}"))
    except KbError as error:
        if "\n" in str(error):
            raise AssertionError("an error of several lines") from error
        return
    assert document.text.strip()
    assert all(0 < start <= len(document.text) for start in document.page_starts)
    document.text.encode()  # no half of a surrogate pair


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(data=st.binary(max_size=400))
@settings(max_examples=30, deadline=None)
def test_bytes_of_any_kind(suffix: str, data: bytes) -> None:
    read(data, suffix)


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(at=st.floats(0, 1, exclude_max=True), junk=st.binary(max_size=8), gone=st.integers(0, 200))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_letter_damaged_anywhere(suffix: str, at: float, junk: bytes, gone: int) -> None:
    whole = WHOLE[suffix]
    start = int(at * len(whole))
    read(whole[:start] + junk + whole[start + gone :], suffix)
