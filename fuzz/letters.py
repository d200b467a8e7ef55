"""Any bytes, in any format, give a letter or a clear error: looked for by atheris for a bounded time.

    python fuzz/letters.py [--seconds N] [--format SUFFIX]

What fails is written to the folder `fuzz/found`, and shown; `--again FILE` runs one such file.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import zipfile
from pathlib import Path

FOUND = Path(__file__).parent / "found"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_CONTENT_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types"><Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="a" Target="word/document.xml" '
    f'Type="{_OFFICE}/relationships/officeDocument"/></Relationships>'
)


def check(suffix: str, data: bytes) -> None:
    """Read a file of that format; raises `AssertionError`, or whatever escapes, where something is wrong."""
    from kb.documents import parse_document
    from kb.errors import KbError
    from kb.extraction import extract

    try:
        document = parse_document(_file(suffix, data), Path(f"letter{suffix}"))
    except KbError as error:
        if "\n" in str(error):
            raise AssertionError(f"an error of several lines: {error}") from error
        return
    letter = extract(document)
    for demand in (*letter.demands, *letter.reported):
        assert demand.quote == letter.text[demand.span.start : demand.span.end], demand  # noqa: S101 - what it is for
    spans = [addressee.span for addressee in (*letter.addressees, *letter.copied)]
    spans += [signature.span for signature in letter.signatures]
    spans += [reference.span for reference in letter.references]
    for start, end in spans:
        assert 0 <= start < end <= len(letter.text), (start, end)  # noqa: S101 - likewise


def _file(suffix: str, data: bytes) -> bytes:
    """The file of those bytes: for Word they are the document's XML, since chance makes no zip."""
    if suffix != ".docx":
        return data
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", _CONTENT_TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr("word/document.xml", data)
    return file.getvalue()


def main() -> int:
    """The command."""
    from tests.documents.making import MAKERS

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--seconds", type=int, default=60, help="for how long, all formats together (default 60)"
    )
    parser.add_argument("--format", choices=MAKERS, help="only this one")
    parser.add_argument(
        "--again", type=Path, metavar="FILE", help="run a file that was found (needs --format)"
    )
    arguments = parser.parse_args()
    if arguments.again:
        if not arguments.format:
            parser.error("--again needs --format")
        check(arguments.format, arguments.again.read_bytes())
        return 0
    try:
        import atheris
    except ImportError:
        print("fuzzing is skipped: atheris is not installed (pip install 'demandkb[fuzz]', on Linux)")
        return 0
    if not arguments.format:
        return _all_formats(arguments.seconds, tuple(MAKERS))
    suffix = arguments.format
    with atheris.instrument_imports(include=["kb"]):
        import kb.documents
        import kb.extraction  # noqa: F401 - imported to be instrumented
    with tempfile.TemporaryDirectory() as corpus:
        _write_seeds(suffix, Path(corpus))
        FOUND.mkdir(exist_ok=True)
        options = [
            sys.argv[0],
            corpus,
            f"-max_total_time={arguments.seconds}",
            f"-artifact_prefix={FOUND}/{suffix[1:]}-",
            "-max_len=10000",
            "-timeout=20",
            "-rss_limit_mb=2048",
            "-print_final_stats=1",
            "-verbosity=0",
        ]
        atheris.Setup(options, lambda data: check(suffix, data))
        atheris.Fuzz()  # ends the process
    return 0


def _all_formats(seconds: int, suffixes: tuple[str, ...]) -> int:
    """Each format in a process of its own, since the library ends it."""
    import subprocess

    failed = []
    for suffix in suffixes:
        command = [
            sys.executable,
            __file__,
            "--format",
            suffix,
            "--seconds",
            str(max(1, seconds // len(suffixes))),
        ]
        print(f"{suffix}: {seconds // len(suffixes)} s", flush=True)
        if subprocess.run(command).returncode:  # noqa: S603 - this very script
            failed.append(suffix)
    print(f"failed: {' '.join(failed)} (see {FOUND})" if failed else "nothing found")
    return bool(failed)


def _write_seeds(suffix: str, corpus: Path) -> None:
    """Whole letters to begin from."""
    from tests.documents.making import ARABIC, ENGLISH, LONG, MAKERS, arabic_font

    for number, letter in enumerate((ENGLISH, LONG, ARABIC)):
        if letter is ARABIC and suffix == ".pdf" and arabic_font() is None:
            continue
        whole = MAKERS[suffix](letter)
        if suffix == ".docx":
            with zipfile.ZipFile(io.BytesIO(whole)) as archive:
                whole = archive.read("word/document.xml")
        (corpus / str(number)).write_bytes(whole)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    sys.exit(main())
