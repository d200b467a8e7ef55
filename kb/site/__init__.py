"""A build becomes a static web site that works from a folder, from any web host and offline.

English pages are at the top, those of other languages in a folder each; what has no language (search documents,
downloads, styles) is shared. Nothing is asked for the pages of a thing if all that they show is as it was; a page is
rendered again only when its values changed, and written only when its bytes did, by replacing the file in one step,
so a site can be served while it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import zip_longest
from pathlib import Path

from kb.errors import OutsideError
from kb.ontology_page import contents
from kb.querying import Query, find_queries, folders
from kb.site.data import Graph, base_of, digest
from kb.site.downloads import write_downloads
from kb.site.folder import SiteFolder, SiteSummary
from kb.site.pages import parts
from kb.site.questions import Answer, answers
from kb.site.rendering import POLICY, Rendering, program, words
from kb.site.search import options, write_search
from kb.site.view import Page, Table, View
from kb.store import Store, open_build

__all__ = ["POLICY", "SiteSummary", "build_site"]

STATIC = Path(__file__).parent / "static"

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
"""The query that the SPARQL page opens with."""


def build_site(build: Path, out: Path, progress: Callable[[int], None] = lambda count: None) -> SiteSummary:
    """Write the site of the build at `build` into the folder `out`; `progress` hears how many pages are done.

    Raises UsageError where there is no build, OutsideError where `out` can't be written.
    """
    queries, _ = find_queries(folders(build))
    try:
        with open_build(build) as store:
            folder = SiteFolder(out)
            questions = sorted((name, query.text) for name, query in queries.items())
            made_of = digest(program(), store.version, questions)
            if not folder.is_made_of(made_of):
                for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
                    folder.put(f"assets/{path.relative_to(STATIC).as_posix()}", path.read_bytes())
                for count, (rendering, page) in enumerate(_pages(store, queries, folder), 1):
                    if not folder.unchanged(rendering.path(page), rendering.digest(page)):
                        folder.put(rendering.path(page), rendering.render(page))
                    progress(count)
            return folder.finish(made_of)
    except OSError as error:
        raise OutsideError(f"the site can't be written: {error.strerror or error}", error.filename) from error


def _pages(
    store: Store, queries: Mapping[str, Query], folder: SiteFolder
) -> Iterator[tuple[Rendering, Page]]:
    """Every page that may have changed, in each language. What the languages share is written on the way."""
    downloads = write_downloads(store, folder)
    graph = Graph(store, base_of(store))
    renderings = [Rendering(View(graph, language, text)) for language, text in words().items()]
    write_search(renderings[0].view, folder)

    @cache
    def asked() -> Mapping[tuple[str, str], Answer]:
        assert store.folder is not None  # noqa: S101 (an opened build has one)
        return answers(store.folder, queries, words())

    def ask(name: str, language: str) -> Answer:
        return asked().get((name, language)) or asked()[name, ""]

    made_of = (program(), graph.common_stamp)
    for same in zip(*(parts(rendering.view, queries, ask) for rendering in renderings), strict=True):
        stamp = digest(made_of, same[0].stamp) if same[0].stamp else ""
        if not folder.has_part(same[0].name, stamp):
            for pages in zip_longest(*(part.pages for part in same)):
                yield from (
                    (rendering, page) for rendering, page in zip(renderings, pages, strict=True) if page
                )
    folder.end_part()
    ontology = contents()
    for rendering in renderings:
        up = "../" if rendering.folder else ""
        text = rendering.view.words
        files = [
            ({"label": name, "href": f"{up}downloads/{name}"}, kind, size) for name, kind, size in downloads
        ]
        table = Table(text["downloads"], [text["file"], text["kind"], text["size"]], files, (2,))
        for path, section, values in (
            ("search", "search", {"options": options(rendering.view)}),
            ("downloads", "downloads", {"files": table}),
            ("sparql", "downloads", {"heading": text["endpoint"], "example": EXAMPLE}),
            ("ontology", "ontology", ontology),
            ("404", "", {"heading": text["not_found"]}),
        ):
            shown = {"heading": text.get(section), **values}
            template = "missing" if path == "404" else path
            yield rendering, Page(f"{path}.html", f"{template}.html", section, shown)
