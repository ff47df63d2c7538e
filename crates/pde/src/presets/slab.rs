//! Methods that are parallel in time.

use iterscope_core::Preset;

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "pde.parallel-in-time",
        label: "Time in parallel: diffusion",
        summary: "Twenty intervals of the heat equation, each for a processor of its own. What diffuses forgets fast: Parareal and MGRIT come to what \
                  marching does in a few iterations, Jacobi over time hands on one interval a sweep. Look at the picture over x and time: the \
                  whole slab is corrected at once.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.heat", "params": { "dimension": "1", "n": 32,
    "equations": "u_t = lap(u) + 10*sin(20*t)*x\nu(0) = sin(pi*x)\nall: u = 0", "exact": "" } },
  "runs": [
    { "method": "pde.parareal", "params": { "span": 0.4, "intervals": 20, "fine": "implicit-euler", "fine_steps": 10 } },
    { "method": "pde.mgrit", "params": { "span": 0.4, "intervals": 20, "fine": "implicit-euler", "fine_steps": 10 } },
    { "method": "pde.parallel-jacobi", "params": { "span": 0.4, "intervals": 20, "fine": "implicit-euler", "fine_steps": 10 } } ],
  "stop": { "max_steps": 25 } }"#,
    },
    Preset {
        id: "pde.parallel-in-time-waves",
        label: "Time in parallel: what travels",
        summary: "The same methods where a bump is carried along: the coarse steps carry it elsewhere, and every iteration corrects little more than \
                  the next interval. DEER linearises the fine method itself and, the equation being linear, is done after one iteration.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": { "dimension": "1", "n": 60,
    "equations": "u_t = -u_x + 0.002*lap(u)\nu(0) = exp(-100*(x - 0.5)^2)\nperiodic" } },
  "runs": [
    { "method": "pde.parareal", "params": { "span": 1, "intervals": 16, "fine": "rk4", "fine_steps": 10 } },
    { "method": "pde.parallel-jacobi", "params": { "span": 1, "intervals": 16, "fine": "rk4", "fine_steps": 10 } },
    { "method": "pde.deer", "params": { "span": 1, "intervals": 16, "fine": "rk4", "fine_steps": 10 } } ],
  "stop": { "max_steps": 20 } }"#,
    },
    Preset {
        id: "pde.recursion",
        label: "A recursion as a system of equations",
        summary: "A hidden state h = tanh(a W h + U x) over 300 steps. Jacobi's sweeps take all steps at once and need 20, however long the recursion \
                  is, as it forgets its past; Newton's method over all steps (DEER) needs 4. With a = 2 both need far more.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": { "dimension": "1", "n": 2,
    "equations": "u_t = tanh(a*(-0.527089*u - 0.261459*v) - 0.898913*(sin(0.1*t) + 0.5*sin(0.37*t))) - u\nv_t = tanh(a*(0.008484*u + 0.409767*v) - 0.260963*(sin(0.1*t) + 0.5*sin(0.37*t))) - v\na = 1 in [0, 4]\nperiodic" } },
  "runs": [
    { "method": "pde.parallel-jacobi", "params": { "span": 300, "intervals": 300, "fine": "euler", "fine_steps": 1 } },
    { "method": "pde.deer", "params": { "span": 300, "intervals": 300, "fine": "euler", "fine_steps": 1 } } ],
  "stop": { "rtol": 1e-6, "max_steps": 60 } }"#,
    },
    Preset {
        id: "pde.all-at-once",
        label: "All steps of a quantum state at once",
        summary: "The implicit midpoint rule keeps the norm of a wave function. Its forty steps are one system of linear equations: with an incomplete \
                  factorisation GMRES fills the slab of time in a few dozen steps, without it and by least squares it takes hundreds.",
        json: r#"{ "schema": 1,
  "problem": { "id": "pde.system", "params": { "dimension": "1", "n": 40,
    "equations": "u_t = -lap(v)/2\nv_t = lap(u)/2\nu(0) = exp(-50*(x - 0.3)^2)*cos(20*x)\nv(0) = exp(-50*(x - 0.3)^2)*sin(20*x)\nall: u = 0, v = 0",
    "measures": "norm = u^2 + v^2" } },
  "runs": [
    { "method": "pde.midpoint-all-at-once", "params": { "span": 0.02, "intervals": 40, "preconditioner": "ilu0" } },
    { "method": "pde.midpoint-all-at-once", "params": { "span": 0.02, "intervals": 40 } },
    { "method": "pde.midpoint-all-at-once", "params": { "span": 0.02, "intervals": 40, "solver": "lsqr" } } ],
  "stop": { "max_steps": 600 } }"#,
    },
];
