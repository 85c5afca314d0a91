"""The static city: as read (`raw`), as built (`model`), on disk (`store`). Knows no file formats and no time."""
