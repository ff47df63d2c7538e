//! How a matrix holds the pixels of a picture: rows of pixels, colours beside or below each other, or patches as columns.

use iterscope_core::{Artifact, BuildError, Extent, Picture};
use iterscope_kernels::reduce::norm2;

use crate::model::factors::Factors;

/// The most entries that a matrix of patches may have.
const MOST: usize = 4_000_000;

/// A picture and the matrix that is made of it. Planes hold `channels * height * width` numbers, one channel after the
/// other, row by row from the top.
#[derive(Debug)]
pub struct Canvas {
    /// Columns of pixels.
    pub width: usize,
    /// Rows of pixels.
    pub height: usize,
    /// 1 for grey, 3 for red, green and blue.
    pub channels: usize,
    /// The true picture, as planes.
    pub truth: Vec<f64>,
    /// Which pixels are seen, row by row.
    pub seen: Vec<bool>,
    /// Where the pixels stand in the matrix.
    pub arrangement: Arrangement,
}

/// Where the pixels of a picture stand in its matrix.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrangement {
    /// As in the picture; colours side by side: height x (channels * width).
    Beside,
    /// As in the picture; colours one below the other: (channels * height) x width.
    Stacked,
    /// Every column is one square of `side * side` pixels, its colours one after the other.
    Patches {
        /// Pixels of a side.
        side: usize,
        /// First rows of the squares.
        tops: Vec<usize>,
        /// First columns of the squares.
        lefts: Vec<usize>,
    },
}

impl Arrangement {
    /// Squares that stand `stride` pixels apart; the last ones stand at the border, so that every pixel is in one.
    ///
    /// # Errors
    /// Names `patch` where a square is larger than the picture, `stride` where there would be too many.
    pub fn patches(
        width: usize,
        height: usize,
        channels: usize,
        side: usize,
        stride: usize,
    ) -> Result<Arrangement, BuildError> {
        if side > width.min(height) {
            let why = format!("squares of {side} pixels do not fit into {width} x {height}; choose smaller ones");
            return Err(BuildError::new("patch", why));
        }
        let starts = |n: usize| -> Vec<usize> {
            let last = n - side;
            let mut all: Vec<usize> = (0..last).step_by(stride).collect();
            all.push(last);
            all
        };
        let (tops, lefts) = (starts(height), starts(width));
        let size = tops.len() * lefts.len() * side * side * channels;
        if size > MOST {
            let why = format!(
                "{} overlapping squares make a matrix of {size} entries, more than {MOST}; choose a larger stride",
                tops.len() * lefts.len()
            );
            return Err(BuildError::new("stride", why));
        }
        Ok(Arrangement::Patches { side, tops, lefts })
    }
}

impl Canvas {
    /// Rows and columns of the matrix.
    pub fn shape(&self) -> (usize, usize) {
        match &self.arrangement {
            Arrangement::Beside => (self.height, self.channels * self.width),
            Arrangement::Stacked => (self.channels * self.height, self.width),
            Arrangement::Patches { side, tops, lefts } => (self.channels * side * side, tops.len() * lefts.len()),
        }
    }

    /// The place in a plane of entry (i, j): channel, then row and column together.
    fn place(&self, i: usize, j: usize) -> (usize, usize) {
        match &self.arrangement {
            Arrangement::Beside => (j / self.width, i * self.width + j % self.width),
            Arrangement::Stacked => (i / self.height, i % self.height * self.width + j),
            Arrangement::Patches { side, tops, lefts } => {
                let (channel, at) = (i / (side * side), i % (side * side));
                let (top, left) = (tops[j / lefts.len()], lefts[j % lefts.len()]);
                (channel, (top + at / side) * self.width + left + at % side)
            }
        }
    }

    /// The pixel at which entry (i, j) stands.
    pub fn pixel(&self, i: usize, j: usize) -> usize {
        self.place(i, j).1
    }

    /// Whether the matrix is the picture itself.
    pub fn is_plain(&self) -> bool {
        self.channels == 1 && !self.has_patches()
    }

    /// Whether a pixel may stand in the matrix more than once.
    pub fn has_patches(&self) -> bool {
        matches!(self.arrangement, Arrangement::Patches { .. })
    }

    /// The matrix of the true picture, row by row, and whether each entry is seen.
    pub fn matrix(&self) -> (Vec<f64>, Vec<bool>) {
        let (m, n) = self.shape();
        let plane = self.width * self.height;
        let (mut values, mut seen) = (Vec::with_capacity(m * n), Vec::with_capacity(m * n));
        for i in 0..m {
            for j in 0..n {
                let (channel, pixel) = self.place(i, j);
                values.push(self.truth[channel * plane + pixel]);
                seen.push(self.seen[pixel]);
            }
        }
        (values, seen)
    }

    /// The picture that a matrix makes, as planes: where a pixel stands in it several times, the mean.
    pub fn assemble(&self, mut at: impl FnMut(usize, usize) -> f64) -> Vec<f64> {
        let (m, n) = self.shape();
        let plane = self.width * self.height;
        let (mut sums, mut counts) = (vec![0.0; self.channels * plane], vec![0u32; self.channels * plane]);
        for i in 0..m {
            for j in 0..n {
                let (channel, pixel) = self.place(i, j);
                sums[channel * plane + pixel] += at(i, j);
                counts[channel * plane + pixel] += 1;
            }
        }
        for (sum, &count) in sums.iter_mut().zip(&counts) {
            *sum /= f64::from(count.max(1));
        }
        sums
    }

    /// Relative error of the picture that an iterate makes.
    pub fn error(&self, x: &Factors) -> f64 {
        let mut planes = self.assemble(|i, j| x.at(i, j));
        planes.iter_mut().zip(&self.truth).for_each(|(p, t)| *p -= t);
        let size = norm2(&self.truth);
        norm2(&planes) / if size > 0.0 { size } else { 1.0 }
    }

    /// The picture that an iterate makes, colours side by side.
    pub fn result(&self, x: &Factors) -> Artifact {
        let (w, plane) = (self.width, self.width * self.height);
        let planes = self.assemble(|i, j| x.at(i, j));
        let cols = self.channels * w;
        let at = |e: usize| planes[e % cols / w * plane + e / cols * w + e % w];
        Artifact::Grid { rows: self.height, cols, values: (0..planes.len()).map(at).collect() }
    }

    /// Draws planes: a field, or a picture in colour. `hidden` shows holes where nothing is seen.
    pub fn draw(&self, planes: &[f64], hidden: bool, extent: Extent, out: &mut Picture) {
        let (w, plane) = (self.width, self.width * self.height);
        let at = |channel: usize, pixel: usize| {
            if hidden && !self.seen[pixel] { f64::NAN } else { planes[channel * plane + pixel] }
        };
        if self.channels == 3 {
            out.colour(self.height, w, extent, |r, c| std::array::from_fn(|channel| at(channel, r * w + c)));
        } else {
            out.field(self.height, w, extent, |r, c| at(0, r * w + c));
        }
        self.mask(out);
    }

    /// Draws the difference to the truth, mean over the channels.
    pub fn draw_error(&self, planes: &[f64], extent: Extent, out: &mut Picture) {
        let (w, plane) = (self.width, self.width * self.height);
        out.field(self.height, w, extent, |r, c| {
            let mut sum = 0.0;
            for channel in 0..self.channels {
                let pixel = channel * plane + r * w + c;
                sum += planes[pixel] - self.truth[pixel];
            }
            sum / self.channels as f64
        });
        self.mask(out);
    }

    /// 1 where at least half of the pixels of a cell are seen.
    fn mask(&self, out: &mut Picture) {
        let cells = Extent { width: out.width.max(1), height: out.height.max(1) };
        let mut share = Picture::default();
        share.field(self.height, self.width, cells, |r, c| if self.seen[r * self.width + c] { 1.0 } else { 0.0 });
        out.aux.clear();
        out.aux.extend(share.values.iter().map(|&s| if s >= 0.5 { 1.0 } else { 0.0 }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_core::PictureKind;

    fn canvas(channels: usize, arrangement: Arrangement) -> Canvas {
        let (width, height) = (7, 5);
        let truth = (0..channels * width * height).map(|e| e as f64).collect();
        Canvas { width, height, channels, truth, seen: (0..35).map(|e| e % 3 > 0).collect(), arrangement }
    }

    #[test]
    fn every_arrangement_gives_the_picture_back() {
        let patches = |channels, side, stride| Arrangement::patches(7, 5, channels, side, stride).expect("it fits");
        for channels in [1, 3] {
            let all = [Arrangement::Beside, Arrangement::Stacked, patches(channels, 3, 2), patches(channels, 2, 2)];
            for arrangement in all {
                let canvas = canvas(channels, arrangement);
                let (m, n) = canvas.shape();
                let (values, seen) = canvas.matrix();
                assert_eq!((values.len(), seen.len()), (m * n, m * n));
                assert_eq!(canvas.assemble(|i, j| values[i * n + j]), canvas.truth, "{:?}", canvas.arrangement);
                let back = canvas.assemble(|i, j| if seen[i * n + j] { 1.0 } else { 0.0 });
                assert!(back.iter().enumerate().all(|(e, &b)| (b == 1.0) == canvas.seen[e % 35] && b * b == b));
            }
        }
    }

    #[test]
    fn patches_stand_as_asked_and_reach_the_border() {
        let Ok(Arrangement::Patches { side, tops, lefts }) = Arrangement::patches(7, 5, 1, 2, 2) else {
            panic!("fits")
        };
        assert_eq!((side, tops, lefts), (2, vec![0, 2, 3], vec![0, 2, 4, 5]));
        assert_eq!(Arrangement::patches(7, 5, 1, 6, 2).expect_err("too large").field, "patch");
        assert_eq!(Arrangement::patches(256, 256, 3, 16, 1).expect_err("too many").field, "stride");
    }

    #[test]
    fn colours_are_drawn_and_holes_stay_holes() {
        let canvas = canvas(3, Arrangement::Beside);
        let mut out = Picture::default();
        canvas.draw(&canvas.truth, true, Extent { width: 100, height: 100 }, &mut out);
        assert_eq!((out.kind, out.width, out.height, out.values.len()), (PictureKind::Colour, 7, 5, 105));
        assert!(out.values[0].is_nan() && out.values[3..6] == [1.0, 36.0, 71.0]);
        assert_eq!(out.aux[..4], [0.0, 1.0, 1.0, 0.0]);
        let off: Vec<f64> = canvas.truth.iter().enumerate().map(|(e, t)| t + if e < 35 { 3.0 } else { 0.0 }).collect();
        canvas.draw_error(&off, Extent { width: 100, height: 100 }, &mut out);
        assert!(out.kind == PictureKind::Field && out.values.iter().all(|v| (v - 1.0).abs() < 1e-6));
    }
}
