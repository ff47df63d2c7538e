//! Matrices that people bring.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[Preset {
    id: "pde.own-matrix",
    label: "A matrix of your own",
    summary: "A network of conductors in place of a grid: bring a Matrix Market file and see which method fits. The solution is known, so that \
              the error is seen beside the residual. Aggregation and an incomplete factorisation need no grid.",
    json: r#"{ "schema": 1,
  "problem": { "id": "pde.matrix", "data": "sample:network", "params": { "solution": "random" } },
  "runs": [
    { "method": "pde.cg" },
    { "method": "pde.cg", "params": { "preconditioner": "ic0" } },
    { "method": "pde.cg", "params": { "preconditioner": "aggregation" } },
    { "method": "pde.minres" },
    { "method": "pde.gauss-seidel" } ],
  "stop": { "max_steps": 2000 } }"#,
}];
