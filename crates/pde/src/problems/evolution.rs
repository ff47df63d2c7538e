//! Problems in time. All of them are typed systems; the named ones are texts with words around them, and editing the text goes on from there.

use iterscope_core::{List, ParamInfo, Problem, ProblemInfo, Str, words};

use crate::time::problem::{Defaults, build, build_ode, ode_params, params};

/// Declares problems with their parameters and how they are built, the list of them, and the list of their ids.
macro_rules! evolution {
    ($($name:ident: $params:ident, $build:ident, $id:literal, $label:literal, $summary:literal, $math:literal, $defaults:expr;)*) => {
        $(
            /// A problem in time.
            pub static $name: Problem = Problem {
                info: ProblemInfo {
                    id: Str::Borrowed($id),
                    label: Str::Borrowed($label),
                    summary: words($summary),
                    math: words($math),
                    params: List::Borrowed({
                        static OWN: &[ParamInfo] = &$params(&$defaults);
                        OWN
                    }),
                    data: None,
                    data_required: false,
                },
                build: $build,
            };
        )*
        /// All of them.
        pub const ALL: &[&Problem] = &[$(&$name),*];
        /// Their ids.
        pub const IDS: &[&str] = &[$($id),*];
    };
}

evolution! {
    SYSTEM: params, build, "pde.system", "Typed system",
    "Equations of up to four fields that you type: diffusion of any kind, reactions, first derivatives, algebraic fields, conditions per side, any domain, starts with seeded noise.",
    r"\tau_i\, \partial_t u_i = \sum_j \nabla \cdot (D_{ij} \nabla u_j) + f_i",
    Defaults {
        equations: "u_t = lap(u)\nu(0) = sin(pi*x)*sin(pi*y)\nall: u = 0",
        dimension: "2", n: 32, bounds: [0.0, 1.0], advection: "central", exact: "", measures: "",
    };

    HEAT: params, build, "pde.heat", "Heat equation",
    "What is warm spreads: every mode decays by itself, the rough ones fastest. The exact solution is known.",
    r"\partial_t u = a\, \Delta u",
    Defaults {
        equations: "u_t = a*lap(u)\na = 1 in [0.1, 5]\nu(0) = sin(pi*x)*sin(pi*y)\nall: u = 0",
        dimension: "2", n: 32, bounds: [0.0, 1.0], advection: "central",
        exact: "exp(-2*pi^2*a*t)*sin(pi*x)*sin(pi*y)", measures: "",
    };

    WAVE: params, build, "pde.wave", "Wave equation",
    "A membrane swings for ever: no integrator may take energy away or add to it. A mode of the square is exact; its discrete energy is kept by the mesh, so what the series shows is the integrator's.",
    r"\partial_{tt} u = c^2\, \Delta u",
    Defaults {
        equations: "u_tt = c^2*lap(u)\nc = 1 in [0.5, 2]\nu(0) = sin(pi*x)*sin(2*pi*y)\nu_t(0) = 0\nall: u = 0",
        dimension: "2", n: 32, bounds: [0.0, 1.0], advection: "central",
        exact: "cos(sqrt(5)*pi*c*t)*sin(pi*x)*sin(2*pi*y)",
        measures: "energy = (u_t^2 - c^2*u*(u_xx + u_yy))/2",
    };

    ADVECTION: params, build, "pde.advection", "Advection",
    "A hump and a box are carried around and should come back unchanged: differences against the wind smear both, central ones ripple at the box.",
    r"\partial_t u + \partial_x (c\, u) = 0",
    Defaults {
        equations: "u_t = -dx(c*u)\nc = 1 in [0.2, 2]\nu(0) = exp(-200*(x - 0.3)^2) + where(abs(x - 0.7) < 0.1, 1, 0)\nperiodic",
        dimension: "1", n: 200, bounds: [0.0, 1.0], advection: "upwind",
        exact: "exp(-200*(mod(x - c*t, 1) - 0.3)^2) + where(abs(mod(x - c*t, 1) - 0.7) < 0.1, 1, 0)",
        measures: "square = u^2",
    };

    BURGERS: params, build, "pde.burgers", "Burgers' equation",
    "What is high runs faster, so fronts steepen until viscosity holds them. The front from 1 to 0 moves with the speed 1/2, exactly, in any conservative form.",
    r"\partial_t u + \partial_x \left(\tfrac{1}{2} u^2\right) = \nu\, \partial_{xx} u",
    Defaults {
        equations: "u_t = nu*lap(u) - dx(u^2/2)\nnu = 0.01 in [0.002, 0.1]\nu(0) = (1 - tanh((x - 0.25)/(4*nu)))/2\nleft: u = 1\nright: u = 0",
        dimension: "1", n: 128, bounds: [0.0, 1.0], advection: "central",
        exact: "(1 - tanh((x - 0.25 - t/2)/(4*nu)))/2", measures: "",
    };

    ALLEN_CAHN: params, build, "pde.allen-cahn", "Allen-Cahn",
    "Each place decides for +1 or -1; walls between them then shrink by their curvature. The energy can only fall.",
    r"\partial_t u = \varepsilon^2 \Delta u + u - u^3",
    Defaults {
        equations: "u_t = eps^2*lap(u) + u - u^3\neps = 0.02 in [0.01, 0.1]\nu(0) = 0.1*noise(x, y)\nall: du/dn = 0",
        dimension: "2", n: 64, bounds: [0.0, 1.0], advection: "central", exact: "",
        measures: "energy = (1 - u^2)^2/4 - eps^2*u*(u_xx + u_yy)/2",
    };

    CAHN_HILLIARD: params, build, "pde.cahn-hilliard", "Cahn-Hilliard",
    "A mixture separates: its mass is kept to the last digit, its energy can only fall, and the drops grow ever more slowly. Of fourth order, so stiff.",
    r"\partial_t u = \Delta \left(u^3 - u - \gamma \Delta u\right)",
    Defaults {
        equations: "u_t = lap(u^3 - u - gamma*lap(u))\ngamma = 1 in [0.5, 2]\nu(0) = 0.1 + 0.02*normal(x, y)\nperiodic",
        dimension: "2", n: 64, bounds: [0.0, 64.0], advection: "central", exact: "",
        measures: "mass = u\nenergy = (1 - u^2)^2/4 - gamma*u*(u_xx + u_yy)/2",
    };

    SCHROEDINGER: params, build, "pde.schroedinger", "Schrödinger's equation",
    "A packet in a harmonic well swings without changing its shape: u and v are the real and the imaginary part. The norm and the energy are kept; the exact solution is that of u.",
    r"i\, \partial_t \psi = -\tfrac{1}{2}\, \partial_{xx} \psi + \tfrac{1}{2} \omega^2 x^2 \psi, \quad \psi = u + i v",
    Defaults {
        equations: "u_t = -lap(v)/2 + w^2*x^2*v/2\nv_t = lap(u)/2 - w^2*x^2*u/2\nw = 1\na = 3\nu(0) = (w/pi)^0.25*exp(-w*(x - a)^2/2)\nv(0) = 0\nall: u = 0, v = 0",
        dimension: "1", n: 256, bounds: [-8.0, 8.0], advection: "central",
        exact: "(w/pi)^0.25*exp(-w*(x - a*cos(w*t))^2/2)*cos(w*t/2 + w*a*x*sin(w*t) - w*a^2*sin(2*w*t)/4)",
        measures: "norm = u^2 + v^2\nposition = x*(u^2 + v^2)\nenergy = (w^2*x^2*(u^2 + v^2) - u*u_xx - v*v_xx)/2",
    };

    GRAY_SCOTT: params, build, "pde.gray-scott", "Gray-Scott",
    "Two substances that react and diffuse: spots, stripes and labyrinths, by the feed F and the loss k. Nothing happens in a unit of time: take steps of about 1.",
    r"\partial_t u = D_u \Delta u - u v^2 + F (1 - u), \quad \partial_t v = D_v \Delta v + u v^2 - (F + k) v",
    Defaults {
        equations: "u_t = Du*lap(u) - u*v^2 + F*(1 - u)\nv_t = Dv*lap(v) + u*v^2 - (F + k)*v\nDu = 0.16\nDv = 0.08\nF = 0.037 in [0, 0.1]\nk = 0.06 in [0.04, 0.07]\nu(0) = where((x - 64)^2 + (y - 64)^2 < 100, 0.5, 1) + 0.01*noise(x, y)\nv(0) = where((x - 64)^2 + (y - 64)^2 < 100, 0.25, 0)\nperiodic",
        dimension: "2", n: 128, bounds: [0.0, 128.0], advection: "central", exact: "", measures: "",
    };

    FITZHUGH_NAGUMO: params, build, "pde.fitzhugh-nagumo", "FitzHugh-Nagumo",
    "An excitable medium, as in nerve and heart: a wave that was cut curls up into a spiral and turns for ever. Steps of about 0.1.",
    r"\partial_t u = D \Delta u + u (1 - u)(u - a) - v, \quad \partial_t v = \varepsilon\, (b u - v)",
    Defaults {
        equations: "u_t = D*lap(u) + u*(1 - u)*(u - a) - v\nv_t = eps*(b*u - v)\nD = 1\na = 0.1 in [0.05, 0.25]\neps = 0.01 in [0.002, 0.02]\nb = 0.5\nu(0) = where(x < 50, 1, 0)\nv(0) = where(y < 50, 0.1, 0)\nall: du/dn = 0, dv/dn = 0",
        dimension: "2", n: 100, bounds: [0.0, 100.0], advection: "central", exact: "", measures: "",
    };

    SWIFT_HOHENBERG: params, build, "pde.swift-hohenberg", "Swift-Hohenberg",
    "Rolls of one wavelength grow out of noise and then mend their defects; with a quadratic term, hexagons. The energy can only fall. Of fourth order, so stiff.",
    r"\partial_t u = r u - (1 + \Delta)^2 u + g u^2 - u^3",
    Defaults {
        equations: "u_t = (r - 1)*u - 2*lap(u) - lap(lap(u)) + g*u^2 - u^3\nr = 0.3 in [0, 1]\ng = 0 in [0, 2]\nu(0) = 0.1*noise(x, y)\nperiodic",
        dimension: "2", n: 64, bounds: [0.0, 50.0], advection: "central", exact: "",
        measures: "energy = u^4/4 - g*u^3/3 - (r - 1)*u^2/2 + u*(u_xx + u_yy) + u*(u_xxxx + 2*u_xxyy + u_yyyy)/2",
    };

    KURAMOTO_SIVASHINSKY: params, build, "pde.kuramoto-sivashinsky", "Kuramoto-Sivashinsky",
    "Flame fronts: long waves grow, short ones are damped, and what is between is chaos. Two runs can be compared over short times only: any difference, of an integrator or of rounding, grows until nothing is left in common.",
    r"\partial_t u = -\partial_{xx} u - \partial_{xxxx} u - \partial_x \left(\tfrac{1}{2} u^2\right)",
    Defaults {
        equations: "u_t = -u_xx - u_xxxx - dx(u^2/2)\nu(0) = cos(x/16)*(1 + sin(x/16))\nperiodic",
        dimension: "1", n: 256, bounds: [0.0, 100.530_964_914_873_38], advection: "central", exact: "",
        measures: "mass = u\nsquare = u^2",
    };

    KDV: params, build, "pde.kdv", "Korteweg-de Vries",
    "Waves on shallow water: a soliton keeps its form, for what is steep disperses. In this form (N. J. Zabusky and M. D. Kruskal 1965) the mesh keeps mass and square; the error shows how much too slow its soliton is.",
    r"\partial_t u + 6 u\, \partial_x u + \partial_{xxx} u = 0",
    Defaults {
        equations: "u_t = -u_xxx - 2*dx(u^2) - 2*u*u_x\nc = 4 in [1, 8]\nu(0) = c/2/cosh(sqrt(c)/2*(x - 10))^2\nperiodic",
        dimension: "1", n: 256, bounds: [0.0, 40.0], advection: "central",
        exact: "c/2/cosh(sqrt(c)/2*(mod(x - c*t + 10, 40) - 20))^2",
        measures: "mass = u\nsquare = u^2",
    };

    ODE: ode_params, build_ode, "pde.ode", "Ordinary equations",
    "A few ordinary differential equations that you type: what integrators are judged on. Here the oscillator of van der Pol, which is stiff where mu is large.",
    r"y' = f(t, y)",
    Defaults {
        equations: "u_tt = mu*(1 - u^2)*u_t - u\nmu = 5 in [0, 100]\nu(0) = 2\nu_t(0) = 0",
        dimension: "1", n: 2, bounds: [0.0, 1.0], advection: "central", exact: "", measures: "",
    };

    OSCILLATION: ode_params, build_ode, "pde.oscillation", "Fast oscillation",
    "An oscillator whose frequency changes slowly: the smaller eps, the more turns an integrator has to follow, and the better the series that does not follow them. Where a = 0 it would turn into growth. Here the solution is an Airy function.",
    r"\varepsilon^2 u'' + a(t)\, u = 0",
    Defaults {
        equations: "u_tt = -(1 + t)/eps^2*u\neps = 0.125 in [0.01, 1]\nu(0) = 1\nu_t(0) = 0",
        dimension: "1", n: 2, bounds: [0.0, 1.0], advection: "central", exact: "",
        measures: "action = sqrt(1 + t)/eps*u^2 + eps/sqrt(1 + t)*u_t^2",
    };
}
