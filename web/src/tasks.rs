//! What runs the effects: a queue that is worked off once the code that is running has returned.
//!
//! The executor that Leptos would start hands every task over to a promise and brings along all that promises need.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use any_spawner::{CustomExecutor, Executor, PinnedFuture, PinnedLocalFuture};
use js_sys::Function;
use wasm_bindgen::prelude::*;

use crate::js;

#[derive(Default)]
struct Tasks {
    /// What is not done yet, by number; none where it is done, or being worked on.
    all: Vec<Option<PinnedLocalFuture<()>>>,
    /// Numbers that are free again.
    free: Vec<usize>,
    /// Numbers of those that can go on.
    ready: VecDeque<usize>,
    /// The browser was asked to call `work`.
    asked: bool,
    work: Option<Function>,
}

thread_local! {
    static TASKS: RefCell<Tasks> = RefCell::default();
}

/// Starts the executor.
pub fn start() {
    let work = Closure::<dyn FnMut()>::new(work).into_js_value().unchecked_into();
    TASKS.with_borrow_mut(|tasks| tasks.work = Some(work));
    // It is started once.
    let _ = Executor::init_local_custom_executor(Queue);
}

struct Queue;

impl CustomExecutor for Queue {
    fn spawn(&self, task: PinnedFuture<()>) {
        self.spawn_local(task);
    }

    fn spawn_local(&self, task: PinnedLocalFuture<()>) {
        let number = TASKS.with_borrow_mut(|tasks| match tasks.free.pop() {
            Some(number) => {
                tasks.all[number] = Some(task);
                number
            }
            None => {
                tasks.all.push(Some(task));
                tasks.all.len() - 1
            }
        });
        go_on(number);
    }

    fn poll_local(&self) {}
}

/// Wakes the task of its number. A task that took over the number is only asked once too often.
struct Bell(usize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        go_on(self.0);
    }
}

fn go_on(number: usize) {
    TASKS.with_borrow_mut(|tasks| {
        if !tasks.ready.contains(&number) {
            tasks.ready.push_back(number);
        }
        if let Some(work) = tasks.work.as_ref().filter(|_| !tasks.asked) {
            js::window().queue_microtask(work);
            tasks.asked = true;
        }
    });
}

fn work() {
    while let Some(number) = TASKS.with_borrow_mut(|tasks| tasks.ready.pop_front()) {
        // Taken out while it runs: it may start or wake others.
        let Some(mut task) = TASKS.with_borrow_mut(|tasks| tasks.all[number].take()) else { continue };
        let bell = Waker::from(Arc::new(Bell(number)));
        let done = task.as_mut().poll(&mut Context::from_waker(&bell)).is_ready();
        TASKS.with_borrow_mut(|tasks| match done {
            true => tasks.free.push(number),
            false => tasks.all[number] = Some(task),
        });
    }
    TASKS.with_borrow_mut(|tasks| tasks.asked = false);
}
