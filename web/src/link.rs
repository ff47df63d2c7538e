//! The wire to the worker.

use std::cell::RefCell;

use iterscope_protocol::{Event, Request};
use js_sys::{Array, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker};

use crate::js;

thread_local! {
    static WORKER: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

/// What arrives.
pub enum Arrival {
    /// An event with its bulk.
    Event(Box<Event>, Array),
    /// The worker is gone or does not speak our language, in words.
    Failed(String),
}

/// Takes over a worker that was started while the page still loaded, with what it has said so far.
pub fn adopt(worker: Worker, early: &Array, hear: impl Fn(Arrival) + 'static) {
    let hear = std::rc::Rc::new(hear);
    let on_message = {
        let hear = hear.clone();
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| hear(read(&event.data())))
    };
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    let on_error = {
        let hear = hear.clone();
        Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let message = js::get(&event, "message").as_string().unwrap_or_else(|| "it did not load".into());
            hear(Arrival::Failed(message));
        })
    };
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    on_error.forget();
    WORKER.set(Some(worker));
    for message in early.iter() {
        hear(read(&message));
    }
}

fn read(data: &JsValue) -> Arrival {
    if let Some(words) = js::get(data, "failed").as_string() {
        return Arrival::Failed(words);
    }
    match serde_wasm_bindgen::from_value(js::get(data, "head")) {
        Ok(event) => Arrival::Event(Box::new(event), js::get(data, "bulk").dyn_into().unwrap_or_default()),
        Err(e) => Arrival::Failed(format!("page and worker are of different versions ({e})")),
    }
}

/// Sends a request.
pub fn send(request: &Request) {
    post(request, &Array::new());
}

/// Sends a file with its contents.
pub fn send_file(name: &str, bytes: &Uint8Array) {
    post(&Request::File { name: name.to_owned() }, &Array::of1(bytes));
}

fn post(request: &Request, bulk: &Array) {
    let Ok(head) = request.serialize(&serde_wasm_bindgen::Serializer::json_compatible()) else { return };
    let message = js::object(&[("head", head), ("bulk", bulk.into())]);
    let transfer: Array = bulk.iter().map(|part| js::get(&part, "buffer")).collect();
    WORKER.with_borrow(|worker| {
        if let Some(worker) = worker {
            let _ = worker.post_message_with_transfer(&message, &transfer);
        }
    });
}

/// Whether a reply may be read as that type; used for messages of other windows.
pub fn parse<T: for<'de> Deserialize<'de>>(value: JsValue) -> Option<T> {
    serde_wasm_bindgen::from_value(value).ok()
}
