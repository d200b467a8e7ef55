"""A site of the five letters and of one that was written to break it, and a browser to look at it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

SEEDS = Path(__file__).parents[2] / "seeds"

HOSTILE = """\
Open letter

To: The Secretary-General of the United Nations

5 May 2020

Your Excellency,

</div></mark><script>document.title = "taken"</script><img src=x onerror="document.title='taken'">

We urge you to protect "quoted" <b>families</b> & their homes & {{ 7 * 7 }}, as resolution 2254 (2015) asks.

نطالب بالإفراج عن جميع المعتقلين and we call on you to release them all.

{long}

Sincerely,

1. Society of <script>alert(1)</script> Friends
2. جمعية الأمل (Hope)
""".replace("{long}", "unbroken" * 2000)

ARABIC = """\
رسالة مفتوحة إلى مجلس الأمن

إلى: الأمين العام للأمم المتحدة

5 حزيران 2021

السيد الأمين العام،

نطالبكم بالإفراج عن جميع المعتقلين وفقاً للقرار 2254 (2015).

مع الاحترام،

1. جمعية الأمل
2. Hope Association
"""


def kb(*words: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-m", "kb", *map(str, words)], capture_output=True, text=True, cwd=folder
    )


@pytest.fixture(scope="session")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the collection, its build and its site."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(SEEDS, folder / "letters")
    (folder / "letters" / "2020-05-05-hostile.txt").write_text(HOSTILE, "utf-8")
    (folder / "letters" / "2021-06-05-arabic.txt").write_text(ARABIC, "utf-8")
    done = kb("build", "letters", folder=folder)
    assert done.returncode == 0, done.stderr
    done = kb("site", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


MINISTRY = """\
Open letter

To: {addressee}

{day} May 2020

We, the undersigned organisations, call on you to:

1. Release all detainees of prison {day}.
2. Let aid into town {day}.
3. Publish the report on month {day}.
4. Protect the hospitals of street {day}.

Sincerely,

1. {signatory}
2. Hope Association
"""


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of more letters than go beside each other in a picture; a ministry is addressed, and signs one."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "letters").mkdir()
    for day in range(1, 32):
        roles = (
            ("Security Council", "Ministry of Weather")
            if day == 31
            else ("Ministry of Weather", "Elm Society")
        )
        text = MINISTRY.format(day=day, addressee=roles[0], signatory=roles[1])
        (folder / "letters" / f"2020-05-{day:02}.txt").write_text(text, "utf-8")
    for command in (("build", "letters"), ("site",)):
        done = kb(*command, folder=folder)
        assert done.returncode == 0, done.stderr
    return folder / "site"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of the system."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium: apt-get install chromium")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=quiet)
        yield browser
        browser.close()
