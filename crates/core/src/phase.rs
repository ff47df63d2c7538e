//! What goes on beside building and stepping and may take long, for whoever times it or says where the program is.
//!
//! A library has no clock of its own in a browser: it says that something begins and ends, and the native program, which listens,
//! measures. Without a listener nothing is done.

use std::cell::RefCell;

/// Something that takes its time and is no step of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The solution that runs are measured against is computed.
    Reference,
    /// What theory expects of a run is worked out.
    Predict,
}

impl Phase {
    /// What is being done, as people are told.
    pub fn words(self) -> &'static str {
        match self {
            Phase::Reference => "computing the reference",
            Phase::Predict => "predicting",
        }
    }
}

/// Is told which phase begins, and `None` where the last one that began ends.
pub type Listener = Box<dyn FnMut(Option<Phase>)>;

thread_local! {
    static LISTENER: RefCell<Option<Listener>> = const { RefCell::new(None) };
}

/// From now on this thread's phases are told to `listener`, or to nobody.
pub fn listen(listener: Option<Listener>) {
    LISTENER.with_borrow_mut(|place| *place = listener);
}

/// Computes a reference.
pub fn reference<R>(work: impl FnOnce() -> R) -> R {
    within(Phase::Reference, work)
}

/// Makes a prediction.
pub fn predict<R>(work: impl FnOnce() -> R) -> R {
    within(Phase::Predict, work)
}

fn within<R>(phase: Phase, work: impl FnOnce() -> R) -> R {
    tell(Some(phase));
    let result = work();
    tell(None);
    result
}

fn tell(phase: Option<Phase>) {
    LISTENER.with_borrow_mut(|listener| {
        if let Some(listener) = listener {
            listener(phase);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn a_listener_hears_what_begins_and_ends() {
        assert_eq!(within(Phase::Predict, || 1), 1);
        let heard = Rc::new(RefCell::new(Vec::new()));
        let place = Rc::clone(&heard);
        listen(Some(Box::new(move |phase| place.borrow_mut().push(phase))));
        assert_eq!(within(Phase::Predict, || within(Phase::Reference, || 2)), 2);
        listen(None);
        within(Phase::Predict, || ());
        assert_eq!(*heard.borrow(), [Some(Phase::Predict), Some(Phase::Reference), None, None]);
    }
}
