//! Small helpers over the browser's interfaces.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Document, HtmlElement, Window};

/// The window.
pub fn window() -> Window {
    web_sys::window().expect("the page runs in a window")
}

/// The document.
pub fn document() -> Document {
    window().document().expect("a window of a page has a document")
}

/// The element with that id.
pub fn by_id(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Calls `f` once after `ms` milliseconds; the handle stops it before.
pub fn after(ms: i32, f: impl FnOnce() + 'static) -> i32 {
    let f = Closure::once_into_js(f);
    window().set_timeout_with_callback_and_timeout_and_arguments_0(f.unchecked_ref(), ms).unwrap_or(0)
}

/// Stops what [`after`] started.
pub fn cancel(handle: i32) {
    window().clear_timeout_with_handle(handle);
}

/// Calls `f` before the next paint.
pub fn on_paint(f: impl FnOnce() + 'static) {
    let f = Closure::once_into_js(f);
    // Fails only where there is nothing to paint on.
    let _ = window().request_animation_frame(f.unchecked_ref());
}

/// Milliseconds on a clock that only goes forward.
pub fn now() -> f64 {
    let performance = Reflect::get(&window(), &"performance".into()).unwrap_or_default();
    let now = Reflect::get(&performance, &"now".into()).ok().and_then(|f| f.dyn_into::<Function>().ok());
    now.and_then(|f| f.call0(&performance).ok()).and_then(|v| v.as_f64()).unwrap_or_default()
}

/// A plain object.
pub fn object(entries: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (key, value) in entries {
        // A plain object takes every key.
        let _ = Reflect::set(&object, &(*key).into(), value);
    }
    object
}

/// A property, `undefined` where there is none.
pub fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Listens for as long as the page lives.
pub fn listen<E: JsCast + 'static>(target: &web_sys::EventTarget, name: &str, f: impl FnMut(E) + 'static) {
    let mut f = f;
    let f = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        if let Ok(event) = event.dyn_into() {
            f(event);
        }
    });
    let _ = target.add_event_listener_with_callback(name, f.as_ref().unchecked_ref());
    f.forget();
}

/// Sets a CSS property of one element.
pub fn style(element: &HtmlElement, name: &str, value: &str) {
    let _ = element.style().set_property(name, value);
}

/// Offers bytes as a file to take away.
pub fn download(name: &str, mime: &str, bytes: &[u8]) {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(mime);
    let parts = Array::of1(&Uint8Array::from(bytes));
    if let Ok(blob) = web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options) {
        download_blob(name, &blob);
    }
}

/// Offers a blob as a file to take away.
pub fn download_blob(name: &str, blob: &web_sys::Blob) {
    let Ok(url) = web_sys::Url::create_object_url_with_blob(blob) else { return };
    if let Ok(link) = document().create_element("a").map(JsCast::unchecked_into::<web_sys::HtmlAnchorElement>) {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // The browser has taken hold of the blob by then.
    after(10_000, move || {
        let _ = web_sys::Url::revoke_object_url(&url);
    });
}

/// Offers a canvas as a PNG file.
pub fn download_canvas(name: &'static str, canvas: &web_sys::HtmlCanvasElement) {
    let done = Closure::once_into_js(move |blob: JsValue| {
        if let Ok(blob) = blob.dyn_into::<web_sys::Blob>() {
            download_blob(name, &blob);
        }
    });
    let _ = canvas.to_blob(done.unchecked_ref());
}

/// What was remembered under `key`; storage may be forbidden.
pub fn remembered(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(&format!("iterscope.{key}")).ok()?
}

/// Remembers, where that is allowed.
pub fn remember(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(&format!("iterscope.{key}"), value);
    }
}

/// Whether a media query holds.
pub fn media(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|m| m.matches())
}

/// Device pixels for each CSS pixel.
pub fn pixel_ratio() -> f64 {
    window().device_pixel_ratio().clamp(1.0, 3.0)
}

/// Follows the size of an element until it is dropped.
pub struct Sizes {
    observer: Option<web_sys::ResizeObserver>,
    _call: Closure<dyn FnMut()>,
}

impl Drop for Sizes {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

/// Calls `f` whenever the element changes its size.
pub fn on_resize(element: &web_sys::Element, f: impl Fn() + 'static) -> Sizes {
    let call = Closure::<dyn FnMut()>::new(f);
    let observer = web_sys::ResizeObserver::new(call.as_ref().unchecked_ref()).ok();
    if let Some(observer) = &observer {
        observer.observe(element);
    }
    Sizes { observer, _call: call }
}

/// Calls `done` with what a promise comes to.
pub fn then(promise: &Promise, done: impl FnOnce(Result<JsValue, JsValue>) + 'static) {
    then_dyn(promise, Box::new(done));
}

type Done = Box<dyn FnOnce(Result<JsValue, JsValue>)>;

fn then_dyn(promise: &Promise, done: Done) {
    let done = Rc::new(RefCell::new(Some(done)));
    let other = done.clone();
    let call = |done: &RefCell<Option<Done>>, result| {
        if let Some(done) = done.take() {
            done(result);
        }
    };
    let good = Closure::once_into_js(move |value: JsValue| call(&done, Ok(value)));
    let bad = Closure::once_into_js(move |error: JsValue| call(&other, Err(error)));
    let then: Function = get(promise, "then").unchecked_into();
    let _ = then.call2(promise, &good, &bad);
}

/// Fetches one of the page's own files as JSON; none where it is not there.
pub fn fetch(name: &str, done: impl FnOnce(Option<JsValue>) + 'static) {
    fetch_text(name, move |text| done(text.and_then(|text| js_sys::JSON::parse(&text).ok())));
}

/// Fetches one of the page's own files as text; none where it is not there.
pub fn fetch_text(name: &str, done: impl FnOnce(Option<String>) + 'static) {
    let done: Box<dyn FnOnce(Option<String>)> = Box::new(done);
    then(&window().fetch_with_str(name), move |answer| {
        let answer = answer.ok().and_then(|a| a.dyn_into::<web_sys::Response>().ok()).filter(web_sys::Response::ok);
        match answer.and_then(|a| a.text().ok()) {
            Some(text) => then(&text, move |value| done(value.ok().and_then(|v| v.as_string()))),
            None => done(None),
        }
    });
}
