"""Is there a graphics card? Asking imports CUDA; importing this does not.

numba's CUDA simulator (NUMBA_ENABLE_CUDASIM=1) counts as a card; it runs the kernels as plain Python.
"""

from __future__ import annotations

from importlib.util import find_spec

from numba import config

from cosmopolis.city.errors import BadInput

NEEDED = "Driving on a GPU needs numba-cuda: pip install 'cosmopolis[gpu]', on a machine with an NVIDIA GPU."


def simulated() -> bool:
    return bool(config.ENABLE_CUDASIM)


def missing() -> str | None:
    """Why nothing can be driven on a card here, in one sentence; None where it can.

    The `numba.cuda` that numba 0.68 brings is no longer kept up and does not compile these kernels; numba-cuda does.
    """
    if simulated():
        return None
    if find_spec("numba_cuda") is None:
        return NEEDED
    from numba import cuda

    if cuda.is_available():
        return None
    reason = (cuda.cuda_error() or "CUDA's compiler is not installed").strip().partition("\n")[0].rstrip(".")
    return f"No NVIDIA GPU can be used here ({reason}): check `nvidia-smi`, or drive on the processor."


def insist() -> None:
    """Raises BadInput where there is no card."""
    if (why := missing()) is not None:
        raise BadInput(why)


def unmeasurable() -> str | None:
    """Why no speed can be measured here; the simulator's means nothing."""
    return "numba's CUDA simulator says nothing about speed" if simulated() else missing()


def name() -> str:
    """What the card is called."""
    from numba import cuda

    called = cuda.get_current_device().name
    return called.decode() if isinstance(called, bytes) else str(called)
