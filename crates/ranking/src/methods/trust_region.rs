//! Newton's method in a trust region, whose shape is a scaling of the log-strengths.

use iterscope_core::{
    Backend, BuildError, Iteration, List, Method, MethodInfo, MethodInput, Outcome, ParamInfo, SeriesInfo, StateReader,
    StateWriter, Stepper, Stop, Str, Work, words,
};
use iterscope_kernels::reduce::{axpy, dot, norm2, xpby};

use super::PAIRS_AND_ORDERS;
use crate::instance::RankingInstance;
use crate::model::Strengths;
use crate::model::likelihood::chance;
use crate::model::objective::{Curvature, LogLikelihood};
use crate::solvers::CHANGE;
use crate::solvers::ascent::{ChangeTracker, Point, at_rounding};

const SCALING: ParamInfo = ParamInfo::choice(
    "scaling",
    "Scaling",
    "Shape of the trust region: a ball in the log-strengths, one weighted by the diagonal of the Hessian, or the affine \
     scaling of Coleman and Li for the bounds 0 < p < 1, which gives room where the gradient leads away from the near bound.",
    &[("none", "none: a ball"), ("diagonal", "diagonal of the Hessian"), ("coleman-li", "Coleman and Li's")],
    "diagonal",
);
const RADIUS: ParamInfo = ParamInfo::real(
    "radius",
    "First radius",
    "Radius at the start: root mean square of the scaled moves of the log-strengths.",
    [1e-4, 100.0],
    0.5,
)
.log();
const CG_RTOL: ParamInfo = ParamInfo::real(
    "cg_rtol",
    "Inner tolerance",
    "Relative residual at which the conjugate gradients inside a step stop.",
    [1e-14, 0.9],
    1e-6,
)
.log();

const PARAMS: &[ParamInfo] = &[SCALING, RADIUS, CG_RTOL];
const DIAGNOSTICS: &[SeriesInfo] = &[
    CHANGE,
    SeriesInfo::new("trust.radius", "radius", "Radius of the trust region: root mean square of the scaled moves."),
    SeriesInfo::new(
        "trust.ratio",
        "gained over promised",
        "Rise of the likelihood over the rise that the quadratic model promised; a step below 1e-4 is not taken.",
    )
    .linear(),
];

/// See [`MethodInfo::summary`].
pub static TRUST_REGION: Method = Method {
    info: MethodInfo {
        id: Str::Borrowed("ranking.trust-region"),
        label: Str::Borrowed("Trust region"),
        summary: words(
            "The quadratic model is maximised by conjugate gradients inside a region in which it was right so far: the region \
             grows after good steps, and shrinks after a step that gained less than the model promised. Its shape decides how \
             far each item may move.",
        ),
        math: words(
            r"\max_d\ \langle g, d\rangle - \tfrac12\langle d, Hd\rangle, \quad \|d\|_W \le \Delta; \qquad \rho = \frac{\log L(s+d)-\log L(s)}{\langle g, d\rangle - \frac12\langle d, Hd\rangle}: \quad \rho < \tfrac14 \Rightarrow \Delta \leftarrow \tfrac14\|d\|_W, \quad \rho > \tfrac34,\ \|d\|_W = \Delta \Rightarrow \Delta \leftarrow 2\Delta",
        ),
        citation: words(
            "T. Steihaug, The conjugate gradient method and trust regions in large scale optimization, SIAM J. Numer. Anal. 20, \
             1983; scaling: T. F. Coleman, Y. Li, An interior trust region approach for nonlinear minimization subject to \
             bounds, SIAM J. Optim. 6, 1996.",
        ),
        params: List::Borrowed(PARAMS),
        problems: PAIRS_AND_ORDERS,
        diagnostics: List::Borrowed(DIAGNOSTICS),
        backends: List::Borrowed(&[Backend::CpuF64]),
        step: words("one Hessian, one gradient, and one pass over the pairs for each inner iteration"),
        limits: words(
            "A step that is refused leaves the iterate where it was. The region also limits the first good steps: plain Newton is \
             faster from equal strengths. In log-strengths the bounds on p can never be reached, so the affine scaling only \
             shapes the region here.",
        ),
        plateaus: false,
    },
    build,
    predict: None,
};

/// The largest radius.
const WIDEST: f64 = 100.0;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scaling {
    Ball,
    Diagonal,
    ColemanLi,
}

fn build(input: &MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError> {
    let ranking = RankingInstance::of(input)?;
    let mut objective = ranking.objective();
    let hessian = objective.curvature();
    let zeros = || vec![0.0; hessian.diagonal().len()];
    let now = Point::start(objective.as_mut());
    let region = TrustRegion {
        scaling: match input.values.text("scaling") {
            "none" => Scaling::Ball,
            "diagonal" => Scaling::Diagonal,
            _ => Scaling::ColemanLi,
        },
        cg_rtol: input.values.real("cg_rtol"),
        radius: input.values.real("radius"),
        ratio: f64::NAN,
        weights: zeros(),
        direction: zeros(),
        residual: zeros(),
        scaled: zeros(),
        search: zeros(),
        image: zeros(),
        trial: Point::start(objective.as_mut()),
        track: ChangeTracker::new(&now.at),
        hessian,
        now,
        objective,
    };
    Ok(ranking.stepper(region))
}

/// The iteration.
struct TrustRegion {
    objective: Box<dyn LogLikelihood>,
    scaling: Scaling,
    cg_rtol: f64,
    radius: f64,
    ratio: f64,
    now: Point,
    trial: Point,
    hessian: Box<dyn Curvature>,
    /// The diagonal W of the norm, of mean 1.
    weights: Vec<f64>,
    direction: Vec<f64>,
    residual: Vec<f64>,
    scaled: Vec<f64>,
    search: Vec<f64>,
    image: Vec<f64>,
    track: ChangeTracker,
}

impl TrustRegion {
    fn weigh(&mut self) {
        let at = &self.now.at;
        let first = self.objective.shape().first_extra();
        // With x bounded by 0 and 1, dx = x (1 - x) ds; Coleman and Li divide by the root of the distance to the bound that
        // the gradient points to.
        let bounded = |x: f64, slope: f64| x * x * (1.0 - x) * (1.0 - x) / if slope > 0.0 { 1.0 - x } else { x };
        for (i, w) in self.weights.iter_mut().enumerate() {
            *w = match self.scaling {
                Scaling::Ball => 1.0,
                Scaling::Diagonal => self.hessian.diagonal()[i],
                Scaling::ColemanLi => {
                    let beside = if i < first { self.now.log_nu } else { at.extra[i - first] };
                    let log = at.log.get(i).copied().unwrap_or(beside);
                    bounded(chance(log), self.now.slope[i])
                }
            };
        }
        let mean = self.weights.iter().sum::<f64>() / self.weights.len() as f64;
        // An item that met nobody, or is as good as at its bound, has no weight of its own.
        self.weights.iter_mut().for_each(|w| *w = if mean > 0.0 { (*w / mean).max(1e-8) } else { 1.0 });
    }

    fn inner(&self, a: &[f64], b: &[f64]) -> f64 {
        let terms = self.weights.iter().zip(a).zip(b);
        terms.fold(0.0, |sum, ((w, a), b)| sum + w * a * b)
    }

    /// Conjugate gradients with W as preconditioner, which leave the region where they first meet its boundary (the moves
    /// only get longer). Whether they did.
    fn solve(&mut self, work: &mut Work) -> bool {
        let order = self.weights.len();
        let bound = self.radius * self.radius * order as f64;
        self.direction.fill(0.0);
        self.residual.copy_from_slice(&self.now.slope[..order]);
        self.hessian.level(&mut self.residual);
        let goal = self.cg_rtol * norm2(&self.residual);
        let mut old = 0.0;
        for k in 0..(2 * order + 20).min(2000) {
            if norm2(&self.residual) <= goal {
                break;
            }
            for ((z, r), w) in self.scaled.iter_mut().zip(&self.residual).zip(&self.weights) {
                *z = r / w;
            }
            let now = dot(&self.residual, &self.scaled);
            if k == 0 {
                self.search.copy_from_slice(&self.scaled);
            } else {
                xpby(&self.scaled, now / old, &mut self.search);
            }
            old = now;
            self.hessian.apply(&self.search, &mut self.image);
            work.inner += 1;
            self.hessian.count_product(18 * order as u64, work);
            let curvature = dot(&self.search, &self.image);
            let (length, cross, square) = (
                self.inner(&self.search, &self.search),
                self.inner(&self.direction, &self.search),
                self.inner(&self.direction, &self.direction),
            );
            // Only the singular direction is left, so rounding took over.
            if curvature <= 1e-15 * length * norm2(self.hessian.diagonal()) || curvature.is_nan() {
                break;
            }
            let step = now / curvature;
            if square + 2.0 * step * cross + step * step * length >= bound {
                let root = (cross * cross + length * (bound - square)).max(0.0).sqrt();
                let step = (root - cross) / length;
                axpy(step, &self.search, &mut self.direction);
                axpy(-step, &self.image, &mut self.residual);
                return true;
            }
            axpy(step, &self.search, &mut self.direction);
            axpy(-step, &self.image, &mut self.residual);
        }
        false
    }
}

impl Iteration for TrustRegion {
    type Iterate = Strengths;

    fn step(&mut self, work: &mut Work) -> Outcome {
        self.hessian.assemble(&self.now.at);
        self.hessian.count_assembly(work);
        self.weigh();
        let at_boundary = self.solve(work);
        let order = self.weights.len();
        let slope = dot(&self.now.slope[..order], &self.direction);
        let promised = 0.5 * (slope + dot(&self.residual, &self.direction));
        self.trial.climb(self.objective.as_mut(), &self.now, 1.0, &self.direction, work);
        let after = dot(&self.trial.slope[..order], &self.direction);
        // Where the difference drowns in rounding, the trapezoid of the slopes tells it.
        let drowned = promised <= 1e-10 * self.now.value.abs();
        let gained = if drowned { 0.5 * (slope + after) } else { self.trial.value - self.now.value };
        let settled = at_rounding(self.objective.as_ref(), &self.now.slope);
        self.ratio = if settled { 1.0 } else { gained / promised };
        if self.ratio < 0.25 || self.ratio.is_nan() {
            let taken = (self.inner(&self.direction, &self.direction) / order as f64).sqrt();
            self.radius = 0.25 * self.radius.min(taken);
        } else if self.ratio > 0.75 && at_boundary {
            self.radius = (2.0 * self.radius).min(WIDEST);
        }
        if self.ratio > 1e-4 {
            if self.trial.left_range() {
                return Outcome::Stop(Stop::Diverged);
            }
            std::mem::swap(&mut self.now, &mut self.trial);
        } else if self.radius < f64::EPSILON {
            // No move that double precision can tell apart is better.
            return Outcome::Stop(Stop::Stagnated);
        }
        self.track.moved(&self.now.at);
        Outcome::Continue
    }

    fn iterate(&mut self) -> &Strengths {
        &self.now.at
    }

    fn diagnostics(&self, out: &mut [f64]) {
        out.copy_from_slice(&[self.track.change, self.radius, self.ratio]);
    }

    fn save(&self, out: &mut StateWriter) {
        self.now.save(out);
        self.track.save(out);
        out.real(self.radius);
        out.real(self.ratio);
    }

    fn load(&mut self, from: &mut StateReader<'_>) {
        self.now.load(self.objective.as_mut(), from);
        self.track.load(from);
        self.radius = from.real();
        self.ratio = from.real();
    }
}

#[cfg(test)]
mod tests {
    use iterscope_core::State;

    use crate::test_support::{TestRun, choice, portable};

    #[test]
    fn no_step_leaves_the_region_and_the_likelihood_never_falls() {
        let set = portable().unwrap();
        let given = [choice("scaling", "none"), ("radius", 0.01.into())];
        let mut run = TestRun::new(&set, "ranking.trust-region", &given).unwrap();
        let (mut last, mut s) = (run.value("nll.gap"), run.strengths(&set));
        for _ in 0..12 {
            let radius = run.value("trust.radius");
            run.advance(1);
            let next = run.strengths(&set);
            let square: f64 = s.iter().zip(&next).map(|(a, b)| libm::log(b / a)).map(|d| d * d).sum();
            assert!((square / 40.0).sqrt() <= radius * (1.0 + 1e-12));
            assert!(run.value("nll.gap") <= last);
            (last, s) = (run.value("nll.gap"), next);
        }
    }

    #[test]
    fn every_scaling_gets_there_even_from_far_away() {
        let set = portable().unwrap();
        for scaling in ["none", "diagonal", "coleman-li"] {
            let mut run = TestRun::new(&set, "ranking.trust-region", &[choice("scaling", scaling)]).unwrap();
            let near = run.steps_until("gradient.rel", 1e-12, 100);
            run.stepper.reset().unwrap();
            let mut start = run.stepper.save().unwrap();
            let State::Full(numbers) = &mut start.state else { panic!("a full state") };
            for (i, s) in numbers[..40].iter_mut().enumerate() {
                *s = if i % 2 == 0 { 6.0 } else { -6.0 };
            }
            run.stepper.load(&start).unwrap();
            let far = run.steps_until("gradient.rel", 1e-12, 400);
            assert!(near < 100 && far < 400, "{scaling}: {near} {far}");
        }
    }

    #[test]
    fn a_wide_region_makes_it_newtons_method() {
        let set = portable().unwrap();
        let given = [("radius", 100.0.into()), ("cg_rtol", 1e-10.into())];
        let mut region = TestRun::new(&set, "ranking.trust-region", &given).unwrap();
        let mut newton = TestRun::new(&set, "ranking.newton", &[]).unwrap();
        region.advance(3);
        newton.advance(3);
        for (a, b) in region.strengths(&set).iter().zip(newton.strengths(&set)) {
            assert!((a / b - 1.0).abs() < 1e-8);
        }
    }
}
