"""The log of a run: how it began, and each order and jump since. City, trips and log give the same bytes again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from cosmopolis.city.errors import BadInput
from cosmopolis.simulation.beginning import Beginning
from cosmopolis.simulation.command import Command, lasting_key
from cosmopolis.simulation.order import Answer, Order, OrderApplied

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Jump:
    """The city went on at another time of day: steps are counted from here, and the vehicles on the road are gone."""

    step: int  # steps taken before it, since the start or the jump before
    to: float  # s after midnight of day 0


LogEntry = OrderApplied | Jump


class CommandLog:
    """`begin` says how the run began, once somebody asks: that takes hashing. With a `snapshot` the entries are those
    since it was taken, and `lasting` the orders that were in force then."""

    def __init__(
        self,
        begin: Callable[[], Beginning],
        entries: Iterable[LogEntry] = (),
        *,
        snapshot: bytes | None = None,
        lasting: tuple[Order, ...] = (),
        steps: int | None = None,
    ) -> None:
        self._begin = begin
        self.entries = list(entries)
        self.snapshot, self.lasting = snapshot, lasting
        self.steps = steps  # taken when it was written, since the start or the last jump; None: nobody knows

    @cached_property
    def beginning(self) -> Beginning:
        return self._begin()

    def rotate(self, snapshot: bytes) -> None:
        """From now on, what comes after `snapshot`, which was taken just now."""
        self.lasting = self.in_force()
        self.snapshot = snapshot
        self.entries.clear()

    def emptied(self) -> CommandLog:
        """A log of the same beginning without any order."""
        return CommandLog(lambda: self.beginning, steps=self.steps)

    def in_force(self) -> tuple[Order, ...]:
        """What still holds of all orders: of each lane, limit, plan and stage the last command, by author."""
        orders = list(self.lasting)
        for entry in self.entries:
            if isinstance(entry, Jump):
                orders.clear()  # what was in force has been ordered again after it
            else:
                orders.append(entry.order)
        last: dict[tuple[str, int], tuple[str, Command]] = {}
        for order in orders:
            for command in order.commands:
                key = lasting_key(command)
                if key is not None:
                    last.pop(key, None)  # so that it comes last
                    last[key] = order.by, command
        by_author: dict[str, list[Command]] = {}
        for author, command in last.values():
            by_author.setdefault(author, []).append(command)
        return tuple(Order(author, tuple(commands)) for author, commands in by_author.items())

    def head(self) -> dict[str, Any]:
        """How the run began and what was in force at the snapshot, as plain values."""
        lasting = [order.to_json() for order in self.lasting]
        return {"command_log": FORMAT, **self.beginning.to_json(), "lasting": lasting}

    def lines(self) -> Iterator[str]:
        """The log as JSON, an object a line; the snapshot is left to whoever keeps it."""
        yield json.dumps(self.head(), separators=(",", ":"))
        yield from map(entry_line, self.entries)
        if self.steps is not None:
            yield json.dumps({"end": self.steps})

    @classmethod
    def of_lines(cls, lines: Iterable[str], *, snapshot: bytes | None = None) -> CommandLog:
        """What `lines` gave; BadInput names the line that is wrong. A last line that was torn off is left out."""
        rows = iter(enumerate(lines, start=1))
        head = _object(next(rows, (1, ""))[1])
        if head is None or head.get("command_log") != FORMAT:
            raise BadInput(f"Line 1 of the command log is not the head of one of format {FORMAT}.")
        beginning, lasting = Beginning.from_json(head), _orders(head.get("lasting", []))
        entries: list[LogEntry] = []
        steps: int | None = None
        torn: int | None = None
        for number, line in rows:
            if torn is not None:
                raise BadInput(f"Line {torn} of the command log is damaged; what follows it cannot be used.")
            said = _object(line)
            if said is None:
                torn = number
            elif type(said.get("end")) is int:
                steps = said["end"]
            else:
                entries.append(_entry(said, number))
        return cls(lambda: beginning, entries, snapshot=snapshot, lasting=lasting, steps=steps)


def entry_line(entry: LogEntry) -> str:
    """One line of the log."""
    if isinstance(entry, Jump):
        said: dict[str, Any] = {"step": entry.step, "jump": entry.to}
    else:
        said = {"step": entry.step, "time": entry.time, **entry.order.to_json()}
        if entry.vehicles:
            said["vehicles"] = list(entry.vehicles)
    return json.dumps(said, separators=(",", ":"))


def _orders(said: Any) -> tuple[Order, ...]:
    if not isinstance(said, list):
        raise BadInput("Line 1 of the command log has no list of the orders in force.")
    return tuple(map(Order.from_json, said))


def _object(line: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _entry(said: dict[str, Any], number: int) -> LogEntry:
    try:
        if "jump" in said:
            return Jump(int(said["step"]), float(said["jump"]))
        order = Order.from_json(said)
        vehicles = tuple(int(id) for id in said.get("vehicles", ()))
        return OrderApplied(float(said["time"]), int(said["step"]), order.by, order.commands, vehicles)
    except BadInput as error:
        raise BadInput(f"Line {number} of the command log: {error}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"Line {number} of the command log is no entry ({error}).") from error


class TakesOrders(Protocol):
    """A run that takes orders and keeps their log."""

    @property
    def time(self) -> float: ...
    @property
    def log(self) -> CommandLog: ...
    @log.setter
    def log(self, log: CommandLog) -> None: ...
    def order(self, order: Order) -> Answer: ...


def carry_over(run: TakesOrders, former: CommandLog) -> list[Answer]:
    """`run`, which has just begun, takes the place of the run of `former`: the log goes on with a jump, and what was in
    force is ordered again. The answers to these orders."""
    orders = former.in_force()
    jump = Jump(former.steps or 0, run.time)
    run.log = CommandLog(
        lambda: former.beginning,
        [*former.entries, jump],
        snapshot=former.snapshot,
        lasting=former.lasting,
    )
    return [run.order(order) for order in orders]


class LogStore(Protocol):
    """Where the log of a running city is kept, so that it outlives the process."""

    def rotate(self, log: CommandLog) -> None:
        """From now on this log, with its snapshot; what was kept before may go."""
        ...

    def append(self, entry: LogEntry) -> None:
        """One more entry. It is kept when this returns."""
        ...

    def read(self) -> CommandLog | None:
        """What is kept; None where there is nothing. BadInput where it is damaged."""
        ...

    def close(self) -> None: ...
