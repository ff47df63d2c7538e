//! Rank-one updates of a subspace on the Grassmann manifold, one column after the other.

use std::ops::Range;
use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::dense::thin_qr;
use iterscope_kernels::reduce::axpy;
use iterscope_kernels::rng::Rng;

use super::shared::params::{ENTRY_AND_STREAM_PROBLEMS, RANK};
use crate::instance::Completion;
use crate::linalg::least_squares::RowSolver;
use crate::methods::shared::start::{START, generator, start};
use crate::model::arrivals::{Arrivals, Batch, Present, known};
use crate::model::factors::{Factors, inner};
use crate::model::{Data, Entries, Model};
use crate::referee::CompletionReferee;

const PARAMS: &[ParamInfo] = &[
    RANK,
    ParamInfo::real(
        "eta",
        "Step η",
        "Share of the angle that would fit a column completely; 1 is the greedy step.",
        [0.01, 1.0],
        1.0,
    )
    .live(),
    ParamInfo::real(
        "decay",
        "Decay",
        "In pass t (from 0) the step is η / (1 + decay t); noise needs a decreasing step.",
        [0.0, 10.0],
        0.0,
    )
    .live(),
    START,
];

const DIAGNOSTICS: &[SeriesInfo] = &[SeriesInfo::new(
    "angle.mean",
    "mean angle",
    "Mean over the columns of the last pass of the angle between the seen part of the column and the subspace, in radians.",
)];

/// `completion.grouse`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.grouse"),
        label: Str::Borrowed("GROUSE"),
        summary: words(
            "Follows a subspace from a stream of columns of which only some entries are seen: each column is fitted in the \
             current subspace, and the subspace is rotated within one plane towards what is left over. Nothing of earlier \
             columns is kept.",
        ),
        math: words(
            r"w = \arg\min_a \lVert U_{\Omega_j} a - v_{\Omega_j} \rVert, \quad p = U w, \quad r = P_{\Omega_j}(v - p), \quad
U \leftarrow U + \Big( (\cos\theta - 1) \frac{p}{\lVert p \rVert} + \sin\theta \frac{r}{\lVert r \rVert} \Big) \frac{w^{\top}}{\lVert w \rVert}, \quad
\theta = \eta_t \arctan \frac{\lVert r \rVert}{\lVert p \rVert}",
        ),
        citation: words(
            "L. Balzano, R. Nowak, B. Recht: Online identification and tracking of subspaces from highly incomplete \
             information. Allerton 2010, arXiv:1006.4046. D. Zhang, L. Balzano: Global convergence of a Grassmannian gradient \
             descent algorithm for subspace estimation. AISTATS 2016.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_AND_STREAM_PROBLEMS),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "one pass over all columns in a random order; 2 |Ω| k² + 4 m n k flops, for the subspace moves as a whole. On a \
             stream one batch as it arrives",
        ),
        limits: words(
            "A pass costs m n k whatever is seen: for tables with few columns or streams, not for large sparse ratings. With \
             noise a greedy subspace keeps turning after the last columns. Columns with no more entries than the rank teach \
             nothing. V is fitted anew after each pass, for show; the method itself needs only U. Where only rows arrive, the \
             subspace is that of the rows; where both do, a new row of U is fitted to what is known of it.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

struct Grouse {
    model: Rc<Model>,
    x: Factors,
    /// Which vectors pass: columns (side 1, the subspace is that of U) or rows (side 0, that of V).
    side: usize,
    stream: Option<(Arrivals, Present)>,
    rows: RowSolver,
    order: Vec<u32>,
    rng: Rng,
    pass: u64,
    eta: f64,
    decay: f64,
    angle: f64,
    w: Vec<f64>,
    /// The direction in which the subspace moves, m numbers.
    toward: Vec<f64>,
    triangle: Vec<f64>,
    work: Vec<f64>,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let k = model.method_rank(input.values.size("rank"))?;
    let entries = model.entries()?;
    let mut rng = generator(input.seed);
    let stream = entries.arrivals.map(|plan| (plan, plan.start()));
    let side = match &stream {
        Some((plan, _)) if plan.first[1] == plan.all[1] && plan.first[0] < plan.all[0] => 0,
        _ => 1,
    };
    let have = stream.map_or([model.rows, model.cols], |(_, present)| present.have);
    let init = input.values.text("init");
    let x = match stream {
        None => start(init, entries, k, &mut rng),
        Some(_) => {
            let block = block(entries, have)?;
            let mut x = start(init, &block, k, &mut rng);
            if side == 0 {
                x = Factors { rank: k, u: vec![0.0; model.rows * k], v: first_columns(init, &block, k, &mut rng) };
            }
            x
        }
    };
    let mut iteration = Grouse {
        x,
        side,
        stream,
        rows: RowSolver::new(k, entries.longest()),
        order: (0..model.cols as u32).collect(),
        rng,
        pass: 0,
        eta: input.values.real("eta"),
        decay: input.values.real("decay"),
        angle: 0.0,
        w: vec![0.0; k],
        toward: vec![0.0; model.rows.max(model.cols)],
        triangle: vec![0.0; k * k],
        work: vec![0.0; 2 * k],
        model: model.clone(),
    };
    if stream.is_some() {
        // What is known at the start passes once.
        iteration.forget(have[1 - side]);
        for j in 0..have[side] {
            iteration.turn(entries.by(side), j, have[1 - side], iteration.eta);
        }
        iteration.settle(entries, have);
    }
    Ok(CpuStepper::boxed(iteration, CompletionReferee::new(model, k)))
}

/// The entries known at the start of a stream.
fn block(entries: &Entries, have: [usize; 2]) -> Result<Entries, BuildError> {
    let triplets: Vec<_> = (0..have[0])
        .flat_map(|i| known(&entries.by_row, i, have[1]).map(move |(j, v)| (i as u32, j as u32, v)))
        .collect();
    Entries::new(entries.by_row.rows, entries.by_row.cols, &triplets, "first")
}

/// The start of the subspace of rows: the start of the transposed block.
fn first_columns(init: &str, block: &Entries, k: usize, rng: &mut Rng) -> Vec<f64> {
    let transposed = block.transposed();
    start(init, &transposed, k, rng).u
}

impl Grouse {
    fn subspace(&mut self) -> &mut [f64] {
        if self.side == 1 { &mut self.x.u } else { &mut self.x.v }
    }

    /// Zeros in the rows of the subspace that have not arrived, and orthonormal columns again.
    fn forget(&mut self, have: usize) {
        let k = self.x.rank;
        self.subspace()[have * k..].fill(0.0);
        self.straighten();
    }

    /// Rounding slowly spoils orthonormal columns.
    fn straighten(&mut self) {
        let k = self.x.rank;
        let u = if self.side == 1 { &mut self.x.u } else { &mut self.x.v };
        let m = u.len() / k;
        thin_qr(u, m, k, &mut self.triangle, &mut self.work);
    }

    /// Orthonormal columns, and every vector that is there fitted anew.
    fn settle(&mut self, entries: &Entries, have: [usize; 2]) {
        self.straighten();
        self.fit(entries, self.side, 0..have[self.side], have);
    }

    /// Fits these rows of the factor of `side` to the other factor.
    fn fit(&mut self, entries: &Entries, side: usize, range: Range<usize>, have: [usize; 2]) {
        let k = self.x.rank;
        let (to, from) = if side == 0 { (&mut self.x.u, &self.x.v) } else { (&mut self.x.v, &self.x.u) };
        for i in range {
            self.rows.gather(known(entries.by(side), i, have[1 - side]), from);
            self.rows.exact(0.0, &mut to[i * k..][..k]);
        }
    }

    /// Turns the subspace towards vector j (row j of `vectors`), of which the entries below `have` are there; returns the
    /// angle to it.
    fn turn(&mut self, vectors: &Csr, j: usize, have: usize, share: f64) -> f64 {
        let k = self.x.rank;
        let u = if self.side == 1 { &mut self.x.u } else { &mut self.x.v };
        self.rows.gather(known(vectors, j, have), u);
        self.rows.exact(0.0, &mut self.w);
        let mut square = 0.0;
        for (i, value) in known(vectors, j, have) {
            let r = value - inner(&u[i * k..][..k], &self.w);
            square += r * r;
        }
        // U is orthonormal: |U w| = |w|.
        let (left, size) = (square.sqrt(), inner(&self.w, &self.w).sqrt());
        if !(left > 0.0 && size > 0.0) {
            return 0.0;
        }
        let angle = libm::atan(left / size);
        let (along, across) = (libm::cos(share * angle) - 1.0, libm::sin(share * angle));
        for (to, u) in self.toward.iter_mut().zip(u.chunks_exact(k)) {
            *to = along * inner(u, &self.w) / size;
        }
        for (i, value) in known(vectors, j, have) {
            self.toward[i] += across * (value - inner(&u[i * k..][..k], &self.w)) / left;
        }
        for (u, t) in u.chunks_exact_mut(k).zip(&self.toward) {
            axpy(t / size, &self.w, u);
        }
        angle
    }

    /// One batch of a stream.
    fn receive(&mut self, entries: &Entries, batch: &Batch, have: [usize; 2]) {
        if batch.side == self.side {
            let mut total = 0.0;
            for j in batch.range.clone() {
                total += self.turn(entries.by(self.side), j, have[1 - self.side], self.share());
            }
            self.angle = total / batch.range.len() as f64;
        } else {
            self.fit(entries, batch.side, batch.range.clone(), have);
        }
    }

    /// One pass over all columns in a random order.
    fn pass(&mut self, entries: &Entries) {
        for (j, place) in self.order.iter_mut().enumerate() {
            *place = j as u32;
        }
        for j in (1..self.order.len()).rev() {
            self.order.swap(j, self.rng.below(j + 1));
        }
        let mut total = 0.0;
        for t in 0..self.order.len() {
            total += self.turn(&entries.by_col, self.order[t] as usize, self.model.rows, self.share());
        }
        self.angle = total / self.order.len() as f64;
    }

    fn share(&self) -> f64 {
        self.eta / (1.0 + self.decay * self.pass as f64)
    }
}

impl Iteration for Grouse {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return Outcome::Continue };
        let (k, m, n) = (self.x.rank as u64, model.rows as u64, model.cols as u64);
        let (turned, moved, have) = match &mut self.stream {
            None => {
                self.pass(entries);
                (n, m, [model.rows, model.cols])
            }
            Some((plan, present)) => {
                let Some(batch) = plan.next(present) else { return Outcome::Stop(Stop::MaxSteps) };
                let have = present.have;
                self.receive(entries, &batch, have);
                (batch.range.len() as u64, have[1 - self.side] as u64, have)
            }
        };
        self.pass += 1;
        self.settle(entries, have);
        let c = entries.count() as u64;
        work.operator += 2;
        work.inner += turned;
        work.flops += 2 * c * k * k + 4 * turned * moved * k;
        work.bytes += 2 * c * (12 + 8 * k) + 24 * turned * moved * k;
        let over = self.stream.as_ref().is_some_and(|(plan, present)| plan.done(present));
        match (self.x.is_finite(), over) {
            (false, _) => Outcome::Stop(Stop::Diverged),
            (true, true) => Outcome::Stop(Stop::MaxSteps),
            (true, false) => Outcome::Continue,
        }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.angle;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (key, value.as_real()) {
            ("eta", Some(eta)) => self.eta = eta,
            ("decay", Some(decay)) => self.decay = decay,
            _ => return Err(BuildError::new(key, "cannot change while running")),
        }
        Ok(())
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x.u);
        out.slice(&self.x.v);
        for value in [self.eta, self.decay, self.angle] {
            out.real(value);
        }
        out.bits(self.pass);
        out.bits(self.rng.state());
        if let Some((_, present)) = &self.stream {
            present.save(out);
        }
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x.u);
        from.slice(&mut self.x.v);
        self.eta = from.real();
        self.decay = from.real();
        self.angle = from.real();
        self.pass = from.bits();
        self.rng = Rng::from_state(from.bits());
        if let Some((_, present)) = &mut self.stream {
            present.load(from);
        }
    }
}
