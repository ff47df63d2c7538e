//! What methods share that minimise 1/2 |P(X - M)|² + λ |X|_*: the weight and its path, the objective, the rank found.

use iterscope_core::{BuildError, StateReader, StateWriter, Value, Values};

use crate::linalg::spectral::largest_singular_value;
use crate::methods::shared::params::on_path;
use crate::model::Entries;

/// The weight λ, and the objective at the iterate.
pub(crate) struct Nuclear {
    /// Largest singular value of the data, the unit of λ.
    unit: f64,
    lambda: f64,
    path: u64,
    taken: u64,
    /// The objective at zero.
    scale: f64,
    /// Squared residual of the iterate.
    pub fit: f64,
    /// Nuclear norm of the iterate.
    pub norm: f64,
    rank: f64,
}

impl Nuclear {
    /// At X = 0, from the parameters `lambda` and `path`.
    pub fn new(entries: &Entries, values: &Values) -> Nuclear {
        Nuclear {
            unit: largest_singular_value(entries),
            lambda: values.real("lambda"),
            path: values.int("path") as u64,
            taken: 0,
            scale: 0.5 * entries.norm * entries.norm,
            fit: 0.0,
            norm: 0.0,
            rank: 0.0,
        }
    }

    /// Whether λ has come down to its value.
    pub fn arrived(&self) -> bool {
        self.taken > 0 && self.taken >= self.path
    }

    /// Counts a step and gives its λ in units of the data.
    pub fn next(&mut self) -> f64 {
        self.taken += 1;
        self.unit * on_path(self.lambda, self.taken, self.path)
    }

    /// Takes nuclear norm and rank from singular values, those up to `least` being zero and the others too large by
    /// `shift`.
    pub fn take(&mut self, values: &[f64], shift: f64, least: f64) {
        (self.norm, self.rank) = measure(values, shift, least);
    }

    /// Takes all that is measured of an iterate: squared residual, nuclear norm, rank.
    pub fn replace(&mut self, fit: f64, norm: f64, rank: f64) {
        (self.fit, self.norm, self.rank) = (fit, norm, rank);
    }

    /// How many singular values of the iterate are not zero.
    pub fn rank(&self) -> f64 {
        self.rank
    }

    /// The objective relative to that at zero, and the rank.
    pub fn diagnostics(&self, out: &mut [f64]) {
        out[0] = (0.5 * self.fit + self.unit * self.lambda * self.norm) / self.scale;
        out[1] = self.rank;
    }

    /// Changes λ.
    ///
    /// # Errors
    /// The parameter is another one.
    pub fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match (key, value.as_real()) {
            ("lambda", Some(lambda)) => {
                self.lambda = lambda;
                Ok(())
            }
            _ => Err(BuildError::new(key, "cannot change while running")),
        }
    }

    /// Everything but the squared residual, which follows from the iterate.
    pub fn save(&self, out: &mut StateWriter) {
        out.bits(self.taken);
        for value in [self.lambda, self.norm, self.rank] {
            out.real(value);
        }
    }

    pub fn load(&mut self, from: &mut StateReader<'_>) {
        self.taken = from.bits();
        self.lambda = from.real();
        self.norm = from.real();
        self.rank = from.real();
    }
}

/// The sum of the values above `least`, each less `shift`, and their number.
pub(crate) fn measure(values: &[f64], shift: f64, least: f64) -> (f64, f64) {
    let (mut norm, mut rank) = (0.0, 0.0);
    for s in values.iter().filter(|s| **s > least) {
        norm += s - shift;
        rank += 1.0;
    }
    (norm, rank)
}
