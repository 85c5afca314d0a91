"""Its being here puts the project's root on the import path: `from tests.grids import grid` works anywhere."""
