//! Small plots in place of a picture: points against the diagonal, values by index.

use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::browser::{context_2d, pixel_ratio, set_style};
use crate::chart::scale::{decades, linear_range};
use crate::format;
use crate::state::PictureData;
use crate::theme::Ink;

/// A plotting area in CSS pixels.
pub(super) struct Area {
    pub(super) ctx: CanvasRenderingContext2d,
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Sizes the canvas to what it is shown in and leaves room for labels.
fn area(canvas: &HtmlCanvasElement, ink: &Ink) -> Option<Area> {
    area_within(canvas, |_| [38.0, 10.0, 8.0, 18.0], ink)
}

/// The same with room on the left, right, top and bottom that follows from the width, in CSS pixels.
pub(super) fn area_within(canvas: &HtmlCanvasElement, margins: impl Fn(f64) -> [f64; 4], ink: &Ink) -> Option<Area> {
    let ratio = pixel_ratio();
    let (w, h) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
    if w < 20.0 || h < 20.0 {
        return None;
    }
    canvas.set_width((w * ratio) as u32);
    canvas.set_height((h * ratio) as u32);
    set_style(canvas, "image-rendering", "auto");
    let ctx = context_2d(canvas)?;
    ctx.scale(ratio, ratio).ok()?;
    ctx.set_font("10px system-ui, sans-serif");
    ctx.set_fill_style_str(ink.mute);
    ctx.set_line_width(1.0);
    let [left, right, top, bottom] = margins(w);
    Some(Area { ctx, left, top, width: w - left - right, height: h - top - bottom })
}

impl Area {
    pub(super) fn line(&self, (x0, y0): (f64, f64), (x1, y1): (f64, f64)) {
        self.ctx.begin_path();
        self.ctx.move_to(x0, y0);
        self.ctx.line_to(x1, y1);
        self.ctx.stroke();
    }

    fn dot(&self, x: f64, y: f64, radius: f64, filled: bool) {
        self.ctx.begin_path();
        let _ = self.ctx.arc(x, y, radius, 0.0, std::f64::consts::TAU);
        if filled { self.ctx.fill() } else { self.ctx.stroke() }
    }

    pub(super) fn label(&self, words: &str, x: f64, y: f64, align: &str) {
        self.ctx.set_text_align(align);
        self.ctx.set_text_baseline("middle");
        let _ = self.ctx.fill_text(words, x, y);
    }
}

/// Points of two coordinates; on the diagonal they agree.
pub fn scatter(canvas: &HtmlCanvasElement, picture: &PictureData, colour: &str, ink: &Ink) {
    let Some(a) = area(canvas, ink) else { return };
    let finite = || picture.values.iter().chain(&picture.aux).copied().filter(|v| v.is_finite()).map(f64::from);
    let (lo, hi) = linear_range(finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    let x = |v: f64| a.left + (v - lo) / (hi - lo) * a.width;
    let y = |v: f64| a.top + (hi - v) / (hi - lo) * a.height;
    a.ctx.set_stroke_style_str(ink.line);
    a.ctx.stroke_rect(a.left, a.top, a.width, a.height);
    a.ctx.set_stroke_style_str(ink.mute);
    a.line((x(lo), y(lo)), (x(hi), y(hi)));
    for v in [lo + (hi - lo) * 0.05, hi - (hi - lo) * 0.05] {
        let words = format::tick((v * 1000.0).round() / 1000.0);
        a.label(&words, a.left - 4.0, y(v), "right");
        a.label(&words, x(v), a.top + a.height + 9.0, "center");
    }
    a.ctx.set_fill_style_str(colour);
    // Where there are thousands, their density is what is to be seen.
    a.ctx.set_global_alpha(if picture.values.len() > 400 { 0.25 } else { 0.7 });
    for (&p, &q) in picture.values.iter().zip(&picture.aux) {
        if p.is_finite() && q.is_finite() {
            a.dot(x(f64::from(p)), y(f64::from(q)), 2.0, true);
        }
    }
    a.ctx.set_global_alpha(1.0);
}

/// Places in the plane with one unit for both axes: dots, and a line from each to where it should be, a ring.
pub fn points(canvas: &HtmlCanvasElement, picture: &PictureData, colour: &str, ink: &Ink) {
    let Some(a) = area(canvas, ink) else { return };
    let n = picture.shape.width as usize;
    let all = |axis: usize| {
        let part = |list: &[f32]| list.get(axis * n..(axis + 1) * n).unwrap_or_default().to_vec();
        [part(&picture.values), part(&picture.aux)].concat()
    };
    let range = |axis: usize| {
        let finite = || all(axis).into_iter().filter(|v| v.is_finite()).map(f64::from);
        (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max))
    };
    let ((x0, x1), (y0, y1)) = (range(0), range(1));
    if !(x0 <= x1 && y0 <= y1) {
        return;
    }
    let unit = (0.92 * a.width / (x1 - x0).max(1e-30)).min(0.92 * a.height / (y1 - y0).max(1e-30));
    let at = |list: &[f32], i: usize| {
        let (x, y) = (f64::from(*list.get(i)?), f64::from(*list.get(n + i)?));
        let x = a.left + 0.5 * a.width + (x - 0.5 * (x0 + x1)) * unit;
        let y = a.top + 0.5 * a.height - (y - 0.5 * (y0 + y1)) * unit;
        (x.is_finite() && y.is_finite()).then_some((x, y))
    };
    a.ctx.set_stroke_style_str(ink.line);
    a.ctx.stroke_rect(a.left, a.top, a.width, a.height);
    a.ctx.set_fill_style_str(colour);
    for i in 0..n {
        let Some((x, y)) = at(&picture.values, i) else { continue };
        if let Some(place) = at(&picture.aux, i) {
            a.ctx.set_stroke_style_str(ink.mute);
            a.line((x, y), place);
            a.dot(place.0, place.1, 4.0, false);
        }
        a.dot(x, y, 2.5, true);
    }
}

/// Values by index on a logarithmic axis, the true ones as rings.
pub fn spectrum(canvas: &HtmlCanvasElement, picture: &PictureData, span: (f64, f64), colour: &str, ink: &Ink) {
    let Some(a) = area(canvas, ink) else { return };
    let true_top = picture.aux.iter().copied().map(f64::from).fold(0.0, f64::max);
    let top = span.1.max(true_top) * 1.5;
    if !(top > 0.0 && top.is_finite()) {
        return;
    }
    // Twelve decades hold everything that double precision can tell apart from rounding here.
    let positive = picture.values.iter().chain(&picture.aux).copied().map(f64::from).filter(|v| *v > 0.0);
    let bottom = positive.fold(top, f64::min).max(top * 1e-12).min(top * 1e-2) / 1.5;
    let count = picture.values.len().max(picture.aux.len()).max(1) as f64;
    let x = |i: usize| a.left + (i as f64 + 0.5) / count * a.width;
    let y = |v: f64| a.top + (top / v.max(bottom)).ln() / (top / bottom).ln() * a.height;
    a.ctx.set_stroke_style_str(ink.line);
    for tick in decades(bottom, top, 5) {
        a.line((a.left, y(tick)), (a.left + a.width, y(tick)));
        a.label(&format::tick(tick), a.left - 4.0, y(tick), "right");
    }
    a.label("1", x(0), a.top + a.height + 9.0, "center");
    a.label(&count.to_string(), x(count as usize - 1), a.top + a.height + 9.0, "center");
    a.ctx.set_stroke_style_str(colour);
    a.ctx.set_fill_style_str(colour);
    a.ctx.set_line_width(1.5);
    a.ctx.begin_path();
    for (i, &v) in picture.values.iter().enumerate() {
        a.ctx.line_to(x(i), y(f64::from(v)));
    }
    a.ctx.stroke();
    for (i, &v) in picture.values.iter().enumerate() {
        a.dot(x(i), y(f64::from(v)), 2.2, true);
    }
    a.ctx.set_stroke_style_str(ink.ink);
    a.ctx.set_line_width(1.0);
    for (i, &v) in picture.aux.iter().enumerate().filter(|(_, v)| **v > 0.0) {
        a.dot(x(i), y(f64::from(v)), 4.0, false);
    }
}
