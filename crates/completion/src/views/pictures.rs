//! Pictures: the matrix, its error, its spectrum, what was seen. Fields larger than their extent show means of equal
//! blocks; for a product of factors the mean of a block is the product of the factors' means, so that a table of
//! a million rows costs no more than its factors.

use iterscope_core::{Extent, Picture, PictureInfo, PictureKind};
use iterscope_kernels::dense::singular_values_of_product;

use crate::model::canvas::Canvas;
use crate::model::factors::{Factors, inner};
use crate::model::{Data, Form, Model, Truth};

/// A scatter picture has as many points as it has columns, but at least this many if there are.
const POINTS: u32 = 64;
/// How many of the true singular values beyond the rank of the iterate are shown.
const BEYOND: usize = 5;

/// The picture that [`super::singular_history`] draws.
pub const SINGULAR_HISTORY: &str = "singular-history";

/// Pictures of an iterate.
pub fn offered(model: &Model) -> Vec<PictureInfo> {
    let mut all = Vec::new();
    if matches!(model.form, Form::Points(_)) {
        all.push(PictureInfo::new("points", "map", PictureKind::Points));
    }
    all.push(match &model.form {
        Form::Pixels(c) => photograph("matrix", "picture", c),
        _ => PictureInfo::new("matrix", "matrix", PictureKind::Field),
    });
    if model.truth.is_some() {
        all.push(PictureInfo::new("error", "error", PictureKind::Field).signed());
    }
    if !model.held_out.is_empty() {
        all.push(PictureInfo::new("predictions", "held out: actual, predicted", PictureKind::Scatter));
    }
    all.push(PictureInfo::new("spectrum", "singular values", PictureKind::Spectrum));
    let label = if model.singular.is_empty() {
        "singular values by step, log₁₀"
    } else {
        "singular values by step, true = 1"
    };
    all.push(PictureInfo::new(SINGULAR_HISTORY, label, PictureKind::Field));
    all
}

fn photograph(key: &'static str, label: &'static str, canvas: &Canvas) -> PictureInfo {
    match canvas.channels {
        3 => PictureInfo::new(key, label, PictureKind::Colour),
        _ => PictureInfo::new(key, label, PictureKind::Field).grey(),
    }
}

/// Pictures of the problem.
pub fn given(model: &Model) -> Vec<PictureInfo> {
    let mut all = Vec::new();
    let picture = |key, label| match &model.form {
        Form::Pixels(canvas) => photograph(key, label, canvas),
        _ => PictureInfo::new(key, label, PictureKind::Field),
    };
    if matches!(model.data, Data::Entries(_)) {
        all.push(picture("seen", "what is seen"));
    }
    if model.truth.is_some() {
        all.push(picture("truth", "truth"));
    }
    all
}

/// Draws a picture of the problem; false if it has none of that key.
pub fn draw_given(model: &Model, key: &str, extent: Extent, out: &mut Picture) -> bool {
    if !given(model).iter().any(|p| p.key == key) {
        return false;
    }
    if let Form::Pixels(canvas) = &model.form
        && !canvas.is_plain()
    {
        canvas.draw(&canvas.truth, key == "seen", extent, out);
        (out.lo, out.hi) = range(model);
        return true;
    }
    let blocks = Blocks::new(model, extent);
    if key == "truth" {
        blocks.field(out, blocks.truth(model));
    } else {
        let (sums, counts) = blocks.seen(model);
        blocks.field(out, sums.iter().zip(&counts).map(|(s, &c)| if c > 0 { s / f64::from(c) } else { f64::NAN }));
        blocks.mask(out, &counts);
    }
    (out.lo, out.hi) = range(model);
    true
}

/// Draws a picture of an iterate; an unknown key leaves `out` empty.
pub fn draw(model: &Model, key: &str, x: &Factors, extent: Extent, out: &mut Picture) {
    match (key, &model.form) {
        ("matrix", Form::Pixels(canvas)) if !canvas.is_plain() => {
            canvas.draw(&canvas.assemble(|i, j| x.at(i, j)), false, extent, out);
            (out.lo, out.hi) = range(model);
        }
        ("error", Form::Pixels(canvas)) if !canvas.is_plain() => {
            canvas.draw_error(&canvas.assemble(|i, j| x.at(i, j)), extent, out);
            symmetric(out);
        }
        ("points", Form::Points(points)) => points.draw(&points.places(x), extent, out),
        ("matrix", _) => {
            let blocks = Blocks::new(model, extent);
            blocks.field(out, blocks.product(model, x));
            blocks.mask(out, &blocks.seen(model).1);
            (out.lo, out.hi) = range(model);
        }
        ("error", _) if model.truth.is_some() => {
            let blocks = Blocks::new(model, extent);
            let product = blocks.product(model, x);
            blocks.field(out, product.iter().zip(blocks.truth(model)).map(|(p, t)| p - t));
            blocks.mask(out, &blocks.seen(model).1);
            symmetric(out);
        }
        ("predictions", _) => scatter(model, x, extent, out),
        ("spectrum", _) => spectrum(model, x, out),
        _ => out.start(PictureKind::Field, 0, 0),
    }
}

fn symmetric(out: &mut Picture) {
    out.fit_range();
    let most = out.hi.max(-out.lo);
    (out.lo, out.hi) = (-most, most);
}

fn range(model: &Model) -> (f32, f32) {
    (model.range.0 as f32, model.range.1 as f32)
}

fn scatter(model: &Model, x: &Factors, extent: Extent, out: &mut Picture) {
    let most = extent.width.max(POINTS) as usize;
    let stride = model.held_out.len().div_ceil(most).max(1);
    let shown = || model.held_out.iter().step_by(stride);
    out.start(PictureKind::Scatter, shown().count(), 1);
    for e in shown() {
        let (i, j) = (e.row as usize, e.col as usize);
        let base = model.baseline.at(i, j);
        out.values.push((base + e.value) as f32);
        out.aux.push(model.predicted(x, i, j) as f32);
    }
    out.fit_range();
}

fn spectrum(model: &Model, x: &Factors, out: &mut Picture) {
    let mut values = singular_values_of_product(&x.u, &x.v, model.rows, model.cols, x.rank);
    let width = values.len().max(model.singular.len().min(values.len() + BEYOND));
    values.resize(width, 0.0);
    out.start(PictureKind::Spectrum, width, 1);
    out.values.extend(values.iter().map(|&s| s as f32));
    if !model.singular.is_empty() {
        let truth = model.singular.iter().copied().chain(std::iter::repeat(0.0));
        out.aux.extend(truth.take(width).map(|s| s as f32));
    }
    out.fit_range();
}

/// A partition of the matrix into equal blocks, one for each cell of a picture.
struct Blocks {
    rows: usize,
    cols: usize,
    tall: usize,
    wide: usize,
}

impl Blocks {
    fn new(model: &Model, extent: Extent) -> Blocks {
        let block = |n: usize, most: u32| n.div_ceil((most as usize).max(1)).max(1);
        Blocks {
            rows: model.rows,
            cols: model.cols,
            tall: block(model.rows, extent.height),
            wide: block(model.cols, extent.width),
        }
    }

    fn height(&self) -> usize {
        self.rows.div_ceil(self.tall)
    }

    fn width(&self) -> usize {
        self.cols.div_ceil(self.wide)
    }

    fn field(&self, out: &mut Picture, values: impl IntoIterator<Item = f64>) {
        out.start(PictureKind::Field, self.width(), self.height());
        out.values.extend(values.into_iter().map(|v| v as f32));
    }

    /// 1 where at least half of the block was seen.
    fn mask(&self, out: &mut Picture, counts: &[u32]) {
        let w = self.width();
        for (cell, &count) in counts.iter().enumerate() {
            let tall = self.tall.min(self.rows - cell / w * self.tall);
            let wide = self.wide.min(self.cols - cell % w * self.wide);
            out.aux.push(if count > 0 && 2 * count as usize >= tall * wide { 1.0 } else { 0.0 });
        }
    }

    /// Block means of U V' plus the baseline.
    fn product(&self, model: &Model, x: &Factors) -> Vec<f64> {
        let b = &model.baseline;
        let (u, v) = (means(&x.u, x.rank, self.tall), means(&x.v, x.rank, self.wide));
        let (row, col) = (means(&b.row, 1, self.tall), means(&b.col, 1, self.wide));
        let mut out = Vec::with_capacity(row.len() * col.len());
        for (u, r) in u.chunks_exact(x.rank).zip(&row) {
            out.extend(v.chunks_exact(x.rank).zip(&col).map(|(v, c)| b.mean + r + c + inner(u, v)));
        }
        out
    }

    /// Block means of the truth, which problems with a baseline do not have.
    fn truth(&self, model: &Model) -> Vec<f64> {
        match &model.truth {
            None => Vec::new(),
            Some(Truth::Factors(f)) => self.product(model, f),
            Some(Truth::Dense(values)) => {
                let mut by_rows = means(values, self.cols, self.tall);
                by_rows = by_rows.chunks_exact(self.cols).flat_map(|row| means(row, 1, self.wide)).collect();
                by_rows
            }
        }
    }

    /// Sums of the seen entries, baseline included, and their counts.
    fn seen(&self, model: &Model) -> (Vec<f64>, Vec<u32>) {
        let (w, h) = (self.width(), self.height());
        let (mut sums, mut counts) = (vec![0.0; w * h], vec![0u32; w * h]);
        if let Data::Entries(entries) = &model.data {
            for i in 0..self.rows {
                for (j, value) in entries.by_row.row_iter(i) {
                    let cell = i / self.tall * w + j / self.wide;
                    sums[cell] += value + model.baseline.at(i, j);
                    counts[cell] += 1;
                }
            }
        }
        (sums, counts)
    }
}

/// Means of groups of `block` rows of a matrix with `k` columns.
fn means(a: &[f64], k: usize, block: usize) -> Vec<f64> {
    let groups = a.chunks(block * k);
    let mut out = vec![0.0; groups.len() * k];
    for (mean, group) in out.chunks_exact_mut(k).zip(groups) {
        for row in group.chunks_exact(k) {
            for (m, x) in mean.iter_mut().zip(row) {
                *m += x;
            }
        }
        let count = (group.len() / k) as f64;
        for m in mean {
            *m /= count;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn block_means_of_a_product_are_products_of_means() {
        let x = Factors { rank: 2, u: (0..10).map(f64::from).collect(), v: (3..11).map(f64::from).collect() };
        let blocks = Blocks { rows: 5, cols: 4, tall: 2, wide: 3 };
        let mut direct = Vec::new();
        for r in [0..2, 2..4, 4..5] {
            for c in [0..3, 3..4] {
                let cells: Vec<f64> =
                    r.clone().flat_map(|i| c.clone().map(move |j| (i, j))).map(|(i, j)| x.at(i, j)).collect();
                direct.push(cells.iter().sum::<f64>() / cells.len() as f64);
            }
        }
        let (u, v) = (means(&x.u, 2, blocks.tall), means(&x.v, 2, blocks.wide));
        let quick: Vec<f64> = u.chunks(2).flat_map(|u| v.chunks(2).map(|v| inner(u, v)).collect::<Vec<_>>()).collect();
        assert!(direct.iter().zip(&quick).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
