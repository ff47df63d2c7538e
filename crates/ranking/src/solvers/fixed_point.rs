//! What the fixed-point methods share: the state, and what ends every pass over the items.

use std::rc::Rc;

use iterscope_core::{BuildError, ParamInfo, StateReader, StateWriter, Stop, Value, Work};

use super::{LOG_LIMIT, change};
use crate::model::{PairModel, Strengths};

/// An item without wins (or without losses) has no finite coordinate maximum: its strength moves by this factor a pass,
/// so that one sees it leave instead of reading infinity.
const DRIFT: f64 = 100.0;

/// `update`: when the new strengths take effect.
pub const UPDATE: ParamInfo = ParamInfo::choice(
    "update",
    "Update",
    "One item at a time with the newest strengths of the others, or all items at once from the old ones.",
    &[("in-place", "in place, one by one"), ("simultaneous", "all at once")],
    "in-place",
)
.live();

/// `rescale`: the remedy for the slow common scale.
pub const RESCALE: ParamInfo = ParamInfo::switch(
    "rescale",
    "Rescale (MAP)",
    "After each pass, moves all strengths by the one common factor that is best under the prior. Without it the common \
     scale is the slowest mode. Maximum likelihood has no scale, and sets the geometric mean to 1 instead.",
    true,
)
.live();

/// State of a fixed-point method.
pub struct Passes {
    pub model: Rc<PairModel>,
    /// Strengths.
    pub pi: Vec<f64>,
    /// Tie strength.
    pub nu: f64,
    /// What the home advantage multiplies a strength by; 1 where it is not estimated.
    theta: f64,
    /// New strengths on their way, where all items are updated at once.
    next: Vec<f64>,
    p: Vec<f64>,
    /// How far the last pass moved p.
    pub change: f64,
    view: Strengths,
    simultaneous: bool,
    rescale: bool,
}

/// Where a pass stands.
pub struct At<'a> {
    /// Strengths.
    pub pi: &'a [f64],
    /// Tie strength.
    pub nu: f64,
    theta: f64,
}

impl At<'_> {
    /// What the place multiplies the strength of item `i` by, against its opponent in `pair`.
    pub fn factor(&self, model: &PairModel, i: usize, pair: usize) -> f64 {
        let side = model.games.side(pair);
        match if model.games.pairs[pair].i as usize == i { side } else { -side } {
            1.0 => self.theta,
            -1.0 => 1.0 / self.theta,
            _ => 1.0,
        }
    }
}

impl Passes {
    /// All strengths 1; `simultaneous` and `rescale` are [`UPDATE`] and [`RESCALE`].
    pub fn new(model: Rc<PairModel>, simultaneous: bool, rescale: bool) -> Passes {
        let n = model.games.items;
        let (nu, view) = (model.initial_nu(), Strengths::equal(&model));
        let (pi, next, p) = (vec![1.0; n], vec![0.0; n], vec![0.5; n]);
        Passes { model, pi, nu, theta: 1.0, next, p, change: 0.0, view, simultaneous, rescale }
    }

    /// One pass: each item's strength becomes the quotient of the two numbers that `quotient` gives for it; `alpha` is the
    /// member of the family that updates nu.
    pub fn pass(
        &mut self,
        alpha: f64,
        work: &mut Work,
        quotient: impl Fn(&PairModel, &At<'_>, usize) -> (f64, f64),
    ) -> Option<Stop> {
        for i in 0..self.pi.len() {
            let at = At { pi: &self.pi, nu: self.nu, theta: self.theta };
            let (above, below) = quotient(&self.model, &at, i);
            let new = bounded(self.pi[i], above, below);
            if self.simultaneous {
                self.next[i] = new;
            } else {
                self.pi[i] = new;
            }
        }
        if self.simultaneous {
            std::mem::swap(&mut self.pi, &mut self.next);
        }
        if self.model.advantage {
            self.theta = place(&self.model, &self.pi, self.nu, self.theta);
        }
        if self.model.has_nu() {
            self.nu = tie_strength(&self.model, &self.pi, self.theta, self.nu, alpha);
        }
        if !self.model.has_prior() {
            center(&mut self.pi);
        } else if self.rescale {
            balance(&mut self.pi, work);
        }
        self.change = change(&mut self.p, self.pi.iter().map(|pi| pi / (1.0 + pi)));
        let (meetings, items) = (2 * self.model.games.pairs.len() as u64, self.pi.len() as u64);
        let (nu, placed) = (self.model.has_nu(), self.model.advantage);
        let per_meeting = if nu || placed { 15 } else { 8 };
        let again = 14 * (u64::from(nu) + u64::from(placed)) * meetings / 2;
        work.operator += 1;
        work.flops += per_meeting * meetings + again + 10 * items;
        work.bytes += 40 * meetings + 48 * items;
        self.left_range().then_some(Stop::Diverged)
    }

    fn left_range(&self) -> bool {
        let limit = libm::exp(LOG_LIMIT);
        let inside = |x: f64| x >= 1.0 / limit && x <= limit;
        !(self.pi.iter().all(|&pi| inside(pi)) && (!self.model.has_nu() || inside(self.nu)) && inside(self.theta))
    }

    /// The iterate as the referee wants it.
    pub fn view(&mut self) -> &Strengths {
        for (s, pi) in self.view.log.iter_mut().zip(&self.pi) {
            *s = libm::log(*pi);
        }
        self.view.nu = self.nu;
        if self.model.advantage {
            self.view.extra[0] = libm::log(self.theta);
        }
        &self.view
    }

    /// Changes `update` or `rescale`.
    pub fn set(&mut self, key: &str, value: &Value) -> Result<(), BuildError> {
        match key {
            "update" => self.simultaneous = UPDATE.check(value)?.as_text() == Some("simultaneous"),
            "rescale" => self.rescale = RESCALE.check(value)?.as_bool() == Some(true),
            _ => return Err(BuildError::new(key, "cannot change while running")),
        }
        Ok(())
    }

    pub fn save(&self, out: &mut StateWriter) {
        out.slice(&self.pi);
        out.slice(&self.p);
        for x in [self.nu, self.theta, self.change, f64::from(self.simultaneous), f64::from(self.rescale)] {
            out.real(x);
        }
    }

    pub fn load(&mut self, from: &mut StateReader<'_>) {
        from.slice(&mut self.pi);
        from.slice(&mut self.p);
        self.nu = from.real();
        self.theta = from.real();
        self.change = from.real();
        self.simultaneous = from.real() != 0.0;
        self.rescale = from.real() != 0.0;
    }
}

/// The next tie strength by the same rearrangement as the strengths: alpha = 0 is Newman's, alpha = 1 minorises.
pub fn tie_strength(model: &PairModel, pi: &[f64], theta: f64, nu: f64, alpha: f64) -> f64 {
    let at = At { pi, nu, theta };
    let (mut above, mut below) = (0.0, 0.0);
    for (k, p) in model.games.pairs.iter().enumerate() {
        let (mut x, y) = (pi[p.i as usize], pi[p.j as usize]);
        if model.advantage {
            x *= at.factor(model, p.i as usize, k);
        }
        let twice = 2.0 * (x * y).sqrt();
        let inverse = 1.0 / (x + y + nu * twice);
        above += p.tied * ((x + y) + alpha * nu * twice) * inverse;
        below += (p.won + p.lost + alpha * p.tied) * twice * inverse;
    }
    bounded(nu, above, below)
}

/// The next factor of the place: the points of those who had its advantage, over their games divided by what met there.
fn place(model: &PairModel, pi: &[f64], nu: f64, theta: f64) -> f64 {
    let (mut above, mut below) = (0.0, 0.0);
    for (k, p) in model.games.pairs.iter().enumerate() {
        let side = model.games.side(k);
        if side == 0.0 {
            continue;
        }
        let (x, y) = (pi[p.i as usize], pi[p.j as usize]);
        let (x, y, points) = if side > 0.0 { (x, y, p.points()) } else { (y, x, p.points_against()) };
        let root = nu * (theta * x * y).sqrt();
        above += points;
        below += p.games() * (x + root / theta) / (theta * x + y + 2.0 * root);
    }
    bounded(theta, above, below)
}

/// Geometric mean 1.
pub fn center(pi: &mut [f64]) {
    let mean = pi.iter().fold(0.0, |sum, pi| sum + libm::log(*pi)) / pi.len() as f64;
    let factor = libm::exp(-mean);
    pi.iter_mut().for_each(|pi| *pi *= factor);
}

/// Moves all strengths by the common factor c with `sum (c pi - 1)/(c pi + 1) = 0`, by Newton's method on log(c) inside a
/// bracket.
pub fn balance(pi: &mut [f64], work: &mut Work) {
    let (least, most) = pi.iter().fold((f64::MAX, 0.0f64), |(a, b), &pi| (a.min(pi), b.max(pi)));
    let (mut low, mut high, mut c) = (1.0 / most, 1.0 / least, 1.0);
    for _ in 0..100 {
        let (mut value, mut slope) = (0.0, 0.0);
        for pi in pi.iter() {
            let p = 1.0 / (1.0 + c * pi);
            value += 1.0 - 2.0 * p;
            slope += 2.0 * p * (1.0 - p);
        }
        work.inner += 1;
        work.flops += 8 * pi.len() as u64;
        if value.abs() <= 1e-14 * pi.len() as f64 {
            break;
        }
        if value > 0.0 {
            high = c;
        } else {
            low = c;
        }
        let newton = c * libm::exp(-value / slope);
        // Written so that a NaN takes the middle.
        c = if newton > low && newton < high { newton } else { (low * high).sqrt() };
    }
    pi.iter_mut().for_each(|pi| *pi *= c);
}

/// The quotient, or a long move where it is 0 or infinite.
pub fn bounded(old: f64, above: f64, below: f64) -> f64 {
    if above == 0.0 {
        old / DRIFT
    } else if below == 0.0 {
        old * DRIFT
    } else {
        above / below
    }
}
