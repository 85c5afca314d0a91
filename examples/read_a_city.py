"""A stored city is a folder of GeoParquet: ask it questions without Cosmopolis, in SQL.

Shows: the tables and their columns; floor area by use, straight from disk.

    python examples/read_a_city.py [CITY]        (without one it grows a small town)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import duckdb

from cosmopolis.city.build import build
from cosmopolis.city.store import save
from cosmopolis.growth import grow

with tempfile.TemporaryDirectory() as folder:
    city = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "small.city"
    if len(sys.argv) == 1:
        save(build(grow(seed=7, population=5_000)), city)
    rows = duckdb.sql(
        f"select use_name, count(*) as buildings, avg(height)::int as height, max(floors) as floors "
        f"from '{city}/buildings.parquet' group by use_name order by buildings desc"
    ).fetchall()
    ((lanes,),) = duckdb.sql(f"select count(*) from '{city}/lanes.parquet'").fetchall()

for use, count, height, floors in rows:
    print(f"{use:12s} {count:6d} buildings, {height:3d} m on average, up to {floors} floors")

assert lanes > 0 and sum(row[1] for row in rows) > 100, "an empty city"
print(f"{lanes} lanes. A city is data.")
