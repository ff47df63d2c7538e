//! Patterns, phases and chaos.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.labyrinth",
        label: "Labyrinth",
        summary: "Gray and Scott's reaction from a small square: stripes bud, bend and fill the plane. Two integrators make the same pattern, though RK4 \
                  takes steps twice as long; the limit of Euler's method is about 1.5.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.gray-scott" },
  "runs": [
    { "method": "pde.euler", "params": { "dt": 1 } },
    { "method": "pde.rk4", "params": { "dt": 2 } } ],
  "stop": { "until": 4000, "max_steps": 5000 },
  "view": { "series": "mean.v", "picture": "v" } }"#,
    },
    Preset {
        id: "pde.mitosis",
        label: "Spots that divide",
        summary: "With other values of the feed F and the loss k, spots grow and divide like cells. Both are sliders: move them while it runs.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.gray-scott", "params": {
    "equations": "u_t = Du*lap(u) - u*v^2 + F*(1 - u)\nv_t = Dv*lap(v) + u*v^2 - (F + k)*v\nDu = 0.16\nDv = 0.08\nF = 0.025 in [0, 0.1]\nk = 0.06 in [0.04, 0.07]\nu(0) = 1 + 0.01*noise(x, y)\nv(0) = where((x - 64)^2 + (y - 64)^2 < 40, 0.5, 0)\nperiodic" } },
  "runs": [
    { "method": "pde.euler", "params": { "dt": 1 } } ],
  "stop": { "until": 5000, "max_steps": 5000 },
  "view": { "series": "mean.v", "picture": "v" } }"#,
    },
    Preset {
        id: "pde.spiral",
        label: "A spiral wave",
        summary: "An excitable medium: behind a wave nothing can be excited for a while, so the open end of a wave turns around itself. Long steps \
                  change how fast it turns before they are unstable.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.fitzhugh-nagumo" },
  "runs": [
    { "method": "pde.euler", "params": { "dt": 0.2 } },
    { "method": "pde.rk4", "params": { "dt": 0.3 } } ],
  "stop": { "until": 800, "max_steps": 5000 } }"#,
    },
    Preset {
        id: "pde.phases",
        label: "Two phases",
        summary: "Allen and Cahn's equation: every place decides for +1 or -1, then the walls between shrink. The energy only falls, whatever the method, \
                  as long as the step is short enough.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.allen-cahn" },
  "runs": [
    { "method": "pde.etdrk4", "params": { "dt": 0.5 } },
    { "method": "pde.euler", "params": { "dt": 0.1 } },
    { "method": "pde.imex", "params": { "dt": 0.2 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.5 } } ],
  "stop": { "until": 30, "max_steps": 2000 },
  "view": { "series": "measure.energy", "picture": "u" } }"#,
    },
    Preset {
        id: "pde.coarsening",
        label: "Coarsening",
        summary: "A mixture separates into drops that merge ever more slowly: mass is kept, the energy falls. The explicit step must stay below 0.03 for \
                  ever. ETDRK4 takes the fourth derivative by exponentials and is bound by the rest alone; implicit Euler by nothing.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.cahn-hilliard", "params": { "n": 32, "x_max": 32, "y_max": 32 } },
  "runs": [
    { "method": "pde.etdrk4", "params": { "dt": 0.2 } },
    { "method": "pde.euler", "params": { "dt": 0.025 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.5 } } ],
  "stop": { "until": 100, "max_steps": 5000 },
  "view": { "series": "measure.energy", "picture": "u" } }"#,
    },
    Preset {
        id: "pde.rolls",
        label: "Rolls",
        summary: "Swift and Hohenberg's equation: out of noise one wavelength grows. The fourth derivative makes it stiff, so that the explicit step is \
                  fifty times shorter than what happens needs. ETDRK4 takes it exactly, and long steps.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.swift-hohenberg", "params": { "n": 48, "x_max": 40, "y_max": 40 } },
  "runs": [
    { "method": "pde.etdrk4", "params": { "dt": 0.5 } },
    { "method": "pde.rk4", "params": { "dt": 0.015 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.5 } } ],
  "stop": { "until": 40, "max_steps": 5000 },
  "view": { "series": "measure.energy", "picture": "u" } }"#,
    },
    Preset {
        id: "pde.chaos",
        label: "Chaos in one dimension",
        summary: "Kuramoto and Sivashinsky's equation: RK4 needs steps of 0.004, ETDRK4 takes fifty times as long ones. Against a reference every error doubles again \
                  and again, until nothing is left in common; beyond that only statistics can be compared.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.kuramoto-sivashinsky", "params": { "n": 128, "reference": true } },
  "runs": [
    { "method": "pde.etdrk4", "params": { "dt": 0.2 } },
    { "method": "pde.rk4", "params": { "dt": 0.05 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.1 } } ],
  "stop": { "until": 150, "max_steps": 40000 },
  "view": { "series": "error.time.l2.rel", "picture": "course.u" } }"#,
    },
];
