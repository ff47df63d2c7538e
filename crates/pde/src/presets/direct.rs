//! Elimination, and what alternating directions can do.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.directions",
        label: "Alternating directions",
        summary: "Lines along x, then lines along y, with eight shifts that share the spectrum among themselves: each step takes six tenths of the error away, as \
                  Wachspress' theory says, and a grid twice as fine takes four steps more. One shift alone is as slow as SOR.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "n": 64, "source": "if(sin(40*x*y) > 0, 1, -1)" } },
  "runs": [
    { "method": "pde.adi" },
    { "method": "pde.adi", "params": { "shifts": 3 } },
    { "method": "pde.adi", "params": { "shifts": 1 } },
    { "method": "pde.sor", "params": { "auto": true } },
    { "method": "pde.cg" },
    { "method": "pde.multigrid" } ],
  "stop": { "max_steps": 800 } }"#,
    },
    Preset {
        id: "pde.directions-in-space",
        label: "Alternating directions in space",
        summary: "Lines along x, y and z, one after the other, by Douglas' method, with eight or three shifts that share the spectrum among themselves; beside conjugate gradients and \
                  multigrid.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "dimension": "3", "n": 24, "source": "if(sin(40*x*y + 9*z) > 0, 1, -1)" } },
  "runs": [
    { "method": "pde.adi" },
    { "method": "pde.adi", "params": { "shifts": 3 } },
    { "method": "pde.cg" },
    { "method": "pde.multigrid" } ],
  "stop": { "max_steps": 400 } }"#,
    },
    Preset {
        id: "pde.elimination",
        label: "Against elimination",
        summary: "One step solves. Look at work and time instead of steps: on 127 by 127 unknowns factors after dissection cost a third of what the steps of plain \
                  conjugate gradients do, and banded ones seven times as much. Multigrid is ahead of both; sine transforms, where they fit, of all.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "n": 128 } },
  "runs": [
    { "method": "pde.direct" },
    { "method": "pde.direct", "params": { "solver": "banded" } },
    { "method": "pde.direct", "params": { "solver": "sine-transform" } },
    { "method": "pde.multigrid" },
    { "method": "pde.cg" } ],
  "stop": { "max_steps": 600 } }"#,
    },
];
