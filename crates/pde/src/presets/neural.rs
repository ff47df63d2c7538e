//! Networks as states, beside the methods that do the same without.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[Preset {
    id: "pde.network-as-state",
    label: "A network as the state",
    summary: "Burgers' equation with a solution that is known. A network of 261 parameters is moved where an explicit step wants it; beside each is \
              the method that does the same on the grid. Errors are those of the step and the grid, with and without: who wins is said by the seconds.",
    json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": { "dimension": "1", "n": 64, "x_max": 6.283185307179586,
    "equations": "u_t = nu*u_xx - dx(u^2/2)\nnu = 0.1\nu(0) = 1 + 2*nu*sin(x)/(1.2 + cos(x))\nperiodic",
    "exact": "1 + 2*nu*exp(-nu*t)*sin(x - t)/(1.2 + exp(-nu*t)*cos(x - t))" } },
  "runs": [
    { "method": "pde.teng", "params": { "dt": 0.02, "order": "1" } },
    { "method": "pde.euler", "params": { "dt": 0.02 } },
    { "method": "pde.teng", "params": { "dt": 0.02 } },
    { "method": "pde.heun", "params": { "dt": 0.02 } } ],
  "stop": { "until": 1 },
  "view": { "series": "error.l2.rel" } }"#,
}];
