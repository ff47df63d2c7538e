//! Ritz values as they grow towards eigenvalues: what a Krylov method has learned of the spectrum.

use std::cell::OnceCell;
use std::rc::Rc;

use iterscope_core::{Extent, Picture, PictureInfo, PictureKind};
use iterscope_kernels::compiled;
use iterscope_kernels::sine::SineTransform;
use iterscope_kernels::tridiagonal;
use iterscope_linear::spectrum::{self, Coefficients};
use iterscope_linear::{Matrix, Operator};

/// Key of the picture.
pub const KEY: &str = "ritz";
/// Points along the steps.
const POINTS: usize = 64;
/// The most curves, and the most eigenvalues that are drawn as lines.
const CURVES: usize = 40;
const LINES: usize = 80;
/// Unknowns and steps up to which eigenvalues are found by exhausting the space.
const SMALL: (usize, usize) = (1500, 300);
/// A part of a mode below this is rounding.
const PART: f64 = 1e-12;

/// The picture; values of definite matrices are shown by their powers of ten.
pub fn info(definite: bool) -> PictureInfo {
    let label = if definite { "Ritz values over steps (log₁₀)" } else { "Ritz values over steps" };
    PictureInfo::new(KEY, label, PictureKind::Line)
}

/// The eigenvalues of a symmetric matrix that a right-hand side has a part of, found when they are first asked for.
pub struct Excited {
    matrix: Rc<Matrix<f64>>,
    rhs: Rc<Vec<f64>>,
    shape: Option<Vec<usize>>,
    found: OnceCell<Vec<f64>>,
}

impl Excited {
    /// Of a matrix and a right-hand side, over a box where there is one.
    pub fn new(matrix: &Rc<Matrix<f64>>, rhs: &Rc<Vec<f64>>, shape: Option<&Vec<usize>>) -> Self {
        Excited { matrix: Rc::clone(matrix), rhs: Rc::clone(rhs), shape: shape.cloned(), found: OnceCell::new() }
    }

    /// They, rising, each once; none where they are not to be had.
    pub fn values(&self) -> &[f64] {
        self.found.get_or_init(|| self.by_sines().or_else(|| self.by_exhaustion()).unwrap_or_default())
    }

    fn by_sines(&self) -> Option<Vec<f64>> {
        let shape = self.shape.as_ref()?;
        let values = spectrum::by_sines(&self.matrix, shape).ok()?;
        let mut parts = self.rhs.to_vec();
        let mut stride = 1;
        for &m in shape {
            SineTransform::new(m).along(&mut parts, stride);
            stride *= m;
        }
        let largest = parts.iter().fold(0.0, |m: f64, p| m.max(p.abs()));
        let mut own: Vec<f64> =
            values.into_iter().zip(&parts).filter(|(_, p)| p.abs() > PART * largest).map(|(v, _)| v).collect();
        own.sort_by(f64::total_cmp);
        own.dedup_by(|a, b| (*a - *b).abs() <= 1e-10 * b.abs());
        Some(own)
    }

    /// Lanczos' process from the right-hand side with full orthogonalisation, until nothing is left.
    fn by_exhaustion(&self) -> Option<Vec<f64>> {
        let n = self.rhs.len();
        let size = compiled::norm2(&self.rhs);
        if n > SMALL.0 || size == 0.0 {
            return None;
        }
        let mut basis = vec![self.rhs.iter().map(|b| b / size).collect::<Vec<f64>>()];
        let (mut diagonal, mut off) = (Vec::new(), Vec::new());
        let mut scale = 0.0;
        while let Some(last) = basis.last() {
            let mut next = vec![0.0; n];
            self.matrix.apply(last, &mut next);
            diagonal.push(compiled::dot(last, &next));
            for _ in 0..2 {
                for v in &basis {
                    let along = compiled::dot(v, &next);
                    compiled::axpy(-along, v, &mut next);
                }
            }
            let left = compiled::norm2(&next);
            scale = f64::max(scale, diagonal.last().map_or(0.0, |d: &f64| d.abs()) + left);
            if left <= 1e-10 * scale || diagonal.len() == n {
                break;
            }
            if diagonal.len() == SMALL.1 {
                return None;
            }
            off.push(left);
            next.iter_mut().for_each(|x| *x /= left);
            basis.push(next);
        }
        tridiagonal::eigenvalues(&mut diagonal, &mut off, &mut []);
        Some(diagonal)
    }
}

/// Draws the Ritz values of conjugate gradients after each of their steps up to `steps`, over the eigenvalues.
pub fn draw(coefficients: Option<&Coefficients>, eigenvalues: &[f64], log: bool, extent: Extent, out: &mut Picture) {
    let steps = coefficients.map_or(0, Coefficients::len);
    let stride = steps.div_ceil(POINTS).max(1);
    let mut at: Vec<usize> = (1..=steps).step_by(stride).collect();
    if at.last().is_some_and(|last| *last != steps) {
        at.push(steps);
    }
    let seen: Vec<(f64, Vec<f64>)> = at.iter().filter_map(|&k| Some((k as f64, coefficients?.ritz(k).0))).collect();
    draw_seen(&seen, eigenvalues, log, extent, out);
}

/// Draws Ritz values, rising, of some steps, over the eigenvalues: the lowest ones are joined from step to step, and so are the highest.
pub fn draw_seen(seen: &[(f64, Vec<f64>)], eigenvalues: &[f64], log: bool, extent: Extent, out: &mut Picture) {
    let shown = |v: f64| if log { libm::log10(v) } else { v };
    let most = seen.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
    let curves = most.min(CURVES).min(extent.height as usize).max(1);
    // Half of the curves hang on either end, unless all values have one.
    let low = if curves == most { curves } else { curves.div_ceil(2) };
    let value = |curve: usize, values: &[f64]| {
        let place = if curve < low { Some(curve) } else { values.len().checked_sub(1 + curve - low) };
        // A value is joined to one end alone.
        let place = place.filter(|&p| if curve < low { true } else { p >= low });
        place.and_then(|p| values.get(p)).map_or(f64::NAN, |&v| shown(v))
    };
    // A plot of no steps, or of one, still has two ends.
    let first = seen.first().map_or(0.0, |(step, _)| *step);
    let mut points: Vec<(f64, &[f64])> = seen.iter().map(|(step, values)| (*step, &values[..])).collect();
    while points.len() < 2 {
        let last = points.last().map_or(&[][..], |p| p.1);
        points.push((first + 0.5 * (points.len() as f64), last));
    }
    out.line((points.len(), curves), extent, |i| points[i].0, |c, i| value(c, points[i].1));
    let lines: Vec<f64> = if eigenvalues.len() <= LINES {
        eigenvalues.to_vec()
    } else {
        [&eigenvalues[..LINES / 2], &eigenvalues[eigenvalues.len() - LINES / 2..]].concat()
    };
    let (mut lo, mut hi) = if most > 0 { (out.lo, out.hi) } else { (f32::INFINITY, f32::NEG_INFINITY) };
    for v in lines.into_iter().map(|v| shown(v) as f32).filter(|v| v.is_finite()) {
        out.aux.extend(std::iter::repeat_n(v, out.width as usize));
        (lo, hi) = (lo.min(v), hi.max(v));
    }
    (out.lo, out.hi) = if lo <= hi { (lo, hi) } else { (0.0, 0.0) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_hang_on_both_ends_and_never_cross() {
        let seen: Vec<(f64, Vec<f64>)> =
            (1..=5).map(|k| (k as f64, (0..k).map(|i| f64::from(10 * i + 1)).collect())).collect();
        let mut out = Picture::default();
        draw_seen(&seen, &[1.0, 41.0], false, Extent { width: 40, height: 4 }, &mut out);
        assert_eq!((out.width, out.height, out.aux.len()), (5, 4, 15));
        let curve = |c: usize| &out.values[5 * c..5 * c + 5];
        assert_eq!(curve(0), [1.0; 5]);
        assert!(curve(1)[0].is_nan() && curve(1)[1..] == [11.0; 4]);
        // The third step has three values: two hang on the low end, so that one is left for the high one.
        assert!(curve(2)[1].is_nan() && curve(2)[2..] == [21.0, 31.0, 41.0]);
        assert!(curve(3)[2].is_nan() && curve(3)[3..] == [21.0, 31.0]);
        draw_seen(&[], &[], true, Extent { width: 40, height: 4 }, &mut out);
        assert!(out.values.iter().all(|v| v.is_nan()) && out.width == 2 && out.lo <= out.hi);
    }
}
