# The generator of crates/kernels/src/rng.rs: SplitMix64 and Box-Muller in pairs, arrays filled row by row.
import numpy as np

MASK = (1 << 64) - 1


class SplitMix:
    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30))*0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27))*0x94D049BB133111EB) & MASK
        return ((z ^ (z >> 31)) >> 11)*2.0**-53

    def below(self, rate, rows, cols):
        return np.array([[self.uniform() < rate for _ in range(cols)] for _ in range(rows)])

    def fill(self, rows, cols):
        pairs = [(1.0 - self.uniform(), self.uniform()) for _ in range((rows*cols + 1)//2)]
        out = [r*f(2*np.pi*b) for r, b in ((np.sqrt(-2*np.log(a)), b) for a, b in pairs) for f in (np.cos, np.sin)]
        return np.array(out[:rows*cols]).reshape(rows, cols)
