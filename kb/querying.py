"""Questions: `.rq` files that describe themselves are found, checked, given their parameters and asked.

A query file begins with grlc's decorators (https://grlc.io): lines that start with "#+" and together are
YAML. Parameters are grlc's, too: `?_name` is one that always has a value, `?__name` one that may be left
out (then it is the free variable it looks like), and the end of the name tells the type (`?_name_iri`).
`parameters` is the project's own addition: it says of each what it is and what it may be. See
`docs/queries.md`.
"""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast, get_args

import pyoxigraph
import yaml

from kb import namespaces, resources, sparql, store
from kb.errors import KbError, UsageError
from kb.sparql import Ask, Results

__all__ = [
    "Parameter",
    "ParameterType",
    "Query",
    "answering",
    "explanation",
    "find_queries",
    "find_query",
    "folders",
    "listing",
    "parse_query",
    "read_query",
    "run",
]

ParameterType: TypeAlias = Literal["string", "iri", "date", "integer", "concept"]

_SUFFIX = {"string": "", "iri": "_iri", "concept": "_iri", "integer": "_integer", "date": "_xsd_date"}
_KEYS = ("summary", "description", "tags", "parameters")
_PARAMETER_KEYS = ("name", "type", "class", "description", "required", "default", "example")
_GRLC_KEYS = (
    "defaults", "endpoint", "endpoint_in_url", "enumerate", "method", "mime", "pagination", "transform",
)  # fmt: skip
_LABELS = "|".join(
    f"<{namespaces.expand(name)}>"
    for name in (
        "skos:prefLabel", "skos:altLabel", "skos:notation", "rdfs:label", "foaf:name", "dcterms:identifier",
        "dcterms:title",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a query wants to be told. `concept_class` is the IRI of the class a concept must be of."""

    name: str
    type: ParameterType
    description: str
    required: bool = False
    default: str | None = None
    example: str | None = None
    concept_class: str | None = None
    line: int = 1

    @property
    def variable(self) -> str:
        """The variable that stands for it in the query, without "?"."""
        marks = "_" if self.required or self.default is not None else "__"
        return f"{marks}{self.name}{_SUFFIX[self.type]}"


@dataclass(frozen=True, slots=True)
class Query:
    """A query and what its header says of it; `text` is the whole file. `path` is None for standard input."""

    name: str
    text: str
    path: Path | None = None
    summary: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()


# Finding


def folders(build: Path, own: Path | None = None) -> list[Path]:
    """The folders of queries for a build: the shipped ones, the collection's, and the user's `own`."""
    beside = store.collection_folder(build)
    found = [resources.folder("queries"), beside / "queries" if beside else None, own]
    return [folder for folder in found if folder is not None]


def find_queries(folders: Iterable[Path]) -> tuple[dict[str, Query], list[KbError]]:
    """Read all queries of those folders, by name; of two with one name the one of the later folder.

    The second part are the errors of files that could not be read as queries.
    """
    queries: dict[str, Query] = {}
    problems: list[KbError] = []
    for name, path in sorted(_files(folders).items()):
        try:
            queries[name] = read_query(path)
        except KbError as error:
            problems.append(error)
    return queries, problems


def find_query(name: str, folders: Iterable[Path]) -> Query:
    """Read the query of that name, or at that path (a name that has a "/" or ends in ".rq").

    Raises UsageError where there is none (did you mean), or where its header is wrong.
    """
    if name.endswith(".rq") or "/" in name:
        return read_query(Path(name), strict=False)
    files = _files(folders)
    if name in files:
        return read_query(files[name])
    near = get_close_matches(name, files, 1)
    hint = f"did you mean {near[0]}?" if near else "`kb query` lists them"
    raise UsageError(f"there is no query {name!r}: {hint}")


def _files(folders: Iterable[Path]) -> dict[str, Path]:
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.rq"))}


# Telling of them


def listing(queries: Iterable[Query]) -> str:
    """Say what can be asked: the queries under their first tag, each with its summary and parameters."""
    by_tag: dict[str, list[Query]] = {}
    for query in queries:
        by_tag.setdefault(query.tags[0] if query.tags else "other", []).append(query)
    width = max((len(query.name) for each in by_tag.values() for query in each), default=0)
    lines = []
    for tag in sorted(by_tag):
        lines += ["", tag]
        for query in by_tag[tag]:
            lines.append(f"  {query.name:{width}}  {query.summary}")
            if query.parameters:
                lines.append(f"  {'':{width}}  {' '.join(map(_option, query.parameters))}")
    return "\n".join(lines[1:])


def _option(parameter: Parameter) -> str:
    option = f"-p {parameter.name}={parameter.default or parameter.type.upper()}"
    return option if parameter.required else f"[{option}]"


def explanation(query: Query) -> str:
    """Say what one query answers, what it wants to be told, and how it is asked."""
    lines = [f"{query.name}: {query.summary}"]
    if query.description:
        lines += ["", *textwrap.wrap(query.description, 100)]
    if query.parameters:
        lines += ["", "Parameters:"]
    for each in query.parameters:
        need = "required" if each.required else f"default {each.default}" if each.default else "optional"
        lines += [
            f"  {each.name} ({each.type}, {need})",
            *textwrap.indent(textwrap.fill(each.description, 96), "    "),
        ]
    told = [f"-p {each.name}={shlex.quote(each.example)}" for each in query.parameters if each.example]
    lines += [
        "",
        "Example:",
        f"  {' '.join(['kb query', query.name, *told])}",
        "",
        f"Tags: {', '.join(query.tags)}",
    ]
    return "\n".join([*lines, f"File: {query.path}"] if query.path else lines)


# Reading


def read_query(path: Path, *, strict: bool = True) -> Query:
    """Read a query file. A file that is not `strict` may do without a header.

    Raises UsageError with file and line where the header is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"can't be read ({error.strerror})", path) from None
    except UnicodeDecodeError:
        raise UsageError("is not UTF-8 text", path) from None
    return parse_query(text, path.stem, path, strict=strict)


def parse_query(text: str, name: str, path: Path | None = None, *, strict: bool = True) -> Query:
    """Read the text of a query; see `read_query`."""
    lines = text.splitlines()
    end = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    late = next((number for number, line in enumerate(lines[end:], end + 1) if line.startswith("#+")), None)
    if late:
        raise UsageError('lines with "#+" come first, before all others that are no comments', path, late)
    header = "\n".join(re.sub(r"^#\+ ?", "", line) if line[:2] == "#+" else "" for line in lines[:end])
    if not header.strip():
        if strict:
            raise UsageError('has no header: begin it with "#+ summary: …"', path, 1)
        return Query(name, text, path)
    return _Header(path, text).read(name, header)


class _Header:
    """Reads the header of one file; keeps what its errors need."""

    def __init__(self, path: Path | None, text: str) -> None:
        self.path = path
        self.text = text

    def error(self, message: str, line: int) -> UsageError:
        return UsageError(message, self.path, line)

    def read(self, name: str, header: str) -> Query:
        try:
            node = yaml.compose(header, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise self.error(f"the header is not YAML: {error.problem}", line) from None
        except yaml.YAMLError as error:
            raise self.error(f"the header is not YAML: {error}", 1) from None
        fields = self.fields(node, _KEYS)
        if "summary" not in fields:
            raise self.error('the header has no summary: add a line "#+ summary: …"', 1)
        parameters = [self.parameter(each) for each in self.items(fields.get("parameters"))]
        query = Query(
            name,
            self.text,
            self.path,
            summary=self.words(fields["summary"]),
            description=self.words(fields["description"]) if "description" in fields else "",
            tags=tuple(self.words(each) for each in self.items(fields.get("tags"))),
            parameters=tuple(parameters),
        )
        self.compare_with_text(query)
        return query

    def fields(self, node: yaml.Node | None, known: Collection[str]) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            line = node.start_mark.line + 1 if node else 1
            raise self.error('expected lines of the form "#+ key: value"', line)
        fields: dict[str, yaml.Node] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in fields:
                raise self.error(f"says {key.value} twice", line)
            if key.value not in known:
                near = get_close_matches(str(key.value), known, 1)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
                if known is _KEYS and key.value in _GRLC_KEYS:
                    hint = "grlc's own, and not used here"
                raise self.error(f"unknown key {key.value!r}: {hint}", line)
            fields[key.value] = value
        return fields

    def items(self, node: yaml.Node | None) -> list[yaml.Node]:
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(
                'expected a list, each item on a line of its own after "-"', node.start_mark.line + 1
            )
        return cast("list[yaml.Node]", node.value)

    def words(self, node: yaml.Node) -> str:
        """The scalar as it is written, whatever type YAML would make of it."""
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise self.error("expected some words", node.start_mark.line + 1)
        return " ".join(node.value.split())

    def parameter(self, node: yaml.Node) -> Parameter:
        fields = self.fields(node, _PARAMETER_KEYS)
        line = node.start_mark.line + 1
        for key in ("name", "type", "description"):
            if key not in fields:
                raise self.error(f"a parameter needs a {key}", line)
        texts = {key: self.words(value) for key, value in fields.items()}
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", texts["name"]):
            raise self.error(f"{texts['name']!r} is no parameter's name: use letters and digits", line)
        if texts["type"] not in get_args(ParameterType):
            known = ", ".join(get_args(ParameterType))
            raise self.error(f"unknown type {texts['type']!r}: known are {known}", line)
        if texts.get("required", "false") not in ("true", "false"):
            raise self.error("required is true or false", line)
        if ("class" in texts) != (texts["type"] == "concept"):
            raise self.error("a concept, and nothing else, needs a class (kb:DemandType, …)", line)
        concept_class = namespaces.expand(texts["class"]) if "class" in texts else None
        if concept_class is not None and concept_class == texts["class"]:
            raise self.error(f"unknown prefix in {concept_class!r}", line)
        parameter = Parameter(
            texts["name"],
            cast("ParameterType", texts["type"]),
            texts["description"],
            texts.get("required") == "true",
            texts.get("default"),
            texts.get("example"),
            concept_class,
            line,
        )
        if parameter.required and parameter.default is not None:
            raise self.error(f"{parameter.name} is required, and has a default: choose one", line)
        for value in (parameter.default, parameter.example):
            if value is not None and parameter.type != "concept":
                try:
                    _term(parameter, value, _nobody)
                except UsageError as error:
                    raise self.error(error.message, line) from None
        return parameter

    def compare_with_text(self, query: Query) -> None:
        used = {variable.name: variable for variable in sparql.variables(self.text)}
        declared: dict[str, Parameter] = {}
        for parameter in query.parameters:
            if parameter.name in {each.name for each in declared.values()}:
                raise self.error(f"declares {parameter.name} twice", parameter.line)
            declared[parameter.variable] = parameter
            if parameter.variable not in used:
                message = f"parameter {parameter.name} is not used: the query has no ?{parameter.variable}"
                raise self.error(message, parameter.line)
        for name, variable in used.items():
            if name.startswith("_") and name not in declared:
                line = self.text.count("\n", 0, variable.start) + 1
                raise self.error(f"?{name} is none of the declared parameters", line)


# Asking


@contextmanager
def answering(build: Path, endpoint: str | None = None, services: Collection[str] = ()) -> Iterator[Ask]:
    """Open whoever answers: the endpoint at that address if there is one, else the build.

    `services` are the addresses that a query may have asked by SERVICE.
    """
    if endpoint is not None:
        from kb import endpoint as elsewhere

        yield elsewhere.endpoint(endpoint, services, headers=elsewhere.credentials())
        return
    with store.open_build(build) as graph:
        yield lambda text: graph.query(text, services=services)


def run(query: Query, values: Mapping[str, str], ask: Ask) -> Results:
    """Ask a query with the values given for its parameters, as typed by a person.

    Raises UsageError where a value is missing, unknown or not of its type, and where the query can't be read.
    """
    known = {parameter.name: parameter for parameter in query.parameters}
    for name in values:
        if name not in known:
            near = get_close_matches(name, known, 1)
            has = f"it has {', '.join(known)}" if known else "it has none"
            hint = f"did you mean {near[0]}?" if near else has
            raise UsageError(f"{query.name} has no parameter {name!r}: {hint}")
    terms: dict[str, sparql.Term] = {}
    for parameter in query.parameters:
        value = values.get(parameter.name, parameter.default)
        if value is not None:
            terms[parameter.variable] = _term(parameter, value, ask)
        elif parameter.required:
            raise UsageError(f"{query.name} needs -p {parameter.name}=…: {parameter.description}")
    try:
        return ask(sparql.bind(query.text, terms))
    except UsageError as error:
        raise type(error)(error.message, query.path or query.name, error.line, error.column) from None


def _nobody(text: str) -> Results:
    raise NotImplementedError


def _term(parameter: Parameter, value: str, ask: Ask) -> sparql.Term:
    try:
        match parameter.type:
            case "string":
                return pyoxigraph.Literal(value)
            case "integer":
                typed = pyoxigraph.NamedNode(namespaces.expand("xsd:integer"))
                return pyoxigraph.Literal(str(int(value)), datatype=typed)
            case "date":
                if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                    raise ValueError
                typed = pyoxigraph.NamedNode(namespaces.expand("xsd:date"))
                return pyoxigraph.Literal(date.fromisoformat(value).isoformat(), datatype=typed)
            case "iri":
                if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", value):
                    raise ValueError
                return pyoxigraph.NamedNode(namespaces.expand(value))
            case "concept":
                return _concept(parameter, value, ask)
    except ValueError:
        example = {"date": "2018-03-31", "integer": "7", "iri": "https://example.org/thing"}[parameter.type]
        article = "an" if parameter.type[0] in "ai" else "a"
        raise UsageError(
            f"{parameter.name}={value!r} is not {article} {parameter.type}: write it like {example}"
        ) from None


def _concept(parameter: Parameter, value: str, ask: Ask) -> pyoxigraph.NamedNode:
    """Find the one concept with that IRI, id (the last part of its IRI) or label in any language."""
    ids: dict[str, set[str]] = {}
    for (concept,) in _rows(ask, f"SELECT DISTINCT ?concept {{ ?concept a <{parameter.concept_class}> }}"):
        if isinstance(concept, pyoxigraph.NamedNode):
            for name in (concept.value, namespaces.shorten(concept.value), _id(concept.value)):
                ids.setdefault(_fold(name), set()).add(concept.value)
    names: dict[str, set[str]] = {}
    if _fold(value) not in ids:
        # The labels are in a pattern of their own, so that a store may read them in one go.
        labelled = f"{{ SELECT ?concept ?label {{ ?concept {_LABELS} ?label }} }}"
        of_class = f"{{ SELECT DISTINCT ?concept {{ ?concept a <{parameter.concept_class}> }} }}"
        for concept, label in _rows(ask, f"SELECT ?concept ?label {{ {of_class} {labelled} }}"):
            if isinstance(concept, pyoxigraph.NamedNode) and isinstance(label, pyoxigraph.Literal):
                names.setdefault(_fold(label.value), set()).add(concept.value)
    found = ids.get(_fold(value)) or names.get(_fold(value)) or set()
    if len(found) == 1:
        return pyoxigraph.NamedNode(found.pop())
    if found:
        choice = " or ".join(sorted(_id(iri) for iri in found))
        raise UsageError(f"{parameter.name}={value!r} is several: say {choice}")
    near = get_close_matches(_fold(value), [*ids, *names], 3)
    meant = sorted({_id(iri) for name in near for iri in ids.get(name, names.get(name, ()))})
    hint = f": did you mean {' or '.join(meant)}?" if meant else f" ({parameter.description})"
    raise UsageError(f"{parameter.name}={value!r} is not known here{hint}")


def _rows(ask: Ask, text: str) -> Iterable[tuple[Any, ...]]:
    return cast("Iterable[tuple[Any, ...]]", ask(text))


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())


def _id(iri: str) -> str:
    return re.split(r"[/#]", iri)[-1]
