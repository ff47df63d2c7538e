//! The fast Fourier and sine transforms of any length, through complex Fourier transforms of powers of two (J. W. Cooley and J. W. Tukey, An algorithm for the
//! machine calculation of complex Fourier series, Mathematics of Computation 19, 1965; for other lengths L. I. Bluestein, A linear filtering
//! approach to the computation of discrete Fourier transform, IEEE Transactions on Audio and Electroacoustics 18, 1970).

use core::f64::consts::PI;

use crate::real::Real;

type Complex<T> = [T; 2];

fn times<T: Real>(a: Complex<T>, b: Complex<T>) -> Complex<T> {
    [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]
}

/// `exp(-i pi turns)`
fn wave<T: Real>(turns: f64) -> Complex<T> {
    [T::from_f64(libm::cos(PI * turns)), T::from_f64(-libm::sin(PI * turns))]
}

/// A Fourier transform of a power of two, in place.
#[derive(Clone, Debug)]
struct Power<T> {
    /// `exp(-2 pi i k / n)` for the first half of k.
    waves: Vec<Complex<T>>,
}

impl<T: Real> Power<T> {
    fn new(n: usize) -> Self {
        Power { waves: (0..n / 2).map(|k| wave(2.0 * k as f64 / n as f64)).collect() }
    }

    fn transform(&self, v: &mut [Complex<T>]) {
        let n = v.len();
        let mut reversed = 0;
        for i in 0..n {
            if i < reversed {
                v.swap(i, reversed);
            }
            let mut bit = n >> 1;
            while bit > 0 && reversed & bit != 0 {
                reversed ^= bit;
                bit >>= 1;
            }
            reversed |= bit;
        }
        let mut length = 2;
        while length <= n {
            let (half, stride) = (length / 2, n / length);
            for block in v.chunks_exact_mut(length) {
                let (low, high) = block.split_at_mut(half);
                for (k, (a, b)) in low.iter_mut().zip(high).enumerate() {
                    let turned = times(*b, self.waves[k * stride]);
                    *b = [a[0] - turned[0], a[1] - turned[1]];
                    *a = [a[0] + turned[0], a[1] + turned[1]];
                }
            }
            length *= 2;
        }
    }
}

/// A transform whose length is no power of two, as a convolution.
#[derive(Clone, Debug)]
struct Chirp<T> {
    power: Power<T>,
    /// `exp(-i pi k^2 / n)`
    chirp: Vec<Complex<T>>,
    /// The transform of the conjugate chirp.
    filter: Vec<Complex<T>>,
    work: Vec<Complex<T>>,
}

#[derive(Clone, Debug)]
enum Length<T> {
    Two(Power<T>),
    Any(Chirp<T>),
}

/// The transform `X_k = sum over j of x_j exp(-2 pi i j k / n)` of complex vectors of length n, as pairs of a real and an imaginary part.
#[derive(Clone, Debug)]
pub struct FourierTransform<T = f64> {
    length: Length<T>,
    line: Vec<Complex<T>>,
}

impl<T: Real> FourierTransform<T> {
    /// For vectors of length `n`.
    pub fn new(n: usize) -> Self {
        let line = vec![[T::ZERO; 2]; n];
        if n.is_power_of_two() {
            return FourierTransform { length: Length::Two(Power::new(n)), line };
        }
        let long = (2 * n - 1).next_power_of_two();
        let power = Power::new(long);
        // The square modulo 2 n keeps the angle accurate.
        let chirp: Vec<Complex<T>> = (0..n).map(|k| wave((k * k % (2 * n)) as f64 / n as f64)).collect();
        let mut filter = vec![[T::ZERO; 2]; long];
        for (k, c) in chirp.iter().enumerate() {
            let conjugate = [c[0], -c[1]];
            filter[k] = conjugate;
            filter[(long - k) % long] = conjugate;
        }
        power.transform(&mut filter);
        let chirp = Chirp { power, chirp, filter, work: vec![[T::ZERO; 2]; long] };
        FourierTransform { length: Length::Any(chirp), line }
    }

    fn transform(&mut self) {
        let v = &mut self.line;
        match &mut self.length {
            Length::Two(power) => power.transform(v),
            Length::Any(Chirp { power, chirp, filter, work }) => {
                work.fill([T::ZERO; 2]);
                for ((w, &x), &c) in work.iter_mut().zip(&*v).zip(&*chirp) {
                    *w = times(x, c);
                }
                power.transform(work);
                // The inverse is the transform of the conjugate, conjugated.
                for (w, &f) in work.iter_mut().zip(&*filter) {
                    let product = times(*w, f);
                    *w = [product[0], -product[1]];
                }
                power.transform(work);
                let scale = T::from_f64(1.0 / work.len() as f64);
                for ((x, w), &c) in v.iter_mut().zip(&*work).zip(&*chirp) {
                    *x = times([w[0] * scale, -w[1] * scale], c);
                }
            }
        }
    }

    /// Transforms, in place, the vectors of `v` along an axis: entries `stride` apart, for a box in which the axis has length n.
    ///
    /// # Panics
    /// Where `v` is no whole number of such vectors.
    pub fn along(&mut self, v: &mut [[T; 2]], stride: usize) {
        let n = self.line.len();
        assert!(v.len().is_multiple_of(n * stride), "a box with {n} entries along the axis");
        for line in 0..v.len() / n {
            let start = line / stride * stride * n + line % stride;
            for j in 0..n {
                self.line[j] = v[start + j * stride];
            }
            self.transform();
            for j in 0..n {
                v[start + j * stride] = self.line[j];
            }
        }
    }

    /// Floating-point operations for one vector, about.
    pub fn flops(&self) -> u64 {
        let of = |n: usize| 5 * n as u64 * u64::from(n.ilog2());
        match &self.length {
            Length::Two(_) => of(self.line.len()),
            Length::Any(c) => 2 * of(c.work.len()),
        }
    }
}

/// The transform `X_k = sum over j of x_j sin(pi j k / (m + 1))` of vectors of length m, with j and k from 1 to m. Twice, it multiplies
/// by `(m + 1) / 2`.
#[derive(Clone, Debug)]
pub struct SineTransform<T = f64> {
    m: usize,
    fourier: FourierTransform<T>,
}

impl<T: Real> SineTransform<T> {
    /// For vectors of length `m`.
    pub fn new(m: usize) -> Self {
        SineTransform { m, fourier: FourierTransform::new(2 * (m + 1)) }
    }

    /// Length of the vectors.
    pub fn len(&self) -> usize {
        self.m
    }

    /// Whether there is nothing to transform.
    pub fn is_empty(&self) -> bool {
        self.m == 0
    }

    /// Transforms, in place, the vectors of `v` along an axis: entries `stride` apart, for a box in which the axis has length m. Two at a time,
    /// one as the real part and one as the imaginary part.
    ///
    /// # Panics
    /// Where `v` is no whole number of such vectors.
    pub fn along(&mut self, v: &mut [T], stride: usize) {
        let m = self.m;
        let n = 2 * (m + 1);
        assert!(v.len().is_multiple_of(m * stride), "a box with {m} entries along the axis");
        let lines = v.len() / m;
        let start = |line: usize| line / stride * stride * m + line % stride;
        let half = T::from_f64(0.5);
        for pair in 0..lines.div_ceil(2) {
            let one = start(2 * pair);
            let other = (2 * pair + 1 < lines).then(|| start(2 * pair + 1));
            self.fourier.line[0] = [T::ZERO; 2];
            self.fourier.line[m + 1] = [T::ZERO; 2];
            for j in 0..m {
                let entry = [v[one + j * stride], other.map_or(T::ZERO, |o| v[o + j * stride])];
                self.fourier.line[j + 1] = entry;
                self.fourier.line[n - 1 - j] = [-entry[0], -entry[1]];
            }
            self.fourier.transform();
            for j in 0..m {
                let [re, im] = self.fourier.line[j + 1];
                v[one + j * stride] = -im * half;
                if let Some(o) = other {
                    v[o + j * stride] = re * half;
                }
            }
        }
    }

    /// Floating-point operations for one vector, about.
    pub fn flops(&self) -> u64 {
        self.fourier.flops() / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn every_length_agrees_with_the_sum() {
        for m in [1, 2, 3, 5, 7, 12, 15, 16, 31, 40] {
            // A box of m x 3: an odd number of lines along both axes.
            let mut v = vec![0.0; 3 * m];
            Rng::new(m as u64).normal_fill(&mut v);
            let sum = |v: &[f64], at: &dyn Fn(usize) -> usize, k: usize| -> f64 {
                (1..=m).map(|j| v[at(j - 1)] * libm::sin(PI * (j * k) as f64 / (m + 1) as f64)).sum()
            };
            let mut transform = SineTransform::new(m);
            let mut rows = v.clone();
            transform.along(&mut rows, 1);
            let mut columns = v.clone();
            transform.along(&mut columns, 3);
            for line in 0..3 {
                for k in 1..=m {
                    let (along, across) = (line * m + k - 1, (k - 1) * 3 + line);
                    assert!((rows[along] - sum(&v, &|j| line * m + j, k)).abs() < 1e-12, "{m}");
                    assert!((columns[across] - sum(&v, &|j| j * 3 + line, k)).abs() < 1e-12, "{m}");
                }
            }
            transform.along(&mut rows, 1);
            let scale = 2.0 / (m + 1) as f64;
            assert!(rows.iter().zip(&v).all(|(a, b)| (a * scale - b).abs() < 1e-13), "{m}: twice is the identity");
        }
    }

    #[test]
    fn waves_have_one_coefficient_each_at_every_length() {
        for n in [1, 2, 3, 5, 8, 12] {
            let mut v = vec![[0.0; 2]; 2 * n];
            Rng::new(n as u64).normal_fill(v.as_flattened_mut());
            for stride in [1, 2] {
                let at = |line: usize, j: usize| if stride == 1 { line * n + j } else { 2 * j + line };
                let mut out = v.clone();
                FourierTransform::new(n).along(&mut out, stride);
                for (line, k) in (0..2).flat_map(|line| (0..n).map(move |k| (line, k))) {
                    let sum = (0..n).fold([0.0; 2], |sum, j| {
                        let angle = -2.0 * PI * (j * k) as f64 / n as f64;
                        let term = times(v[at(line, j)], [libm::cos(angle), libm::sin(angle)]);
                        [sum[0] + term[0], sum[1] + term[1]]
                    });
                    let found = out[at(line, k)];
                    assert!((found[0] - sum[0]).abs() < 1e-12 && (found[1] - sum[1]).abs() < 1e-12, "{n}");
                }
            }
        }
    }
}
