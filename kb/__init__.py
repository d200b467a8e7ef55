"""demandkb: what open letters to the United Nations demand, as a knowledge base."""

__version__ = "0.1.0"
