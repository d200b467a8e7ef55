"""Tests of kb.documents."""
