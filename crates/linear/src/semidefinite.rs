//! Small dense systems that are positive semidefinite, such as Gram matrices of vectors that may depend on each other.

use crate::Scalar;

/// Solves the system of as many rows as `b`, of which the lower triangle of `a` is read, row by row; both are overwritten, `b` by the solution.
/// Rows of which elimination leaves no more than the part `drop` of their diagonal depend on those before them and get zero, which
/// solves consistent equations all the same.
pub fn solve_semidefinite<T: Scalar>(a: &mut [T], drop: T, b: &mut [T]) {
    let n = b.len();
    for j in 0..n {
        let limit = drop * a[j * n + j];
        for k in 0..j {
            let l = a[j * n + k];
            a[j * n + j] -= l * l;
        }
        let pivot = a[j * n + j];
        let inverse = if pivot > limit && pivot > T::ZERO { T::ONE / pivot.sqrt() } else { T::ZERO };
        for i in j + 1..n {
            for k in 0..j {
                a[i * n + j] -= a[i * n + k] * a[j * n + k];
            }
            a[i * n + j] *= inverse;
        }
        // The diagonal holds its own inverse, zero where the row is left out.
        a[j * n + j] = inverse;
    }
    for i in 0..n {
        for k in 0..i {
            b[i] -= a[i * n + k] * b[k];
        }
        b[i] *= a[i * n + i];
    }
    for i in (0..n).rev() {
        for k in i + 1..n {
            b[i] -= a[k * n + i] * b[k];
        }
        b[i] *= a[i * n + i];
    }
}
