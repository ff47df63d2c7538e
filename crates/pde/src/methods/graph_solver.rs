//! A convergent graph solver (J. Park, J. Choo and J. Park, Convergent graph solvers, ICLR 2022), with weights from the matrix in place of a trained network.
//!
//! Unknowns are the nodes of a graph whose edges are the entries of the matrix. Each head iterates `z <- gamma A z + b`, where the sizes of the weights of a
//! node's edges add up to one at most, so that it contracts by gamma in the largest norm whatever the matrix: the change after k sweeps is at most
//! `gamma^k |b|`, and there is one fixed point, that of `(I - gamma A) z = b`. A combination of the heads is read off; when all have settled, the next round begins with
//! what is left.

use iterscope_core::{
    Backend, BuildError, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, SeriesInfo, StateReader,
    StateWriter, Stepper, Str, Value, Values, Work, words,
};
use iterscope_kernels::compiled;
use iterscope_kernels::csr::Csr;
use iterscope_linear::{LinearSolver, Operator, Precision, Preconditioner, Setup, solve_semidefinite};

use super::adaptor::{self, LINEAR, SolverKind};
use super::live;
use crate::theory;

/// Pivots below this part of the diagonal belong to heads that say the same.
const SAME: f64 = 1e-13;

static PARAMS: &[ParamInfo] = &[
    ParamInfo::int("heads", "Heads", "Iterations side by side, each with a contraction of its own", [1, 16], 4),
    ParamInfo::real(
        "gamma",
        "Contraction",
        "Of the slowest head; the others lie between, so that they see farther one after the other",
        [0.01, 0.9999],
        0.9,
    )
    .live(),
    ParamInfo::real(
        "settled",
        "Settled at",
        "A head rests when a sweep changes no node by more than this part of the largest input; when all rest the next round begins",
        [1e-12, 0.9],
        0.3,
    )
    .log()
    .live(),
];

static DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new(
        "graph.change",
        "Change",
        "The largest change of a node in any head by the last sweep, as a part of the largest input",
    ),
    SeriesInfo::new("graph.bound", "Bound of the change", "What the contraction of the slowest head allows"),
    SeriesInfo::new("graph.rounds", "Rounds", "Rounds that are over").linear(),
];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.graph-solver"),
        label: Str::Borrowed("Convergent graph solver"),
        summary: words(
            "Lets values settle on the graph of the matrix in several heads, each a contraction by construction, so that none can diverge and all have one fixed point, and \
             reads the best combination off them. The slower a head contracts the farther it sees. Local as Jacobi, it needs about the work of Jacobi, and loses to conjugate \
             gradients.",
        ),
        math: words(
            r"a_{ij} = -\frac{m_{ij}}{\sum_{l \ne i} |m_{il}|}, \quad z_h \leftarrow \gamma_h A z_h + b, \quad b_i = \frac{r_i}{m_{ii}}, \quad \gamma_h = 1 - (1 - \gamma)^{h/H}; \qquad u \leftarrow u + \textstyle\sum_h c_h z_h, \quad Z^\top M Z c = Z^\top r",
        ),
        citation: words(
            "J. Park, J. Choo and J. Park, Convergent graph solvers, International Conference on Learning Representations, 2022",
        ),
        params: List::Borrowed(PARAMS),
        problems: LINEAR,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64, Backend::CpuF32]),
        step: words(
            "for each head that has not settled a sweep and a product with the matrix; a small system for the combination",
        ),
        limits: words(
            "The source's weights come from a graph network of 64 heads, trained for hours on many graphs, and a second network reads the answer off: neither is here, and none of its figures \
             is claimed. Where the matrix is symmetric positive definite the energy norm of the error is never larger than at the beginning of the round; for others the \
             residual is made smallest instead.",
        ),
        plateaus: true,
    },
    build: |input: &MethodInput<'_>| -> Result<Box<dyn Stepper>, BuildError> { adaptor::build(&GraphSolver, input) },
    predict: Some(|input| theory::rehearse(&GraphSolver, input)),
};

/// Makes the solver.
pub struct GraphSolver;

impl SolverKind for GraphSolver {
    fn solver<T: Precision>(
        &self,
        setup: &Setup<'_, T>,
        values: &Values,
    ) -> Result<Box<dyn LinearSolver<T>>, BuildError> {
        let zero = |zero| BuildError::new("method", format!("needs a diagonal without zeros; {zero}"));
        let inverse = setup.matrix.inverse_diagonal().map_err(zero)?;
        let (n, heads) = (inverse.len(), values.size("heads"));
        let many = || vec![vec![T::ZERO; n]; heads];
        let one = || vec![T::ZERO; n];
        Ok(Box::new(Heads {
            edges: edges(setup.matrix.rows()),
            inverse,
            gamma: values.real("gamma"),
            settled: values.real("settled"),
            energy: setup.matrix.is_symmetric(1e-12),
            z: many(),
            images: many(),
            resting: vec![true; heads],
            next: one(),
            b: one(),
            base: one(),
            left: one(),
            x: one(),
            begin: true,
            size: 0.0,
            change: f64::NAN,
            sweeps: 0,
            rounds: 0,
            norm: T::ZERO,
            gram: vec![0.0; heads * heads],
            weights: vec![0.0; heads],
        }))
    }
}

/// The weights of the edges: the sizes in a row add up to one, or to nothing.
pub(crate) fn edges<T: Precision>(matrix: &Csr<T>) -> Csr<T> {
    let mut edges = matrix.clone();
    for i in 0..matrix.rows {
        let sum: f64 = matrix.row_iter(i).filter(|(j, _)| *j != i).map(|(_, v)| v.to_f64().abs()).sum();
        let scale = if sum > 0.0 { -1.0 / sum } else { 0.0 };
        let (from, to) = (matrix.indptr[i] as usize, matrix.indptr[i + 1] as usize);
        for k in from..to {
            let own = matrix.indices[k] as usize == i;
            edges.values[k] = if own { T::ZERO } else { T::from_f64(scale * matrix.values[k].to_f64()) };
        }
    }
    edges
}

/// One sweep `z <- gamma A z + b`, with memory for the next values; the largest change.
pub(crate) fn sweep<T: Precision>(edges: &Csr<T>, gamma: f64, b: &[T], z: &mut [T], next: &mut [T]) -> f64 {
    edges.matvec(z, next);
    let gamma = T::from_f64(gamma);
    let mut change = 0.0f64;
    for ((z, next), b) in z.iter_mut().zip(&*next).zip(b) {
        let value = gamma * *next + *b;
        change = change.max((value - *z).to_f64().abs());
        *z = value;
    }
    change
}

struct Heads<T> {
    edges: Csr<T>,
    inverse: Vec<T>,
    gamma: f64,
    settled: f64,
    /// The combination is the best in the energy norm, not in that of the residual.
    energy: bool,
    z: Vec<Vec<T>>,
    /// The matrix times each of them.
    images: Vec<Vec<T>>,
    resting: Vec<bool>,
    next: Vec<T>,
    b: Vec<T>,
    /// The iterate with which the round began, and what was left then.
    base: Vec<T>,
    left: Vec<T>,
    x: Vec<T>,
    begin: bool,
    /// The largest input of the round.
    size: f64,
    change: f64,
    sweeps: u32,
    rounds: u64,
    norm: T,
    gram: Vec<f64>,
    weights: Vec<f64>,
}

fn largest<T: Precision>(v: &[T]) -> f64 {
    v.iter().fold(0.0f64, |m, x| m.max(x.to_f64().abs()))
}

impl<T: Precision> Heads<T> {
    fn contraction(&self, head: usize) -> f64 {
        let share = (head + 1) as f64 / self.z.len() as f64;
        1.0 - libm::pow(1.0 - self.gamma, share)
    }

    fn begin(&mut self, a: &dyn Operator<T>, b: &[T], work: &mut Work) {
        self.base.copy_from_slice(&self.x);
        a.residual(b, &self.base, &mut self.left);
        a.cost().count(work);
        for ((b, r), d) in self.b.iter_mut().zip(&self.left).zip(&self.inverse) {
            *b = *r * *d;
        }
        self.z.iter_mut().chain(&mut self.images).for_each(|v| v.fill(T::ZERO));
        self.resting.fill(false);
        self.size = largest(&self.b);
        (self.begin, self.sweeps) = (false, 0);
    }

    /// The weights of the best combination: by the inner products of heads and images, or of images alone.
    fn decode(&mut self) {
        let heads = self.z.len();
        for i in 0..heads {
            let test = if self.energy { &self.z[i] } else { &self.images[i] };
            for j in 0..=i {
                self.gram[i * heads + j] = compiled::dot(test, &self.images[j]).to_f64();
            }
            self.weights[i] = compiled::dot(test, &self.left).to_f64();
        }
        solve_semidefinite(&mut self.gram, SAME, &mut self.weights);
        self.x.copy_from_slice(&self.base);
        self.next.copy_from_slice(&self.left);
        for ((z, image), c) in self.z.iter().zip(&self.images).zip(&self.weights) {
            compiled::axpy(T::from_f64(*c), z, &mut self.x);
            compiled::axpy(T::from_f64(-c), image, &mut self.next);
        }
        self.norm = compiled::dot(&self.next, &self.next).sqrt();
    }
}

impl<T: Precision> LinearSolver<T> for Heads<T> {
    fn start(&mut self, a: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], x: &[T], work: &mut Work) {
        self.x.copy_from_slice(x);
        self.begin(a, b, work);
        self.norm = compiled::dot(&self.left, &self.left).sqrt();
    }

    fn step(&mut self, a: &dyn Operator<T>, _: &mut dyn Preconditioner<T>, b: &[T], work: &mut Work) -> Outcome {
        if self.begin {
            self.begin(a, b, work);
        }
        let (n, heads) = (self.x.len() as u64, self.z.len() as u64);
        let limit = self.settled * self.size;
        self.change = 0.0;
        for h in 0..self.z.len() {
            if self.resting[h] {
                continue;
            }
            let gamma = self.contraction(h);
            let change = sweep(&self.edges, gamma, &self.b, &mut self.z[h], &mut self.next);
            self.change = self.change.max(if self.size > 0.0 { change / self.size } else { 0.0 });
            self.resting[h] = change <= limit;
            a.apply(&self.z[h], &mut self.images[h]);
            a.cost().count(work);
            work.flops += 2 * self.edges.nnz() as u64 + 3 * n;
        }
        self.sweeps += 1;
        self.decode();
        work.flops += n * (heads * (heads + 1) + 6 * heads);
        if self.resting.iter().all(|r| *r) {
            self.rounds += 1;
            self.begin = true;
        }
        Outcome::Continue
    }

    fn iterate(&mut self) -> &[T] {
        &self.x
    }

    fn residual(&self) -> T {
        self.norm
    }

    fn memory(&self) -> usize {
        let vectors = 6 + 2 * self.z.len();
        vectors * self.x.len() * size_of::<T>() + self.edges.nnz() * (size_of::<T>() + 4)
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let slowest = self.contraction(self.z.len() - 1);
        let bound = libm::pow(slowest, f64::from(self.sweeps) - 1.0);
        out.copy_from_slice(&[self.change, bound, self.rounds as f64]);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        let value = live(PARAMS, key, value)?.as_real().unwrap_or(f64::NAN);
        if key == "gamma" {
            self.gamma = value;
            // Heads on the way to another fixed point begin anew.
            self.begin = true;
        } else {
            self.settled = value;
        }
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        let mut put = |v: &[T]| v.iter().for_each(|x| out.real(x.to_f64()));
        self.z.iter().chain(&self.images).for_each(|v| put(v));
        [&self.b, &self.base, &self.left, &self.x].into_iter().for_each(|v| put(v));
        self.resting.iter().for_each(|&r| out.bits(u64::from(r)));
        out.bits(u64::from(self.begin));
        out.bits(u64::from(self.sweeps));
        out.bits(self.rounds);
        [self.gamma, self.settled, self.size, self.change, self.norm.to_f64()].into_iter().for_each(|x| out.real(x));
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let mut get = |v: &mut Vec<T>| v.iter_mut().for_each(|x| *x = T::from_f64(from.real()));
        self.z.iter_mut().chain(&mut self.images).for_each(&mut get);
        [&mut self.b, &mut self.base, &mut self.left, &mut self.x].into_iter().for_each(&mut get);
        self.resting.iter_mut().for_each(|r| *r = from.bits() != 0);
        self.begin = from.bits() != 0;
        self.sweeps = from.bits() as u32;
        self.rounds = from.bits();
        [self.gamma, self.settled, self.size, self.change] = std::array::from_fn(|_| from.real());
        self.norm = T::from_f64(from.real());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::adaptor::LinearIteration;
    use crate::problems::poisson;
    use iterscope_core::{Iteration, Params};

    fn problem(given: &[(&str, Value)]) -> crate::linear::LinearProblem {
        let given: Params = given.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        poisson::build(&Values::resolve(&poisson::PROBLEM.info.params, &given).unwrap()).unwrap()
    }

    fn values(given: &[(&str, Value)]) -> Values {
        let given: Params = given.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        Values::resolve(PARAMS, &given).unwrap()
    }

    /// Steps to 1e-8 and residuals of an independent program in NumPy (dense, with its least squares), u = 0 around, f = 1, 16 intervals.
    #[test]
    fn steps_are_those_of_another_program() {
        let oracle: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/oracles/graph_solver.json")).unwrap();
        for run in oracle["runs"].as_array().unwrap() {
            let real = |key: &str| Value::Real(run[key].as_f64().unwrap());
            let given = [
                ("heads", run["heads"].as_i64().unwrap().into()),
                ("gamma", real("gamma")),
                ("settled", real("settled")),
            ];
            let problem = problem(&[("n", 16.into())]);
            let mut solver = LinearIteration::<f64>::new(&GraphSolver, &problem, &values(&given), 1).unwrap();
            for (k, other) in run["residuals"].as_array().unwrap().iter().enumerate() {
                solver.step(&mut Work::default());
                let (ours, other) = (solver.estimate(), other.as_f64().unwrap());
                assert!((ours / other - 1.0).abs() < 1e-6, "{given:?}, step {}: {ours} is not {other}", k + 1);
            }
            let mut steps = run["residuals"].as_array().unwrap().len() as i64;
            while solver.estimate() > 1e-8 && steps < 2000 {
                solver.step(&mut Work::default());
                steps += 1;
            }
            assert!((steps - run["steps"].as_i64().unwrap()).abs() <= 2, "{given:?}: {steps}");
        }
    }

    #[test]
    fn changes_stay_below_their_bound_and_rounds_never_raise_the_energy() {
        let problem = problem(&[("n", 12.into()), ("diffusion", "1 + 50*x*y".into())]);
        let exact = {
            let mut factors = iterscope_linear::factors::Factors::new(problem.matrix.rows()).unwrap();
            let mut u = problem.rhs.to_vec();
            factors.solve(&mut u);
            u
        };
        let mut solver = LinearIteration::<f64>::new(&GraphSolver, &problem, &values(&[]), 1).unwrap();
        let (mut before, mut rounds) = (f64::INFINITY, 0.0);
        for _ in 0..200 {
            solver.step(&mut Work::default());
            let mut out = [0.0; 3];
            solver.diagnostics(&mut out);
            let [change, bound, count] = out;
            assert!(change <= bound * (1.0 + 1e-12), "{change} {bound}");
            if count > rounds {
                rounds = count;
                let e: Vec<f64> = solver.iterate().iter().zip(&exact).map(|(u, v)| u - v).collect();
                let mut image = vec![0.0; e.len()];
                problem.matrix.apply(&e, &mut image);
                let energy = compiled::dot(&e, &image);
                assert!(energy < before, "{energy} {before}");
                before = energy;
            }
        }
        assert!(rounds > 10.0);
    }
}
