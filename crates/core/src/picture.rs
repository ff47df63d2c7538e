//! Pictures of an iterate, made at the resolution in which they are shown, into reused buffers.

use serde::{Deserialize, Serialize};

use crate::PictureKind;

/// The most columns and rows a picture may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// What is drawn. The meaning of the buffers depends on the kind:
///
/// | kind | `values` | `aux` |
/// |---|---|---|
/// | `Field` | `width * height`, row by row from the top; NaN is a hole | empty, or 1 where an entry was given and 0 elsewhere |
/// | `Bars` | `width` bar lengths, best first | `width` item numbers (indices into the instance's labels); then the low and the high ends of their intervals, `width` each, where there are any |
/// | `Scatter` | `width` abscissas | `width` ordinates |
/// | `Spectrum` | `width` values, largest first | the true ones, where known |
/// | `Colour` | `width * height` triples of red, green and blue from `lo` to `hi`, row by row; NaN is a hole | as for `Field` |
/// | `Line` | `height` curves of `width` ordinates each, one after the other; NaN is a gap | `width` abscissas, which grow; then the curves that they should be, where known |
/// | `Points` | `width` abscissas, then as many ordinates; `height` is 2 | the same of the true places, where known |
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// How to read the buffers.
    pub kind: PictureKind,
    /// Columns, or the number of items.
    pub width: u32,
    /// Rows, or the number of curves; 1 for bars, scatter and spectrum.
    pub height: u32,
    /// Smallest value, for the colour scale or the axis.
    pub lo: f32,
    /// Largest value.
    pub hi: f32,
    /// See above.
    pub values: Vec<f32>,
    /// See above.
    pub aux: Vec<f32>,
}

impl Picture {
    /// Empties the buffers, keeping their memory, and sets the shape.
    pub fn start(&mut self, kind: PictureKind, width: usize, height: usize) {
        self.kind = kind;
        self.width = width as u32;
        self.height = height as u32;
        self.values.clear();
        self.aux.clear();
        (self.lo, self.hi) = (0.0, 0.0);
    }

    /// Fills a picture of `curves` curves over one axis: point `i` stands at `x(i)`, where curve `c` is `at(c, i)`. Where
    /// there are more points than can be told apart at `extent`, the least and the largest of neighbours stand for them, so that
    /// no peak is lost.
    pub fn line(
        &mut self,
        (points, curves): (usize, usize),
        extent: Extent,
        x: impl Fn(usize) -> f64,
        mut at: impl FnMut(usize, usize) -> f64,
    ) {
        let most = 2 * (extent.width as usize).max(1);
        let block = if points <= most { 1 } else { points.div_ceil(most / 2) };
        let ends = |from: usize| (from, (from + block).min(points) - 1);
        let pair = |(first, last): (usize, usize)| if block == 1 { vec![first] } else { vec![first, last] };
        let starts = || (0..points).step_by(block);
        self.start(PictureKind::Line, starts().map(|s| pair(ends(s)).len()).sum(), curves);
        self.aux.extend(starts().flat_map(|s| pair(ends(s))).map(|i| x(i) as f32));
        for curve in 0..curves {
            for start in starts() {
                let (first, last) = ends(start);
                if block == 1 {
                    self.values.push(at(curve, first) as f32);
                    continue;
                }
                let (mut low, mut high) = ((first, f64::INFINITY), (first, f64::NEG_INFINITY));
                for i in first..=last {
                    let v = at(curve, i);
                    if v < low.1 {
                        low = (i, v);
                    }
                    if v > high.1 {
                        high = (i, v);
                    }
                }
                // A block without a finite value is a gap.
                let (a, b) = if low.0 <= high.0 { (low.1, high.1) } else { (high.1, low.1) };
                let gap = |v: f64| if v.is_finite() { v as f32 } else { f32::NAN };
                self.values.extend([gap(a), gap(b)]);
            }
        }
        self.fit_range();
    }

    /// Adds to curves those that they should be, which were drawn in the same way; the range covers both.
    pub fn with_truth(&mut self, truth: &Picture) {
        if (truth.kind, truth.width, truth.height) == (PictureKind::Line, self.width, self.height) {
            self.aux.truncate(self.width as usize);
            self.aux.extend_from_slice(&truth.values);
            (self.lo, self.hi) = (self.lo.min(truth.lo), self.hi.max(truth.hi));
        }
    }

    /// Sets `lo` and `hi` from the finite values.
    pub fn fit_range(&mut self) {
        let (mut lo, mut hi) = (f32::INFINITY, f32::NEG_INFINITY);
        for &v in self.values.iter().filter(|v| v.is_finite()) {
            lo = lo.min(v);
            hi = hi.max(v);
        }
        if lo > hi {
            (lo, hi) = (0.0, 0.0);
        }
        (self.lo, self.hi) = (lo, hi);
    }

    /// Fills a picture in colour from `rows * cols` pixels read through `at(row, col)`, row 0 at the top; a pixel that is not
    /// seen is NaN. A larger picture than `extent` is averaged over equal blocks of cells, over the pixels that are seen.
    pub fn colour(&mut self, rows: usize, cols: usize, extent: Extent, mut at: impl FnMut(usize, usize) -> [f64; 3]) {
        let block = |n: usize, most: u32| n.div_ceil((most as usize).max(1)).max(1);
        let (br, bc) = (block(rows, extent.height), block(cols, extent.width));
        let (h, w) = (rows.div_ceil(br), cols.div_ceil(bc));
        self.start(PictureKind::Colour, w, h);
        for r in 0..h {
            for c in 0..w {
                let (mut sum, mut count) = ([0.0; 3], 0u32);
                for rr in r * br..((r + 1) * br).min(rows) {
                    for cc in c * bc..((c + 1) * bc).min(cols) {
                        let rgb = at(rr, cc);
                        if !rgb[0].is_nan() {
                            sum.iter_mut().zip(rgb).for_each(|(sum, x)| *sum += x);
                            count += 1;
                        }
                    }
                }
                // Where no pixel is seen, 0/0 is the hole.
                self.values.extend(sum.map(|x| (x / f64::from(count)) as f32));
            }
        }
        (self.lo, self.hi) = (0.0, 1.0);
    }

    /// Fills a field from `rows * cols` values read through `at(row, col)`, row 0 at the top. A field that is larger than
    /// `extent` is averaged over equal blocks of cells, so that no line vanishes between samples.
    pub fn field(&mut self, rows: usize, cols: usize, extent: Extent, mut at: impl FnMut(usize, usize) -> f64) {
        let block = |n: usize, most: u32| n.div_ceil((most as usize).max(1)).max(1);
        let (br, bc) = (block(rows, extent.height), block(cols, extent.width));
        let (h, w) = (rows.div_ceil(br), cols.div_ceil(bc));
        self.start(PictureKind::Field, w, h);
        for r in 0..h {
            for c in 0..w {
                let (mut sum, mut count) = (0.0, 0u32);
                for rr in r * br..((r + 1) * br).min(rows) {
                    for cc in c * bc..((c + 1) * bc).min(cols) {
                        sum += at(rr, cc);
                        count += 1;
                    }
                }
                self.values.push((sum / f64::from(count)) as f32);
            }
        }
        self.fit_range();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_keep_their_points_and_where_there_are_too_many_their_peaks() {
        let mut out = Picture::default();
        let extent = |width| Extent { width, height: 10 };
        out.line((3, 2), extent(8), |i| i as f64 / 2.0, |c, i| (c + 10 * i) as f64);
        assert_eq!((out.kind, out.width, out.height), (PictureKind::Line, 3, 2));
        assert_eq!((&out.aux[..], &out.values[..]), (&[0.0, 0.5, 1.0][..], &[0.0, 10.0, 20.0, 1.0, 11.0, 21.0][..]));
        // One peak upwards, then one downwards, in a thousand points.
        let peaks = |i| if i == 137 { 5.0 } else { f64::from(u8::from(i == 731)) * -3.0 };
        out.line((1000, 1), extent(20), |i| i as f64, |_, i| peaks(i));
        assert_eq!((out.values.len(), out.aux.len(), out.lo, out.hi), (40, 40, -3.0, 5.0));
        assert!(out.aux.is_sorted() && out.aux[0] == 0.0 && out.aux[39] == 999.0);
        let at = |v: f32| out.aux[out.values.iter().position(|x| *x == v).expect("a peak")];
        assert!((at(5.0) - 137.0).abs() < 50.0 && (at(-3.0) - 731.0).abs() < 50.0);
        out.line((900, 1), extent(3), |i| i as f64, |_, i| if i < 300 { f64::NAN } else { 1.0 });
        assert!(out.values[..2].iter().all(|v| v.is_nan()) && out.values[2..] == [1.0; 4]);
        out.line((0, 1), extent(3), |i| i as f64, |_, _| 1.0);
        assert!(out.values.is_empty() && out.aux.is_empty());
    }

    #[test]
    fn curves_take_those_they_should_be_where_they_fit() {
        let (mut out, mut truth) = (Picture::default(), Picture::default());
        let extent = Extent { width: 9, height: 9 };
        out.line((2, 1), extent, |i| i as f64, |_, i| i as f64);
        truth.line((2, 1), extent, |i| i as f64, |_, _| 4.0);
        out.with_truth(&truth);
        out.with_truth(&truth);
        assert_eq!((&out.aux[..], out.lo, out.hi), (&[0.0, 1.0, 4.0, 4.0][..], 0.0, 4.0));
        truth.line((3, 1), extent, |i| i as f64, |_, _| 9.0);
        out.with_truth(&truth);
        assert_eq!((out.aux.len(), out.hi), (4, 4.0));
    }

    #[test]
    fn colours_are_averaged_over_what_is_seen() {
        let mut out = Picture::default();
        let at = |r: usize, c: usize| if r == c { [f64::NAN; 3] } else { [r as f64, c as f64, 0.5] };
        out.colour(3, 2, Extent { width: 1, height: 2 }, at);
        assert_eq!((out.kind, out.width, out.height), (PictureKind::Colour, 1, 2));
        assert_eq!(out.values, [0.5, 0.5, 0.5, 2.0, 0.5, 0.5]);
        out.colour(1, 1, Extent { width: 9, height: 9 }, at);
        assert!(out.values.len() == 3 && out.values.iter().all(|v| v.is_nan()));
    }
}
