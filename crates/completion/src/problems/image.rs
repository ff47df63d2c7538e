//! A picture of which a part is seen, taken as a matrix.

use std::rc::Rc;

use iterscope_core::{
    BuildError, DataKind, Dataset, Image, Instance, Level, List, Note, ParamInfo, Problem, ProblemInfo, ProblemInput,
    Severity, Str, words,
};
use iterscope_kernels::dense::{a_bt, symmetric_eigen, transpose};
use iterscope_kernels::rng::Rng;

use super::notes::{connected, coverage, grouped, numbered, sampling};
use super::{mask, sample_pictures};
use crate::instance::Completion;
use crate::model::canvas::{Arrangement, Canvas};
use crate::model::metric::Metric;
use crate::model::{Data, Entries, Form, HeldOut, Model, Truth, check_rank};

/// A picture whose best approximation leaves no more than this is itself of that rank.
const EXACT: f64 = 1e-7;

const PARAMS: &[ParamInfo] = &[
    ParamInfo::choice(
        "picture",
        "Picture",
        "A built-in picture; a picture of your own takes its place.",
        &[
            ("waves", "waves (rank 5 exactly)"),
            ("poster", "poster"),
            ("landscape", "landscape"),
            ("bricks", "brick wall"),
        ],
        "landscape",
    ),
    ParamInfo::choice(
        "colour",
        "Colour",
        "Grey, or red, green and blue as one matrix: three pictures side by side (more columns), or one below the other (more \
         rows). A hidden pixel is hidden in all three.",
        &[("grey", "grey"), ("beside", "colours side by side"), ("stacked", "colours one below the other")],
        "grey",
    ),
    ParamInfo::choice(
        "columns",
        "Columns are",
        "Those of the picture, or small squares of it, because natural pictures are not of low rank but their squares resemble each \
         other: every column is one square, side by side or overlapping. Colours then stand one below the other in each column.",
        &[("pixels", "columns of pixels"), ("tiles", "squares side by side"), ("patches", "squares that overlap")],
        "pixels",
    ),
    ParamInfo::int("patch", "Side of a square", "Pixels of a side.", [2, 32], 8).when("columns", &["tiles", "patches"]),
    ParamInfo::int("stride", "Stride", "Pixels from one square to the next.", [1, 32], 4).when("columns", &["patches"]),
    ParamInfo::int("size", "Size", "Pixels of the longer side; a larger picture is averaged down.", [8, 256], 96),
    ParamInfo::int("rank", "Rank", "The rank that methods use by default.", [1, 100], 10),
    ParamInfo::choice(
        "mask",
        "What is hidden",
        "Single pixels at random, squares at random, scratches at random, what lies under lines of text, or what is painted \
         over.",
        &[
            ("rate", "pixels at random"),
            ("blocks", "squares at random"),
            ("scratches", "scratches"),
            ("text", "under a text"),
            ("brush", "painted strokes"),
            ("none", "nothing but what is transparent"),
        ],
        "rate",
    ),
    ParamInfo::real(
        "rate",
        "Share seen",
        "Share of the pixels (or squares) that is seen; scratches are drawn until no more is left.",
        [0.01, 1.0],
        0.4,
    )
    .when("mask", &["rate", "blocks", "scratches"]),
    ParamInfo::brush("holes", "Holes", "Paint over the picture what the methods must not see.")
        .when("mask", &["brush"]),
    ParamInfo::choice(
        "transparent",
        "Transparent pixels",
        "Pixels of a picture of your own that are transparent to at least half: nothing is known of them, and they are hidden \
         beside what else is; or they are white.",
        &[("hidden", "are hidden"), ("white", "are white")],
        "hidden",
    ),
];

/// `completion.image`.
pub static PROBLEM: Problem = Problem {
    info: ProblemInfo {
        id: Str::Borrowed("completion.image"),
        label: Str::Borrowed("Picture"),
        summary: words(
            "A picture in grey or colour, built in or your own, with pixels hidden at random, in squares, by scratches, by a text or \
             by your brush. It is taken as a matrix, of its rows and columns or of its squares, and filled in with one of low \
             rank.",
        ),
        math: words(
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
    let colour = v.text("colour") != "grey";
    // Of which pixels nothing is known; empty where all are.
    let mut clear: Vec<bool> = Vec::new();
    let (width, height, channels, planes) = match input.data {
        None if colour => (size, size, 3, sample_pictures::colours(v.text("picture"), size)),
        None => (size, size, 1, sample_pictures::picture(v.text("picture"), size)),
        Some(Dataset::Image(image)) => {
            check(image)?;
            notes.extend(image.remarks.iter().map(|r| Note::new(Severity::Info, Some("data"), r.clone())));
            if colour && image.rgb.is_empty() {
                notes.push(Note::new(
                    Severity::Info,
                    Some("colour"),
                    "The picture has no colour: it is taken as grey.",
                ));
            }
            let (w, h) = (image.width, image.height);
            let planes = if colour && !image.rgb.is_empty() { &image.rgb } else { &image.grey };
            let channels = planes.len() / (w * h);
            let (nw, nh, small) = shrink(planes, w, h, size);
            let alpha = if image.alpha.is_empty() { Vec::new() } else { shrink(&image.alpha, w, h, size).2 };
            let white = v.text("transparent") == "white";
            let (small, opaque) = opaque(small, &alpha, white);
            clear = opaque.iter().map(|o| !o).collect();
            let count = clear.iter().filter(|c| **c).count();
            if count > 0 {
                let text = format!(
                    "{} pixels are transparent: nothing is known of them, so they are hidden and filled in. To take them as white, \
                     set transparent pixels to white.",
                    grouped(count)
                );
                notes.push(Note::new(Severity::Info, Some("transparent"), text));
            } else if !alpha.is_empty() && white {
                let text = "Transparent pixels are taken as white and as seen.";
                notes.push(Note::new(Severity::Info, Some("transparent"), text));
            }
            (nw, nh, channels, small)
        }
        Some(_) => return Err(BuildError::new("data", "must be a picture, such as a PNG or JPEG file")),
    };
    let columns = v.text("columns");
    let side = v.size("patch");
    let arrangement = match columns {
        "tiles" => Arrangement::patches(width, height, channels, side, side)?,
        "patches" => Arrangement::patches(width, height, channels, side, v.size("stride"))?,
        _ if v.text("colour") == "stacked" => Arrangement::Stacked,
        _ => Arrangement::Beside,
    };
    let mut rng = Rng::new(input.seed);
    let kind = v.text("mask");
    let (mut seen, field) = match kind {
        "none" => (vec![true; width * height], "mask"),
        "blocks" => (mask::by_blocks(width, height, rate, &mut rng), "rate"),
        "scratches" => (mask::by_scratches(width, height, rate, &mut rng), "rate"),
        "text" => (mask::by_text(width, height), "mask"),
        "brush" => (mask::by_strokes(width, height, &mask::parse("holes", v.text("holes"))?), "holes"),
        _ => (mask::by_rate(width, height, rate, &mut rng), "rate"),
    };
    seen.iter_mut().zip(&clear).for_each(|(s, clear)| *s &= !clear);
    let unknown = clear.contains(&true);
    let pixels = seen.iter().filter(|s| **s).count();
    let canvas = Canvas { width, height, channels, truth: planes, seen, arrangement };
    let (m, n) = canvas.shape();
    check_rank(rank, m, n)?;
    let (truth, seen) = canvas.matrix();
    let triplets: Vec<(u32, u32, f64)> =
        (0..m * n).filter(|&e| seen[e]).map(|e| ((e / n) as u32, (e % n) as u32, truth[e])).collect();
    let entries = Entries::new(m, n, &triplets, field)?;
    notes.push(sampling(&entries, rank));
    let what = if canvas.has_patches() { ["square", "squares"] } else { ["column", "columns"] };
    notes.extend(coverage(&entries, rank, ["row", "rows"], what));
    let fate = "what methods leave there means nothing.";
    notes.extend(connected(&entries, ["row", "rows"], what, [&numbered, &numbered], fate));
    if canvas.has_patches() {
        let text = format!(
            "Each of the {} squares is a column of {m} numbers. Rank {rank} means that every square is a mixture of the same {rank} \
             ones: it counts the kinds of texture and edge, not the size of the picture. A square of which nothing is seen cannot be \
             filled; where squares overlap, pixels are means. This helps most where few single pixels are seen, least in large holes.",
            grouped(n)
        );
        notes.push(Note::new(Severity::Info, Some("columns"), text));
    }
    if pixels == width * height && matches!(kind, "brush" | "none") {
        let (field, text) = match kind {
            "brush" => ("holes", "Nothing is hidden. Paint over the picture to make holes."),
            _ => ("mask", "Nothing is hidden: there is nothing to fill in."),
        };
        notes.push(Note::new(Severity::Info, Some(field), text));
    }
    if unknown {
        // The whole picture is not known: errors are those of the pixels that were hidden from it.
        let known = |e: usize| !clear[canvas.pixel(e / n, e % n)];
        let hidden = (0..m * n).filter(|&e| !seen[e] && known(e));
        let held_out: Vec<HeldOut> =
            hidden.map(|e| HeldOut { row: (e / n) as u32, col: (e % n) as u32, value: truth[e] }).collect();
        let mut metrics = vec![Metric::ResidualSeen, Metric::RmseSeen, Metric::GradientStops];
        if !held_out.is_empty() {
            metrics.insert(1, Metric::RmseHeldOut);
        }
        let summary = format!(
            "{width} x {height} pixels, {} seen, {} transparent",
            grouped(pixels),
            grouped(clear.iter().filter(|c| **c).count())
        );
        let form = Form::Pixels(canvas);
        let model = Model::new(m, n, rank, Data::Entries(entries));
        return Ok(Completion::instance(Model { summary, held_out, form, notes, metrics, range: (0.0, 1.0), ..model }));
    }
    let singular = singular_values(&truth, m, n);
    let best = best_error(&singular, rank);
    let text = format!(
        "The best {} of rank {rank} differs from this one by {:.2} % (relative Frobenius norm): no matrix of that rank is \
         closer.",
        if canvas.has_patches() { "matrix of squares" } else { "picture" },
        100.0 * best
    );
    notes.push(Note::new(Severity::Info, Some("rank"), text));
    let mut levels = Vec::new();
    if best > EXACT {
        let (series, label) = (Str::Borrowed("error.all.rel"), format!("best of rank {rank}"));
        levels.push(Level { series, label, value: best });
    }
    let mut metrics = vec![Metric::ResidualSeen, Metric::ErrorAll, Metric::RmseSeen, Metric::GradientStops];
    if canvas.has_patches() {
        metrics.insert(1, Metric::ErrorPicture);
    }
    // Only a picture whose rank is within reach has spaces to come to.
    if best <= EXACT {
        metrics.extend([Metric::AngleLeft, Metric::AngleRight]);
    }
    let mut summary = format!("{width} x {height} pixels, {} seen", grouped(pixels));
    if canvas.has_patches() {
        summary += &format!(", {} squares of {side} x {side} as {m} x {n}", grouped(n));
    } else if channels == 3 {
        summary += &format!(", three colours as {m} x {n}");
    }
    Ok(Completion::instance(Model {
        summary,
        truth: Some(Truth::Dense(truth)),
        singular,
        form: Form::Pixels(canvas),
        notes,
        levels,
        metrics,
        ..Model::new(m, n, rank, Data::Entries(entries))
    }))
}

/// The planes and the opaque pixels of a picture of which parts are transparent: its own colours where it can be seen through
/// to less than half, with `white` its colours on white and every pixel opaque.
fn opaque(mut planes: Vec<f64>, alpha: &[f64], white: bool) -> (Vec<f64>, Vec<bool>) {
    if alpha.is_empty() || white {
        let pixels = alpha.len();
        return (planes, vec![true; pixels]);
    }
    for plane in planes.chunks_exact_mut(alpha.len()) {
        for (value, &a) in plane.iter_mut().zip(alpha) {
            // On white it is a * colour + (1 - a).
            if a < 1.0 && a > 0.0 {
                *value = ((*value - (1.0 - a)) / a).clamp(0.0, 1.0);
            }
        }
    }
    (planes, alpha.iter().map(|a| *a >= 0.5).collect())
}

fn check(image: &Image) -> Result<(), BuildError> {
    let pixels = image.width * image.height;
    if pixels == 0 || image.grey.len() != pixels || !(image.rgb.is_empty() || image.rgb.len() == 3 * pixels) {
        return Err(BuildError::new("data", "the picture has no pixels, or not as many as its size says"));
    }
    if !(image.alpha.is_empty() || image.alpha.len() == pixels) {
        return Err(BuildError::new("data", "the picture does not say of every pixel whether it is transparent"));
    }
    if !image.grey.iter().chain(&image.rgb).chain(&image.alpha).all(|g| (0.0..=1.0).contains(g)) {
        return Err(BuildError::new("data", "grey values and colours must lie between 0 and 1"));
    }
    Ok(())
}

/// Averages planes of a picture down until its longer side has at most `size` pixels. Returns width, height, planes.
fn shrink(planes: &[f64], w: usize, h: usize, size: usize) -> (usize, usize, Vec<f64>) {
    let longer = w.max(h);
    if longer <= size {
        return (w, h, planes.to_vec());
    }
    let (nw, nh) = ((w * size / longer).max(1), (h * size / longer).max(1));
    let span = |i: usize, n: usize, new: usize| i * n / new..((i + 1) * n).div_ceil(new);
    let mut small = Vec::with_capacity(planes.len() / (w * h) * nw * nh);
    for plane in planes.chunks_exact(w * h) {
        for r in 0..nh {
            for c in 0..nw {
                let (rows, cols) = (span(r, h, nh), span(c, w, nw));
                let count = rows.len() * cols.len();
                let total: f64 = rows.map(|i| cols.clone().map(|j| plane[i * w + j]).sum::<f64>()).sum();
                small.push(total / count as f64);
            }
        }
    }
    (nw, nh, small)
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
            let grey: Vec<f64> = sample_pictures::picture("landscape", 40)[..m * n].to_vec();
            let exact = svd(&grey, m, n).1;
            let found = singular_values(&grey, m, n);
            assert!(found.iter().zip(&exact).all(|(a, b)| (a - b).abs() < 1e-6 * exact[0]));
        }
    }

    #[test]
    fn shrinking_keeps_the_mean() {
        let grey: Vec<f64> = (0..60).map(|e| f64::from(e) / 60.0).collect();
        let mean = |g: &[f64]| g.iter().sum::<f64>() / g.len() as f64;
        let two = [&grey[..], &vec![0.25; 60]].concat();
        let (w, h, small) = shrink(&two, 10, 6, 5);
        assert_eq!((w, h, small.len()), (5, 3, 30));
        assert!((mean(&small[..15]) - mean(&grey)).abs() < 1e-12 && small[15..].iter().all(|x| *x == 0.25));
        assert_eq!(shrink(&grey, 10, 6, 10), (10, 6, grey.clone()));
    }
}
