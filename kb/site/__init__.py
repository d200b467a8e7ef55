"""A build becomes a static web site that works from a folder, from any web host and offline.

English pages are at the top, those of other languages in a folder each; what has no language (search documents,
downloads, styles) is shared. Nothing is asked for the pages of a thing if all that they show is as it was; a page is
rendered again only when its values changed, and written only when its bytes did, by replacing the file in one step,
so a site can be served while it is made.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from kb.errors import OutsideError
from kb.ontology_page import contents
from kb.querying import Query, find_queries, folders
from kb.site.data import Graph, digest
from kb.site.downloads import write_downloads
from kb.site.folder import Files, SiteFolder, SiteSummary
from kb.site.joins import bring_up_to_date, joined
from kb.site.making import make_all, renderings
from kb.site.pages import parts
from kb.site.questions import answers
from kb.site.rendering import POLICY, Rendering, program, words
from kb.site.search import options, write_search
from kb.site.view import Page, Table
from kb.store import Store, open_build

__all__ = ["POLICY", "SiteSummary", "build_site"]

STATIC = Path(__file__).parent / "static"

JOINS = ".joins.sqlite"
"""What joins things, in the folder of the site."""

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


def build_site(build: Path, out: Path, jobs: int | None = None) -> SiteSummary:
    """Write the site of the build at `build` into the folder `out`, in `jobs` processes (one for each core).

    Raises UsageError where there is no build, OutsideError where `out` can't be written, or
    another run is writing there.
    """
    queries, _ = find_queries(folders(build))
    try:
        with open_build(build) as store, closing(SiteFolder(out)) as folder:
            questions = sorted((name, query.text) for name, query in queries.items())
            made_of = digest(program(), store.version, questions)
            if folder.is_made_of(made_of):
                return folder.as_it_was()
            folder.begin()
            for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
                folder.put(f"assets/{path.relative_to(STATIC).as_posix()}", path.read_bytes())
            _write_pages(store, queries, folder, jobs or os.cpu_count() or 1)
            return folder.finish(made_of)
    except OSError as error:
        raise OutsideError(f"the site can't be written: {error.strerror or error}", error.filename) from error


def _write_pages(store: Store, queries: Mapping[str, Query], folder: SiteFolder, jobs: int) -> None:
    joins = folder.path / JOINS
    with joined(joins, program()) as database:
        bring_up_to_date(database, store, jobs)
        graph = Graph(database)
        answered = answers(store, graph, queries, words())
        same = (program(), graph.common_stamp)
        tasks = (
            (part._replace(stamp=stamp), Files(folder.path, folder.files_of(part.name)))
            for part in parts(graph, queries, answered, store.version)
            for stamp in [digest(same, part.stamp) if part.stamp else ""]
            if not folder.has_part(part.name, stamp)
        )
        for part, files in make_all(graph, joins, tasks, jobs):
            folder.add_part(part.name, part.stamp, files)
        shown = renderings(graph)
        write_search(shown[0].view, folder)
        for rendering, page in _others(shown, write_downloads(store, folder, graph.is_large)):
            if not folder.unchanged(rendering.path(page), rendering.digest(page)):
                folder.put(rendering.path(page), rendering.render(page))


def _others(
    renderings: Sequence[Rendering], downloads: Sequence[tuple[str, str, str]]
) -> Iterator[tuple[Rendering, Page]]:
    """The pages that are of no part, in each language."""
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
            ("downloads", "downloads", {"files": table, "large": rendering.view.graph.is_large}),
            ("sparql", "downloads", {"heading": text["endpoint"], "example": EXAMPLE}),
            ("ontology", "ontology", ontology),
            ("404", "", {"heading": text["not_found"]}),
        ):
            shown = {"heading": text.get(section), **values}
            template = "missing" if path == "404" else path
            yield rendering, Page(f"{path}.html", f"{template}.html", section, shown)
