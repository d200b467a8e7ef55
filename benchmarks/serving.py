"""`kb serve` under load while the build is made again: questions a second, the slowest, and failures (none).

Four clients ask, one question after another, for the seconds given, while `kb build` publishes new generations.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles

from benchmarks.building import build
from benchmarks.measuring import KB, Row, Work

CLIENTS = 4
QUESTION = (
    "PREFIX kb: <https://w3id.org/demandkb/ns#> PREFIX dcterms: <http://purl.org/dc/terms/> "
    "SELECT ?letter ?date { ?letter a kb:Letter ; dcterms:issued ?date } ORDER BY ?date LIMIT 20"
)


def measure(work: Work, seconds: float = 20) -> None:
    """Add the figures."""
    with _server(work) as address:
        end = time.monotonic() + seconds
        built = [0]

        def rebuild() -> None:
            letter = sorted(work.collection.rglob("*.txt"))[0]
            text = letter.read_text(encoding="utf-8")
            while time.monotonic() < end:
                built[0] += 1
                letter.write_text(f"{text}\n{built[0]}\n", encoding="utf-8")
                build(work, work.collection, work.build, "--jobs", "1")
            letter.write_text(text, encoding="utf-8")
            build(work, work.collection, work.build)

        builder = threading.Thread(target=rebuild)
        builder.start()
        with ThreadPoolExecutor(CLIENTS) as pool:
            found = list(pool.map(lambda _: list(_client(address, end)), range(CLIENTS)))
        builder.join()
    taken = [each for client in found for each in client]
    failures = [each for each in taken if each is None]
    good = [each for each in taken if each is not None]
    cuts = quantiles(good, n=100)
    told = (
        f"{len(good) / seconds:.0f} a second; half within {cuts[49] * 1000:.0f} ms, 95 % within "
        f"{cuts[94] * 1000:.0f} ms, 99 % within {cuts[98] * 1000:.0f} ms, slowest {max(good) * 1000:.0f} ms"
    )
    what = f"kb serve, {CLIENTS} clients, while {built[0]} builds were published"
    work.rows.append(Row(what, told, f"{len(failures)} failures", None, "no failure", not failures))


def _client(address: str, end: float) -> Iterator[float | None]:
    """Ask until the end; seconds for each answer, None for one that failed."""
    url = f"{address}/sparql?{urllib.parse.urlencode({'query': QUESTION})}"
    request = urllib.request.Request(url, headers={"Accept": "application/sparql-results+json"})  # noqa: S310 (our server)
    while time.monotonic() < end:
        began = time.perf_counter()
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (our server)
                whole = b'"bindings"' in answer.read()
        except OSError:
            whole = False
        yield time.perf_counter() - began if whole else None


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/sparql?query=ASK%7B%7D", timeout=5).close()  # noqa: S310 (our server)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _server(work: Work) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*KB, "serve", "--build", str(work.build), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 (our own)
    address = f"http://127.0.0.1:{port}"
    try:
        while not _answers(address):  # it makes the site first, which takes a while
            if server.poll() is not None:
                raise RuntimeError("kb serve has ended")
            time.sleep(0.25)
        yield address
    finally:
        server.terminate()
        server.wait()
