#!/usr/bin/env python3
"""Ratings by the differences of the goals, by dense least squares of numpy: pip install numpy && python3 massey.py.

The games are those of crates/data/samples/scotland-1994.csv.
"""
import csv
import pathlib

import numpy as np

with open(pathlib.Path(__file__).parents[3] / "data/samples/scotland-1994.csv") as file:
    rows = list(csv.DictReader(file))
names = sorted({row[side] for row in rows for side in ("home", "away")})
goals = np.array([int(row["home_goals"]) - int(row["away_goals"]) for row in rows])
for place in (0, 1):
    incidence = np.zeros((len(rows), len(names) + place))
    for k, row in enumerate(rows):
        incidence[k, names.index(row["home"])], incidence[k, names.index(row["away"])] = 1, -1
        incidence[k, len(names):] = 1
    found = np.linalg.lstsq(incidence, goals, rcond=None)[0]
    spread = np.sqrt(np.mean((goals - incidence @ found) ** 2))
    print("spread", repr(float(spread)), "place", found[len(names):].tolist())
    print(dict(zip(names, found.tolist())))
