//! Vectors of either precision in a saved state.

use iterscope_core::{StateReader, StateWriter};

use crate::Scalar;

/// Writes a vector.
pub(crate) fn put<T: Scalar>(out: &mut StateWriter, v: &[T]) {
    v.iter().for_each(|x| out.real(x.to_f64()));
}

/// Reads a vector.
pub(crate) fn get<T: Scalar>(from: &mut StateReader<'_>, v: &mut [T]) {
    v.iter_mut().for_each(|x| *x = T::from_f64(from.real()));
}

/// Writes a count.
pub(crate) fn put_count(out: &mut StateWriter, n: usize) {
    out.real(n as f64);
}

/// Reads a count, at most `most`.
pub(crate) fn get_count(from: &mut StateReader<'_>, most: usize) -> usize {
    (from.real() as usize).min(most)
}
