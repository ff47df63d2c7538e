//! Ordinary differential equations.

use iterscope_core::Preset;

/// The presets.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.van-der-pol",
        label: "Van der Pol",
        summary: "Long slow stretches, then a jump within no time. The explicit step must be short for all of it; the implicit one may be longer, and \
                  comes too late to the jumps.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.ode" },
  "runs": [
    { "method": "pde.rk4", "params": { "dt": 0.05 } },
    { "method": "pde.euler", "params": { "dt": 0.02 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.05 } } ],
  "stop": { "until": 30, "max_steps": 5000 } }"#,
    },
    Preset {
        id: "pde.robertson",
        label: "Robertson's reaction",
        summary: "Three substances, rates from 0.04 to 30 million. Nothing fast is left to see after the first instant, yet RK4 needs steps below 0.0013 \
                  while the implicit method takes whatever it is given.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.ode", "params": {
    "equations": "u_t = -0.04*u + 1e4*v*w\nv_t = 0.04*u - 1e4*v*w - 3e7*v^2\nw_t = 3e7*v^2\nu(0) = 1",
    "measures": "all = u + v + w" } },
  "runs": [
    { "method": "pde.rk4", "params": { "dt": 0.001 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.1 } },
    { "method": "pde.implicit-euler", "params": { "dt": 1 } } ],
  "stop": { "until": 40, "max_steps": 50000 } }"#,
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
    { "method": "pde.implicit-euler", "params": { "dt": 0.005 } } ],
  "stop": { "until": 2, "max_steps": 5000 } }"#,
    },
    Preset {
        id: "pde.lorenz",
        label: "Lorenz' butterfly",
        summary: "Three equations, and no way to say where the point will be after a while: runs that begin alike and differ in their step alone go apart, \
                  on the same butterfly.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.ode", "params": {
    "equations": "u_t = s*(v - u)\nv_t = u*(r - w) - v\nw_t = u*v - b*w\ns = 10\nr = 28 in [0, 40]\nb = 8/3\nu(0) = 1\nv(0) = 1\nw(0) = 1" } },
  "runs": [
    { "method": "pde.rk4", "params": { "dt": 0.01 } },
    { "method": "pde.rk4", "params": { "dt": 0.005 } },
    { "method": "pde.euler", "params": { "dt": 0.001 } } ],
  "stop": { "until": 30, "max_steps": 40000 } }"#,
    },
    Preset {
        id: "pde.pendulum",
        label: "Oscillator",
        summary: "The test of all tests: a circle in the phase plane. Euler's method spirals out, the implicit one in, RK4 stays for thousands of turns.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.ode", "params": {
    "equations": "u_tt = -u\nu(0) = 1\nu_t(0) = 0", "exact": "cos(t)", "measures": "energy = (u^2 + u_t^2)/2" } },
  "runs": [
    { "method": "pde.rk4", "params": { "dt": 0.2 } },
    { "method": "pde.euler", "params": { "dt": 0.05 } },
    { "method": "pde.implicit-euler", "params": { "dt": 0.05 } } ],
  "stop": { "until": 25, "max_steps": 5000 } }"#,
    },
];
