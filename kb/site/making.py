"""Parts of the site are made: in processes of their own where they are many, a few at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, zip_longest
from pathlib import Path

from kb.errors import OutsideError
from kb.site.apart import work_apart
from kb.site.data import Graph
from kb.site.folder import Files
from kb.site.joins import open_joins
from kb.site.pages import Part
from kb.site.rendering import Rendering, words
from kb.site.view import View
from kb.workers import Lost

__all__ = ["make_all", "renderings"]

FEW = 100
"""Parts up to which it costs less to make them here than to start processes."""

MANY = 10_000
"""Parts that are known at a time."""

BATCH = 8
"""Parts a process is given at a time: few, as one may have hundreds of pages."""

SECONDS = 1800
"""How long the pages of one part may take."""

Task = tuple[Part, Files]


def renderings(graph: Graph) -> list[Rendering]:
    """The languages of the interface."""
    return [Rendering(View(graph, language, text)) for language, text in words().items()]


def make_all(graph: Graph, joins: Path, tasks: Iterable[Task], jobs: int) -> Iterator[Task]:
    """Write the pages of parts; gives each with its files as it is done.

    `joins` is the file that `graph` reads from.

    Raises OutsideError where the pages of one can't be made.
    """
    coming, here = iter(tasks), renderings(graph)
    while some := list(islice(coming, MANY)):
        if jobs == 1 or len(some) <= FEW:
            yield from (_make(here, task) for task in some)
        else:
            yield from _make_all_apart(joins, some, jobs)


def _make_all_apart(joins: Path, tasks: Sequence[Task], jobs: int) -> Iterator[Task]:
    for done in work_apart(_make, _opened, joins, tasks, jobs, BATCH, SECONDS):
        if isinstance(done, Lost):
            part, _ = done.task
            raise OutsideError(f"the pages of {part.name} can't be made: their process ended")
        yield done


def _make(renderings: Sequence[Rendering], task: Task) -> Task:
    """Write the pages of a part in all languages, page by page: they show the same letters."""
    part, files = task
    for pages in zip_longest(*(part.make(rendering.view) for rendering in renderings)):
        for rendering, page in zip(renderings, pages, strict=True):
            if page and not files.unchanged(rendering.path(page), rendering.digest(page)):
                files.put(rendering.path(page), rendering.render(page))
    return part, files


def _opened(joins: Path) -> Sequence[Rendering]:
    return renderings(Graph(open_joins(joins)))
