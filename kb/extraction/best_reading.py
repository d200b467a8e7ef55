"""The reading of several lines together that fits best, where what a line is depends on those before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import TypeAlias, TypeVar

__all__ = ["best_reading"]

_Line = TypeVar("_Line")
_Move = TypeVar("_Move")
_State = TypeVar("_State")
_Path: TypeAlias = "tuple[_Path[_Line, _Move], _Line, _Move] | None"  # the last step, and those before it


def best_reading(
    lines: Iterable[_Line],
    begin: _State,
    moves: Callable[[_Line, _State], Iterable[tuple[_Move, _State, float]]],
) -> list[tuple[_Line, _Move]]:
    """Tell what each line does, by the reading of all that fits best (Viterbi's algorithm).

    `moves` gives what a line may do in a state (at first `begin`), the state after it, and how well that fits.
    """
    best: dict[_State, tuple[float, _Path[_Line, _Move]]] = {begin: (0.0, None)}
    for line in lines:
        found: dict[_State, tuple[float, _Path[_Line, _Move], _Move]] = {}
        for state, (score, path) in best.items():
            for move, after, gain in moves(line, state):
                if after not in found or score + gain > found[after][0]:
                    found[after] = (score + gain, path, move)
        best = {after: (score, (path, line, move)) for after, (score, path, move) in found.items()}
    path = max(best.values(), key=itemgetter(0))[1]
    steps: list[tuple[_Line, _Move]] = []
    while path:
        path, line, move = path
        steps.append((line, move))
    return steps[::-1]
