//! Oscillations that are not followed.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[Preset {
    id: "pde.fast-oscillation",
    label: "A series that diverges",
    summary: "An Airy function on an interval with six turns. Each step adds a term of the exponent: the error falls to 3e-6 with eleven of them and then grows, as \
              the series diverges; the run that cuts it at the smallest term stops there.",
    json: r#"{ "schema": 1,
  "problem": { "id": "pde.oscillation" },
  "runs": [
    { "method": "pde.wkb", "params": { "intervals": 200 } },
    { "method": "pde.wkb", "params": { "cut": "never", "intervals": 200 } },
    { "method": "pde.rk4", "params": { "dt": 0.01 } },
    { "method": "pde.leapfrog", "params": { "dt": 0.01 } } ],
  "stop": { "until": 1, "max_steps": 2000, "rtol": 0 },
  "view": { "series": "slab.error" } }"#,
}];
