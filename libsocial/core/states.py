"""State machines as data.

A machine is a table of (state, action) -> state, checked when it is made, so
an impossible table stops the program at import. `Machine.move` is the only
code that writes a state column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models


class TransitionError(Exception):
    """The action is not allowed in the present state, or somebody was faster."""

    def __init__(self, machine: str, state: str, action: str) -> None:
        super().__init__(f"{machine}: '{action}' is not possible in state '{state}'")
        self.machine, self.state, self.action = machine, state, action


@dataclass(frozen=True)
class Machine:
    """name, the starting state, and the table ``{state: {action: next state}}``."""

    name: str
    initial: str
    table: Mapping[str, Mapping[str, str]]
    states: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "states", frozenset(self.table))
        unknown = {to for moves in self.table.values() for to in moves.values()} - self.states
        if unknown:
            raise ValueError(f"{self.name}: moves lead to states without a row: {sorted(unknown)}")
        if self.initial not in self.states:
            raise ValueError(f"{self.name}: the starting state '{self.initial}' has no row")
        lost = self.states - self._reachable()
        if lost:
            raise ValueError(f"{self.name}: states that nothing leads to: {sorted(lost)}")

    def _reachable(self) -> set[str]:
        seen, ahead = set(), [self.initial]
        while ahead:
            state = ahead.pop()
            if state not in seen:
                seen.add(state)
                ahead.extend(self.table[state].values())
        return seen

    @property
    def actions(self) -> frozenset[str]:
        return frozenset(action for moves in self.table.values() for action in moves)

    def allows(self, state: str, action: str) -> bool:
        return action in self.table.get(state, {})

    def actions_from(self, state: str) -> frozenset[str]:
        return frozenset(self.table.get(state, {}))

    def states_allowing(self, action: str) -> frozenset[str]:
        return frozenset(state for state, moves in self.table.items() if action in moves)

    def target(self, state: str, action: str) -> str:
        """The next state; raises TransitionError."""
        try:
            return self.table[state][action]
        except KeyError:
            raise TransitionError(self.name, state, action) from None

    def move(
        self,
        row: models.Model,
        action: str,
        *,
        where: models.Q | None = None,
        **values: Any,
    ) -> None:
        """Moves one row, together with `values`, in one conditional UPDATE.

        The row must still be in the state it was read in (and match `where`);
        otherwise TransitionError is raised and nothing is written. The instance
        is brought up to date.
        """
        before = row.state  # type: ignore[attr-defined]
        after = self.target(before, action)
        query = type(row)._base_manager.filter(pk=row.pk, state=before)
        if where is not None:
            query = query.filter(where)
        if query.update(state=after, **values) != 1:
            raise TransitionError(self.name, before, action)
        row.state = after  # type: ignore[attr-defined]
        for name, value in values.items():
            setattr(row, name, value)

    def pairs(self) -> Iterable[tuple[str, str, str | None]]:
        """Every state × action with its target, None where refused: for generated tests."""
        for state in sorted(self.states):
            for action in sorted(self.actions):
                yield state, action, self.table[state].get(action)
