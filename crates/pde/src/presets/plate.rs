//! Plates.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.plate",
        label: "A clamped plate",
        summary: "Fourth order: the condition number is the square of that of Poisson's equation on the same grid, and conjugate gradients need some 160 steps in place of \
                  some sixty. Incomplete factorisation meets pivots that are not positive and needs a shift. Multigrid smooths worse than it is used to, but \
                  remains independent of the grid.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.biharmonic", "params": { "n": 32 } },
  "runs": [
    { "method": "pde.cg" },
    { "method": "pde.cg", "params": { "preconditioner": "ic0", "preconditioner.shift": 0.01 } },
    { "method": "pde.cg", "params": { "preconditioner": "aggregation" } },
    { "method": "pde.cg", "params": { "preconditioner": "multigrid", "preconditioner.cycle": "w", "preconditioner.pre": 2, "preconditioner.post": 2 } },
    { "method": "pde.minres" },
    { "method": "pde.gauss-seidel" } ],
  "stop": { "max_steps": 2000 } }"#,
    },
    Preset {
        id: "pde.beam",
        label: "A beam under a load",
        summary: "One dimension, and one of the hardest matrices here: at 64 intervals its condition number is near three million. Conjugate gradients would end after 63 \
                  steps, one for each unknown, and need more than twice as many, because rounding takes their directions apart; MINRES stalls before it is done, \
                  and SOR hardly moves.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.biharmonic", "params": { "dimension": "1", "n": 64, "edges": "simply-supported", "source": "if(x > 0.6, 10, 1)" } },
  "runs": [
    { "method": "pde.cg" },
    { "method": "pde.minres" },
    { "method": "pde.cg", "params": { "preconditioner": "ssor", "preconditioner.omega": 1.7 } },
    { "method": "pde.sor", "params": { "omega": 1.9 } } ],
  "stop": { "max_steps": 3000 } }"#,
    },
];
