//! Spaces of few states: how they are found from snapshots, and systems that are projected onto them (L. Sirovich, Turbulence and the dynamics of
//! coherent structures, Quarterly of Applied Mathematics 45, 1987; G. Berkooz, P. Holmes and J. L. Lumley, The proper orthogonal decomposition in the
//! analysis of turbulent flows, Annual Review of Fluid Mechanics 25, 1993).

use iterscope_core::{BuildError, MethodInput, ParamInfo, Work};
use iterscope_expr::Parameters;
use iterscope_kernels::compiled::{axpy, dot, norm2};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::dense::svd;

use crate::methods::time::slab::Propagator;
use crate::system::{Part, System};
use crate::time::problem::Evolution;

/// The time of the training run.
pub const SPAN: ParamInfo = ParamInfo::real(
    "span",
    "Training time",
    "Simulated time, from 0, over which the full system is run to find the modes",
    [1e-9, 1e6],
    0.1,
)
.log();

/// States that are kept.
pub const SNAPSHOTS: ParamInfo =
    ParamInfo::int("snapshots", "Snapshots", "States of the training run that are kept, evenly in time", [1, 400], 50);

/// Parameters of the training runs.
pub const TRAIN: ParamInfo = ParamInfo::text(
    "train",
    "Training parameters",
    "One training run a line, with parameters that differ from those of the problem, such as a = 5; s = 0.3. Empty: one run of the problem itself",
);

/// Steps that all training runs may take together.
const MOST_STEPS: usize = 200_000;
/// Singular values below this part of the largest are rounding.
const ROUNDING: f64 = 1e-13;

/// An affine space: an origin, and orthonormal columns.
pub struct Basis {
    /// A state of the space.
    pub origin: Vec<f64>,
    /// The columns, one after the other.
    columns: Vec<f64>,
    /// Number of columns.
    pub modes: usize,
    /// The part of the snapshots that it leaves out: the first singular value that is left out over the first of all.
    pub left: f64,
}

impl Basis {
    /// The space of an origin and orthonormal columns, one after the other.
    pub fn new(origin: Vec<f64>, columns: Vec<f64>, left: f64) -> Basis {
        let modes = columns.len() / origin.len();
        Basis { origin, columns, modes, left }
    }

    /// Room for `most` columns.
    pub fn with_room(mut self, most: usize) -> Basis {
        self.columns.resize(self.origin.len() * most.max(self.modes), 0.0);
        self
    }

    /// A column.
    pub fn column(&self, k: usize) -> &[f64] {
        let n = self.origin.len();
        &self.columns[k * n..][..n]
    }

    /// All columns there is room for.
    pub fn room(&mut self) -> &mut [f64] {
        &mut self.columns
    }

    /// Writes `origin + V z`.
    pub fn lift(&self, z: &[f64], u: &mut [f64]) {
        u.copy_from_slice(&self.origin);
        z.iter().enumerate().for_each(|(k, z)| axpy(*z, self.column(k), u));
    }

    /// Writes `V' v`.
    pub fn coordinates(&self, v: &[f64], z: &mut [f64]) {
        z.iter_mut().enumerate().for_each(|(k, z)| *z = dot(self.column(k), v));
    }

    /// Writes `V' (u - origin)`, with memory for a state.
    pub fn project(&self, u: &[f64], z: &mut [f64], memory: &mut [f64]) {
        memory.iter_mut().zip(u.iter().zip(&self.origin)).for_each(|(m, (u, o))| *m = u - o);
        self.coordinates(memory, z);
    }

    /// Takes `v` into the space; false where it is in it already, or there is no room.
    pub fn enrich(&mut self, v: &mut [f64]) -> bool {
        let (n, size) = (self.origin.len(), norm2(v));
        if self.columns.len() < (self.modes + 1) * n {
            return false;
        }
        // Twice is enough.
        for _ in 0..2 {
            for k in 0..self.modes {
                let column = &self.columns[k * n..][..n];
                let part = dot(column, v);
                axpy(-part, column, v);
            }
        }
        let rest = norm2(v);
        if rest <= 1e-10 * size.max(1.0) || !rest.is_finite() {
            return false;
        }
        let column = &mut self.columns[self.modes * n..][..n];
        column.iter_mut().zip(&*v).for_each(|(c, v)| *c = v / rest);
        self.modes += 1;
        true
    }
}

/// A run of the full system that shows where states are.
pub struct Training {
    /// The system, with its parameters.
    pub system: Box<dyn System>,
    /// Its state at time 0.
    pub start: Vec<f64>,
}

/// The training runs that are asked for.
///
/// # Errors
/// `train` cannot be read, or names what is no parameter.
pub fn training(input: &MethodInput<'_>) -> Result<Vec<Training>, BuildError> {
    let (problem, text) = (input.downcast::<Evolution>()?, input.values.text("train"));
    if text.trim().is_empty() {
        return Ok(vec![Training { system: problem.system(), start: problem.start.to_vec() }]);
    }
    let Some(typed) = problem.typed() else {
        return Err(BuildError::new("train", "only typed systems have parameters that can be changed for training"));
    };
    let mut runs = Vec::new();
    let mut at = 0;
    for line in text.split('\n') {
        let begin = at;
        at += line.chars().count() + 1;
        if line.trim().is_empty() {
            continue;
        }
        let given = Parameters::parse(line).map_err(|e| BuildError::at("train", e.message, begin + e.at))?;
        let values = given.values(|_| None);
        let mut system = typed.system();
        let names: Vec<String> = system.typed().parameters.names().map(str::to_owned).collect();
        let mut of = vec![None; names.len()];
        for (name, value) in given.names().zip(values) {
            let Some(place) = names.iter().position(|n| n == name) else {
                let why = format!("the problem has no parameter {name}; it has {}", names.join(", "));
                return Err(BuildError::at("train", why, begin));
            };
            of[place] = Some(value);
        }
        let moved = system.typed().parameters.values(|k| of[k]);
        system.set_parameters(&moved);
        let start = system.start(input.seed)?;
        // The first evaluation allocates.
        system.rate(Part::All, 0.0, &start, &mut vec![0.0; start.len()]);
        runs.push(Training { system: Box::new(system), start });
    }
    Ok(runs)
}

/// The singular values of the snapshots of training runs, and the first left singular vectors.
///
/// # Errors
/// A run left the finite numbers, or would take too many steps.
pub fn proper_modes(
    runs: &mut [Training],
    integrator: &str,
    times: (f64, f64),
    (snapshots, modes): (usize, usize),
    origin: &[f64],
) -> Result<(Basis, Vec<f64>), BuildError> {
    let rows = course(runs, integrator, times, snapshots, origin)?;
    let found = leading(&rows, origin.len(), modes);
    let (columns, modes, left) = (found.columns, found.modes, found.left);
    Ok((Basis { origin: origin.to_vec(), columns, modes, left }, found.values))
}

/// Snapshots of training runs over a span of time in steps of dt, less the origin, one after the other.
///
/// # Errors
/// As [`proper_modes`].
pub fn course(
    runs: &mut [Training],
    integrator: &str,
    (span, dt): (f64, f64),
    snapshots: usize,
    origin: &[f64],
) -> Result<Vec<f64>, BuildError> {
    let n = origin.len();
    let steps = libm::ceil(span / dt * (1.0 - 1e-12)).max(1.0);
    if steps * runs.len() as f64 > MOST_STEPS as f64 {
        let why = format!("training would take {} steps of dt; {MOST_STEPS} are the most", steps * runs.len() as f64);
        return Err(BuildError::new("span", why));
    }
    let steps = steps as usize;
    let stride = steps.div_ceil(snapshots).max(1);
    let mut rows: Vec<f64> = Vec::new();
    for Training { system, start } in runs {
        let mut full = Propagator::new(integrator, 1, n)?;
        let mut u = start.clone();
        let mut keep = |u: &[f64]| rows.extend(u.iter().zip(origin).map(|(u, o)| u - o));
        keep(&u);
        for k in 0..steps {
            let (t, mut unseen) = (k as f64 * dt, Work::default());
            let done = full.step(&mut **system, (t, dt.min(span - t)), &mut u, &mut unseen);
            if done.is_err() || !u.iter().all(|x| x.is_finite()) {
                let why = format!("the training run of {integrator} ended at t = {t}: take a smaller dt");
                return Err(BuildError::new("dt", why));
            }
            if (k + 1) % stride == 0 || k + 1 == steps {
                keep(&u);
            }
        }
    }
    Ok(rows)
}

/// What is found of snapshots.
pub struct Leading {
    /// The first singular vectors, one after the other.
    pub columns: Vec<f64>,
    /// How many: at most as many as were asked for, and none that is rounding.
    pub modes: usize,
    /// The first singular value that is left out over the first of all.
    pub left: f64,
    /// All singular values.
    pub values: Vec<f64>,
}

/// The first singular vectors of snapshots of `n` values, one after the other.
pub fn leading(rows: &[f64], n: usize, modes: usize) -> Leading {
    let (_, values, right) = svd(rows, rows.len() / n, n);
    let most = values.iter().filter(|&&s| s > ROUNDING * values[0]).count();
    let modes = modes.min(most);
    let left = values.get(modes).map_or(0.0, |s| s / values[0]);
    Leading { columns: right[..modes * n].to_vec(), modes, left: if left.is_finite() { left } else { 0.0 }, values }
}

/// Memory for the projection of a system.
pub struct Memory {
    u: Vec<f64>,
    rate: Vec<f64>,
    image: Vec<f64>,
    jacobian: Csr,
}

impl Memory {
    /// For states of `n` values.
    pub fn new(n: usize) -> Memory {
        let zero = || vec![0.0; n];
        let jacobian = Csr { rows: 0, cols: 0, indptr: Vec::new(), indices: Vec::new(), values: Vec::new() };
        Memory { u: zero(), rate: zero(), image: zero(), jacobian }
    }
}

/// A system seen from a space: `z' = V' F(t, origin + V z)`. Every integrator runs on it.
pub struct Projected<'a> {
    /// The full system.
    pub system: &'a mut dyn System,
    /// The space.
    pub basis: &'a Basis,
    /// Memory.
    pub memory: &'a mut Memory,
}

impl System for Projected<'_> {
    fn len(&self) -> usize {
        self.basis.modes
    }

    fn rate(&mut self, part: Part, t: f64, z: &[f64], out: &mut [f64]) {
        let Memory { u, rate, .. } = &mut *self.memory;
        self.basis.lift(z, u);
        self.system.rate(part, t, u, rate);
        self.basis.coordinates(rate, out);
    }

    fn jacobian(&mut self, part: Part, t: f64, z: &[f64]) -> Csr {
        let r = self.basis.modes;
        let mut out = Csr {
            rows: r,
            cols: r,
            indptr: (0..=r).map(|i| (i * r) as u32).collect(),
            indices: (0..r).flat_map(|_| 0..r as u32).collect(),
            values: vec![0.0; r * r],
        };
        self.jacobian_into(part, t, z, &mut out);
        out
    }

    fn jacobian_into(&mut self, part: Part, t: f64, z: &[f64], out: &mut Csr) {
        let r = self.basis.modes;
        if out.nnz() != r * r {
            *out = self.jacobian(part, t, z);
            return;
        }
        let Memory { u, image, jacobian, .. } = &mut *self.memory;
        self.basis.lift(z, u);
        self.system.jacobian_into(part, t, u, jacobian);
        for j in 0..r {
            jacobian.matvec(self.basis.column(j), image);
            for i in 0..r {
                out.values[i * r + j] = dot(self.basis.column(i), image);
            }
        }
    }

    fn jacobian_evaluations(&self, part: Part) -> u64 {
        self.system.jacobian_evaluations(part)
    }

    fn is_linear(&self, part: Part) -> bool {
        self.system.is_linear(part)
    }

    fn flops(&self) -> u64 {
        self.system.flops() + 4 * (self.basis.modes * self.basis.origin.len()) as u64
    }
}
