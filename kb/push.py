"""The graph, or what changed of it, to a SPARQL store elsewhere by the Graph Store Protocol.

Every named graph (a letter is one) is sent whole with PUT, which replaces what the store had under that name, and
deleted there when it is gone here. A journal in the build folder remembers what each store has received, written
after every answer, so that a push that breaks off goes on where it stopped and the next one sends only what
changed. In the end the store is asked how many triples each of the graphs that were sent has.

https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlsplit

import pyoxigraph
import urllib3

from kb.errors import OutsideError, UsageError
from kb.sparql import Ask
from kb.store import Store

__all__ = ["PushSummary", "journal_of", "push"]

RETRIES = urllib3.Retry(
    total=6,
    redirect=False,
    status_forcelist=(429, 502, 503, 504),
    backoff_factor=0.25,
    allowed_methods=None,
    raise_on_status=False,
)
"""PUT, DELETE and GET of a graph may all be repeated; up to about 16 seconds are waited in all."""

IN_MEMORY = 1 << 20
"""Bytes of a graph that are kept in memory while it is sent; a larger one goes through a temporary file."""


@dataclass(frozen=True, slots=True)
class PushSummary:
    """How many graphs were sent, deleted and left as they were, and how many triples were sent."""

    sent: int
    deleted: int
    unchanged: int
    triples: int


def push(
    store: Store,
    url: str,
    journal: Path,
    headers: Mapping[str, str] | None = None,
    again: bool = False,
    ask: Ask | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> PushSummary:
    """Send what changed since the last push to the graph store at `url`.

    `journal` is the file that remembers it; `again` sends everything. `ask` answers SPARQL at the store, to count
    with one query; without it each graph that was sent is fetched and counted. `progress` hears how many of how
    many graphs are done. Raises UsageError for an address that is none, OutsideError where the store refuses,
    can't be reached or has another number of triples in the end.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise UsageError(f"{url!r} is not the address of a graph store: it begins with http:// or https://")
    there = _Remote(url, headers or {})
    received = {} if again else _read(journal)
    graphs = store.graphs()
    counts: dict[str, int] = {}
    unchanged = 0
    with _Journal(journal) as written:
        gone = sorted(set(received) - {graph.value for graph in graphs})
        for number, graph in enumerate(graphs, 1):
            with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as body:
                count, digest = _serialize(store, graph, body)
                if received.get(graph.value) == digest:
                    unchanged += 1
                else:
                    there.put(graph.value, body)
                    written.add(graph.value, digest)
                    counts[graph.value] = count
            progress(number, len(graphs) + len(gone))
        for number, name in enumerate(gone, len(graphs) + 1):
            there.delete(name)
            written.add(name, None)
            counts[name] = 0
            progress(number, len(graphs) + len(gone))
        wrong = sorted(name for name, found in _counted(counts, there, ask) if found != counts[name])
        for name in wrong:
            written.add(name, None)
    if wrong:
        raise OutsideError(
            f"{url} has another number of triples in {len(wrong)} graphs, as in {wrong[0]}: push again"
        )
    return PushSummary(len(counts) - len(gone), len(gone), unchanged, sum(counts.values()))


def _serialize(store: Store, graph: pyoxigraph.NamedNode, body: IO[bytes]) -> tuple[int, str]:
    """Write a graph as sorted N-Triples; say how many triples, and the sha256 of that."""
    lines = sorted(f"{quad.triple} .\n" for quad in store.quads(graph))
    digest = hashlib.sha256()
    for line in lines:
        data = line.encode()
        digest.update(data)
        body.write(data)
    return len(lines), digest.hexdigest()


def _counted(counts: Mapping[str, int], there: _Remote, ask: Ask | None) -> Iterator[tuple[str, int]]:
    """How many triples the store has in each of those graphs."""
    if ask is None:
        for name in counts:
            yield name, there.count(name)
        return
    names = sorted(counts)
    for start in range(0, len(names), 500):
        batch = names[start : start + 500]
        values = " ".join(str(pyoxigraph.NamedNode(name)) for name in batch)
        rows = ask(
            f"SELECT ?graph (COUNT(*) AS ?triples) WHERE {{ VALUES ?graph {{ {values} }} "
            "GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph"
        )
        assert isinstance(rows, pyoxigraph.QuerySolutions)  # noqa: S101 - it is a SELECT
        found = {row["graph"].value: int(row["triples"].value) for row in rows if row["graph"] is not None}
        yield from ((name, found.get(name, 0)) for name in batch)


class _Remote:
    """A graph store, addressed by the names of its graphs."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self.url = url
        self.headers = {"User-Agent": "demandkb", **headers}
        self._pool = urllib3.PoolManager(retries=RETRIES, timeout=urllib3.Timeout(connect=10, read=300))

    def put(self, name: str, body: IO[bytes]) -> None:
        """Replace a graph."""
        body.seek(0)
        self._ask("PUT", name, {"Content-Type": "application/n-triples"}, body)

    def delete(self, name: str) -> None:
        """Remove a graph; that it isn't there is no error."""
        self._ask("DELETE", name, {}, None, 404)

    def count(self, name: str) -> int:
        """Count the triples of a graph by fetching it; one that isn't there has none."""
        body = self._ask("GET", name, {"Accept": "application/n-triples"}, None, 404)
        return sum(1 for line in body.splitlines() if line.strip() and not line.startswith(b"#"))

    def _ask(
        self, method: str, name: str, headers: Mapping[str, str], body: IO[bytes] | None, also: int = 200
    ) -> bytes:
        mark = "&" if "?" in self.url else "?"
        try:
            answer = self._pool.request(
                method,
                f"{self.url}{mark}graph={quote(name, safe='')}",
                body=body,
                headers={**self.headers, **headers},
            )
        except urllib3.exceptions.HTTPError as error:
            reason = getattr(error, "reason", None) or error
            raise OutsideError(f"{self.url} can't be reached: {reason}") from None
        if answer.status == also == 404:
            return b""
        if not 200 <= answer.status < 300:
            said = " ".join(answer.data[:300].decode("utf-8", "replace").split())
            hint = (
                " (say who you are with KB_TOKEN, or KB_USER and KB_PASSWORD)"
                if answer.status in (401, 403)
                else ""
            )
            raise OutsideError(f"{self.url} answers {answer.status} to {method} of {name}{hint}: {said}")
        return bytes(answer.data)


def journal_of(build: Path, url: str) -> Path:
    """The file that remembers what the store at `url` has received of the build."""
    return build / "pushed" / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.jsonl"


def _read(journal: Path) -> dict[str, str]:
    """What a journal says was received: graph to sha256. A last line that broke off doesn't count."""
    received: dict[str, str] = {}
    try:
        lines = journal.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return received
    for line in lines:
        try:
            name, digest = json.loads(line)
        except ValueError:
            continue
        if digest is None:
            received.pop(name, None)
        else:
            received[name] = digest
    return received


class _Journal:
    """Writes down each graph as soon as the store has it, and tidies up in the end."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> _Journal:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("a", encoding="utf-8")
        self._file.write("\n")  # ends a line that broke off
        return self

    def add(self, name: str, digest: str | None) -> None:
        """The store has that graph in that state; None if it has it no more."""
        self._file.write(json.dumps([name, digest], ensure_ascii=False) + "\n")
        self._file.flush()

    def __exit__(self, *_: object) -> None:
        self._file.close()
        draft = self.path.with_suffix(".new")
        lines = (json.dumps(pair, ensure_ascii=False) + "\n" for pair in sorted(_read(self.path).items()))
        draft.write_text("".join(lines), "utf-8")
        draft.replace(self.path)
