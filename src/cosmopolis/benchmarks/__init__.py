"""What `cosmopolis bench` measures: one file a subject, each with `run()` yielding one dict a line."""
