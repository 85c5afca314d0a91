"""Everything of a City that is not its network, one layer a file: from what was read, or invented from it."""
