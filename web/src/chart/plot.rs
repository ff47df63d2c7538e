//! Axes, cursor and selection. Curves are drawn over them by [`draw`](super::draw), as every run has its own abscissas.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, PointerEvent};

use super::draw::Frame;
use super::scale;
use crate::dom::{El, el};
use crate::theme::Ink;
use crate::{js, num};

/// Room for labels around the plotting area, in CSS pixels.
const LEFT: f64 = 58.0;
const RIGHT: f64 = 26.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 30.0;

/// Between the plotting area and a label, in CSS pixels.
const GAP: f64 = 6.0;

/// Least distance of two labels, in CSS pixels.
const X_APART: f64 = 50.0;
const Y_APART: f64 = 30.0;

/// Most ticks of a logarithmic axis.
const DECADES: usize = 7;

/// A selection that is narrower, in CSS pixels, is a slip.
const SLIP: f64 = 6.0;

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
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

type Hook = Box<dyn Fn(&Plot)>;

/// What a plot is made with.
pub struct Options {
    /// The vertical axis is logarithmic.
    pub log: bool,
    /// Colours.
    pub ink: Ink,
    /// The label of an abscissa.
    pub x_label: Box<dyn Fn(f64) -> String>,
    /// The label of an ordinate.
    pub y_label: fn(f64) -> String,
    /// Called after the axes were drawn.
    pub draw: Hook,
    /// Called when the cursor has moved.
    pub moved: Hook,
    /// Called with the range of abscissas that was selected.
    pub selected: Box<dyn Fn((f64, f64))>,
}

/// A plot. Copies are the same plot.
#[derive(Clone)]
pub struct Plot(Rc<Parts>);

struct Parts {
    options: Options,
    root: El,
    canvas: El,
    over: El,
    line: El,
    band: El,
    /// In CSS pixels.
    size: Cell<(f64, f64)>,
    /// What the axes hold, once that is known.
    range: Cell<Option<Range>>,
    /// Where the cursor is, in CSS pixels from the corner of the plotting area.
    cursor: Cell<Option<(f64, f64)>>,
    /// Where a selection began.
    anchor: Cell<Option<f64>>,
    calls: RefCell<Vec<Call>>,
}

/// What is called on an event of the pointer.
type Call = Closure<dyn FnMut(PointerEvent)>;
/// The limits of the two axes.
type Range = ((f64, f64), (f64, f64));

impl Plot {
    /// A plot in `host`, of a size in CSS pixels. It is empty until it is shown a range.
    pub fn new(host: &El, size: (f64, f64), options: Options) -> Plot {
        let (line, band) = (el("div", "plot-line gone"), el("div", "plot-band gone"));
        let over = el("div", "plot-over").add(band.clone()).add(line.clone());
        let canvas = el("canvas", "");
        let root = el("div", "plot-frame").add(canvas.clone()).add(over.clone());
        let _ = host.0.append_child(&root.0);
        let plot = Plot(Rc::new(Parts {
            options,
            root,
            canvas,
            over,
            line,
            band,
            size: Cell::default(),
            range: Cell::default(),
            cursor: Cell::default(),
            anchor: Cell::default(),
            calls: RefCell::default(),
        }));
        plot.resize(size.0, size.1);
        for (name, heard) in [
            ("pointerdown", Plot::down as fn(&Plot, &PointerEvent)),
            ("pointermove", Plot::moved),
            ("pointerup", Plot::up),
            ("pointercancel", Plot::left),
            ("pointerleave", Plot::left),
        ] {
            plot.hear(name, heard);
        }
        plot
    }

    fn hear(&self, name: &str, heard: fn(&Plot, &PointerEvent)) {
        let weak = Rc::downgrade(&self.0);
        let call = Closure::<dyn FnMut(PointerEvent)>::new(move |event: PointerEvent| {
            if let Some(parts) = weak.upgrade() {
                heard(&Plot(parts), &event);
            }
        });
        let _ = self.0.over.0.add_event_listener_with_callback(name, call.as_ref().unchecked_ref());
        self.0.calls.borrow_mut().push(call);
    }

    /// Takes it out of the page.
    pub fn destroy(&self) {
        self.0.root.0.remove();
    }

    /// The element over the plotting area, which takes the pointer.
    pub fn over(&self) -> &El {
        &self.0.over
    }

    /// What it draws on.
    pub fn ctx(&self) -> Option<CanvasRenderingContext2d> {
        self.0.canvas.canvas().get_context("2d").ok().flatten().map(JsCast::unchecked_into)
    }

    /// Shows a range.
    pub fn show(&self, x: (f64, f64), y: (f64, f64)) {
        self.0.range.set(Some((x, y)));
        self.draw();
    }

    /// Gives it another size, in CSS pixels.
    pub fn resize(&self, width: f64, height: f64) {
        self.0.size.set((width, height));
        let inner = self.inner();
        for (name, value) in [("width", inner.width), ("height", inner.height)] {
            js::style(self.0.over.html(), name, &px(value));
        }
        self.draw();
    }

    /// The plotting area in CSS pixels.
    pub fn inner(&self) -> Area {
        let (width, height) = self.0.size.get();
        Area { left: LEFT, top: TOP, width: (width - LEFT - RIGHT).max(1.0), height: (height - TOP - BOTTOM).max(1.0) }
    }

    /// How data become canvas pixels, once there is something to show.
    pub fn frame(&self) -> Option<Frame> {
        let (x, y) = self.0.range.get()?;
        let (inner, ratio) = (self.inner(), js::window().device_pixel_ratio());
        let pixels = |v: f64| (v * ratio).round();
        let area = Area {
            left: pixels(inner.left),
            top: pixels(inner.top),
            width: pixels(inner.width),
            height: pixels(inner.height),
        };
        Some(Frame { area, x, y, log: self.0.options.log, ratio })
    }

    /// Where the cursor is, in CSS pixels from the corner of the plotting area.
    pub fn cursor_at(&self) -> Option<(f64, f64)> {
        self.0.cursor.get()
    }

    /// The abscissa at a place.
    pub fn x_at(&self, position: f64) -> f64 {
        let (lo, hi) = self.0.range.get().map_or((0.0, 1.0), |range| range.0);
        lo + (hi - lo) * position / self.inner().width
    }

    fn draw(&self) {
        let (Some(frame), Some(ctx)) = (self.frame(), self.ctx()) else { return };
        let (canvas, (width, height)) = (self.0.canvas.canvas(), self.0.size.get());
        let (wide, high) = ((width * frame.ratio).round() as u32, (height * frame.ratio).round() as u32);
        if (canvas.width(), canvas.height()) == (wide, high) {
            ctx.clear_rect(0.0, 0.0, f64::from(wide), f64::from(high));
        } else {
            canvas.set_width(wide);
            canvas.set_height(high);
            js::style(canvas, "width", &px(width));
            js::style(canvas, "height", &px(height));
        }
        self.axes(&ctx, &frame);
        (self.0.options.draw)(self);
    }

    fn axes(&self, ctx: &CanvasRenderingContext2d, frame: &Frame) {
        let (options, area, inner) = (&self.0.options, frame.area, self.inner());
        let gap = GAP * frame.ratio;
        ctx.set_font(&format!("{}px system-ui, sans-serif", (12.0 * frame.ratio).round() as u32));
        ctx.set_fill_style_str(options.ink.mute);
        ctx.set_stroke_style_str(options.ink.line);
        ctx.set_line_width(frame.ratio.round().max(1.0));
        ctx.set_text_align("center");
        ctx.set_text_baseline("top");
        for x in scale::ticks(frame.x.0, frame.x.1, inner.width / X_APART) {
            let _ = ctx.fill_text(&(options.x_label)(x), frame.px(x), area.top + area.height + gap);
        }
        ctx.set_text_align("right");
        ctx.set_text_baseline("middle");
        let (lo, hi) = frame.y;
        let ticks =
            if options.log { scale::decades(lo, hi, DECADES) } else { scale::ticks(lo, hi, inner.height / Y_APART) };
        ctx.begin_path();
        for y in ticks {
            let Some(at) = frame.py(y) else { continue };
            let _ = ctx.fill_text(&(options.y_label)(y), area.left - gap, at);
            // In the middle of a pixel a line is sharp.
            let at = at.round() + 0.5;
            ctx.move_to(area.left, at);
            ctx.line_to(area.left + area.width, at);
        }
        ctx.stroke();
    }

    /// Where the pointer is, in CSS pixels from the corner of the plotting area; the cursor goes there.
    fn follow(&self, event: &PointerEvent) -> f64 {
        let (rect, inner) = (self.0.over.0.get_bounding_client_rect(), self.inner());
        let x = num::within(f64::from(event.client_x()) - rect.left(), 0.0, inner.width);
        let y = num::within(f64::from(event.client_y()) - rect.top(), 0.0, inner.height);
        self.0.cursor.set(Some((x, y)));
        js::style(self.0.line.html(), "left", &px(x));
        let _ = self.0.line.0.class_list().remove_1("gone");
        x
    }

    fn down(&self, event: &PointerEvent) {
        if event.button() == 0 {
            // What begins here ends here, wherever the pointer goes.
            let _ = self.0.over.0.set_pointer_capture(event.pointer_id());
            self.0.anchor.set(Some(self.follow(event)));
            (self.0.options.moved)(self);
        }
    }

    fn moved(&self, event: &PointerEvent) {
        let x = self.follow(event);
        if let Some(anchor) = self.0.anchor.get() {
            js::style(self.0.band.html(), "left", &px(anchor.min(x)));
            js::style(self.0.band.html(), "width", &px((anchor - x).abs()));
            let _ = self.0.band.0.class_list().remove_1("gone");
        }
        (self.0.options.moved)(self);
    }

    fn up(&self, event: &PointerEvent) {
        let x = self.follow(event);
        if let Some(anchor) = self.0.anchor.take()
            && (anchor - x).abs() > SLIP
        {
            (self.0.options.selected)((self.x_at(anchor.min(x)), self.x_at(anchor.max(x))));
        }
        let _ = self.0.band.0.class_list().add_1("gone");
    }

    fn left(&self, event: &PointerEvent) {
        // A finger leaves with every tap: what it pointed at stays.
        if event.type_() == "pointerleave" && event.pointer_type() == "touch" {
            return;
        }
        self.0.anchor.set(None);
        self.0.cursor.set(None);
        for part in [&self.0.line, &self.0.band] {
            let _ = part.0.class_list().add_1("gone");
        }
        (self.0.options.moved)(self);
    }
}

fn px(value: f64) -> String {
    format!("{}px", iterscope_decimal::Short(value))
}
