//! Poisson's equation in flux form.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.poisson-preconditioned",
        label: "Poisson, preconditioned",
        summary: "The same conjugate gradients, with a better and better picture of the inverse: SSOR with the relaxation of SOR needs a \
                  quarter of the steps.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson" },
  "runs": [
    { "method": "pde.cg" },
    { "method": "pde.cg", "params": { "preconditioner": "jacobi" } },
    { "method": "pde.cg", "params": { "preconditioner": "ssor" } },
    { "method": "pde.cg", "params": { "preconditioner": "ssor", "preconditioner.omega": 1.9 } } ] }"#,
    },
    Preset {
        id: "pde.poisson-jumps",
        label: "Jumping diffusion",
        summary: "In flux form a contrast of 1 : 10,000 is a real test: plain conjugate gradients wander for thousands of steps, the diagonal \
                  alone brings them back to the steps of the smooth problem.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": {
    "diffusion": "if(sin(4*pi*x)*sin(4*pi*y) < 0, 10000, 1)", "face_mean": "harmonic" } },
  "runs": [
    { "method": "pde.cg" },
    { "method": "pde.cg", "params": { "preconditioner": "jacobi" } },
    { "method": "pde.cg", "params": { "preconditioner": "ssor", "preconditioner.omega": 1.5 } },
    { "method": "pde.sor", "params": { "omega": 1.9 } } ],
  "stop": { "max_steps": 3000 } }"#,
    },
    Preset {
        id: "pde.l-shape",
        label: "L-shape",
        summary: "A re-entrant corner, typed as an inequality. The steps of conjugate gradients do not mind; the accuracy does.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": {
    "x_min": -1, "y_min": -1, "domain": "not (x >= 0 and y <= 0)" } },
  "runs": [
    { "method": "pde.cg" },
    { "method": "pde.cg", "params": { "preconditioner": "ssor", "preconditioner.omega": 1.8 } },
    { "method": "pde.gauss-seidel" },
    { "method": "pde.sor", "params": { "auto": true } } ] }"#,
    },
    Preset {
        id: "pde.insulated",
        label: "Insulated box",
        summary: "No flux through any side: a constant can be added to the solution, and only sources that sum to zero have one. Here they do \
                  not: a note says how far the residual could fall, and the part that no solution reaches is taken out.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": {
    "n": 48, "source": "exp(-80*((x - 0.25)^2 + (y - 0.3)^2)) - exp(-80*((x - 0.7)^2 + (y - 0.75)^2)) + 0.01",
    "left": "du/dn = 0", "right": "du/dn = 0", "bottom": "du/dn = 0", "top": "du/dn = 0" } },
  "runs": [
    { "method": "pde.cg" },
    { "method": "pde.cg", "params": { "preconditioner": "ssor", "preconditioner.omega": 1.8 } },
    { "method": "pde.gauss-seidel" } ] }"#,
    },
    Preset {
        id: "pde.cube",
        label: "Cube",
        summary: "Three dimensions: far more unknowns, yet fewer steps than in the plane, for they follow the intervals per side alone. The layer in \
                  the middle is drawn.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "dimension": "3", "n": 32, "source": "if(x > 0.5, 10, -10)*y" } },
  "runs": [
    { "method": "pde.cg" },
    { "method": "pde.cg", "params": { "preconditioner": "ssor", "preconditioner.omega": 1.6 } },
    { "method": "pde.jacobi" },
    { "method": "pde.sor", "params": { "auto": true } } ],
  "stop": { "max_steps": 1500 } }"#,
    },
    Preset {
        id: "pde.graph-heads",
        label: "Heads on a graph",
        summary: "Values settle on the graph of the matrix, in one head that sees near and in four that see farther and farther. Read off together, four take a quarter of the \
                  steps of Jacobi, each at more than four times the cost; conjugate gradients, which build their directions as they go, leave both far behind.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "n": 16 } },
  "runs": [
    { "method": "pde.graph-solver" },
    { "method": "pde.graph-solver", "params": { "heads": 1, "settled": 0.01 } },
    { "method": "pde.jacobi" },
    { "method": "pde.cg" } ],
  "stop": { "max_steps": 2000 } }"#,
    },
];
