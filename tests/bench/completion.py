"""Iterscope's alternating least squares and stochastic gradients against cmfrec on the same ratings, in one run.

    cargo build --release -p iterscope-completion --example sweep
    pip install -r tests/bench/requirements.txt
    python3 tests/bench/completion.py

One million generated ratings of realistic shape: 6,040 users, 3,706 items, both with popularities that fall like a power,
a rank-8 taste plus noise, stars from 1 to 5. One thread, double precision, the same rank and the same lambda; a random tenth
is held out by each. A sweep is the time of eleven iterations less that of one, divided by ten: what is done once is not
counted for either. Runs alternate; the best counts.
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
SWEEP = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")), "release/examples/sweep")


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


def cmfrec_fit(user, item, stars, rank, ridge, sweeps, seed):
    import pandas as pd
    from cmfrec import CMF

    held = np.random.default_rng(seed).random(len(user)) < 0.1
    table = pd.DataFrame({"UserId": user[~held], "ItemId": item[~held], "Rating": stars[~held]})
    model = CMF(k=rank, lambda_=ridge, method="als", use_cg=False, user_bias=False, item_bias=False, niter=sweeps,
                use_float=False, nthreads=1, precompute_for_predictions=False, verbose=False)
    start = time.perf_counter()
    model.fit(table)
    seconds = time.perf_counter() - start
    guess = model.predict(user[held], item[held])
    return seconds, float(np.sqrt(np.nanmean((guess - stars[held]) ** 2)))


def iterscope(path, rank, ridge, sweeps, method="completion.als"):
    args = [SWEEP, path, method, str(rank), str(ridge), str(sweeps)]
    return json.loads(subprocess.run(args, check=True, capture_output=True).stdout)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    user, item, stars = ratings(6040, 3706, 1_000_000, 7)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "ratings.csv")
        np.savetxt(path, np.stack([user, item, stars], axis=1), fmt="%d", delimiter=",")
        print("| method | cmfrec, s a sweep | its held-out RMSE | Iterscope, s a sweep | its held-out RMSE | ratio |")
        print("|---|---|---|---|---|---|")
        for rank, ridge in ((10, 5.0), (20, 10.0), (40, 20.0)):
            theirs, ours, their_error, our_error = [], [], [], []
            for _ in range(rounds):
                long, error = cmfrec_fit(user, item, stars, rank, ridge, 11, 1)
                short, _ = cmfrec_fit(user, item, stars, rank, ridge, 1, 1)
                theirs.append((long - short) / 10)
                their_error.append(error)
                one, many = iterscope(path, rank, ridge, 1), iterscope(path, rank, ridge, 11)
                ours.append((many["run"] - one["run"]) / 10)
                our_error.append(many["rmse"])
            print(
                f"| ALS, rank {rank} | {min(theirs):.3f} | {min(their_error):.4f} | {min(ours):.3f} "
                f"| {min(our_error):.4f} | {min(theirs) / min(ours):.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
