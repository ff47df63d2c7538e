//! Which pixels of a picture are seen.

use iterscope_core::BuildError;
use iterscope_kernels::rng::Rng;

/// The letters of the word under which a picture is hidden, a blank last: five rows of three dots each.
const LETTERS: [[u8; 5]; 10] = [
    [7, 2, 2, 2, 7],
    [7, 2, 2, 2, 2],
    [7, 4, 6, 4, 7],
    [6, 5, 6, 5, 5],
    [3, 4, 2, 1, 6],
    [3, 4, 4, 4, 3],
    [2, 5, 5, 5, 2],
    [6, 5, 6, 4, 4],
    [7, 4, 6, 4, 7],
    [0, 0, 0, 0, 0],
];
/// The most scratches; far more than any share needs.
const MOST_SCRATCHES: usize = 2000;
/// The most painted points.
const MOST_POINTS: usize = 20_000;

/// One painted point, in units of the picture's width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// Radius of the brush.
    pub radius: f64,
}

/// Each pixel is seen with probability `rate`, drawn row by row.
pub fn by_rate(width: usize, height: usize, rate: f64, rng: &mut Rng) -> Vec<bool> {
    (0..width * height).map(|_| rng.uniform() < rate).collect()
}

/// Squares of a twelfth of the longer side; each is seen with probability `rate`.
pub fn by_blocks(width: usize, height: usize, rate: f64, rng: &mut Rng) -> Vec<bool> {
    let side = width.max(height).div_ceil(12);
    let (across, down) = (width.div_ceil(side), height.div_ceil(side));
    let seen: Vec<bool> = (0..across * down).map(|_| rng.uniform() < rate).collect();
    (0..width * height).map(|e| seen[e / width / side * across + e % width / side]).collect()
}

/// Straight scratches at random, each as wide as a few pixels of a hundred, until a share of at most `rate` is seen.
pub fn by_scratches(width: usize, height: usize, rate: f64, rng: &mut Rng) -> Vec<bool> {
    let mut seen = vec![true; width * height];
    let tall = height as f64 / width as f64;
    for _ in 0..MOST_SCRATCHES {
        let hidden = seen.iter().filter(|s| !**s).count();
        if hidden as f64 >= (1.0 - rate) * seen.len() as f64 {
            break;
        }
        let radius = 0.003 + 0.007 * rng.uniform();
        let mut end = || Point { x: rng.uniform(), y: tall * rng.uniform(), radius };
        let stroke = vec![end(), end()];
        let covered = by_strokes(width, height, &[stroke]);
        seen.iter_mut().zip(&covered).for_each(|(s, c)| *s &= c);
    }
    seen
}

/// All pixels are seen but those under lines of text, which repeat one word; letters are 3 x 5 dots.
pub fn by_text(width: usize, height: usize) -> Vec<bool> {
    let dot = width.max(height).div_ceil(64);
    let mut seen = vec![true; width * height];
    for (e, s) in seen.iter_mut().enumerate() {
        let (row, col) = (e / width / dot, e % width / dot);
        // Lines stand 8 dots apart, letters 4; every line begins two letters further on.
        let (line, y) = (row / 8, row % 8);
        let (place, x) = (col / 4, col % 4);
        let letter = LETTERS[(place + 2 * line) % LETTERS.len()];
        *s = y >= 5 || x >= 3 || letter[y] >> (2 - x) & 1 == 0;
    }
    seen
}

/// All pixels are seen but those whose centre a stroke covers.
pub fn by_strokes(width: usize, height: usize, strokes: &[Vec<Point>]) -> Vec<bool> {
    let mut seen = vec![true; width * height];
    let unit = width as f64;
    for stroke in strokes {
        // A stroke of one point is a segment that ends where it begins.
        let first = stroke.first().map(|p| (*p, *p));
        for (a, b) in first.into_iter().chain(stroke.windows(2).map(|w| (w[0], w[1]))) {
            let reach = a.radius.max(b.radius);
            let pixels = |lo: f64, hi: f64, n: usize| {
                let (lo, hi) = (libm::floor((lo - reach) * unit), libm::ceil((hi + reach) * unit));
                (lo.max(0.0) as usize).min(n)..(hi.max(0.0) as usize).min(n)
            };
            for row in pixels(a.y.min(b.y), a.y.max(b.y), height) {
                for col in pixels(a.x.min(b.x), a.x.max(b.x), width) {
                    let (x, y) = ((col as f64 + 0.5) / unit, (row as f64 + 0.5) / unit);
                    if covers(a, b, x, y) {
                        seen[row * width + col] = false;
                    }
                }
            }
        }
    }
    seen
}

/// Whether the brush, drawn from a to b with its radius changing evenly, covers (x, y).
fn covers(a: Point, b: Point, x: f64, y: f64) -> bool {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { (((x - a.x) * dx + (y - a.y) * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    let (ex, ey) = (x - a.x - along * dx, y - a.y - along * dy);
    let radius = a.radius + along * (b.radius - a.radius);
    ex * ex + ey * ey <= radius * radius
}

/// Reads strokes: `x,y,radius` triples joined by spaces, strokes by `;`.
///
/// # Errors
/// Names `field` and the character at which a triple is wrong.
pub fn parse(field: &str, text: &str) -> Result<Vec<Vec<Point>>, BuildError> {
    let mut strokes = Vec::new();
    let mut count = 0;
    // Positions are counted in characters, for people.
    let mut at = 0;
    for stroke in text.split(';') {
        let mut points = Vec::new();
        let mut place = at;
        for word in stroke.split(' ') {
            if !word.trim().is_empty() {
                points.push(point(word.trim()).map_err(|why| BuildError::at(field, why, place))?);
            }
            place += word.chars().count() + 1;
        }
        at += stroke.chars().count() + 1;
        count += points.len();
        if count > MOST_POINTS {
            return Err(BuildError::new(
                field,
                format!("more than {MOST_POINTS} painted points; paint fewer or broader strokes"),
            ));
        }
        if !points.is_empty() {
            strokes.push(points);
        }
    }
    Ok(strokes)
}

fn point(word: &str) -> Result<Point, String> {
    let parts: Vec<&str> = word.split(',').collect();
    let &[x, y, radius] = parts.as_slice() else {
        return Err("must be x,y,radius: three numbers joined by commas".into());
    };
    let number = |name: &str, text: &str, [min, max]: [f64; 2]| match text.parse::<f64>() {
        Ok(v) if v >= min && v <= max => Ok(v),
        _ => Err(format!("{name} must be a number between {min} and {max}")),
    };
    // The pointer may leave the picture, so the range is generous.
    Ok(Point {
        x: number("x", x, [-1.0, 2.0])?,
        y: number("y", y, [-1.0, 16.0])?,
        radius: number("the radius", radius, [0.0, 1.0])?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strokes_cover_what_they_touch() {
        let strokes = parse("holes", "0.1,0.25,0.06 0.9,0.25,0.06; 0.5,0.75,0.1").expect("valid");
        assert_eq!(strokes.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        let seen = by_strokes(20, 20, &strokes);
        assert!(!seen[5 * 20 + 10] && seen[9 * 20 + 10], "the line, and the gap under it");
        assert!(!seen[15 * 20 + 10] && seen[15 * 20 + 14], "the dot, and what is beside it");
        assert!(seen[0] && seen.iter().filter(|s| !**s).count() < 80);
        // Strokes that leave the picture are cut off.
        assert!(by_strokes(8, 8, &parse("holes", "-1,-1,1 2,2,1").expect("valid")).iter().any(|s| !s));
    }

    #[test]
    fn wrong_strokes_are_refused_at_the_character() {
        let refuse = |text: &str| parse("holes", text).expect_err("wrong");
        assert_eq!(refuse("0.1,0.1").at, Some(0));
        assert_eq!(refuse("0.1,0.1,0.1 0.2,0.1,x").at, Some(12));
        assert_eq!(refuse("0.1,0.1,0.1;0.2,nan,0.1").at, Some(12));
        assert_eq!(refuse("0.1,0.1,inf").field, "holes");
        assert!(refuse(&"0,0,0 ".repeat(MOST_POINTS + 1)).message.contains("more than"));
        assert_eq!(parse("holes", " ; ;").expect("nothing is painted"), Vec::<Vec<Point>>::new());
    }

    #[test]
    fn masks_have_their_rate() {
        let share = |seen: Vec<bool>| seen.iter().filter(|s| **s).count() as f64 / seen.len() as f64;
        assert!((share(by_rate(100, 80, 0.3, &mut Rng::new(1))) - 0.3).abs() < 0.02);
        let blocks = by_blocks(48, 24, 0.5, &mut Rng::new(1));
        assert!((share(blocks.clone()) - 0.5).abs() < 0.15);
        assert!(blocks.chunks(48).take(4).all(|row| row[..48] == blocks[..48]), "squares of 4 x 4");
        for rate in [0.95, 0.7, 0.1] {
            let scratched = share(by_scratches(100, 60, rate, &mut Rng::new(1)));
            assert!(scratched <= rate && scratched > rate - 0.04, "{scratched}");
        }
        let text = share(by_text(96, 96));
        assert!(text > 0.6 && text < 0.85, "{text}");
    }

    #[test]
    fn a_text_can_be_read() {
        let seen = by_text(64, 8);
        let lines: Vec<String> =
            (0..5).map(|row| (0..15).map(|col| if seen[row * 64 + col] { ' ' } else { '#' }).collect()).collect();
        let expected = ["### ### ### ## ", " #   #  #   # #", " #   #  ##  ## ", " #   #  #   # #", "###  #  ### # #"];
        assert_eq!(lines, expected);
    }
}
