//! The wires to the workers: one for each family that was used, one of them in use.

use std::cell::RefCell;
use std::rc::Rc;

use iterscope_protocol::{Event, Request, from_js, to_js};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::js;

/// What arrives.
pub enum Arrival {
    /// An event with its bulk.
    Event(Box<Event>, Array),
    /// The worker is gone or does not speak our language, in words.
    Failed(String),
}

#[derive(Default)]
struct Wires {
    workers: Vec<(String, Worker)>,
    current: String,
    hear: Option<Rc<dyn Fn(Arrival)>>,
}

thread_local! {
    static WIRES: RefCell<Wires> = RefCell::default();
}

/// Passes what the worker in use says to `hear`.
pub fn listen(hear: impl Fn(Arrival) + 'static) {
    WIRES.with_borrow_mut(|w| w.hear = Some(Rc::new(hear)));
}

/// Takes over a worker that was started while the page still loaded.
pub fn adopt(family: &str, worker: Worker) {
    connect(family, &worker);
    WIRES.with_borrow_mut(|w| w.workers.push((family.to_owned(), worker)));
}

/// Passes on what a worker said before it was adopted.
pub fn catch_up(family: &str, early: &Array) {
    for message in early.iter() {
        arrived(family, &message);
    }
}

fn connect(family: &str, worker: &Worker) {
    let name = family.to_owned();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| arrived(&name, &event.data()));
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    let on_error = Closure::<dyn FnMut(web_sys::Event)>::new(|event: web_sys::Event| {
        let message = js::get(&event, "message").as_string().unwrap_or_else(|| "it did not load".into());
        hear(Arrival::Failed(message));
    });
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    on_error.forget();
}

fn hear(arrival: Arrival) {
    if let Some(hear) = WIRES.with_borrow(|w| w.hear.clone()) {
        hear(arrival);
    }
}

fn arrived(family: &str, data: &JsValue) {
    let arrival = read(data);
    // A family that is not in use may still have had something on the way.
    let ready = matches!(&arrival, Arrival::Event(event, _) if matches!(**event, Event::Ready { .. }));
    let in_use = WIRES.with_borrow(|w| w.current.is_empty() || w.current == family);
    if ready || in_use {
        hear(arrival);
    }
}

fn read(data: &JsValue) -> Arrival {
    if let Some(words) = js::get(data, "failed").as_string() {
        return Arrival::Failed(words);
    }
    match from_js(js::get(data, "head")) {
        Ok(event) => Arrival::Event(Box::new(event), js::get(data, "bulk").dyn_into().unwrap_or_default()),
        Err(error) => Arrival::Failed(format!("page and worker are of different versions ({error})")),
    }
}

/// Uses the solvers of a family from now on; true if others were in use.
pub fn turn_to(family: &str) -> bool {
    if WIRES.with_borrow(|w| w.current == family) {
        return false;
    }
    send(&Request::Pause);
    let started = WIRES.with_borrow(|w| w.workers.iter().any(|(f, _)| f == family));
    if !started {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        match Worker::new_with_options(&format!("worker.js?{family}"), &options) {
            Ok(worker) => {
                connect(family, &worker);
                WIRES.with_borrow_mut(|w| w.workers.push((family.to_owned(), worker)));
            }
            Err(_) => hear(Arrival::Failed("this browser refused to start a worker".into())),
        }
    }
    WIRES.with_borrow_mut(|w| family.clone_into(&mut w.current));
    true
}

/// Sends a request to the worker in use.
pub fn send(request: &Request) {
    post(request, &Array::new());
}

/// Sends a file with its contents.
pub fn send_file(name: &str, bytes: &Uint8Array) {
    post(&Request::File { name: name.to_owned() }, &Array::of1(bytes));
}

fn post(request: &Request, bulk: &Array) {
    let Ok(head) = to_js(request) else { return };
    let message = js::object(&[("head", head), ("bulk", bulk.into())]);
    let transfer: Array = bulk.iter().map(|part| js::get(&part, "buffer")).collect();
    WIRES.with_borrow(|w| {
        if let Some((_, worker)) = w.workers.iter().find(|(f, _)| *f == w.current) {
            let _ = worker.post_message_with_transfer(&message, &transfer);
        }
    });
}
