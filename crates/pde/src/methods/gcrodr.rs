//! GCRO-DR over a sequence of systems, sorted or as they come, beside GMRES that starts anew each time.

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Work, words,
};
use iterscope_kernels::stencil::Stencil;
use iterscope_linear::preconditioners::identity::Identity;
use iterscope_linear::solvers::gcrodr::GcroDr;
use iterscope_linear::solvers::gmres::Gmres;
use iterscope_linear::{Cost, LinearSolver, Operator};

use super::sequence::Place;
use crate::problems::sequence::{ID, Sequence, SequenceReferee};

static PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "recycle",
        "Recycled",
        "Where approximate eigenvectors are kept: nowhere, which is GMRES, over the restarts of one system, or over all systems",
        &[("none", "nothing: GMRES"), ("system", "within a system"), ("sequence", "from system to system")],
        "sequence",
    ),
    ParamInfo::int("restart", "Restart length", "Dimension of the space that a cycle works in", [2, 500], 30).log(),
    ParamInfo::int("vectors", "Recycled vectors", "Approximate eigenvectors that are kept", [1, 200], 10)
        .log()
        .when("recycle", &["system", "sequence"]),
    ParamInfo::choice(
        "order",
        "Order",
        "As the systems come, or each time the one whose parameters are nearest to those of the last",
        &[("given", "as they come"), ("nearest", "nearest first")],
        "nearest",
    ),
];

static DIAGNOSTICS: &[SeriesInfo] =
    &[SeriesInfo::new("recycled", "Recycled vectors", "Dimension of the recycled space now").linear()];

/// The method.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("pde.gcrodr"),
        label: Str::Borrowed("Recycled GMRES"),
        summary: words(
            "GMRES that keeps a few approximate eigenvectors, the slow ones, from restart to restart and from system to system. Sorting the systems \
             so that neighbours resemble one another makes them fit better.",
        ),
        math: words(
            r"C^T C = I, \quad C = A U, \qquad \min_{u \in u_0 + \operatorname{span}(U) + \mathcal{K}_j((I - C C^T) A,\, r)} \| b - A u \|",
        ),
        citation: words(
            "M. L. Parks, E. de Sturler, G. Mackey, D. D. Johnson and S. Maiti, Recycling Krylov subspaces for sequences of linear systems, SIAM \
             Journal on Scientific Computing 28, 2006; H. Wang et al., Accelerating data generation for neural operators via Krylov subspace \
             recycling, ICLR 2024",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&[ID]),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "one vector of the basis: one product with A; k more products where a system begins with recycled vectors",
        ),
        limits: words(
            "Sorting saves little beside recycling: some 6 to 8 % where recycling saves two thirds. On symmetric positive definite \
             systems conjugate gradients are faster.",
        ),
        plateaus: true,
    },
    build,
    predict: None,
};

/// A stencil as an operator.
struct Applied<'a>(&'a Stencil<f64>);

impl Operator<f64> for Applied<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }
    fn apply(&self, x: &[f64], y: &mut [f64]) {
        self.0.apply(x, y);
    }
    fn residual(&self, b: &[f64], x: &[f64], r: &mut [f64]) {
        self.0.residual(b, x, r);
    }
    fn cost(&self) -> Cost {
        let n = self.0.len() as u64;
        Cost { flops: 9 * n, bytes: 56 * n }
    }
}

/// Each time the nearest of those that are left.
fn nearest(sequence: &Sequence) -> Vec<usize> {
    let mut left: Vec<usize> = (1..sequence.systems()).collect();
    let mut order = vec![0];
    let distance = |a: usize, b: usize| -> f64 {
        sequence.parameters[a].iter().zip(&sequence.parameters[b]).map(|(x, y)| (x - y) * (x - y)).sum()
    };
    while let Some(&last) = order.last().filter(|_| !left.is_empty()) {
        let closest = (0..left.len()).min_by(|&a, &b| distance(last, left[a]).total_cmp(&distance(last, left[b])));
        order.push(left.remove(closest.unwrap_or(0)));
    }
    order
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let iteration = Recycling::new(input)?;
    let referee = SequenceReferee::new(&iteration.place.sequence);
    Ok(CpuStepper::boxed(iteration, referee))
}

enum Solver {
    Gmres(Box<Gmres<f64>>),
    Recycling(Box<GcroDr<f64>>),
}

/// The iteration; step 0 stands before the first system.
pub struct Recycling {
    place: Place,
    solver: Solver,
    carry: bool,
    zero: Vec<f64>,
    /// The system at hand was not begun yet.
    fresh: bool,
}

impl Recycling {
    /// As the parameters say.
    ///
    /// # Errors
    /// The problem is no sequence, or not fewer vectors are recycled than a cycle has.
    pub fn new(input: &MethodInput<'_>) -> Result<Recycling, BuildError> {
        let values = input.values;
        let sorted = values.text("order") == "nearest";
        let place = Place::new(input, |s| if sorted { nearest(s) } else { (0..s.systems()).collect() })?;
        let (n, m, k) = (place.sequence.len(), values.size("restart"), values.size("vectors"));
        let solver = match values.text("recycle") {
            "none" => Solver::Gmres(Box::new(Gmres::new(n, m))),
            _ if k >= m => {
                return Err(BuildError::new("vectors", format!("must be fewer than the restart length, {m}")));
            }
            _ => Solver::Recycling(Box::new(GcroDr::new(n, m, k))),
        };
        let carry = values.text("recycle") == "sequence";
        Ok(Recycling { place, solver, carry, zero: vec![0.0; n], fresh: true })
    }

    fn show(&mut self) {
        let x = match &mut self.solver {
            Solver::Gmres(s) => s.iterate(),
            Solver::Recycling(s) => s.iterate(),
        };
        self.place.unknowns().copy_from_slice(x);
    }
}

impl Iteration for Recycling {
    type Iterate = [f64];

    fn step(&mut self, work: &mut Work) -> Outcome {
        if self.place.is_done() {
            return Outcome::Stop(Stop::Converged);
        }
        let a = Applied(&self.place.matrix);
        let solver: &mut dyn LinearSolver<f64> = match &mut self.solver {
            Solver::Gmres(s) => &mut **s,
            Solver::Recycling(s) => {
                if self.fresh && !self.carry {
                    s.forget();
                }
                &mut **s
            }
        };
        if std::mem::take(&mut self.fresh) {
            solver.start(&a, &mut Identity, &self.place.rhs, &self.zero, work);
        }
        let outcome = if solver.residual() <= self.place.sequence.tolerance * self.place.size {
            // The recycled space alone was enough.
            Outcome::Continue
        } else {
            self.place.steps += 1;
            solver.step(&a, &mut Identity, &self.place.rhs, work)
        };
        self.place.residual = solver.residual() / self.place.size;
        if self.place.is_solved() {
            self.place.steps = self.place.steps.max(1);
            if self.place.solved + 1 == self.place.sequence.systems() {
                self.show();
            }
            self.place.next(0.0);
            self.fresh = true;
            return Outcome::Continue;
        }
        outcome
    }

    fn iterate(&mut self) -> &[f64] {
        if !self.fresh {
            self.show();
        }
        &self.place.iterate
    }

    fn estimate(&self) -> f64 {
        self.place.left()
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = match &self.solver {
            Solver::Gmres(_) => 0.0,
            Solver::Recycling(s) => s.recycled() as f64,
        };
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(u64::from(self.fresh));
        self.place.save(false, out);
        match &self.solver {
            Solver::Gmres(s) => s.save(out),
            Solver::Recycling(s) => s.save(out),
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.fresh = from.bits() != 0;
        self.place.load(false, from);
        match &mut self.solver {
            Solver::Gmres(s) => s.load(from),
            Solver::Recycling(s) => s.load(from),
        }
    }
}
