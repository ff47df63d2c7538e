//! Eigenmodes.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.l-shape-modes",
        label: "Modes of the L-shape",
        summary: "The membrane that became a logo. Its third mode is a sine of the three squares and smooth, its first is singular at the corner: there the \
                  discrete eigenvalue comes from above, and only with order 4/3. With an exact solve ten steps suffice; a preconditioner comes near to that.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.eigen", "params": {
    "x_min": -1, "y_min": -1, "domain": "not (x >= 0 and y <= 0)", "modes": 3,
    "known": "9.6397238440, 15.1972519265, 2*pi^2" } },
  "runs": [
    { "method": "pde.lanczos", "params": { "on": "inverse" } },
    { "method": "pde.subspace-iteration" },
    { "method": "pde.lobpcg", "params": { "preconditioner": "aggregation" } },
    { "method": "pde.lobpcg" },
    { "method": "pde.lanczos" } ],
  "stop": { "max_steps": 1000 } }"#,
    },
    Preset {
        id: "pde.drum",
        label: "A drum",
        summary: "The disc, whose tones are zeros of Bessel functions. On a square grid its rim is a staircase, and the eigenvalues are two percent too low in whatever \
                  way they are computed; the second pair of equal tones, the fourth and the fifth, comes apart, because the grid has the symmetry of a square \
                  only.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.eigen", "params": {
    "n": 64, "x_min": -1, "y_min": -1, "domain": "x^2 + y^2 < 1", "modes": 6,
    "known": "5.783185962946783, 14.681970642123895, 14.681970642123895, 26.374616427163392, 26.374616427163392, 30.471262343662087" } },
  "runs": [
    { "method": "pde.subspace-iteration", "params": { "guard": 6 } },
    { "method": "pde.subspace-iteration", "params": { "guard": 0 } },
    { "method": "pde.lobpcg", "params": { "preconditioner": "ic0", "guard": 3 } } ] }"#,
    },
    Preset {
        id: "pde.double-eigenvalue",
        label: "A double eigenvalue",
        summary: "The second and third mode of the square have one eigenvalue. Lanczos' process from one vector sees a single one of them, finds the fourth in its \
                  place, and its residuals are as small as those of the methods with several vectors: small residuals do not mean that nothing was overlooked.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.eigen", "params": { "n": 32, "modes": 3 } },
  "runs": [
    { "method": "pde.lanczos", "params": { "on": "inverse" } },
    { "method": "pde.lobpcg", "params": { "preconditioner": "multigrid" } },
    { "method": "pde.subspace-iteration" } ] }"#,
    },
    Preset {
        id: "pde.modes-by-multigrid",
        label: "Modes with multigrid",
        summary: "LOBPCG with three preconditioners and without. Multigrid and aggregation take under twenty steps, and would on any grid; the steps of the others grow \
                  with it, to hundreds here.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.eigen", "params": { "n": 64, "modes": 4, "diffusion": "1 + 4*x*y" } },
  "runs": [
    { "method": "pde.lobpcg", "params": { "preconditioner": "multigrid" } },
    { "method": "pde.lobpcg", "params": { "preconditioner": "aggregation" } },
    { "method": "pde.lobpcg", "params": { "preconditioner": "ic0" } },
    { "method": "pde.lobpcg" } ],
  "stop": { "max_steps": 600 } }"#,
    },
    Preset {
        id: "pde.one-mode",
        label: "Digits that triple",
        summary: "One mode, near the shift 50. Inverse iteration gains the same factor in every step; with its own Rayleigh quotient as the next shift \
                  the residual is cubed instead, at the price of a factorisation in every step.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.eigen", "params": {
    "n": 40, "modes": 4, "reaction": "400*((x - 0.5)^2 + (y - 0.4)^2)" } },
  "runs": [
    { "method": "pde.inverse-iteration", "params": { "shift": 50 } },
    { "method": "pde.rayleigh-quotient", "params": { "shift": 50 } } ],
  "stop": { "rtol": 1e-11, "max_steps": 300 } }"#,
    },
];
