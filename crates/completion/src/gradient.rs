//! Objectives of gradient methods, with their gradients.

use crate::factors::{Factors, inner};
use crate::model::Entries;
use crate::sensing::{Sensing, pack_gram};

/// f = 1/(2 p) sum over seen entries of (U V' - M)^2, p the share that is seen, so that in expectation f is half the
/// squared error on all entries. Returns f; `g` receives the gradients E V / p and E' U / p.
pub(crate) fn of_entries(entries: &Entries, x: &Factors, g: &mut Factors) -> f64 {
    let k = x.rank;
    let weight = 1.0 / entries.rate();
    g.u.fill(0.0);
    g.v.fill(0.0);
    let mut sum = 0.0;
    for i in 0..entries.by_row.rows {
        let (u, gu) = (x.row(i), &mut g.u[i * k..][..k]);
        let mut part = 0.0;
        for (j, m) in entries.by_row.row_iter(i) {
            let v = x.col(j);
            let e = inner(u, v) - m;
            part += e * e;
            let e = weight * e;
            let gv = &mut g.v[j * k..][..k];
            for c in 0..k {
                gu[c] += e * v[c];
                gv[c] += e * u[c];
            }
        }
        sum += part;
    }
    0.5 * weight * sum
}

/// Work space for [`of_measurements`].
pub(crate) struct SensingWork {
    packed: Vec<f64>,
    residual: Vec<f64>,
    full: Vec<f64>,
}

impl SensingWork {
    pub fn new(s: &Sensing) -> SensingWork {
        let packed = crate::sensing::packed(s.d);
        SensingWork { packed: vec![0.0; packed], residual: vec![0.0; s.len()], full: vec![0.0; s.d * s.d] }
    }
}

/// f = 1/(4 m) sum_i (<A_i, U U'> - y_i)^2 (1/4 of the squared error with full observation). Returns f; `g.u` receives
/// the gradient (1/m) sum_i (<A_i, U U'> - y_i) A_i U.
pub(crate) fn of_measurements(s: &Sensing, x: &Factors, g: &mut Factors, work: &mut SensingWork) -> f64 {
    let (d, k) = (s.d, x.rank);
    pack_gram(&x.u, d, k, &mut work.packed);
    s.measure(&work.packed, &mut work.residual);
    for (r, y) in work.residual.iter_mut().zip(&s.values) {
        *r -= y;
    }
    let size = s.size(&work.residual);
    s.adjoint(&work.residual, &mut work.packed, &mut work.full);
    iterscope_kernels::dense::a_b(&work.full, &x.u, &mut g.u, d, d, k);
    0.25 * size * size / s.count.max(1) as f64
}
