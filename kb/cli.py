"""The command `kb`: each command is a few lines that call one function.

What a command needs is imported inside it, so that `kb --help` is quick. A command
returns its exit status, or None.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from kb import __version__
from kb.errors import KbError, UsageError

if TYPE_CHECKING:
    from kb.collection import Collection
    from kb.letter import Letter
    from kb.review.asking import Question

__all__ = ["build_option", "main"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

# So many new objects are made before garbage is looked for: words and patterns are loaded to stay, and looking
# through them again and again would take a quarter of the time of the first letter.
_NEW_OBJECTS = 50_000


class _Group(click.Group):
    """A group of commands that suggests the one that was meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            near = get_close_matches(name, self.list_commands(ctx), 1)
            hint = f": did you mean `kb {near[0]}`?" if near else ""
            raise click.UsageError(f"there is no command {name!r}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command: what it returns is the exit status, what goes wrong becomes one line."""
        try:
            status = super().invoke(ctx)
            sys.stdout.flush()
        except KbError as error:
            _tell(str(error))
            status = error.exit_status
        except BrokenPipeError:  # whoever read our output has enough of it
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = 0
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            _tell(f"{place}{error.strerror or error}")
            status = 3
        ctx.exit(status if isinstance(status, int) else 0)

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run a command line; wrong usage is told in one line, like every other error."""
        try:
            status = super().main(*args, **{**extra, "standalone_mode": False})
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "kb"
            _tell(f"{error.format_message()} (see `{command} --help`)")
            status = error.exit_code
        except click.ClickException as error:
            _tell(error.format_message())
            status = error.exit_code
        except click.Abort:
            status = 130
        sys.exit(status)


def _tell(message: str) -> None:
    click.echo(f"kb: {' '.join(message.split())}", err=True)


def build_option(command: _Command) -> _Command:
    """`--build DIR`, for commands that read a build."""
    return click.option(
        "--build",
        type=click.Path(path_type=Path),
        default=Path("build"),
        show_default=True,
        envvar="KB_BUILD",
        help="The build folder to read.",
    )(command)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kb")
def main() -> None:
    """Read open letters to the United Nations and keep track of what they demand."""


@main.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path, allow_dash=True)
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["text", "jsonl"]),
    default="text",
    show_default=True,
    help="A view to check a letter by, or one record per line.",
)
def extract(files: tuple[Path, ...], form: str) -> int | None:
    """Show what is read out of letters; store nothing.

    FILE is a letter (.txt .md .html .pdf .docx .eml), or "-" for a text on standard input.

    \b
    Examples:
      kb extract letter.pdf
      kb extract --format jsonl letters/*.txt > letters.jsonl
    """  # noqa: D301 (see `query`)
    gc.set_threshold(_NEW_OBJECTS)

    from kb.documents import parse_document, read_document
    from kb.extraction import extract as read_letter
    from kb.extraction.record import record_line

    status = None
    for file in files:
        try:
            if file == Path("-"):
                document = parse_document(sys.stdin.buffer.read(), Path("stdin.txt"))
            else:
                document = read_document(file)
        except KbError as error:
            _tell(str(error))
            status = error.exit_status
            continue
        letter = read_letter(document)
        if form == "jsonl":
            sys.stdout.buffer.write(f"{record_line(letter)}\n".encode())
        else:
            _show(letter)
    return status


def _show(letter: Letter) -> None:
    from rich.console import Console

    from kb.extraction.view import show

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    show(letter, Console(width=None if sys.stdout.isatty() else 120))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Make a new collection in FOLDER: the curator's files, without rows, and a README.

    \b
    Example:
      kb init letters
    """  # noqa: D301 ("\b" is how click is told to keep these lines)
    from kb.collection import init_collection

    for path in init_collection(folder):
        click.echo(path)


@main.command()
@click.argument("collection", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("build"),
    show_default=True,
    envvar="KB_BUILD",
    help="The build folder.",
)
@click.option(
    "-j", "--jobs", type=click.IntRange(1), help="Letters read at the same time; as many as there are cores."
)
@click.option("--fresh", is_flag=True, help="Make everything again, and not only what changed.")
@click.option(
    "--time-limit",
    type=click.FloatRange(1),
    default=120,
    show_default=True,
    metavar="SECONDS",
    help="How long one letter may take.",
)
@click.option(
    "--cluster", default="", metavar="URL", help="Read the letters on the Dask cluster of this scheduler."
)
def build(
    collection: Path, output: Path, jobs: int | None, fresh: bool, time_limit: float, cluster: str
) -> int:
    """Read the letters of COLLECTION, link them, check them and store the graph; only what changed.

    \b
    Examples:
      kb build letters
      kb build letters -o elsewhere --jobs 2
      kb build /shared/letters --cluster tcp://scheduler:8786
    """  # noqa: D301 ("\b" is how click is told to keep these lines)
    from kb import progress
    from kb.build import build as run_build

    with progress.shown() as (told, waiting):
        summary = run_build(
            collection,
            output,
            jobs=jobs,
            fresh=fresh,
            seconds=time_limit,
            cluster=cluster,
            progress=told,
            waiting=waiting,
        )
    progress.summarise(summary)
    return 1 if summary.problems or summary.totals.get("violations") else 0


@main.command()
@build_option
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["text", "json", "turtle", "junit", "sarif"]),
    default="text",
    show_default=True,
    help="How findings are written; turtle is the SHACL report.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["violation", "warning", "info", "none"]),
    default="violation",
    show_default=True,
    help="The lightest finding that makes the exit status 1.",
)
@click.option(
    "--shapes",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Check against these SHACL shapes too.",
)
@click.option(
    "--lang",
    "language",
    type=click.Choice(["en", "ar"]),
    default="en",
    show_default=True,
    help="The language of messages.",
)
@click.option("--endpoint", metavar="URL", help="Check what this SPARQL endpoint holds instead of the build.")
def validate(
    build: Path,
    files: tuple[Path, ...],
    form: str,
    fail_on: Any,
    shapes: tuple[Path, ...],
    language: str,
    endpoint: str | None,
) -> int:
    """Check a build, or RDF files of any kind, against the shapes of the ontology.

    \b
    Examples:
      kb validate
      kb validate --lang ar --fail-on warning
      kb validate letters.ttl more.jsonld --format sarif > findings.sarif
      kb validate --endpoint https://kb.example.org/sparql
    """  # noqa: D301 ("\b" is how click is told to keep these lines)
    from kb import checks, findings, querying

    if files and endpoint:
        raise UsageError("name files or an endpoint, not both")
    if files:
        from kb.validation import validate_files

        found = validate_files(files, shapes)
    else:
        with querying.answering(build, endpoint) as ask:
            if shapes or endpoint:
                from kb.validation import validate_store

                found = validate_store(ask, shapes)
            else:
                from kb.build import findings as findings_of_build

                found = findings_of_build(build)
            found += checks.check(ask, querying.folders(build))
        found.sort(key=lambda each: each.order)
    findings.write(found, sys.stdout, form, language, fail_on)
    click.echo(findings.summary(found, language), err=True)
    return 1 if findings.fails(found, fail_on) else 0


@main.command(add_help_option=False)
@build_option
@click.argument("name", required=False)
@click.option(
    "-p", "--parameter", "parameters", multiple=True, metavar="KEY=VALUE", help="A parameter's value."
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["table", "csv", "tsv", "json", "jsonl", "xml", "markdown", "turtle"]),
    help="How the answer is written; a table, or Turtle where it is a graph.",
)
@click.option(
    "--queries",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="A folder with queries of your own. The folder `queries` of the collection is found without it.",
)
@click.option("--endpoint", metavar="URL", help="Ask this SPARQL endpoint instead of the build.")
@click.option(
    "--allow-service",
    "services",
    multiple=True,
    metavar="URL",
    help="An address that a query may have asked by SERVICE.",
)
@click.option(
    "-h", "--help", "explain", is_flag=True, help="Explain the command, or the query that is named."
)
@click.pass_context
def query(
    ctx: click.Context,
    build: Path,
    name: str | None,
    parameters: tuple[str, ...],
    form: Any,
    folder: Path | None,
    endpoint: str | None,
    services: tuple[str, ...],
    explain: bool,
) -> int | None:
    """List the questions that can be asked, or ask one.

    NAME is the name of a query, a file (.rq), or "-" for standard input.

    \b
    Examples:
      kb query
      kb query demands-over-time
      kb query demands-by-type -p type=ceasefire --format csv > ceasefire.csv
    """  # noqa: D301 ("\b" is how click is told to keep these lines)
    if explain and name is None:
        click.echo(ctx.get_help())
        return None
    from kb import querying, results

    folders = querying.folders(build, folder)
    if name is None:
        queries, problems = querying.find_queries(folders)
        click.echo(querying.listing(queries.values()))
        for problem in problems:
            _tell(str(problem))
        return 2 if problems else None
    if name == "-":
        asked = querying.parse_query(sys.stdin.buffer.read().decode("utf-8", "replace"), name, strict=False)
    else:
        asked = querying.find_query(name, folders)
    if explain:
        click.echo(querying.explanation(asked))
        return None
    with querying.answering(build, endpoint, services) as ask:
        answer = querying.run(asked, _pairs(parameters), ask)
        results.write(answer, sys.stdout.buffer, form, None if sys.stdout.isatty() else 120)
    return None


@main.command()
@build_option
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["turtle", "trig", "ntriples", "nquads", "rdfxml", "jsonld", "csv", "parquet"]),
    default="turtle",
    show_default=True,
    help="RDF, or tables.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    default=Path("-"),
    metavar="PATH",
    help="The file to write (standard output without it), or for tables the folder.",
)
@click.option("--letter", metavar="ID", help="Only this letter.")
@click.option(
    "--package", type=click.Path(path_type=Path), metavar="DIR", help="Write all of it, for an archive."
)
@click.option(
    "--texts/--no-texts",
    default=None,
    help="With or without the letters' full texts. A package has them if the licence is an open one.",
)
def export(
    build: Path, form: Any, output: Path, letter: str | None, package: Path | None, texts: bool | None
) -> None:
    """Write the graph, or one letter of it, for others to use.

    \b
    Examples:
      kb export -o letters.ttl
      kb export -f jsonld --letter 2018-01-31-guterres-sochi
      kb export -f csv -o tables
      kb export --package dataset
    """  # noqa: D301 ("\b" is how click is told to keep these lines)
    from kb import store

    with store.open_build(build) as graph:
        if package is not None:
            from kb.package import write_package

            write_package(graph, package, texts=texts)
        elif form in ("csv", "parquet"):
            from kb.tables import write_tables

            if str(output) == "-":
                raise click.UsageError(f"-f {form} writes several tables: name a folder for them with -o DIR")
            write_tables(graph, form, output, letter)
        else:
            from kb.export import export as write
            from kb.files import written

            with written(output) as file:
                write(graph, form, file, letter, texts=texts is not False)


def _pairs(parameters: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for parameter in parameters:
        key, equals, value = parameter.partition("=")
        if not equals:
            raise click.UsageError(f"-p {parameter}: write it as -p {parameter}=VALUE")
        if key in pairs:
            raise click.UsageError(f"-p {key} is given twice")
        pairs[key] = value
    return pairs


@main.group()
def review() -> None:
    """Look at what needs a person's eye, and write down what you decide.

    Decisions are rows of `review.csv` in the collection; the next `kb build` obeys them.
    """


def review_options(command: _Command) -> _Command:
    """The options of commands that ask one question after another."""
    for option in (
        click.option(
            "--answers",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Take the answers of a spreadsheet that was filled in.",
        ),
        click.option(
            "-f",
            "--format",
            "form",
            type=click.Choice(["table", "csv"]),
            help="Don't ask: print the questions, or a spreadsheet to fill in.",
        ),
        click.option("--by", metavar="NAME", help="Who decides. Without it git is asked, and then you."),
        build_option,
    ):
        command = option(command)
    return command


@review.command()
@review_options
def organisations(build: Path, by: str | None, form: str | None, answers: Path | None) -> None:
    """Go through the names that may be one organisation, best first.

    In a terminal each pair is shown with its letters and takes one key. Elsewhere the pairs are printed.

    \b
    Examples:
      kb review organisations --by "Rana Haddad"
      kb review organisations --format csv > pairs.csv
      kb review organisations --answers pairs.csv
    """  # noqa: D301 (see `query`)
    from kb.review.organisations import organisations_to_review

    collection, questions = organisations_to_review(build)
    _ask(collection, questions, ("same", "different", "unsure"), by, form, answers)


@review.command()
@review_options
def demands(build: Path, by: str | None, form: str | None, answers: Path | None) -> None:
    """Go through the demands that need a person's eye, best first.

    They are implicit demands of low certainty, demands without a type, demands that may ask again what an earlier
    letter asked, and warnings. In a terminal each is shown with its letter and takes one key (a capital asks for
    the reason, too). Elsewhere they are printed.

    \b
    Examples:
      kb review demands --by "Rana Haddad"
      kb review demands --format csv > demands.csv
      kb review demands --answers demands.csv
    """  # noqa: D301 (see `query`)
    from kb.review.demands import ANSWERS, demands_to_review

    collection, questions, stale = demands_to_review(build)
    for line in stale:
        _tell(line)
    _ask(collection, questions, ANSWERS, by, form, answers)


def _ask(
    collection: Collection,
    questions: Sequence[Question],
    known: tuple[str, ...],
    by: str | None,
    form: str | None,
    answers: Path | None,
) -> None:
    """Ask in a terminal, or print the questions, or take a spreadsheet's answers, each one of `known`."""
    from rich.console import Console

    from kb.review import asking

    if answers is not None:
        count = asking.take_answers(answers, collection, by or asking.git_user(collection.folder), known)
    elif form == "csv":
        return asking.write_sheet(questions, sys.stdout.buffer)
    elif form == "table" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return asking.write_table(questions, sys.stdout, None if sys.stdout.isatty() else 120)
    elif not questions:
        return _tell("no open questions: everything was decided about")
    else:
        by = by or click.prompt("Your name", default=asking.git_user(collection.folder) or None)
        with asking.terminal_keys() as terminal:
            count = asking.session(questions, asking.Review(collection, by), Console(), terminal)
    answered = "1 answer" if count == 1 else f"{count} answers"
    return _tell(f"{answered} written to {collection.folder / 'review.csv'}; `kb build` obeys them")


@main.command()
@build_option
@click.argument("demand")
@click.option("--facet", type=click.Choice(["reply", "implementation"]), help="What is judged.")
@click.option("--outcome", help="The judgement, such as declined or in-progress.")
@click.option("--date", help="The day of the judgement (today).")
@click.option("--by", metavar="NAME", help="Who judges. Without it git is asked, and then you.")
@click.option("--document", help="The document that shows it, by its symbol or name.")
@click.option("--paragraph", help="Where in it.")
@click.option("--quote", help="Its words.")
@click.option("--address", metavar="URL", help="Where to find it.")
@click.option("--why", help="Why that is the judgement.")
def assess(build: Path, demand: str, **given: str | None) -> None:
    """Write down what was answered to a demand, or what was done about it, with the evidence.

    DEMAND is its address, the end of it, or words of its quote. In a terminal, what is not given is asked.

    \b
    Examples:
      kb assess "moratorium on all execution orders"
      kb assess 3f0c9a1b2d4e --facet reply --outcome no-reply-known --by "Rana Haddad"
    """  # noqa: D301 (see `query`)
    from kb import assessing
    from kb.collection import Assessment
    from kb.review.asking import git_user

    iri = assessing.find_demand(build, demand)
    told = {name: value or "" for name, value in given.items()}
    told["assessor"] = told.pop("by")
    defaults = {"date": date.today().isoformat(), "assessor": git_user(Path())}
    for name in ("facet", "outcome", "date", "assessor", "document", "paragraph", "quote", "address", "why"):
        if not told[name] and sys.stdin.isatty():
            known = {"facet": ("reply", "implementation"), "outcome": assessing.outcomes(told["facet"])}.get(
                name
            )
            told[name] = click.prompt(
                name.capitalize(),
                default=defaults.get(name, None if known else ""),
                type=click.Choice(known) if known else str,
            )
        told[name] = told[name] or defaults.get(name, "")
    path = assessing.assess(build, Assessment(iri, **told))  # type: ignore[arg-type]  # told is checked there
    _tell(f"written to {path}; `kb build` takes it in")


@main.command()
@build_option
@click.option("--addressee", metavar="NAME", help="Only what was put to them.")
@click.option("--type", "type_", metavar="TYPE", help="Only demands of this type, or of those below it.")
@click.option("--since", metavar="DATE", help="Only what was asked on that day or later.")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["markdown", "html"]),
    default="markdown",
    show_default=True,
    help="How the page is written.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    default=Path("-"),
    metavar="FILE",
    help="The file to write (standard output without it).",
)
def brief(
    build: Path, addressee: str | None, type_: str | None, since: str | None, form: Any, output: Path
) -> None:
    """Write one page to take into a meeting: what was asked most often, since when, and what came of it.

    \b
    Examples:
      kb brief
      kb brief --addressee Secretary-General --since 2017-01-01
      kb brief --type detainees-and-disappeared --format html -o brief.html
    """  # noqa: D301 (see `query`)
    from kb.brief import brief as make
    from kb.brief import render
    from kb.files import written

    text = render(make(build, addressee, type_, since), form)
    with written(output) as file:
        file.write(text.encode())


@main.command()
@build_option
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("site"),
    show_default=True,
    help="The folder of the site.",
)
def site(build: Path, output: Path) -> None:
    """Write the web site of a build: pages that work from a folder, from any web host and offline.

    \b
    Examples:
      kb site
      kb site -o public
    """  # noqa: D301 (see `query`)
    from kb.site import build_site

    summary = build_site(build, output)
    counts = f"{summary.written} files written, {summary.kept} unchanged, {summary.removed} removed"
    click.echo(f"{output / 'index.html'}: {counts}", err=True)


@main.command()
@build_option
@click.option(
    "--site", "folder", type=click.Path(file_okay=False, path_type=Path), help="Where the pages are kept."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port to listen at."
)
@click.option(
    "--seconds", default=20, show_default=True, type=click.IntRange(1), help="How long a query may take."
)
@click.option(
    "--at-once",
    default=4,
    show_default=True,
    type=click.IntRange(1),
    help="How many queries may run at once.",
)
@click.option(
    "--name", "names", metavar="NAME", multiple=True, help="What else the server is called, behind a proxy."
)
@click.option(
    "--allow-origin",
    "origins",
    metavar="ORIGIN",
    multiple=True,
    help="A web site whose pages may ask this server, * for all; none by default.",
)
def serve(
    build: Path,
    folder: Path | None,
    host: str,
    port: int,
    seconds: int,
    at_once: int,
    names: tuple[str, ...],
    origins: tuple[str, ...],
) -> None:
    """Serve the site of a build, with a SPARQL endpoint at /sparql, on this machine.

    \b
    Examples:
      kb serve
      kb serve --port 8080 --seconds 5
      kb serve --name demands.example.org --allow-origin '*'
    """  # noqa: D301 (see `query`)
    try:
        from kb.server import Limits, Visitors
        from kb.server import serve as run_server
    except ImportError as error:
        raise KbError(
            f"serving needs more libraries ({error.name}): pip install 'demandkb[serve]'"
        ) from error

    click.echo(f"http://{host}:{port}/ (stop with Ctrl-C)", err=True)
    limits = Limits(seconds=seconds, at_once=at_once)
    run_server(build, folder or build / "site", host, port, limits, Visitors(names, origins))


@main.command()
@build_option
@click.argument("url")
@click.option("--again", is_flag=True, help="Send everything, not only what changed since the last push.")
@click.option("--endpoint", metavar="URL", help="Where the store answers SPARQL: to count in the end.")
def push(build: Path, url: str, again: bool, endpoint: str | None) -> None:
    """Send the graph to a SPARQL store by the Graph Store Protocol, letter by letter.

    URL is where the store takes graphs. KB_TOKEN, or KB_USER and KB_PASSWORD in the environment, say who asks.

    \b
    Examples:
      kb push http://127.0.0.1:7878/store
      kb push https://kb.example.org/letters/data --endpoint https://kb.example.org/letters/query
    """  # noqa: D301 (see `query`)
    try:
        from kb import push as pushing
    except ImportError as error:
        raise KbError(f"pushing needs more libraries ({error.name}): pip install 'demandkb[push]'") from error
    from kb.endpoint import credentials
    from kb.endpoint import endpoint as at
    from kb.store import open_build

    with open_build(build) as store:
        headers = credentials()
        ask = at(endpoint, headers=headers) if endpoint else None
        done = pushing.push(store, url, pushing.journal_of(build, url), headers, again, ask)
    counts = f"{done.sent} graphs sent ({done.triples} triples), {done.deleted} deleted, {done.unchanged} unchanged"
    click.echo(counts, err=True)
