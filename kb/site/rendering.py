"""A page becomes HTML, in one language of the interface."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from jinja2 import pass_context
from markupsafe import Markup, escape

from kb import __version__
from kb.ontology_page import TEMPLATES
from kb.site.data import digest
from kb.site.view import Page, Table, View

__all__ = ["POLICY", "Rendering", "program", "words"]

FOLDER = Path(__file__).parent

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)
"""What pages may load: what came with them, and nothing from another host."""

MISSING = "404.html"
"""The page for an address that has none: shown in any folder, so its links begin at the top of the host."""

NAVIGATION = (
    *("home", "letters", "lines", "organisations", "addressees", "documents"),
    *("types", "questions", "search", "ontology", "downloads"),
)


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """The words of the interface, by language; the first language is the site's own."""
    return tomllib.loads((FOLDER / "strings.toml").read_text("utf-8"))


class Rendering:
    """Renders the pages of a site in one language.

    Pages of the first language are at the top of the site, those of another in a folder named by its code.
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self.language = view.language
        self.folder = "" if self.language == next(iter(words())) else f"{self.language}/"
        about = view.graph.about
        self._about = {
            "title": about["title"] or "demandkb",
            "publisher": about["publisher"],
            "licence": about["licence"],
            "extractor": f"demandkb {about['version'] or __version__}",
        }

    def path(self, page: Page) -> str:
        """Where the page is in the site."""
        return self.folder + page.path

    def _values(self, page: Page) -> dict[str, Any]:
        """Everything the template of the page is filled with."""
        shared = "/" if page.path == MISSING else "../" * self.path(page).count("/")
        local = f"/{self.folder}" if page.path == MISSING else "../" * page.path.count("/")
        first = next(iter(words()))
        return {
            "heading": self._about["title"],
            **page.values,
            "site": self._about,
            "lang": self.language,
            "t": self.view.words,
            "section": page.section,
            "root": local,
            "shared": shared,
            "assets": f"{shared}assets/",
            "here": local + quote(page.path),
            "policy": POLICY,
            "navigation": [(key, "index.html" if key == "home" else f"{key}.html") for key in NAVIGATION],
            "languages": [
                (code, each["language"], shared + ("" if code == first else f"{code}/") + quote(page.path))
                for code, each in words().items()
                if code != self.language
            ],
        }

    def digest(self, page: Page) -> str:
        """Tells whether a page would be rendered the same: its values and this program."""
        about = (program(), self._about, self.language)
        return digest(about, page.path, page.template, page.section, page.values, page.stamps)

    def render(self, page: Page) -> bytes:
        """The page as HTML."""
        text = _environment().get_template(page.template).render({**self._values(page), **page.late()})
        return text.encode("utf-8", "replace")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([FOLDER / "templates", TEMPLATES]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    for name, write in (("value", _value), ("rows", _rows)):
        environment.filters[name] = pass_context(partial(_markup, write))
    environment.filters["format_with"] = lambda text, *values: text.format(*values)
    return environment


# Most of all pages are values in tables: as macros of a template they would take half of the time of a site.


def _markup(write: Callable[[Mapping[str, Any], Any], str], context: Mapping[str, Any], value: Any) -> Markup:
    return Markup(write(context, value))  # noqa: S704 (all values that these write are escaped)


def _value(context: Mapping[str, Any], value: Any) -> str:
    """A value: a link where it is a thing that has a page, or an address elsewhere."""
    if not isinstance(value, Mapping):
        return f"<bdi>{escape(value)}</bdi>"
    name = f"<bdi>{escape(value['label'])}</bdi>"
    if value.get("url"):
        return f'<a href="{escape(value["url"])}" rel="external noreferrer">{name}</a>'
    if value.get("href"):
        return f'<a href="{context["root"]}{escape(value["href"])}">{name}</a>'
    return name


def _rows(context: Mapping[str, Any], table: Table) -> str:
    """The rows of a table, in which long and short values are told apart."""
    rows = ("".join(_cell(context, table, *cell) for cell in enumerate(row)) for row in table.rows)
    return "\n".join(f"<tr>{row}</tr>" for row in rows)


def _cell(context: Mapping[str, Any], table: Table, column: int, value: Any) -> str:
    length = len(value["label"] if isinstance(value, Mapping) else str(value))
    kind = "number" if column in table.numbers else "long" if length > 40 else "short" if length < 13 else ""
    shown = _value(context, value)
    return f'<td class="{kind}">{shown}</td>' if kind else f"<td>{shown}</td>"


@cache
def program() -> str:
    """What stands for all that makes pages, but for the graph: this package, its templates and words."""
    files = (path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".pyc")
    parts = [
        (path.name, path.read_bytes()) for path in (*sorted(files), TEMPLATES / "ontology_contents.html")
    ]
    return digest(__version__, parts)
