"""The wheel carries the built client: a user needs pip and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "src/cosmopolis/world/client/index.html"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not CLIENT.exists():
        pytest.fail("The client is not built: run `make setup`.")
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(out.glob("cosmopolis-*.whl"))


@pytest.mark.slow
def test_it_holds_the_client_and_the_licence(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "cosmopolis/world/client/index.html" in names
    assert any(re.fullmatch(r"cosmopolis/world/client/assets/.*\.js", name) for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith(("tests/", "web/")) for name in names)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_installed_in_an_empty_environment_it_starts_a_city(wheel, tmp_path):
    python = empty_environment(tmp_path / "venv", wheel)
    city = tmp_path / "village.city"
    command = [str(python), "-m", "cosmopolis"]
    subprocess.run([*command, "grow", "--population", "5000", "--out", str(city)], check=True, cwd=tmp_path)
    server = subprocess.Popen(
        [*command, "run", str(city), "--port", "0", "--no-browser"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        page = urllib.request.urlopen(address(server), timeout=30).read().decode()
        assert "<title>" in page and "assets/" in page
    finally:
        server.terminate()
        server.wait(20)


def empty_environment(folder: Path, wheel: Path) -> Path:
    """A virtual environment with the wheel and what it needs, as pip installs them; Python compiles what is used."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install = ["-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check", str(wheel)]
    subprocess.run([str(python), *install], check=True)
    return python


def address(server: subprocess.Popen[str]) -> str:
    """The URL that a starting server prints."""
    assert server.stderr is not None
    said = ""
    for line in server.stderr:
        said += line
        if found := re.search(r"http://[\d.]+:\d+", line):
            return found.group()
    raise AssertionError(f"The server did not start: {said}")
