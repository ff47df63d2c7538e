//! Second derivatives of the negative log-likelihood: a weighted graph Laplacian over the pairs that met, with the
//! prior on its diagonal and, where nu is a variable, one border row.

use crate::likelihood::{log_tie, shares};
use crate::model::{Model, Strengths, Ties};

/// The Hessian by log-strength and log(nu), kept as one or two numbers for each pair.
#[derive(Clone, Debug)]
pub struct Hessian {
    /// Weight of each pair: the negated entry (i, j).
    pub link: Vec<f64>,
    /// Share of each pair in the border: added to entry (i, nu) and taken from entry (j, nu). Empty without nu.
    pub border: Vec<f64>,
    /// The prior's part of the diagonal.
    pub prior: Vec<f64>,
    /// The diagonal, the entry of log(nu) last where nu is a variable.
    pub diagonal: Vec<f64>,
    items: usize,
}

impl Hessian {
    /// Memory for the Hessian of `model`.
    pub fn new(model: &Model) -> Hessian {
        let (items, pairs) = (model.games.items, model.games.pairs.len());
        let nu = usize::from(model.has_nu());
        let border = vec![0.0; nu * pairs];
        Hessian { link: vec![0.0; pairs], border, prior: vec![0.0; items], diagonal: vec![0.0; items + nu], items }
    }

    /// Number of variables.
    pub fn order(&self) -> usize {
        self.diagonal.len()
    }

    /// Evaluates it at `at`.
    pub fn assemble(&mut self, model: &Model, at: &Strengths) {
        self.diagonal.fill(0.0);
        let tie_weight = log_tie(model, at.nu);
        let mut corner = 0.0;
        for (k, p) in model.games.pairs.iter().enumerate() {
            let (i, j) = (p.i as usize, p.j as usize);
            let q = shares(at.log[i] - at.log[j], tie_weight);
            let games = p.games();
            // The covariance of an outcome's gradient, in a form in which nothing cancels.
            let link = games * (q.first * q.second + 0.25 * q.tie * (q.first + q.second));
            self.link[k] = link;
            self.diagonal[i] += link;
            self.diagonal[j] += link;
            if let Some(border) = self.border.get_mut(k) {
                *border = -0.5 * games * (q.first - q.second) * q.tie;
                corner += games * q.tie * (q.first + q.second);
            }
        }
        if model.prior() {
            for (i, s) in at.log.iter().enumerate() {
                let q = shares(*s, f64::NEG_INFINITY);
                self.prior[i] = 2.0 * q.first * q.second;
                self.diagonal[i] += self.prior[i];
            }
        }
        if let Some(last) = self.diagonal.get_mut(self.items) {
            *last = corner;
        }
        debug_assert!(model.ties == Ties::Davidson || self.border.is_empty());
    }

    /// y = H v.
    pub fn apply(&self, model: &Model, v: &[f64], y: &mut [f64]) {
        let n = self.items;
        for i in 0..n {
            y[i] = self.prior[i] * v[i];
        }
        let pairs = &model.games.pairs;
        if self.border.is_empty() {
            for (p, link) in pairs.iter().zip(&self.link) {
                let flow = link * (v[p.i as usize] - v[p.j as usize]);
                y[p.i as usize] += flow;
                y[p.j as usize] -= flow;
            }
            return;
        }
        let mut last = self.diagonal[n] * v[n];
        for ((p, link), border) in pairs.iter().zip(&self.link).zip(&self.border) {
            let difference = v[p.i as usize] - v[p.j as usize];
            let flow = link * difference + border * v[n];
            y[p.i as usize] += flow;
            y[p.j as usize] -= flow;
            last += border * difference;
        }
        y[n] = last;
    }
}
