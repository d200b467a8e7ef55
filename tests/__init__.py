"""Tests, mirroring `kb/`."""
