//! Curves over an axis: functions of one coordinate.

use web_sys::HtmlCanvasElement;

use super::plots::{Area, area_within};
use crate::chart::scale::{linear_range, ticks};
use crate::format;
use crate::state::PictureData;
use crate::theme::{Ink, run_dash, set_dash};

/// A plot that is narrower, in CSS pixels, has no room for labels.
const BARE: f64 = 150.0;

/// Least distance of two labels along the axes, in CSS pixels.
const APART: (f64, f64) = (52.0, 26.0);

/// Room on the left, right, top and bottom of a plot of some width, in CSS pixels.
pub fn margins(width: f64) -> [f64; 4] {
    if width < BARE { [3.0, 3.0, 4.0, 4.0] } else { [46.0, 12.0, 8.0, 18.0] }
}

/// Abscissas, curves, and the curves that they should be.
fn parts(picture: &PictureData) -> Option<(&[f32], &[f32], &[f32])> {
    let n = picture.shape.width as usize;
    let (x, truth) = picture.aux.split_at_checked(n)?;
    (n > 0 && picture.values.len() == n * picture.shape.height as usize).then_some((x, &picture.values, truth))
}

/// Draws the curves in the run's colour over what they should be, on a range of ordinates that all runs share.
pub fn draw(canvas: &HtmlCanvasElement, picture: &PictureData, span: (f64, f64), colour: &str, ink: &Ink) {
    let Some(a) = area_within(canvas, margins, ink) else { return };
    let Some((xs, curves, truth)) = parts(picture) else { return };
    let n = xs.len();
    let (x0, x1) = (f64::from(xs[0]), f64::from(xs[n - 1]));
    let (lo, hi) = linear_range(span.0, span.1);
    let x = |v: f64| a.left + if x1 > x0 { (v - x0) / (x1 - x0) } else { 0.5 } * a.width;
    // A canvas forgets lines to places that are too far away; the clip hides the difference.
    let y = |v: f64| a.top + ((hi - v) / (hi - lo)).clamp(-3.0, 4.0) * a.height;
    axes(&a, ((x0, x1), (lo, hi)), &x, &y, ink);
    a.ctx.save();
    a.ctx.begin_path();
    a.ctx.rect(a.left, a.top - 2.0, a.width, a.height + 4.0);
    a.ctx.clip();
    a.ctx.set_line_join("round");
    let path = |values: &[f32]| {
        a.ctx.begin_path();
        let mut open = false;
        for (&at, &v) in xs.iter().zip(values) {
            if !v.is_finite() {
                open = false;
            } else if open {
                a.ctx.line_to(x(f64::from(at)), y(f64::from(v)));
            } else {
                a.ctx.move_to(x(f64::from(at)), y(f64::from(v)));
                open = true;
            }
        }
        a.ctx.stroke();
    };
    a.ctx.set_stroke_style_str(ink.mute);
    set_dash(&a.ctx, &[3.0, 3.0], 1.0);
    truth.chunks_exact(n).for_each(path);
    a.ctx.set_stroke_style_str(colour);
    a.ctx.set_line_width(2.0);
    for (i, curve) in curves.chunks_exact(n).enumerate() {
        set_dash(&a.ctx, run_dash(i), 1.0);
        path(curve);
    }
    a.ctx.restore();
}

fn axes(
    a: &Area,
    ((x0, x1), (lo, hi)): ((f64, f64), (f64, f64)),
    x: &dyn Fn(f64) -> f64,
    y: &dyn Fn(f64) -> f64,
    ink: &Ink,
) {
    let bottom = a.top + a.height;
    let bare = a.left < 10.0;
    a.ctx.set_stroke_style_str(ink.line);
    for v in ticks(lo, hi, a.height / APART.1) {
        // Zero is where curves of both signs cross.
        a.ctx.set_stroke_style_str(if v == 0.0 { ink.mute } else { ink.line });
        if !bare {
            a.label(&format::tick(v), a.left - 5.0, y(v), "right");
        }
        if !bare || v == 0.0 {
            let at = y(v).round() + 0.5;
            a.line((a.left, at), (a.left + a.width, at));
        }
    }
    a.ctx.set_stroke_style_str(ink.line);
    if !bare {
        for v in ticks(x0, x1, a.width / APART.0) {
            a.line((x(v).round() + 0.5, bottom), (x(v).round() + 0.5, bottom + 3.0));
            a.label(&format::tick(v), x(v), bottom + 10.0, "center");
        }
        a.line((a.left, bottom), (a.left + a.width, bottom));
    }
}

/// The abscissa at a fraction of the axis, and the values of the curves there.
pub fn values_at(picture: &PictureData, u: f64) -> Option<(f64, Vec<f64>)> {
    let (xs, curves, _) = parts(picture)?;
    let n = xs.len();
    let (x0, x1) = (f64::from(xs[0]), f64::from(xs[n - 1]));
    let x = x0 + (x1 - x0) * u.clamp(0.0, 1.0);
    let after = xs.partition_point(|v| f64::from(*v) <= x).clamp(1, n.max(2) - 1).min(n - 1);
    let before = after.saturating_sub(1);
    let (from, to) = (f64::from(xs[before]), f64::from(xs[after]));
    let part = if to > from { ((x - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
    let between = |c: &[f32]| f64::from(c[before]) + part * (f64::from(c[after]) - f64::from(c[before]));
    Some((x, curves.chunks_exact(n).map(between).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_core::PictureKind;
    use iterscope_protocol::PictureShape;

    fn picture(width: u32, height: u32, values: &[f32], aux: &[f32]) -> PictureData {
        let shape = PictureShape { kind: PictureKind::Line, width, height, lo: 0.0, hi: 1.0 };
        PictureData { shape, values: values.to_vec(), aux: aux.to_vec() }
    }

    #[test]
    fn values_are_read_between_points() {
        let two = picture(3, 2, &[0.0, 1.0, 0.0, 5.0, 5.0, 7.0], &[0.0, 1.0, 3.0, 9.0]);
        assert_eq!(values_at(&two, 0.0), Some((0.0, vec![0.0, 5.0])));
        assert_eq!(values_at(&two, 0.5), Some((1.5, vec![0.75, 5.5])));
        assert_eq!(values_at(&two, 1.0), Some((3.0, vec![0.0, 7.0])));
        assert_eq!(values_at(&picture(1, 1, &[4.0], &[2.0]), 0.3), Some((2.0, vec![4.0])));
        assert_eq!(values_at(&picture(3, 1, &[4.0], &[2.0]), 0.3), None);
    }
}
