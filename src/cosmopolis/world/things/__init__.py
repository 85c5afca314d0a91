"""Things of the city as named fields that a person can read, with what they do right now (SPEC 2.5)."""
