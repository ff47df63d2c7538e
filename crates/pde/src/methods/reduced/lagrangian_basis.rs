//! A reduced model in a frame that moves with the flow (R. Mojgani and M. Balajewicz, Lagrangian basis method for dimensionality reduction of
//! convection dominated nonlinear flows, 2017).
//!
//! Nodes are carried along at the speed c of what is carried, and the value at each changes by what is left of the equation:
//! `X' = c(w)`, `w' = F + c w_x`, with differences on the nodes as they lie. Positions and values have proper orthogonal modes of their own, and
//! both are projected by Galerkin's condition. A wave that travels needs a mode for every place on a grid that stands still, and one or two here.
//! The iterate is the state on the grid, by cubic interpolation between nodes.

use iterscope_core::{
    Breakdown, BuildError, List, Method, MethodInfo, MethodInput, Names, ParamInfo, Params, SeriesInfo, StateReader,
    StateWriter, Stepper, Stop, Str, Value, Values, Work, words,
};
use iterscope_expr::Expr;
use iterscope_expr::system::{FieldKind, Symbol, Term, TypedSystem};
use iterscope_kernels::compiled::{norm2, norm2_diff};
use iterscope_kernels::csr::Csr;

use super::basis::{Basis, Memory, Projected, SNAPSHOTS, SPAN, TRAIN, Training, course, leading, training};
use super::pod_galerkin::{Beside, COMPARE, ERROR_KEY};
use crate::methods::time::BACKENDS;
use crate::methods::time::slab::Propagator;
use crate::problems::evolution;
use crate::system::{Part, System};
use crate::time::problem::Evolution;
use crate::time::semidiscrete::SemiDiscrete;
use crate::time::stepper::{DT, Fixed, FixedStep, build};

/// The fewest nodes, for cubics.
const FEWEST: usize = 4;

static PARAMS: &[ParamInfo] = &[
    DT,
    ParamInfo::int(
        "modes",
        "Modes",
        "Vectors for the positions of the nodes, and as many for their values",
        [1, 50],
        2,
    ),
    ParamInfo::choice(
        "integrator",
        "Integrator",
        "Of the training run and of the reduced system",
        &[("euler", "Euler"), ("rk4", "RK4")],
        "rk4",
    ),
    SPAN,
    SNAPSHOTS,
    TRAIN,
    COMPARE,
];

static DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new(
        ERROR_KEY,
        "Error of the reduction",
        "Norm of the difference, on the grid, from a run with all nodes in the same moving frame, as a part of that run's state",
    ),
    SeriesInfo::new(
        "lagrangian.gap",
        "Smallest gap",
        "The smallest distance of neighbouring nodes as a part of the grid's: where it goes to 0 there is a shock, and the frame ends",
    ),
    SeriesInfo::new(
        "lagrangian.left.positions",
        "What the modes leave out of positions",
        "The first singular value of the nodes' displacements that is left out over the first of all",
    ),
    SeriesInfo::new(
        "lagrangian.left.values",
        "What the modes leave out of values",
        "The first singular value of the changes along the nodes that is left out over the first of all",
    ),
    SeriesInfo::new("rom.modes", "Modes", "Vectors that span the space").linear(),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.lagrangian-basis"),
        label: Str::Borrowed("Lagrangian basis"),
        summary: words(
            "A reduced model whose nodes travel with the flow: where they are and what they carry have modes of their own. A wave that keeps its form has one mode \
             then, and stays one beyond the training time, where modes on a grid that stands still know nothing of the places to come.",
        ),
        math: words(
            r"\dot X = c(w), \quad \dot w = F + c\, w_x; \qquad X \approx \xi + \Phi_X a, \quad w \approx w_0 + \Phi_w b, \qquad \dot a = \Phi_X^\top c(w), \quad \dot b = \Phi_w^\top (F + c\, w_x)",
        ),
        citation: words(
            "R. Mojgani and M. Balajewicz, Lagrangian basis method for dimensionality reduction of convection dominated nonlinear flows, arXiv 1701.04343, 2017; the source minimises the \
             residual of implicit steps, Galerkin's condition is taken here",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["pde.advection"]),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: BACKENDS,
        step: words(
            "a step of the integrator on two times r unknowns, each evaluation at all nodes, and an interpolation to the grid",
        ),
        limits: words(
            "For one field on a periodic interval with derivatives up to the second; any such equations may be typed into the problem. First derivatives are never taken \
             against the wind, as none is left. Where a front steepens, nodes gather in it until they overtake each other or the step is too long: the frame is for \
             waves that travel, not for shocks. Cubics between nodes overshoot beside jumps.",
        ),
        plateaus: true,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> {
        let problem = input.downcast::<Evolution>()?;
        let refused = || BuildError::new("method", "needs a typed system");
        let system = problem.typed().ok_or_else(refused)?.system();
        let moving = Moving::new(&system)?;
        let n = moving.nodes;
        let (values, dt) = (input.values, input.values.real("dt"));
        let own = |mut run: Training| -> Result<Training, BuildError> {
            let Some(system) = run.system.as_typed() else { return Err(refused()) };
            let moving = Moving::new(system)?;
            let start = moving.started(&run.start);
            Ok(Training { system: Box::new(moving), start })
        };
        let integrator = values.text("integrator");
        let reduced = Lagrangian {
            integrator: integrator.to_owned(),
            training: training(input)?.into_iter().map(own).collect::<Result<_, _>>()?,
            wanted: (values.real("span"), dt, values.size("snapshots"), values.size("modes")),
            basis: None,
            reduced: None,
            z: Vec::new(),
            memory: Memory::new(2 * n),
            full: values.bool("compare").then(|| Beside::new(integrator, 2 * n)).transpose()?,
            state: vec![0.0; 2 * n],
            shown: vec![0.0; n],
            other: vec![0.0; 2 * n],
            error: 0.0,
            left: [f64::NAN; 2],
            moving,
        };
        build(Box::new(Fixed::new(reduced, dt)), input)
    },
    predict: None,
};

/// The system of positions and values at nodes that move: positions first.
struct Moving {
    symbols: Vec<Symbol>,
    parameters: Vec<f64>,
    nodes: usize,
    lower: f64,
    length: f64,
    tau: Expr,
    /// The speed is minus the sum of these.
    slopes: Vec<Expr>,
    /// Where terms with a first derivative stand: the reaction, with its speed. What is left is added to it.
    reaction: Expr,
    /// Derivatives of fluxes in the place itself.
    fluxes: Vec<Expr>,
    /// Coefficients of the second derivative.
    second: Vec<Expr>,
    /// Coefficients of diffusion in conservative form.
    diffusion: Vec<Expr>,
    /// How many of `slopes`, from the first, are those of the reaction.
    of_reaction: usize,
    variables: Vec<f64>,
    conducts: Vec<f64>,
}

impl Moving {
    /// The same system in the moving frame, with the parameters that it has now.
    ///
    /// # Errors
    /// It is none that this method is for.
    fn new(system: &SemiDiscrete) -> Result<Moving, BuildError> {
        let (typed, mesh): (&TypedSystem, _) = (system.typed(), system.mesh());
        let refused = |why: &str| Err(BuildError::new("method", why));
        if typed.dimension != 1 || mesh.is_point() || !mesh.periodic[0] || mesh.inside.is_some() {
            return refused("nodes travel round a periodic interval: write dimension 1 and the line periodic");
        }
        if typed.fields.len() != 1 || typed.fields[0].kind != FieldKind::Evolving {
            return refused("needs one field whose rate of change is given, and no other");
        }
        if mesh.len() < FEWEST {
            return refused("cubics between nodes need four of them: take more intervals");
        }
        let equation = &typed.equations[0];
        let first = Symbol::Derivative { field: 0, orders: [1, 0, 0] };
        let by = |e: &Expr, symbol: Symbol| typed.variable(symbol).map(|v| e.diff(v)).transpose();
        let long = |_| BuildError::new("method", "a derivative of the equation is too long");
        let mut slopes: Vec<Expr> = by(&equation.reaction, first).map_err(long)?.into_iter().collect();
        let of_reaction = slopes.len();
        let (mut fluxes, mut second, mut diffusion) = (Vec::new(), Vec::new(), Vec::new());
        let higher = |s: &Symbol| matches!(s, Symbol::Derivative { orders, .. } if orders[0] > 2);
        if typed.symbols.iter().any(higher) {
            return refused("takes derivatives up to the second");
        }
        for term in &equation.terms {
            match term {
                Term::Diffusion { coefficient, .. } => diffusion.push(coefficient.clone()),
                Term::Derivative { orders: [2, 0, 0], coefficient, .. } => second.push(coefficient.clone()),
                Term::Derivative { .. } => return refused("takes derivatives up to the second"),
                Term::Flux { flux, .. } => {
                    let in_slopes =
                        |(v, s): (usize, &Symbol)| matches!(s, Symbol::Derivative { .. }) && flux.depends_on(v);
                    if typed.symbols.iter().enumerate().any(in_slopes) {
                        return refused("a flux may depend on the field, the place and the time, not on slopes");
                    }
                    slopes.extend(by(flux, Symbol::Field(0)).map_err(long)?);
                    fluxes.extend(by(flux, Symbol::Coordinate(0)).map_err(long)?);
                }
            }
        }
        let nodes = mesh.len();
        Ok(Moving {
            symbols: typed.symbols.clone(),
            parameters: system.parameters().to_vec(),
            nodes,
            lower: mesh.lower[0],
            length: mesh.spacing[0] * nodes as f64,
            tau: equation.tau.clone(),
            slopes,
            reaction: equation.reaction.clone(),
            fluxes,
            second,
            diffusion,
            of_reaction,
            variables: vec![f64::NAN; typed.symbols.len()],
            conducts: vec![0.0; nodes],
        })
    }

    /// A node of the grid.
    fn grid(&self, node: usize) -> f64 {
        self.lower + self.length * (node as f64 / self.nodes as f64)
    }

    /// The state at nodes that lie on the grid.
    fn started(&self, u: &[f64]) -> Vec<f64> {
        (0..self.nodes).map(|i| self.grid(i)).chain(u.iter().copied()).collect()
    }

    /// Distances to the nodes before and behind, and differences of values.
    fn neighbours(&self, z: &[f64], i: usize) -> ([f64; 2], [f64; 2]) {
        let (x, w) = z.split_at(self.nodes);
        let last = self.nodes - 1;
        let (before, behind) = (if i == 0 { last } else { i - 1 }, if i == last { 0 } else { i + 1 });
        let round = |at_end: bool| if at_end { self.length } else { 0.0 };
        let gaps = [x[i] - x[before] + round(i == 0), x[behind] - x[i] + round(i == last)];
        (gaps, [w[i] - w[before], w[behind] - w[i]])
    }

    /// Writes what the formulas depend on at a node, and returns the first and the second derivative there.
    fn look(&mut self, t: f64, z: &[f64], i: usize) -> [f64; 2] {
        let ([before, behind], [fall, rise]) = self.neighbours(z, i);
        let (fall, rise) = (fall / before, rise / behind);
        let slope = (before * rise + behind * fall) / (before + behind);
        let curvature = 2.0 * (rise - fall) / (before + behind);
        let place = z[i] - self.length * libm::floor((z[i] - self.lower) / self.length);
        for (out, symbol) in self.variables.iter_mut().zip(&self.symbols) {
            *out = match *symbol {
                Symbol::Coordinate(_) => place,
                Symbol::Time => t,
                Symbol::Field(_) => z[self.nodes + i],
                Symbol::Parameter(k) => self.parameters[k],
                Symbol::Derivative { orders, .. } => {
                    if orders[0] == 1 {
                        slope
                    } else {
                        curvature
                    }
                }
                Symbol::Noise { .. } => f64::NAN,
            };
        }
        [slope, curvature]
    }

    fn sum(&self, all: &[Expr]) -> f64 {
        all.iter().map(|e| e.eval(&self.variables)).sum()
    }

    /// The smallest distance of neighbours over that of the grid; not above 0 where they overtook each other.
    fn gap(&self, z: &[f64]) -> f64 {
        let all = (0..self.nodes).map(|i| self.neighbours(z, i).0[1]);
        all.fold(f64::INFINITY, |m, g| if g >= m { m } else { g }) * self.nodes as f64 / self.length
    }

    /// The values on the grid, by cubics through the two nodes before a place and the two behind. Nodes are in order.
    fn show(&self, z: &[f64], out: &mut [f64]) {
        let (x, w) = z.split_at(self.nodes);
        let n = self.nodes;
        // Node k of all that lie round and round.
        let at = |k: usize| x[k % n] + self.length * (k / n) as f64;
        for (j, out) in out.iter_mut().enumerate() {
            let grid = self.grid(j);
            let place = grid + self.length * libm::ceil((x[0] - grid) / self.length);
            let (mut low, mut high) = (0, n);
            while high - low > 1 {
                let middle = low.midpoint(high);
                if at(middle) <= place { low = middle } else { high = middle }
            }
            // One round further, so that there is a node before the first.
            let (first, place) = (low + n - 1, place + self.length);
            let mut value = 0.0;
            for k in 0..4 {
                let mut weight = 1.0;
                for l in (0..4).filter(|&l| l != k) {
                    weight *= (place - at(first + l)) / (at(first + k) - at(first + l));
                }
                value += weight * w[(first + k) % n];
            }
            *out = value;
        }
    }
}

/// The ranks of positions and of values of the nodes that follow `u_t = -u u_x` from `0.5 + 0.2 sin(2 pi x)`, over so many steps.
///
/// # Errors
/// The set-up cannot be built.
pub(crate) fn inviscid(nodes: i64, steps: usize, dt: f64) -> Result<(f64, f64), BuildError> {
    let given = Params::from([
        ("equations".to_owned(), "u_t = -u*u_x; u(0) = 0.5 + 0.2*sin(2*pi*x); periodic".into()),
        ("dimension".to_owned(), "1".into()),
        ("n".to_owned(), Value::Int(nodes)),
    ]);
    let values = Values::resolve(&evolution::SYSTEM.info.params, &given).map_err(|mut e| e.remove(0))?;
    let problem = Evolution::new(&values, 0)?;
    let typed = problem.typed().ok_or_else(|| BuildError::new("equations", "is no typed system"))?;
    let moving = Moving::new(&typed.system())?;
    let (n, start) = (moving.nodes, moving.started(&problem.start));
    let mut runs = [Training { system: Box::new(moving), start }];
    let rows = course(&mut runs, "rk4", (steps as f64 * dt, dt), steps, &vec![0.0; 2 * n])?;
    let rank = |block: usize| {
        let own: Vec<f64> = rows.chunks_exact(2 * n).flat_map(|row| &row[block * n..][..n]).copied().collect();
        leading(&own, n, n).modes as f64
    };
    Ok((rank(0), rank(1)))
}

impl System for Moving {
    fn len(&self) -> usize {
        2 * self.nodes
    }

    fn rate(&mut self, _: Part, t: f64, z: &[f64], out: &mut [f64]) {
        let n = self.nodes;
        let spreads = !self.diffusion.is_empty();
        for i in 0..n {
            let [slope, curvature] = self.look(t, z, i);
            let tau = self.tau.eval(&self.variables);
            // What is carried with the flow of the reaction is taken out of it; fluxes are known by their speed alone.
            let carried = self.sum(&self.slopes[..self.of_reaction]);
            let mut rest = self.reaction.eval(&self.variables) - carried * slope + self.sum(&self.fluxes);
            rest += self.sum(&self.second) * curvature;
            out[i] = -(carried + self.sum(&self.slopes[self.of_reaction..])) / tau;
            out[n + i] = rest / tau;
            if spreads {
                self.conducts[i] = self.sum(&self.diffusion);
            }
        }
        if !spreads {
            return;
        }
        for i in 0..n {
            let ([before, behind], [fall, rise]) = self.neighbours(z, i);
            let (last, next) = (if i == 0 { n - 1 } else { i - 1 }, if i == n - 1 { 0 } else { i + 1 });
            let inwards = 0.5 * (self.conducts[last] + self.conducts[i]) * fall / before;
            let outwards = 0.5 * (self.conducts[i] + self.conducts[next]) * rise / behind;
            self.look(t, z, i);
            out[n + i] += 2.0 * (outwards - inwards) / (before + behind) / self.tau.eval(&self.variables);
        }
    }

    fn jacobian(&mut self, _: Part, _: f64, _: &[f64]) -> Csr {
        let n = self.len();
        Csr { rows: n, cols: n, indptr: vec![0; n + 1], indices: Vec::new(), values: Vec::new() }
    }

    fn is_linear(&self, _: Part) -> bool {
        false
    }

    fn flops(&self) -> u64 {
        let formulas = self.slopes.len() + self.fluxes.len() + self.second.len() + self.diffusion.len() + 2;
        ((40 + 4 * formulas) * self.nodes) as u64
    }
}

struct Lagrangian {
    moving: Moving,
    integrator: String,
    training: Vec<Training>,
    /// Training time and dt, snapshots, modes.
    wanted: (f64, f64, usize, usize),
    basis: Option<Basis>,
    reduced: Option<Propagator>,
    z: Vec<f64>,
    memory: Memory,
    full: Option<Beside>,
    /// Positions and values.
    state: Vec<f64>,
    /// What the last step showed on the grid; a state that differs was changed from outside.
    shown: Vec<f64>,
    other: Vec<f64>,
    error: f64,
    left: [f64; 2],
}

impl Lagrangian {
    /// Modes of positions and of values, side by side.
    fn modes(&mut self, start: &[f64]) -> Result<Basis, BuildError> {
        let n = start.len();
        let (span, dt, snapshots, modes) = self.wanted;
        let origin = self.moving.started(start);
        let mut runs = std::mem::take(&mut self.training);
        let rows = course(&mut runs, &self.integrator, (span, dt), snapshots, &origin)?;
        let mut columns = Vec::new();
        for (block, left) in self.left.iter_mut().enumerate() {
            let own: Vec<f64> = rows.chunks_exact(2 * n).flat_map(|row| &row[block * n..][..n]).copied().collect();
            let found = leading(&own, n, modes);
            *left = found.left;
            for column in found.columns.chunks_exact(n) {
                let mut whole = vec![0.0; 2 * n];
                whole[block * n..][..n].copy_from_slice(column);
                columns.extend(whole);
            }
        }
        if columns.is_empty() {
            return Err(BuildError::new("span", "nothing changed during the training run: there are no modes"));
        }
        Ok(Basis::new(origin, columns, self.left[0].max(self.left[1])))
    }
}

impl FixedStep for Lagrangian {
    fn prepare(&mut self, _: &mut dyn System, start: &[f64]) -> Result<(), BuildError> {
        let basis = self.modes(start)?;
        let dt = self.wanted.1;
        self.z = vec![0.0; basis.modes];
        self.state.copy_from_slice(&basis.origin);
        self.moving.show(&self.state, &mut self.shown);
        let mut reduced = Propagator::new(&self.integrator, 1, basis.modes)?;
        let mut projected = Projected { system: &mut self.moving, basis: &basis, memory: &mut self.memory };
        reduced.prepare(&mut projected, &self.z)?;
        if let Some(full) = &mut self.full {
            full.prepare(&mut self.moving, &basis.origin, dt)?;
        }
        (self.basis, self.reduced) = (Some(basis), Some(reduced));
        Ok(())
    }

    fn step(&mut self, system: &mut dyn System, t: f64, dt: f64, u: &mut [f64], work: &mut Work) -> Result<(), Stop> {
        let (Some(basis), Some(reduced)) = (&self.basis, &mut self.reduced) else { return Err(Stop::Stagnated) };
        if let Some(typed) = system.as_typed() {
            self.moving.parameters.copy_from_slice(typed.parameters());
        }
        if *u != self.shown[..] {
            // It begins anew on the grid.
            self.state[u.len()..].copy_from_slice(u);
            self.state[..u.len()].copy_from_slice(&basis.origin[..u.len()]);
            basis.project(&self.state, &mut self.z, &mut self.other);
        }
        let mut projected = Projected { system: &mut self.moving, basis, memory: &mut self.memory };
        reduced.forget();
        reduced.step(&mut projected, (t, dt), &mut self.z, work)?;
        basis.lift(&self.z, &mut self.state);
        if !self.state.iter().all(|x| x.is_finite()) {
            return Err(Stop::Diverged);
        }
        if self.moving.gap(&self.state) <= 0.0 {
            return Err(Stop::Breakdown(Breakdown::Tangled));
        }
        self.moving.show(&self.state, &mut self.shown);
        work.flops += 40 * u.len() as u64;
        u.copy_from_slice(&self.shown);
        if let Some(full) = &mut self.full {
            full.step(&mut self.moving, (t, dt), &self.state);
            // Nodes that overtook each other are in no order to interpolate in.
            let good = full.error.is_finite() && self.moving.gap(&full.u) > 0.0;
            let other = &mut self.other[..u.len()];
            if good {
                self.moving.show(&full.u, other);
            }
            let size = norm2(other);
            let off = norm2_diff(other, u) / if size > 0.0 { size } else { 1.0 };
            self.error = if good { off } else { f64::NAN };
        }
        Ok(())
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let modes = self.basis.as_ref().map_or(f64::NAN, |b| b.modes as f64);
        let error = if self.full.is_some() { self.error } else { f64::NAN };
        let [positions, values] = self.left;
        out.copy_from_slice(&[error, self.moving.gap(&self.state), positions, values, modes]);
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.z);
        out.real(self.error);
        if let Some(full) = &self.full {
            full.save(out);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.z);
        self.error = from.real();
        if let Some(basis) = &self.basis {
            basis.lift(&self.z, &mut self.state);
            self.moving.show(&self.state, &mut self.shown);
        }
        if let Some(full) = &mut self.full {
            full.load(from);
        }
    }
}
