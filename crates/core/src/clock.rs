//! A clock for answers that compare how long methods take. A library has none of its own in a browser: the program lends one.

use std::cell::RefCell;

/// Seconds from some moment on; it never goes back.
pub type Seconds = Box<dyn Fn() -> f64>;

thread_local! {
    static CLOCK: RefCell<Option<Seconds>> = const { RefCell::new(None) };
}

/// From now on this thread has this clock, or none.
pub fn lend(clock: Option<Seconds>) {
    CLOCK.with_borrow_mut(|place| *place = clock);
}

/// The time on the clock; none where there is no clock.
pub fn now() -> Option<f64> {
    CLOCK.with_borrow(|clock| clock.as_ref().map(|c| c()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_time_while_a_clock_is_lent() {
        assert_eq!(now(), None);
        lend(Some(Box::new(|| 2.5)));
        assert_eq!(now(), Some(2.5));
        lend(None);
        assert_eq!(now(), None);
    }
}
