//! Numbers read from and written as text.
//!
//! The results are those of the standard library to the last bit and the last digit, as the tests hold. Its code is made
//! for speed and brings tables along: 20 kB of every module that a browser loads. This one calculates with whole numbers
//! of any size, at some microseconds a number, in a tenth of that.

mod big;
mod read;
mod write;

pub use read::parse;
pub use write::{Exponential, Fixed, Short, ShortExponential};
