//! Leaving one term out of a sum, approximately: along the steps of gradient descent, and from one point (Y. Luo, Z. Ren,
//! R. F. Barber, Iterative approximate cross-validation, ICML 2023).

use iterscope_core::Finding;
use iterscope_kernels::dense::{a_x, cholesky, cholesky_solve};
use iterscope_kernels::reduce::{dot, norm2_diff};
use iterscope_kernels::rng::Rng;

/// The term that is left out: it depends on one linear form of the variables.
pub struct Term<'a> {
    /// The form: places and factors.
    pub form: &'a [(usize, f64)],
    /// First and second derivative of the term by the value of the form, at the current point.
    pub slope: f64,
    /// See `slope`.
    pub curvature: f64,
}

/// One step of length `length`: `left` is the point without the term, `image` the Hessian of the whole sum at `at` times
/// `left - at`, `gradient` that of the whole sum.
pub fn step(left: &mut [f64], at: &[f64], gradient: &[f64], image: &[f64], term: &Term<'_>, length: f64) {
    let along = term.form.iter().fold(0.0, |sum, (k, x)| sum + x * (left[*k] - at[*k]));
    for ((l, g), i) in left.iter_mut().zip(gradient).zip(image) {
        *l -= length * (g + i);
    }
    for (k, x) in term.form {
        left[*k] += length * x * (term.slope + term.curvature * along);
    }
}

/// By how much the linear form of the term changes if it is left out: by one step of Newton's without the term, and by one with
/// the Hessian of the whole sum (the infinitesimal jackknife). `ahead` is the form of the whole Newton direction
/// `H^-1 gradient`, `spread` that of `H^-1` on both sides.
pub fn from_one_point(slope: f64, curvature: f64, ahead: f64, spread: f64) -> [f64; 2] {
    let moved = slope * spread - ahead;
    [moved / (1.0 - curvature * spread), moved]
}

const ROWS: usize = 200;
const COLUMNS: usize = 10;

/// Logistic regression with 200 rows and 10 columns, as the authors' program does it with 1000 and 20: mean distance of the
/// estimates from the exact points without one row, beside the figures of an independent numpy program on the same numbers.
pub fn check() -> Vec<Finding> {
    let mut rng = Rng::new(71);
    let mut x = vec![0.0; ROWS * COLUMNS];
    rng.normal_fill(&mut x);
    let row = |i: usize| &x[i * COLUMNS..(i + 1) * COLUMNS];
    let chance = |z: f64| 1.0 / (1.0 + libm::exp(-z));
    let y: Vec<f64> = (0..ROWS)
        .map(|i| f64::from(u8::from(rng.uniform() < chance(row(i)[0] - row(i)[1] + 0.5 * row(i)[2]))))
        .collect();
    let forms: Vec<Vec<(usize, f64)>> = (0..ROWS).map(|i| row(i).iter().copied().enumerate().collect()).collect();
    let (ridge, length) = (1e-6 * ROWS as f64, 0.5 / ROWS as f64);
    let mut at = [0.0; COLUMNS];
    let mut exact = vec![[0.0; COLUMNS]; ROWS];
    let mut estimate = exact.clone();
    let mut out = Vec::new();
    // Gradient of the sum without row `skip`, and the Hessian of the whole.
    let gradient = |at: &[f64], skip: Option<usize>| {
        let mut g: Vec<f64> = at.iter().map(|a| ridge * a).collect();
        for i in (0..ROWS).filter(|i| Some(*i) != skip) {
            let off = chance(dot(row(i), at)) - y[i];
            g.iter_mut().zip(row(i)).for_each(|(g, x)| *g += off * x);
        }
        g
    };
    let hessian = |at: &[f64]| {
        let mut h = vec![0.0; COLUMNS * COLUMNS];
        for i in 0..ROWS {
            let p = chance(dot(row(i), at));
            for a in 0..COLUMNS {
                for b in 0..COLUMNS {
                    h[a * COLUMNS + b] += p * (1.0 - p) * row(i)[a] * row(i)[b];
                }
            }
        }
        (0..COLUMNS).for_each(|a| h[a * COLUMNS + a] += ridge);
        h
    };
    for t in 1..=1000 {
        let (g, h) = (gradient(&at, None), hessian(&at));
        for i in 0..ROWS {
            let p = chance(dot(row(i), &at));
            let term = Term { form: &forms[i], slope: p - y[i], curvature: p * (1.0 - p) };
            let far: Vec<f64> = estimate[i].iter().zip(&at).map(|(l, a)| l - a).collect();
            let mut image = [0.0; COLUMNS];
            a_x(&h, &far, &mut image);
            step(&mut estimate[i], &at, &g, &image, &term, length);
            let own = gradient(&exact[i], Some(i));
            exact[i].iter_mut().zip(own).for_each(|(e, g)| *e -= length * g);
        }
        at.iter_mut().zip(&g).for_each(|(a, g)| *a -= length * g);
        let known = match t {
            1 => [2.840e-17, 1.036],
            10 => [2.760e-5, 6.110e-1],
            50 => [3.550e-4, 1.404e-1],
            200 => [7.829e-4, 8.695e-4],
            1000 => [7.956e-4, 7.956e-4],
            _ => continue,
        };
        let mean = |of: &dyn Fn(usize) -> f64| (0..ROWS).map(of).sum::<f64>() / ROWS as f64;
        let off = mean(&|i| norm2_diff(&estimate[i], &exact[i]));
        let claim = format!("mean distance of the estimates from the exact points after step {t}");
        // After one step the two differ by rounding alone.
        let wanted =
            if t == 1 { Finding::new(claim, 0.0, off, 1e-15) } else { Finding::new(claim, known[0], off, 1e-3) };
        out.push(wanted);
        let (g, mut h) = (gradient(&at, None), hessian(&at));
        if cholesky(&mut h, COLUMNS).is_err() {
            continue;
        }
        let inverse = |b: &[f64]| {
            let mut x = b.to_vec();
            cholesky_solve(&h, COLUMNS, &mut x);
            x
        };
        // A step of Newton's without the row, from the same two numbers as for games; the direction is the row's own.
        let newton = |i: usize| {
            let p = chance(dot(row(i), &at));
            let (ahead, along) = (inverse(&g), inverse(row(i)));
            let (slope, curvature) = (p - y[i], p * (1.0 - p));
            let [moved, _] = from_one_point(slope, curvature, dot(row(i), &ahead), dot(row(i), &along));
            let factor = slope + curvature * moved;
            let found: Vec<f64> = (0..COLUMNS).map(|k| at[k] - ahead[k] + factor * along[k]).collect();
            norm2_diff(&found, &exact[i])
        };
        let claim = format!("the same of one step of Newton's from the point after step {t}");
        out.push(Finding::new(claim, known[1], mean(&newton), 1e-3));
        if t == 10 {
            let loss = |of: &[[f64; COLUMNS]]| {
                mean(&|i| {
                    let p = chance(dot(row(i), &of[i]));
                    -(y[i] * libm::log(p) + (1.0 - y[i]) * libm::log(1.0 - p))
                })
            };
            out.push(Finding::new("loss of the rows left out after step 10, exact", 0.514124, loss(&exact), 2e-6));
            out.push(Finding::new(
                "loss of the rows left out after step 10, estimated",
                0.514122,
                loss(&estimate),
                2e-6,
            ));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn figures_are_those_of_the_independent_program() {
        let found = super::check();
        assert_eq!(found.len(), 12);
        for f in found {
            assert!(f.ok, "{}: {} not {}", f.claim, f.measured, f.expected);
        }
    }
}
