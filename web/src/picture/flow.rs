//! A flow over its field: arrows, or streamlines.

use iterscope_core::Flow;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement};

use crate::browser::{context_2d, pixel_ratio};
use crate::state::PictureData;

/// How a flow is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FlowStyle {
    /// Not at all.
    #[default]
    None,
    /// Arrows, whose lengths grow with the square root of the speed.
    Arrows,
    /// Lines that follow the flow.
    Streamlines,
}

impl FlowStyle {
    /// All with the names under which they are remembered and what people read.
    pub const ALL: [(FlowStyle, &'static str, &'static str); 3] = [
        (FlowStyle::None, "none", "No flow"),
        (FlowStyle::Arrows, "arrows", "Arrows"),
        (FlowStyle::Streamlines, "streamlines", "Streamlines"),
    ];

    /// The style of that name.
    pub fn named(name: &str) -> Option<FlowStyle> {
        FlowStyle::ALL.iter().find(|s| s.1 == name).map(|s| s.0)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        FlowStyle::ALL.iter().find(|s| s.0 == self).map_or("none", |s| s.1)
    }
}

/// Pictures that are narrower, in CSS pixels, have none.
const LEAST: f64 = 110.0;
/// CSS pixels from one arrow or line to the next.
const APART: f64 = 20.0;
/// What flows slower than this part of the fastest stands still.
const STILL: f64 = 1e-3;
/// The most steps of a line in one direction.
const STEPS: usize = 600;

type Point = (f64, f64);

/// A flow in the pixels of a picture.
struct InPixels<'a> {
    flow: Flow<'a>,
    size: Point,
    fastest: f64,
}

impl InPixels<'_> {
    fn new(flow: Flow<'_>, size: Point) -> InPixels<'_> {
        let speeds =
            flow.right.iter().zip(flow.up).map(|(x, y)| (f64::from(*x) * size.0).hypot(f64::from(*y) * size.1));
        let fastest = speeds.filter(|v| v.is_finite()).fold(0.0, f64::max);
        InPixels { flow, size, fastest }
    }

    /// Direction and part of the fastest speed; none outside and where it stands still.
    fn at(&self, (x, y): Point) -> Option<(Point, f64)> {
        let [right, up] = self.flow.at(x / self.size.0, y / self.size.1)?;
        let (vx, vy) = (right * self.size.0, -up * self.size.1);
        let speed = vx.hypot(vy);
        (speed > STILL * self.fastest).then(|| ((vx / speed, vy / speed), speed / self.fastest))
    }
}

/// Draws the flow that a field brings along over it, and over the lines of equal value, if there are any.
pub fn draw(canvas: &HtmlCanvasElement, fit: &HtmlElement, picture: &PictureData, style: FlowStyle) {
    let Some(flow) = Flow::read(&picture.aux).filter(|_| f64::from(fit.client_width()) >= LEAST) else { return };
    let ratio = pixel_ratio();
    let (w, h) = (f64::from(fit.client_width()) * ratio, f64::from(fit.client_height()) * ratio);
    if canvas.width() != w as u32 || canvas.height() != h as u32 {
        canvas.set_width(w as u32);
        canvas.set_height(h as u32);
    }
    let Some(ctx) = context_2d(canvas) else { return };
    let flow = InPixels::new(flow, (w, h));
    let apart = APART * ratio;
    let lines = match style {
        FlowStyle::None => return,
        FlowStyle::Arrows => arrows(&flow, apart),
        FlowStyle::Streamlines => streamlines(&flow, apart),
    };
    ctx.set_line_cap("round");
    ctx.set_line_join("round");
    // Light on dark, so that both ends of every map leave them visible.
    for (colour, width) in [("rgba(0, 0, 0, 0.55)", 3.0), ("rgba(255, 255, 255, 0.95)", 1.3)] {
        ctx.set_stroke_style_str(colour);
        ctx.set_line_width(width * ratio);
        ctx.begin_path();
        for line in &lines {
            trace(&ctx, line, 3.5 * ratio, style == FlowStyle::Arrows);
        }
        ctx.stroke();
    }
}

/// Adds a line with the head of an arrow, at its end or in its middle.
fn trace(ctx: &CanvasRenderingContext2d, line: &[Point], head: f64, at_end: bool) {
    for (k, (x, y)) in line.iter().enumerate() {
        if k == 0 { ctx.move_to(*x, *y) } else { ctx.line_to(*x, *y) }
    }
    let tip = if at_end { line.len() - 1 } else { line.len() / 2 };
    let Some(before) = tip.checked_sub(1) else { return };
    let ((x, y), (x0, y0)) = (line[tip], line[before]);
    let length = (x - x0).hypot(y - y0);
    if length == 0.0 {
        return;
    }
    let (dx, dy) = ((x - x0) / length * head, (y - y0) / length * head);
    ctx.move_to(x - dx - 0.6 * dy, y - dy + 0.6 * dx);
    ctx.line_to(x, y);
    ctx.line_to(x - dx + 0.6 * dy, y - dy - 0.6 * dx);
}

/// Arrows in the middles of squares.
fn arrows(flow: &InPixels<'_>, apart: f64) -> Vec<Vec<Point>> {
    let (w, h) = flow.size;
    let [cols, rows] = [w, h].map(|length| (length / apart).floor().max(1.0));
    let mut all = Vec::new();
    for row in 0..rows as usize {
        for col in 0..cols as usize {
            let (x, y) = ((col as f64 + 0.5) / cols * w, (row as f64 + 0.5) / rows * h);
            let Some(((dx, dy), speed)) = flow.at((x, y)) else { continue };
            let half = 0.45 * apart * speed.sqrt();
            all.push(vec![(x - half * dx, y - half * dy), (x + half * dx, y + half * dy)]);
        }
    }
    all
}

/// Which line runs through each small square, and at which of its steps.
struct Taken {
    cell: f64,
    cols: usize,
    by: Vec<Option<(usize, usize)>>,
}

impl Taken {
    fn new((w, h): Point, cell: f64) -> Taken {
        let (cols, rows) = ((w / cell) as usize + 1, (h / cell) as usize + 1);
        Taken { cell, cols, by: vec![None; cols * rows] }
    }

    fn index(&self, (x, y): Point) -> usize {
        (y / self.cell) as usize * self.cols + (x / self.cell) as usize
    }

    /// Whether a line may begin: nothing runs here or next to it.
    fn free(&self, (x, y): Point) -> bool {
        let near = [-1.0, 0.0, 1.0].map(|k| k * self.cell);
        near.iter().all(|dy| {
            near.iter().all(|dx| {
                let at = (x + dx, y + dy);
                at.0 < 0.0 || at.1 < 0.0 || self.by.get(self.index(at)).is_none_or(Option::is_none)
            })
        })
    }
}

/// Lines along the flow, about `apart` from each other: each goes both ways from where there is room until it leaves, stands still, comes
/// upon another one or upon itself.
fn streamlines(flow: &InPixels<'_>, apart: f64) -> Vec<Vec<Point>> {
    let (w, h) = flow.size;
    let mut taken = Taken::new((w, h), 0.5 * apart);
    let mut all: Vec<Vec<Point>> = Vec::new();
    let (cols, rows) = ((w / apart) as usize, (h / apart) as usize);
    for row in 0..rows {
        for col in 0..cols {
            let start = ((col as f64 + 0.5) * apart, (row as f64 + 0.5) * apart);
            if !taken.free(start) || flow.at(start).is_none() {
                continue;
            }
            let id = all.len();
            let mut line = follow(flow, start, (-1.0, apart), &mut taken, id);
            line.reverse();
            line.pop();
            line.extend(follow(flow, start, (1.0, apart), &mut taken, id));
            // Shorter ones are left out; their squares stay taken, or they would be begun again beside.
            all.push(line);
        }
    }
    all.retain(|line| line.len() > 12);
    all
}

/// One way along the flow from `start`, with it or against it.
fn follow(flow: &InPixels<'_>, start: Point, (way, apart): (f64, f64), taken: &mut Taken, id: usize) -> Vec<Point> {
    let ds = way * apart / 8.0;
    let (w, h) = flow.size;
    let mut line = vec![start];
    let mut at = start;
    for step in 0..STEPS {
        let cell = taken.index(at);
        match taken.by.get(cell).copied() {
            Some(Some((other, when))) if other != id || step > when + 16 => break,
            Some(None) => taken.by[cell] = Some((id, step)),
            _ => {}
        }
        // The midpoint rule.
        let Some((d, _)) = flow.at(at) else { break };
        let middle = (at.0 + 0.5 * ds * d.0, at.1 + 0.5 * ds * d.1);
        let Some((d, _)) = flow.at(middle) else { break };
        let next = (at.0 + ds * d.0, at.1 + ds * d.1);
        if !(0.0..w).contains(&next.0) || !(0.0..h).contains(&next.1) {
            break;
        }
        at = next;
        line.push(at);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A flow on `n` by `n` vectors, of a function of the place from -1 to 1, upwards.
    fn aux(n: usize, of: impl Fn(f64, f64) -> [f32; 2]) -> Vec<f32> {
        let place = |k: usize| 2.0 * (k as f64 + 0.5) / n as f64 - 1.0;
        let vectors: Vec<[f32; 2]> = (0..n * n).map(|k| of(place(k % n), -place(k / n))).collect();
        let head = [n as f32, n as f32].into_iter();
        head.chain(vectors.iter().map(|v| v[0])).chain(vectors.iter().map(|v| v[1])).collect()
    }

    #[test]
    fn lines_of_a_vortex_are_circles_and_keep_apart() {
        let aux = aux(48, |x, y| [-y as f32, x as f32]);
        let flow = InPixels::new(Flow::read(&aux).expect("a flow"), (400.0, 400.0));
        let lines = streamlines(&flow, 20.0);
        assert!((4..40).contains(&lines.len()), "{}", lines.len());
        for line in &lines {
            let radii: Vec<f64> = line.iter().map(|(x, y)| (x - 200.0).hypot(y - 200.0)).collect();
            let (least, most) = radii.iter().fold((f64::INFINITY, 0.0f64), |(a, b), r| (a.min(*r), b.max(*r)));
            assert!(most - least < 3.0 && most > 5.0, "{least} to {most}");
        }
        // Counter-clockwise in the plane, whose y grows upwards.
        let (a, b) = (lines[0][0], lines[0][1]);
        let turn = (a.0 - 200.0) * (200.0 - b.1) - (200.0 - a.1) * (b.0 - 200.0);
        assert!(turn > 0.0, "{a:?} {b:?}");
    }

    #[test]
    fn arrows_point_along_the_flow_with_lengths_by_speed() {
        let aux = aux(8, |x, _| [if x < 0.0 { 1.0 } else { 0.25 }, 0.0]);
        let flow = InPixels::new(Flow::read(&aux).expect("a flow"), (80.0, 40.0));
        let all = arrows(&flow, 20.0);
        assert_eq!(all.len(), 8);
        let length = |k: usize| all[k][1].0 - all[k][0].0;
        assert!((length(0) - 18.0).abs() < 1e-9 && (length(3) - 9.0).abs() < 1e-9, "{all:?}");
        assert!(all.iter().all(|a| a[0].1 == a[1].1));
        // What stands still has no arrow, and no line.
        let still = vec![1.0, 1.0, 0.0, 0.0];
        let flow = InPixels::new(Flow::read(&still).expect("a flow"), (80.0, 40.0));
        assert!(arrows(&flow, 20.0).is_empty() && streamlines(&flow, 20.0).is_empty());
    }

    #[test]
    fn styles_have_names() {
        assert!(FlowStyle::ALL.iter().all(|s| FlowStyle::named(s.1) == Some(s.0) && s.0.name() == s.1));
    }
}
