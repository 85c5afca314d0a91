"""One error for everything a user gave us that we cannot use."""

from __future__ import annotations


class BadInput(Exception):
    """What is wrong, where, and what to do about it, in one sentence that a user can act on.

    The command line prints it and exits with code 2; the server answers it with status 422.
    """
