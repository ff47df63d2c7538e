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
/// | `Points` | `width` abscissas, then as many ordinates; `height` is 2 | the same of the true places, where known |
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// How to read the buffers.
    pub kind: PictureKind,
    /// Columns, or the number of items.
    pub width: u32,
    /// Rows; 1 for bars, scatter and spectrum.
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
