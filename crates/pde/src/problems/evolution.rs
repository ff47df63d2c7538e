//! Problems in time. All of them are typed systems; the named ones are texts with words around them, and editing the text goes on from there.

use iterscope_core::{List, ParamInfo, Problem, ProblemInfo, Str, words};

use crate::time::problem::{Defaults, PARAMS, build, params};

/// Declares problems, the list of them, and the list of their ids.
macro_rules! evolution {
    ($($name:ident, $id:literal, $label:literal, $summary:literal, $math:literal, $defaults:expr;)*) => {
        $(
            /// A problem in time.
            pub static $name: Problem = Problem {
                info: ProblemInfo {
                    id: Str::Borrowed($id),
                    label: Str::Borrowed($label),
                    summary: words($summary),
                    math: words($math),
                    params: List::Borrowed({
                        static OWN: [ParamInfo; PARAMS] = params(&$defaults);
                        &OWN
                    }),
                    data: None,
                    data_required: false,
                },
                build,
            };
        )*
        /// All of them.
        pub static ALL: &[&Problem] = &[$(&$name),*];
        /// Their ids.
        pub const IDS: &[&str] = &[$($id),*];
    };
}

evolution! {
    SYSTEM, "pde.system", "Typed system",
    "Equations of up to four fields that you type: diffusion of any kind, reactions, first derivatives, algebraic fields, conditions per side, starts with seeded noise.",
    r"\tau_i\, \partial_t u_i = \sum_j \nabla \cdot (D_{ij} \nabla u_j) + f_i",
    Defaults {
        equations: "u_t = lap(u)\nu(0) = sin(pi*x)*sin(pi*y)\nall: u = 0",
        dimension: "2", n: 32, bounds: [0.0, 1.0], advection: "central", exact: "", measures: "",
    };
    HEAT, "pde.heat", "Heat equation",
    "What is warm spreads: every mode decays by itself, the rough ones fastest. The exact solution is known.",
    r"\partial_t u = a\, \Delta u",
    Defaults {
        equations: "u_t = a*lap(u)\na = 1 in [0.1, 5]\nu(0) = sin(pi*x)*sin(pi*y)\nall: u = 0",
        dimension: "2", n: 32, bounds: [0.0, 1.0], advection: "central",
        exact: "exp(-2*pi^2*a*t)*sin(pi*x)*sin(pi*y)", measures: "",
    };
    GRAY_SCOTT, "pde.gray-scott", "Gray-Scott",
    "Two substances that react and diffuse: spots, stripes and labyrinths, by the feed F and the loss k.",
    r"\partial_t u = D_u \Delta u - u v^2 + F (1 - u), \quad \partial_t v = D_v \Delta v + u v^2 - (F + k) v",
    Defaults {
        equations: "u_t = Du*lap(u) - u*v^2 + F*(1 - u)\nv_t = Dv*lap(v) + u*v^2 - (F + k)*v\nDu = 0.16\nDv = 0.08\nF = 0.037 in [0, 0.1]\nk = 0.06 in [0.04, 0.07]\nu(0) = where((x - 64)^2 + (y - 64)^2 < 100, 0.5, 1) + 0.01*noise(x, y)\nv(0) = where((x - 64)^2 + (y - 64)^2 < 100, 0.25, 0)\nperiodic",
        dimension: "2", n: 128, bounds: [0.0, 128.0], advection: "central", exact: "", measures: "",
    };
}
