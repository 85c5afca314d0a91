"""A City in the formats that other programs read, one file a format: `write(city, out)` each.

Everything is written aside first, so that an export that fails leaves nothing half-written.
"""
