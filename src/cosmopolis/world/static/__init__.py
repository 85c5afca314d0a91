"""The static city as files of columns (SPEC 3, 4): `network`, `ground`, `tiles`, and `shelf`, which keeps them."""
