//! Interpolating B-splines (de Boor, "A practical guide to splines", chapters IX and XIII).

use crate::banded::BandedLu;

/// The matrix that takes values at `sites` to the values at `eval` of the spline that interpolates them: eval.len() x
/// sites.len(), row-major. `order` is the degree plus one, cut to 1..=sites.len().
///
/// The knots are de Boor's averages: the first site `order` times, the means of each `order - 1` consecutive sites
/// after the first and before the last one, the last site `order` times; for order 1 the mid-points, which gives the
/// value at the nearest site. Outside the sites the first and last polynomial pieces go on.
///
/// # Panics
/// Where the sites do not rise strictly or are not finite.
pub fn interpolation_matrix(sites: &[f64], eval: &[f64], order: usize) -> Vec<f64> {
    let n = sites.len();
    if n == 0 {
        return Vec::new();
    }
    assert!(sites.windows(2).all(|w| w[0] < w[1]) && sites.iter().all(|x| x.is_finite()), "sites must rise strictly");
    let k = order.clamp(1, n);
    let knots = averaged_knots(sites, k);
    let mut splines = vec![0.0; k];

    // The collocation matrix has row i in the columns first..first + k, and i is among them.
    let mut collocation = BandedLu::new(n, k - 1, k - 1);
    for (i, &x) in sites.iter().enumerate() {
        let first = basis(&knots, k, x, &mut splines);
        for (j, &b) in splines.iter().enumerate() {
            // Splines that are zero at the site can fall outside the band.
            if b != 0.0 {
                collocation.set(i, first + j, b);
            }
        }
    }
    let regular = collocation.factor();
    assert!(regular.is_ok(), "averaged knots satisfy the Schoenberg-Whitney conditions");

    let mut matrix = vec![0.0; eval.len() * n];
    let mut coefficients = vec![0.0; n];
    for column in 0..n {
        coefficients.fill(0.0);
        coefficients[column] = 1.0;
        collocation.solve(&mut coefficients);
        for (i, &x) in eval.iter().enumerate() {
            let first = basis(&knots, k, x, &mut splines);
            let pairs = splines.iter().zip(&coefficients[first..]);
            matrix[i * n + column] = pairs.fold(0.0, |total, (b, c)| total + b * c);
        }
    }
    matrix
}

fn averaged_knots(sites: &[f64], k: usize) -> Vec<f64> {
    let n = sites.len();
    let window = if k == 1 { 2 } else { k - 1 };
    let averaged = if k == 1 { sites } else { &sites[1..n - 1] };
    let mut knots = vec![sites[0]; k];
    if averaged.len() >= window {
        knots.extend(averaged.windows(window).map(|w| w.iter().fold(0.0, |t, x| t + x) / window as f64));
    }
    knots.resize(n + k, sites[n - 1]);
    knots
}

/// Evaluates at `x` the k B-splines of order k that are not zero on the knot interval of `x` by Cox and de Boor's
/// recursion, and returns the index of the first of them.
fn basis(knots: &[f64], k: usize, x: f64, out: &mut [f64]) -> usize {
    let n = knots.len() - k;
    // The interval knots[last] <= x < knots[last + 1], or the nearest one that is not empty.
    let last = knots[k..n].partition_point(|&t| t <= x) + k - 1;
    out.fill(0.0);
    out[0] = 1.0;
    for degree in 1..k {
        let mut carried = 0.0;
        for r in 0..degree {
            let (right, left) = (knots[last + r + 1], knots[last + r + 1 - degree]);
            let share = out[r] / (right - left);
            out[r] = carried + (right - x) * share;
            carried = (x - left) * share;
        }
        out[degree] = carried;
    }
    last + 1 - k
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (x, y) in found.iter().zip(expected) {
            assert!((x - y).abs() < 2e-14, "{x} {y}");
        }
    }

    // The expected matrices come from scipy.interpolate.BSpline on the same knots (design matrix at `eval` times the
    // inverse of the one at `sites`, extrapolating), scipy 1.17.1 in double precision.
    #[test]
    fn cubic_like_scipy() {
        let matrix = interpolation_matrix(&[0.0, 0.1, 0.25, 0.5, 0.55, 0.8, 1.0], &[0.05, 0.53, 0.99], 4);
        close(
            &matrix,
            &[
                0.34428032398823694,
                0.7917829233219124,
                -0.1640378369590898,
                0.0794508009468037,
                -0.05332900693146861,
                0.00208037693559238,
                -0.00022758130198680544,
                -0.001004099684732688,
                0.0037625755227673496,
                -0.009355783713957289,
                0.40945225802400687,
                0.60243803774977,
                -0.005943132498448364,
                0.0006501446005946254,
                -0.0014779572433877566,
                0.005538220788454809,
                -0.013770991583662861,
                0.21605010693892687,
                -0.27496618057417277,
                0.16265765005219937,
                0.9059691516216424,
            ],
        );
    }

    #[test]
    fn quintic_like_scipy() {
        let matrix = interpolation_matrix(&[0.0, 0.1, 0.25, 0.5, 0.55, 0.8, 1.0], &[0.05, 0.53, 0.99], 6);
        close(
            &matrix,
            &[
                0.297836938349329,
                0.9218970247376197,
                -0.31530501954257556,
                0.38172490420984306,
                -0.3000897007495784,
                0.015562086380669108,
                -0.0016262333853067127,
                -0.001327200064315147,
                0.005544691565980825,
                -0.0133470386887395,
                0.4268992009432882,
                0.5861278016221892,
                -0.004299272650707192,
                0.0004018172723050851,
                -0.020682051365335033,
                0.08469408730707977,
                -0.1766108509171438,
                1.0374562200249131,
                -1.0798052525476214,
                0.27049882305397055,
                0.8844490244441368,
            ],
        );
    }

    #[test]
    fn extrapolation_like_scipy() {
        let matrix = interpolation_matrix(&[0.0, 0.5, 1.0, 2.0], &[-0.2, 0.7, 2.2], 3);
        close(
            &matrix,
            &[
                1.7242105263157894,
                -1.0778947368421055,
                0.3684210526315789,
                -0.014736842105263158,
                -0.07578947368421049,
                0.7221052631578948,
                0.36842105263157887,
                -0.014736842105263156,
                -0.05052631578947373,
                0.45473684210526366,
                -0.7810526315789481,
                1.3768421052631583,
            ],
        );
    }

    #[test]
    fn an_order_above_the_sites_like_scipy() {
        let matrix = interpolation_matrix(&[0.0, 0.5, 2.0], &[0.25, 1.9, 2.5, -0.5], 4);
        close(
            &matrix,
            &[
                0.4375,
                0.5833333333333333,
                -0.02083333333333333,
                -0.14000000000000012,
                0.2533333333333335,
                0.8866666666666666,
                1.0,
                -1.6666666666666665,
                1.6666666666666667,
                2.5,
                -1.6666666666666665,
                0.16666666666666666,
            ],
        );
    }

    #[test]
    fn order_one_takes_the_nearest_site() {
        let matrix = interpolation_matrix(&[0.0, 1.0, 3.0], &[-1.0, 0.4, 0.6, 1.9, 2.1, 3.0], 1);
        let nearest: Vec<usize> = matrix.chunks(3).map(|r| r.iter().position(|&x| x == 1.0).expect("a one")).collect();
        assert_eq!(nearest, [0, 0, 1, 1, 2, 2]);
    }

    #[test]
    fn order_two_is_piecewise_linear() {
        close(&interpolation_matrix(&[0.0, 1.0, 3.0], &[0.25, 2.5], 2), &[0.75, 0.25, 0.0, 0.0, 0.25, 0.75]);
    }

    #[test]
    fn reproduces_polynomials_below_the_order() {
        let sites: Vec<f64> = (0..40).map(|i| (i * i + 5 * i) as f64 / 1750.0).collect();
        let eval: Vec<f64> = (0..101).map(|i| i as f64 / 100.0 * sites[39]).collect();
        for order in 1..=8 {
            let matrix = interpolation_matrix(&sites, &eval, order);
            for (i, &x) in eval.iter().enumerate() {
                for degree in 0..order as i32 {
                    let power = |x: f64| (0..degree).fold(1.0, |p, _| p * x);
                    let value: f64 = (0..40).map(|j| matrix[i * 40 + j] * power(sites[j])).sum();
                    assert!((value - power(x)).abs() < 1e-12, "order {order}, degree {degree}, x = {x}");
                }
            }
        }
    }

    #[test]
    fn few_sites() {
        assert_eq!(interpolation_matrix(&[], &[1.0], 4), []);
        assert_eq!(interpolation_matrix(&[2.0], &[1.0, 3.0], 4), [1.0, 1.0]);
        close(&interpolation_matrix(&[0.0, 2.0], &[0.5], 4), &[0.75, 0.25]);
    }
}
