//! The curves.

use std::f64::consts::TAU;

use iterscope_core::{Prediction, Stop};
use web_sys::CanvasRenderingContext2d;

use super::plot::{Area, Viewport};
use crate::state::trace::{Abscissa, Trace};
use crate::theme::{Ink, set_dash};

/// One curve.
pub struct Curve<'a> {
    /// The rows.
    pub trace: &'a Trace,
    /// Which value of the rows.
    pub series: usize,
    /// Row that belongs to the step shown.
    pub shown: Option<usize>,
    /// Colour.
    pub colour: &'a str,
    /// Dashes, in CSS pixels.
    pub dash: &'a [f64],
    /// How it ended.
    pub stop: Option<Stop>,
    /// What theory expects of this series.
    pub prediction: Option<&'a Prediction>,
    /// Row of the least value, where it has grown since: the point of overfitting.
    pub turn: Option<usize>,
    /// Steps for each unit of the horizontal axis.
    pub steps_per_x: f64,
    /// How it stands out: 1 as usual, more for the one under the pointer, less for the others then.
    pub weight: f64,
}

/// Draws everything within the axes.
pub fn curves(
    ctx: &CanvasRenderingContext2d,
    frame: &Viewport,
    axis: Abscissa,
    all: &[Curve<'_>],
    levels: &[(f64, &str)],
    ink: &Ink,
) {
    ctx.save();
    let Area { left, top, width, height } = frame.area;
    ctx.begin_path();
    ctx.rect(left, top - 6.0 * frame.ratio, width + 8.0 * frame.ratio, height + 12.0 * frame.ratio);
    ctx.clip();
    ctx.set_line_join("round");
    ctx.set_font(&format!("{}px system-ui, sans-serif", 11.0 * frame.ratio));
    ctx.set_text_baseline("bottom");
    for (value, label) in levels {
        level(ctx, frame, *value, label, ink);
    }
    for curve in all {
        predicted(ctx, frame, curve);
    }
    for curve in all {
        let last = curve.trace.len();
        let shown = curve.shown.map_or(last, |s| s + 1);
        path(ctx, frame, axis, curve, 0, shown, 1.0);
        if shown < last {
            path(ctx, frame, axis, curve, shown.saturating_sub(1), last, 0.3);
        }
    }
    for curve in all {
        ends(ctx, frame, axis, curve, ink);
    }
    ctx.restore();
}

fn level(ctx: &CanvasRenderingContext2d, frame: &Viewport, value: f64, label: &str, ink: &Ink) {
    let Some(y) = frame.py(value) else { return };
    set_dash(ctx, &[2.0, 4.0], frame.ratio);
    ctx.set_line_width(frame.ratio);
    ctx.set_stroke_style_str(ink.mute);
    ctx.begin_path();
    ctx.move_to(frame.area.left, y);
    ctx.line_to(frame.area.left + frame.area.width, y);
    ctx.stroke();
    ctx.set_fill_style_str(ink.mute);
    ctx.set_text_align("right");
    let _ = ctx.fill_text(label, frame.area.left + frame.area.width - 6.0 * frame.ratio, y - 2.0 * frame.ratio);
}

/// The rate that theory expects, as a thin dashed line.
fn predicted(ctx: &CanvasRenderingContext2d, frame: &Viewport, curve: &Curve<'_>) {
    let Some(p) = curve.prediction else { return };
    if !(p.start > 0.0 && p.factor > 0.0 && curve.steps_per_x.is_finite()) {
        return;
    }
    let at = |x: f64| p.at((x * curve.steps_per_x).max(0.0));
    set_dash(ctx, &[4.0, 4.0], frame.ratio);
    ctx.set_line_width(1.2 * frame.ratio);
    ctx.set_global_alpha(0.75 * curve.weight.min(1.0));
    ctx.set_stroke_style_str(curve.colour);
    ctx.begin_path();
    // Straight on a logarithmic axis, bent on a linear one; both ends may lie far outside.
    let pieces = 96;
    for i in 0..=pieces {
        let x = frame.x.0 + (frame.x.1 - frame.x.0) * f64::from(i) / f64::from(pieces);
        if let Some(y) = frame.py(at(x).max(f64::MIN_POSITIVE)) {
            ctx.line_to(frame.px(x), y);
        }
    }
    ctx.stroke();
    ctx.set_global_alpha(1.0);
}

/// Rows `from..to`. Of the rows that fall on one column of pixels only the first, lowest, highest and last are drawn.
fn path(
    ctx: &CanvasRenderingContext2d,
    frame: &Viewport,
    axis: Abscissa,
    curve: &Curve<'_>,
    from: usize,
    to: usize,
    alpha: f64,
) {
    set_dash(ctx, curve.dash, frame.ratio);
    ctx.set_line_width(2.0 * curve.weight.max(1.0) * frame.ratio);
    ctx.set_global_alpha(alpha * curve.weight.min(1.0));
    ctx.set_stroke_style_str(curve.colour);
    ctx.begin_path();
    let mut column = Column::default();
    let mut open = false;
    for row in from..to {
        let x = frame.px(curve.trace.x(row, axis));
        match frame.py(curve.trace.y(row, curve.series)) {
            Some(y) => {
                if open && (x - column.x).abs() < 0.5 {
                    column.add(y);
                } else {
                    if open {
                        column.finish(ctx);
                        ctx.line_to(x, y);
                    } else {
                        ctx.move_to(x, y);
                    }
                    column = Column { x, low: y, high: y, last: y };
                    open = true;
                }
            }
            None => {
                if open {
                    column.finish(ctx);
                }
                open = false;
            }
        }
    }
    if open {
        column.finish(ctx);
    }
    ctx.stroke();
    ctx.set_global_alpha(1.0);
}

#[derive(Clone, Copy, Default)]
struct Column {
    x: f64,
    low: f64,
    high: f64,
    last: f64,
}

impl Column {
    fn add(&mut self, y: f64) {
        self.low = self.low.min(y);
        self.high = self.high.max(y);
        self.last = y;
    }

    fn finish(&self, ctx: &CanvasRenderingContext2d) {
        if self.low < self.high {
            for y in [self.low, self.high, self.last] {
                ctx.line_to(self.x, y);
            }
        }
    }
}

/// A ring at the step shown, a bar where an error turned, and at the end a mark that says how it ended.
fn ends(ctx: &CanvasRenderingContext2d, frame: &Viewport, axis: Abscissa, curve: &Curve<'_>, ink: &Ink) {
    set_dash(ctx, &[], 1.0);
    let place = |row: usize| {
        let y = frame.py(curve.trace.y(row, curve.series))?;
        let (top, bottom) = (frame.area.top, frame.area.top + frame.area.height);
        Some((frame.px(curve.trace.x(row, axis)), y.clamp(top, bottom)))
    };
    let last = curve.trace.len().checked_sub(1);
    ctx.set_fill_style_str(curve.colour);
    ctx.set_line_width(1.5 * frame.ratio);
    if let Some((x, y)) = curve.turn.and_then(place) {
        let arm = 9.0 * frame.ratio;
        ctx.set_stroke_style_str(curve.colour);
        ctx.begin_path();
        ctx.move_to(x, y - arm);
        ctx.line_to(x, y + arm);
        ctx.stroke();
        ctx.set_text_align("left");
        let _ = ctx.fill_text("least", x + 0.5 * arm, y - arm);
    }
    ctx.set_stroke_style_str(ink.panel);
    if let (Some(stop), Some((x, y))) = (curve.stop, last.and_then(place)) {
        symbol(ctx, stop, x, y, 5.0 * frame.ratio);
        ctx.fill();
        ctx.stroke();
    }
    let behind = curve.stop.is_none() || curve.shown < last;
    if let Some((x, y)) = curve.shown.filter(|_| behind).and_then(place) {
        ctx.begin_path();
        let _ = ctx.arc(x, y, 3.5 * frame.ratio, 0.0, TAU);
        ctx.set_fill_style_str(ink.panel);
        ctx.fill();
        ctx.set_stroke_style_str(curve.colour);
        ctx.set_line_width(2.0 * frame.ratio);
        ctx.stroke();
    }
}

/// A shape for each way to end: disc, diamond, square, triangle, cross.
fn symbol(ctx: &CanvasRenderingContext2d, stop: Stop, x: f64, y: f64, r: f64) {
    ctx.begin_path();
    // Corners in units of the radius.
    let corners: &[(f64, f64)] = match stop {
        Stop::Converged | Stop::TimeReached => {
            let _ = ctx.arc(x, y, r, 0.0, TAU);
            return;
        }
        Stop::MaxSteps => &[(0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)],
        Stop::Stagnated => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        Stop::Diverged => &[(0.0, -1.3), (1.1, 0.7), (-1.1, 0.7)],
        Stop::Breakdown(_) => &[
            (0.0, -0.4),
            (0.8, -1.2),
            (1.2, -0.8),
            (0.4, 0.0),
            (1.2, 0.8),
            (0.8, 1.2),
            (0.0, 0.4),
            (-0.8, 1.2),
            (-1.2, 0.8),
            (-0.4, 0.0),
            (-1.2, -0.8),
            (-0.8, -1.2),
        ],
    };
    for (u, v) in corners {
        ctx.line_to(x + r * u, y + r * v);
    }
    ctx.close_path();
}
