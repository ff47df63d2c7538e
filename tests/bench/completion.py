"""Iterscope's alternating least squares and stochastic gradients against cmfrec and surprise, and the memory of ten million.

    cargo build --release -p iterscope-completion --example sweep
    pip install -r tests/bench/requirements.txt
    python3 tests/bench/completion.py [ROUNDS]

One million generated ratings of realistic shape: 6,040 users, 3,706 items, both with popularities that fall like a power, a
rank-8 taste plus noise, stars from 1 to 5. One thread, double precision, the same rank and the same lambda; the same random
tenth is held out by all. Programs take turns, and the best of the rounds counts.

All times are seconds of the processor, so that a busy machine disturbs less. A sweep or an epoch is the time of eleven
iterations less that of one, divided by ten: what is done once is not counted. The time to an error counts all that happens
from data in memory: of cmfrec its whole fit with the fewest sweeps that reach it, of Iterscope the start and the steps.

    cargo build --release -p iterscope-cli
    python3 tests/bench/completion.py memory

writes ten million ratings by 160,000 users of 60,000 items into a temporary file, lets the command line read and fit them,
and has `/usr/bin/time` say the most memory that was resident.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RELEASE = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")), "release")
SLACK = 0.001
"""How much worse an RMSE may be and still count as equal."""


def ratings(users, items, count, seed):
    rng = np.random.default_rng(seed)
    popular = lambda n, power: (lambda w: w / w.sum())(np.arange(1, n + 1.0) ** -power)
    user = rng.choice(users, size=3 * count, p=popular(users, 0.5))
    item = rng.choice(items, size=3 * count, p=popular(items, 0.7))
    pairs = np.unique(user.astype(np.int64) * items + item)
    pairs = rng.permutation(pairs)[:count]
    user, item = pairs // items, pairs % items
    u, v = rng.normal(size=(users, 8)) / 8**0.5, rng.normal(size=(items, 8))
    taste = 3.5 + 0.4 * rng.normal(size=users)[user] + 0.5 * rng.normal(size=items)[item] + 0.6 * (u[user] * v[item]).sum(1)
    stars = np.clip(np.rint(taste + 0.7 * rng.normal(size=len(user))), 1, 5)
    return user, item, stars


def rmse(guess, truth):
    return float(np.sqrt(np.nanmean((guess - truth) ** 2)))


class Cmfrec:
    def __init__(self, user, item, stars, held):
        import pandas as pd

        self.table = pd.DataFrame({"UserId": user[~held], "ItemId": item[~held], "Rating": stars[~held]})
        self.held = user[held], item[held], stars[held]

    def fit(self, rank, ridge, sweeps):
        """Seconds of the fit, and the error after it."""
        from cmfrec import CMF

        model = CMF(k=rank, lambda_=ridge, method="als", use_cg=False, user_bias=False, item_bias=False, niter=sweeps,
                    use_float=False, nthreads=1, precompute_for_predictions=False, verbose=False)
        start = time.process_time()
        model.fit(self.table)
        seconds = time.process_time() - start
        user, item, stars = self.held
        return seconds, rmse(model.predict(user, item), stars)


class Surprise:
    """Funk's stochastic gradients with biases, as surprise has them, with its default rates."""

    def __init__(self, user, item, stars, held):
        import pandas as pd
        from surprise import Dataset, Reader

        table = pd.DataFrame({"user": user[~held], "item": item[~held], "rating": stars[~held]})
        self.seen = Dataset.load_from_df(table, Reader(rating_scale=(1, 5))).build_full_trainset()

    def fit(self, rank, epochs):
        from surprise import SVD

        model = SVD(n_factors=rank, n_epochs=epochs, random_state=1)
        start = time.process_time()
        model.fit(self.seen)
        return time.process_time() - start


def iterscope(path, method, rank, steps, **given):
    """Seconds after the start and after each step, and the error there."""
    args = [os.path.join(RELEASE, "examples/sweep"), path, method, str(rank), str(steps)]
    args += [f"{key}={value}" for key, value in given.items()]
    lines = subprocess.run(args, check=True, capture_output=True, text=True).stdout.splitlines()
    return [tuple(map(float, line.split())) for line in lines]


def each(run):
    """Seconds of a step, from eleven less one."""
    return (run[11][0] - run[1][0]) / 10


def first(run, goal):
    """The step after which the error is that small, and the seconds until then."""
    return next(((step, seconds) for step, (seconds, error) in enumerate(run) if error <= goal), (None, float("nan")))


def speed(rounds):
    user, item, stars = ratings(6040, 3706, 1_000_000, 7)
    held = np.random.default_rng(1).random(len(user)) < 0.1
    cmfrec, surprise = Cmfrec(user, item, stars, held), Surprise(user, item, stars, held)
    rows = {"sweep": [], "epoch": [], "goal": []}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "ratings.csv")
        np.savetxt(path, np.stack([user, item, stars, held], axis=1), fmt="%d", delimiter=",")
        for rank, ridge in ((10, 5.0), (20, 10.0), (40, 20.0)):
            theirs, sweeps, epochs, others = [], [], [], []
            for _ in range(rounds):
                (long, error), (short, _) = cmfrec.fit(rank, ridge, 11), cmfrec.fit(rank, ridge, 1)
                theirs.append((long - short) / 10)
                als = iterscope(path, "completion.als", rank, 11, ridge=ridge)
                sweeps.append(each(als))
                sgd = iterscope(path, "completion.sgd", rank, 60, ridge=ridge, eta=0.2)
                epochs.append(each(sgd))
                others.append((surprise.fit(rank, 11) - surprise.fit(rank, 1)) / 10)
            goal = max(error, als[11][1]) + SLACK
            fewest = next(n for n in range(1, 12) if cmfrec.fit(rank, ridge, n)[1] <= goal)
            whole = min(cmfrec.fit(rank, ridge, fewest)[0] for _ in range(rounds))
            t, o, e, s = min(theirs), min(sweeps), min(epochs), min(others)
            rows["sweep"].append(f"| {rank} | {t:.3f} | {error:.4f} | {o:.3f} | {als[11][1]:.4f} | {t / o:.1f} |")
            rows["epoch"].append(f"| {rank} | {t:.3f} | {s:.3f} | {e:.3f} | {t / e:.1f} | {s / e:.1f} |")
            (a, a_seconds), (g, g_seconds) = first(als, goal), first(sgd, goal)
            told = lambda steps, seconds: f"{seconds:.2f} ({steps})" if steps else f"{sgd[-1][1]:.4f} after {len(sgd) - 1}"
            times = lambda seconds: "" if np.isnan(seconds) else f"{whole / seconds:.1f}"
            rows["goal"].append(
                f"| {rank} | {goal:.4f} | {whole:.2f} ({fewest}) | {told(a, a_seconds)} | {told(g, g_seconds)} "
                f"| {times(a_seconds)} | {times(g_seconds)} |"
            )
            print(f"rank {rank} done", file=sys.stderr, flush=True)
    print("| rank | cmfrec, s a sweep | its RMSE | Iterscope, s a sweep | its RMSE | ratio |\n|---|---|---|---|---|---|")
    print("\n".join(rows["sweep"]))
    print("\n| rank | cmfrec ALS, s a sweep | surprise SVD, s an epoch | Iterscope SGD, s an epoch | ratio to the sweep "
          "| ratio to the epoch |\n|---|---|---|---|---|---|")
    print("\n".join(rows["epoch"]))
    print("\n| rank | RMSE to reach | cmfrec ALS, s (sweeps) | Iterscope ALS, s (sweeps) | Iterscope SGD, s (epochs) "
          "| ratio, ALS | ratio, SGD |\n|---|---|---|---|---|---|---|")
    print("\n".join(rows["goal"]))


def memory():
    user, item, stars = ratings(160_000, 60_000, 10_000_000, 7)
    with tempfile.TemporaryDirectory() as folder:
        data, experiment = os.path.join(folder, "ratings.csv"), os.path.join(folder, "experiment.json")
        with open(data, "w") as file:
            file.write("user,item,rating\n")
            np.savetxt(file, np.stack([user, item, stars], axis=1), fmt="u%d,i%d,%d")
        with open(experiment, "w") as file:
            problem = {"id": "completion.ratings", "data": "ratings.csv", "params": {"rank": 10}}
            json.dump({"schema": 1, "problem": problem, "runs": [{"method": "completion.als", "params": {"ridge": 5}}],
                       "seed": 1, "stop": {"rtol": 1e-9, "max_steps": 5}}, file)
        # A process that is started from here would count what this one holds.
        args = ["/usr/bin/time", "-f", "%M %U", os.path.join(RELEASE, "iterscope"), "run", experiment, "--json"]
        run = subprocess.run(args, check=True, capture_output=True, cwd=folder, text=True)
        resident, seconds = run.stderr.split()[-2:]
        error = json.loads(run.stdout)["runs"][0]["final"]["rmse.heldout"]
        print(f"{len(stars):,} ratings, {os.path.getsize(data) / 1e6:.0f} MB of text: {float(resident) / 1024:.0f} MiB resident "
              f"at most, {seconds} s of the processor, RMSE {error:.4f}")


if __name__ == "__main__":
    memory() if sys.argv[1:] == ["memory"] else speed(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
