//! Alternating minimisation with approximate solves: sketched and preconditioned, or warm-started.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::dense::thin_qr;
use iterscope_kernels::rng::Rng;

use super::shared::half_sweep::{sweep_bytes, sweep_flops};
use super::shared::params::{ENTRY_PROBLEMS, RANK};
use crate::instance::Completion;
use crate::linalg::least_squares::RowSolver;
use crate::linalg::sketch::SketchKind;
use crate::methods::shared::start::{START, clip_rows, generator, start};
use crate::model::factors::{Factors, inner};
use crate::model::{Data, Entries, Model};
use crate::referee::CompletionReferee;

/// The most weights of a Gaussian sketch.
const MOST: usize = 20_000_000;

const PARAMS: &[ParamInfo] = &[
    RANK,
    ParamInfo::choice(
        "solver",
        "Inner solver",
        "How each row is solved: exactly; by conjugate gradients preconditioned by a sketch of the row; by conjugate \
         gradients from the last sweep's factor; or by plain gradient steps with the sketch, as in the paper.",
        &[
            ("exact", "exact"),
            ("sketch", "sketch, then CG"),
            ("warm", "CG from the last factor"),
            ("sketch-gradient", "sketch, then gradient steps"),
        ],
        "sketch",
    ),
    ParamInfo::choice(
        "sketch",
        "Sketch",
        "How 4 k mixtures of a row's entries are drawn: each entry in one bucket with a sign, all entries with normal weights, \
         or a sample of their Hadamard transform.",
        &[("count", "count sketch"), ("gaussian", "Gaussian"), ("srht", "Hadamard (SRHT)")],
        "count",
    )
    .when("solver", &["sketch", "sketch-gradient"]),
    ParamInfo::int("q", "Inner steps q", "Inner steps for each row; 0 keeps the solution of the sketch.", [0, 50], 2)
        .live()
        .when("solver", &["sketch", "warm", "sketch-gradient"]),
    START,
    ParamInfo::switch(
        "clip",
        "Clip the start",
        "Shortens the longest rows of the start, which keeps it incoherent.",
        true,
    ),
    ParamInfo::real("mu", "Clipping bound μ", "Rows of the start are at most 2 μ √(k/m) long.", [0.1, 100.0], 2.0)
        .log()
        .when("clip", &["true"]),
    ParamInfo::int(
        "splits",
        "Sweeps with sample splitting",
        "0 uses all entries in every sweep. T > 0 deals the entries into 2 T + 1 parts and uses each once, as the proof \
         does; the run ends after T sweeps.",
        [0, 20],
        0,
    ),
];

/// `completion.robust-altmin`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.robust-altmin"),
        label: Str::Borrowed("Robust alternating minimisation"),
        summary: words(
            "Alternating least squares whose rows are solved only approximately: a random sketch of a row's system gives a \
             start and a preconditioner, and one or two conjugate gradient steps do the rest. As many sweeps as with exact \
             solves; pays off for high rank and for ill-conditioned matrices.",
        ),
        math: words(
            r"S A_j = Q R, \quad x_0 = R^{-1} Q^{\top} S b_j, \quad
v_j \approx \operatorname*{arg\,min}_{x} \lVert A_j x - b_j \rVert \text{ by } q \text{ CG steps on } R^{-\top} A_j^{\top} A_j R^{-1},
\quad A_j = U_{\Omega_j},\ b_j = M_{\Omega_j j}",
        ),
        citation: words(
            "Y. Gu, Z. Song, J. Yin, L. Zhang: Low rank matrix completion via robust alternating minimization in nearly \
             linear time. ICLR 2024, arXiv:2302.11068.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(&[]),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "one sweep; exact 2 |Ω| k² + (m + n) k³/3 flops, warm 8 q |Ω| k, sketch 8 (m + n) k³ + 8 q |Ω| k and the \
             sketch itself: 4 |Ω| k (count), 16 |Ω| k² (Gaussian), 2 |Ω| k log2 d (Hadamard, rows of d entries)",
        ),
        limits: words(
            "This is the practical form of the paper's algorithm: all entries are used in every sweep, a sketch has 4 k rows \
             and the inner steps are conjugate gradients. The paper splits the entries into parts used once each; at sizes \
             that fit here the parts are too small and the error grows (try it with `splits`: 1000 x 1000, rank 10, 10 % seen end at \
             relative errors of 0.76, 3.8 and 210 after 1, 2 and 5 sweeps, instead of 0.15, 0.04 and 0.0016). Its plain gradient step with \
             a sketch of 4 k rows diverges (`sketch-gradient`); a sketch exact enough for it has more rows than a row has \
             entries. Around rank 10 exact solves are the cheapest. With an ill-conditioned matrix, warm starts alone \
             stall; the sketch does not. A Gaussian sketch costs more than the exact solve; it and the Hadamard one are here to \
             compare. The paper reports no experiments of its own.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Solver {
    Exact,
    Sketch,
    Warm,
    SketchGradient,
}

impl Solver {
    fn sketches(self) -> bool {
        matches!(self, Solver::Sketch | Solver::SketchGradient)
    }
}

/// Which part of the data each entry belongs to, in both orders.
struct Parts {
    sweeps: u64,
    by_row: Vec<u8>,
    by_col: Vec<u8>,
}

struct RobustAltmin {
    model: Rc<Model>,
    solver: Solver,
    x: Factors,
    q: usize,
    rows: RowSolver,
    rng: Rng,
    parts: Option<Parts>,
    sweep: u64,
    r: Vec<f64>,
    work: Vec<f64>,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let values = input.values;
    let model = input.downcast::<Completion>()?.model();
    let rank = model.method_rank(values.size("rank"))?;
    let entries = model.entries()?;
    let mut rng = generator(input.seed);
    let mut x;
    let parts = deal(entries, values.int("splits") as u64, &mut rng);
    match &parts {
        None => x = start(values.text("init"), entries, rank, &mut rng),
        // The start must not use what the sweeps will use.
        Some(p) => {
            let first: Vec<_> =
                triplets(&entries.by_row).zip(&p.by_row).filter(|(_, l)| **l == 0).map(|(t, _)| t).collect();
            let first = Entries::new(model.rows, model.cols, &first, "splits")?;
            x = start(values.text("init"), &first, rank, &mut rng);
        }
    }
    if values.bool("clip") {
        clip_rows(&mut x.u, rank, values.real("mu"));
    }
    let solver = match values.text("solver") {
        "exact" => Solver::Exact,
        "warm" => Solver::Warm,
        "sketch-gradient" => Solver::SketchGradient,
        _ => Solver::Sketch,
    };
    let kind = match values.text("sketch") {
        "gaussian" => SketchKind::Gaussian,
        "srht" => SketchKind::Hadamard,
        _ => SketchKind::Count,
    };
    if kind == SketchKind::Gaussian && entries.longest() * 4 * rank > MOST {
        let why = "the weights of a Gaussian sketch do not fit into memory; choose the count sketch or a smaller rank";
        return Err(BuildError::new("sketch", why));
    }
    let iteration = RobustAltmin {
        solver,
        x,
        q: values.size("q"),
        rows: RowSolver::with_sketch(rank, entries.longest(), kind),
        rng,
        parts,
        sweep: 0,
        r: vec![0.0; rank * rank],
        work: vec![0.0; 3 * rank],
        model: model.clone(),
    };
    Ok(CpuStepper::boxed(iteration, CompletionReferee::new(model, rank)))
}

fn triplets(a: &Csr) -> impl Iterator<Item = (u32, u32, f64)> + '_ {
    (0..a.rows).flat_map(move |i| a.row_iter(i).map(move |(j, v)| (i as u32, j as u32, v)))
}

/// Deals the entries into 2 T + 1 parts at random.
fn deal(entries: &Entries, sweeps: u64, rng: &mut Rng) -> Option<Parts> {
    if sweeps == 0 {
        return None;
    }
    let parts = 2 * sweeps as usize + 1;
    let by_row: Vec<u8> = (0..entries.count()).map(|_| rng.below(parts) as u8).collect();
    // The labels ride through the transposition as values.
    let labelled = Csr { values: by_row.iter().map(|&l| f64::from(l)).collect(), ..entries.by_row.clone() };
    let by_col = labelled.transpose().values.iter().map(|&l| l as u8).collect();
    Some(Parts { sweeps, by_row, by_col })
}

impl RobustAltmin {
    /// Replaces V (or U, where `left`) by its solutions given the other factor.
    fn half_sweep(&mut self, entries: &Entries, left: bool) {
        let k = self.x.rank;
        let (from, to, matrix) = if left {
            (&self.x.v, &mut self.x.u, &entries.by_row)
        } else {
            (&self.x.u, &mut self.x.v, &entries.by_col)
        };
        if self.solver.sketches() {
            self.rows.draw_sketch(&mut self.rng);
        }
        let part = (2 * self.sweep + 1 + u64::from(left)) as u8;
        for (i, x) in to.chunks_exact_mut(k).enumerate() {
            match &self.parts {
                None => self.rows.gather(matrix.row_iter(i), from),
                Some(p) => {
                    let labels = if left { &p.by_row } else { &p.by_col };
                    let labels = &labels[matrix.indptr[i] as usize..];
                    let own = matrix.row_iter(i).zip(labels).filter(|(_, l)| **l == part).map(|(e, _)| e);
                    self.rows.gather(own, from);
                }
            }
            match self.solver {
                Solver::Exact => self.rows.exact(0.0, x),
                Solver::Sketch => self.rows.sketched(self.q, false, x),
                Solver::SketchGradient => self.rows.sketched(self.q, true, x),
                Solver::Warm => self.rows.warm(self.q, x),
            }
        }
    }

    /// Whether sample splitting has no part left.
    fn used_up(&self) -> bool {
        self.parts.as_ref().is_some_and(|p| self.sweep >= p.sweeps)
    }

    fn count(&self, entries: &Entries, work: &mut Work) {
        let (m, n, k) = (self.model.rows, self.model.cols, self.x.rank);
        let (c, s, r, q) = (entries.count() as u64, (m + n) as u64, k as u64, self.q as u64);
        work.operator += 2;
        work.bytes += sweep_bytes(entries.count(), m, n, k);
        match self.solver {
            Solver::Exact => work.flops += sweep_flops(entries.count(), m, n, k),
            Solver::Sketch | Solver::SketchGradient => {
                let length = |a: &Csr, i: usize| u64::from(a.indptr[i + 1] - a.indptr[i]);
                for a in [&entries.by_row, &entries.by_col] {
                    work.flops += (0..a.rows).map(|i| self.rows.sketch_flops(length(a, i))).sum::<u64>();
                }
                work.flops += 8 * s * r * r * r + 8 * q * c * r;
                work.preconditioner += s * (q + 1);
                work.inner += s * q;
            }
            Solver::Warm => {
                work.flops += 8 * q * c * r;
                work.inner += s * q;
            }
        }
    }
}

/// a = Q R; a <- Q, and R goes into the other factor, b <- b R', so that the product stays.
fn orthonormalise(a: &mut [f64], b: Option<&mut [f64]>, k: usize, r: &mut [f64], work: &mut [f64]) {
    let (qr, row) = work.split_at_mut(2 * k);
    thin_qr(a, a.len() / k, k, r, qr);
    for b in b.into_iter().flat_map(|b| b.chunks_exact_mut(k)) {
        row.copy_from_slice(b);
        for (b, r) in b.iter_mut().zip(r.chunks_exact(k)) {
            *b = inner(row, r);
        }
    }
}

impl Iteration for RobustAltmin {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return Outcome::Continue };
        if self.used_up() {
            return Outcome::Stop(Stop::MaxSteps);
        }
        let k = self.x.rank;
        self.half_sweep(entries, false);
        if self.solver != Solver::Warm {
            // U is replaced next, so R need not be pushed into it; a warm start keeps V as it fits U.
            orthonormalise(&mut self.x.v, None, k, &mut self.r, &mut self.work);
        }
        self.half_sweep(entries, true);
        orthonormalise(&mut self.x.u, Some(&mut self.x.v), k, &mut self.r, &mut self.work);
        self.sweep += 1;
        self.count(entries, work);
        match (self.x.is_finite(), self.used_up()) {
            (false, _) => Outcome::Stop(Stop::Diverged),
            (true, true) => Outcome::Stop(Stop::MaxSteps),
            (true, false) => Outcome::Continue,
        }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (key, value.as_int().map(usize::try_from)) {
            ("q", Some(Ok(q))) => {
                self.q = q;
                Ok(())
            }
            _ => Err(BuildError::new(key, "cannot change while running")),
        }
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x.u);
        out.slice(&self.x.v);
        out.bits(self.q as u64);
        out.bits(self.sweep);
        out.bits(self.rng.state());
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x.u);
        from.slice(&mut self.x.v);
        self.q = from.bits() as usize;
        self.sweep = from.bits();
        self.rng = Rng::from_state(from.bits());
    }
}
