"""What was worked out lately, looked up at the cost of a dictionary."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

__all__ = ["Memo"]

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Memo(dict[_Key, _Value]):
    """What `function` gives for each key that was asked for; all is forgotten when there are `most` of them.

    `functools.lru_cache` moves what is asked for to the front: here, where a letter has thousands of words, that
    takes longer than it saves.
    """

    def __init__(self, function: Callable[[_Key], _Value], most: int) -> None:
        super().__init__()
        self._function = function
        self._most = most

    def __missing__(self, key: _Key) -> _Value:
        if len(self) >= self._most:
            self.clear()
        value = self[key] = self._function(key)
        return value
