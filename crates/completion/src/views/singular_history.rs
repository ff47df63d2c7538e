//! The singular values of a run's iterates, step by step, as one picture: what is learnt first, what later, what too much.

use iterscope_core::{Extent, Picture, PictureKind, Snapshots};
use iterscope_kernels::dense::{a_b, a_bt, at_b, symmetric_eigen, transpose};

use crate::model::factors::Factors;

/// Singular values that are kept of each iterate, the largest.
pub(crate) const BANDS: usize = 12;
/// Rows of the picture, about.
const ROWS: usize = 48;
/// Powers of ten below the largest that are told apart where the truth is unknown.
const DECADES: f32 = 4.0;

/// The leading singular values of one iterate.
type Values = [f32; BANDS];

/// Iterates measured so far.
#[derive(Default)]
pub(crate) struct SingularHistory(Snapshots<Values>);

/// The leading singular values of U V' from the Gram matrices of both factors: to about 1e-8 of the largest, which is more
/// than colours show, at a small part of the cost of a decomposition.
fn leading(x: &Factors) -> Values {
    let k = x.rank;
    let mut out = [f32::NAN; BANDS];
    if !x.is_finite() {
        return out;
    }
    let gram = |a: &[f64]| {
        let mut g = vec![0.0; k * k];
        at_b(a, a, &mut g, a.len() / k, k, k);
        g
    };
    let (left, right) = (gram(&x.u), gram(&x.v));
    // With U'U = Q L Q', the squares are the eigenvalues of sqrt(L) Q' V'V Q sqrt(L).
    let (squares, q) = symmetric_eigen(&left, k);
    let mut root = vec![0.0; k * k];
    transpose(&q, &mut root, k, k);
    for (row, square) in root.chunks_exact_mut(k).zip(&squares) {
        row.iter_mut().for_each(|x| *x *= square.max(0.0).sqrt());
    }
    let (mut half, mut core) = (vec![0.0; k * k], vec![0.0; k * k]);
    a_b(&root, &right, &mut half, k, k, k);
    a_bt(&half, &root, &mut core, k, k, k);
    let found = symmetric_eigen(&core, k).0;
    for (c, out) in out.iter_mut().enumerate() {
        *out = found.get(c).map_or(0.0, |s| s.max(0.0).sqrt()) as f32;
    }
    out
}

impl SingularHistory {
    /// Looks at the iterate of a step.
    pub fn record(&mut self, step: u64, x: &Factors) {
        self.0.record(step, || leading(x));
    }

    /// Forgets what came after `step`.
    pub fn forget_after(&mut self, step: u64) {
        self.0.forget_after(step);
    }

    /// Draws all up to `step`, at which `x` stands: steps to the right, the largest value on top. Where the true values are
    /// known (those that are not zero), each is divided by its own, and those beyond them by the smallest; else shown are
    /// powers of ten below the largest.
    pub fn draw(&self, step: u64, x: &Factors, truth: &[f64], extent: Extent, out: &mut Picture) {
        let true_rank = truth.len();
        let most = BANDS.min(extent.height.max(1) as usize);
        let bands = x.rank.max(true_rank).clamp(1, most);
        let tall = (ROWS.min(extent.height as usize) / bands).max(1);
        let now = leading(x);
        let columns = self.0.columns(step, &now, extent.width);
        let top = columns.iter().flatten().map(|v| v[0]).filter(|v| v.is_finite()).fold(0.0, f32::max);
        let shade = |band: usize, value: f32| {
            if true_rank > 0 {
                value / truth[band.min(true_rank - 1)] as f32
            } else {
                let powers = libm::log10f(value / top);
                if powers.is_nan() && !value.is_nan() { -DECADES } else { powers.max(-DECADES) }
            }
        };
        out.start(PictureKind::Field, columns.len(), bands * tall);
        for row in 0..bands * tall {
            let band = row / tall;
            out.values.extend(columns.iter().map(|v| v.map_or(f32::NAN, |v| shade(band, v[band]))));
        }
        (out.lo, out.hi) = if true_rank > 0 { (0.0, 1.0) } else { (-DECADES, 0.0) };
    }
}

#[cfg(test)]
mod tests {
    use iterscope_kernels::dense::singular_values_of_product;
    use iterscope_kernels::rng::Rng;

    use super::*;

    const WIDE: Extent = Extent { width: 200, height: 200 };

    fn random(m: usize, n: usize, k: usize, seed: u64) -> Factors {
        let mut x = Factors::zero(m, n, k);
        let mut rng = Rng::new(seed);
        rng.normal_fill(&mut x.u);
        rng.normal_fill(&mut x.v);
        x
    }

    /// One column: the number is its only singular value.
    fn number(value: f64) -> Factors {
        Factors { rank: 1, u: vec![value, 0.0], v: vec![0.0, 1.0] }
    }

    #[test]
    fn leading_values_are_those_of_a_decomposition() {
        for (m, n, k) in [(30, 20, 5), (9, 40, 3), (40, 40, 20)] {
            let mut x = random(m, n, k, 3);
            // A column that is not there, as soft-impute leaves them.
            x.u.chunks_exact_mut(k).for_each(|row| row[1] = 0.0);
            let exact = singular_values_of_product(&x.u, &x.v, m, n, k);
            let found = leading(&x);
            for c in 0..BANDS {
                let exact = exact.get(c).copied().unwrap_or(0.0);
                assert!((f64::from(found[c]) - exact).abs() < 1e-6 * f64::from(found[0]), "{found:?} {exact}");
            }
        }
        assert!(leading(&number(f64::INFINITY)).iter().all(|v| v.is_nan()));
    }

    #[test]
    fn values_stand_against_the_true_ones_and_surplus_ones_against_the_smallest() {
        let mut out = Picture::default();
        // Singular values 8, 2 and 1 against 4 and 2.
        let mut x = Factors::zero(3, 3, 3);
        for (c, s) in [8.0, 2.0, 1.0].into_iter().enumerate() {
            (x.u[c * 3 + c], x.v[c * 3 + c]) = (s, 1.0);
        }
        let all = SingularHistory::default();
        all.draw(0, &x, &[4.0, 2.0], WIDE, &mut out);
        let bands = |out: &Picture| (0..3).map(|b| out.values[b * 16 * 64]).collect::<Vec<_>>();
        assert_eq!((out.height, out.lo, out.hi), (48, 0.0, 1.0));
        assert!(bands(&out).iter().zip([2.0, 1.0, 0.5]).all(|(a, b)| (a - b).abs() < 1e-6), "{:?}", bands(&out));
        x.u[8] = 0.0;
        all.draw(0, &x, &[], WIDE, &mut out);
        assert_eq!((bands(&out)[0], bands(&out)[2], out.lo, out.hi), (0.0, -4.0, -4.0, 0.0));
        assert!((bands(&out)[1] + 0.60206).abs() < 1e-5);
        // Nothing at all is nothing.
        all.draw(0, &Factors::zero(3, 3, 3), &[], WIDE, &mut out);
        assert_eq!(bands(&out), [-4.0; 3]);
        all.draw(0, &x, &[], Extent { width: 5, height: 2 }, &mut out);
        assert_eq!((out.width, out.height, out.values.len()), (5, 2, 10));
    }
}
