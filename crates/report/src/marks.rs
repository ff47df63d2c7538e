//! One mark after the other, as elements of a picture.

use iterscope_core::colour::Map;
use iterscope_core::{Experiment, Mark, Scale};

use crate::frame::{LETTER, PlotLayout, edges};
use crate::html::escape;
use crate::number::{place, significant};

/// Elements for `mark`.
pub fn draw(out: &mut String, frame: &PlotLayout, mark: &Mark, opens: Option<&mut Vec<Experiment>>) {
    match mark {
        Mark::Line { x, y, tone, dashed, .. } => {
            let kind = if *dashed { "line dashed" } else { "line" };
            for part in parts(frame, x, y) {
                polyline(out, &format!("{kind} t{}", tone % 6), &part);
            }
        }
        Mark::Points { x, y, names, tones, named, .. } => points(out, frame, (x, y), names, tones, *named),
        Mark::Intervals { at, low, mid, high, tone, .. } => {
            for k in 0..at.len() {
                let Some((left, y)) = frame.at(low[k], at[k]) else { continue };
                let Some((right, _)) = frame.at(high[k], at[k]) else { continue };
                segment(out, &format!("line t{}", tone % 6), (left, y), (right, y), None);
                if let Some((x, y)) = frame.at(mid[k], at[k]) {
                    let words = format!(
                        "{} ({} to {})",
                        significant(mid[k], 4),
                        significant(low[k], 4),
                        significant(high[k], 4)
                    );
                    dot(out, tone % 6, (x, y), &words);
                }
            }
        }
        Mark::Edges { from, to, weight, tone } => {
            for ((a, b), w) in from.iter().zip(to).zip(weight) {
                if let (Some(a), Some(b)) = (frame.at(a.0, a.1), frame.at(b.0, b.1)) {
                    segment(out, &format!("edge t{}", tone % 6), a, b, Some(*w));
                }
            }
        }
        Mark::Band { x, low, high, tone, .. } => {
            let up = parts(frame, x, high);
            let down = parts(frame, x, low);
            for (mut a, b) in up.into_iter().zip(down) {
                a.extend(b.into_iter().rev());
                out.push_str(&format!("<polygon class=\"band t{}\"", tone % 6));
                coordinates(out, &a);
            }
        }
        Mark::Doors { x, y, names, opens: experiments, tone } => {
            doors(out, frame, (x, y), (names, *tone), (experiments, opens));
        }
        Mark::Heat { x, y, values, label, scale, names, opens: experiments } => {
            heat(out, frame, (x, y), &Cells { values, label, scale: *scale, names }, (experiments, opens));
        }
        Mark::Rule { label, at, vertical } => rule(out, frame, label, *at, *vertical),
        Mark::Diagonal => diagonal(out, frame),
    }
}

/// The places of a line, in pieces between what cannot be shown.
fn parts(frame: &PlotLayout, x: &[f64], y: &[f64]) -> Vec<Vec<(f64, f64)>> {
    let mut all = vec![Vec::new()];
    for (x, y) in x.iter().zip(y) {
        match (frame.at(*x, *y), all.last_mut()) {
            (Some(point), Some(last)) => last.push(point),
            (None, Some(last)) if !last.is_empty() => all.push(Vec::new()),
            _ => {}
        }
    }
    all.retain(|part| !part.is_empty());
    all
}

fn coordinates(out: &mut String, points: &[(f64, f64)]) {
    out.push_str(" points=\"");
    for (x, y) in points {
        place(out, *x);
        out.push(',');
        place(out, *y);
        out.push(' ');
    }
    out.push_str("\"/>");
}

fn polyline(out: &mut String, class: &str, points: &[(f64, f64)]) {
    out.push_str(&format!("<polyline class=\"{class}\""));
    coordinates(out, points);
}

fn attribute(out: &mut String, key: &str, value: f64) {
    out.push_str(&format!(" {key}=\""));
    place(out, value);
    out.push('"');
}

fn segment(out: &mut String, class: &str, a: (f64, f64), b: (f64, f64), weight: Option<f64>) {
    out.push_str(&format!("<line class=\"{class}\""));
    for (key, value) in [("x1", a.0), ("y1", a.1), ("x2", b.0), ("y2", b.1)] {
        attribute(out, key, value);
    }
    if let Some(weight) = weight.filter(|w| w.is_finite()) {
        attribute(out, "stroke-width", weight.clamp(0.25, 8.0));
    }
    out.push_str("/>");
}

fn dot(out: &mut String, tone: usize, (x, y): (f64, f64), words: &str) {
    out.push_str(&format!("<circle class=\"dot t{tone}\" r=\"3.5\""));
    attribute(out, "cx", x);
    attribute(out, "cy", y);
    out.push_str("><title>");
    escape(out, words);
    out.push_str("</title></circle>");
}

/// Text at a place, anchored at `start`, `middle` or `end`.
pub fn write(out: &mut String, class: &str, anchor: &str, (x, y): (f64, f64), words: &str) {
    out.push_str(&format!("<text class=\"{class}\" text-anchor=\"{anchor}\""));
    attribute(out, "x", x);
    attribute(out, "y", y);
    out.push('>');
    escape(out, words);
    out.push_str("</text>");
}

fn points(
    out: &mut String,
    frame: &PlotLayout,
    (xs, ys): (&[f64], &[f64]),
    names: &[String],
    tones: &[usize],
    named: bool,
) {
    let mut taken = Vec::new();
    for (k, (x, y)) in xs.iter().zip(ys).enumerate() {
        let Some(at) = frame.at(*x, *y) else { continue };
        let tone = tones.get(k).or(tones.first()).copied().unwrap_or(0) % 6;
        let place = format!("{}, {}", significant(*x, 4), significant(*y, 4));
        let name = names.get(k).map(String::as_str);
        let words = match name {
            Some(name) if frame.x_ticks.is_empty() && frame.y_ticks.is_empty() => name.to_owned(),
            Some(name) => format!("{name}: {place}"),
            None => place,
        };
        dot(out, tone, at, &words);
        if let (true, Some(name)) = (named, name) {
            if frame.ends {
                write(out, "name", "start", (at.0 + 7.0, at.1 + 4.0), &cut(name));
            } else {
                let (anchor, at) = free(&mut taken, frame, at, name);
                write(out, "name", anchor, at, name);
            }
        }
    }
}

/// A place for the name of the point at `at` where it hides no other name: right above it, or else left, or below.
fn free(taken: &mut Vec<[f64; 4]>, frame: &PlotLayout, at: (f64, f64), name: &str) -> (&'static str, (f64, f64)) {
    let width = LETTER * name.chars().count() as f64;
    let places = [(6.0, -5.0), (-6.0, -5.0), (6.0, 13.0), (-6.0, 13.0)];
    let boxes = places.map(|(dx, dy)| {
        let left = if dx > 0.0 { at.0 + dx } else { at.0 + dx - width };
        [left, at.1 + dy - 9.0, left + width, at.1 + dy + 2.0]
    });
    let inside = |b: &[f64; 4]| b[0] >= frame.area[0] - 8.0 && b[2] <= frame.area[2] + 12.0;
    let meets = |b: &[f64; 4], t: &[f64; 4]| b[0] < t[2] && t[0] < b[2] && b[1] < t[3] && t[1] < b[3];
    let fits = |k: &usize| inside(&boxes[*k]) && !taken.iter().any(|t| meets(&boxes[*k], t));
    // Where there is room for none, it stays inside the plot.
    let k = (0..4).find(fits).or_else(|| (0..4).find(|k| inside(&boxes[*k]))).unwrap_or(0);
    taken.push(boxes[k]);
    (if places[k].0 > 0.0 { "start" } else { "end" }, (at.0 + places[k].0, at.1 + places[k].1))
}

/// A name of at most 30 letters.
pub fn cut(name: &str) -> String {
    if name.chars().count() <= 30 {
        return name.to_owned();
    }
    name.chars().take(29).chain(['…']).collect()
}

/// Makes the element that was begun a link to an experiment, where there is one.
fn open(out: &mut String, opens: Option<&mut Vec<Experiment>>, experiment: Option<&Option<Experiment>>) {
    if let (Some(list), Some(Some(experiment))) = (opens, experiment) {
        out.push_str(&format!(" data-open=\"{}\" tabindex=\"0\" role=\"link\"", list.len()));
        list.push(experiment.clone());
    }
}

type Opens<'a, 'b> = (&'a [Option<Experiment>], Option<&'b mut Vec<Experiment>>);

fn doors(
    out: &mut String,
    frame: &PlotLayout,
    (xs, ys): (&[f64], &[f64]),
    (names, tone): (&[String], usize),
    (experiments, mut opens): Opens<'_, '_>,
) {
    for (k, (x, y)) in xs.iter().zip(ys).enumerate() {
        let Some((x, y)) = frame.at(*x, *y) else { continue };
        out.push_str(&format!("<circle class=\"dot t{}\" r=\"4\"", tone % 6));
        attribute(out, "cx", x);
        attribute(out, "cy", y);
        open(out, opens.as_deref_mut(), experiments.get(k));
        out.push_str("><title>");
        escape(out, names.get(k).map_or("", String::as_str));
        out.push_str("</title></circle>");
    }
}

/// What the cells of a grid hold.
struct Cells<'a> {
    values: &'a [f64],
    label: &'a str,
    scale: Scale,
    names: &'a [String],
}

/// The least and the largest value of a grid, as its colours take them.
pub fn heat_range(values: &[f64], scale: Scale) -> Option<(f64, f64)> {
    let shown = |v: &&f64| v.is_finite() && (scale == Scale::Linear || **v > 0.0);
    let ends = |(lo, hi): (f64, f64), v: &f64| (lo.min(*v), hi.max(*v));
    let (low, high) = values.iter().filter(shown).fold((f64::INFINITY, f64::NEG_INFINITY), ends);
    (low <= high).then_some((low, high))
}

fn heat(
    out: &mut String,
    frame: &PlotLayout,
    (xs, ys): (&[f64], &[f64]),
    cells: &Cells<'_>,
    (experiments, mut opens): Opens<'_, '_>,
) {
    let place = |v: f64| if cells.scale == Scale::Log { v.log10() } else { v };
    let range = heat_range(cells.values, cells.scale);
    let (low, high) = range.map_or((0.0, 1.0), |(low, high)| (place(low), place(high)));
    let colours = Map::Viridis.table();
    let (columns, rows) = (edges(xs, frame.x.is_log()), edges(ys, frame.y.is_log()));
    for (r, (bottom, top)) in rows.into_iter().enumerate() {
        for (c, (left, right)) in columns.iter().enumerate() {
            let k = r * xs.len() + c;
            let value = cells.values.get(k).copied().unwrap_or(f64::NAN);
            let corners = (frame.at(*left, bottom), frame.at(*right, top));
            let (Some(a), Some(b)) = corners else { continue };
            out.push_str("<rect class=\"cell\"");
            attribute(out, "x", a.0.min(b.0));
            attribute(out, "y", a.1.min(b.1));
            attribute(out, "width", (a.0 - b.0).abs() + 0.3);
            attribute(out, "height", (a.1 - b.1).abs() + 0.3);
            if place(value).is_finite() {
                let part = if high > low { (place(value) - low) / (high - low) } else { 1.0 };
                let [red, green, blue] = colours[(part * 255.0).round() as usize];
                out.push_str(&format!(" fill=\"#{red:02x}{green:02x}{blue:02x}\""));
            } else {
                out.push_str(" fill=\"none\"");
            }
            open(out, opens.as_deref_mut(), experiments.get(k));
            out.push_str("><title>");
            match cells.names.get(k) {
                Some(name) => escape(out, name),
                None => escape(out, &format!("{} {}", cells.label, significant(value, 3))),
            }
            out.push_str("</title></rect>");
        }
    }
}

fn rule(out: &mut String, frame: &PlotLayout, label: &str, at: f64, vertical: bool) {
    let [left, top, right, bottom] = frame.area;
    if vertical {
        if let Some(x) = frame.x.at(at) {
            segment(out, "rule", (x, top), (x, bottom), None);
            let end = x > right - 120.0;
            write(
                out,
                "name",
                if end { "end" } else { "start" },
                (if end { x - 4.0 } else { x + 4.0 }, top + 10.0),
                label,
            );
        }
    } else if let Some(y) = frame.y.at(at) {
        segment(out, "rule", (left, y), (right, y), None);
        write(out, "name", "end", (right, y - 4.0), label);
    }
}

fn diagonal(out: &mut String, frame: &PlotLayout) {
    // Drawn through a hundred points: it is no line where one of the axes is logarithmic.
    let [left, _, right, bottom] = frame.area;
    let top = frame.area[1];
    let (x0, x1) = (frame.x.value(left), frame.x.value(right));
    let (y0, y1) = (frame.y.value(bottom), frame.y.value(top));
    let (low, high) = (x0.min(x1).max(y0.min(y1)), x0.max(x1).min(y0.max(y1)));
    let at: Vec<f64> = (0..=100).map(|k| low + (high - low) * f64::from(k) / 100.0).collect();
    for part in parts(frame, &at, &at) {
        polyline(out, "rule", &part);
    }
}
