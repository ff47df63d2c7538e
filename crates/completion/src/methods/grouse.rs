//! Rank-one updates of a subspace on the Grassmann manifold, one column after the other.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Work,
};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::dense::thin_qr;
use iterscope_kernels::reduce::axpy;
use iterscope_kernels::rng::Rng;

use super::als::{Ridge, half_sweep};
use super::{ENTRY_PROBLEMS, RANK};
use crate::factors::{Factors, inner};
use crate::least_squares::RowSolver;
use crate::model::{Completion, Data, Model};
use crate::referee::CompletionReferee;
use crate::start::{START, generator, start};

const PARAMS: &[ParamInfo] = &[
    RANK,
    ParamInfo::real(
        "eta",
        "step η",
        "Share of the angle that would fit a column completely; 1 is the greedy step.",
        [0.01, 1.0],
        1.0,
    )
    .live(),
    ParamInfo::real(
        "decay",
        "decay",
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
        summary: Str::Borrowed(
            "Follows a subspace from a stream of columns of which only some entries are seen: each column is fitted in the \
             current subspace, and the subspace is rotated within one plane towards what is left over. Nothing of earlier \
             columns is kept.",
        ),
        math: Str::Borrowed(
            r"w = \arg\min_a \lVert U_{\Omega_j} a - v_{\Omega_j} \rVert, \quad p = U w, \quad r = P_{\Omega_j}(v - p), \quad
U \leftarrow U + \Big( (\cos\theta - 1) \frac{p}{\lVert p \rVert} + \sin\theta \frac{r}{\lVert r \rVert} \Big) \frac{w^{\top}}{\lVert w \rVert}, \quad
\theta = \eta_t \arctan \frac{\lVert r \rVert}{\lVert p \rVert}",
        ),
        citation: Str::Borrowed(
            "L. Balzano, R. Nowak, B. Recht: Online identification and tracking of subspaces from highly incomplete \
             information. Allerton 2010, arXiv:1006.4046. D. Zhang, L. Balzano: Global convergence of a Grassmannian gradient \
             descent algorithm for subspace estimation. AISTATS 2016.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: Str::Borrowed(
            "one pass over all columns in a random order; 2 |Ω| k² + 4 m n k flops, for the subspace moves as a whole",
        ),
        limits: Str::Borrowed(
            "A pass costs m n k whatever is seen: for tables with few columns or streams, not for large sparse ratings. With \
             noise a greedy subspace keeps turning after the last columns. Columns with no more entries than the rank teach \
             nothing. V is fitted anew after each pass, for show; the method itself needs only U.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

struct Grouse {
    model: Rc<Model>,
    x: Factors,
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
    let iteration = Grouse {
        x: start(input.values.text("init"), entries, k, &mut rng),
        rows: RowSolver::new(k, entries.longest()),
        order: (0..model.cols as u32).collect(),
        rng,
        pass: 0,
        eta: input.values.real("eta"),
        decay: input.values.real("decay"),
        angle: 0.0,
        w: vec![0.0; k],
        toward: vec![0.0; model.rows],
        triangle: vec![0.0; k * k],
        work: vec![0.0; 2 * k],
        model: model.clone(),
    };
    Ok(CpuStepper::boxed(iteration, CompletionReferee::new(model, k)))
}

impl Grouse {
    /// Turns the subspace towards column j (row j of `columns`); returns the angle to it.
    fn turn(&mut self, columns: &Csr, j: usize, share: f64) -> f64 {
        let k = self.x.rank;
        self.rows.gather(columns.row_iter(j), &self.x.u);
        self.rows.exact(0.0, &mut self.w);
        let mut square = 0.0;
        for (i, value) in columns.row_iter(j) {
            let r = value - inner(&self.x.u[i * k..][..k], &self.w);
            square += r * r;
        }
        // U is orthonormal: |U w| = |w|.
        let (left, size) = (square.sqrt(), inner(&self.w, &self.w).sqrt());
        if !(left > 0.0 && size > 0.0) {
            return 0.0;
        }
        let angle = libm::atan(left / size);
        let (along, across) = (libm::cos(share * angle) - 1.0, libm::sin(share * angle));
        for (to, u) in self.toward.iter_mut().zip(self.x.u.chunks_exact(k)) {
            *to = along * inner(u, &self.w) / size;
        }
        for (i, value) in columns.row_iter(j) {
            self.toward[i] += across * (value - inner(&self.x.u[i * k..][..k], &self.w)) / left;
        }
        for (u, t) in self.x.u.chunks_exact_mut(k).zip(&self.toward) {
            axpy(t / size, &self.w, u);
        }
        angle
    }
}

impl Iteration for Grouse {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return Outcome::Continue };
        for (j, place) in self.order.iter_mut().enumerate() {
            *place = j as u32;
        }
        for j in (1..self.order.len()).rev() {
            self.order.swap(j, self.rng.below(j + 1));
        }
        let share = self.eta / (1.0 + self.decay * self.pass as f64);
        let mut total = 0.0;
        for t in 0..self.order.len() {
            total += self.turn(&entries.by_col, self.order[t] as usize, share);
        }
        self.angle = total / self.order.len() as f64;
        self.pass += 1;
        let (m, n, k) = (model.rows, model.cols, self.x.rank);
        // Rounding slowly spoils orthonormal columns.
        thin_qr(&mut self.x.u, m, k, &mut self.triangle, &mut self.work);
        half_sweep(
            &entries.by_col,
            &self.x.u,
            &mut self.x.v,
            k,
            Ridge { lambda: 0.0, weighted: false },
            &mut self.rows,
        );
        let (c, m, n, k) = (entries.count() as u64, m as u64, n as u64, k as u64);
        work.operator += 2;
        work.inner += n;
        work.flops += 2 * c * k * k + 4 * m * n * k;
        work.bytes += 2 * c * (12 + 8 * k) + 24 * m * n * k;
        if self.x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
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
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x.u);
        from.slice(&mut self.x.v);
        self.eta = from.real();
        self.decay = from.real();
        self.angle = from.real();
        self.pass = from.bits();
        self.rng = Rng::from_state(from.bits());
    }
}
