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
/// | `Field` | `width * height`, row by row from the top; NaN is a hole | empty, or 1 where an entry was given and 0 elsewhere; of a field with a flow what [`Flow`] reads |
/// | `Bars` | `width` bar lengths, best first | `width` item numbers (indices into the instance's labels); then the low and the high ends of their intervals, `width` each, where there are any |
/// | `Scatter` | `width` abscissas | `width` ordinates |
/// | `Spectrum` | `width` values, largest first | the true ones, where known |
/// | `Colour` | `width * height` triples of red, green and blue from `lo` to `hi`, row by row; NaN is a hole | as for `Field`, without a flow |
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

    /// Adds a flow to a field: vectors read through `at(row, col)` at `rows * cols` nodes, row 0 at the top, as parts of the width to
    /// the right and of the height upwards. At most [`Flow::MOST`] along each side are kept, means over equal blocks of what is known.
    pub fn flow(&mut self, rows: usize, cols: usize, mut at: impl FnMut(usize, usize) -> [f64; 2]) {
        let block = |n: usize| n.div_ceil(Flow::MOST).max(1);
        let (br, bc) = (block(rows), block(cols));
        let (h, w) = (rows.div_ceil(br), cols.div_ceil(bc));
        self.aux.clear();
        self.aux.resize(2 + 2 * w * h, f32::NAN);
        (self.aux[0], self.aux[1]) = (w as f32, h as f32);
        for r in 0..h {
            for c in 0..w {
                let (mut sum, mut count) = ([0.0; 2], 0u32);
                for rr in r * br..((r + 1) * br).min(rows) {
                    for cc in c * bc..((c + 1) * bc).min(cols) {
                        let [x, y] = at(rr, cc);
                        if x.is_finite() && y.is_finite() {
                            sum = [sum[0] + x, sum[1] + y];
                            count += 1;
                        }
                    }
                }
                if count > 0 {
                    let [x, y] = sum.map(|v| (v / f64::from(count)) as f32);
                    (self.aux[2 + r * w + c], self.aux[2 + w * h + r * w + c]) = (x, y);
                }
            }
        }
    }
}

/// The flow that a field brings along in `aux`: columns, rows, then the velocities to the right, in widths of the picture, and
/// upwards, in heights, row by row from the top.
/// The vectors stand in the middles of `cols * rows` equal parts of the picture; NaN is where there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow<'a> {
    /// Columns.
    pub cols: usize,
    /// Rows.
    pub rows: usize,
    /// Widths of the picture to the right.
    pub right: &'a [f32],
    /// Heights of the picture upwards.
    pub up: &'a [f32],
}

impl<'a> Flow<'a> {
    /// The most vectors along one side.
    pub const MOST: usize = 48;

    /// Reads it; none where there is none.
    pub fn read(aux: &'a [f32]) -> Option<Flow<'a>> {
        let (&[cols, rows], parts) = aux.split_first_chunk()?;
        let (cols, rows) = (cols as usize, rows as usize);
        if cols * rows == 0 || parts.len() != 2 * cols * rows {
            return None;
        }
        let (right, up) = parts.split_at(cols * rows);
        Some(Flow { cols, rows, right, up })
    }

    /// The vector at a place given as fractions of the picture from its upper left, between the four nearest; none where one of them is missing.
    pub fn at(&self, x: f64, y: f64) -> Option<[f64; 2]> {
        if !(0.0..=1.0).contains(&x) || !(0.0..=1.0).contains(&y) {
            return None;
        }
        let near = |part: f64, count: usize| {
            let at = (part * count as f64 - 0.5).clamp(0.0, (count - 1) as f64);
            let low = (at as usize).min(count.saturating_sub(2));
            (low, (low + 1).min(count - 1), at - low as f64)
        };
        let ((c0, c1, s), (r0, r1, t)) = (near(x, self.cols), near(y, self.rows));
        let mix = |part: &[f32]| {
            let of = |r: usize, c: usize| f64::from(part[r * self.cols + c]);
            (1.0 - t) * ((1.0 - s) * of(r0, c0) + s * of(r0, c1)) + t * ((1.0 - s) * of(r1, c0) + s * of(r1, c1))
        };
        let vector = [mix(self.right), mix(self.up)];
        vector.iter().all(|v| v.is_finite()).then_some(vector)
    }

    /// The largest length of a vector.
    pub fn fastest(&self) -> f64 {
        let squares = self.right.iter().zip(self.up).map(|(x, y)| f64::from(x * x + y * y));
        squares.filter(|v| v.is_finite()).fold(0.0, f64::max).sqrt()
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
    fn a_flow_is_thinned_and_read_between_its_vectors() {
        let mut out = Picture::default();
        out.field(2, 3, Extent { width: 8, height: 8 }, |_, _| 1.0);
        assert!(Flow::read(&out.aux).is_none());
        out.flow(2, 3, |row, col| if (row, col) == (1, 2) { [f64::NAN; 2] } else { [col as f64, row as f64] });
        let flow = Flow::read(&out.aux).expect("a flow");
        assert_eq!((flow.cols, flow.rows, flow.right[1], flow.up[3]), (3, 2, 1.0, 1.0));
        assert_eq!((flow.at(1.0 / 3.0, 0.5), flow.at(0.0, 0.0)), (Some([0.5, 0.5]), Some([0.0, 0.0])));
        assert_eq!((flow.at(0.99, 0.99), flow.at(1.1, 0.5)), (None, None));
        assert!((flow.fastest() - 2.0).abs() < 1e-12);
        // A hole does not take its whole block with it.
        out.flow(96, 96, |row, col| if row == 0 { [f64::NAN; 2] } else { [1.0, -(col as f64)] });
        let flow = Flow::read(&out.aux).expect("a flow");
        assert_eq!((flow.cols, flow.right[0], flow.up[1]), (48, 1.0, -2.5));
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
