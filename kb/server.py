"""The site and the SPARQL endpoint over HTTP, on loopback by default.

Questions are answered by the `oxigraph` server (read-only, union default graph), as child processes on loopback
ports of their own. One child answers one query at a time, so a query that takes too long is stopped for certain, by
ending its child: the server's own time limit does not reach into a query that counts a product of everything with
everything. In front of them this module serves the files of the site, redirects the addresses of things to their
descriptions (303, by content negotiation), refuses what may not run and bounds what may: size, number at once, time.

A new generation of the build gets children of its own; those over the old one end when their query has. Its pages are
made by a process of their own: until they are there the older ones are served, and before the first ones a page that
says so. Questions and descriptions of things need no pages.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, quote

import httpx
import mimeparse
import uvicorn
from pyoxigraph import NamedNode
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from kb.errors import KbError, OutsideError, UsageError
from kb.site import POLICY
from kb.site.asking import base_of
from kb.site.folder import is_whole
from kb.site.view import PROJECT
from kb.sparql import bind, check
from kb.store import Store, excerpt_query, generation, open_build

__all__ = ["Limits", "Visitors", "make_app", "serve"]

RDF_TYPES = {"text/turtle": "ttl", "application/ld+json": "jsonld", "application/n-triples": "nt"}
"""The forms of a description and the ends of their addresses; of two that please as well the earlier is given."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")
QUERY_TYPE = "application/sparql-query"
FORM_TYPE = "application/x-www-form-urlencoded"

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # A page is asked for again, so that none is of another build than its scripts and its search.
    "cache-control": "no-cache",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one endpoint allows: seconds per query, queries at once, bytes of a query and of a result."""

    seconds: int = 20
    at_once: int = 4
    query_bytes: int = 64 * 1024
    result_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Visitors:
    """Who may ask.

    `names` are what the server may be called, any where there are none: on loopback a page of a web site that has its
    name lead to this machine could read letters that are not public. `origins` are web sites whose pages may ask.
    """

    names: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()


@dataclass(eq=False, slots=True)
class Child:
    """One `oxigraph` process over a generation."""

    store: Store
    process: subprocess.Popen[bytes]
    url: str

    async def end(self) -> None:
        """End the process, whatever it is doing."""
        self.process.kill()
        await asyncio.to_thread(self.process.wait)


class Endpoint:
    """The children over the current generation. `watch` replaces them when the build has a new one."""

    def __init__(self, build: Path, limits: Limits) -> None:
        self.build = build
        self.limits = limits
        self.store: Store | None = None
        self.client = httpx.AsyncClient(timeout=None, trust_env=False)  # noqa: S113 (`ask` keeps the time)
        self.free: list[Child] = []
        self.busy: set[Child] = set()

    async def start(self) -> None:
        """Make children over the current generation, unless they are there."""
        if self.store is not None and self.store.folder == generation(self.build):
            return
        store = open_build(self.build)
        fresh = await asyncio.gather(*(self._spawn(store) for _ in range(self.limits.at_once)))
        old, self.free, self.store = self.free, list(fresh), store
        await asyncio.gather(*(child.end() for child in old))

    async def watch(self, every: float = 1.0) -> None:
        """Look for a new generation until cancelled. A generation that can't be opened is tried again."""
        while True:
            await asyncio.sleep(every)
            with contextlib.suppress(KbError, OSError):
                await self.start()

    async def stop(self) -> None:
        """End all children."""
        await asyncio.gather(*(child.end() for child in (*self.free, *self.busy)))
        await self.client.aclose()

    async def _spawn(self, store: Store) -> Child:
        assert store.folder is not None  # noqa: S101 (an opened build has one)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [
            *_ended_with_us(),
            *(_oxigraph(), "serve-read-only", "--location", str(store.folder / "graph")),
            *(
                "--bind",
                f"127.0.0.1:{port}",
                "--union-default-graph",
                "--timeout-s",
                str(self.limits.seconds),
            ),
        ]
        process = subprocess.Popen(  # noqa: S603 (our own words)
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        child = Child(store, process, f"http://127.0.0.1:{port}/query")
        for _ in range(600):
            if process.poll() is not None:
                break
            with contextlib.suppress(httpx.TransportError):
                await self.client.get(child.url, params={"query": "ASK {}"})
                return child
            await asyncio.sleep(0.05)
        await child.end()
        raise OutsideError(
            f"the SPARQL server did not start over {store.folder}: build again with `kb build`"
        )

    @contextlib.asynccontextmanager
    async def ask(self, query: str, accept: str) -> AsyncIterator[httpx.Response]:
        """A child's answer to `query`, as a stream that breaks off when the time is over."""
        if not self.free:
            raise HTTPException(503, "too many queries at once", headers={"retry-after": "2"})
        child = self.free.pop()
        self.busy.add(child)
        whole = False
        try:
            headers = {"content-type": QUERY_TYPE, "accept": accept}
            async with (
                asyncio.timeout(self.limits.seconds),
                self.client.stream("POST", child.url, content=query.encode(), headers=headers) as response,
            ):
                yield response
            whole = True
        except TimeoutError:
            message = f"the query took more than {self.limits.seconds} seconds"
            raise HTTPException(503, message, headers={"retry-after": "10"}) from None
        finally:
            self.busy.discard(child)
            if whole and child.store is self.store:
                self.free.append(child)
            else:
                # Unread or of an old generation: it may still be at work.
                await asyncio.shield(asyncio.ensure_future(self._replace(child)))

    async def _replace(self, child: Child) -> None:
        await child.end()
        if child.store is self.store:
            self.free.append(await self._spawn(child.store))


class Pages:
    """The pages of the site. `watch` has them made, and made again when the build has a new generation."""

    def __init__(self, build: Path, site: Path) -> None:
        self.build = build
        self.site = site
        self.problem = ""

    @property
    def are_coming(self) -> bool:
        """Whether there are no pages, or only some, because they were never made to the end."""
        return not is_whole(self.site)

    async def watch(self, every: float = 1.0) -> None:
        """Look for a new generation until cancelled. One whose pages can't be made is not tried again."""
        made = None
        while True:
            current = generation(self.build)
            if current is not None and current != made:
                made = current
                await self._make()
            await asyncio.sleep(every)

    async def _make(self) -> None:
        # In a process of its own, which takes its memory with it and leaves this one free to answer.
        command = [sys.executable, "-m", "kb", "site", "--build", str(self.build), "-o", str(self.site)]
        process = await asyncio.create_subprocess_exec(
            *_ended_with_us(), *command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        try:
            _, told = await process.communicate()
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
        self.problem = told.decode("utf-8", "replace").strip() if process.returncode else ""
        if self.problem:
            print(self.problem, file=sys.stderr)

    def coming(self) -> Response:
        """What is answered instead of a page before there are any."""
        told = (
            f"The pages could not be made. {html.escape(self.problem, quote=False)}"
            if self.problem
            else "The pages of this site are being made from the build. This page looks again every five seconds."
        )
        text = (
            '<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5">'
            f"<title>One moment</title><h1>One moment</h1><p>{told}</p>"
            "<p>Questions at <code>/sparql</code> and the addresses of things are answered already.</p></html>\n"
        )
        return HTMLResponse(text, 503, {"retry-after": "5"})


def _ended_with_us() -> list[str]:
    """What goes before a command, so that the system ends it when this process is killed; nothing where it can't."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []


def _oxigraph() -> str:
    """Where the `oxigraph` command is: beside this Python, or on the path."""
    found = shutil.which("oxigraph", path=sysconfig.get_path("scripts")) or shutil.which("oxigraph")
    if found is None:
        raise UsageError("the SPARQL server is not installed: pip install 'demandkb[serve]'")
    return found


async def _query_of(request: Request, limits: Limits) -> str:
    """The query of a SPARQL 1.1 protocol request, by GET or by either kind of POST."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method in ("GET", "HEAD"):
        pairs = parse_qsl(request.url.query, keep_blank_values=True)
    else:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > limits.query_bytes:
                raise HTTPException(413, f"a query may have {limits.query_bytes} bytes at the most")
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise HTTPException(400, "the query is not UTF-8") from error
        if media_type == QUERY_TYPE:
            pairs = [*parse_qsl(request.url.query, keep_blank_values=True), ("query", text)]
        elif media_type == FORM_TYPE:
            pairs = parse_qsl(text, keep_blank_values=True)
        else:
            raise HTTPException(415, f"send the query as {FORM_TYPE} or as {QUERY_TYPE}")
    if any(name in ("update", "using-graph-uri", "using-named-graph-uri") for name, _ in pairs):
        raise HTTPException(403, "this endpoint is read-only")
    if any(name in ("default-graph-uri", "named-graph-uri") for name, _ in pairs):
        raise HTTPException(400, "name graphs in the query, with FROM or GRAPH")
    queries = [value for name, value in pairs if name == "query"]
    if len(queries) != 1:
        raise HTTPException(400, "send exactly one query")
    if len(queries[0].encode()) > limits.query_bytes:
        raise HTTPException(413, f"a query may have {limits.query_bytes} bytes at the most")
    return queries[0]


async def _relay(endpoint: Endpoint, query: str, accept: str) -> Response:
    """Answer a query through a child, bounded in size and time."""
    stack = contextlib.AsyncExitStack()
    try:
        answer = await stack.enter_async_context(endpoint.ask(query, accept))
        if answer.status_code >= 400:
            detail = (await answer.aread()).decode("utf-8", "replace")
            raise HTTPException(answer.status_code, " ".join(detail.split()))
    except BaseException as error:
        if not await stack.__aexit__(type(error), error, error.__traceback__):
            raise

    async def body() -> AsyncIterator[bytes]:
        sent = 0
        async with stack:
            async for chunk in answer.aiter_raw():
                sent += len(chunk)
                if sent > endpoint.limits.result_bytes:
                    # The client sees a broken transfer, not a result that looks whole.
                    raise ConnectionAbortedError("result too large")
                yield chunk

    return StreamingResponse(
        body(), media_type=answer.headers.get("content-type", "application/octet-stream")
    )


class _Headers(BaseHTTPMiddleware):
    """The headers of `HEADERS` on every answer, and no other answer to who calls the server by another name."""

    def __init__(self, app: ASGIApp, names: tuple[str, ...]) -> None:
        super().__init__(app)
        self.names = names

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Answer the request, then add them."""
        called = re.sub(r":\d+$", "", request.headers.get("host", "")).lower()
        response = (
            await call_next(request)
            if not self.names or called in self.names
            else PlainTextResponse("this server has other names: see `kb serve --name`\n", 421)
        )
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


async def _failed(request: Request, error: Exception) -> Response:
    """One plain line for an error, never a traceback."""
    if isinstance(error, HTTPException):
        return PlainTextResponse(f"{error.detail}\n", error.status_code, headers=error.headers)
    if isinstance(error, KbError):
        return PlainTextResponse(f"{error}\n", 400)
    return PlainTextResponse("something went wrong here\n", 500, headers=HEADERS)


def make_app(
    build: Path, site: Path, limits: Limits | None = None, visitors: Visitors | None = None
) -> Starlette:
    """The application over the build at `build`, with the pages at `site` (made and kept up to date here)."""
    limits, visitors = limits or Limits(), visitors or Visitors()
    with open_build(build) as graph:
        base = base_of(graph)
    endpoint = Endpoint(build, limits)
    pages = Pages(build, site)

    async def sparql(request: Request) -> Response:
        accept = request.headers.get("accept", "*/*")
        if request.method in ("GET", "HEAD") and not request.url.query:
            if "text/html" in accept:
                return RedirectResponse("/sparql.html", 303)
            raise HTTPException(400, "send a query")
        query = await _query_of(request, limits)
        check(query)
        wanted = (
            accept
            if accept != "*/*" and "text/html" not in accept
            else "application/sparql-results+json, text/turtle;q=0.9"
        )
        return await _relay(endpoint, query, wanted)

    def iri_at(path: str) -> str:
        """The IRI of the thing that has this address. Raises HTTPException where the graph says nothing of one."""
        for root in (base, PROJECT):
            with contextlib.suppress(ValueError):
                known = {"about": NamedNode(root + path)}
                if endpoint.store is not None and endpoint.store.query("ASK { ?about ?p ?o }", known):
                    return root + path
        raise HTTPException(404, "nothing has this address")

    async def thing(request: Request) -> Response:
        path = request.path_params["path"]
        stem, _, suffix = path.rpartition(".")
        if suffix in RDF_TYPES.values():
            return await description(iri_at(stem), suffix)
        iri_at(path)
        folder, _, name = path.partition("/")
        name, _, passage = name.partition("/") if folder == "letter" else (name, "", "")
        page = f"{folder}/{name.replace('/', '-')}.html"
        has_page = (site / page).is_file()
        offered = [*reversed(RDF_TYPES), *(["text/html"] if has_page or pages.are_coming else [])]
        best = ""
        with contextlib.suppress(mimeparse.MimeTypeParseException):
            best = mimeparse.best_match(offered, request.headers.get("accept", "*/*"))
        if not best:
            raise HTTPException(406, "offered: " + ", ".join(offered), {"vary": "accept"})
        if best == "text/html" and not has_page:
            raise HTTPException(404, "the page is not there yet")
        anchor = "#" + passage.replace("/", "-") if passage else ""
        target = quote(page) + anchor if best == "text/html" else f"{folder}/{quote(name)}.{RDF_TYPES[best]}"
        return RedirectResponse(f"/{target}", 303, {"vary": "accept"})

    async def description(iri: str, suffix: str) -> Response:
        is_letter = iri.startswith(f"{base}letter/")
        about = bind("CONSTRUCT { ?about ?p ?o } WHERE { ?about ?p ?o }", {"about": NamedNode(iri)})
        media_type = next(m for m, s in RDF_TYPES.items() if s == suffix)
        return await _relay(endpoint, excerpt_query(iri) if is_letter else about, media_type)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await endpoint.start()
        watchers = [asyncio.create_task(endpoint.watch()), asyncio.create_task(pages.watch())]
        try:
            yield
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)
            await endpoint.stop()

    files = StaticFiles(directory=site, html=True, check_dir=False)

    async def page_or_thing(request: Request) -> Response:
        # Hidden files are none of the site.
        if any(part.startswith(".") for part in request.path_params["path"].split("/")):
            raise HTTPException(404, "nothing has this address")
        try:
            response = await files.get_response(files.get_path(request.scope), request.scope)
        except HTTPException:
            response = None
        if response is not None and response.status_code != 404:
            return response
        try:
            return await thing(request)
        except HTTPException as missing:
            if missing.status_code != 404:
                raise
            if pages.are_coming:
                return pages.coming()
            if response is not None and "text/html" in request.headers.get("accept", ""):
                return response  # the site's page for what is missing
            raise

    across_sites = Middleware(
        CORSMiddleware,
        allow_origins=visitors.origins,
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=["accept", "content-type"],
    )
    return Starlette(
        routes=[
            Route("/sparql", sparql, methods=["GET", "POST"]),
            Route("/{path:path}", page_or_thing, methods=["GET"]),
        ],
        middleware=[Middleware(_Headers, visitors.names), *([across_sites] if visitors.origins else [])],
        exception_handlers={
            HTTPException: _failed,
            KbError: _failed,
            ClientDisconnect: _failed,
            Exception: _failed,
        },
        lifespan=lifespan,
    )


def serve(
    build: Path,
    site: Path,
    host: str = "127.0.0.1",
    port: int = 8000,
    limits: Limits | None = None,
    visitors: Visitors | None = None,
) -> None:
    """Serve the build at `build` until interrupted; on loopback to who calls it by a loopback name or one of theirs."""
    visitors = visitors or Visitors()
    if host in LOOPBACK:
        visitors = replace(visitors, names=(*LOOPBACK, "[::1]", *map(str.lower, visitors.names)))
    app = make_app(build, site, limits, visitors)
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)
