//! Iterative hard thresholding of singular values.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    SeriesInfo, StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};

use super::shared::params::{ENTRY_PROBLEMS, RANK};
use crate::instance::Completion;
use crate::linalg::leading::{Leading, SparsePlusLowRank, residual, sparse_transposed_times};
use crate::methods::shared::start::generator;
use crate::model::factors::{Factors, inner};
use crate::model::{Data, Entries, Model};
use crate::referee::CompletionReferee;

const PARAMS: &[ParamInfo] = &[
    RANK,
    ParamInfo::choice(
        "step",
        "Step",
        "A fixed multiple of 1/p, p the share seen (singular value projection), or the exact line search within the \
         current column space (normalised iterative hard thresholding).",
        &[("fixed", "fixed"), ("normalised", "normalised")],
        "normalised",
    ),
    ParamInfo::real(
        "eta",
        "Step η",
        "Step length in units of 1/p. Up to p the objective cannot rise.",
        [1e-3, 2.0],
        0.75,
    )
    .live()
    .when("step", &["fixed"]),
];

const DIAGNOSTICS: &[SeriesInfo] =
    &[SeriesInfo::new("step.length", "step length", "Step length of the last step in units of 1/p.").linear()];

/// `completion.iht`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.iht"),
        label: Str::Borrowed("Iterative hard thresholding"),
        summary: words(
            "Projected gradient descent on the whole matrix: step along the residual on the seen entries, then keep the \
             leading singular triplets. With a fixed step this is singular value projection; the normalised step is an exact \
             line search and needs no tuning.",
        ),
        math: words(
            r"X_{t+1} = H_r\big( X_t + \mu_t R_t \big), \quad R_t = P_\Omega(M - X_t); \qquad \mu_t = \frac{\eta}{p}
\ \text{ or } \ \mu_t = \frac{\lVert U_t U_t^{\top} R_t \rVert_F^2}{\lVert P_\Omega(U_t U_t^{\top} R_t) \rVert_F^2}",
        ),
        citation: words(
            "P. Jain, R. Meka, I. Dhillon: Guaranteed rank minimization via singular value projection. NIPS 2010. J. Tanner, \
             K. Wei: Normalized iterative hard thresholding for matrix completion. SIAM Journal on Scientific Computing 35 \
             (2013).",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(ENTRY_PROBLEMS),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "a truncated singular value decomposition by warm-started block power iteration: 4 |Ω| b + 4 (m + n) k b + \
             6 (m + n) b² flops for each round, b = k + 5, usually 2 to 10 rounds",
        ),
        limits: words(
            "Needs the rank. Linear convergence at a rate set by the sampling alone, not by the condition number; but each \
             step costs several passes where alternating methods need two. A fixed step of 0.75/p diverges where few entries \
             are seen or they are spread unevenly; the normalised step may then still stall. The decomposition is iterative \
             and exact to about six digits of its vectors in one step, and better as steps get shorter.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

struct Iht {
    model: Rc<Model>,
    normalised: bool,
    x: Factors,
    next: Factors,
    residual: Vec<f64>,
    /// Left singular vectors of the iterate, m x k.
    u: Vec<f64>,
    /// U'R, transposed: n x k.
    w: Vec<f64>,
    leading: Leading,
    eta: f64,
    /// The last step times p.
    last: f64,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let k = model.method_rank(input.values.size("rank"))?;
    let entries = model.entries()?;
    let (m, n) = (model.rows, model.cols);
    let mut leading = Leading::new(m, n, k, k, &mut generator(input.seed));
    let mut x = Factors::zero(m, n, k);
    // The spectral start, so that the first step has a column space to search in.
    let data = SparsePlusLowRank { places: &entries.by_row, values: &entries.by_row.values, low: &[] };
    leading.find(&data, 0.0, &mut Work::default());
    leading.write(&mut x, |s| s / entries.rate());
    let mut iht = Iht {
        normalised: input.values.text("step") == "normalised",
        next: x.clone(),
        residual: vec![0.0; entries.count()],
        u: vec![0.0; m * k],
        w: vec![0.0; n * k],
        x,
        leading,
        eta: input.values.real("eta"),
        last: 0.0,
        model: model.clone(),
    };
    iht.keep_left();
    Ok(CpuStepper::boxed(iht, CompletionReferee::new(model, k)))
}

impl Iht {
    /// Keeps the left singular vectors of the iterate that `leading` just found.
    fn keep_left(&mut self) {
        let k = self.x.rank;
        let b = self.leading.s.len();
        for (to, from) in self.u.chunks_exact_mut(k).zip(self.leading.left.chunks_exact(b)) {
            to.copy_from_slice(&from[..k]);
        }
    }

    /// |U U'R|^2 / |P(U U'R)|^2; 1 where the residual has no part in the column space.
    fn normalised_step(&mut self, entries: &Entries) -> f64 {
        let k = self.x.rank;
        self.w.fill(0.0);
        sparse_transposed_times(&entries.by_row, &self.residual, &self.u, k, &mut self.w);
        let (mut whole, mut seen) = (0.0, 0.0);
        for w in self.w.chunks_exact(k) {
            whole += inner(w, w);
        }
        for (i, u) in self.u.chunks_exact(k).enumerate() {
            let mut part = 0.0;
            for &j in entries.by_row.row(i).0 {
                let e = inner(u, &self.w[j as usize * k..][..k]);
                part += e * e;
            }
            seen += part;
        }
        if whole > 0.0 && seen > 0.0 { whole / seen } else { 1.0 }
    }
}

impl Iteration for Iht {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let model = self.model.clone();
        let Data::Entries(entries) = &model.data else { return Outcome::Continue };
        let (c, k) = (entries.count() as u64, self.x.rank as u64);
        residual(entries, &self.x, &mut self.residual);
        work.operator += 1;
        work.flops += 2 * c * k;
        let mu = if self.normalised {
            work.operator += 2;
            work.flops += 4 * c * k;
            self.normalised_step(entries)
        } else {
            self.eta / entries.rate()
        };
        self.last = mu * entries.rate();
        self.residual.iter_mut().for_each(|r| *r *= mu);
        let a = SparsePlusLowRank { places: &entries.by_row, values: &self.residual, low: &[(1.0, &self.x)] };
        self.leading.find(&a, 0.0, work);
        self.leading.write(&mut self.next, |s| s);
        std::mem::swap(&mut self.x, &mut self.next);
        self.keep_left();
        if self.x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out[0] = self.last;
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (key, value.as_real()) {
            ("eta", Some(eta)) => {
                self.eta = eta;
                Ok(())
            }
            _ => Err(BuildError::new(key, "cannot change while running")),
        }
    }

    fn save(&self, out: &mut StateWriter) {
        out.slice(&self.x.u);
        out.slice(&self.x.v);
        out.slice(&self.u);
        self.leading.save(out);
        out.real(self.eta);
        out.real(self.last);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.x.u);
        from.slice(&mut self.x.v);
        from.slice(&mut self.u);
        self.leading.load(from);
        self.eta = from.real();
        self.last = from.real();
    }
}
