//! What solvers and preconditioners hold in memory, counted by their own vectors.

use iterscope_kernels::csr::Csr;

/// Something that may hold memory.
pub trait Held {
    /// Bytes beyond the value itself.
    fn held(&self) -> usize;
}

/// Bytes that all of these hold.
pub fn held(parts: &[&dyn Held]) -> usize {
    parts.iter().map(|p| p.held()).sum()
}

/// A number of bytes that were counted elsewhere.
impl Held for usize {
    fn held(&self) -> usize {
        *self
    }
}

/// A vector of numbers; of what holds memory itself it would count too little, and takes [`Many`].
impl<T: Copy> Held for Vec<T> {
    fn held(&self) -> usize {
        size_of_val(&self[..])
    }
}

/// Several that hold memory.
pub struct Many<'a, V>(pub &'a [V]);

impl<V: Held> Held for Many<'_, V> {
    fn held(&self) -> usize {
        self.0.iter().map(Held::held).sum()
    }
}

impl<T> Held for Csr<T> {
    fn held(&self) -> usize {
        size_of_val(&self.indptr[..]) + size_of_val(&self.indices[..]) + size_of_val(&self.values[..])
    }
}
