//! The workers that compute: one for each module of solvers that was used, one of them in use.

use std::rc::Rc;

use iterscope_protocol::{Event, Request, from_js, to_js};
use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::browser::{get, object};

/// What arrives from a worker.
pub enum Incoming {
    /// An event with its typed arrays.
    Event(Box<Event>, Array),
    /// The worker is gone or does not speak our language, in words.
    Failed(String),
}

type Handler = Rc<dyn Fn(Incoming)>;

struct Connection {
    solvers: String,
    worker: Worker,
}

struct Pool {
    connections: Vec<Connection>,
    current: String,
    handler: Option<Handler>,
}

/// All workers of the page. Copies are the same.
#[derive(Clone, Copy)]
pub struct Workers(StoredValue<Pool, LocalStorage>);

impl Workers {
    /// None yet.
    pub fn new() -> Workers {
        Workers(StoredValue::new_local(Pool { connections: Vec::new(), current: String::new(), handler: None }))
    }

    /// Passes what the worker in use says to `handler`.
    pub fn on_message(self, handler: impl Fn(Incoming) + 'static) {
        self.0.update_value(|pool| pool.handler = Some(Rc::new(handler)));
    }

    /// Takes over a worker that was started while the page still loaded, with what it has said so far.
    pub fn adopt(self, solvers: &str, worker: Worker, early: &Array) {
        self.connect(solvers, worker);
        for message in early.iter() {
            self.receive(solvers, &message);
        }
    }

    /// Uses the solvers of that name from now on, starting them where needed; true if others were in use.
    pub fn use_solvers(self, solvers: &str) -> bool {
        if self.0.with_value(|pool| pool.current == solvers) {
            return false;
        }
        self.send(&Request::Pause);
        if !self.0.with_value(|pool| pool.connections.iter().any(|c| c.solvers == solvers)) {
            self.start(solvers);
        }
        self.0.update_value(|pool| solvers.clone_into(&mut pool.current));
        true
    }

    /// Ends the worker in use, which no longer answers; [`Workers::use_solvers`] starts another.
    pub fn discard_current(self) {
        self.0.update_value(|pool| {
            let current = std::mem::take(&mut pool.current);
            pool.connections.retain(|c| {
                if c.solvers == current {
                    c.worker.terminate();
                }
                c.solvers != current
            });
        });
    }

    /// Sends a request to the worker in use.
    pub fn send(self, request: &Request) {
        self.post(request, &Array::new());
    }

    /// Sends a file with its contents.
    pub fn send_file(self, name: &str, bytes: &Uint8Array) {
        self.post(&Request::File { name: name.to_owned() }, &Array::of1(bytes));
    }

    fn post(self, request: &Request, bulk: &Array) {
        // Every request has a JavaScript value.
        let Ok(head) = to_js(request) else { return };
        let message = object(&[("head", head), ("bulk", bulk.into())]);
        let transfer: Array = bulk.iter().map(|part| get(&part, "buffer")).collect();
        self.0.with_value(|pool| {
            if let Some(c) = pool.connections.iter().find(|c| c.solvers == pool.current) {
                let _ = c.worker.post_message_with_transfer(&message, &transfer);
            }
        });
    }

    fn start(self, solvers: &str) {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        match Worker::new_with_options(&format!("worker.js?{solvers}"), &options) {
            Ok(worker) => self.connect(solvers, worker),
            Err(_) => self.handle(Incoming::Failed("this browser refused to start a worker".into())),
        }
    }

    fn connect(self, solvers: &str, worker: Worker) {
        let name = solvers.to_owned();
        let on_message =
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| self.receive(&name, &event.data()));
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        on_message.forget();
        let name = solvers.to_owned();
        let on_error = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let message = get(&event, "message").as_string().unwrap_or_else(|| "it did not load".into());
            self.fail(&name, message);
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        on_error.forget();
        self.0.update_value(|pool| pool.connections.push(Connection { solvers: solvers.to_owned(), worker }));
    }

    fn receive(self, solvers: &str, data: &JsValue) {
        if let Some(lock) = get(data, "alive").as_string() {
            return self.watch(solvers, &lock);
        }
        match read_event(data) {
            Incoming::Failed(message) => self.fail(solvers, message),
            incoming => {
                // A worker that is not in use may still have had something on the way.
                let ready = matches!(&incoming, Incoming::Event(event, _) if matches!(**event, Event::Ready { .. }));
                if ready || self.0.with_value(|pool| pool.current.is_empty() || pool.current == solvers) {
                    self.handle(incoming);
                }
            }
        }
    }

    /// A worker holds a lock for as long as it lives: whoever gets it knows that the worker is gone, however it went.
    fn watch(self, solvers: &str, lock: &str) {
        let locks = get(&window().navigator(), "locks");
        let Ok(request) = get(&locks, "request").dyn_into::<js_sys::Function>() else { return };
        let name = solvers.to_owned();
        let gone = Closure::once_into_js(move || self.fail(&name, "it was ended".into()));
        let _ = request.call2(&locks, &lock.into(), &gone);
    }

    fn fail(self, solvers: &str, message: String) {
        let in_use = self.0.with_value(|pool| {
            let known = pool.connections.iter().any(|c| c.solvers == solvers);
            known && (pool.current.is_empty() || pool.current == solvers)
        });
        if in_use {
            self.discard_current();
            self.handle(Incoming::Failed(message));
        } else {
            self.0.update_value(|pool| pool.connections.retain(|c| c.solvers != solvers));
        }
    }

    fn handle(self, incoming: Incoming) {
        if let Some(handler) = self.0.with_value(|pool| pool.handler.clone()) {
            handler(incoming);
        }
    }
}

fn read_event(data: &JsValue) -> Incoming {
    if let Some(message) = get(data, "failed").as_string() {
        return Incoming::Failed(message);
    }
    match from_js::<Event>(get(data, "head")) {
        Ok(event) => Incoming::Event(Box::new(event), get(data, "bulk").dyn_into().unwrap_or_default()),
        Err(error) => Incoming::Failed(format!("page and worker are of different versions: {error}")),
    }
}
