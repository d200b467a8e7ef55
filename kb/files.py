"""Files that are written whole or not at all, and locks that go away with whoever held them."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

__all__ = ["lock", "locked_folder", "replace", "sync", "written"]


def replace(path: Path, data: bytes) -> None:
    """Put `data` in the place of a file in one step; it is on disk when this returns."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_bytes(data)
    if path.exists():
        shutil.copymode(path, draft)
    sync(draft)
    draft.replace(path)
    sync(path.parent)


@contextmanager
def written(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to write ("-" is standard output); it takes the place of the old one once it is whole."""
    if str(path) == "-":
        yield sys.stdout.buffer
        return
    draft = path.with_name(f".{path.name}.new")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file, or the list of files of a folder, is on disk."""
    if sys.platform == "win32" and path.is_dir():  # folders can't be opened there
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def lock(file: IO[str], exclusive: bool) -> bool:
        """Lock an open file until it is closed; False if somebody else holds it.

        Nothing to do for readers: open files can't be removed on this system.
        """
        if exclusive:
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            except OSError:
                return False
        return True

    @contextmanager
    def locked_folder(folder: Path) -> Iterator[None]:
        """Keep others that change files of the folder waiting (this system can't)."""
        yield

else:
    import fcntl

    def lock(file: IO[str], exclusive: bool) -> bool:
        """Lock an open file until it is closed; False if somebody else holds it."""
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    @contextmanager
    def locked_folder(folder: Path) -> Iterator[None]:
        """Keep others that change files of the folder waiting."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
