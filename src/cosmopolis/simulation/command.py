"""The only way back into a running simulation. Lanes and edges are rows of the City."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import Any, get_type_hints

from cosmopolis.city.errors import BadInput
from cosmopolis.city.words import VehicleKind

MOST = 1e9  # of any number in a command


@dataclass(frozen=True, slots=True)
class CloseLane:
    """Nobody enters the lane any more; who is on it leaves it. Routes avoid an edge with all lanes closed."""

    lane: int


@dataclass(frozen=True, slots=True)
class OpenLane:
    lane: int


@dataclass(frozen=True, slots=True)
class SetSpeedLimit:
    edge: int
    speed: float  # m/s


@dataclass(frozen=True, slots=True)
class AddTrip:
    """A vehicle that leaves at once, by the quickest way."""

    from_lane: int
    from_position: float  # m
    to_lane: int
    to_position: float  # m
    kind: VehicleKind = VehicleKind.CAR


@dataclass(frozen=True, slots=True)
class ShowPhase:
    """A signal program leaves its plan and shows a stage, after the clearance that leads there, until told otherwise.

    The least green of the stage that it is in and the program's yellow and all-red are kept.
    """

    program: int  # row of Signals
    phase: int  # of the program's phases, from 0; one that shows green and no yellow


@dataclass(frozen=True, slots=True)
class FollowSignalPlan:
    """A signal program goes back to its plan, as soon as the plan stands where it can be joined."""

    program: int


@dataclass(frozen=True, slots=True)
class SetSignalPlan:
    """New green times and a new offset for a program's plan; yellow and all-red stay as they are."""

    program: int
    greens: tuple[float, ...]  # s, one for each stage
    offset: float  # s after midnight at which the first phase begins, modulo the cycle


SignalCommand = ShowPhase | FollowSignalPlan | SetSignalPlan
Command = CloseLane | OpenLane | SetSpeedLimit | AddTrip | SignalCommand

COMMANDS: dict[str, type[Command]] = {
    "close_lane": CloseLane,
    "open_lane": OpenLane,
    "set_speed_limit": SetSpeedLimit,
    "add_trip": AddTrip,
    "show_phase": ShowPhase,
    "follow_signal_plan": FollowSignalPlan,
    "set_signal_plan": SetSignalPlan,
}
_NAMES = {kind: name for name, kind in COMMANDS.items()}
_FIELDS = {kind: get_type_hints(kind) for kind in _NAMES}
_OPTIONAL = {kind: {field.name for field in fields(kind) if field.default is not MISSING} for kind in _NAMES}


def lasting_key(command: Command) -> tuple[str, int] | None:
    """What a command decides about until another of the same key does; None for one that acts once."""
    match command:
        case CloseLane(lane) | OpenLane(lane):
            return "lane", int(lane)
        case SetSpeedLimit(edge, _):
            return "limit", int(edge)
        case SetSignalPlan(program, _, _):
            return "plan", int(program)
        case ShowPhase(program, _) | FollowSignalPlan(program):
            return "stage", int(program)
        case AddTrip():
            return None


def to_json(command: Command) -> dict[str, Any]:
    """The command as plain values, with its name under "type"; `from_json` is the way back."""
    kind = type(command)
    plain = {name: _plain(getattr(command, name), hint) for name, hint in _FIELDS[kind].items()}
    return {"type": _NAMES[kind], **plain}


def _plain(value: Any, hint: Any) -> Any:
    if hint is int or hint is float:
        return hint(value)  # a controller may have taken it from an array
    if hint is VehicleKind:
        return VehicleKind(value).name.lower()
    return [float(item) for item in value]


def from_json(said: Any) -> Command:
    """The command that plain values say. BadInput, one sentence, for a name, field or type that there is not.

    Whether the city has such a lane is not asked here; that is `check`.
    """
    if not isinstance(said, dict) or not isinstance(said.get("type"), str):
        raise BadInput('A command is an object with its name under "type".')
    kind = COMMANDS.get(said["type"])
    if kind is None:
        raise BadInput(f"There is no command {said['type'][:40]!r}; there are {', '.join(COMMANDS)}.")
    hints = _FIELDS[kind]
    for name in said:
        if name != "type" and name not in hints:
            raise BadInput(f"{said['type']} has no field {str(name)[:40]!r}; it has {', '.join(hints)}.")
    for name in hints:
        if name not in said and name not in _OPTIONAL[kind]:
            raise BadInput(f"{said['type']} needs the field {name!r}.")
    given = {
        name: _read(f"{said['type']}.{name}", said[name], hint)
        for name, hint in hints.items()
        if name in said
    }
    return kind(**given)


def _read(where: str, value: Any, hint: Any) -> Any:
    if hint is int:
        if type(value) is int:  # a bool is none
            return value
        raise BadInput(f"{where} is a whole number, not {_short(value)}.")
    if hint is float:
        return _number(where, value)
    if hint is VehicleKind:
        if isinstance(value, str) and value.upper() in VehicleKind.__members__:
            return VehicleKind[value.upper()]
        kinds = ", ".join(kind.name.lower() for kind in VehicleKind)
        raise BadInput(f"{where} is one of {kinds}, not {_short(value)}.")
    if not isinstance(value, list):
        raise BadInput(f"{where} is a list of numbers, not {_short(value)}.")
    return tuple(_number(where, item) for item in value)


def _number(where: str, value: Any) -> float:
    if type(value) in (int, float) and abs(value) <= MOST:
        return float(value)
    raise BadInput(f"{where} is a number of at most {MOST:g}, not {_short(value)}.")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
