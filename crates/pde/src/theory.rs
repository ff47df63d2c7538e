//! What theory expects of the methods before they run: spectral radii of the splittings (D. M. Young, "Iterative Solution
//! of Large Linear Systems", 1971) and the bound of conjugate gradients from the condition number.

use std::collections::BTreeSet;
use std::f64::consts::PI;

use iterscope_core::naming::grouped;
use iterscope_core::{BuildError, Fix, MethodInput, ParamInfo, Prediction, Str, Work, few_digits};
use iterscope_kernels::rng::Rng;
use iterscope_kernels::{compiled, reduce};
use iterscope_linear::preconditioners::identity::Identity;
use iterscope_linear::spectrum::extremes;
use iterscope_linear::{Matrix, Operator};

use crate::discrete::{Advection, Discrete};
use crate::linear::{self, LinearProblem};
use crate::methods::adaptor::{PRECONDITIONER, SolverKind};
use crate::referee::RESIDUAL;

mod cycles;
mod rehearsal;

pub(crate) use cycles::two_grids;
pub(crate) use rehearsal::rehearse;

/// How far the eigenvalues of Jacobi's iteration matrix reach. With `mu`, `-mu` and the conjugates are eigenvalues too.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spectrum {
    /// Largest real part.
    pub re: f64,
    /// Largest imaginary part.
    pub im: f64,
    /// Known from a formula, and `re + i im` is an eigenvalue. Otherwise `re`, or `i im` where `re` is zero, was estimated by
    /// power iteration, and `im` beside it is a bound.
    pub exact: bool,
}

impl Spectrum {
    /// The spectral radius of Jacobi's iteration matrix.
    pub fn radius(&self) -> f64 {
        self.weighted_jacobi(1.0)
    }

    /// The largest of `f` over the eigenvalues that reach farthest.
    fn farthest(&self, f: impl Fn(f64, f64) -> f64) -> f64 {
        if self.exact { f(self.re, self.im) } else { f(self.re, 0.0).max(f(0.0, self.im)) }
    }

    /// The spectral radius of Jacobi with weight `omega`: the eigenvalues are `1 - omega + omega mu`.
    pub fn weighted_jacobi(&self, omega: f64) -> f64 {
        self.farthest(|re, im| {
            let (re, im) = ((1.0 - omega).abs() + omega * re, omega * im);
            (re * re + im * im).sqrt()
        })
    }

    /// The weight for which [`Spectrum::weighted_jacobi`] is smallest: it falls, then rises.
    pub fn optimal_weight(&self) -> f64 {
        least(|omega| self.weighted_jacobi(omega))
    }

    /// The spectral radius of SOR. A five-point matrix is consistently ordered, so that the eigenvalues are the squares
    /// of the roots of `z^2 - omega mu z + omega - 1 = 0` (Young). The mu for which the largest root has a given modulus lie
    /// on an ellipse around zero; the largest ellipse goes through the mu that reaches farthest.
    pub fn sor(&self, omega: f64) -> f64 {
        self.farthest(|re, im| {
            let (a, b) = (omega * re, omega * im);
            // The square root of (omega mu)^2 - 4 (omega - 1).
            let (p, q) = complex_sqrt(a * a - b * b - 4.0 * (omega - 1.0), 2.0 * a * b);
            let half_square = |x: f64, y: f64| (x * x + y * y) / 4.0;
            half_square(a + p, b + q).max(half_square(a - p, b - q)).max((omega - 1.0).abs())
        })
    }

    /// The omega for which [`Spectrum::sor`] is smallest.
    pub fn optimal_omega(&self) -> f64 {
        let square = self.re * self.re - self.im * self.im;
        if (self.re == 0.0 || self.im == 0.0) && square < 1.0 {
            return 2.0 / (1.0 + (1.0 - square).sqrt());
        }
        // In between there is no formula: the radius falls, then rises.
        least(|omega| self.sor(omega))
    }
}

/// Where in (0, 2) a function that falls, then rises is least.
fn least(f: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.01, 1.99);
    for _ in 0..100 {
        let (one, two) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if f(one) <= f(two) {
            high = two;
        } else {
            low = one;
        }
    }
    (low + high) / 2.0
}

/// A setting is offered in place of another where it saves at least this part of the steps.
const WORTH: f64 = 0.25;

/// Whether a factor `best` per step is so much better than `now` that it is worth a change.
pub(crate) fn worth_a_change(now: f64, best: f64) -> bool {
    best > 0.0 && best < 1.0 && (now >= 1.0 || libm::log(now) > (1.0 - WORTH) * libm::log(best))
}

/// Sets a relaxation to `best`, in few digits, where the spectral radius `rho` is so much smaller there that it is worth a change.
pub(crate) fn relaxation(param: &ParamInfo, now: f64, best: f64, rho: impl Fn(f64) -> f64) -> Option<Fix> {
    let least = rho(best);
    let good = |omega: f64| rho(omega) < 1.0 && libm::log(rho(omega)) <= 0.9 * libm::log(least);
    worth_a_change(rho(now), least).then(|| Fix::set(param, few_digits(best, good).into()))
}

/// A square root of `x + iy`, with a real part that is not negative.
fn complex_sqrt(x: f64, y: f64) -> (f64, f64) {
    let modulus = (x * x + y * y).sqrt();
    let re = ((modulus + x) / 2.0).max(0.0).sqrt();
    let im = ((modulus - x) / 2.0).max(0.0).sqrt();
    (re, if y < 0.0 { -im } else { im })
}

/// The spectrum of Jacobi's iteration matrix: by formula for constant coefficients with values given on all sides, else estimated.
pub fn jacobi_spectrum(matrix: &Matrix<f64>, d: &Discrete) -> Spectrum {
    let diagonal = matrix.diagonal();
    if d.has_constant_coefficients() && d.is_plain_box() {
        // The eigenvalues are the sums over the axes of 2 sqrt(lower upper) cos(i pi / n), divided by the diagonal.
        let centre = diagonal[0].abs();
        let (mut re, mut im) = (0.0, 0.0);
        for axis in 0..d.grid.dimension {
            let product = couplings(d, axis);
            let part = 2.0 * product.abs().sqrt() * libm::cos(PI / d.grid.intervals[axis] as f64) / centre;
            *if product >= 0.0 { &mut re } else { &mut im } += part;
        }
        return Spectrum { re, im, exact: true };
    }
    let (radius, real) = farthest_by_iteration(matrix, &diagonal, d);
    if !real {
        return Spectrum { re: 0.0, im: radius, exact: false };
    }
    // The skew part of the iteration matrix bounds the imaginary parts: half the differences of opposite couplings, which
    // are the flow's alone.
    let flow = |k: usize| (0..d.grid.dimension).map(|a| d.velocity[a][k].abs() / d.grid.spacing(a)).sum::<f64>();
    let skew = |k: usize| d.weight[k] * flow(k) / diagonal[k].abs();
    Spectrum { re: radius, im: (0..d.len()).map(skew).fold(0.0, f64::max), exact: false }
}

/// Product of the two couplings along an axis, for constant coefficients.
fn couplings(d: &Discrete, axis: usize) -> f64 {
    let h = d.grid.spacing(axis);
    let (diffusion, velocity) = (d.diffusion[axis][0] / (h * h), d.velocity[axis][0]);
    match d.advection {
        Advection::Central => diffusion * diffusion - velocity * velocity / (4.0 * h * h),
        Advection::Upwind => diffusion * (diffusion + velocity.abs() / h),
    }
}

/// The modulus of the farthest eigenvalue of Jacobi's iteration matrix, and whether it is real rather than imaginary, by
/// power iteration: two applications at once, because eigenvalues come in pairs of opposite sign.
fn farthest_by_iteration(matrix: &Matrix<f64>, diagonal: &[f64], d: &Discrete) -> (f64, bool) {
    let n = d.len();
    // The first eigenvector of the Laplacian is close to the wanted one wherever diffusion matters.
    let (mut u, mut v, mut w) = (d.lowest_mode(), vec![0.0; n], vec![0.0; n]);
    let jacobi = |u: &[f64], out: &mut [f64]| {
        matrix.apply(u, out);
        for ((out, u), c) in out.iter_mut().zip(u).zip(diagonal) {
            *out = u - *out / c;
        }
    };
    let (mut radius, mut real) = (0.0, true);
    for _ in 0..(10_000_000 / n).clamp(30, 300) {
        let size = compiled::norm2(&u);
        if !(size > 0.0 && size.is_finite()) {
            break;
        }
        reduce::scale(1.0 / size, &mut u);
        jacobi(&u, &mut v);
        jacobi(&v, &mut w);
        real = compiled::dot(&u, &w) >= 0.0;
        std::mem::swap(&mut u, &mut w);
        radius = compiled::norm2(&u).sqrt();
    }
    (radius, real)
}

/// The spectral radius of Jacobi's iteration matrix, for a symmetric matrix: power iteration from a rough and smooth start at once, two
/// applications at a time, because eigenvalues of opposite sign come in pairs on most grids.
///
/// # Errors
/// The diagonal has a zero.
pub fn jacobi_radius(matrix: &Matrix<f64>) -> Result<f64, BuildError> {
    let zero = |zero| BuildError::new("method", format!("needs a diagonal without zeros; {zero}"));
    let inverse = matrix.inverse_diagonal().map_err(zero)?;
    let n = inverse.len();
    let mut rng = Rng::new(1);
    let mut u: Vec<f64> = (0..n).map(|_| 1.0 + 0.1 * rng.uniform()).collect();
    let (mut v, mut w) = (vec![0.0; n], vec![0.0; n]);
    let jacobi = |u: &[f64], out: &mut [f64]| {
        matrix.apply(u, out);
        for ((out, u), d) in out.iter_mut().zip(u).zip(&inverse) {
            *out = u - *out * d;
        }
    };
    let mut radius = 0.0;
    for _ in 0..(20_000_000 / n).clamp(30, 2000) {
        let size = compiled::norm2(&u);
        if !(size > 0.0 && size.is_finite()) {
            break;
        }
        reduce::scale(1.0 / size, &mut u);
        jacobi(&u, &mut v);
        jacobi(&v, &mut w);
        std::mem::swap(&mut u, &mut w);
        let next = compiled::norm2(&u).sqrt();
        if (next - radius).abs() <= 1e-12 * next {
            return Ok(next);
        }
        radius = next;
    }
    Ok(radius)
}

/// Whether the equation is Poisson's with one diffusion for all directions, and the mesh is square.
pub(crate) fn is_poisson(d: &Discrete) -> bool {
    let same = |values: &mut dyn Iterator<Item = f64>| values.map(f64::to_bits).collect::<BTreeSet<_>>().len() == 1;
    let axes = || 0..d.grid.dimension;
    d.is_plain_box()
        && d.has_constant_coefficients()
        && same(&mut axes().map(|a| d.diffusion[a][0]))
        && same(&mut axes().map(|a| d.grid.spacing(a)))
        && !d.has_flow()
        && d.reaction[0] == 0.0
}

/// Why the splittings may diverge, where the matrix is not diagonally dominant.
pub(crate) fn loss_of_dominance(d: &Discrete) -> Option<String> {
    let peclet = d.cell_peclet();
    if d.advection == Advection::Central && peclet > 1.0 {
        return Some(format!(
            "central differences at cell Peclet numbers up to {peclet:.2} take the diagonal dominance; upwind differences keep it"
        ));
    }
    let negative = d.reaction.iter().any(|&c| c < 0.0);
    negative.then(|| "the negative reaction takes the diagonal dominance".to_owned())
}

/// A number below one with enough digits to tell it from one.
fn near_one(rho: f64) -> String {
    let gap = (1.0 - rho).abs();
    let digits = if gap > 0.0 && gap < 0.1 { (-libm::log10(gap)).ceil() as usize + 2 } else { 4 };
    format!("{rho:.*}", digits.min(12))
}

/// A number of steps with two digits: more would claim too much.
fn about(n: u64) -> String {
    let mut unit = 1;
    while n / unit >= 100 {
        unit *= 10;
    }
    format!("about {}", grouped(((n + unit / 2) / unit * unit) as usize))
}

/// Words for the number of steps that `p` needs to 1e-8.
fn steps(p: &Prediction) -> String {
    match p.steps_to(1e-8) {
        Some(n) => format!("{} steps to 1e-8", about(n)),
        None => "1e-8 is never reached".to_owned(),
    }
}

/// The prediction of a splitting method with spectral radius `rho`, on an equation `d` in non-divergence form where it is one. `formula`:
/// its short name, where there is one. `why`: what is to blame if it diverges.
pub(crate) fn prediction(
    d: Option<&Discrete>,
    spectrum: &Spectrum,
    rho: f64,
    formula: &str,
    why: Option<String>,
) -> Prediction {
    let label = match (formula, spectrum.exact) {
        ("", true) => "spectral radius of the model problem".to_owned(),
        ("", false) => "spectral radius, estimated".to_owned(),
        (formula, _) => formula.to_owned(),
    };
    let mut p = Prediction {
        series: Str::Borrowed(RESIDUAL),
        start: 1.0,
        // One step can be enough; a factor of zero has no logarithm.
        factor: rho.max(f64::EPSILON),
        points: Vec::new(),
        bound: false,
        label,
        remedy: None,
        words: String::new(),
    };
    let origin = if spectrum.exact { "" } else { " (estimated)" };
    p.words = if rho < 1.0 {
        let carried = d.filter(|d| d.cell_peclet() > 0.1).map_or(String::new(), |d| {
            let steps = d.grid.intervals.iter().sum::<usize>();
            format!(", after some {steps} steps in which the flow carries errors across the mesh")
        });
        format!("rho = {}{origin}: {}{carried}.", near_one(rho), steps(&p))
    } else {
        let why = why.unwrap_or_else(|| "the spectral radius is not below 1".to_owned());
        let verb = if spectrum.exact { "diverges" } else { "may diverge" };
        format!("rho = {rho:.4}{origin}: it {verb}, because {why}.")
    };
    p
}

/// The spectrum of Jacobi's iteration matrix of a problem that is symmetric positive definite, by power iteration: it is real.
pub(crate) fn symmetric_spectrum(problem: &LinearProblem) -> Option<Spectrum> {
    let definite = problem.facts.positive_definite && problem.constants.is_none();
    let re = definite.then(|| jacobi_radius(&problem.matrix).ok()).flatten()?;
    Some(Spectrum { re, im: 0.0, exact: false })
}

/// The smallest and the largest eigenvalue of a symmetric positive definite matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    /// Smallest eigenvalue.
    pub low: f64,
    /// Largest eigenvalue.
    pub high: f64,
}

impl Condition {
    /// The condition number.
    pub fn number(&self) -> f64 {
        self.high / self.low
    }

    /// The factor by which the energy norm of the error of conjugate gradients falls per step at least on the long run.
    pub fn cg_factor(&self) -> f64 {
        let root = self.number().sqrt();
        (root - 1.0) / (root + 1.0)
    }
}

/// The extreme eigenvalues, for constant coefficients with values given on all sides; none where the matrix is not symmetric positive
/// definite.
pub fn condition(problem: &LinearProblem) -> Option<Condition> {
    let (_, d) = problem.nodal().filter(|_| problem.facts.positive_definite)?;
    if !(d.has_constant_coefficients() && d.is_plain_box()) {
        return None;
    }
    let sum = |f: &dyn Fn(usize) -> f64| {
        (0..d.grid.dimension).map(|axis| d.diffusion[axis][0] * f(axis)).sum::<f64>() + d.reaction[0]
    };
    // The one-dimensional spectrum is symmetric about 2 / h^2.
    let highest = |axis: usize| 4.0 / (d.grid.spacing(axis) * d.grid.spacing(axis)) - d.lowest_eigenvalue(axis);
    Some(Condition { low: sum(&|axis| d.lowest_eigenvalue(axis)), high: sum(&highest) })
}

/// What is expected of conjugate gradients: rehearsed, with the bound on the residual beside it; without a rehearsal the bound alone, or the
/// rate by the condition number that some steps of Lanczos' process show.
pub(crate) fn cg(kind: &impl SolverKind, input: &MethodInput<'_>) -> Option<Prediction> {
    let problem = linear::of(input).ok()?;
    let plain = input.values.text(PRECONDITIONER) == "none";
    let bound = if plain { condition(problem).map(|c| cg_rate(c, true)) } else { None };
    if let Some(mut p) = rehearse(kind, input) {
        if let Some(bound) = bound {
            p.words = format!("{} {}", p.words, bound.words);
        }
        return Some(p);
    }
    let estimate = || {
        let mut work = Work::default();
        let definite = plain && problem.facts.positive_definite;
        let found = definite.then(|| extremes(&*problem.matrix, &mut Identity, LANCZOS, input.seed, &mut work));
        found.flatten().map(|[low, high]| cg_rate(Condition { low, high }, false))
    };
    bound.or_else(estimate)
}

/// The smallest and the largest eigenvalue of a symmetric positive definite matrix, from a formula or estimated; an estimate of the
/// largest one is raised a little, as Lanczos' process stays below it.
pub(crate) fn interval(problem: &LinearProblem, seed: u64) -> Option<Condition> {
    let estimate = || {
        let mut work = Work::default();
        let definite = problem.facts.positive_definite && problem.constants.is_none();
        let found = definite.then(|| extremes(&*problem.matrix, &mut Identity, LANCZOS, seed, &mut work));
        found.flatten().map(|[low, high]| Condition { low, high: 1.02 * high })
    };
    condition(problem).or_else(estimate)
}

/// Steps of Lanczos' process for an estimate of the condition.
const LANCZOS: usize = 40;

/// The bound of conjugate gradients on the residual: `||r_k|| <= 2 sqrt(kappa) q^k ||r_0||`, from the classical one in the
/// energy norm, `2 q^k`, with `q = (sqrt(kappa) - 1) / (sqrt(kappa) + 1)`. With an estimate of kappa, which is too small, it is none.
fn cg_rate(condition: Condition, known: bool) -> Prediction {
    let kappa = condition.number();
    let factor = condition.cg_factor().max(f64::EPSILON);
    let mut p = Prediction {
        series: Str::Borrowed(RESIDUAL),
        start: 2.0 * kappa.sqrt(),
        factor,
        points: Vec::new(),
        bound: known,
        label: if known { "CG bound" } else { "CG rate, kappa estimated" }.to_owned(),
        remedy: None,
        words: String::new(),
    };
    let most = steps(&p);
    let kappa = format!("{kappa:.4e}");
    p.words = if known {
        let most = if most.starts_with("about") { format!("at most {most}") } else { most };
        format!("The bound from kappa = {kappa}, q = {}: {most}.", near_one(factor))
    } else {
        format!(
            "By {LANCZOS} steps of Lanczos' process kappa is {kappa} or more: {most}, more where kappa is larger, fewer where \
             eigenvalues stand apart."
        )
    };
    p
}
