//! Ordinary differential equations.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.van-der-pol",
        label: "Van der Pol",
        summary: "Long slow stretches, then a jump within no time. A fixed step must be short for all of it; Radau's and Dormand-Prince's follow what \
                  happens. The error is against a reference: implicit Euler comes too late to the jumps.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.ode", "params": { "reference": true } },
  "runs": [
    { "method": "pde.radau5", "params": { "rtol": 1e-6 } },
    { "method": "pde.dopri5", "params": { "rtol": 1e-6 } },
    { "method": "pde.rk4", "params": { "dt": 0.05 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.05 } } ],
  "stop": { "until": 30, "max_steps": 5000 },
  "view": { "series": "error.time.l2.rel", "picture": "components" } }"#,
    },
    Preset {
        id: "pde.robertson",
        label: "Robertson's reaction",
        summary: "Three substances, rates from 0.04 to 30 million. Nothing fast is left to see after the first instant, yet RK4 needs steps below 0.0013, and \
                  Dormand-Prince finds that out by rejecting. Radau takes some sixty steps for all of it: look at the length of steps.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.ode", "params": {
    "equations": "u_t = -0.04*u + 1e4*v*w\nv_t = 0.04*u - 1e4*v*w - 3e7*v^2\nw_t = 3e7*v^2\nu(0) = 1",
    "measures": "all = u + v + w", "reference": true } },
  "runs": [
    { "method": "pde.radau5", "params": { "rtol": 1e-5 } },
    { "method": "pde.dopri5", "params": { "rtol": 1e-5 } },
    { "method": "pde.rk4", "params": { "dt": 0.001 } },
    { "method": "pde.implicit-euler", "params": { "dt": 1 } } ],
  "stop": { "until": 40, "max_steps": 50000 },
  "view": { "series": "error.time.l2.rel", "picture": "components" } }"#,
    },
    Preset {
        id: "pde.kaps",
        label: "Kaps' problem",
        summary: "However stiff it is made, the solution is the same smooth one: exp(-2t). The explicit step is bound by the fast mode that does not occur \
                  in it, the implicit one by accuracy alone.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.ode", "params": {
    "equations": "u_t = -(m + 2)*u + m*v^2\nv_t = u - v - v^2\nm = 1000 in [1, 10000]\nu(0) = 1\nv(0) = 1",
    "exact": "exp(-2*t)" } },
  "runs": [
    { "method": "pde.rk4", "params": { "dt": 0.0025 } },
    { "method": "pde.rk4", "params": { "dt": 0.003 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.05 } },
    { "method": "pde.sdirk", "params": { "dt": 0.05 } },
    { "method": "pde.radau5", "params": { "rtol": 1e-6 } } ],
  "stop": { "until": 2, "max_steps": 5000 },
  "view": { "series": "error.l2.rel", "picture": "components" } }"#,
    },
    Preset {
        id: "pde.lorenz",
        label: "Lorenz' butterfly",
        summary: "Three equations, and no way to say where the point will be after a while. Against a reference the errors of all grow tenfold in two and a half units of \
                  time; from about t = 10 on the reference itself is not known. Move r while it runs.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.ode", "params": {
    "equations": "u_t = s*(v - u)\nv_t = u*(r - w) - v\nw_t = u*v - b*w\ns = 10\nr = 28 in [0, 40]\nb = 8/3\nu(0) = 1\nv(0) = 1\nw(0) = 1", "reference": true } },
  "runs": [
    { "method": "pde.rk4", "params": { "dt": 0.01 } },
    { "method": "pde.rk4", "params": { "dt": 0.005 } },
    { "method": "pde.dopri5", "params": { "rtol": 1e-8, "atol": 1e-8 } },
    { "method": "pde.euler", "params": { "dt": 0.001 } } ],
  "stop": { "until": 30, "max_steps": 40000 },
  "view": { "series": "error.time.l2.rel", "picture": "phase-plane" } }"#,
    },
    Preset {
        id: "pde.pendulum",
        label: "Oscillator",
        summary: "The test of all tests: a circle in the phase plane. Euler's method spirals out, the implicit one in; leapfrog and Crank-Nicolson stay on it, and come \
                  round too late.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.ode", "params": {
    "equations": "u_tt = -u\nu(0) = 1\nu_t(0) = 0", "exact": "cos(t)", "measures": "energy = (u^2 + u_t^2)/2" } },
  "runs": [
    { "method": "pde.leapfrog", "params": { "dt": 0.2 } },
    { "method": "pde.crank-nicolson", "params": { "dt": 0.2 } },
    { "method": "pde.euler", "params": { "dt": 0.05 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.05 } } ],
  "stop": { "until": 25, "max_steps": 5000 },
  "view": { "series": "measure.energy", "picture": "phase-plane" } }"#,
    },
];
