//! Points from their squared distances, by classical scaling (Torgerson 1952), laid over the true ones.

use iterscope_core::artifact::Cell;
use iterscope_core::{Artifact, Extent, Picture, PictureKind};
use iterscope_kernels::dense::{a_b, at_b, jacobi_svd, symmetric_eigen, thin_qr};
use iterscope_kernels::reduce::norm2;

use crate::model::factors::{Factors, inner};
use crate::model::parts::Parts;

/// A picture has at least this many points, if there are.
const LEAST_DRAWN: u32 = 64;

/// Points whose squared distances are the matrix.
#[derive(Clone, Debug)]
pub struct Points {
    /// Names.
    pub names: Vec<String>,
    /// Coordinates of a point.
    pub dim: usize,
    /// The true places, `n x dim` with their mean at the origin, where they are known.
    pub truth: Option<Vec<f64>>,
    /// What people gave were distances, not their squares.
    pub rooted: bool,
}

impl Points {
    /// The places that fit an iterate best: with J = I - 11'/n and the symmetric part D of the matrix, the leading
    /// eigenvectors of -J D J / 2 times the square roots of their eigenvalues (negative ones count as zero). They are turned
    /// and mirrored onto the true places where these are known. `n x dim`.
    pub fn places(&self, x: &Factors) -> Vec<f64> {
        let n = self.names.len();
        let mut found = scaling(x, n, self.dim);
        if let Some(truth) = &self.truth {
            align(&mut found, truth, self.dim);
        }
        found
    }

    /// Distance of the places from the true ones, relative to the size of the true ones (both in the root mean square).
    pub fn error(&self, x: &Factors) -> f64 {
        let Some(truth) = &self.truth else { return f64::NAN };
        if !x.is_finite() {
            return f64::NAN;
        }
        let found = self.places(x);
        let off: Vec<f64> = found.iter().zip(truth).map(|(a, b)| a - b).collect();
        let size = norm2(truth);
        norm2(&off) / if size > 0.0 { size } else { 1.0 }
    }

    /// Draws given places, with the true ones beside them.
    pub fn draw(&self, places: &[f64], extent: Extent, out: &mut Picture) {
        let most = extent.width.max(LEAST_DRAWN) as usize;
        let stride = self.names.len().div_ceil(most).max(1);
        let axes = |a: &[f64], out: &mut Vec<f32>| {
            for axis in 0..2 {
                let rows = a.chunks_exact(self.dim).step_by(stride);
                out.extend(rows.map(|row| row.get(axis).copied().unwrap_or(0.0) as f32));
            }
        };
        out.start(PictureKind::Points, self.names.len().div_ceil(stride), 2);
        axes(places, &mut out.values);
        if let Some(truth) = &self.truth {
            axes(truth, &mut out.aux);
        }
        out.fit_range();
    }

    /// A table: each point with its coordinates, then the completed distance to every point, in the units of the data;
    /// empty between points that no chain of known distances links.
    pub fn table(&self, x: &Factors, parts: Option<&Parts>) -> Artifact {
        const AXES: [&str; 3] = ["x", "y", "z"];
        let mut columns = vec!["point".to_owned()];
        columns.extend(AXES[..self.dim].iter().map(|a| (*a).to_owned()));
        columns.extend(self.names.iter().map(|name| format!("to {name}")));
        let places = self.places(x);
        let rows = self.names.iter().zip(places.chunks_exact(self.dim)).enumerate().map(|(i, (name, place))| {
            let mut row = vec![Cell::Text(name.clone())];
            row.extend(place.iter().map(|&c| Cell::Real(c)));
            row.extend((0..self.names.len()).map(|j| {
                if parts.is_some_and(|p| !p.linked(i, j)) {
                    return Cell::Text(String::new());
                }
                let square = if i == j { 0.0 } else { (0.5 * (x.at(i, j) + x.at(j, i))).max(0.0) };
                Cell::Real(if self.rooted { square.sqrt() } else { square })
            }));
            row
        });
        Artifact::Table { columns, rows: rows.collect() }
    }
}

/// Classical scaling of (U V' + V U')/2, from the factors where these are slim.
fn scaling(x: &Factors, n: usize, dim: usize) -> Vec<f64> {
    let k = x.rank;
    let (u, v) = (centred(&x.u, k), centred(&x.v, k));
    let (vectors, values, width) = if 2 * k < n {
        // With Q R = [U V], -J D J / 2 = Q C Q' for C = -(R_U R_V' + R_V R_U')/4.
        let w = 2 * k;
        let mut q = vec![0.0; n * w];
        for ((row, u), v) in q.chunks_exact_mut(w).zip(u.chunks_exact(k)).zip(v.chunks_exact(k)) {
            row[..k].copy_from_slice(u);
            row[k..].copy_from_slice(v);
        }
        let mut r = vec![0.0; w * w];
        thin_qr(&mut q, n, w, &mut r, &mut vec![0.0; 2 * w]);
        let mut core = vec![0.0; w * w];
        for i in 0..w {
            for j in 0..w {
                let (a, b) = (&r[i * w..][..w], &r[j * w..][..w]);
                core[i * w + j] = -0.25 * (inner(&a[..k], &b[k..]) + inner(&a[k..], &b[..k]));
            }
        }
        let (values, turned) = symmetric_eigen(&core, w);
        let mut vectors = vec![0.0; n * w];
        a_b(&q, &turned, &mut vectors, n, w, w);
        (vectors, values, w)
    } else {
        let mut full = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..n {
                let (a, b) = (i * k, j * k);
                full[i * n + j] = -0.25 * (inner(&u[a..][..k], &v[b..][..k]) + inner(&v[a..][..k], &u[b..][..k]));
            }
        }
        let (values, vectors) = symmetric_eigen(&full, n);
        (vectors, values, n)
    };
    let mut places = vec![0.0; n * dim];
    for (place, row) in places.chunks_exact_mut(dim).zip(vectors.chunks_exact(width)) {
        for ((p, e), value) in place.iter_mut().zip(row).zip(&values) {
            *p = e * value.max(0.0).sqrt();
        }
    }
    places
}

/// The same places with their mean at the origin.
pub fn centred(a: &[f64], dim: usize) -> Vec<f64> {
    let mut mean = vec![0.0; dim];
    for row in a.chunks_exact(dim) {
        mean.iter_mut().zip(row).for_each(|(m, x)| *m += x);
    }
    let n = (a.len() / dim).max(1) as f64;
    let mut out = a.to_vec();
    for row in out.chunks_exact_mut(dim) {
        row.iter_mut().zip(&mean).for_each(|(x, m)| *x -= m / n);
    }
    out
}

/// Turns and mirrors `a` onto `b` (Procrustes): a W with W = X Y' for a'b = X S Y'. Both have their means at the origin.
fn align(a: &mut [f64], b: &[f64], dim: usize) {
    let rows = a.len() / dim;
    let mut cross = vec![0.0; dim * dim];
    at_b(b, a, &mut cross, rows, dim, dim);
    // The rows of b'a are the columns of a'b: on return they are those of X, and the rotations hold the columns of Y.
    let (mut s, mut y) = (vec![0.0; dim], vec![0.0; dim * dim]);
    jacobi_svd(&mut cross, dim, dim, &mut s, &mut y);
    let mut turn = vec![0.0; dim * dim];
    at_b(&cross, &y, &mut turn, dim, dim, dim);
    let old = a.to_vec();
    a_b(&old, &turn, a, rows, dim, dim);
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_kernels::rng::Rng;

    /// The factors of the squared distances of random points, and the points.
    pub(crate) fn cloud(n: usize, dim: usize) -> (Factors, Vec<f64>) {
        let mut p = vec![0.0; n * dim];
        Rng::new(4).normal_fill(&mut p);
        let p = centred(&p, dim);
        let k = dim + 2;
        let mut f = Factors::zero(n, n, k);
        for (i, row) in p.chunks_exact(dim).enumerate() {
            let square = inner(row, row);
            let (u, v) = (&mut f.u[i * k..][..k], &mut f.v[i * k..][..k]);
            (u[0], u[1], v[0], v[1]) = (square, 1.0, 1.0, square);
            for (c, x) in row.iter().enumerate() {
                (u[2 + c], v[2 + c]) = (-2.0 * x, *x);
            }
        }
        (f, p)
    }

    #[test]
    fn places_are_recovered_up_to_a_turn() {
        // Slim factors, and factors wider than half of the points.
        for (n, dim) in [(20, 2), (30, 3), (12, 1), (7, 2), (5, 3)] {
            let (f, truth) = cloud(n, dim);
            let names = (0..n).map(|i| i.to_string()).collect();
            let points = Points { names, dim, truth: Some(truth.clone()), rooted: true };
            let found = points.places(&f);
            assert!(found.iter().zip(&truth).all(|(a, b)| (a - b).abs() < 1e-7), "{n} {dim}");
            assert!(points.error(&f) < 1e-7);
            // The matrix of zeros puts all points into one place: as wrong as the truth is large.
            assert!((points.error(&Factors::zero(n, n, 2)) - 1.0).abs() < 1e-12);
            let mut out = Picture::default();
            points.draw(&found, Extent { width: 9, height: 9 }, &mut out);
            assert_eq!((out.width as usize, out.height, out.values.len(), out.aux.len()), (n, 2, 2 * n, 2 * n));
            assert_eq!(out.values[1], found[dim] as f32);
        }
    }
}
