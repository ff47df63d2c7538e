//! Numbers in four bits: blocks with one scale each, and a code that is fine near zero.

use iterscope_core::{StateReader, StateWriter};

/// Numbers that share one scale.
const BLOCK: usize = 64;

/// The sixteen values, t |t| for t from -1 to 1 in equal steps, the one below the middle moved to zero: "linear-2" of S. Li,
/// J. Chen, J. Zhu, Memory efficient optimizers with 4-bit states, NeurIPS 2023.
fn code(k: usize) -> f64 {
    if k == 7 {
        return 0.0;
    }
    let t = (2.0 * k as f64 - 15.0) / 15.0;
    t * t.abs()
}

/// A vector in four bits a number.
pub struct Quantised {
    len: usize,
    /// Two codes a byte, the first in the low half.
    codes: Vec<u8>,
    scales: Vec<f64>,
}

impl Quantised {
    /// Zeros.
    pub fn zeros(len: usize) -> Quantised {
        Quantised { len, codes: vec![0x77; len.div_ceil(2)], scales: vec![0.0; len.div_ceil(BLOCK)] }
    }

    /// Rounds every number to the nearest code times the largest magnitude of its block.
    pub fn encode(&mut self, values: &[f64]) {
        assert_eq!(values.len(), self.len, "the vector has another length");
        self.codes.fill(0);
        for (b, block) in values.chunks(BLOCK).enumerate() {
            let scale = block.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            self.scales[b] = scale;
            for (i, x) in block.iter().enumerate() {
                let wanted = if scale > 0.0 { x / scale } else { 0.0 };
                let mut best = 0;
                for k in 1..16 {
                    if (code(k) - wanted).abs() < (code(best) - wanted).abs() {
                        best = k;
                    }
                }
                let at = b * BLOCK + i;
                self.codes[at / 2] |= (best as u8) << (4 * (at % 2));
            }
        }
    }

    /// The numbers that the codes stand for.
    pub fn decode(&self, out: &mut [f64]) {
        assert_eq!(out.len(), self.len, "the vector has another length");
        for (at, out) in out.iter_mut().enumerate() {
            let k = (self.codes[at / 2] >> (4 * (at % 2))) & 15;
            *out = code(usize::from(k)) * self.scales[at / BLOCK];
        }
    }

    /// Writes it.
    pub fn save(&self, out: &mut StateWriter) {
        self.codes.iter().for_each(|c| out.real(f64::from(*c)));
        out.slice(&self.scales);
    }

    /// Reads what `save` wrote.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        self.codes.iter_mut().for_each(|c| *c = from.real() as u8);
        from.slice(&mut self.scales);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_kernels::rng::Rng;

    #[test]
    fn codes_rise_and_hold_zero_and_one() {
        assert!((1..16).all(|k| code(k) > code(k - 1)));
        assert_eq!((code(0), code(7), code(15)), (-1.0, 0.0, 1.0));
    }

    #[test]
    fn rounding_is_to_the_nearest_code_of_the_block() {
        let mut values = vec![0.0; 150];
        Rng::new(3).normal_fill(&mut values);
        let (mut q, mut back) = (Quantised::zeros(150), vec![1.0; 150]);
        q.decode(&mut back);
        assert!(back.iter().all(|x| *x == 0.0));
        q.encode(&values);
        q.decode(&mut back);
        for (block, found) in values.chunks(64).zip(back.chunks(64)) {
            let scale = block.iter().fold(0.0f64, |m, x| m.max(x.abs()));
            for (x, y) in block.iter().zip(found) {
                let nearest = (0..16).map(|k| (code(k) * scale - x).abs()).fold(f64::INFINITY, f64::min);
                assert!(((x - y).abs() - nearest).abs() < 1e-15);
            }
        }
        // What has a code of its own stays.
        let again = back.clone();
        q.encode(&again);
        q.decode(&mut back);
        assert_eq!(again, back);
    }
}
