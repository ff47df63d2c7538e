//! Integrators in time beside each other.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.explicit-limits",
        label: "Where explicit methods end",
        summary: "One heat equation and one dt, 1.02 times what Euler's method bears: Euler and Heun grow by 4 % a step, Adams-Bashforth at \
                  once, RK4 and SSP-RK3 are stable. RKC takes steps ten times as long. All of it is said before the run.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": { "dimension": "1", "n": 32,
    "equations": "u_t = u_xx\nu(0) = sin(pi*x) + 0.01*noise(x, y)\nall: u = 0" } },
  "runs": [
    { "method": "pde.euler", "params": { "dt": 0.0005 } },
    { "method": "pde.heun", "params": { "dt": 0.0005 } },
    { "method": "pde.ab2", "params": { "dt": 0.0005 } },
    { "method": "pde.rk4", "params": { "dt": 0.0005 } },
    { "method": "pde.ssp-rk3", "params": { "dt": 0.0005 } },
    { "method": "pde.rkc", "params": { "dt": 0.005 } } ],
  "stop": { "until": 0.1 } }"#,
    },
    Preset {
        id: "pde.implicit-orders",
        label: "Reaction and diffusion, implicitly",
        summary: "Allen-Cahn with steps that no explicit method bears. All are stable; first and second order, exponentials of fourth order and \
                  splitting differ in how near they come for the same dt, and in what a step costs.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": { "dimension": "1", "n": 128,
    "equations": "u_t = u_xx + 20*(u - u^3)\nu(0) = sin(pi*x) + 0.3*sin(4*pi*x)\nall: u = 0", "reference": true } },
  "runs": [
    { "method": "pde.crank-nicolson", "params": { "dt": 0.002 } },
    { "method": "pde.bdf2", "params": { "dt": 0.002 } },
    { "method": "pde.sdirk", "params": { "dt": 0.002 } },
    { "method": "pde.imex", "params": { "dt": 0.002 } },
    { "method": "pde.etdrk4", "params": { "dt": 0.002 } },
    { "method": "pde.strang", "params": { "dt": 0.002 } } ],
  "stop": { "until": 0.1 },
  "view": { "series": "error.time.l2.rel", "picture": "u" } }"#,
    },
    Preset {
        id: "pde.adaptive-steps",
        label: "Steps as long as the error allows",
        summary: "To the same tolerance: Radau's steps grow with the rest that diffusion brings, Dormand-Prince stays where stability holds it, \
                  and rejects. The error is against a reference; ask for work and precision.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": { "dimension": "1", "n": 64,
    "equations": "u_t = u_xx + 20*(u - u^3)\nu(0) = where(abs(x - 0.3) < 0.1, 1, 0)\nall: u = 0", "reference": true } },
  "runs": [
    { "method": "pde.dopri5", "params": { "rtol": 1e-5 } },
    { "method": "pde.radau5", "params": { "rtol": 1e-5 } } ],
  "stop": { "until": 0.5 },
  "view": { "series": "error.time.l2.rel", "picture": "course.u" } }"#,
    },
    Preset {
        id: "pde.wave-energy",
        label: "Who keeps the energy of a wave",
        summary: "A plucked string for fifty crossings. Leapfrog's energy sways about its value for all time, Crank-Nicolson keeps it, RK4 loses \
                  little by little, and implicit Euler almost all.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": { "dimension": "1", "n": 64,
    "equations": "u_tt = lap(u) + 0*u_x\nu(0) = exp(-100*(x - 0.4)^2)\nall: u = 0",
    "measures": "energy = (u_t^2 + u_x^2)/2" } },
  "runs": [
    { "method": "pde.leapfrog", "params": { "dt": 0.0125 } },
    { "method": "pde.rk4", "params": { "dt": 0.0125 } },
    { "method": "pde.crank-nicolson", "params": { "dt": 0.0125 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.0125 } } ],
  "stop": { "until": 50 },
  "view": { "series": "measure.energy", "picture": "course.u" } }"#,
    },
    Preset {
        id: "pde.tase",
        label: "Explicit methods, damped",
        summary: "Methods of Runge and Kutta whose rates are damped by one matrix a step, without Newton's method: as stable as SDIRK, with \
                  fewer evaluations.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": { "dimension": "1", "n": 64,
    "equations": "u_t = u_xx + 50*(u - u^3)\nu(0) = sin(pi*x) + 0.3*sin(4*pi*x)\nall: u = 0" } },
  "runs": [
    { "method": "pde.srktase", "params": { "dt": 0.0025 } },
    { "method": "pde.msrktase", "params": { "dt": 0.0025 } },
    { "method": "pde.msrktase", "params": { "dt": 0.0025, "order": "3", "alpha": 0.5 } },
    { "method": "pde.sdirk", "params": { "dt": 0.0025 } } ],
  "stop": { "until": 0.1 } }"#,
    },
];
