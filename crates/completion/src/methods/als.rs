//! Alternating least squares with exact solves.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    StateReader, StateWriter, Stepper, Stop, Str, Value, Work,
};
use iterscope_kernels::csr::Csr;

use super::{ENTRY_PROBLEMS, RANK, RIDGE};
use crate::factors::Factors;
use crate::least_squares::RowSolver;
use crate::model::{Completion, Data, Model};
use crate::referee::CompletionReferee;
use crate::start::{START, generator, start};

const PARAMS: &[ParamInfo] = &[
    RANK,
    RIDGE,
    ParamInfo::choice(
        "weighting",
        "weighting of λ",
        "The same λ for every row, or λ times the number of its entries, so that rows with many ratings do not escape it.",
        &[("uniform", "the same for all"), ("counts", "by number of entries")],
        "uniform",
    ),
    START,
];

/// `completion.als`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.als"),
        label: Str::Borrowed("ALS"),
        summary: Str::Borrowed(
            "Alternating least squares: with U fixed, every row of V is a small least-squares problem, solved exactly; then \
             the same for U. The objective never rises. The standard method for tables of ratings.",
        ),
        math: Str::Borrowed(
            r"v_j \leftarrow \Big(\sum_{i:(i,j)\in\Omega} u_i u_i^{\top} + \lambda I\Big)^{-1} \sum_{i:(i,j)\in\Omega} M_{ij}\,u_i,
\qquad u_i \leftarrow \Big(\sum_{j:(i,j)\in\Omega} v_j v_j^{\top} + \lambda I\Big)^{-1} \sum_{j:(i,j)\in\Omega} M_{ij}\,v_j",
        ),
        citation: Str::Borrowed(
            "Y. Zhou, D. Wilkinson, R. Schreiber, R. Pan: Large-scale parallel collaborative filtering for the Netflix \
             prize. AAIM 2008. P. Jain, P. Netrapalli, S. Sanghavi: Low-rank matrix completion using alternating \
             minimization. STOC 2013.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: Str::Borrowed("one sweep: all of V, then all of U; 2 |Ω| k² + (m + n) k³/3 flops"),
        limits: Str::Borrowed(
            "Weighting by counts is ALS-WR of Zhou et al.; its λ is smaller by about the mean number of entries. Without \
             regularisation, a row with fewer entries than the rank gets its fit of least norm, and a row without \
             entries stays zero: neither is predicted by its own data.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

struct Als {
    model: Rc<Model>,
    x: Factors,
    ridge: f64,
    weighted: bool,
    rows: RowSolver,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let rank = model.method_rank(input.values.size("rank"))?;
    let entries = model.entries()?;
    let x = start(input.values.text("init"), entries, rank, &mut generator(input.seed));
    let rows = RowSolver::new(rank, entries.longest());
    let weighted = input.values.text("weighting") == "counts";
    let als = Als { x, ridge: input.values.real("ridge"), weighted, rows, model: model.clone() };
    Ok(CpuStepper::boxed(als, CompletionReferee::new(model, rank)))
}

/// Regularisation of one half sweep.
#[derive(Clone, Copy)]
pub(crate) struct Ridge {
    pub lambda: f64,
    /// Multiplied by the number of entries of each row.
    pub weighted: bool,
}

/// Replaces every row of `to` by its solution given `from`.
pub(crate) fn half_sweep(entries: &Csr, from: &[f64], to: &mut [f64], k: usize, ridge: Ridge, rows: &mut RowSolver) {
    for (i, x) in to.chunks_exact_mut(k).enumerate() {
        rows.gather(entries.row_iter(i), from);
        let count = if ridge.weighted { entries.row(i).0.len() as f64 } else { 1.0 };
        rows.exact(ridge.lambda * count, x);
    }
}

/// Flops of one exact sweep.
pub(crate) fn sweep_flops(count: usize, rows: usize, cols: usize, rank: usize) -> u64 {
    let (c, s, k) = (count as u64, (rows + cols) as u64, rank as u64);
    2 * c * k * k + s * k * k * k / 3
}

/// Bytes of one sweep: every entry with its index and its gathered row, in both orders, and the factors twice.
pub(crate) fn sweep_bytes(count: usize, rows: usize, cols: usize, rank: usize) -> u64 {
    let (c, s, k) = (count as u64, (rows + cols) as u64, rank as u64);
    2 * c * (12 + 8 * k) + 16 * s * k
}

impl Iteration for Als {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let Data::Entries(entries) = &self.model.data else { return Outcome::Continue };
        let k = self.x.rank;
        let x = &mut self.x;
        let ridge = Ridge { lambda: self.ridge, weighted: self.weighted };
        half_sweep(&entries.by_col, &x.u, &mut x.v, k, ridge, &mut self.rows);
        half_sweep(&entries.by_row, &x.v, &mut x.u, k, ridge, &mut self.rows);
        let (m, n) = (self.model.rows, self.model.cols);
        work.operator += 2;
        work.flops += sweep_flops(entries.count(), m, n, k);
        work.bytes += sweep_bytes(entries.count(), m, n, k);
        if x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (key, value.as_real()) {
            ("ridge", Some(ridge)) => {
                self.ridge = ridge;
                Ok(())
            }
            _ => Err(BuildError::new(key, "cannot change while running")),
        }
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x.u);
        out.slice(&self.x.v);
        out.real(self.ridge);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x.u);
        from.slice(&mut self.x.v);
        self.ridge = from.real();
    }
}
