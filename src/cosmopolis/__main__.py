"""`python -m cosmopolis` is `cosmopolis`."""

from cosmopolis.cli import main

main()
