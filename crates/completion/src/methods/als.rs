//! Alternating least squares with exact solves.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Criterion, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome,
    ParamInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::reduce::sum;
use iterscope_kernels::rng::Rng;

use super::shared::half_sweep::{Ridge, half_sweep, sweep_bytes, sweep_flops};
use super::shared::params::{ENTRY_PROBLEMS, RIDGE};
use super::shared::ridge;
use crate::instance::Completion;
use crate::linalg::least_squares::RowSolver;
use crate::methods::shared::live_rank::{LIVE_RANK, asked, resized, saved};
use crate::methods::shared::start::{START, generator, start};
use crate::model::factors::Factors;
use crate::model::{Data, Entries, Model};
use crate::referee::CompletionReferee;

const PARAMS: &[ParamInfo] = &[
    LIVE_RANK,
    RIDGE,
    ParamInfo::choice(
        "weighting",
        "Weighting of λ",
        "The same λ for every row, or λ times the number of its entries, so that rows with many ratings do not escape it.",
        &[("uniform", "the same for all"), ("counts", "by number of entries")],
        "uniform",
    ),
    ParamInfo::switch(
        "biases",
        "Biases",
        "Fits the mean of all, and a bias for each row and column, together with the factors, under the same λ. For ratings from \
         which nothing was subtracted first.",
        false,
    ),
    START,
];

/// `completion.als`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.als"),
        label: Str::Borrowed("ALS"),
        summary: words(
            "Alternating least squares: with U fixed, every row of V is a small least-squares problem, solved exactly; then \
             the same for U. The objective never rises. The standard method for tables of ratings.",
        ),
        math: words(
            r"v_j \leftarrow \Big(\sum_{i:(i,j)\in\Omega} u_i u_i^{\top} + \lambda I\Big)^{-1} \sum_{i:(i,j)\in\Omega} M_{ij}\,u_i,
\qquad u_i \leftarrow \Big(\sum_{j:(i,j)\in\Omega} v_j v_j^{\top} + \lambda I\Big)^{-1} \sum_{j:(i,j)\in\Omega} M_{ij}\,v_j;
\qquad \text{with biases: } M_{ij} \approx \mu + b_i + c_j + u_i^{\top} v_j",
        ),
        citation: words(
            "Y. Zhou, D. Wilkinson, R. Schreiber, R. Pan: Large-scale parallel collaborative filtering for the Netflix \
             prize. AAIM 2008. Y. Koren, R. Bell, C. Volinsky: Matrix factorization techniques for recommender systems. Computer 42 \
             (2009). P. Jain, P. Netrapalli, S. Sanghavi: Low-rank matrix completion using alternating \
             minimization. STOC 2013.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(ridge::DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one sweep: all of V, then all of U; 2 |Ω| k² + (m + n) k³/3 flops"),
        limits: words(
            "Biases cost two columns of the factors, one of them fixed at 1 on each side, so that the gradient that the referee \
             measures of all columns does not vanish. Weighting by counts is ALS-WR of Zhou et al.; its λ is smaller by about the mean number of entries. Without \
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
    biases: Option<Biases>,
}

/// The mean, and work space for rows of which one more number is sought: the bias. The factors then have two more columns:
/// mean plus bias and 1 in U, 1 and bias in V.
struct Biases {
    mean: f64,
    /// The factor that is given, a column of ones after it.
    beside: Vec<f64>,
    found: Vec<f64>,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let with_biases = input.values.bool("biases");
    let rank = model.method_rank(input.values.size("rank"))?;
    check_width(&model, rank, with_biases)?;
    let entries = model.entries()?;
    let (init, mut rng) = (input.values.text("init"), generator(input.seed));
    let ridge = input.values.real("ridge");
    let weighted = input.values.text("weighting") == "counts";
    let (x, biases) = if with_biases {
        let (x, biases) = biased(entries, init, rank, &mut rng)?;
        (x, Some(biases))
    } else {
        (start(init, entries, rank, &mut rng), None)
    };
    let width = x.rank;
    let rows = RowSolver::new(rank, rank);
    let mut als = Als { x, ridge, weighted, rows, biases, model: model.clone() };
    als.make_room();
    Ok(CpuStepper::boxed(als, CompletionReferee::new(model, width)))
}

/// Refuses a rank that leaves no room for the two columns of the biases.
///
/// # Errors
/// Names `rank`.
fn check_width(model: &Model, rank: usize, with_biases: bool) -> Result<(), BuildError> {
    let most = model.rows.min(model.cols).saturating_sub(2);
    if with_biases && rank > most {
        let why = format!(
            "biases take two columns of the factors, so a {} x {} matrix leaves rank {most} at most, not {rank}: choose a smaller \
             rank, or no biases",
            model.rows, model.cols
        );
        return Err(BuildError::new("rank", why));
    }
    Ok(())
}

/// The start with biases: no bias yet, the factors those of the data less their mean.
fn biased(entries: &Entries, init: &str, k: usize, rng: &mut Rng) -> Result<(Factors, Biases), BuildError> {
    let a = &entries.by_row;
    let mean = sum(&a.values) / entries.count() as f64;
    let less: Vec<_> =
        (0..a.rows).flat_map(|i| a.row_iter(i).map(move |(j, v)| (i as u32, j as u32, v - mean))).collect();
    let inner = start(init, &Entries::new(a.rows, a.cols, &less, "data")?, k, rng);
    let mut x = Factors::zero(a.rows, a.cols, k + 2);
    for (to, from, last) in [(&mut x.u, &inner.u, [mean, 1.0]), (&mut x.v, &inner.v, [1.0, 0.0])] {
        for (to, from) in to.chunks_exact_mut(k + 2).zip(from.chunks_exact(k)) {
            to[..k].copy_from_slice(from);
            to[k..].copy_from_slice(&last);
        }
    }
    Ok((x, Biases { mean, beside: Vec::new(), found: Vec::new() }))
}

impl Als {
    /// Columns of the factors that hold biases.
    fn of_biases(&self) -> usize {
        if self.biases.is_some() { 2 } else { 0 }
    }

    /// Work space for the columns that the factors have now.
    fn make_room(&mut self) {
        let unknowns = if self.biases.is_some() { self.x.rank - 1 } else { self.x.rank };
        self.rows = RowSolver::new(unknowns, unknowns);
        if let Some(biases) = &mut self.biases {
            biases.beside = vec![1.0; self.model.rows.max(self.model.cols) * unknowns];
            biases.found = vec![0.0; unknowns];
        }
    }
}

impl Biases {
    /// Replaces every row of `to`, its bias included, by its solution given `from`; the bias of `to` stands in column `own`,
    /// that of `from` in column `other`, and `base` belongs to what stands in `own`.
    fn half_sweep(&mut self, sides: Sides<'_>, ridge: Ridge, rows: &mut RowSolver) {
        let Sides { entries, from, to, width, own, other, base } = sides;
        let k = width - 2;
        for (to, from) in self.beside.chunks_exact_mut(k + 1).zip(from.chunks_exact(width)) {
            to[..k].copy_from_slice(&from[..k]);
        }
        for (i, x) in to.chunks_exact_mut(width).enumerate() {
            let own_entries = entries.row_iter(i).map(|(j, v)| (j, v - base - from[j * width + other]));
            rows.exact_of(own_entries, &self.beside, ridge.of(entries.row(i).0.len()), &mut self.found);
            x[..k].copy_from_slice(&self.found[..k]);
            x[own] = base + self.found[k];
        }
    }
}

/// What a half sweep with biases works on.
struct Sides<'a> {
    entries: &'a Csr,
    from: &'a [f64],
    to: &'a mut [f64],
    width: usize,
    own: usize,
    other: usize,
    base: f64,
}

impl Iteration for Als {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let Data::Entries(entries) = &self.model.data else { return Outcome::Continue };
        let k = self.x.rank;
        let x = &mut self.x;
        let ridge = Ridge { lambda: self.ridge, weighted: self.weighted };
        let (by_col, by_row) = (&entries.by_col, &entries.by_row);
        match &mut self.biases {
            None => {
                half_sweep(by_col, &x.u, &mut x.v, k, ridge, &mut self.rows);
                half_sweep(by_row, &x.v, &mut x.u, k, ridge, &mut self.rows);
            }
            Some(biases) => {
                let mean = biases.mean;
                let (u, v, own, other) = (&mut x.u, &mut x.v, k - 1, k - 2);
                let right = Sides { entries: by_col, from: u, to: v, width: k, own, other, base: 0.0 };
                biases.half_sweep(right, ridge, &mut self.rows);
                let left = Sides { entries: by_row, from: v, to: u, width: k, own: other, other: own, base: mean };
                biases.half_sweep(left, ridge, &mut self.rows);
            }
        }
        let (m, n) = (self.model.rows, self.model.cols);
        work.operator += 2;
        work.flops += sweep_flops(entries.count(), m, n, k);
        work.bytes += sweep_bytes(entries.count(), m, n, k);
        if x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        let Data::Entries(entries) = &self.model.data else { return };
        let ridge = Ridge { lambda: self.ridge, weighted: self.weighted };
        out.copy_from_slice(&ridge::measure(entries, &self.x, ridge, self.biases.as_ref().map(|b| b.mean)));
    }

    fn criterion(&self) -> Option<Criterion> {
        ridge::criterion(self.ridge, 0)
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (key, value.as_real()) {
            ("ridge", Some(ridge)) => {
                self.ridge = ridge;
                Ok(())
            }
            ("rank", _) => {
                let (kept, rank) = (self.of_biases(), asked(&self.model, value)?);
                check_width(&self.model, rank, self.biases.is_some())?;
                self.x = resized(&self.x, rank, kept, self.model.entries().ok());
                self.make_room();
                Ok(())
            }
            _ => Err(BuildError::new(key, "cannot change while running")),
        }
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(self.x.rank as u64);
        out.slice(&self.x.u);
        out.slice(&self.x.v);
        out.real(self.ridge);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let width = saved(from, &self.model, self.x.rank, self.of_biases());
        if width != self.x.rank {
            self.x = Factors::zero(self.model.rows, self.model.cols, width);
            self.make_room();
        }
        from.slice(&mut self.x.u);
        from.slice(&mut self.x.v);
        self.ridge = from.real();
    }
}
