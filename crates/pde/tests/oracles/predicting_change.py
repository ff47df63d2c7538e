"""Stencils learned from courses of random waves for u_t = -u_x + 0.05 u_xx, written again in NumPy: courses by the exact solution of each wave, least squares by
singular values. Random numbers are those of the program (SplitMix64, Box and Muller). Writes predicting_change.json.

Run: python predicting_change.py > predicting_change.json (NumPy 2.4.6)
"""

import json

import numpy as np

from networks import Rng

LENGTH, NU = 2 * np.pi, 0.05
MODES = np.arange(1, 6)
PHASES = np.array([0.3, 1.1, 2.5, 4.0, 5.2])


def waves(n, t, cosine, sine):
    x = LENGTH * np.arange(n) / n
    angle = MODES[:, None] * (x - t)
    decay = np.exp(-NU * MODES**2 * t)
    return (decay * cosine) @ np.cos(angle) + (decay * sine) @ np.sin(angle)


def start(n, t):
    """The sum of cos(k (x - t) + phase) exp(-nu k^2 t)."""
    return waves(n, t, np.cos(PHASES), -np.sin(PHASES))


def taps(u):
    return np.stack([np.roll(u, -j) for j in range(-2, 3)], axis=1)


def learn(n, target, courses, snapshots, dt, seed):
    rng, rows, labels = Rng(seed ^ 0x5EED0F0C0A25E500), [], []
    size = np.std(start(n, 0)) / np.sqrt(5)
    for _ in range(courses):
        pairs = [(size * rng.normal(), size * rng.normal()) for _ in MODES]
        cosine, sine = np.array(pairs).T
        u = [waves(n, s * dt, cosine, sine) for s in range(snapshots)]
        for s in range(snapshots):
            if target in ("state", "forward") and s + 1 < snapshots:
                label = u[s + 1] if target == "state" else (u[s + 1] - u[s]) / dt
            elif target == "central" and 1 <= s < snapshots - 1:
                label = (u[s + 1] - u[s - 1]) / (2 * dt)
            elif target == "richardson" and 2 <= s < snapshots - 2:
                label = (8 * (u[s + 1] - u[s - 1]) - (u[s + 2] - u[s - 2])) / (12 * dt)
            else:
                continue
            rows.append(taps(u[s]))
            labels.append(label)
    return np.linalg.lstsq(np.concatenate(rows), np.concatenate(labels), rcond=None)[0]


def roll_out(n, weights, integrator, dt, steps):
    f = lambda u: taps(u) @ weights
    u, former = start(n, 0), None
    for _ in range(steps):
        k = f(u)
        if integrator == "state":
            u = k
        elif integrator == "euler":
            u = u + dt * k
        elif integrator == "ab2":
            u = u + dt * (k if former is None else 1.5 * k - 0.5 * former)
        elif integrator == "heun":
            u = u + dt / 2 * (k + f(u + dt * k))
        else:
            k2 = f(u + dt / 2 * k)
            k3 = f(u + dt / 2 * k2)
            u = u + dt / 6 * (k + 2 * k2 + 2 * k3 + f(u + dt * k3))
        former = k
    return u


if __name__ == "__main__":
    pairs = [("state", "state"), ("forward", "euler"), ("forward", "ab2"), ("central", "heun"), ("richardson", "rk4"), ("richardson", "euler")]
    small = {}
    for target, integrator in pairs:
        weights = learn(32, target, 3, 8, 0.05, 4)
        small[f"{target} {integrator}"] = list(roll_out(32, weights, integrator, 0.05, 10))
    # Relative errors at t = 2, on 64 nodes, learned from 8 courses of 20 moments.
    errors = {}
    for target, integrator in pairs:
        weights = learn(64, target, 8, 20, 0.05, 1)
        exact = start(64, 2.0)
        for dt, steps in ((0.05, 40), (0.025, 80)):
            off = np.linalg.norm(roll_out(64, weights, integrator, dt, steps) - exact) / np.linalg.norm(exact)
            errors[f"{target} {integrator} {dt}"] = off
    print(json.dumps({"states": small, "errors": errors}, indent=1))
