"""A SPARQL store elsewhere, asked like a build."""

from __future__ import annotations

import base64
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Collection, Mapping
from http.client import HTTPException
from typing import Any

import pyoxigraph

from kb import sparql
from kb.errors import OutsideError, UsageError
from kb.sparql import Ask, Results

__all__ = ["credentials", "endpoint"]


class _StayThere(urllib.request.HTTPRedirectHandler):
    """Refuses to be sent on: the user named one address, and no other is asked."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> None:
        raise OutsideError(f"{req.full_url} sends on to {newurl}: name that address if you mean it")


def credentials(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The header that says who asks: KB_TOKEN (bearer), or KB_USER and KB_PASSWORD (basic); none without them."""
    if token := environment.get("KB_TOKEN"):
        return {"Authorization": f"Bearer {token}"}
    if user := environment.get("KB_USER"):
        pair = f"{user}:{environment.get('KB_PASSWORD', '')}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"}
    return {}


def endpoint(
    url: str,
    services: Collection[str] = (),
    seconds: float = 60,
    headers: Mapping[str, str] | None = None,
) -> Ask:
    """Say how to ask a SPARQL 1.1 endpoint; which has that many seconds to answer or go on.

    `services` are addresses that a query may have the endpoint ask in turn; `headers` go with each question, as
    `credentials` gives them. Raises UsageError where the
    address is none of the web; asking raises OutsideError where the endpoint doesn't answer, or not with
    results.
    """
    if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
        raise UsageError(f"{url!r} is not the address of an endpoint: it begins with http:// or https://")
    opener = urllib.request.build_opener(_StayThere)

    def ask(text: str) -> Results:
        is_graph = sparql.check(text, services) == "CONSTRUCT"
        accept = "application/n-triples" if is_graph else "application/sparql-results+json"
        request = urllib.request.Request(  # noqa: S310 (the scheme is checked above)
            url,
            urllib.parse.urlencode({"query": text}).encode(),
            {"Accept": accept, "User-Agent": "demandkb", **(headers or {})},
        )
        try:
            with opener.open(request, timeout=seconds) as answer:
                body = answer.read()
        except urllib.error.HTTPError as error:
            said = " ".join(error.read(300).decode("utf-8", "replace").split())
            raise OutsideError(f"{url} answers {error.code} {error.reason}: {said}") from None
        except (OSError, HTTPException) as error:
            raise OutsideError(f"{url} doesn't answer: {getattr(error, 'reason', error)}") from None
        try:
            if is_graph:
                return iter([quad.triple for quad in pyoxigraph.parse(body, pyoxigraph.RdfFormat.N_TRIPLES)])
            return pyoxigraph.parse_query_results(body, pyoxigraph.QueryResultsFormat.JSON)
        except (SyntaxError, ValueError) as error:
            raise OutsideError(f"{url} doesn't answer with query results: {error}") from None

    return ask
