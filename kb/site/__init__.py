"""A build becomes a static web site that works from a folder, from any web host and offline.

English pages are at the top, those of other languages in a folder each; what has no language (search documents,
downloads, styles) is shared. A page is rendered again only when its values or the templates changed, and
written only when its bytes did, by replacing the file in one step, so a site can be served while it is made.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jinja2

from kb import __version__
from kb.errors import OutsideError
from kb.querying import Query, find_queries, folders
from kb.site.data import Graph
from kb.site.pages import Page, Site
from kb.site.search import options, shards
from kb.store import Store, open_build

__all__ = ["POLICY", "SiteSummary", "build_site"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)
"""What pages may load: what came with them, and nothing from another host."""

NAVIGATION = (
    "home",
    "letters",
    "lines",
    "organisations",
    "addressees",
    "documents",
    "types",
    "questions",
    "search",
    "ontology",
    "downloads",
)
EXAMPLE = """\
PREFIX kb: <https://w3id.org/demandkb/ns#>
PREFIX dcterms: <http://purl.org/dc/terms/>

SELECT ?date ?quote WHERE {
  ?letter kb:makesDemand ?demand .
  ?demand kb:quote ?quote .
  OPTIONAL { ?letter dcterms:issued ?date }
}
ORDER BY ?date
LIMIT 20
"""
FOLDER = Path(__file__).parent
STATE = ".pages.json"


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """How many files a run wrote, left as they were, and removed."""

    written: int
    kept: int
    removed: int


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """The words of the interface, by language."""
    return tomllib.loads((FOLDER / "strings.toml").read_text("utf-8"))


def build_site(build: Path, out: Path, progress: Callable[[int], None] = lambda count: None) -> SiteSummary:
    """Write the site of the build at `build` into the folder `out`; `progress` hears how many pages are done.

    Raises UsageError where there is no build, OutsideError where `out` can't be written.
    """
    queries, _ = find_queries(folders(build))
    with open_build(build) as store:
        writer = _Writer(out)
        try:
            for count, (path, content) in enumerate(_files(store, queries, writer), 1):
                writer.put(path, content)
                progress(count)
            return writer.finish()
        except OSError as error:
            raise OutsideError(
                f"the site can't be written: {error.strerror or error}", error.filename
            ) from error


def _files(store: Store, queries: Mapping[str, Query], writer: _Writer) -> Iterator[tuple[str, bytes]]:
    """Every file of the site that has to be written: path and bytes."""
    for path in sorted((FOLDER / "static").rglob("*")):
        if path.is_file():
            yield f"assets/{path.relative_to(FOLDER / 'static').as_posix()}", path.read_bytes()
    for number, (language, text) in enumerate(words().items()):
        graph = Graph(store, base_of(store), language)
        site = Site(graph, text, queries)
        if number == 0:
            yield from shards(site)
        root = "" if number == 0 else f"{language}/"
        for page in site.pages():
            yield from _rendered(writer, page, site, root, language)
        search = {"heading": text["search"], "options": options(site)}
        yield from _rendered(
            writer, Page("search.html", "search.html", "search", search), site, root, language
        )
        sparql = {"heading": text["endpoint"], "example": EXAMPLE}
        yield from _rendered(
            writer, Page("sparql.html", "sparql.html", "downloads", sparql), site, root, language
        )


def base_of(store: Store) -> str:
    """The base IRI of the collection's things."""
    [row] = Graph(store, "", "en").ask("site")[:1]
    return row["dataset"].removesuffix("collection")


def _rendered(
    writer: _Writer, page: Page, site: Site, root: str, language: str
) -> Iterator[tuple[str, bytes]]:
    path = unquote(root + page.path)
    up = "../" * path.count("/")
    local = "../" * unquote(page.path).count("/")
    [about] = site.graph.ask("site")[:1]
    others = [
        (code, each["language"], up + ("" if n == 0 else f"{code}/") + page.path)
        for n, (code, each) in enumerate(words().items())
        if code != language
    ]
    values: dict[str, Any] = {
        "heading": about["title"] or "demandkb",
        **page.values,
        "site": {
            "title": about["title"] or "demandkb",
            "publisher": about["publisher"],
            "licence": about["licence"],
            "extractor": f"demandkb {about['version'] or __version__}",
        },
        "lang": language,
        "t": site.words,
        "section": page.section,
        "root": local,
        "shared": up,
        "assets": f"{up}assets/",
        "here": local + page.path,
        "policy": POLICY,
        "navigation": [(key, "index.html" if key == "home" else f"{key}.html") for key in NAVIGATION],
        "languages": others,
    }
    digest = hashlib.sha256(
        f"{_templates_digest()} {page.template} {values!r}".encode("utf-8", "surrogatepass")
    ).hexdigest()
    if writer.unchanged(path, digest):
        return
    yield path, _environment().get_template(page.template).render(values).encode("utf-8", "replace")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["format_with"] = lambda text, *values: text.format(*values)
    return environment


@cache
def _templates_digest() -> str:
    files = sorted((FOLDER / "templates").iterdir())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


class _Writer:
    """Puts files into the folder of the site, and knows which were there."""

    def __init__(self, out: Path) -> None:
        self.out = out
        out.mkdir(parents=True, exist_ok=True)
        try:
            self.before: dict[str, str] = json.loads((out / STATE).read_text("utf-8"))
        except (OSError, ValueError):
            self.before = {}
        self.now: dict[str, str] = {}
        self.written = 0

    def unchanged(self, path: str, digest: str) -> bool:
        """Whether the page was made of the same values before, and is still there."""
        self.now[path] = digest
        return self.before.get(path) == digest and (self.out / path).is_file()

    def put(self, path: str, content: bytes) -> None:
        """Write a file, unless it has these bytes already."""
        file = self.out / path
        self.now.setdefault(path, hashlib.sha256(content).hexdigest())
        if file.is_file() and file.stat().st_size == len(content) and file.read_bytes() == content:
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(file.name[:100] + ".new")
        draft.write_bytes(content)
        draft.replace(file)
        self.written += 1

    def finish(self) -> SiteSummary:
        """Remove what earlier runs wrote and this one did not."""
        gone = sorted(set(self.before) - set(self.now))
        for path in gone:
            (self.out / path).unlink(missing_ok=True)
        self.put(
            STATE,
            json.dumps(self.now, indent=0, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace"),
        )
        return SiteSummary(self.written, len(self.now) - self.written, len(gone))
