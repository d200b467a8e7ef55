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
    moves: Callable[[_Line], Callable[[_State], Iterable[tuple[_Move, _State, float]]]],
) -> list[tuple[_Line, _Move]]:
    """Tell what each line does, by the reading of all that fits best (Viterbi's algorithm).

    `moves` gives of a line what tells of a state (at first `begin`) what the line may do in it, the state after that,
    and how well it fits.
    """
    best: dict[_State, tuple[float, _Path[_Line, _Move]]] = {begin: (0.0, None)}
    for line in lines:
        moves_in = moves(line)
        found: dict[_State, tuple[float, _Path[_Line, _Move]]] = {}
        for state, (before, path) in best.items():
            for move, after, gain in moves_in(state):
                score = before + gain
                if after not in found or score > found[after][0]:
                    found[after] = score, (path, line, move)
        best = found
    path = max(best.values(), key=itemgetter(0))[1]
    steps: list[tuple[_Line, _Move]] = []
    while path:
        path, line, move = path
        steps.append((line, move))
    return steps[::-1]
