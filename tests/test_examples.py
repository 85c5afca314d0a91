"""Every example runs to its end, which is a check of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example(example):
    done = subprocess.run([sys.executable, str(example)], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    assert f"examples/{example.name}" in example.read_text(), "an example names its command"
    assert "assert " in example.read_text(), "an example ends with a check"
