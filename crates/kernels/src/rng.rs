//! Seeded random numbers with a fixed algorithm (SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
//! generators", OOPSLA 2014), so that any language can repeat a problem from its seed.

use core::f64::consts::PI;

/// A SplitMix64 generator. Equal seeds give equal numbers on every platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng {
    state: u64,
}

impl Rng {
    /// A generator started from `seed`.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The whole state, to be given to [`Rng::from_state`] later.
    pub fn state(&self) -> u64 {
        self.state
    }

    /// A generator that goes on from where [`Rng::state`] was read.
    pub fn from_state(state: u64) -> Self {
        Self { state }
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number uniform in [0, 1), a multiple of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1u64 << 53) as f64;
        (self.next_u64() >> 11) as f64 * STEP
    }

    /// Fills `out` with standard normal numbers by Box-Muller in pairs. Where the length is odd, the second number of
    /// the last pair is dropped, so that a call always consumes a whole number of pairs.
    pub fn normal_fill(&mut self, out: &mut [f64]) {
        for pair in out.chunks_mut(2) {
            let (first, second) = self.normal_pair();
            pair[0] = first;
            if let Some(place) = pair.get_mut(1) {
                *place = second;
            }
        }
    }

    /// One standard normal number; the other one of its pair is dropped.
    pub fn normal(&mut self) -> f64 {
        self.normal_pair().0
    }

    fn normal_pair(&mut self) -> (f64, f64) {
        let u1 = 1.0 - self.uniform();
        let u2 = self.uniform();
        let r = (-2.0 * libm::log(u1)).sqrt();
        let angle = 2.0 * PI * u2;
        (r * libm::cos(angle), r * libm::sin(angle))
    }

    /// An integer uniform in 0..n (0 where `n` is 0): floor(uniform * n), meant for n below 2^32.
    pub fn below(&mut self, n: usize) -> usize {
        (self.uniform() * n as f64) as usize
    }

    /// A random permutation of 0..n by Fisher and Yates' shuffle, from the end.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut p: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            let j = self.below(i + 1);
            p.swap(i, j);
        }
        p
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The numbers below come from an independent numpy implementation of the same algorithm, seed 42.
    #[test]
    fn bits_and_uniform_numbers() {
        let mut rng = Rng::new(42);
        let bits = [rng.next_u64(), rng.next_u64(), rng.next_u64()];
        assert_eq!(bits, [0xbdd7_3226_2feb_6e95, 0x28ef_e333_b266_f103, 0x4752_6757_130f_9f52]);
        let mut rng = Rng::new(42);
        let uniform = [rng.uniform(), rng.uniform(), rng.uniform()];
        assert_eq!(uniform, [0.7415648787718233, 0.1599103928769201, 0.27860113025513866]);
    }

    #[test]
    fn normal_numbers() {
        let expected = [0.8822489062222688, 1.388473285287707, -0.4508498757188601, 0.6707164409024291];
        for n in 1..=4 {
            let mut out = vec![0.0; n];
            Rng::new(42).normal_fill(&mut out);
            for (x, e) in out.iter().zip(expected) {
                // numpy's logarithm and cosine may differ from ours in the last place.
                assert!((x - e).abs() <= 4.0 * f64::EPSILON * e.abs(), "{x} {e}");
            }
        }
        assert_eq!(Rng::new(42).normal().to_bits(), {
            let mut one = [0.0];
            Rng::new(42).normal_fill(&mut one);
            one[0].to_bits()
        });
    }

    #[test]
    fn an_odd_call_consumes_a_whole_pair() {
        let mut rng = Rng::new(42);
        rng.normal_fill(&mut [0.0; 3]);
        assert_eq!(rng.state(), 0x78dd_e6e5_fd29_f07e);
        let digits: Vec<usize> = (0..8).map(|_| rng.below(10)).collect();
        assert_eq!(digits, [0, 8, 2, 8, 3, 6, 2, 4]);
        assert_eq!(rng.state(), 0x6a99_b4b1_f77d_d126);
        let mut again = Rng::from_state(rng.state());
        assert_eq!(again.next_u64(), rng.next_u64());
    }

    #[test]
    fn permutation() {
        assert_eq!(Rng::new(42).permutation(8), [4, 3, 2, 0, 7, 6, 1, 5]);
        assert_eq!(Rng::new(42).permutation(0), []);
    }
}
