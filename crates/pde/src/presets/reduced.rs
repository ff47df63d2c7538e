//! Reduced models in time.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.reduced-elsewhere",
        label: "A reduced model elsewhere",
        summary: "Six modes that were found with a source that begins at x = 0.2 are asked about one that begins at 0.5: half of the solution is missing. The model \
                  that looks at its residual takes a few full steps, learns what is new, and goes on with an error of 2 % or 0.1 %.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": { "dimension": "1", "n": 200,
    "equations": "u_t = div((0.1 + u^2)*grad(u)) + a*exp(-((x - x0 - s*t)/0.05)^2)\na = 5\ns = 0.3\nx0 = 0.5\nu(0) = 0\nall: u = 0" } },
  "runs": [
    { "method": "pde.implicit-euler", "params": { "dt": 0.01 } },
    { "method": "pde.pod-galerkin", "params": { "dt": 0.01, "integrator": "implicit-euler", "span": 1, "snapshots": 100, "train": "x0 = 0.2" } },
    { "method": "pde.adaptive-rom", "params": { "dt": 0.01, "span": 1, "snapshots": 100, "train": "x0 = 0.2" } },
    { "method": "pde.adaptive-rom", "params": { "dt": 0.01, "tol": 0.01, "span": 1, "snapshots": 100, "train": "x0 = 0.2" } } ],
  "stop": { "until": 1 },
  "view": { "series": "rom.error" } }"#,
    },
    Preset {
        id: "pde.travelling-modes",
        label: "What travels needs many modes",
        summary: "A hump is carried along: every place it comes to is a new direction, so that 5 modes show ripples, 10 fewer, and 25 follow. After the \
                  training time, half of the way round, all of them fail: what was not shown cannot appear.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": { "dimension": "1", "n": 200,
    "equations": "u_t = -dx(u) + 0.0005*u_xx\nu(0) = exp(-((x - 0.2)/0.05)^2)\nperiodic" } },
  "runs": [
    { "method": "pde.rk4", "params": { "dt": 0.002 } },
    { "method": "pde.pod-galerkin", "params": { "dt": 0.002, "modes": 5, "span": 0.5 } },
    { "method": "pde.pod-galerkin", "params": { "dt": 0.002, "modes": 10, "span": 0.5 } },
    { "method": "pde.pod-galerkin", "params": { "dt": 0.002, "modes": 25, "span": 0.5 } } ],
  "stop": { "until": 0.8 },
  "view": { "series": "rom.error" } }"#,
    },
    Preset {
        id: "pde.lagrangian-frame",
        label: "Modes that travel along",
        summary: "The hump once more. Where nodes travel with it, two modes are off by 0.2 % at the end. The full grid, whose differences make waves travel too slowly, is off by \
                  4 %; 25 modes on it are as good until the training ends, and worth nothing after. That holds for what keeps its form: a shock ends the frame.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection", "params": { "n": 200, "advection": "central", "measures": "",
    "equations": "u_t = -dx(u) + 0.0005*u_xx\nu(0) = exp(-((x - 0.2)/0.05)^2)\nperiodic",
    "exact": "0.05/sqrt(0.0025 + 0.002*t)*(exp(-(x - 0.2 - t)^2/(0.0025 + 0.002*t)) + exp(-(x + 0.8 - t)^2/(0.0025 + 0.002*t)))" } },
  "runs": [
    { "method": "pde.rk4", "params": { "dt": 0.002 } },
    { "method": "pde.pod-galerkin", "params": { "dt": 0.002, "modes": 10, "span": 0.5 } },
    { "method": "pde.pod-galerkin", "params": { "dt": 0.002, "modes": 25, "span": 0.5 } },
    { "method": "pde.lagrangian-basis", "params": { "dt": 0.002, "modes": 2, "span": 0.5 } } ],
  "stop": { "until": 0.8 },
  "view": { "series": "error.l2.rel" } }"#,
    },
    Preset {
        id: "pde.dictionary",
        label: "Bases that take turns",
        summary: "Eight bases of 4 vectors, each for a stretch of the way, follow the hump with an error of 2 %, where one basis of 4 shows nothing of it and one of 10 \
                  is off by 7 %. One basis of all 32 is better by far, at eight times the unknowns in each step; and past the training time, at 0.5, the dictionary fails at once.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": { "dimension": "1", "n": 100,
    "equations": "u_t = -dx(u) + 0.0005*u_xx\nu(0) = exp(-((x - 0.2)/0.05)^2)\nperiodic" } },
  "runs": [
    { "method": "pde.rk4", "params": { "dt": 0.005 } },
    { "method": "pde.pod-galerkin", "params": { "dt": 0.005, "modes": 4, "span": 0.5, "snapshots": 100 } },
    { "method": "pde.pod-galerkin", "params": { "dt": 0.005, "modes": 10, "span": 0.5, "snapshots": 100 } },
    { "method": "pde.pod-galerkin", "params": { "dt": 0.005, "modes": 32, "span": 0.5, "snapshots": 100 } },
    { "method": "pde.dictionary-rom", "params": { "dt": 0.005, "span": 0.5, "snapshots": 100 } } ],
  "stop": { "until": 0.6 },
  "view": { "series": "rom.error" } }"#,
    },
];
