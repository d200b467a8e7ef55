"""The command `kb`: each command is a few lines that call one function."""

from __future__ import annotations

import click

from kb import __version__

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kb")
def main() -> None:
    """Read open letters to the United Nations and keep track of what they demand."""
