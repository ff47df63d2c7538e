//! Objectives of gradient methods, with their gradients.

use crate::model::Entries;
use crate::model::factors::{Factors, inner};
use crate::model::sensing::{Sensing, SensingWork};

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

/// f = 1/(4 m) sum_i (<A_i, U U'> - y_i)^2 (1/4 of the squared error with full observation), and 1/2 in place of 1/4 for
/// U V'. Returns f; `g.u` receives the gradient (1/m) sum_i (<A_i, U U'> - y_i) A_i U, or both parts those for U and V.
pub(crate) fn of_measurements(s: &Sensing, x: &Factors, g: &mut Factors, work: &mut SensingWork) -> f64 {
    s.apply(x, work);
    for (r, y) in work.residual.iter_mut().zip(&s.values) {
        *r -= y;
    }
    let size = s.size(&work.residual);
    s.pull(x, work, g);
    let part = if s.symmetric() { 0.25 } else { 0.5 };
    part * size * size / s.count.max(1) as f64
}
