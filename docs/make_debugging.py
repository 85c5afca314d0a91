"""Runs the session of docs/debugging.md again and writes down what it prints now.

    python docs/make_debugging.py [--check]

The inputs are those of the document, after `>>>` and `(Pdb)`. With `--check` nothing is written; the exit status is 1
where the session prints something else. Line numbers and lines of source are not compared: they move with every edit.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

DOCUMENT = Path(__file__).parent / "debugging.md"
SOURCES = Path(__file__).parents[1] / "src"
SESSION = re.compile(r"(?<=```pycon\n).*?(?=```)", re.DOTALL)
TYPED = re.compile(r"^(?:>>>|\.\.\.|\(Pdb\)) ?(.*)$", re.MULTILINE)
CONSOLE = """
import builtins, code, sys
lines = iter(sys.stdin.read().splitlines())
def typed(prompt=""):
    line = next(lines, None)
    if line is None:
        raise EOFError
    print(prompt + line)
    return line
builtins.input = typed
sys.ps1, sys.ps2 = ">>> ", "... "
code.interact(banner="", local=vars(sys.modules["__main__"]), exitmsg="")
"""


def played(session: str) -> str:
    """The session with what it prints now, without the folders of this machine."""
    env = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join([str(SOURCES), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", CONSOLE],
        input="\n".join(TYPED.findall(session)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=env,
        check=True,
    )
    return done.stdout.replace(f"{SOURCES}{os.sep}", "").strip() + "\n"


def without_lines(session: str) -> str:
    """`session` without line numbers and lines of source."""
    return re.sub(r"^->.*\n", "", re.sub(r"(?<=\.py)(\(\d+\)|:\d+)", "", session), flags=re.MULTILINE)


def main(arguments: list[str]) -> int:
    text = DOCUMENT.read_text(encoding="utf-8")
    found = SESSION.search(text)
    if found is None:
        print(f"{DOCUMENT} has no session")
        return 1
    now = played(found[0])
    if "--check" in arguments:
        same = without_lines(now) == without_lines(found[0])
        print("The session prints what the document says." if same else f"The session prints now:\n{now}")
        return 0 if same else 1
    DOCUMENT.write_text(text[: found.start()] + now + text[found.end() :], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
