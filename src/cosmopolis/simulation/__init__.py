"""Time and movement: State, Command, Event and `step`. Knows no sockets, files or wall-clock time."""
