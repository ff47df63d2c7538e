//! What a long run says while it goes on, where no bar can be drawn.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const PERIOD: Duration = Duration::from_secs(10);

#[derive(Default)]
struct Doing {
    what: String,
    /// Steps done, and how many there may be.
    steps: Option<(u64, u64)>,
}

/// Says every ten seconds what is being done, on a standard error that is no terminal; ends when it is dropped.
pub struct Watch(Arc<Mutex<Doing>>);

impl Watch {
    /// Begins with `what`, such as "reading the data".
    pub fn start(what: &str) -> Self {
        let watch = Watch(Arc::default());
        watch.at(what);
        if !std::io::stderr().is_terminal() {
            let (doing, zero) = (Arc::downgrade(&watch.0), Instant::now());
            std::thread::spawn(move || {
                loop {
                    std::thread::sleep(PERIOD);
                    let Some(doing) = doing.upgrade() else { return };
                    let line = line(&lock(&doing), zero.elapsed().as_secs());
                    // A reader that has gone away is no reason to end.
                    let _ = writeln!(std::io::stderr(), "{line}");
                }
            });
        }
        watch
    }

    /// Something else is done from now on.
    pub fn at(&self, what: &str) {
        *lock(&self.0) = Doing { what: what.to_owned(), steps: None };
    }

    /// What is being done.
    pub fn doing(&self) -> String {
        lock(&self.0).what.clone()
    }

    /// `done` of at most `limit` steps are done.
    pub fn steps(&self, done: u64, limit: u64) {
        lock(&self.0).steps = Some((done, limit));
    }
}

fn lock(doing: &Mutex<Doing>) -> MutexGuard<'_, Doing> {
    doing.lock().unwrap_or_else(PoisonError::into_inner)
}

fn line(doing: &Doing, seconds: u64) -> String {
    let what = &doing.what;
    match doing.steps {
        Some((done, limit)) => format!("iterscope: {seconds} s: {what}, step {done} of at most {limit}"),
        None => format!("iterscope: {seconds} s: {what}"),
    }
}
