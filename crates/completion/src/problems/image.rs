//! A picture of which a part is seen, taken as a matrix.

use std::rc::Rc;

use iterscope_core::{
    BuildError, DataKind, Dataset, Image, Instance, Level, List, Note, ParamInfo, Problem, ProblemInfo, ProblemInput,
    Severity, Str,
};
use iterscope_kernels::dense::{a_bt, symmetric_eigen, transpose};
use iterscope_kernels::rng::Rng;

use super::{mask, pictures};
use crate::measure::Measure;
use crate::model::{Baseline, Completion, Data, Entries, Form, Model, Truth, check_rank};
use crate::notes::{coverage, grouped, sampling};

const PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "picture",
        "picture",
        "A built-in picture; a picture of your own takes its place.",
        &[("waves", "waves (rank 5 exactly)"), ("poster", "poster"), ("landscape", "landscape")],
        "landscape",
    ),
    ParamInfo::int("size", "size", "Pixels of the longer side; a larger picture is averaged down.", [8, 256], 96),
    ParamInfo::int("rank", "rank", "The rank that methods use by default.", [1, 100], 10),
    ParamInfo::choice(
        "mask",
        "what is hidden",
        "Single pixels at random, squares at random, scratches at random, what lies under lines of text, or what is painted \
         over.",
        &[
            ("rate", "pixels at random"),
            ("blocks", "squares at random"),
            ("scratches", "scratches"),
            ("text", "under a text"),
            ("brush", "painted strokes"),
        ],
        "rate",
    ),
    ParamInfo::real(
        "rate",
        "share seen",
        "Share of the pixels (or squares) that is seen; scratches are drawn until no more is left.",
        [0.01, 1.0],
        0.4,
    )
    .when("mask", &["rate", "blocks", "scratches"]),
    ParamInfo::brush("holes", "holes", "Paint over the picture what the methods must not see.")
        .when("mask", &["brush"]),
];

/// `completion.image`.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("completion.image"),
        label: Str::Borrowed("picture"),
        summary: Str::Borrowed(
            "A grey picture, built in or your own, with pixels hidden at random, in squares, by scratches, by a text or by your brush. Its rows and \
             columns are taken as a matrix and filled in with one of low rank.",
        ),
        math: Str::Borrowed(
            r"\min_{U, V} \tfrac12 \sum_{(i,j) \text{ seen}} \big( u_i^{\top} v_j - M_{ij} \big)^2,
\qquad \frac{\lVert U V^{\top} - M \rVert_F}{\lVert M \rVert_F} \ge \frac{\big(\sum_{s > r} \sigma_s(M)^2\big)^{1/2}}{\lVert M \rVert_F}",
        ),
        params: List::Borrowed(PARAMS),
        data: Some(DataKind::Image),
        data_required: false,
    },
    build,
};

fn build(input: &ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError> {
    let v = input.values;
    let (size, rank, rate) = (v.size("size"), v.size("rank"), v.real("rate"));
    let mut notes = Vec::new();
    let (n, m, grey) = match input.data {
        None => (size, size, pictures::picture(v.text("picture"), size)),
        Some(Dataset::Image(image)) => {
            check(image)?;
            notes.extend(image.remarks.iter().map(|r| Note::new(Severity::Info, Some("data"), r.clone())));
            shrink(image, size)
        }
        Some(_) => return Err(BuildError::new("data", "must be a picture: a PNG or JPEG file")),
    };
    check_rank(rank, m, n)?;
    let mut rng = Rng::new(input.seed);
    let kind = v.text("mask");
    let (seen, field) = match kind {
        "blocks" => (mask::by_blocks(n, m, rate, &mut rng), "rate"),
        "scratches" => (mask::by_scratches(n, m, rate, &mut rng), "rate"),
        "text" => (mask::by_text(n, m), "mask"),
        "brush" => (mask::by_strokes(n, m, &mask::parse("holes", v.text("holes"))?), "holes"),
        _ => (mask::by_rate(n, m, rate, &mut rng), "rate"),
    };
    let triplets: Vec<(u32, u32, f64)> =
        (0..m * n).filter(|&e| seen[e]).map(|e| ((e / n) as u32, (e % n) as u32, grey[e])).collect();
    let entries = Entries::new(m, n, &triplets, field)?;
    notes.push(sampling(&entries, rank));
    notes.extend(coverage(&entries, rank, ["row", "rows"], ["column", "columns"]));
    if kind == "brush" && entries.count() == m * n {
        let text = "Nothing is hidden. Paint over the picture to make holes.";
        notes.push(Note::new(Severity::Info, Some("holes"), text));
    }
    let singular = singular_values(&grey, m, n);
    let best = best_error(&singular, rank);
    let text = format!(
        "The best rank-{rank} picture differs from this one by {:.2} % (relative Frobenius norm): no matrix of \
         that rank is closer.",
        100.0 * best
    );
    notes.push(Note::new(Severity::Info, Some("rank"), text));
    let mut levels = Vec::new();
    if best > 1e-7 {
        let (series, label) = (Str::Borrowed("error.all.rel"), format!("best of rank {rank}"));
        levels.push(Level { series, label, value: best });
    }
    Ok(Completion::instance(Model {
        rows: m,
        cols: n,
        rank,
        summary: format!("{n} x {m} pixels, {} seen", grouped(entries.count())),
        data: Data::Entries(entries),
        truth: Some(Truth::Dense(grey)),
        singular,
        held_out: Vec::new(),
        baseline: Baseline::zero(m, n),
        range: (0.0, 1.0),
        form: Form::Matrix,
        notes,
        levels,
        measures: vec![Measure::ResidualSeen, Measure::ErrorAll, Measure::RmseSeen, Measure::GradientStops],
    }))
}

fn check(image: &Image) -> Result<(), BuildError> {
    if image.width == 0 || image.height == 0 || image.grey.len() != image.width * image.height {
        return Err(BuildError::new("data", "the picture has no pixels, or not as many as its size says"));
    }
    if !image.grey.iter().all(|g| (0.0..=1.0).contains(g)) {
        return Err(BuildError::new("data", "grey values must lie between 0 and 1"));
    }
    Ok(())
}

/// Averages the picture down until its longer side has at most `size` pixels. Returns width, height, grey values.
fn shrink(image: &Image, size: usize) -> (usize, usize, Vec<f64>) {
    let (w, h) = (image.width, image.height);
    let longer = w.max(h);
    if longer <= size {
        return (w, h, image.grey.clone());
    }
    let (nw, nh) = ((w * size / longer).max(1), (h * size / longer).max(1));
    let span = |i: usize, n: usize, new: usize| i * n / new..((i + 1) * n).div_ceil(new);
    let mut grey = Vec::with_capacity(nw * nh);
    for r in 0..nh {
        for c in 0..nw {
            let (rows, cols) = (span(r, h, nh), span(c, w, nw));
            let count = rows.len() * cols.len();
            let total: f64 = rows.map(|i| cols.clone().map(|j| image.grey[i * w + j]).sum::<f64>()).sum();
            grey.push(total / count as f64);
        }
    }
    (nw, nh, grey)
}

/// Singular values, largest first, from the smaller Gram matrix: those below 1e-7 of the largest are lost to rounding
/// and set to zero, which is more than a plot or a bound needs.
fn singular_values(a: &[f64], m: usize, n: usize) -> Vec<f64> {
    let p = m.min(n);
    let mut t = vec![0.0; m * n];
    let rows = if m <= n {
        a
    } else {
        transpose(a, &mut t, m, n);
        &t
    };
    let mut gram = vec![0.0; p * p];
    a_bt(rows, rows, &mut gram, p, p, m.max(n));
    let mut values = symmetric_eigen(&gram, p).0;
    let least = 1e-14 * values.first().copied().unwrap_or(0.0);
    values.iter_mut().for_each(|x| *x = if *x > least { x.sqrt() } else { 0.0 });
    values
}

/// Relative error of the best approximation of that rank.
fn best_error(singular: &[f64], rank: usize) -> f64 {
    let square = |s: &[f64]| s.iter().map(|x| x * x).sum::<f64>();
    let total = square(singular);
    if total > 0.0 { (square(&singular[rank.min(singular.len())..]) / total).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_kernels::dense::svd;

    #[test]
    fn singular_values_agree_with_the_svd() {
        for (m, n) in [(40, 24), (24, 40)] {
            let grey: Vec<f64> = pictures::picture("landscape", 40)[..m * n].to_vec();
            let exact = svd(&grey, m, n).1;
            let found = singular_values(&grey, m, n);
            assert!(found.iter().zip(&exact).all(|(a, b)| (a - b).abs() < 1e-6 * exact[0]));
        }
    }

    #[test]
    fn shrinking_keeps_the_mean() {
        let grey: Vec<f64> = (0..60).map(|e| f64::from(e) / 60.0).collect();
        let image = Image { width: 10, height: 6, grey, ..Image::default() };
        let (w, h, small) = shrink(&image, 5);
        assert_eq!((w, h), (5, 3));
        let mean = |g: &[f64]| g.iter().sum::<f64>() / g.len() as f64;
        assert!((mean(&small) - mean(&image.grey)).abs() < 1e-12);
        assert_eq!(shrink(&image, 10), (10, 6, image.grey.clone()));
    }
}
