//! A truncated singular value decomposition kept up to date while rows and columns arrive.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Work, words,
};

use super::shared::half_sweep::{Ridge, half_sweep};
use super::shared::params::RANK;
use crate::instance::Completion;
use crate::linalg::leading::{Leading, SparsePlusLowRank};
use crate::linalg::least_squares::RowSolver;
use crate::linalg::product_svd::ProductSvd;
use crate::linalg::svd_update::{Basis, Update, drift};
use crate::methods::shared::start::generator;
use crate::model::arrivals::{Arrivals, Batch, Present, known};
use crate::model::factors::Factors;
use crate::model::{Data, Entries, Model};
use crate::referee::CompletionReferee;

/// Rounds of block power iteration after which a decomposition from scratch is taken as it is.
const CALLS: usize = 20;
/// It has settled when its values change by less than this share.
const SETTLED: f64 = 1e-14;
/// Sweeps of alternating least squares that complete the block known at the start.
const SWEEPS: usize = 60;

const PARAMS: &[ParamInfo] = &[
    RANK,
    ParamInfo::choice(
        "update",
        "Update",
        "Fast: small matrices in front of the bases take up what would change all of their rows. Explicit: the same \
         decomposition, all rows rewritten (Zha and Simon). Fresh: decomposed anew from all that has arrived.",
        &[("fast", "fast"), ("explicit", "explicit"), ("fresh", "from scratch")],
        "fast",
    ),
    ParamInfo::choice(
        "fill",
        "Entries not seen",
        "Of a row that arrives: predicted from its seen entries by the current subspace, or zero.",
        &[("subspace", "predicted"), ("zero", "zero")],
        "subspace",
    )
    .when("update", &["fast", "explicit"]),
];

const DIAGNOSTICS: &[SeriesInfo] = &[
    SeriesInfo::new("arrived.share", "arrived", "Share of the rows and columns to come that have arrived.").linear(),
    SeriesInfo::new(
        "orthogonality.drift",
        "orthogonality drift",
        "The larger of the Frobenius norms of U'U - I and V'V - I.",
    ),
    SeriesInfo::new("sigma.kept.1", "kept σ₁", "The largest singular value that is maintained.").linear(),
    SeriesInfo::new("sigma.kept.k", "kept σₖ", "The smallest singular value that is maintained.").linear(),
    SeriesInfo::new("rows.touched", "rows touched", "Rows of the two bases that the last step wrote.").linear(),
    SeriesInfo::new(
        "restarts",
        "restarts",
        "How often a small matrix became ill-conditioned and was multiplied into its basis.",
    )
    .linear(),
];

/// `completion.svd-updates`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.svd-updates"),
        label: Str::Borrowed("Truncated SVD updates"),
        summary: words(
            "Rows and columns arrive in sparse batches. The truncated decomposition is updated by a small one of size k + s; the \
             bases are held as products, so that only the rows which the new entries touch are written. Where the matrix \
             really has rank k the update is exact.",
        ),
        math: words(
            r"C = V^{\top} E^{\top}, \quad (I - V V^{\top}) E^{\top} = Q R, \quad
\begin{pmatrix} \Sigma & 0 \\ C^{\top} & R^{\top} \end{pmatrix} \approx F \Theta G^{\top}, \quad
U \leftarrow \begin{pmatrix} U & \\ & I \end{pmatrix} F, \quad V \leftarrow \begin{pmatrix} V & Q \end{pmatrix} G, \quad
U = U' K_U,\ V = V' K_V",
        ),
        citation: words(
            "H. Deng, Y. Yang, J. Li, C. Chen, W. Jiang, S. Pu: Fast updating truncated SVD for representation learning with \
             sparse matrices. ICLR 2024, arXiv:2401.09703. H. Zha, H. Simon: On updating problems in latent semantic indexing. \
             SIAM Journal on Scientific Computing 21 (1999). Predicting unseen entries: M. Brand: Incremental singular value \
             decomposition of uncertain data with missing values. ECCV 2002.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&["completion.stream"]),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "one batch of s rows or columns with z entries: fast 4 z (k + s) + 40 (k + s)³ flops, explicit 2 (m + n) k² more; \
             predicting unseen entries 2 z k²; from scratch 2 to 30 rounds of block power iteration for each of its calls",
        ),
        limits: words(
            "What was cut off is lost: of a matrix of full rank a fresh decomposition leaves a slightly smaller residual, and \
             larger batches lose less. Gram-Schmidt runs on pairs without forming the long vectors, once: a direction shorter \
             than 1e-6 of its row counts as none, and the drift of the bases from orthogonality only grows (printed). A restart \
             multiplies the small matrix into its basis; it does not repair the drift. The tenfold speed of the paper is for \
             far larger and sparser matrices: here forming a picture costs more than a step. Predicted entries are not \
             revised later. A run ends when nothing more arrives.",
        ),
        plateaus: true,
    },
    build,
    predict: None,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum UpdateKind {
    Fast,
    Explicit,
    Fresh,
}

struct SvdUpdates {
    model: Rc<Model>,
    plan: Arrivals,
    present: Present,
    kind: UpdateKind,
    predict: bool,
    /// U and V.
    sides: [Basis; 2],
    s: Vec<f64>,
    update: Update,
    rows: RowSolver,
    leading: Leading,
    masked: Vec<f64>,
    touched: f64,
    restarts: u64,
    x: Factors,
    stale: bool,
    drift: f64,
    gram: Vec<f64>,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let k = model.method_rank(input.values.size("rank"))?;
    let entries = model.entries()?;
    let Some(plan) = entries.arrivals else {
        return Err(BuildError::new("method", "this method needs a stream of rows or columns"));
    };
    crate::model::check_rank(k, plan.first[0], plan.first[1])?;
    let (m, n) = (model.rows, model.cols);
    let kind = match input.values.text("update") {
        "explicit" => UpdateKind::Explicit,
        "fresh" => UpdateKind::Fresh,
        _ => UpdateKind::Fast,
    };
    let mut rng = generator(input.seed);
    let mut updates = SvdUpdates {
        present: plan.start(),
        kind,
        predict: kind != UpdateKind::Fresh && input.values.text("fill") == "subspace",
        sides: [Basis::new(m, k), Basis::new(n, k)],
        s: vec![0.0; k],
        update: Update::new(k, plan.batch, m.max(n)),
        rows: RowSolver::new(k, entries.longest()),
        leading: Leading::new(m, n, k, k, &mut rng),
        masked: vec![0.0; entries.count()],
        touched: 0.0,
        restarts: 0,
        x: Factors::zero(m, n, k),
        stale: true,
        drift: 0.0,
        gram: vec![0.0; k * k],
        plan,
        model: model.clone(),
    };
    updates.decompose(entries, &mut Work::default());
    if updates.predict {
        updates.complete(entries);
    }
    Ok(CpuStepper::boxed(updates, CompletionReferee::new(model, k)))
}

impl SvdUpdates {
    /// Decomposes what has arrived, unseen entries zero, from scratch.
    fn decompose(&mut self, entries: &Entries, work: &mut Work) {
        let a = &entries.by_row;
        for i in 0..a.rows {
            let (start, end) = (a.indptr[i] as usize, a.indptr[i + 1] as usize);
            for (e, &j) in (start..end).zip(&a.indices[start..end]) {
                let there = i < self.present.have[0] && (j as usize) < self.present.have[1];
                self.masked[e] = if there { a.values[e] } else { 0.0 };
            }
        }
        let matrix = SparsePlusLowRank { places: a, values: &self.masked, low: &[] };
        let k = self.s.len();
        for _ in 0..CALLS {
            self.leading.find(&matrix, 0.0, work);
            let change = self.s.iter().zip(&self.leading.s).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            self.s.copy_from_slice(&self.leading.s[..k]);
            if change <= SETTLED * self.s[0] {
                break;
            }
        }
        self.leading.write(&mut self.x, |_| 1.0);
        self.take_bases();
    }

    /// The bases become U and V of `x`.
    fn take_bases(&mut self) {
        self.sides[0].replace(&self.x.u);
        self.sides[1].replace(&self.x.v);
        self.stale = true;
    }

    /// Completes the block known at the start by alternating least squares, from the decomposition that is there.
    fn complete(&mut self, entries: &Entries) {
        let k = self.s.len();
        let block: Vec<(u32, u32, f64)> = (0..self.present.have[0])
            .flat_map(|i| known(&entries.by_row, i, self.present.have[1]).map(move |(j, v)| (i as u32, j as u32, v)))
            .collect();
        let Ok(block) = Entries::new(self.model.rows, self.model.cols, &block, "first") else { return };
        let ridge = Ridge { lambda: 0.0, weighted: false };
        for _ in 0..SWEEPS {
            half_sweep(&block.by_col, &self.x.u, &mut self.x.v, k, ridge, &mut self.rows);
            half_sweep(&block.by_row, &self.x.v, &mut self.x.u, k, ridge, &mut self.rows);
        }
        let mut svd = ProductSvd::new(self.model.rows, self.model.cols, k);
        svd.find(&self.x);
        self.x.u.copy_from_slice(&svd.left);
        self.x.v.copy_from_slice(&svd.right);
        self.s.copy_from_slice(&svd.s);
        self.take_bases();
    }

    /// Takes in a batch of rows, or of columns with both sides exchanged.
    fn append(&mut self, entries: &Entries, batch: &Batch, work: &mut Work) {
        let (side, k) = (batch.side, self.s.len());
        let have = self.present.have[1 - side];
        let a = entries.by(side);
        let [u, v] = &mut self.sides;
        let (grown, other) = if side == 0 { (u, v) } else { (v, u) };
        self.update.start(batch.range.len());
        for (row, i) in batch.range.clone().enumerate() {
            let seen = || known(a, i, have);
            if self.predict {
                self.update.gather_basis(seen().map(|(j, _)| j), other);
                self.rows.gather(seen().enumerate().map(|(t, (_, value))| (t, value)), self.update.gathered());
                self.rows.exact(0.0, self.update.prediction(row));
            }
            self.update.take(row, seen(), self.predict);
        }
        let restarts = self.update.apply(grown, other, &batch.range, &mut self.s, self.kind == UpdateKind::Explicit);
        self.restarts += restarts;
        self.touched = (self.update.touched() + batch.range.len()) as f64;
        let (z, s, k) = (self.update.entries() as u64, batch.range.len() as u64, k as u64);
        let small = k + s;
        work.operator += 1;
        work.flops += 4 * z * small + 40 * small * small * small + if self.predict { 2 * z * k * k } else { 0 };
        work.bytes += z * (12 + 16 * small);
        if self.kind == UpdateKind::Explicit || restarts > 0 {
            let all = (self.model.rows + self.model.cols) as u64;
            work.flops += 2 * all * k * k;
            work.bytes += 16 * all * k;
        }
        self.stale = true;
    }
}

impl Iteration for SvdUpdates {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return Outcome::Continue };
        let Some(batch) = self.plan.next(&mut self.present) else { return Outcome::Stop(Stop::MaxSteps) };
        if self.kind == UpdateKind::Fresh {
            self.decompose(entries, work);
            self.touched = (self.present.have[0] + self.present.have[1]) as f64;
        } else {
            self.append(entries, &batch, work);
        }
        match (self.s.iter().all(|s| s.is_finite()), self.plan.done(&self.present)) {
            (false, _) => Outcome::Stop(Stop::Diverged),
            (true, true) => Outcome::Stop(Stop::MaxSteps),
            (true, false) => Outcome::Continue,
        }
    }

    fn iterate(&mut self) -> &Factors {
        if self.stale {
            let k = self.s.len();
            let Factors { u, v, .. } = &mut self.x;
            self.drift = 0.0;
            for (side, to) in self.sides.iter().zip([&mut *u, &mut *v]) {
                side.write(to);
                self.drift = self.drift.max(drift(to, k, &mut self.gram));
            }
            for row in u.chunks_exact_mut(k) {
                for (x, s) in row.iter_mut().zip(&self.s) {
                    *x *= s;
                }
            }
            self.stale = false;
        }
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.plan.share(&self.present);
        out[1] = self.drift;
        out[2] = self.s[0];
        out[3] = self.s[self.s.len() - 1];
        out[4] = self.touched;
        out[5] = self.restarts as f64;
    }

    fn save(&self, out: &mut StateWriter) {
        for side in &self.sides {
            side.save(out);
        }
        out.slice(&self.s);
        self.leading.save(out);
        out.real(self.touched);
        out.bits(self.restarts);
        self.present.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        for side in &mut self.sides {
            side.load(from);
        }
        from.slice(&mut self.s);
        self.leading.load(from);
        self.touched = from.real();
        self.restarts = from.bits();
        self.present.load(from);
        self.stale = true;
    }
}
