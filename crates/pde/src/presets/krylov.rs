//! Krylov methods, and those that they should be compared with.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.helmholtz",
        label: "Helmholtz",
        summary: "A negative reaction makes eight eigenvalues negative. Conjugate gradients meet one in their second step and stop; MINRES does not \
                  mind, GMRES with a short restart stagnates, BiCGStab zigzags home.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": {
    "n": 32, "reaction": "-150", "source": "exp(-80*((x - 0.31)^2 + (y - 0.62)^2))" } },
  "runs": [
    { "method": "pde.cg" },
    { "method": "pde.minres" },
    { "method": "pde.gmres", "params": { "restart": 20 } },
    { "method": "pde.gmres", "params": { "restart": 200 } },
    { "method": "pde.bicgstab" } ],
  "stop": { "max_steps": 1500 } }"#,
    },
    Preset {
        id: "pde.restart",
        label: "Restart length",
        summary: "Full GMRES needs 232 steps and as many vectors. Restarted after 50, 20, 10 or 5 it needs over a thousand: what is forgotten has to be \
                  found again. IDR(4) gets close to the full method with a dozen vectors.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection-diffusion", "params": {
    "n": 40, "velocity_x": "40*sin(pi*x)*cos(pi*y)", "velocity_y": "-40*cos(pi*x)*sin(pi*y)",
    "source": "100*exp(-60*((x - 0.3)^2 + (y - 0.6)^2))" } },
  "runs": [
    { "method": "pde.gmres", "params": { "restart": 5 } },
    { "method": "pde.gmres", "params": { "restart": 20 } },
    { "method": "pde.gmres", "params": { "restart": 400 } },
    { "method": "pde.fgmres", "params": { "restart": 20, "preconditioner": "ssor" } },
    { "method": "pde.idr" },
    { "method": "pde.bicgstab" } ],
  "stop": { "max_steps": 2000 } }"#,
    },
    Preset {
        id: "pde.zigzag",
        label: "From steepest descent to conjugate gradients",
        summary: "The same gradient, four uses of it: a fixed step, the best step, the best polynomial for an interval, the best of all. Steps fall from \
                  thousands to a hundred.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "n": 32, "source": "100*exp(-60*((x - 0.3)^2 + (y - 0.6)^2))" } },
  "runs": [
    { "method": "pde.richardson", "params": { "omega": 2.4e-4 } },
    { "method": "pde.steepest-descent" },
    { "method": "pde.chebyshev" },
    { "method": "pde.cg" } ],
  "stop": { "max_steps": 3000 } }"#,
    },
    Preset {
        id: "pde.projections",
        label: "Projections",
        summary: "Methods that look at one equation, or a few, at a time. Their rates follow the squared condition number: on a differential equation that is \
                  slow, and LSQR shows how fast the same information can be used.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "n": 16 } },
  "runs": [
    { "method": "pde.kaczmarz" },
    { "method": "pde.kaczmarz", "params": { "order": "weighted" } },
    { "method": "pde.sketch-and-project", "params": { "size": 60 } },
    { "method": "pde.lsqr" } ],
  "stop": { "max_steps": 1000 } }"#,
    },
    Preset {
        id: "pde.trees",
        label: "Blocks that are trees",
        summary: "Two combs cover the square. Each is solved exactly at linear cost; taking them in turn is faster than SSOR's two sweeps, and both beat red and black.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.poisson", "params": { "n": 32 } },
  "runs": [
    { "method": "pde.block-coordinate-descent" },
    { "method": "pde.block-coordinate-descent", "params": { "blocks": "colours" } },
    { "method": "pde.block-coordinate-descent", "params": { "blocks": "runs", "selection": "cyclic" } },
    { "method": "pde.ssor", "params": { "omega": 1.0 } } ],
  "stop": { "max_steps": 3000 } }"#,
    },
];
