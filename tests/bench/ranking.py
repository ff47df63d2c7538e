"""Iterscope against evalica and choix on the same games, in one run, at equal accuracy.

    cargo build --release -p iterscope-ranking --example solve
    pip install -r tests/bench/requirements.txt
    python3 tests/bench/ranking.py

Every program gets the games as lists of item numbers in memory and is timed from there to its strengths. Accuracy is the
largest difference of a log-strength from the maximum-likelihood estimate (Newton's method to 1e-12). Iterscope's tolerance
is the loosest of 1e-3, 1e-4, ... with which it is at least as accurate as the peer. The best of several alternating runs
counts. All programs use one thread.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOLVE = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")), "release/examples/solve")


def games(players, count, seed):
    """Games between players whose neighbours on a ring have met twice with one win each: the estimate is finite."""
    rng = np.random.default_rng(seed)
    strength = rng.normal(0.0, 0.7, players)
    a = rng.integers(0, players, count)
    b = (a + rng.integers(1, players, count)) % players
    first = rng.random(count) < 1.0 / (1.0 + np.exp(strength[b] - strength[a]))
    winner, loser = np.where(first, a, b), np.where(first, b, a)
    ring = np.arange(players)
    nxt = (ring + 1) % players
    return np.concatenate([winner, ring, nxt]), np.concatenate([loser, nxt, ring])


def iterscope(path, method, rtol, folder):
    out = os.path.join(folder, "strengths")
    said = json.loads(subprocess.run([SOLVE, path, method, str(rtol), out], check=True, capture_output=True).stdout)
    log = np.loadtxt(out)
    return log - log.mean(), said


def evalica_solve(winner, loser, players, name):
    """Its compiled core alone: the Python around it (names to numbers, a sorted table) is not counted."""
    import evalica

    winners = [evalica.Winner.X] * len(winner)
    kept = {"xs": winner.tolist(), "ys": loser.tolist(), "winners": winners, "weights": [1.0] * len(winner)}
    kept |= {"total": players, "win_weight": 1.0, "tie_weight": 0.5, "tolerance": 1e-6, "limit": 10_000}
    start = time.perf_counter()
    if name == "newman":
        scores, _, steps = evalica._brzo.newman(**kept, v_init=0.5)
    else:
        scores, steps = evalica._brzo.bradley_terry(**kept)
    seconds = time.perf_counter() - start
    log = np.log(np.asarray(scores))
    return log - log.mean(), seconds, f"{steps} passes"


def choix_solve(winner, loser, players, name):
    import choix

    data = list(zip(winner.tolist(), loser.tolist()))
    start = time.perf_counter()
    log = {
        "ilsr": lambda: choix.ilsr_pairwise(players, data, max_iter=1000),
        "mm": lambda: choix.mm_pairwise(players, data, max_iter=10_000),
        "newton-cg": lambda: choix.opt_pairwise(players, data, method="Newton-CG"),
    }[name]()
    seconds = time.perf_counter() - start
    return log - log.mean(), seconds, "its own tolerance"


CASES = [
    ("dense", 1_000, 2_000_000, ["evalica zermelo", "evalica newman", "choix ilsr"]),
    ("dense", 300, 200_000, ["evalica zermelo", "evalica newman", "choix ilsr"]),
    ("sparse", 10_000, 200_000, ["evalica zermelo", "evalica newman"]),
    ("sparse", 2_000, 40_000, ["evalica zermelo", "evalica newman", "choix ilsr"]),
]


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, players, count, peers in CASES:
            winner, loser = games(players, count, 7)
            path = os.path.join(folder, "games.csv")
            np.savetxt(path, np.stack([winner, loser], axis=1), fmt="%d", delimiter=",")
            truth, _ = iterscope(path, "ranking.newton", 1e-12, folder)
            for peer in peers:
                package, name = peer.split()
                solve = evalica_solve if package == "evalica" else choix_solve
                theirs, ours, how = [], [], ""
                log, seconds, how = solve(winner, loser, players, name)
                error = np.abs(log - truth).max()
                theirs.append(seconds)
                rtol = 1e-3
                while True:
                    log, said = iterscope(path, "ranking.newman", rtol, folder)
                    if np.abs(log - truth).max() <= error or rtol < 1e-13:
                        break
                    rtol /= 10.0
                for _ in range(rounds):
                    _, said = iterscope(path, "ranking.newman", rtol, folder)
                    ours.append(said["count"] + said["run"])
                    if seconds < 5.0:
                        theirs.append(solve(winner, loser, players, name)[1])
                mine = np.abs(log - truth).max()
                rows.append((kind, players, len(winner), peer, how, error, min(theirs), said["steps"], mine, min(ours)))
                print(json.dumps(rows[-1], default=float), flush=True)
    print("\n| games | peer | its accuracy | its time (s) | Iterscope's accuracy | its time (s) | ratio |")
    print("|---|---|---|---|---|---|---|")
    for kind, players, count, peer, how, error, theirs, steps, mine, ours in rows:
        print(
            f"| {kind}, {players:,} players, {count:,} games | {peer} ({how}) | {error:.1e} | {theirs:.3f} "
            f"| {mine:.1e} ({steps} passes) | {ours:.4f} | {theirs / ours:.0f} |"
        )


if __name__ == "__main__":
    main()
