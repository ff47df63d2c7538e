//! The plotting library, as far as it is used: axes, scales, cursor and selection. Curves are drawn by this crate, as
//! every run has its own abscissas.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlElement};

use crate::js::{get, object};

#[wasm_bindgen(raw_module = "../vendor/uPlot.esm.js")]
extern "C" {
    /// A plot.
    #[wasm_bindgen(js_name = default)]
    pub type Plot;

    #[wasm_bindgen(constructor, js_class = "default")]
    fn new(options: &JsValue, data: &JsValue, target: &HtmlElement) -> Plot;

    #[wasm_bindgen(method, js_name = setScale, js_class = "default")]
    fn set_scale(this: &Plot, key: &str, limits: &JsValue);

    #[wasm_bindgen(method, js_name = setSize, js_class = "default")]
    fn set_size(this: &Plot, size: &JsValue);

    #[wasm_bindgen(method, js_name = setSelect, js_class = "default")]
    fn set_select(this: &Plot, select: &JsValue, fire: bool);

    #[wasm_bindgen(method, js_class = "default")]
    fn redraw(this: &Plot, paths: bool, axes: bool);

    #[wasm_bindgen(method, js_name = posToVal, js_class = "default")]
    fn pos_to_val(this: &Plot, position: f64, scale: &str) -> f64;

    /// Takes it out of the page.
    #[wasm_bindgen(method, js_class = "default")]
    pub fn destroy(this: &Plot);

    /// What it draws on.
    #[wasm_bindgen(method, getter, js_class = "default")]
    pub fn ctx(this: &Plot) -> CanvasRenderingContext2d;

    /// The element over the plotting area, which takes the pointer.
    #[wasm_bindgen(method, getter, js_class = "default")]
    pub fn over(this: &Plot) -> HtmlElement;

    #[wasm_bindgen(method, getter, js_class = "default")]
    fn bbox(this: &Plot) -> JsValue;

    #[wasm_bindgen(method, getter, js_class = "default")]
    fn cursor(this: &Plot) -> JsValue;

    #[wasm_bindgen(method, getter, js_class = "default")]
    fn select(this: &Plot) -> JsValue;
}

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Box {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

fn number(object: &JsValue, key: &str) -> f64 {
    get(object, key).as_f64().unwrap_or(f64::NAN)
}

/// What a plot is made with.
pub struct Options<'a> {
    /// Size in CSS pixels.
    pub size: (f64, f64),
    /// The vertical axis is logarithmic.
    pub log: bool,
    /// Colour of labels.
    pub text: &'a str,
    /// Colour of lines.
    pub grid: &'a str,
    /// `(plot, axis, min, max, ...)` to the ticks of the vertical axis.
    pub y_splits: &'a JsValue,
    /// `(plot, ticks, ...)` to labels.
    pub x_labels: &'a JsValue,
    /// `(plot, ticks, ...)` to labels.
    pub y_labels: &'a JsValue,
    /// Called after the axes were drawn.
    pub draw: &'a JsValue,
    /// Called when the cursor moves.
    pub set_cursor: &'a JsValue,
    /// Called when a range was selected.
    pub set_select: &'a JsValue,
}

impl Plot {
    /// A plot in `target`.
    pub fn make(target: &HtmlElement, o: &Options<'_>) -> Plot {
        let yes = JsValue::TRUE;
        let no = JsValue::FALSE;
        let list = |items: &[JsValue]| -> JsValue { items.iter().collect::<Array>().into() };
        let hooks = object(&[
            ("draw", list(std::slice::from_ref(o.draw))),
            ("setCursor", list(std::slice::from_ref(o.set_cursor))),
            ("setSelect", list(std::slice::from_ref(o.set_select))),
        ]);
        let scales = object(&[
            ("x", object(&[("time", no.clone()), ("auto", no.clone())]).into()),
            ("y", object(&[("auto", no.clone()), ("distr", if o.log { 3.0 } else { 1.0 }.into())]).into()),
        ]);
        let lines = |width: f64| object(&[("stroke", o.grid.into()), ("width", width.into())]);
        let axis = |size: f64, labels: &JsValue| {
            object(&[
                ("stroke", o.text.into()),
                ("font", "12px system-ui, sans-serif".into()),
                ("size", size.into()),
                ("gap", 6.0.into()),
                ("values", labels.clone()),
                ("grid", lines(1.0).into()),
                ("ticks", object(&[("show", no.clone())]).into()),
            ])
        };
        let x_axis = axis(30.0, o.x_labels);
        let y_axis = axis(58.0, o.y_labels);
        let set = |object: &Object, key: &str, value: &JsValue| {
            let _ = js_sys::Reflect::set(object, &key.into(), value);
        };
        set(&x_axis, "grid", &object(&[("show", no.clone())]));
        if o.log {
            set(&y_axis, "splits", o.y_splits);
            // All ticks are ours already.
            let all = Closure::<dyn FnMut(JsValue, JsValue) -> JsValue>::new(|_, ticks| ticks);
            set(&y_axis, "filter", &all.into_js_value());
        }
        let drag = object(&[("x", yes.clone()), ("y", no.clone()), ("setScale", no.clone())]);
        let cursor =
            object(&[("y", no.clone()), ("points", object(&[("show", no.clone())]).into()), ("drag", drag.into())]);
        let options = object(&[
            ("width", o.size.0.into()),
            ("height", o.size.1.into()),
            ("padding", list(&[10.0.into(), 26.0.into(), 0.0.into(), 0.0.into()])),
            ("legend", object(&[("show", no.clone())]).into()),
            ("hooks", hooks.into()),
            ("scales", scales.into()),
            ("axes", list(&[x_axis.into(), y_axis.into()])),
            ("cursor", cursor.into()),
            ("series", list(&[Object::new().into(), Object::new().into()])),
        ]);
        let nothing = list(&[list(&[0.0.into(), 1.0.into()]), list(&[JsValue::NULL, JsValue::NULL])]);
        Plot::new(&options, &nothing, target)
    }

    /// Shows a range.
    pub fn show(&self, x: (f64, f64), y: (f64, f64)) {
        for (key, (min, max)) in [("x", x), ("y", y)] {
            self.set_scale(key, &object(&[("min", min.into()), ("max", max.into())]));
        }
        // Equal limits alone would draw nothing anew.
        self.redraw(false, false);
    }

    /// Gives it another size, in CSS pixels.
    pub fn resize(&self, width: f64, height: f64) {
        self.set_size(&object(&[("width", width.into()), ("height", height.into())]));
    }

    /// The plotting area in canvas pixels.
    pub fn area(&self) -> Box {
        let b = self.bbox();
        Box {
            left: number(&b, "left"),
            top: number(&b, "top"),
            width: number(&b, "width"),
            height: number(&b, "height"),
        }
    }

    /// Where the cursor is, in CSS pixels from the corner of the plotting area.
    pub fn cursor_at(&self) -> Option<(f64, f64)> {
        let c = self.cursor();
        let (x, y) = (number(&c, "left"), number(&c, "top"));
        (x >= 0.0 && y >= 0.0).then_some((x, y))
    }

    /// The abscissa at a place.
    pub fn x_at(&self, position: f64) -> f64 {
        self.pos_to_val(position, "x")
    }

    /// The range of abscissas that was selected, if it is more than a slip; the selection is cleared.
    pub fn take_selection(&self) -> Option<(f64, f64)> {
        let s = self.select();
        let (left, width) = (number(&s, "left"), number(&s, "width"));
        let range = (width > 6.0).then(|| (self.x_at(left), self.x_at(left + width)));
        let none = object(&["left", "top", "width", "height"].map(|k| (k, 0.0.into())));
        self.set_select(&none, false);
        range
    }
}
