//! Axes: ranges, ticks, and the way from values to places.

use iterscope_core::{Axis, Mark, Plot, Scale};

use crate::number::significant;

/// Pixels for one name on a vertical axis.
const ROW: f64 = 20.0;
/// Pixels from one name to the next where lines end.
const NAME: f64 = 14.0;
/// Pixels of one letter, about.
pub const LETTER: f64 = 6.2;
const WIDTH: f64 = 640.0;

/// One axis with its range in pixels.
pub struct Ruler {
    low: f64,
    high: f64,
    log: bool,
    doublings: bool,
    from: f64,
    to: f64,
}

impl Ruler {
    fn new(axis: &Axis, mut range: (f64, f64), from: f64, to: f64, pad: f64) -> Ruler {
        let log = axis.scale == Scale::Log;
        let count = axis.names.len();
        if count > 0 {
            range = (-0.6, count as f64 - 0.4);
        } else {
            if range.0 > range.1 {
                range = if log { (0.1, 1.0) } else { (0.0, 1.0) };
            }
            if log {
                range = (range.0.log10(), range.1.log10());
            }
            if range.1 - range.0 <= 1e-12 * range.0.abs().max(1e-300) {
                range = (range.0 - 0.5, range.1 + 0.5);
            }
            let room = pad * (range.1 - range.0);
            range = (range.0 - room, range.1 + room);
        }
        let (from, to) = if axis.flipped { (to, from) } else { (from, to) };
        Ruler { low: range.0, high: range.1, log, doublings: axis.doublings, from, to }
    }

    /// Whether it is logarithmic.
    pub fn is_log(&self) -> bool {
        self.log
    }

    /// The place of a value; none where the axis cannot show it.
    pub fn at(&self, value: f64) -> Option<f64> {
        let v = if self.log { value.log10() } else { value };
        let place = self.from + (v - self.low) / (self.high - self.low) * (self.to - self.from);
        place.is_finite().then_some(place)
    }

    /// The value at a place.
    pub fn value(&self, place: f64) -> f64 {
        let v = self.low + (place - self.from) / (self.to - self.from) * (self.high - self.low);
        if self.log { 10f64.powf(v) } else { v }
    }

    /// Powers of two, no more than can be read.
    fn powers_of_two(&self) -> Vec<(f64, String)> {
        let [low, high] = [self.low, self.high].map(|v| v / 2f64.log10());
        let step = ((high - low) / 8.0).ceil().max(1.0);
        let first = (low / step).ceil();
        let count = ((high / step).floor() - first).clamp(0.0, 20.0) as usize;
        (0..=count).map(|k| (first + k as f64) * step).map(|v| (v.exp2(), significant(v.exp2(), 4))).collect()
    }

    /// Values worth a line, with their names.
    fn ticks(&self, names: &[String]) -> Vec<(f64, String)> {
        if !names.is_empty() {
            return names.iter().enumerate().map(|(k, name)| (k as f64, name.clone())).collect();
        }
        let span = self.high - self.low;
        if self.log && self.doublings {
            return self.powers_of_two();
        }
        if self.log {
            let step = (span / 6.0).ceil().max(1.0);
            // Over two powers of ten or less the powers alone are too few.
            if (1.0..=2.2).contains(&span) {
                let first = self.low.floor() as i32;
                let steps = (0..4).flat_map(|k| [1.0, 2.0, 5.0].map(|m| m * 10f64.powi(first + k)));
                let shown = steps.filter(|v| (self.low..=self.high).contains(&v.log10()));
                return shown.map(|v| (v, significant(v, 3))).collect();
            }
            if span >= 1.0 {
                let mut k = (self.low / step).ceil();
                let mut out = Vec::new();
                while k * step <= self.high {
                    let value = 10f64.powf(k * step);
                    out.push((value, significant(value, 3)));
                    k += 1.0;
                }
                return out;
            }
        }
        let (low, high) = if self.log { (10f64.powf(self.low), 10f64.powf(self.high)) } else { (self.low, self.high) };
        let rough = (high - low) / 5.0;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough).unwrap_or(rough);
        let first = (low / step).ceil();
        let count = ((high / step).floor() - first).clamp(0.0, 20.0) as usize;
        (0..=count)
            .map(|k| {
                let value = (first + k as f64) * step;
                let digits = (value.abs() / step).log10().ceil().clamp(0.0, 12.0) as u8 + 2;
                (value, significant(value, digits))
            })
            .collect()
    }
}

/// The place of everything.
pub struct PlotLayout {
    /// Pixels of the whole picture.
    pub width: f64,
    /// Pixels of the whole picture.
    pub height: f64,
    /// Left, top, right and bottom of the plot.
    pub area: [f64; 4],
    /// Horizontal.
    pub x: Ruler,
    /// Vertical.
    pub y: Ruler,
    /// Points named right of the plot, where lines end.
    pub ends: bool,
    /// Ticks of the horizontal axis.
    pub x_ticks: Vec<(f64, String)>,
    /// Ticks of the vertical axis.
    pub y_ticks: Vec<(f64, String)>,
}

impl PlotLayout {
    /// The frame of a plot that has `legend` lines above it.
    pub fn new(plot: &Plot, legend: bool) -> PlotLayout {
        let (xs, ys) = ranges(plot);
        let heat = plot.marks.iter().any(|m| matches!(m, Mark::Heat { .. }));
        let pad = if heat { 0.0 } else { 0.04 };
        let bare = plot.x.bare && plot.y.bare;
        let ends = if bare { None } else { plot.marks.iter().find_map(|m| end(m, xs.1)) };
        let inner = match plot.y.names.len() {
            0 if bare => 420.0,
            // Names at the ends of lines must not hide each other.
            0 => ends.map_or(260.0, |e| (NAME * (ys.1 - ys.0) / e.gap).clamp(260.0, 560.0)),
            names => ROW * names as f64,
        };
        let top = if legend { 34.0 } else { 14.0 };
        let bottom = if plot.x.bare { 10.0 } else { 44.0 };
        let y = Ruler::new(&plot.y, ys, top + inner, top, pad);
        let y_ticks = if plot.y.bare { Vec::new() } else { y.ticks(&plot.y.names) };
        let longest = y_ticks.iter().map(|(_, name)| name.chars().count()).max().unwrap_or(0);
        let label = if plot.y.label.is_empty() { 0.0 } else { 18.0 };
        let left = if plot.y.bare { 10.0 } else { (LETTER * longest as f64).min(190.0) + 16.0 + label };
        let right = WIDTH - 14.0 - ends.map_or(0.0, |e| (LETTER * e.longest as f64).min(190.0) + 4.0);
        let x = Ruler::new(&plot.x, xs, left, right, pad);
        let x_ticks = if plot.x.bare { Vec::new() } else { x.ticks(&plot.x.names) };
        PlotLayout {
            width: WIDTH,
            height: top + inner + bottom,
            area: [left, top, right, top + inner],
            ends: ends.is_some(),
            x,
            y,
            x_ticks,
            y_ticks,
        }
    }

    /// The place of a point.
    pub fn at(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        Some((self.x.at(x)?, self.y.at(y)?))
    }
}

/// Named points where lines end.
#[derive(Clone, Copy)]
struct End {
    /// Letters of the longest name.
    longest: usize,
    /// The least distance of two of them.
    gap: f64,
}

/// What a mark asks for if it is named points, all of them at the last abscissa.
fn end(mark: &Mark, last: f64) -> Option<End> {
    let Mark::Points { x, y, names, named: true, .. } = mark else { return None };
    if x.len() < 2 || x.iter().any(|x| *x != last) {
        return None;
    }
    let mut at = y.clone();
    at.sort_unstable_by(f64::total_cmp);
    let gap = at.windows(2).map(|w| w[1] - w[0]).fold(f64::INFINITY, f64::min);
    let longest = names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
    (gap > 0.0).then_some(End { longest, gap })
}

/// Smallest and largest value of an axis so far.
struct Range {
    low: f64,
    high: f64,
    log: bool,
}

impl Range {
    fn new(axis: &Axis) -> Range {
        Range { low: f64::INFINITY, high: f64::NEG_INFINITY, log: axis.scale == Scale::Log }
    }
    fn add(&mut self, values: &[f64]) {
        for &v in values.iter().filter(|v| v.is_finite() && (!self.log || **v > 0.0)) {
            self.low = self.low.min(v);
            self.high = self.high.max(v);
        }
    }
}

fn ranges(plot: &Plot) -> ((f64, f64), (f64, f64)) {
    let (mut xs, mut ys) = (Range::new(&plot.x), Range::new(&plot.y));
    for mark in &plot.marks {
        match mark {
            Mark::Line { x, y, .. } | Mark::Points { x, y, .. } | Mark::Doors { x, y, .. } => {
                xs.add(x);
                ys.add(y);
            }
            Mark::Intervals { at, low, mid, high, .. } => {
                [low, mid, high].into_iter().for_each(|v| xs.add(v));
                ys.add(at);
            }
            Mark::Edges { from, to, .. } => {
                for (x, y) in from.iter().chain(to) {
                    xs.add(&[*x]);
                    ys.add(&[*y]);
                }
            }
            Mark::Band { x, low, high, .. } => {
                xs.add(x);
                ys.add(low);
                ys.add(high);
            }
            Mark::Heat { x, y, .. } => {
                edges(x, xs.log).into_iter().for_each(|(a, b)| xs.add(&[a, b]));
                edges(y, ys.log).into_iter().for_each(|(a, b)| ys.add(&[a, b]));
            }
            Mark::Rule { at, vertical: true, .. } => xs.add(&[*at]),
            Mark::Rule { at, vertical: false, .. } => ys.add(&[*at]),
            Mark::Diagonal => {}
        }
    }
    ((xs.low, xs.high), (ys.low, ys.high))
}

/// Where the cells of a grid begin and end: half-way to their neighbours, by ratio on a logarithmic axis.
pub fn edges(middles: &[f64], log: bool) -> Vec<(f64, f64)> {
    let place = |v: f64| if log { v.log10() } else { v };
    let value = |v: f64| if log { 10f64.powf(v) } else { v };
    let at: Vec<f64> = middles.iter().map(|v| place(*v)).collect();
    let last = at.len().saturating_sub(1);
    let gap = |k: usize| if last == 0 { 1.0 } else { at[k + 1] - at[k] };
    (0..at.len())
        .map(|k| {
            let (before, after) = (gap(k.saturating_sub(1)), gap(k.min(last.saturating_sub(1))));
            (value(at[k] - 0.5 * before), value(at[k] + 0.5 * after))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doublings_are_powers_of_two_and_not_too_many() {
        let names = |low: f64, high: f64| {
            let axis = Axis::log2("");
            let ticks = Ruler::new(&axis, (low, high), 0.0, 100.0, 0.0).ticks(&[]);
            ticks.into_iter().map(|t| t.1).collect::<Vec<_>>().join(" ")
        };
        assert_eq!((names(1.0, 8.0), names(0.6, 3.0)), ("1 2 4 8".into(), "1 2".into()));
        assert_eq!(names(1.0, 65536.0), "1 4 16 64 256 1024 4096 16384 65536");
    }

    #[test]
    fn cells_meet_half_way() {
        assert_eq!(edges(&[1.0, 2.0, 4.0], false), [(0.5, 1.5), (1.5, 3.0), (3.0, 5.0)]);
        let log = edges(&[1.0, 100.0], true);
        assert!((log[0].0 - 0.1).abs() < 1e-12 && (log[0].1 - 10.0).abs() < 1e-12 && log[0].1 == log[1].0);
        assert_eq!((edges(&[7.0], false), edges(&[], false)), (vec![(6.5, 7.5)], vec![]));
    }
}
