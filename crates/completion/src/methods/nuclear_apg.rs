//! Accelerated proximal gradient for the nuclear norm, with restarts.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    StateReader, StateWriter, Stepper, Stop, Str, Value, Work,
};

use super::{ENTRY_PROBLEMS, LAMBDA, NUCLEAR_DIAGNOSTICS, PATH, RANK_CAP, rank_cap};
use crate::factors::Factors;
use crate::leading::{Leading, SparsePlusLowRank, residual};
use crate::model::{Completion, Data, Model};
use crate::nuclear::{Nuclear, measure};
use crate::referee::CompletionReferee;
use crate::start::generator;

const PARAMS: &[ParamInfo] = &[
    RANK_CAP,
    LAMBDA,
    PATH,
    ParamInfo::switch("restart", "restart", "Drops the momentum whenever the objective would rise.", true),
];

/// `completion.nuclear-apg`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.nuclear-apg"),
        label: Str::Borrowed("accelerated proximal gradient"),
        summary: Str::Borrowed(
            "Least squares with the nuclear norm by Nesterov's acceleration: the step of soft-impute, taken from a point \
             extrapolated along the last move. It reaches soft-impute's solution in far fewer steps; restarts keep the \
             objective from rising.",
        ),
        math: Str::Borrowed(
            r"Y_t = X_t + \beta_t (X_t - X_{t-1}), \quad X_{t+1} = D_\lambda\big( Y_t + P_\Omega(M - Y_t) \big), \quad
\beta_t = \frac{\theta_t - 1}{\theta_{t+1}}, \quad \theta_{t+1} = \tfrac12 \Big( 1 + \sqrt{1 + 4 \theta_t^2} \Big)",
        ),
        citation: Str::Borrowed(
            "K.-C. Toh, S. Yun: An accelerated proximal gradient algorithm for nuclear norm regularized linear least squares \
             problems. Pacific Journal of Optimization 6 (2010). B. O'Donoghue, E. Candès: Adaptive restart for accelerated \
             gradient schemes. Foundations of Computational Mathematics 15 (2015).",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(NUCLEAR_DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: Str::Borrowed(
            "2 to 10 rounds of block power iteration, each 4 |Ω| b + 8 (m + n) k b + 6 (m + n) b² flops, b = k + 5; twice \
             that in a step that restarts",
        ),
        limits: Str::Borrowed(
            "The solution is biased as soft-impute's is: singular values come out too small by about λ/p. Where more of \
             them exceed λ than the largest rank allows, the rest is cut off and the theory no longer holds. Without \
             restarts the objective swings.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

struct NuclearApg {
    model: Rc<Model>,
    x: Factors,
    previous: Factors,
    trial: Factors,
    residual: Vec<f64>,
    previous_residual: Vec<f64>,
    trial_residual: Vec<f64>,
    values: Vec<f64>,
    leading: Leading,
    nuclear: Nuclear,
    restart: bool,
    theta: f64,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let k = rank_cap(&model, input.values.size("rank"))?;
    let entries = model.entries()?;
    let (m, n, count) = (model.rows, model.cols, entries.count());
    let x = Factors::zero(m, n, k);
    let mut iteration = NuclearApg {
        previous: x.clone(),
        trial: x.clone(),
        residual: vec![0.0; count],
        previous_residual: vec![0.0; count],
        trial_residual: vec![0.0; count],
        values: vec![0.0; count],
        leading: Leading::new(m, n, k, k, &mut generator(input.seed)),
        nuclear: Nuclear::new(entries, input.values),
        restart: input.values.bool("restart"),
        theta: 1.0,
        x,
        model: model.clone(),
    };
    iteration.refresh();
    Ok(CpuStepper::boxed(iteration, CompletionReferee::new(model, k)))
}

impl NuclearApg {
    /// Recomputes what follows from the two last iterates.
    fn refresh(&mut self) {
        if let Data::Entries(entries) = &self.model.data {
            self.nuclear.fit = residual(entries, &self.x, &mut self.residual);
            residual(entries, &self.previous, &mut self.previous_residual);
        }
    }

    /// The proximal step from X + β (X - X_previous) into `trial`; returns half its squared residual, its nuclear norm and
    /// its rank.
    fn propose(&mut self, beta: f64, lambda: f64, work: &mut Work) -> [f64; 3] {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return [0.0; 3] };
        for ((v, r), p) in self.values.iter_mut().zip(&self.residual).zip(&self.previous_residual) {
            *v = (1.0 + beta) * r - beta * p;
        }
        let both = [(1.0 + beta, &self.x), (-beta, &self.previous)];
        let low = if beta == 0.0 { &both[..1] } else { &both[..] };
        self.leading.find(&SparsePlusLowRank { places: &entries.by_row, values: &self.values, low }, lambda, work);
        self.leading.write(&mut self.trial, |s| (s - lambda).max(0.0));
        let (norm, rank) = measure(&self.leading.s[..self.x.rank], lambda, lambda);
        work.operator += 1;
        work.flops += 2 * entries.count() as u64 * self.x.rank as u64;
        [residual(entries, &self.trial, &mut self.trial_residual), norm, rank]
    }
}

impl Iteration for NuclearApg {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let lambda = self.nuclear.next();
        let objective = |fit: f64, nuclear: f64| 0.5 * fit + lambda * nuclear;
        let mut theta = 0.5 * (1.0 + (1.0 + 4.0 * self.theta * self.theta).sqrt());
        let beta = (self.theta - 1.0) / theta;
        let mut found = self.propose(beta, lambda, work);
        if self.restart && beta > 0.0 && objective(found[0], found[1]) > objective(self.nuclear.fit, self.nuclear.norm)
        {
            theta = 1.0;
            found = self.propose(0.0, lambda, work);
        }
        self.theta = theta;
        self.nuclear.replace(found[0], found[1], found[2]);
        // previous <- x <- trial.
        std::mem::swap(&mut self.previous, &mut self.x);
        std::mem::swap(&mut self.x, &mut self.trial);
        std::mem::swap(&mut self.previous_residual, &mut self.residual);
        std::mem::swap(&mut self.residual, &mut self.trial_residual);
        if self.x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        self.nuclear.diagnostics(out);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        // The momentum was that of another problem.
        self.theta = 1.0;
        self.nuclear.set(key, value)
    }

    fn save(&self, out: &mut StateWriter) {
        for x in [&self.x, &self.previous] {
            out.slice(&x.u);
            out.slice(&x.v);
        }
        self.leading.save(out);
        self.nuclear.save(out);
        out.real(self.theta);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        for x in [&mut self.x, &mut self.previous] {
            from.slice(&mut x.u);
            from.slice(&mut x.v);
        }
        self.leading.load(from);
        self.nuclear.load(from);
        self.theta = from.real();
        self.refresh();
    }
}
