//! A field as a surface, seen from a side: drawn pixel by pixel, from the back to the front, as thousands of paths would take too long.

use leptos::html;
use leptos::prelude::*;
use web_sys::{HtmlCanvasElement, HtmlElement, KeyboardEvent, PointerEvent};

use super::field;
use crate::browser::{context_2d, pixel_ratio, set_style};
use crate::state::{PictureData, use_app};

/// The most nodes of the surface along a side.
const NODES: usize = 96;
/// Its height, where its longer side is 1.
const HEIGHT: f64 = 0.5;
/// The part of the picture that it may fill.
const FILL: f64 = 0.94;
/// How far a key turns it.
const KEY: f64 = 0.15;

/// From where a surface is seen, in radians.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turn {
    /// About the vertical.
    pub azimuth: f64,
    /// Above the horizon.
    pub elevation: f64,
}

impl Default for Turn {
    fn default() -> Self {
        Turn { azimuth: 0.6, elevation: 0.6 }
    }
}

impl Turn {
    /// Turned further; never from below, nor quite from above.
    fn by(self, azimuth: f64, elevation: f64) -> Turn {
        Turn {
            azimuth: (self.azimuth + azimuth).rem_euclid(std::f64::consts::TAU),
            elevation: (self.elevation + elevation).clamp(0.1, 1.45),
        }
    }
}

/// The way from the box of the surface, `-0.5..0.5` each way, into the picture.
struct View {
    cos: [f64; 2],
    sin: [f64; 2],
    sides: [f64; 2],
    scale: f64,
    middle: [f64; 2],
}

impl View {
    fn new((cols, rows): (usize, usize), (w, h): (usize, usize), turn: Turn) -> View {
        let longest = cols.max(rows) as f64;
        let sides = [cols as f64 / longest, rows as f64 / longest].map(|side| side.max(0.25));
        let (a, e) = (turn.azimuth, turn.elevation);
        let radius = 0.5 * sides[0].hypot(sides[1]);
        let half = [radius, 0.5 * HEIGHT * e.cos() + radius * e.sin()];
        let scale = FILL * (0.5 * w as f64 / half[0]).min(0.5 * h as f64 / half[1]);
        View {
            cos: [a.cos(), e.cos()],
            sin: [a.sin(), e.sin()],
            sides,
            scale,
            middle: [0.5 * w as f64, 0.5 * h as f64],
        }
    }

    /// Right, away and up, of parts of the sides and of the height.
    fn turned(&self, [x, y, z]: [f64; 3]) -> [f64; 3] {
        let (x, y, z) = (x * self.sides[0], y * self.sides[1], z * HEIGHT);
        [x * self.cos[0] - y * self.sin[0], x * self.sin[0] + y * self.cos[0], z]
    }

    fn place(&self, at: [f64; 3]) -> [f64; 2] {
        let [x, away, up] = self.turned(at);
        [self.middle[0] + self.scale * x, self.middle[1] - self.scale * (up * self.cos[1] + away * self.sin[1])]
    }
}

/// Nodes of the surface: indices along a side of so many values.
fn nodes(count: usize) -> Vec<usize> {
    let most = count.min(NODES);
    (0..most).map(|k| if most < 2 { 0 } else { k * (count - 1) / (most - 1) }).collect()
}

/// The surface over `values` as pixels, transparent beside it; cells with a hole are left out.
fn render(
    (values, cols): (&[f32], usize),
    (low, high): (f64, f64),
    table: &[[u8; 3]; 256],
    (w, h): (usize, usize),
    turn: Turn,
) -> Vec<u8> {
    let mut rgba = vec![0u8; 4 * w * h];
    let rows = values.len() / cols.max(1);
    let (across, down) = (nodes(cols), nodes(rows));
    if across.len() < 2 || down.len() < 2 {
        return rgba;
    }
    let view = View::new((cols, rows), (w, h), turn);
    let level = |c: usize, r: usize| {
        let part = (f64::from(values[down[r] * cols + across[c]]) - low) / (high - low).max(f64::MIN_POSITIVE);
        part.clamp(0.0, 1.0)
    };
    let node = |c: usize, r: usize| {
        let x = across[c] as f64 / (cols - 1) as f64 - 0.5;
        let y = 0.5 - down[r] as f64 / (rows - 1) as f64;
        [x, y, level(c, r) - 0.5]
    };
    let order = |count: usize, rising: bool| -> Vec<usize> {
        if rising { (0..count - 1).collect() } else { (0..count - 1).rev().collect() }
    };
    // The farthest first.
    let (columns, lines) = (order(across.len(), view.sin[0] <= 0.0), order(down.len(), view.cos[0] >= 0.0));
    for &r in &lines {
        for &c in &columns {
            let corners = [node(c, r), node(c + 1, r), node(c + 1, r + 1), node(c, r + 1)];
            if corners.iter().any(|corner| !corner[2].is_finite()) {
                continue;
            }
            let shade = shade(&view, &corners);
            let at = corners.map(|corner| (view.place(corner), corner[2] + 0.5));
            for three in [[0, 1, 2], [0, 2, 3]] {
                triangle(&mut rgba, (w, h), three.map(|k| at[k]), table, shade);
            }
        }
    }
    rgba
}

/// How much light falls on a cell, which comes from the left, from above and from the front.
fn shade(view: &View, corners: &[[f64; 3]; 4]) -> f64 {
    let [a, b, c, d] = corners.map(|corner| view.turned(corner));
    let (p, q) = ([c[0] - a[0], c[1] - a[1], c[2] - a[2]], [b[0] - d[0], b[1] - d[1], b[2] - d[2]]);
    let normal = [p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]];
    let length = normal.iter().map(|v| v * v).sum::<f64>().sqrt();
    let light = [-0.45, -0.45, 0.77];
    let cosine = normal.iter().zip(light).map(|(n, l)| n * l).sum::<f64>() / if length > 0.0 { length } else { 1.0 };
    0.62 + 0.4 * cosine.max(0.0)
}

/// Fills a triangle whose corners have levels from 0 to 1.
fn triangle(
    rgba: &mut [u8],
    (w, h): (usize, usize),
    corners: [([f64; 2], f64); 3],
    table: &[[u8; 3]; 256],
    shade: f64,
) {
    let [(a, la), (b, lb), (c, lc)] = corners;
    let area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    if area == 0.0 {
        return;
    }
    let bound = |axis: usize, most: usize| {
        let all = [a[axis], b[axis], c[axis]];
        let (low, high) = all.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        ((low.floor().max(0.0)) as usize, (high.ceil().clamp(0.0, most as f64)) as usize)
    };
    let ((x0, x1), (y0, y1)) = (bound(0, w), bound(1, h));
    for y in y0..y1 {
        for x in x0..x1 {
            let p = [x as f64 + 0.5, y as f64 + 0.5];
            let side =
                |u: [f64; 2], v: [f64; 2]| ((v[0] - u[0]) * (p[1] - u[1]) - (v[1] - u[1]) * (p[0] - u[0])) / area;
            let (wa, wb, wc) = (side(b, c), side(c, a), side(a, b));
            // A little over the edge, so that neighbours leave no gap.
            if wa < -1e-9 || wb < -1e-9 || wc < -1e-9 {
                continue;
            }
            let colour = table[((wa * la + wb * lb + wc * lc) * 255.0).clamp(0.0, 255.0) as usize];
            let pixel = &mut rgba[4 * (y * w + x)..][..4];
            for (to, from) in pixel.iter_mut().zip(colour) {
                *to = (f64::from(from) * shade).min(255.0) as u8;
            }
            pixel[3] = 255;
        }
    }
}

/// Draws a field as a surface, and the edges of its base that lie in front.
pub fn draw(
    (canvas, lines): (&HtmlCanvasElement, &HtmlCanvasElement),
    fit: &HtmlElement,
    picture: &PictureData,
    span: (f64, f64),
    table: &[[u8; 3]; 256],
    turn: Turn,
) {
    let ratio = pixel_ratio();
    let (w, h) = (f64::from(fit.client_width()) * ratio, f64::from(fit.client_height()) * ratio);
    let (w, h) = (w as u32, h as u32);
    let (cols, rows) = (picture.shape.width as usize, picture.shape.height as usize);
    if w == 0 || h == 0 || cols < 2 || rows < 2 || picture.values.len() != cols * rows {
        return;
    }
    for canvas in [canvas, lines] {
        canvas.set_width(w);
        canvas.set_height(h);
    }
    set_style(canvas, "image-rendering", "auto");
    let size = (w as usize, h as usize);
    field::put(canvas, &render((&picture.values, cols), span, table, size, turn), w);
    let Some(ctx) = context_2d(lines) else { return };
    let view = View::new((cols, rows), size, turn);
    let corners = [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]].map(|[x, y]| [x, y, -0.5]);
    let away = |k: usize| view.turned(corners[k % 4])[1];
    let front = (0..4).min_by(|a, b| away(*a).total_cmp(&away(*b))).unwrap_or(0);
    ctx.set_stroke_style_str("rgba(128, 128, 128, 0.9)");
    ctx.set_line_width(ratio);
    ctx.begin_path();
    for (k, corner) in [front + 3, front, front + 1].into_iter().enumerate() {
        let [x, y] = view.place(corners[corner % 4]);
        if k == 0 { ctx.move_to(x, y) } else { ctx.line_to(x, y) }
    }
    ctx.stroke();
}

/// Turns the surfaces of all runs by the pointer or by keys.
#[component]
pub fn TurnLayer() -> impl IntoView {
    let app = use_app();
    let layer = NodeRef::<html::Div>::new();
    let last = StoredValue::new(None::<(f64, f64)>);
    let down = move |ev: PointerEvent| {
        if let Some(layer) = layer.get_untracked().filter(|_| ev.button() == 0) {
            let _ = layer.set_pointer_capture(ev.pointer_id());
            last.set_value(Some((f64::from(ev.client_x()), f64::from(ev.client_y()))));
        }
    };
    let moved = move |ev: PointerEvent| {
        let now = (f64::from(ev.client_x()), f64::from(ev.client_y()));
        if let Some((x, y)) = last.get_value() {
            last.set_value(Some(now));
            app.turn.update(|turn| *turn = turn.by(0.01 * (now.0 - x), 0.01 * (now.1 - y)));
        }
    };
    let key = move |ev: KeyboardEvent| {
        let (azimuth, elevation) = match ev.key().as_str() {
            "ArrowLeft" => (-KEY, 0.0),
            "ArrowRight" => (KEY, 0.0),
            "ArrowUp" => (0.0, KEY),
            "ArrowDown" => (0.0, -KEY),
            _ => return,
        };
        ev.prevent_default();
        ev.stop_propagation();
        app.turn.update(|turn| *turn = turn.by(azimuth, elevation));
    };
    view! {
        <div
            class="turn"
            tabindex="0"
            role="application"
            aria-label="Surface: drag or use the arrow keys to turn it"
            node_ref=layer
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=move |_| last.set_value(None)
            on:pointercancel=move |_| last.set_value(None)
            on:keydown=key
        ></div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Red is the level; nothing else is lit.
    fn table() -> [[u8; 3]; 256] {
        std::array::from_fn(|k| [k as u8, 0, 0])
    }

    fn pixel(rgba: &[u8], w: usize, (x, y): (usize, usize)) -> [u8; 4] {
        std::array::from_fn(|k| rgba[4 * (y * w + x) + k])
    }

    #[test]
    fn what_is_in_front_hides_what_is_behind() {
        // A wall along the front edge, and low ground behind it: half as high as the ground is wide, it hides it all at this height of the eye.
        let mut values = vec![0.0f32; 32 * 32];
        values[31 * 32..].fill(1.0);
        let seen =
            |azimuth: f64| render((&values, 32), (0.0, 1.0), &table(), (200, 200), Turn { azimuth, elevation: 0.3 });
        let ground = |rgba: &[u8]| rgba.chunks_exact(4).filter(|p| p[3] == 255 && p[0] < 20).count();
        let (rgba, from_behind) = (seen(0.0), seen(std::f64::consts::PI));
        assert!(rgba.chunks_exact(4).any(|p| p[0] > 120), "the wall is seen");
        assert!(2 * ground(&rgba) < ground(&from_behind), "{} {}", ground(&rgba), ground(&from_behind));
        // Beside the surface nothing is drawn.
        assert_eq!(pixel(&rgba, 200, (0, 0)), [0; 4]);
        assert_eq!(rgba.iter().skip(3).step_by(4).filter(|a| **a != 0 && **a != 255).count(), 0);
    }

    #[test]
    fn seen_from_above_it_is_the_field() {
        let values: Vec<f32> = (0..64 * 64).map(|k| if k % 64 < 32 { 0.0 } else { 1.0 }).collect();
        let turn = Turn { azimuth: 0.0, elevation: 1.45 };
        let rgba = render((&values, 64), (0.0, 1.0), &table(), (300, 300), turn);
        let (left, right) = (pixel(&rgba, 300, (100, 150)), pixel(&rgba, 300, (200, 150)));
        assert!(left[0] < 40 && right[0] > 120 && left[3] == 255 && right[3] == 255, "{left:?} {right:?}");
    }

    #[test]
    fn holes_and_nothing_are_left_out() {
        let count = |values: &[f32], cols| {
            let rgba = render((values, cols), (0.0, 1.0), &table(), (60, 60), Turn::default());
            rgba.iter().skip(3).step_by(4).filter(|a| **a == 255).count()
        };
        assert_eq!((count(&[f32::NAN; 16], 4), count(&[], 0), count(&[1.0; 4], 4)), (0, 0, 0));
        let mut values = [0.5f32; 16];
        let whole = count(&values, 4);
        values[5] = f32::NAN;
        assert!(0 < count(&values, 4) && count(&values, 4) < whole);
    }

    #[test]
    fn turning_stays_above_the_ground() {
        let turn = Turn::default().by(-10.0, -10.0);
        assert!((0.0..7.0).contains(&turn.azimuth) && turn.elevation == 0.1);
        assert_eq!(Turn::default().by(0.0, 10.0).elevation, 1.45);
        assert_eq!((nodes(500).len(), nodes(500)[95], nodes(3), nodes(1)), (96, 499, vec![0, 1, 2], vec![0]));
    }
}
