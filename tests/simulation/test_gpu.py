"""The graphics card's sibling of car following: in numba's CUDA simulator always, on a real card where there is one."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numba import typeof, types

from cosmopolis.city.errors import BadInput
from cosmopolis.simulation.traffic import rings
from cosmopolis.simulation.traffic.drivers import drivers
from cosmopolis.simulation.traffic.gpu import card
from cosmopolis.simulation.traffic.state import Cars
from tests.simulation.ring_roads import ROOT, STEPS, drive_elsewhere, mixed_lanes

cuda = pytest.importorskip("numba.cuda", reason="neither numba-cuda nor a numba that brings its own")
NO_CARD = card.missing()


def assert_as_on_the_processor(pictures: list[Cars], metres: float) -> None:
    """After each of STEPS everybody is within so many metres of the reference, and of a tenth of that in m/s."""
    cars, around = mixed_lanes()
    traffic = rings.RingTraffic(cars, around, drivers())
    for steps, picture in zip(STEPS, pictures, strict=True):
        traffic.run(steps)
        reference = traffic.cars()
        np.testing.assert_allclose(picture.position, reference.position, rtol=0, atol=metres)
        np.testing.assert_allclose(picture.speed, reference.speed, rtol=0, atol=0.1 * metres)
    assert np.abs(reference.position - cars.position).max() > 100.0, "they have driven"


def test_in_the_simulator_the_kernels_drive_as_the_processor_does(tmp_path: Path) -> None:
    pictures = drive_elsewhere(*mixed_lanes(), tmp_path, NUMBA_ENABLE_CUDASIM="1")
    assert_as_on_the_processor(pictures, metres=1e-4)


@pytest.mark.skipif(NO_CARD is not None, reason=f"needs a GPU: {NO_CARD}")
def test_a_real_card_drives_as_the_processor_does(tmp_path: Path) -> None:
    """It fuses multiplications and additions, which rounds otherwise; noise of that size makes 3 mm in 30 steps."""
    assert_as_on_the_processor(drive_elsewhere(*mixed_lanes(), tmp_path), metres=0.03)


@pytest.mark.skipif(NO_CARD is None, reason="there is a GPU")
def test_without_a_card_one_sentence_says_what_to_do() -> None:
    from cosmopolis.simulation.traffic.gpu.rings import DeviceRingTraffic

    cars, around = mixed_lanes()
    with pytest.raises(
        BadInput, match=r"numba-cuda: pip install 'cosmopolis\[gpu\]'|No NVIDIA GPU"
    ) as caught:
        DeviceRingTraffic(cars, around, drivers())
    assert "\n" not in str(caught.value)


def test_nothing_imports_cuda_unless_asked() -> None:
    asked = "cosmopolis.cli cosmopolis.simulation cosmopolis.world.server cosmopolis.simulation.traffic.rings"
    script = (
        f"import sys\nfor name in {asked.split()!r}: __import__(name)\nprint('numba.cuda' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_every_formula_has_one_source() -> None:
    """The card's functions are made of the processor's code objects, down to the Intelligent Driver Model."""
    from cosmopolis.simulation.traffic import car_following
    from cosmopolis.simulation.traffic.gpu import device

    on_card = device.on_device(car_following.follow).py_func
    assert on_card.__code__ is car_following.follow.py_func.__code__
    model = on_card.__globals__["idm"].py_func
    assert model.__code__ is car_following.idm.py_func.__code__
    assert model.__globals__["free_road"].py_func.__code__ is car_following.free_road.py_func.__code__


def can_compile() -> bool:
    """CUDA's compiler needs no card."""
    if find_spec("numba_cuda") is None:
        return False
    try:
        from numba.cuda.cudadrv import nvvm

        nvvm.NVVM()
    except Exception:  # of several kinds, by version
        return False
    return True


@pytest.mark.skipif(
    not can_compile(), reason="needs CUDA's compiler, though no GPU: pip install 'cosmopolis[gpu]'"
)
def test_the_kernels_compile_for_a_card_and_do_all_in_single_precision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from cosmopolis.simulation.traffic.gpu import car_following
    from cosmopolis.simulation.traffic.gpu import rings as on_card
    from cosmopolis.simulation.traffic.gpu.state import DeviceCars, DeviceDrivers, DeviceMoves
    from cosmopolis.simulation.traffic.state import empty_moves

    a_card = SimpleNamespace(compute_capability=(8, 0))
    monkeypatch.setattr("numba.cuda.dispatcher.get_current_device", lambda: a_card)
    seats, lanes = rings.seated(*mixed_lanes(), drivers())

    def kind(record: Any, columns: type) -> Any:
        return typeof(columns(*(getattr(record, name) for name in columns._fields)))

    cars, who, lane = kind(seats, DeviceCars), kind(drivers(), DeviceDrivers), kind(lanes, rings.Rings)
    moves = kind(empty_moves(1, 1, len(seats.position)), DeviceMoves)
    kernels = {
        car_following.follow: (types.int64, who, cars, moves),
        car_following.move: (types.int64, who, cars, moves, types.float64),
        on_card.lead_round: (types.int64, lane, who, cars, moves),
        on_card.go_on: (types.int64, lane, cars, moves),
    }
    for kernel, arguments in kernels.items():
        ptx, _ = cuda.compile_ptx(kernel.py_func, types.void(*arguments), cc=a_card.compute_capability)
        assert ".entry" in ptx and "call" not in ptx, "all is inlined"
        assert not re.search(r"\b(fma|mul|add|sub|div|sqrt)\S*f64", ptx), kernel.__name__
