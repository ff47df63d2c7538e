//! Messages in and out of JavaScript, and the clock.

use std::cell::RefCell;
use std::rc::Rc;

use iterscope_catalog::Devices;
use iterscope_core::BuildError;
use iterscope_driver::Clock;
use iterscope_protocol::{Event, Request, from_js, to_js};
#[cfg(feature = "gpu")]
use js_sys::Promise;
use js_sys::{Array, Float32Array, Float64Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
#[cfg(feature = "gpu")]
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, Performance};

use iterscope_session::{Bulk, Next, Outgoing, Session};

/// Milliseconds to wait for a graphics device before going on without.
#[cfg(feature = "gpu")]
const DEVICE_PATIENCE: i32 = 2000;

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

struct Stopwatch(Performance);

impl Clock for Stopwatch {
    fn now(&self) -> f64 {
        self.0.now() / 1000.0
    }
}

struct Shell {
    scope: DedicatedWorkerGlobalScope,
    session: RefCell<Session>,
    tick: RefCell<Option<Closure<dyn FnMut()>>>,
    /// What is sent into it comes back behind the messages that wait: a turn that browsers do not hold back as they do timers.
    turns: MessageChannel,
    ticking: RefCell<bool>,
}

/// Starts the worker with the messages that came before the module was loaded.
#[cfg(feature = "gpu")]
#[wasm_bindgen]
pub async fn start(waiting: Array) -> Result<(), JsValue> {
    let scope = scope();
    let devices = find_devices(&scope).await;
    begin(scope, devices, &waiting)
}

/// Starts the worker with the messages that came before the module was loaded.
#[cfg(not(feature = "gpu"))]
#[wasm_bindgen]
pub fn start(waiting: Array) -> Result<(), JsValue> {
    // Waiting for nothing would bring along everything that it takes to wait.
    begin(scope(), Devices::default(), &waiting)
}

/// The worker, from now on one that says why it fails.
fn scope() -> DedicatedWorkerGlobalScope {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let to_page = scope.clone();
    std::panic::set_hook(Box::new(move |panic| {
        let failed = Object::new();
        // There is nobody left to tell if even this fails.
        let _ = Reflect::set(&failed, &"failed".into(), &panic.to_string().into());
        let _ = to_page.post_message(&failed);
    }));
    scope
}

fn begin(scope: DedicatedWorkerGlobalScope, devices: Devices, waiting: &Array) -> Result<(), JsValue> {
    let performance = scope.performance().ok_or("this worker has no clock")?;
    let clock = Stopwatch(performance.clone());
    iterscope_core::clock::lend(Some(Box::new(move || performance.now() / 1000.0)));
    let shell = Rc::new(Shell {
        scope: scope.clone(),
        session: RefCell::new(Session::new(clock, devices)),
        tick: RefCell::new(None),
        turns: MessageChannel::new()?,
        ticking: RefCell::new(false),
    });
    let again = shell.clone();
    let tick = Closure::new(move || again.turn());
    shell.turns.port1().set_onmessage(Some(tick.as_ref().unchecked_ref()));
    *shell.tick.borrow_mut() = Some(tick);
    shell.send();
    let receiver = shell.clone();
    let on_message =
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| receiver.receive(&event.data()));
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The worker lives as long as its module.
    on_message.forget();
    for message in waiting.iter() {
        shell.receive(&message);
    }
    Ok(())
}

#[cfg(feature = "gpu")]
async fn find_devices(scope: &DedicatedWorkerGlobalScope) -> Devices {
    let found = Rc::new(RefCell::new(None));
    let place = found.clone();
    let search = wasm_bindgen_futures::future_to_promise(async move {
        *place.borrow_mut() = Some(Devices::find().await);
        Ok(JsValue::UNDEFINED)
    });
    let timer = scope.clone();
    let patience = Promise::new(&mut |resolve, _| {
        let _ = timer.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, DEVICE_PATIENCE);
    });
    let _ = JsFuture::from(Promise::race(&Array::of2(&search, &patience))).await;
    let devices = found.borrow_mut().take();
    devices.unwrap_or_else(|| Devices::none("WebGPU did not answer"))
}

impl Shell {
    fn receive(self: &Rc<Self>, message: &JsValue) {
        let head = Reflect::get(message, &"head".into()).unwrap_or_default();
        let bulk = Reflect::get(message, &"bulk".into()).ok().and_then(|b| b.dyn_into::<Array>().ok());
        let bytes = bulk.and_then(|b| b.get(0).dyn_into::<Uint8Array>().ok()).map(|b| b.to_vec());
        match from_js::<Request>(head) {
            Ok(request) => self.session.borrow_mut().handle(request, bytes),
            Err(error) => {
                let message = format!("page and solvers are of different versions: reload the page ({error})");
                let error = BuildError::new("request", message);
                self.post(Outgoing { event: Event::Refused { error }, bulk: Vec::new() });
            }
        }
        self.send();
        self.schedule(Next::Now);
    }

    fn turn(self: &Rc<Self>) {
        *self.ticking.borrow_mut() = false;
        let next = self.session.borrow_mut().tick();
        self.send();
        self.schedule(next);
    }

    /// Asks for a turn after what else waits in the message queue.
    fn schedule(&self, next: Next) {
        if next == Next::Never || std::mem::replace(&mut *self.ticking.borrow_mut(), true) {
            return;
        }
        // Neither fails: the channel is open, and the scope has timers.
        if next == Next::Now {
            let _ = self.turns.port2().post_message(&JsValue::NULL);
        } else if let Some(tick) = &*self.tick.borrow() {
            let _ = self.scope.set_timeout_with_callback(tick.as_ref().unchecked_ref());
        }
    }

    fn send(&self) {
        let messages = self.session.borrow_mut().drain();
        for message in messages {
            self.post(message);
        }
    }

    fn post(&self, message: Outgoing) {
        let (bulk, transfer) = (Array::new(), Array::new());
        for part in message.bulk {
            let (array, buffer): (JsValue, _) = match part {
                Bulk::F64(v) => {
                    let a = Float64Array::from(v.as_slice());
                    (a.clone().into(), a.buffer())
                }
                Bulk::F32(v) => {
                    let a = Float32Array::from(v.as_slice());
                    (a.clone().into(), a.buffer())
                }
                Bulk::Bytes(v) => {
                    let a = Uint8Array::from(v.as_slice());
                    (a.clone().into(), a.buffer())
                }
            };
            bulk.push(&array);
            transfer.push(&buffer);
        }
        let head = match to_js(&message.event) {
            Ok(head) => head,
            Err(error) => return web_sys::console::error_1(&error.into()),
        };
        let envelope = Object::new();
        for (key, value) in [("head", head), ("bulk", bulk.into())] {
            // A plain object takes every key.
            let _ = Reflect::set(&envelope, &key.into(), &value);
        }
        if let Err(error) = self.scope.post_message_with_transfer(&envelope, &transfer) {
            web_sys::console::error_1(&error);
        }
    }
}
