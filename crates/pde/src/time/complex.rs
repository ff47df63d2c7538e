//! Complex numbers, as far as stability needs them: the same bits on every machine.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// `re + i im`
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Complex {
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

impl Complex {
    /// The number 1.
    pub const ONE: Complex = Complex { re: 1.0, im: 0.0 };

    /// `re + i im`
    pub const fn new(re: f64, im: f64) -> Complex {
        Complex { re, im }
    }

    /// The modulus.
    pub fn abs(self) -> f64 {
        (self.re * self.re + self.im * self.im).sqrt()
    }

    /// The square root with a real part that is not negative.
    #[must_use]
    pub fn sqrt(self) -> Complex {
        let modulus = self.abs();
        let re = ((modulus + self.re) / 2.0).max(0.0).sqrt();
        let im = ((modulus - self.re) / 2.0).max(0.0).sqrt();
        Complex { re, im: if self.im < 0.0 { -im } else { im } }
    }

    /// Multiplied by a real number.
    #[must_use]
    pub fn times(self, factor: f64) -> Complex {
        Complex { re: factor * self.re, im: factor * self.im }
    }

    /// The exponential.
    #[must_use]
    pub fn exp(self) -> Complex {
        let size = libm::exp(self.re);
        Complex { re: size * libm::cos(self.im), im: size * libm::sin(self.im) }
    }

    /// The conjugate.
    #[must_use]
    pub fn conjugate(self) -> Complex {
        Complex { re: self.re, im: -self.im }
    }
}

impl From<f64> for Complex {
    fn from(re: f64) -> Complex {
        Complex { re, im: 0.0 }
    }
}

impl Add for Complex {
    type Output = Complex;
    fn add(self, o: Complex) -> Complex {
        Complex { re: self.re + o.re, im: self.im + o.im }
    }
}

impl Sub for Complex {
    type Output = Complex;
    fn sub(self, o: Complex) -> Complex {
        Complex { re: self.re - o.re, im: self.im - o.im }
    }
}

impl Neg for Complex {
    type Output = Complex;
    fn neg(self) -> Complex {
        Complex { re: -self.re, im: -self.im }
    }
}

impl Mul for Complex {
    type Output = Complex;
    fn mul(self, o: Complex) -> Complex {
        Complex { re: self.re * o.re - self.im * o.im, im: self.re * o.im + self.im * o.re }
    }
}

impl Div for Complex {
    type Output = Complex;
    fn div(self, o: Complex) -> Complex {
        let size = o.re * o.re + o.im * o.im;
        Complex { re: (self.re * o.re + self.im * o.im) / size, im: (self.im * o.re - self.re * o.im) / size }
    }
}

/// The larger modulus of the roots of `a w^2 + b w + c`.
pub fn largest_root(a: Complex, b: Complex, c: Complex) -> f64 {
    let root = (b * b - (a * c).times(4.0)).sqrt();
    let twice = a.times(2.0);
    ((-b + root) / twice).abs().max(((-b - root) / twice).abs())
}

/// Eigenvalues of a matrix that is zero below the first subdiagonal, row by row, by QR steps with Wilkinson's shift (J. G. F. Francis 1961;
/// G. H. Golub and C. F. Van Loan, Matrix Computations, section 7.5). The matrix is overwritten.
pub fn hessenberg_eigenvalues(h: &mut [Complex], n: usize) -> Vec<Complex> {
    let mut found = vec![Complex::default(); n];
    let scale = h.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    let (mut high, mut tries) = (n, 0);
    let mut turns: Vec<(f64, Complex)> = vec![(1.0, Complex::default()); n];
    while high > 0 {
        let last = high - 1;
        // Where the active block begins.
        let mut low = last;
        while low > 0 {
            let beside = h[low * n + low].abs() + h[(low - 1) * n + low - 1].abs();
            let beside = if beside > 0.0 { beside } else { scale };
            if h[low * n + low - 1].abs() <= f64::EPSILON * beside {
                h[low * n + low - 1] = Complex::default();
                break;
            }
            low -= 1;
        }
        if low == last || tries > 200 {
            found[last] = h[last * n + last];
            (high, tries) = (last, 0);
            continue;
        }
        tries += 1;
        let (a, b) = (h[(last - 1) * n + last - 1], h[(last - 1) * n + last]);
        let (c, d) = (h[last * n + last - 1], h[last * n + last]);
        let (half, product) = ((a + d).times(0.5), a * d - b * c);
        let root = (half * half - product).sqrt();
        let (one, two) = (half + root, half - root);
        let shift = match tries % 12 {
            0 => Complex::from(d.re + c.abs()),
            _ if (one - d).abs() <= (two - d).abs() => one,
            _ => two,
        };
        (low..high).for_each(|i| h[i * n + i] = h[i * n + i] - shift);
        // R by rotations, then R times their conjugates.
        for k in low..last {
            let (x, y) = (h[k * n + k], h[(k + 1) * n + k]);
            let size = (x.re * x.re + x.im * x.im + y.re * y.re + y.im * y.im).sqrt();
            let (cosine, sine) = if size > 0.0 && x.abs() > 0.0 {
                let unit = x.times(1.0 / x.abs());
                (x.abs() / size, unit * y.conjugate().times(1.0 / size))
            } else {
                (0.0, Complex::ONE)
            };
            turns[k] = (cosine, sine);
            for j in k..high {
                let (x, y) = (h[k * n + j], h[(k + 1) * n + j]);
                h[k * n + j] = x.times(cosine) + sine * y;
                h[(k + 1) * n + j] = y.times(cosine) - sine.conjugate() * x;
            }
        }
        for k in low..last {
            let (cosine, sine) = turns[k];
            for i in low..(k + 2).min(high) {
                let (x, y) = (h[i * n + k], h[i * n + k + 1]);
                h[i * n + k] = x.times(cosine) + sine.conjugate() * y;
                h[i * n + k + 1] = y.times(cosine) - sine * x;
            }
        }
        (low..high).for_each(|i| h[i * n + i] = h[i * n + i] + shift);
    }
    found
}
