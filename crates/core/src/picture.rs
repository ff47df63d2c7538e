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
/// | `Bars` | `width` bar lengths, best first | `width` item numbers (indices into the instance's labels) |
/// | `Scatter` | `width` abscissas | `width` ordinates |
/// | `Spectrum` | `width` values, largest first | the true ones, where known |
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// How to read the buffers.
    pub kind: PictureKind,
    /// Columns, or the number of items.
    pub width: u32,
    /// Rows; 1 unless a field.
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
