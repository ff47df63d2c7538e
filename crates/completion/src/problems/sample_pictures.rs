//! Pictures made by formula, grey values from 0 to 1, row by row from the top.

use core::f64::consts::TAU;

/// A picture of `size x size` pixels; `kind` is one of the choices of `completion.image`.
pub fn picture(kind: &str, size: usize) -> Vec<f64> {
    let at = grey(kind);
    let pixel = |e: usize| at(place(e % size, size), place(e / size, size)).clamp(0.0, 1.0);
    (0..size * size).map(pixel).collect()
}

/// The same in colour: three planes of red, green and blue, one after the other.
pub fn colours(kind: &str, size: usize) -> Vec<f64> {
    let at = grey(kind);
    let tint: fn(f64, f64) -> [f64; 3] = match kind {
        "poster" => poster_tint,
        "landscape" => landscape_tint,
        "bricks" => bricks_tint,
        _ => waves_tint,
    };
    let pixels = size * size;
    let mut planes = vec![0.0; 3 * pixels];
    for e in 0..pixels {
        let (x, y) = (place(e % size, size), place(e / size, size));
        let light = at(x, y).clamp(0.0, 1.0);
        for (c, t) in tint(x, y).into_iter().enumerate() {
            planes[c * pixels + e] = (light * t).clamp(0.0, 1.0);
        }
    }
    planes
}

fn place(i: usize, size: usize) -> f64 {
    (i as f64 + 0.5) / size as f64
}

fn grey(kind: &str) -> fn(f64, f64) -> f64 {
    match kind {
        "poster" => poster,
        "landscape" => landscape,
        "bricks" => bricks,
        _ => waves,
    }
}

/// Red, green and blue for grey 1; the same everywhere, so that the rank of the waves stays.
fn waves_tint(_: f64, _: f64) -> [f64; 3] {
    [0.75, 0.95, 1.0]
}

fn poster_tint(x: f64, y: f64) -> [f64; 3] {
    if (0.80..0.94).contains(&y) {
        // From red to blue along the bars.
        return [1.25 - 0.6 * x, 0.9, 0.7 + 0.6 * x];
    }
    [1.08, 1.0, 0.86]
}

/// Evening light: warm near the sun, blue above and below, green hills, a red house.
fn landscape_tint(x: f64, y: f64) -> [f64; 3] {
    if y > SHORE {
        let [r, g, b] = landscape_tint(x, SHORE - 0.92 * (y - SHORE));
        return [0.8 * r, 0.95 * g, 1.1 * b];
    }
    let (hx, hy) = ((x - 0.76) / 0.15, (SHORE - y) / 0.15);
    if hx.abs() < 0.62 && (0.0..1.05).contains(&hy) {
        return if hy < 0.6 { [1.5, 0.95, 0.7] } else { [1.6, 0.7, 0.6] };
    }
    if land(x, y) < 0.5 {
        return [0.7, 1.15, 0.75];
    }
    let (sx, sy) = (x - 0.27, y - 0.25);
    let warm = libm::exp(-(sx * sx + sy * sy) / 0.06);
    [0.85 + 0.35 * warm, 0.92 + 0.05 * warm, 1.2 - 0.45 * warm]
}

/// Courses of shaded bricks with mortar between: of no low rank by rows and columns, since courses are shifted, but of few
/// kinds of squares.
fn bricks(x: f64, y: f64) -> f64 {
    let (course, along) = brick(x, y);
    let (dx, dy) = (along - libm::floor(along), 12.0 * y - libm::floor(12.0 * y));
    if dx < 0.09 || dy < 0.16 {
        return 0.82;
    }
    let number = course * 31 + libm::floor(along) as i64 * 17;
    0.36 + 0.05 * (number.rem_euclid(5)) as f64 + 0.06 * dx
}

/// The course of bricks at (x, y), and the place along it in bricks.
fn brick(x: f64, y: f64) -> (i64, f64) {
    let course = libm::floor(12.0 * y) as i64;
    let shift = [0.0, 0.5, 0.2, 0.7][course.rem_euclid(4) as usize];
    (course, 6.0 * x + shift)
}

fn bricks_tint(x: f64, y: f64) -> [f64; 3] {
    if bricks(x, y) > 0.8 { [1.0, 0.98, 0.94] } else { [1.45, 0.8, 0.62] }
}

/// A constant and four products of a function of x and one of y: a matrix of rank 5 exactly.
fn waves(x: f64, y: f64) -> f64 {
    let bump = |t: f64, centre: f64, width: f64| {
        let z = (t - centre) / width;
        libm::exp(-z * z)
    };
    0.5 + 0.18 * libm::sin(3.0 * TAU * x + 0.5) * libm::cos(2.0 * TAU * y)
        + 0.16 * bump(x, 0.3, 0.25) * libm::cos(7.0 * TAU * y)
        + 0.10 * libm::sin(11.0 * TAU * x) * bump(y, 0.65, 0.3)
        + 0.05 * libm::cos(5.0 * TAU * x) * libm::sin(5.0 * TAU * y)
}

/// Letters of 5 x 7 cells, a row in each number.
const GLYPHS: [(char, [u8; 7]); 7] = [
    ('L', [0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b11111]),
    ('O', [0b01110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110]),
    ('W', [0b10001, 0b10001, 0b10001, 0b10101, 0b10101, 0b11011, 0b10001]),
    ('R', [0b11110, 0b10001, 0b10001, 0b11110, 0b10100, 0b10010, 0b10001]),
    ('A', [0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001]),
    ('N', [0b10001, 0b11001, 0b10101, 0b10101, 0b10011, 0b10001, 0b10001]),
    ('K', [0b10001, 0b10010, 0b10100, 0b11000, 0b10100, 0b10010, 0b10001]),
];

/// Two words in blocky letters over a faint checkerboard, with bars below.
fn poster(x: f64, y: f64) -> f64 {
    let cell = |t: f64, n: f64| libm::floor(t * n) as i64;
    let checker = if (cell(x, 12.0) + cell(y, 12.0)) % 2 == 0 { 0.86 } else { 0.74 };
    if ink("LOW", x, y, 0.14, 0.10, 0.042) || ink("RANK", x, y, 0.05, 0.46, 0.039) {
        return 0.08;
    }
    // Bars whose lengths fall like singular values.
    if (0.80..0.94).contains(&y) {
        let bar = cell(x, 16.0);
        let height = 0.13 / (1.0 + 0.45 * bar as f64);
        if y > 0.94 - height && x * 16.0 - (bar as f64) < 0.7 {
            return 0.30;
        }
    }
    checker
}

/// Whether (x, y) lies on a letter of `word`, whose cells have that size and whose left top corner is there.
fn ink(word: &str, x: f64, y: f64, left: f64, top: f64, cell: f64) -> bool {
    let (c, r) = (libm::floor((x - left) / cell), libm::floor((y - top) / cell));
    if c < 0.0 || !(0.0..7.0).contains(&r) {
        return false;
    }
    let (letter, column) = (c as usize / 6, c as usize % 6);
    let glyph = word.chars().nth(letter).and_then(|l| GLYPHS.iter().find(|g| g.0 == l));
    column < 5 && glyph.is_some_and(|g| g.1[r as usize] >> (4 - column) & 1 == 1)
}

/// Height of the horizon.
const SHORE: f64 = 0.62;

/// Evening over a lake: sky with a sun, two ranges of hills, their reflection in ripples, a house on the shore.
fn landscape(x: f64, y: f64) -> f64 {
    if y < SHORE {
        return land(x, y);
    }
    let depth = (y - SHORE) / (1.0 - SHORE);
    let ripple = 0.012 * libm::sin(60.0 * depth * (1.2 - 0.5 * depth) * TAU / 6.0);
    let mirrored = land(x + ripple, SHORE - 0.92 * (y - SHORE));
    0.72 * mirrored * (1.0 - 0.25 * depth) + 0.05
}

fn land(x: f64, y: f64) -> f64 {
    // The house stands in front of everything.
    let (hx, hy) = ((x - 0.76) / 0.15, (SHORE - y) / 0.15);
    if hx.abs() < 0.5 && (0.0..0.6).contains(&hy) {
        let window = (hx.abs() - 0.25).abs() < 0.1 && (hy - 0.33).abs() < 0.11;
        return if window { 0.95 } else { 0.16 };
    }
    if (0.6..1.05).contains(&hy) && hx.abs() < 0.62 * (1.05 - hy) / 0.45 {
        return 0.30;
    }
    let near = 0.52 + 0.05 * libm::sin(1.3 * TAU * x + 0.7) + 0.015 * libm::sin(5.0 * TAU * x);
    if y > near {
        return 0.24 + 0.10 * (y - near) / (SHORE - near).max(0.02);
    }
    let far = 0.40 - 0.16 * libm::exp(-((x - 0.62) / 0.22) * ((x - 0.62) / 0.22)) + 0.02 * libm::sin(7.0 * TAU * x);
    if y > far {
        return 0.46 - 0.12 * (y - far);
    }
    let (sx, sy) = (x - 0.27, y - 0.25);
    let from_sun = (sx * sx + sy * sy).sqrt();
    if from_sun < 0.075 {
        return 1.0;
    }
    0.55 + 0.28 * y / SHORE + 0.20 * libm::exp(-from_sun / 0.12)
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_kernels::dense::svd;

    #[test]
    fn pictures_are_grey_values_with_contrast() {
        for kind in ["waves", "poster", "landscape", "bricks"] {
            for size in [16, 96] {
                let grey = picture(kind, size);
                assert_eq!(grey.len(), size * size);
                assert!(grey.iter().all(|g| (0.0..=1.0).contains(g)));
                let (lo, hi) = grey.iter().fold((1.0f64, 0.0f64), |(lo, hi), &g| (lo.min(g), hi.max(g)));
                assert!(hi - lo > 0.4, "{kind} {size}: {lo} to {hi}");
                let planes = colours(kind, size);
                assert!(planes.len() == 3 * grey.len() && planes.iter().all(|g| (0.0..=1.0).contains(g)));
                let mean = |c: usize| planes[c * size * size..][..size * size].iter().sum::<f64>();
                assert!((mean(0) - mean(2)).abs() > 0.02 * mean(1), "{kind} has a colour");
            }
        }
    }

    #[test]
    fn waves_have_rank_five() {
        let s = svd(&picture("waves", 64), 64, 64).1;
        assert!(s[4] > 1e-3 * s[0] && s[5] < 1e-12 * s[0]);
        let stacked = svd(&colours("waves", 40), 120, 40).1;
        assert!(stacked[5] < 1e-12 * stacked[0]);
    }
}
