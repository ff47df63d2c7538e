"""Holds dist/experiment.schema.json against an independent validator of JSON Schema: every preset is valid, what the program refuses
is not, and the schema is one.

    cargo xtask build
    python3 -m venv venv && venv/bin/pip install jsonschema==4.26.0
    venv/bin/python tests/schema.py dist target/debug/iterscope
"""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile

from jsonschema import Draft202012Validator

dist, program = pathlib.Path(sys.argv[1]), sys.argv[2]
schema = json.loads((dist / "experiment.schema.json").read_text())
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)


def refusals(experiment):
    return [f"{'/'.join(map(str, e.path))}: {e.message[:200]}" for e in validator.iter_errors(experiment)]


presets = {}
for path in sorted((dist / "catalog").glob("*.json")):
    for family in json.loads(path.read_text())["families"]:
        presets.update({p["id"]: p["experiment"] for p in family["presets"]})
wrong = {name: refusals(e) for name, e in presets.items() if refusals(e)}

# A change of an experiment, as a path and a value; None takes the key away.
FULL = {
    "schema": 1,
    "problem": {"id": "pde.advection-diffusion", "params": {"n": 16, "reaction": "1"}},
    "runs": [
        {"method": "pde.sor", "backend": "cpu-f64", "params": {"omega": 1.5}},
        {"method": "pde.cg", "params": {"preconditioner": "ssor", "preconditioner.omega": 1.2}},
    ],
    "seed": 7,
    "stop": {"rtol": 1e-8, "max_steps": 3},
    "changes": [{"run": 0, "step": 1, "key": "omega", "value": 1.2}],
    "view": {"series": "residual.l2.rel", "sweep": {"axes": [{"place": "runs[0].omega", "from": 1, "to": 1.9, "points": 5}]}},
}
REFUSED = [
    ("schema", 2), ("schema", None), ("schema", "1"), ("problem", None), ("problem", []), ("problem/id", "pde.nothing"),
    ("problem/id", "ranking.pairwise"), ("problem/params/n", 2.5), ("problem/params/n", "many"), ("problem/params/n", 10**7),
    ("problem/params/m", 3), ("problem/params/reaction", True), ("problem/params", []), ("problem/data", "games.csv"),
    ("problem/colums", "a"), ("runs", []), ("runs", [{"method": "pde.cg"}] * 7), ("runs/0/method", "pde.nothing"),
    ("runs/0/method", "ranking.newman"), ("runs/0/method", None), ("runs/0/backend", "cpu-f16"),
    ("runs/0/params/omega", 2.5), ("runs/0/params/omega", "fast"), ("runs/0/params/omga", 1.5), ("runs/0/params", [1]),
    ("runs/1/params/preconditioner", "nothing"), ("runs/1/params/preconditioner.omega", 9), ("runs/1/params/preconditioner.what", 1),
    ("seed", -1), ("seed", 1.5), ("seed", "7"), ("stop", []), ("stop/rtol", -1), ("stop/rtol", 1), ("stop/max_steps", 0),
    ("stop/max_steps", 10.7), ("stop/until", 0), ("stop/steps", 1), ("changes", {}), ("changes/0/run", -1), ("changes/0/value", [1]),
    ("changes/0/key", None), ("view", []), ("view/serie", "a"), ("view/sweep/axes", "a"), ("view/sweep/measure", "all"), ("more", 1),
]


def changed(path, value):
    experiment = copy.deepcopy(FULL)
    *above, last = [int(p) if p.isdigit() else p for p in path.split("/")]
    place = experiment
    for key in above:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return experiment


def run(experiment):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "e.json")
        path.write_text(json.dumps(experiment))
        return subprocess.run([program, "run", path, "--json"], capture_output=True, text=True)


assert not refusals(FULL), refusals(FULL)
done = run(FULL)
assert done.returncode == 0, done.stderr
passed, accepted = [], []
for path, value in REFUSED:
    experiment = changed(path, value)
    if not refusals(experiment):
        passed.append((path, value))
    if run(experiment).returncode != 2:
        accepted.append((path, value))
print(f"{len(presets)} presets, {len(wrong)} of them refused; {len(REFUSED)} wrong experiments, of which the schema lets pass {len(passed)} "
      f"and the program {len(accepted)}; {len(json.dumps(schema)) / 1e6:.1f} MB")
for name, why in wrong.items():
    print(name, why)
print("passed by the schema:", passed)
print("passed by the program:", accepted)
sys.exit(bool(wrong or passed or accepted))
