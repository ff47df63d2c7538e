//! Gradient descent from a small random start, which learns one mode after the other.

use std::rc::Rc;

use iterscope_core::{
    Backend, BuildError, CpuStepper, Fix, Iteration, List, Method, MethodInfo, MethodInput, Names, Outcome, ParamInfo,
    Params, Prediction, StateReader, StateWriter, Stepper, Stop, Str, Value, Work, words,
};
use iterscope_kernels::dense::{a_x, at_x};
use iterscope_kernels::reduce::{axpy, scale};
use iterscope_kernels::rng::Rng;

use crate::instance::Completion;
use crate::linalg::spectral::spectral_norm;
use crate::methods::shared::gradient::{of_entries, of_measurements};
use crate::methods::shared::live_rank::{LIVE_RANK, asked, resized, saved};
use crate::methods::shared::modes::{DIAGNOSTICS, Modes};
use crate::methods::shared::start::generator;
use crate::model::factors::Factors;
use crate::model::sensing::{SensingWork, packed};
use crate::model::{Data, Model};
use crate::referee::CompletionReferee;

/// The automatic step is this divided by the spectral norm of the data.
const AUTOMATIC: f64 = 0.4;
/// The run has diverged when the objective exceeds that of its start by this factor.
const BLOW_UP: f64 = 1e8;
/// A rise of the objective counts only above this share of its first value: below it is rounding.
const FLOOR: f64 = 1e-24;

const PARAMS: &[ParamInfo] = &[
    LIVE_RANK,
    ParamInfo::real(
        "alpha",
        "Start scale α",
        "Size of the random start. The smaller, the longer the plateaus and the sharper the order of the modes.",
        [1e-10, 1.0],
        1e-3,
    )
    .log(),
    ParamInfo::real(
        "eta",
        "Step η",
        "Step length; 0 chooses 0.4 divided by the norm of the data, and halves it whenever the objective rises.",
        [0.0, 10.0],
        0.0,
    )
    .live(),
];

/// `completion.gd-small-init`.
pub static METHOD: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("completion.gd-small-init"),
        label: Str::Borrowed("Gradient descent, small start"),
        summary: words(
            "Plain gradient descent on the factors from a tiny random start. It fits the matrix one singular value after \
             the other, largest first, with a plateau near each best approximation of lower rank: even with more columns \
             than needed it behaves as if the rank grew step by step.",
        ),
        math: words(
            r"U_{t+1} = U_t - \frac{\eta}{p}\,P_\Omega(U_t V_t^{\top} - M)\,V_t, \quad
V_{t+1} = V_t - \frac{\eta}{p}\,P_\Omega(U_t V_t^{\top} - M)^{\top} U_t, \quad U_0, V_0 \sim \alpha\,\mathcal{N};
\qquad \text{sensing: } U_{t+1} = U_t - \frac{\eta}{m} \sum_{i} \big(\langle A_i, U_t U_t^{\top}\rangle - y_i\big) A_i U_t",
        ),
        citation: words(
            "J. Jin, Z. Li, K. Lyu, S. S. Du, J. D. Lee: Understanding incremental learning of gradient descent: a \
             fine-grained analysis of matrix sensing. ICML 2023, arXiv:2301.11500.",
        ),
        params: List::Borrowed(PARAMS),
        problems: Names::Static(&[
            "completion.low-rank",
            "completion.image",
            "completion.ratings",
            "completion.table",
            "completion.distances",
            "completion.ired-task",
            "completion.sensing",
        ]),
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words(
            "one gradient step; 6 |Ω| k flops on entries, 4 d² k with full observation, 2 m d² more with m measurements",
        ),
        limits: words(
            "Linear convergence at a rate set by the smallest singular value that counts: many more steps than alternating \
             methods need, and unusable for ill-conditioned matrices. With more columns than the rank, the surplus ones \
             keep an error of the order of α². Steps longer than 1/σ₁ diverge. The steps at which modes are \
             expected are of first order: 4 % off at most in the checked runs with full observation. Where little is seen the \
             sampling mixes the modes.",
        ),
        plateaus: true,
    },
    build,
    predict: Some(predict),
};

struct GdSmallInit {
    model: Rc<Model>,
    x: Factors,
    g: Factors,
    sensing: Option<SensingWork>,
    alpha: f64,
    /// The parameter; 0 is automatic.
    eta: f64,
    automatic: f64,
    objective: f64,
    first: f64,
    modes: Modes,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let model = input.downcast::<Completion>()?.model();
    let rank = model.method_rank(input.values.size("rank"))?;
    let (m, n, alpha) = (model.rows, model.cols, input.values.real("alpha"));
    let mut x = Factors::zero(m, n, rank);
    let sensing = match &model.data {
        Data::Sensing(s) => Some(SensingWork::new(s, rank)),
        Data::Entries(_) => None,
    };
    match &model.data {
        Data::Sensing(s) if s.symmetric() => {
            // The problem leaves the first numbers of this stream to the start.
            Rng::new(input.seed).normal_fill(&mut x.u);
            scale(alpha / (m as f64).sqrt(), &mut x.u);
            x.v.copy_from_slice(&x.u);
        }
        _ => {
            let mut rng = generator(input.seed);
            rng.normal_fill(&mut x.u);
            rng.normal_fill(&mut x.v);
            scale(alpha / (m as f64).sqrt(), &mut x.u);
            scale(alpha / (n as f64).sqrt(), &mut x.v);
        }
    }
    let g = Factors::zero(m, n, rank);
    let (eta, automatic) = (input.values.real("eta"), automatic_step(&model));
    let objective = f64::INFINITY;
    let used = if eta > 0.0 { eta } else { automatic };
    let modes = Modes::new(&model, rank, |sigma| mode_time(sigma, alpha, used));
    let first = f64::INFINITY;
    let gd = GdSmallInit { x, g, sensing, alpha, eta, automatic, objective, first, modes, model: model.clone() };
    Ok(CpuStepper::boxed(gd, CompletionReferee::new(model, rank)))
}

impl GdSmallInit {
    /// Work space for the columns that the factors have now.
    fn make_room(&mut self) {
        self.g = Factors::zero(self.model.rows, self.model.cols, self.x.rank);
        if let (Data::Sensing(s), Some(work)) = (&self.model.data, &mut self.sensing) {
            *work = SensingWork::new(s, self.x.rank);
        }
    }

    /// Goes on with `k` columns: the best approximation of that rank, or new ones as small as all were at the start.
    fn resize(&mut self, k: usize) {
        let (old, symmetric) = (self.x.rank, matches!(&self.model.data, Data::Sensing(s) if s.symmetric()));
        self.x = resized(&self.x, k, 0, None);
        let mut rng = Rng::new(k as u64);
        let (m, n) = (self.model.rows, self.model.cols);
        for (factor, size) in [(&mut self.x.u, m), (&mut self.x.v, n)] {
            let scale = self.alpha / (size as f64).sqrt();
            for row in factor.chunks_exact_mut(k).filter(|_| k > old) {
                row[old..].iter_mut().for_each(|x| *x = scale * rng.normal());
            }
        }
        if symmetric {
            self.x.v.copy_from_slice(&self.x.u);
        }
        // Neither the objective nor the step of another rank is a measure for this one: at rest, rounding halves the step.
        (self.objective, self.automatic) = (f64::INFINITY, automatic_step(&self.model));
        self.make_room();
    }
}

/// [`AUTOMATIC`] divided by the spectral norm of P(M)/p, or of the average (1/m) sum of y_i A_i.
fn automatic_step(model: &Model) -> f64 {
    let mut rng = Rng::new(1);
    let norm = match &model.data {
        Data::Entries(e) => {
            let mut y = vec![0.0; e.by_row.rows];
            let square = spectral_norm(e.by_row.cols, &mut rng, |x, out| {
                e.by_row.matvec(x, &mut y);
                e.by_col.matvec(&y, out);
            });
            square.sqrt() / e.rate()
        }
        Data::Sensing(s) => {
            let work = if s.symmetric() { packed(s.rows) } else { 0 };
            let (mut work, mut full) = (vec![0.0; work], vec![0.0; s.rows * s.cols]);
            s.adjoint(&s.values, &mut work, &mut full);
            if s.symmetric() {
                spectral_norm(s.rows, &mut rng, |x, out| a_x(&full, x, out))
            } else {
                let mut y = vec![0.0; s.rows];
                let square = spectral_norm(s.cols, &mut rng, |x, out| {
                    a_x(&full, x, &mut y);
                    at_x(&full, &y, out);
                });
                square.sqrt()
            }
        }
    };
    if norm > 0.0 { AUTOMATIC / norm } else { AUTOMATIC }
}

/// When each mode is expected to appear, and the rate at which the last one converges.
fn predict(input: &MethodInput<'_>) -> Option<Prediction> {
    let model = input.downcast::<Completion>().ok()?.model();
    if matches!(&model.data, Data::Sensing(s) if !s.isotropic()) {
        return None;
    }
    let rank = model.method_rank(input.values.size("rank")).ok()?;
    let modes: Vec<f64> = model.singular.iter().copied().take(rank).filter(|s| *s > 1e-9 * model.singular[0]).collect();
    let last = *modes.last()?;
    let (alpha, asked) = (input.values.real("alpha"), input.values.real("eta"));
    let eta = if asked > 0.0 { asked } else { automatic_step(&model) };
    let times: Vec<String> = modes.iter().take(5).map(|&s| format!("{:.0}", mode_time(s, alpha, eta))).collect();
    let words = format!(
        "Mode s is expected near step ln(σ_s/α²)/(2 η σ_s), here {}{} with η = {}; after the last one the error falls by \
         the factor 1 - 2 η σ_r each step. Steps longer than 1/σ₁ = {} diverge.",
        times.join(", "),
        if modes.len() > 5 { ", ..." } else { "" },
        Value::Real(rounded(eta)),
        Value::Real(rounded(1.0 / modes[0])),
    );
    Some(Prediction {
        series: input.instance.series()[0].key.clone(),
        start: 1.0,
        factor: (1.0 - 2.0 * eta * last).abs(),
        points: Vec::new(),
        bound: false,
        label: "1 - 2 η σ_r".into(),
        words,
        remedy: (eta * modes[0] >= 1.0).then(|| Fix {
            label: "Choose η automatically".into(),
            params: Params::from([("eta".into(), Value::Real(0.0))]),
        }),
    })
}

/// First-order theory: the step at which the mode of singular value `sigma` appears.
pub(crate) fn mode_time(sigma: f64, alpha: f64, eta: f64) -> f64 {
    (libm::log(sigma / (alpha * alpha)) / (2.0 * eta * sigma)).max(0.0)
}

/// Three significant digits, for words.
fn rounded(x: f64) -> f64 {
    if !(x.is_finite() && x > 0.0) {
        return x;
    }
    let digits = 2.0 - libm::floor(libm::log10(x));
    let unit = libm::pow(10.0, digits);
    libm::round(x * unit) / unit
}

impl Iteration for GdSmallInit {
    type Iterate = Factors;

    fn step(&mut self, work: &mut Work) -> Outcome {
        let k = self.x.rank as u64;
        let f = match (&self.model.data, &mut self.sensing) {
            (Data::Entries(e), _) => {
                let (c, s) = (e.count() as u64, (self.model.rows + self.model.cols) as u64);
                work.flops += 6 * c * k + 2 * s * k;
                work.bytes += c * (12 + 32 * k) + 24 * s * k;
                of_entries(e, &self.x, &mut self.g)
            }
            (Data::Sensing(s), Some(buffers)) => {
                work.flops += s.flops(self.x.rank);
                work.bytes += s.bytes(self.x.rank);
                of_measurements(s, &self.x, &mut self.g, buffers)
            }
            (Data::Sensing(_), None) => return Outcome::Continue,
        };
        work.operator += 2;
        if !self.first.is_finite() {
            self.first = f;
        }
        if !f.is_finite() || f > BLOW_UP * self.first.max(f64::MIN_POSITIVE) {
            return Outcome::Stop(Stop::Diverged);
        }
        if f > self.objective && f > FLOOR * self.first {
            self.automatic *= 0.5;
        }
        self.objective = f;
        let eta = if self.eta > 0.0 { self.eta } else { self.automatic };
        axpy(-eta, &self.g.u, &mut self.x.u);
        if matches!(&self.model.data, Data::Sensing(s) if s.symmetric()) {
            self.x.v.copy_from_slice(&self.x.u);
        } else {
            axpy(-eta, &self.g.v, &mut self.x.v);
        }
        self.modes.watch(&self.x);
        if self.x.is_finite() { Outcome::Continue } else { Outcome::Stop(Stop::Diverged) }
    }

    fn iterate(&mut self) -> &Factors {
        &self.x
    }

    fn diagnostics(&self, out: &mut [f64]) {
        self.modes.diagnostics(out);
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (key, value.as_real()) {
            ("eta", Some(eta)) => {
                self.eta = eta;
                Ok(())
            }
            ("rank", _) => {
                let k = asked(&self.model, value)?;
                self.resize(k);
                Ok(())
            }
            _ => Err(BuildError::new(key, "cannot change while running")),
        }
    }

    fn save(&self, out: &mut StateWriter) {
        out.bits(self.x.rank as u64);
        out.slice(&self.x.u);
        out.slice(&self.x.v);
        for value in [self.eta, self.automatic, self.objective, self.first] {
            out.real(value);
        }
        self.modes.save(out);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        let width = saved(from, &self.model, self.x.rank, 0);
        if width != self.x.rank {
            self.x = Factors::zero(self.model.rows, self.model.cols, width);
            self.make_room();
        }
        from.slice(&mut self.x.u);
        from.slice(&mut self.x.v);
        self.eta = from.real();
        self.automatic = from.real();
        self.objective = from.real();
        self.first = from.real();
        self.modes.load(from);
    }
}
