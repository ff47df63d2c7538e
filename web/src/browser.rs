//! Small helpers over the browser's interfaces that neither Leptos nor web-sys has.

use js_sys::{Array, Object, Reflect, Uint8Array};
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

/// Milliseconds on a clock that only goes forward.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |p| p.now())
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

/// Sets a CSS property of one element. The page's policy allows no style attributes in markup.
pub fn set_style(element: &HtmlElement, name: &str, value: &str) {
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

fn download_blob(name: &str, blob: &web_sys::Blob) {
    let Ok(url) = web_sys::Url::create_object_url_with_blob(blob) else { return };
    if let Ok(link) = document().create_element("a").map(JsCast::unchecked_into::<web_sys::HtmlAnchorElement>) {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // The browser has taken hold of the blob by then.
    let release = move || {
        let _ = web_sys::Url::revoke_object_url(&url);
    };
    set_timeout(release, std::time::Duration::from_secs(10));
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

/// The context of a canvas, or of what stands in for one where a drawing becomes SVG.
pub fn context_2d(canvas: &web_sys::HtmlCanvasElement) -> Option<web_sys::CanvasRenderingContext2d> {
    Some(canvas.get_context("2d").ok()??.unchecked_into())
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

/// Width of the window in CSS pixels.
pub fn window_width() -> f64 {
    window().inner_width().ok().and_then(|w| w.as_f64()).unwrap_or(1280.0)
}

/// Device pixels for each CSS pixel.
pub fn pixel_ratio() -> f64 {
    window().device_pixel_ratio().clamp(1.0, 3.0)
}

/// Listens to an event of the document for as long as the page lives.
pub fn document_listener<E: JsCast + 'static>(name: &str, f: impl Fn(E) + 'static) {
    listen(&document(), name, f);
}

/// Listens to an event of any target for as long as the page lives.
pub fn listen<E: JsCast + 'static>(target: &web_sys::EventTarget, name: &str, f: impl Fn(E) + 'static) {
    let f = Closure::<dyn Fn(web_sys::Event)>::new(move |event: web_sys::Event| {
        if let Ok(event) = event.dyn_into() {
            f(event);
        }
    });
    let _ = target.add_event_listener_with_callback(name, f.as_ref().unchecked_ref());
    f.forget();
}

/// Calls `f` whenever the element changes its size, for as long as the current owner lives.
pub fn on_resize(element: &web_sys::Element, f: impl Fn() + 'static) {
    let call = Closure::<dyn FnMut()>::new(f);
    if let Ok(observer) = web_sys::ResizeObserver::new(call.as_ref().unchecked_ref()) {
        observer.observe(element);
        let kept = StoredValue::new_local((observer, call));
        on_cleanup(move || {
            kept.try_with_value(|(observer, _)| observer.disconnect());
        });
    }
}

/// Reads one of the page's own files of JSON; none where it is not there or holds something else.
pub async fn fetch_json<T: DeserializeOwned>(name: &str) -> Option<T> {
    let answer = JsFuture::from(window().fetch_with_str(name)).await.ok()?;
    let answer = answer.dyn_into::<web_sys::Response>().ok().filter(web_sys::Response::ok)?;
    let value = JsFuture::from(answer.json().ok()?).await.ok()?;
    serde_wasm_bindgen::from_value(value).ok()
}
