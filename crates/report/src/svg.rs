//! Plots as scalable pictures.

use iterscope_core::colour::Map;
use iterscope_core::{Experiment, Mark, Plot, Report, Scale};

use crate::frame::{LETTER, PlotLayout};
use crate::html::escape;
use crate::marks::{self, cut, write};
use crate::number::{place, significant};

/// The look of a picture that stands alone; a page has its own.
pub const STYLE: &str = "svg{font:12px system-ui,sans-serif}.grid{stroke:#8883;fill:none}text{fill:#444}.name{font-size:11px}\
    .line{fill:none;stroke:var(--t);stroke-width:1.6}.dashed{stroke-dasharray:5 4}.dot{fill:var(--t)}\
    .edge{stroke:var(--t);opacity:.35}.band{fill:var(--t);opacity:.2}.rule{stroke:#888;stroke-dasharray:3 3;fill:none}\
    .cell{stroke:none}.key{fill:var(--t)}\
    .t0{--t:#0072b2}.t1{--t:#d55e00}.t2{--t:#009e73}.t3{--t:#cc79a7}.t4{--t:#e69f00}.t5{--t:#56b4e9}";

/// A plot as a picture that stands alone.
pub fn svg(plot: &Plot) -> String {
    let mut out = String::new();
    draw(&mut out, plot, None);
    standing(&out)
}

/// Adds what a picture needs outside a page to a drawn one.
fn standing(drawn: &str) -> String {
    let rest = drawn.strip_prefix("<svg").unwrap_or(drawn);
    // The first closing bracket ends the opening tag: what stands in its attributes is escaped.
    let (tag, inner) = rest.split_once('>').unwrap_or((rest, ""));
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\"{tag}><style>{STYLE}</style>{inner}\n")
}

/// All plots of a report, one below the other.
pub fn file(report: &Report) -> String {
    let plots: Vec<&Plot> = report.plots().collect();
    if let [one] = plots[..] {
        return svg(one);
    }
    let (mut width, mut height, mut inner) = (0.0_f64, 0.0, String::new());
    for plot in plots {
        let frame = PlotLayout::new(plot, has_legend(plot));
        inner.push_str(&format!("<g transform=\"translate(0,{height})\">"));
        body(&mut inner, plot, &frame, None);
        inner.push_str("</g>");
        width = width.max(frame.width);
        height += frame.height + 16.0;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\
         <style>{STYLE}</style>{inner}</svg>\n"
    )
}

/// The element of a plot for a page.
pub fn draw(out: &mut String, plot: &Plot, opens: Option<&mut Vec<Experiment>>) {
    let frame = PlotLayout::new(plot, has_legend(plot));
    out.push_str("<svg viewBox=\"0 0 ");
    place(out, frame.width);
    out.push(' ');
    place(out, frame.height);
    out.push_str("\" width=\"");
    place(out, frame.width);
    out.push_str("\" height=\"");
    place(out, frame.height);
    out.push_str("\" role=\"img\" aria-label=\"");
    escape(out, &plot.caption);
    out.push_str("\">");
    body(out, plot, &frame, opens);
    out.push_str("</svg>");
}

fn body(out: &mut String, plot: &Plot, frame: &PlotLayout, mut opens: Option<&mut Vec<Experiment>>) {
    axes(out, plot, frame);
    for mark in &plot.marks {
        marks::draw(out, frame, mark, opens.as_deref_mut());
    }
    legend(out, plot, frame);
}

fn labelled(mark: &Mark) -> Option<(&str, usize)> {
    let (label, tone) = match mark {
        Mark::Line { label, tone, .. } | Mark::Intervals { label, tone, .. } | Mark::Band { label, tone, .. } => {
            (label, *tone)
        }
        Mark::Points { label, tones, .. } => (label, tones.first().copied().unwrap_or(0)),
        _ => return None,
    };
    (!label.is_empty()).then_some((label, tone % 6))
}

fn has_legend(plot: &Plot) -> bool {
    plot.marks.iter().any(|m| labelled(m).is_some() || matches!(m, Mark::Heat { .. }))
}

/// The colours of a grid with the values at their ends; returns where they end.
fn colour_bar(out: &mut String, from: f64, (values, label, scale): (&[f64], &str, Scale)) -> f64 {
    let Some((low, high)) = marks::heat_range(values, scale) else { return from };
    let (low, high) = (significant(low, 3), significant(high, 3));
    let mut x = from;
    write(out, "name", "start", (x, 17.0), label);
    x += LETTER * label.chars().count() as f64 + 8.0;
    write(out, "name", "start", (x, 17.0), &low);
    x += LETTER * low.chars().count() as f64 + 5.0;
    for [red, green, blue] in Map::Viridis.table().into_iter().step_by(5) {
        out.push_str(&format!(
            "<rect fill=\"#{red:02x}{green:02x}{blue:02x}\" width=\"2.3\" height=\"10\" y=\"8\" x=\""
        ));
        place(out, x);
        out.push_str("\"/>");
        x += 2.0;
    }
    write(out, "name", "start", (x + 5.0, 17.0), &high);
    x + 25.0 + LETTER * high.chars().count() as f64
}

fn legend(out: &mut String, plot: &Plot, frame: &PlotLayout) {
    let mut x = frame.area[0];
    for mark in &plot.marks {
        if let Mark::Heat { values, label, scale, .. } = mark {
            x = colour_bar(out, x, (values, label, *scale));
        }
    }
    for (label, tone) in plot.marks.iter().filter_map(labelled) {
        out.push_str(&format!("<rect class=\"key t{tone}\" width=\"10\" height=\"10\" y=\"8\" x=\""));
        place(out, x);
        out.push_str("\"/>");
        write(out, "name", "start", (x + 14.0, 17.0), label);
        x += 34.0 + LETTER * label.chars().count() as f64;
    }
}

fn axes(out: &mut String, plot: &Plot, frame: &PlotLayout) {
    let [left, top, right, bottom] = frame.area;
    for (value, name) in &frame.x_ticks {
        let Some(x) = frame.x.at(*value).filter(|x| (left - 0.5..=right + 0.5).contains(x)) else { continue };
        line(out, (x, top), (x, bottom));
        write(out, "name", "middle", (x, bottom + 16.0), &cut(name));
    }
    for (value, name) in &frame.y_ticks {
        let Some(y) = frame.y.at(*value).filter(|y| (top - 0.5..=bottom + 0.5).contains(y)) else { continue };
        line(out, (left, y), (right, y));
        write(out, "name", "end", (left - 6.0, y + 4.0), &cut(name));
    }
    if !plot.x.label.is_empty() {
        write(out, "axis", "middle", (0.5 * (left + right), bottom + 36.0), &plot.x.label);
    }
    if !plot.y.label.is_empty() {
        out.push_str("<g transform=\"translate(12,");
        place(out, 0.5 * (top + bottom));
        out.push_str(") rotate(-90)\">");
        write(out, "axis", "middle", (0.0, 0.0), &plot.y.label);
        out.push_str("</g>");
    }
}

fn line(out: &mut String, a: (f64, f64), b: (f64, f64)) {
    out.push_str("<path class=\"grid\" d=\"M");
    for (k, value) in [a.0, a.1, b.0, b.1].into_iter().enumerate() {
        if k > 0 {
            out.push(if k == 2 { 'L' } else { ' ' });
        }
        place(out, value);
    }
    out.push_str("\"/>");
}
