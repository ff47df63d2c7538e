//! Lines of equal value over a field.

use web_sys::{HtmlCanvasElement, HtmlElement};

use crate::browser::{context_2d, pixel_ratio};
use crate::chart::scale::ticks;
use crate::state::PictureData;

/// About so many lines.
const LINES: f64 = 10.0;

/// Pictures that are narrower, in CSS pixels, have none.
const LEAST: f64 = 110.0;

/// A piece of a line, in cells from the upper left corner; values stand in the middle of their cells.
type Segment = [f64; 4];

/// Values at which lines are drawn: round numbers within the range.
pub fn levels(span: (f64, f64)) -> Vec<f64> {
    let inside = |level: &f64| *level > span.0 && *level < span.1;
    ticks(span.0, span.1, LINES).into_iter().filter(inside).collect()
}

/// Calls `found` with the number of the level and the ends of every piece of a line, by marching squares: between four
/// neighbours values are interpolated along the sides, and a saddle is parted by the mean. No line ends in a hole's neighbour.
fn march(values: &[f32], width: usize, levels: &[f64], mut found: impl FnMut(usize, Segment)) {
    let height = values.len() / width.max(1);
    let at = |col: usize, row: usize| f64::from(values[row * width + col]);
    for row in 1..height {
        for col in 1..width {
            // From the upper left corner, clockwise.
            let corner = [at(col - 1, row - 1), at(col, row - 1), at(col, row), at(col - 1, row)];
            let lo = corner.iter().copied().fold(f64::INFINITY, f64::min);
            let hi = corner.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            if corner.iter().any(|v| !v.is_finite()) || lo == hi {
                continue;
            }
            let first = levels.partition_point(|level| *level < lo);
            for (k, &level) in levels.iter().enumerate().skip(first).take_while(|(_, level)| **level < hi) {
                let above = corner.map(|v| v > level);
                let side = |i: usize| {
                    let (a, b) = (corner[i], corner[(i + 1) % 4]);
                    let part = (level - a) / (b - a);
                    let (x, y) = (col as f64 - 0.5, row as f64 - 0.5);
                    match i {
                        0 => [x + part, y],
                        1 => [x + 1.0, y + part],
                        2 => [x + 1.0 - part, y + 1.0],
                        _ => [x, y + 1.0 - part],
                    }
                };
                let crossed: Vec<usize> = (0..4).filter(|&i| above[i] != above[(i + 1) % 4]).collect();
                let mut join = |a: usize, b: usize| {
                    let (a, b) = (side(a), side(b));
                    found(k, [a[0], a[1], b[0], b[1]]);
                };
                match crossed[..] {
                    [a, b] => join(a, b),
                    [a, b, c, d] => {
                        let middle = corner.iter().sum::<f64>() / 4.0 > level;
                        // The corner between sides 3 and 0 is cut off where the middle is not on its side.
                        if middle == above[0] {
                            join(a, b);
                            join(c, d);
                        } else {
                            join(d, a);
                            join(b, c);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Draws the lines of a field over it, or nothing where there is no range.
pub fn draw(
    canvas: &HtmlCanvasElement,
    fit: &HtmlElement,
    picture: Option<&PictureData>,
    span: (f64, f64),
    table: &[[u8; 3]; 256],
) {
    let ratio = pixel_ratio();
    // In a very small picture lines hide what they should show.
    let picture = picture.filter(|_| f64::from(fit.client_width()) >= LEAST);
    let (w, h) = (f64::from(fit.client_width()) * ratio, f64::from(fit.client_height()) * ratio);
    // Setting the size clears it.
    canvas.set_width(if picture.is_some() { w as u32 } else { 1 });
    canvas.set_height(if picture.is_some() { h as u32 } else { 1 });
    let (Some(picture), Some(ctx)) = (picture, context_2d(canvas)) else { return };
    let (cols, rows) = (picture.shape.width as usize, picture.shape.height as usize);
    if cols < 2 || rows < 2 || picture.values.len() != cols * rows {
        return;
    }
    let levels = levels(span);
    let mut lines: Vec<Vec<Segment>> = vec![Vec::new(); levels.len()];
    march(&picture.values, cols, &levels, |k, segment| lines[k].push(segment));
    let (sx, sy) = (w / cols as f64, h / rows as f64);
    ctx.set_line_cap("round");
    for (level, segments) in levels.iter().zip(lines) {
        // Dark lines on light colours, light ones on dark.
        let place = ((level - span.0) / (span.1 - span.0) * 255.0).clamp(0.0, 255.0) as usize;
        let [r, g, b] = table[place].map(f64::from);
        let light = 0.299 * r + 0.587 * g + 0.114 * b > 120.0;
        ctx.set_stroke_style_str(if light { "rgba(0, 0, 0, 0.6)" } else { "rgba(255, 255, 255, 0.7)" });
        ctx.set_line_width(if *level == 0.0 { 1.8 } else { 1.0 } * ratio);
        ctx.begin_path();
        for [x0, y0, x1, y1] in segments {
            ctx.move_to(x0 * sx, y0 * sy);
            ctx.line_to(x1 * sx, y1 * sy);
        }
        ctx.stroke();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(values: &[f32], width: usize, levels: &[f64]) -> Vec<(usize, Segment)> {
        let mut all = Vec::new();
        march(values, width, levels, |k, segment| all.push((k, segment)));
        all
    }

    #[test]
    fn a_ramp_has_straight_lines_where_its_values_are() {
        // Values 0 to 3 in the middles of four columns.
        let ramp: Vec<f32> = (0..12).map(|i| (i % 4) as f32).collect();
        let all = lines(&ramp, 4, &[0.5, 2.25]);
        assert_eq!(all.len(), 4);
        for (k, [x0, _, x1, _]) in all {
            assert_eq!((x0, x1), if k == 0 { (1.0, 1.0) } else { (2.75, 2.75) });
        }
    }

    #[test]
    fn the_line_around_a_hill_is_closed_and_round() {
        let n = 41usize;
        let r = |col: usize, row: usize| (col as f64 - 20.0).hypot(row as f64 - 20.0);
        let hill: Vec<f32> = (0..n * n).map(|i| -r(i % n, i / n) as f32).collect();
        let all = lines(&hill, n, &[-12.3]);
        let mut ends: Vec<(i64, i64)> = Vec::new();
        for (_, [x0, y0, x1, y1]) in &all {
            for (x, y) in [(x0, y0), (x1, y1)] {
                assert!(((x - 20.5).hypot(y - 20.5) - 12.3).abs() < 0.05, "{x} {y}");
                ends.push(((x * 1e6) as i64, (y * 1e6) as i64));
            }
        }
        ends.sort_unstable();
        assert!(all.len() > 60 && ends.chunks(2).all(|pair| pair[0] == pair[1]), "every end meets one other");
    }

    #[test]
    fn saddles_are_parted_and_holes_left_out() {
        let all = lines(&[1.0, 0.0, 0.0, 1.0], 2, &[0.4]);
        assert_eq!(all.len(), 2);
        // The mean lies above: the low corners are cut off, at the upper right and the lower left.
        let corners: Vec<bool> = all.iter().map(|(_, s)| (s[0] + s[2]) / 2.0 > 1.0).collect();
        assert!(corners.contains(&true) && corners.contains(&false), "{all:?}");
        assert!(all.iter().all(|(_, s)| ((s[0] + s[2]) / 2.0 > 1.0) == ((s[1] + s[3]) / 2.0 < 1.0)), "{all:?}");
        assert!(lines(&[1.0, f32::NAN, 0.0, 1.0], 2, &[0.4]).is_empty());
        assert!(lines(&[1.0; 4], 2, &[0.4]).is_empty() && lines(&[], 0, &[0.4]).is_empty());
    }

    #[test]
    fn levels_are_round_and_within_the_range() {
        assert_eq!(levels((-1.0, 1.0)).len(), 9);
        assert!(levels((-1.0, 1.0)).contains(&0.0) && levels((3.0, 3.0)).is_empty());
    }
}
