"""Tests of the scripts of benchmarks/."""
