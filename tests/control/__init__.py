"""Signal controllers."""
