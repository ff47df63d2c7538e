//! What spreads, swings and is carried along.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.heat-limit",
        label: "The limit of a step",
        summary: "Euler's method just below and just above its limit of 0.000245. Both are as exact for a while, until the roughest pattern \
                  that the mesh has, which began as rounding, has grown over everything: each step multiplies it by -1.12.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.heat" },
  "runs": [
    { "method": "pde.euler", "params": { "dt": 0.00024 } },
    { "method": "pde.euler", "params": { "dt": 0.00026 } } ],
  "stop": { "until": 0.1, "max_steps": 2000 },
  "view": { "series": "error.l2.rel", "picture": "u" } }"#,
    },
    Preset {
        id: "pde.heat-large-steps",
        label: "Large steps",
        summary: "Explicit steps are short because the mesh is fine, not because anything happens fast. RKC and the implicit ones are forty times as long. Implicit \
                  Euler is only of first order; Crank-Nicolson and RKC are as good as the mesh.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.heat" },
  "runs": [
    { "method": "pde.euler", "params": { "dt": 0.00024 } },
    { "method": "pde.rkc", "params": { "dt": 0.01 } },
    { "method": "pde.crank-nicolson", "params": { "dt": 0.01 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.01 } } ],
  "stop": { "until": 0.1, "max_steps": 2000 },
  "view": { "series": "error.l2.rel", "picture": "u" } }"#,
    },
    Preset {
        id: "pde.membrane",
        label: "Membrane",
        summary: "It should swing for ever. Watch the energy: leapfrog's sways and returns, Crank-Nicolson keeps it, Euler's method adds to it until all is lost, the \
                  implicit one takes it away.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.wave" },
  "runs": [
    { "method": "pde.leapfrog", "params": { "dt": 0.02 } },
    { "method": "pde.crank-nicolson", "params": { "dt": 0.02 } },
    { "method": "pde.euler", "params": { "dt": 0.002 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.02 } } ],
  "stop": { "until": 3, "max_steps": 2000 },
  "view": { "series": "measure.energy", "picture": "u" } }"#,
    },
    Preset {
        id: "pde.stadium",
        label: "Waves in a stadium",
        summary: "The domain is typed as an inequality. A pulse is thrown back and forth between straight and round walls until no order is left, \
                  as rays in such a stadium are chaotic.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": {
    "equations": "u_tt = lap(u)\nu(0) = exp(-60*((x - 0.4)^2 + (y - 0.2)^2))\nall: u = 0",
    "n": 128, "x_min": -2, "x_max": 2, "y_min": -1, "y_max": 1,
    "domain": "max(abs(x) - 1, 0)^2 + y^2 < 0.95",
    "measures": "energy = (u_t^2 - u*(u_xx + u_yy))/2" } },
  "runs": [
    { "method": "pde.rk4", "params": { "dt": 0.02 } },
    { "method": "pde.rk4", "params": { "dt": 0.01 } } ],
  "stop": { "until": 12, "max_steps": 2000 } }"#,
    },
    Preset {
        id: "pde.carried-around",
        label: "Against the wind",
        summary: "A hump and a box go once around. Differences against the wind smear them, and the longer step does it less: where dt is the time from \
                  node to node, Euler's method is exact.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection" },
  "runs": [
    { "method": "pde.euler", "params": { "dt": 0.005 } },
    { "method": "pde.euler", "params": { "dt": 0.0025 } },
    { "method": "pde.rk4", "params": { "dt": 0.005 } } ],
  "stop": { "until": 1, "max_steps": 2000 } }"#,
    },
    Preset {
        id: "pde.carried-around-central",
        label: "Central differences",
        summary: "The same with central differences: nothing is smeared, but the edges of the box ripple, and Euler's method is unstable whatever \
                  dt is, for it amplifies every oscillation.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.advection", "params": { "advection": "central" } },
  "runs": [
    { "method": "pde.rk4", "params": { "dt": 0.005 } },
    { "method": "pde.euler", "params": { "dt": 0.0025 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.005 } } ],
  "stop": { "until": 1, "max_steps": 2000 } }"#,
    },
    Preset {
        id: "pde.burgers-front",
        label: "A front",
        summary: "A front of Burgers' equation, whose solution is known. All errors end at that of the mesh, the implicit method's above it.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.burgers" },
  "runs": [
    { "method": "pde.rk4", "params": { "dt": 0.004 } },
    { "method": "pde.euler", "params": { "dt": 0.002 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.01 } } ],
  "stop": { "until": 1, "max_steps": 2000 } }"#,
    },
    Preset {
        id: "pde.burgers-two-forms",
        label: "The speed of a shock",
        summary: "Two forms of one equation, u conservative and v not, with equal starts: the shock of u moves with the speed 1/2, that of v \
                  stands still, though differences are against the wind in both. Only what is conserved knows how fast a jump is.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": {
    "equations": "u_t = -dx(u^2/2)\nv_t = -v*v_x\nu(0) = where(x < 0.3, 1, 0)\nv(0) = where(x < 0.3, 1, 0)\nleft: u = 1, v = 1\nright: u = 0, v = 0",
    "dimension": "1", "n": 200, "advection": "upwind", "exact": "where(x < 0.3 + t/2, 1, 0)" } },
  "runs": [
    { "method": "pde.euler", "params": { "dt": 0.004 } },
    { "method": "pde.rk4", "params": { "dt": 0.005 } } ],
  "stop": { "until": 1, "max_steps": 2000 } }"#,
    },
    Preset {
        id: "pde.burgers-steepening",
        label: "Steepening",
        summary: "A sine wave of Burgers' equation steepens into a shock at the time 1/(2 pi) and then wears down. With central differences the mesh is \
                  too coarse for so little viscosity and ripples; choose differences against the wind to see the other fault.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.burgers", "params": {
    "equations": "u_t = nu*lap(u) - dx(u^2/2)\nnu = 0.002 in [0.001, 0.05]\nu(0) = sin(2*pi*x)\nperiodic",
    "exact": "", "measures": "energy = u^2/2" } },
  "runs": [
    { "method": "pde.rk4", "params": { "dt": 0.004 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.01 } } ],
  "stop": { "until": 1, "max_steps": 2000 } }"#,
    },
    Preset {
        id: "pde.solitons",
        label: "Solitons",
        summary: "The tall wave overtakes the low one, and both come out as they went in, only shifted. The mesh keeps mass and square, Crank-Nicolson nearly; \
                  implicit Euler wears the waves down. The error is that of the time stepping, against a reference.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.kdv", "params": {
    "equations": "u_t = -u_xxx - 2*dx(u^2) - 2*u*u_x\nu(0) = 2*1.2^2/cosh(1.2*(x - 8))^2 + 2*0.7^2/cosh(0.7*(x - 18))^2\nperiodic",
    "n": 320, "exact": "", "reference": true } },
  "runs": [
    { "method": "pde.rk4", "params": { "dt": 0.0015 } },
    { "method": "pde.crank-nicolson", "params": { "dt": 0.01 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.01 } } ],
  "stop": { "until": 5, "max_steps": 5000 },
  "view": { "series": "error.time.l2.rel", "picture": "course.u" } }"#,
    },
    Preset {
        id: "pde.packet",
        label: "A packet in a well",
        summary: "One period of a coherent state. The norm, which is a probability, should be 1: Crank-Nicolson keeps it to the last digits, leapfrog sways about it, Euler's \
                  method creates it, the implicit one destroys it.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.schroedinger" },
  "runs": [
    { "method": "pde.crank-nicolson", "params": { "dt": 0.01 } },
    { "method": "pde.leapfrog", "params": { "dt": 0.001 } },
    { "method": "pde.euler", "params": { "dt": 0.001 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.01 } } ],
  "stop": { "until": 6.283, "max_steps": 7000 },
  "view": { "series": "measure.norm", "picture": "u" } }"#,
    },
];
