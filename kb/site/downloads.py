"""The graph in formats to take away from the site."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path
from typing import IO, cast

from kb.export import RdfFormat, export
from kb.site.folder import SiteFolder
from kb.store import Store
from kb.tables import TABLES, write_tables

__all__ = ["write_downloads"]

FORMATS: tuple[tuple[str, RdfFormat, str], ...] = (
    ("graph.ttl", "turtle", "Turtle"),
    ("graph.nq", "nquads", "N-Quads"),
    ("graph.jsonld", "jsonld", "JSON-LD"),
)

WHOLE = "graph.nq.gz"
"""The only file of a large collection, a fifteenth as large as it is unpacked; all else is made of it, or exported."""


def write_downloads(store: Store, folder: SiteFolder, large: bool) -> list[tuple[str, str, str]]:
    """Write the downloads, unless those there are of the same generation; give their names, kinds and sizes."""
    if large:
        kinds = {WHOLE: "N-Quads, gzip"}
    else:
        kinds = {name: kind for name, _, kind in FORMATS} | {f"{table}.csv": "CSV" for table in TABLES}
    changed = [name for name in kinds if not folder.unchanged(f"downloads/{name}", store.version)]
    if changed and large:
        _write_whole(store, folder)
    elif changed:
        _write_all(store, folder)
    return [(name, kind, _size(folder.path / "downloads" / name)) for name, kind in kinds.items()]


def _write_whole(store: Store, folder: SiteFolder) -> None:
    draft = folder.draft(f"downloads/{WHOLE}")
    with (
        draft.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=file, mtime=0) as packed,
    ):
        export(store, "nquads", cast("IO[bytes]", packed))
    folder.publish(draft, f"downloads/{WHOLE}")


def _write_all(store: Store, folder: SiteFolder) -> None:
    for name, form, _ in FORMATS:
        draft = folder.draft(f"downloads/{name}")
        with draft.open("wb") as file:
            export(store, form, file)
        folder.publish(draft, f"downloads/{name}")
    tables = folder.path / "downloads" / ".tables"
    for path in write_tables(store, "csv", tables):
        folder.publish(path, f"downloads/{path.name}")
    shutil.rmtree(tables)


def _size(path: Path) -> str:
    size = path.stat().st_size
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, size // 1000)} kB"
