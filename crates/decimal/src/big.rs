//! Whole numbers of any size, no more of them than decimals need.

/// Limbs of 32 bits, the lowest first; the highest is not zero.
pub struct Big(Vec<u32>);

impl Big {
    pub fn new(value: u64) -> Self {
        let mut big = Big(vec![value as u32, (value >> 32) as u32]);
        big.trim();
        big
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// Multiplies by `factor` and adds `more`.
    pub fn mul_add(&mut self, factor: u32, more: u32) {
        let mut carry = u64::from(more);
        for limb in &mut self.0 {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = carry as u32;
            carry >>= 32;
        }
        self.0.push(carry as u32);
        self.trim();
    }

    /// Multiplies by `base` to the power of `times`.
    pub fn mul_power(&mut self, base: u32, times: u32) {
        for _ in 0..times {
            self.mul_add(base, 0);
        }
    }

    /// Divides by `divisor` and returns the rest.
    pub fn div(&mut self, divisor: u32) -> u32 {
        let mut rest = 0;
        for limb in self.0.iter_mut().rev() {
            let part = rest << 32 | u64::from(*limb);
            *limb = (part / u64::from(divisor)) as u32;
            rest = part % u64::from(divisor);
        }
        self.trim();
        rest as u32
    }

    /// Multiplies by 2^32 `times` times.
    pub fn shift_limbs(&mut self, times: usize) {
        self.0.splice(0..0, std::iter::repeat_n(0, times));
    }

    /// The number of bits.
    pub fn bits(&self) -> i32 {
        self.0.last().map_or(0, |top| self.0.len() as i32 * 32 - top.leading_zeros() as i32)
    }

    /// The bit of weight 2^`at`.
    fn bit(&self, at: i32) -> bool {
        at >= 0 && self.0.get(at as usize / 32).is_some_and(|limb| limb >> (at % 32) & 1 == 1)
    }

    /// The bits from weight 2^`at` up, at most 64 of them; the bit below; and whether there is one further below.
    pub fn cut(&self, at: i32) -> (u64, bool, bool) {
        let mut top = 0;
        for i in (at..self.bits()).rev() {
            top = top << 1 | u64::from(self.bit(i));
        }
        (top, self.bit(at - 1), (0..at - 1).any(|i| self.bit(i)))
    }
}
