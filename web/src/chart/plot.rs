//! The frame of the plot: where things stand, axes and legend.

use web_sys::CanvasRenderingContext2d;

use super::scale;
use crate::theme::{Ink, set_dash};

/// Room for labels around the plotting area, in CSS pixels: left, right, top, bottom.
const MARGINS: [f64; 4] = [58.0, 26.0, 8.0, 26.0];
/// The same in a narrow plot.
const NARROW_MARGINS: [f64; 4] = [46.0, 14.0, 6.0, 24.0];
/// Up to this width a plot is narrow, in CSS pixels.
const NARROW: f64 = 420.0;

/// Between the plotting area and a label, in CSS pixels.
const GAP: f64 = 6.0;

/// Least distance of two labels, in CSS pixels.
const X_APART: f64 = 56.0;
const Y_APART: f64 = 30.0;

/// Most ticks of a logarithmic axis.
const DECADES: usize = 7;

/// Height of a row of the legend, length of the line before a name, most of a name, between entries, in CSS pixels.
const ROW: f64 = 18.0;
const KEY: f64 = 22.0;
const NAME: f64 = 170.0;
const BETWEEN: f64 = 16.0;

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Area {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// One entry of the legend.
pub struct LegendEntry {
    /// Name of the run.
    pub name: String,
    /// Its colour.
    pub colour: &'static str,
    /// Its dashes.
    pub dash: &'static [f64],
}

/// What the axes are drawn with.
pub struct Axes<'a> {
    /// The label of an abscissa.
    pub x_label: &'a dyn Fn(f64) -> String,
    /// The label of an ordinate.
    pub y_label: fn(f64) -> String,
    /// Colours.
    pub ink: &'a Ink,
}

/// Font of a size in canvas pixels.
fn font(ctx: &CanvasRenderingContext2d, css: f64, ratio: f64) {
    ctx.set_font(&format!("{}px system-ui, sans-serif", (css * ratio).round()));
}

/// A name with its width in CSS pixels, cut where it is too long.
fn shortened(ctx: &CanvasRenderingContext2d, name: &str, ratio: f64) -> (String, f64) {
    let width = |text: &str| ctx.measure_text(text).map_or(NAME, |m| m.width() / ratio);
    let mut text = name.to_owned();
    let mut kept = name.chars().count();
    while kept > 1 && width(&text) > NAME {
        kept -= 1;
        text = name.chars().take(kept).chain(['…']).collect();
    }
    let measured = width(&text);
    (text, measured)
}

/// Draws the legend in rows from the top and returns their height in CSS pixels.
pub fn legend(ctx: &CanvasRenderingContext2d, entries: &[LegendEntry], width: f64, ratio: f64, ink: &Ink) -> f64 {
    font(ctx, 12.0, ratio);
    ctx.set_text_align("left");
    ctx.set_text_baseline("middle");
    let margins = margins(width);
    let (left, right) = (margins[0], width - margins[1]);
    let (mut x, mut row) = (left, 0.0);
    for entry in entries {
        let (name, measured) = shortened(ctx, &entry.name, ratio);
        let needed = KEY + 6.0 + measured;
        if x > left && x + needed > right {
            (x, row) = (left, row + 1.0);
        }
        let y = (margins[2] + (row + 0.5) * ROW) * ratio;
        ctx.set_stroke_style_str(entry.colour);
        ctx.set_line_width(2.0 * ratio);
        set_dash(ctx, entry.dash, ratio);
        ctx.begin_path();
        ctx.move_to(x * ratio, y);
        ctx.line_to((x + KEY) * ratio, y);
        ctx.stroke();
        ctx.set_fill_style_str(ink.ink);
        let _ = ctx.fill_text(&name, (x + KEY + 6.0) * ratio, y);
        x += needed + BETWEEN;
    }
    set_dash(ctx, &[], ratio);
    if entries.is_empty() { 0.0 } else { (row + 1.0) * ROW + 4.0 }
}

fn margins(width: f64) -> [f64; 4] {
    if width < NARROW { NARROW_MARGINS } else { MARGINS }
}

/// The plotting area in CSS pixels, below a legend of some height.
pub fn plotting_area((width, height): (f64, f64), legend: f64) -> Area {
    let [left, right, top, bottom] = margins(width);
    let top = top + legend;
    Area { left, top, width: (width - left - right).max(1.0), height: (height - top - bottom).max(1.0) }
}

/// How data become canvas pixels.
#[derive(Clone, Copy)]
pub struct Viewport {
    /// The plotting area.
    pub area: Area,
    /// Range of the abscissas.
    pub x: (f64, f64),
    /// Range of the ordinates.
    pub y: (f64, f64),
    /// The vertical axis is logarithmic.
    pub log: bool,
    /// Canvas pixels for each CSS pixel.
    pub ratio: f64,
}

impl Viewport {
    /// The frame for a plotting area in CSS pixels.
    pub fn new(inner: Area, (x, y): ((f64, f64), (f64, f64)), log: bool, ratio: f64) -> Viewport {
        let pixels = |v: f64| (v * ratio).round();
        let area = Area {
            left: pixels(inner.left),
            top: pixels(inner.top),
            width: pixels(inner.width),
            height: pixels(inner.height),
        };
        Viewport { area, x, y, log, ratio }
    }

    /// Canvas abscissa.
    pub fn px(&self, x: f64) -> f64 {
        self.area.left + (x - self.x.0) / (self.x.1 - self.x.0) * self.area.width
    }

    /// Canvas ordinate; none where the axis has no place for the value.
    pub fn py(&self, y: f64) -> Option<f64> {
        let part = if self.log {
            if y <= 0.0 {
                return None;
            }
            (self.y.1 / y).ln() / (self.y.1 / self.y.0).ln()
        } else {
            (self.y.1 - y) / (self.y.1 - self.y.0)
        };
        // A canvas forgets lines to places that are too far away; the clip hides the difference.
        let part = if part.is_nan() { return None } else { part.clamp(-3.0, 4.0) };
        Some(self.area.top + part * self.area.height)
    }

    /// Draws the axes.
    pub fn axes(&self, ctx: &CanvasRenderingContext2d, axes: &Axes<'_>) {
        let (area, gap) = (self.area, GAP * self.ratio);
        font(ctx, 12.0, self.ratio);
        ctx.set_fill_style_str(axes.ink.mute);
        ctx.set_stroke_style_str(axes.ink.line);
        ctx.set_line_width(self.ratio.round().max(1.0));
        ctx.set_text_align("center");
        ctx.set_text_baseline("top");
        for x in scale::ticks(self.x.0, self.x.1, area.width / self.ratio / X_APART) {
            let _ = ctx.fill_text(&(axes.x_label)(x), self.px(x), area.top + area.height + gap);
        }
        ctx.set_text_align("right");
        ctx.set_text_baseline("middle");
        let (lo, hi) = self.y;
        let rows = area.height / self.ratio / Y_APART;
        let ticks = if self.log {
            scale::decades(lo, hi, DECADES.min(rows.max(2.0) as usize))
        } else {
            scale::ticks(lo, hi, rows)
        };
        ctx.begin_path();
        for y in ticks {
            let Some(at) = self.py(y) else { continue };
            let _ = ctx.fill_text(&(axes.y_label)(y), area.left - gap, at);
            // In the middle of a pixel a line is sharp.
            let at = at.round() + 0.5;
            ctx.move_to(area.left, at);
            ctx.line_to(area.left + area.width, at);
        }
        ctx.stroke();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_become_pixels() {
        let area = Area { left: 10.0, top: 0.0, width: 100.0, height: 60.0 };
        let frame = Viewport { area, x: (0.0, 200.0), y: (1e-6, 1.0), log: true, ratio: 1.0 };
        assert_eq!(frame.px(100.0), 60.0);
        assert!((frame.py(1e-3).unwrap() - 30.0).abs() < 1e-9);
        assert_eq!((frame.py(0.0), frame.py(f64::NAN)), (None, None));
        assert!(frame.py(1e300).unwrap() >= -180.0);
        let linear = Viewport { log: false, y: (-1.0, 1.0), ..frame };
        assert_eq!(linear.py(0.0), Some(30.0));
    }

    #[test]
    fn a_narrow_plot_keeps_its_room() {
        let area = plotting_area((320.0, 180.0), 22.0);
        assert!(area.width > 250.0 && area.height > 120.0);
    }
}
