//! Incompressible flow.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.driven-cavity",
        label: "Driven cavity",
        summary: "A lid slides over a box at Re = 100 until the flow is steady. All integrators come to the same flow, which is beside the table of 1982 in the \
                  picture; what differs is how long a step may be, which is said before the run, and how fast they get there.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.navier-stokes" },
  "runs": [
    { "method": "pde.euler", "params": { "dt": 0.015 } },
    { "method": "pde.rk4", "params": { "dt": 0.03 } },
    { "method": "pde.imex", "params": { "dt": 0.03 } },
    { "method": "pde.crank-nicolson", "params": { "dt": 0.25 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.5 } } ],
  "stop": { "until": 30 },
  "view": { "series": "distance", "picture": "psi" } }"#,
    },
    Preset {
        id: "pde.taylor-green",
        label: "Taylor-Green vortices",
        summary: "Vortices that decay without changing their form. The error of Euler's method is that of its steps; the others soon show that of the grid \
                  alone, which no integrator can undo: it is the same for all of them.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.navier-stokes", "params": { "flow": "taylor-green", "re": 10 } },
  "runs": [
    { "method": "pde.euler", "params": { "dt": 0.1 } },
    { "method": "pde.heun", "params": { "dt": 0.1 } },
    { "method": "pde.ssp-rk3", "params": { "dt": 0.1 } },
    { "method": "pde.rk4", "params": { "dt": 0.1 } },
    { "method": "pde.crank-nicolson", "params": { "dt": 0.1 } } ],
  "stop": { "until": 5 },
  "view": { "series": "error.l2.rel", "picture": "vorticity" } }"#,
    },
    Preset {
        id: "pde.roll-up",
        label: "Layers that roll up",
        summary: "Two layers slide along each other, and a ripple of 5 % makes them roll up into two vortices. Energy falls by viscosity alone, as the \
                  differences keep it; a grid that is too coarse adds vortices that are not there.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.navier-stokes", "params": { "flow": "shear-layers", "re": 1000, "n": 64 } },
  "runs": [
    { "method": "pde.rk4", "params": { "dt": 0.04 } },
    { "method": "pde.ssp-rk3", "params": { "dt": 0.04 } },
    { "method": "pde.ab2", "params": { "dt": 0.01 } } ],
  "stop": { "until": 10 },
  "view": { "series": "enstrophy", "picture": "vorticity" } }"#,
    },
];
