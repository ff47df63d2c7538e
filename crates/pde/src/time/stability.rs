//! What is known of an integrator before it runs: which steps are stable, from the rates of the problem's modes and from what the method multiplies a mode by.

use iterscope_core::{Fix, MethodInput, Prediction, Str, few_digits};
use iterscope_kernels::compiled::norm2;

use super::complex::Complex;
use super::problem::Evolution;
use super::spectrum::Spectrum;
use super::stepper::DT;
use crate::system::Part;

/// A factor above 1 by less is rounding.
const ROUNDING: f64 = 1e-11;
/// Without damping, a method whose limit is below this part of a cycle has none.
const NONE: f64 = 0.02;

/// By what one step multiplies a mode at most, given `dt` times its rate.
pub type Factor<'a> = &'a dyn Fn(Complex) -> f64;

/// How far the factor is known to be at most 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Region {
    /// For every mode that decays or oscillates.
    Everything,
    /// Looked for, up to this size of `dt` times the rate.
    Upto(f64),
}

/// A polynomial with rising powers.
pub fn polynomial(coefficients: &[f64], z: Complex) -> Complex {
    coefficients.iter().rev().fold(Complex::default(), |sum, &c| sum * z + Complex::from(c))
}

/// The largest size of `z` along the direction of `lambda` up to which the factor is at most 1; 0 where it is not even for the smallest.
pub fn reach(factor: Factor<'_>, lambda: Complex, farthest: f64) -> f64 {
    let unit = lambda.times(1.0 / lambda.abs());
    let stable = |s: f64| factor(unit.times(s)) <= 1.0 + ROUNDING;
    let mut good = 0.0;
    let steps = 4000;
    let mut bad = None;
    // Small ones first: damping by little is lost early.
    for k in 0..40 {
        let s = 1e-5 * libm::pow(10.0, f64::from(k) * 0.1);
        if s >= farthest || bad.is_some() {
            break;
        }
        if stable(s) { good = s } else { bad = Some(s) }
    }
    for k in 1..=steps {
        let s = farthest * f64::from(k) / f64::from(steps);
        if bad.is_some() {
            break;
        }
        if s > good {
            if stable(s) { good = s } else { bad = Some(s) }
        }
    }
    let Some(mut bad) = bad else { return f64::INFINITY };
    for _ in 0..80 {
        let middle = (good + bad) / 2.0;
        if stable(middle) { good = middle } else { bad = middle }
    }
    if lambda.re == 0.0 && good < NONE { 0.0 } else { good }
}

/// What is found of a step length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// The largest stable step, where there is a limit; 0 where none is stable.
    pub limit: Option<f64>,
    /// The most by which a step multiplies a mode that does not grow by itself.
    pub worst: f64,
    /// The most by which a step multiplies any mode.
    pub growth: f64,
}

/// The verdict on steps `dt`.
pub fn judge(spectrum: &Spectrum, factor: Factor<'_>, region: Region, dt: f64) -> Verdict {
    let mut verdict = Verdict { limit: None, worst: 0.0, growth: 0.0 };
    let mut directions: Vec<(Complex, f64)> = Vec::new();
    for &rate in &spectrum.rates {
        let by = factor(rate.times(dt));
        verdict.growth = verdict.growth.max(by);
        if rate.re > 0.0 {
            continue;
        }
        verdict.worst = verdict.worst.max(by);
        let Region::Upto(farthest) = region else { continue };
        // Conjugates and multiples have the same direction.
        let unit = rate.times(1.0 / rate.abs());
        let unit = Complex::new(unit.re, unit.im.abs());
        let known = directions.iter().find(|(d, _)| (*d - unit).abs() < 1e-12).map(|(_, r)| *r);
        let reach = known.unwrap_or_else(|| reach(factor, unit, farthest));
        if known.is_none() {
            directions.push((unit, reach));
        }
        if reach.is_finite() {
            let limit = reach / rate.abs();
            verdict.limit = Some(verdict.limit.map_or(limit, |l: f64| l.min(limit)));
        }
    }
    verdict
}

/// A number in words: four digits.
fn short(x: f64) -> String {
    if x == 0.0 || (1e-4..1e5).contains(&x.abs()) {
        let digits = if x == 0.0 { 0.0 } else { libm::floor(libm::log10(x.abs() * (1.0 + 5e-5))) };
        format!("{x:.*}", (3.0 - digits).max(0.0) as usize)
    } else {
        format!("{x:.3e}")
    }
}

/// The same as [`short`] for factors: enough digits to tell them from 1.
fn near_one(x: f64) -> String {
    let gap = (x - 1.0).abs();
    let digits = if gap > 0.0 && gap < 0.1 { (-libm::floor(libm::log10(gap))) as usize + 2 } else { 3 };
    format!("{x:.*}", digits.min(12))
}

/// Words on the rates of the problem.
pub fn stiffness(spectrum: &Spectrum) -> String {
    let fastest = spectrum.rates.iter().fold(0.0f64, |m, z| m.max(z.im.abs()));
    let decay = spectrum.decay();
    if let Some((fast, _)) = decay
        && fastest > 0.1 * fast
    {
        return format!("Rates of decay reach {}, frequencies {}.", short(fast), short(fastest));
    }
    match decay {
        Some((fast, slow)) if fast > 1.5 * slow => {
            let ratio = if spectrum.all { format!(", stiffness ratio {}", short(fast / slow)) } else { String::new() };
            format!("The fastest mode decays at the rate {}{ratio}.", short(fast))
        }
        Some((fast, _)) => format!("The fastest mode decays at the rate {}.", short(fast)),
        None if fastest > 0.0 => format!("The fastest mode oscillates at the frequency {}.", short(fastest)),
        None => String::new(),
    }
}

/// Words on how far things are carried in a step, where they are carried.
fn courant(problem: &Evolution, dt: f64) -> String {
    let crossings = problem.cells().crossings;
    if crossings > 0.0 { format!(" Courant number {}.", short(dt * crossings)) } else { String::new() }
}

/// Words on what grows by itself about the start, or about the steady state.
fn growing(problem: &Evolution, spectrum: &Spectrum) -> String {
    let growing = spectrum.rates.iter().fold(0.0f64, |m, z| m.max(z.re));
    if growing > 0.0 {
        let about = if problem.linearised_about().is_some() { "steady state" } else { "start" };
        return format!(" A mode of the problem itself grows at the rate {} about the {about}.", short(growing));
    }
    String::new()
}

/// What is expected of a method that chooses its steps by their error: how long they may become. No curve, as nobody knows the steps.
pub fn predict_adaptive(input: &MethodInput<'_>, factor: Factor<'_>, region: Region) -> Option<Prediction> {
    let problem = input.downcast::<Evolution>().ok()?;
    let spectrum = problem.spectrum(Part::All);
    if spectrum.rates.is_empty() {
        return None;
    }
    let found = if spectrum.all { "" } else { " (the fastest modes are estimated)" };
    let mut words = match judge(spectrum, factor, region, 0.0).limit {
        Some(limit) if limit > 0.0 => format!(
            "Steps are as long as the tolerances allow where that is below {}{found}, about the start. Where accuracy would allow more, stability holds them there, and some are rejected.",
            short(limit)
        ),
        Some(_) => format!(
            "What should oscillate without damping grows a little with every step{found}, by no more than the tolerances allow: accuracy decides how long steps are."
        ),
        None => format!("Every step is stable{found}: accuracy alone decides how long steps are."),
    };
    let about = stiffness(spectrum);
    if !about.is_empty() {
        words = format!("{words} {about}");
    }
    words += &growing(problem, spectrum);
    Some(Prediction {
        series: Str::Borrowed("rate"),
        start: f64::NAN,
        factor: 1.0,
        points: Vec::new(),
        bound: true,
        label: "the length of steps".to_owned(),
        remedy: None,
        words,
    })
}

/// What is expected of a method with the parameter `dt`. `part` is what is taken explicitly; the factor of the rest is taken to be at most 1.
pub fn predict(input: &MethodInput<'_>, factor: Factor<'_>, region: Region, part: Part) -> Option<Prediction> {
    let problem = input.downcast::<Evolution>().ok()?;
    let spectrum = problem.spectrum(part);
    if spectrum.rates.is_empty() {
        return None;
    }
    let dt = input.values.real("dt");
    let verdict = judge(spectrum, factor, region, dt);
    let mut system = problem.system();
    let mut rate = vec![0.0; system.len()];
    system.rate(Part::All, 0.0, &problem.start, &mut rate);
    let start = norm2(&rate) / (rate.len() as f64).sqrt();
    let unstable = verdict.worst > 1.0 + ROUNDING;
    let found = if spectrum.all { "" } else { " (the fastest modes are estimated)" };
    let of = if part == Part::All { "" } else { " of what is taken explicitly" };
    let mut words = match verdict.limit {
        Some(0.0) => format!(
            "No dt is stable{of}: what should oscillate without damping grows by {} a step{found}.",
            near_one(verdict.worst)
        ),
        Some(limit) if unstable => format!(
            "dt is {} times the limit {}{of}: the fastest mode grows by {} a step{found}.",
            short(dt / limit),
            short(limit),
            near_one(verdict.worst)
        ),
        Some(limit) => format!("Stable: dt is {} of the limit {}{of}{found}.", short(dt / limit), short(limit)),
        None if part == Part::All => {
            let by = spectrum.rates.iter().fold((0.0, 0.0), |(size, by), &z| {
                if z.abs() > size && z.re <= 0.0 { (z.abs(), factor(z.times(dt))) } else { (size, by) }
            });
            format!("Stable whatever dt is: a step multiplies the fastest mode by {}{found}.", near_one(by.1))
        }
        None => "Nothing that is taken explicitly asks for a small dt.".to_owned(),
    };
    let about = stiffness(spectrum);
    if !about.is_empty() {
        words = format!("{words} {about}");
    }
    words += &courant(problem, dt);
    words += &growing(problem, spectrum);
    // Within the limit, as the modes change on the way.
    let remedy = verdict
        .limit
        .filter(|limit| unstable && *limit > 0.0)
        .map(|limit| Fix::set(&DT, few_digits(0.9 * limit, |dt| (0.75 * limit..0.98 * limit).contains(&dt)).into()));
    let factor = if unstable { verdict.worst } else { verdict.growth };
    Some(Prediction {
        series: Str::Borrowed("rate"),
        start,
        factor: factor.max(f64::EPSILON),
        points: Vec::new(),
        bound: !unstable && factor < 1.0 && part == Part::All && system.is_linear(Part::All),
        label: if unstable { "the fastest mode" } else { "the slowest mode" }.to_owned(),
        remedy,
        words,
    })
}
