//! Eigenvalues of symmetric tridiagonal matrices by the implicit QL method (A. Dubrulle, R. S. Martin and J. H. Wilkinson, The implicit QL
//! algorithm, Handbook for Automatic Computation 2, 1971): what Lanczos' process leaves.

/// The most rotations for one eigenvalue; two or three are usual.
const MOST: usize = 60;

/// Eigenvalues in `d`, rising, of the matrix with diagonal `d` and off-diagonal `e` (one entry fewer; its content is lost). Each row of `rows`,
/// vectors of the length of `d`, is multiplied by the matrix of eigenvectors: the rows of the identity give that matrix itself, the first
/// of them alone the first components, the weights of Gauss' quadrature. False where an entry is not finite.
///
/// # Panics
/// Where a length is wrong.
pub fn eigenvalues(d: &mut [f64], e: &mut [f64], rows: &mut [&mut [f64]]) -> bool {
    let n = d.len();
    assert!(e.len() + 1 == n || n == 0, "one off-diagonal entry fewer");
    assert!(rows.iter().all(|r| r.len() == n), "rows of the length of the diagonal");
    if !d.iter().chain(&*e).all(|x| x.is_finite()) {
        return false;
    }
    for l in 0..n {
        for _ in 0..MOST {
            // The first negligible off-diagonal entry from l on.
            let m = (l..n - 1).find(|&m| e[m].abs() <= f64::EPSILON * (d[m].abs() + d[m + 1].abs())).unwrap_or(n - 1);
            if m == l {
                break;
            }
            let shift = (d[l + 1] - d[l]) / (2.0 * e[l]);
            let root = (shift * shift + 1.0).sqrt();
            let mut g = d[m] - d[l] + e[l] / (shift + if shift < 0.0 { -root } else { root });
            let (mut s, mut c, mut p) = (1.0, 1.0, 0.0);
            let mut cut = None;
            for i in (l..m).rev() {
                let (f, b) = (s * e[i], c * e[i]);
                let r = (f * f + g * g).sqrt();
                if i + 1 < n - 1 {
                    e[i + 1] = r;
                }
                if r == 0.0 {
                    cut = Some(i);
                    break;
                }
                (s, c) = (f / r, g / r);
                let last = d[i + 1] - p;
                let t = (d[i] - last) * s + 2.0 * c * b;
                p = s * t;
                d[i + 1] = last + p;
                g = c * t - b;
                for row in rows.iter_mut() {
                    let (x, y) = (row[i], row[i + 1]);
                    row[i + 1] = s * x + c * y;
                    row[i] = c * x - s * y;
                }
            }
            if let Some(i) = cut {
                d[i + 1] -= p;
            } else {
                d[l] -= p;
                e[l] = g;
            }
            if m < n - 1 {
                e[m] = 0.0;
            }
        }
    }
    // Few enough to be sorted by insertion, with the rows.
    for i in 1..n {
        let mut j = i;
        while j > 0 && d[j] < d[j - 1] {
            d.swap(j, j - 1);
            rows.iter_mut().for_each(|r| r.swap(j, j - 1));
            j -= 1;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_differences() {
        let n = 40;
        let (mut d, mut e) = (vec![2.0; n], vec![-1.0; n - 1]);
        let mut first = vec![0.0; n];
        first[0] = 1.0;
        assert!(eigenvalues(&mut d, &mut e, &mut [&mut first]));
        for k in 0..n {
            let angle = (k + 1) as f64 * core::f64::consts::PI / (n + 1) as f64;
            let half = libm::sin(angle / 2.0);
            assert!((d[k] - 4.0 * half * half).abs() < 1e-13);
            let component = (2.0 / (n + 1) as f64).sqrt() * libm::sin(angle);
            assert!((first[k].abs() - component).abs() < 1e-13);
        }
        assert!(eigenvalues(&mut [], &mut [], &mut []));
        assert!(!eigenvalues(&mut [1.0, f64::NAN], &mut [0.0], &mut []));
        let mut diagonal = [3.0, 1.0, 2.0];
        assert!(eigenvalues(&mut diagonal, &mut [0.0, 0.0], &mut []));
        assert_eq!(diagonal, [1.0, 2.0, 3.0]);
    }
}
