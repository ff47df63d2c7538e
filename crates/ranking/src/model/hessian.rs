//! Second derivatives of the negative log-likelihood: a weighted graph Laplacian over the pairs that met, with the prior on
//! its diagonal, and border rows for what is estimated beside the strengths.

use crate::model::likelihood::{GameLikelihood, SecondDerivatives, with_likelihood};
use crate::model::{PairModel, Strengths};

/// The Hessian by all variables in their order (see [`crate::model`]), kept as one or two numbers for each pair.
#[derive(Clone, Debug)]
pub struct Hessian {
    /// Weight of each pair: the negated entry (i, j).
    pub link: Vec<f64>,
    /// Share of each pair in the border: added to entry (i, tau) and taken from entry (j, tau). Empty without tie strength.
    pub border: Vec<f64>,
    /// The prior's part of the diagonal.
    pub prior: Vec<f64>,
    /// The diagonal.
    pub diagonal: Vec<f64>,
    corner: f64,
    items: usize,
}

impl Hessian {
    /// Memory for the Hessian of `model`.
    pub fn new(model: &PairModel) -> Hessian {
        let (items, pairs) = (model.games.items, model.games.pairs.len());
        let border = vec![0.0; usize::from(model.has_nu()) * pairs];
        let (link, prior) = (vec![0.0; pairs], vec![0.0; items]);
        Hessian { link, border, prior, diagonal: vec![0.0; model.order()], corner: 0.0, items }
    }

    /// Number of variables.
    pub fn order(&self) -> usize {
        self.diagonal.len()
    }

    /// Evaluates it at `at`. It is positive semidefinite: a part of the curvature by the tie strength that is due to its
    /// scale alone, and vanishes at a maximum, is left out where it is negative (see [`SecondDerivatives::excess`]).
    pub fn assemble(&mut self, model: &PairModel, at: &Strengths) {
        self.diagonal.fill(0.0);
        with_likelihood!(model.game_likelihood(at.nu), law => self.pairs(model, at, law));
        if model.has_prior() {
            for i in 0..self.items {
                self.prior[i] = model.prior_curvature(model.effect(at, i));
                self.diagonal[i] += self.prior[i];
            }
        }
        if let Some(covariates) = &model.covariates {
            let beta = self.order() - covariates.columns();
            let (strengths, coefficients) = self.diagonal.split_at_mut(beta);
            let mut add = |factor: f64, row: &[f64], other: Option<&[f64]>| {
                for (c, out) in coefficients.iter_mut().enumerate() {
                    let x = row[c] - other.map_or(0.0, |o| o[c]);
                    *out += factor * x * x;
                }
            };
            for (i, prior) in self.prior.iter().enumerate() {
                add(*prior, covariates.of(i), None);
            }
            if !covariates.effects {
                for (p, link) in model.games.pairs.iter().zip(&self.link) {
                    add(*link, covariates.of(p.i as usize), Some(covariates.of(p.j as usize)));
                }
                strengths[..self.items].fill(0.0);
            }
        }
    }

    fn pairs<L: GameLikelihood>(&mut self, model: &PairModel, at: &Strengths, law: L) {
        let (mut corner, mut excess, mut home) = (0.0, 0.0, 0.0);
        for (k, p) in model.games.pairs.iter().enumerate() {
            let (i, j) = (p.i as usize, p.j as usize);
            let d = model.difference(at, k);
            let bend: SecondDerivatives = law.bend(&p.results(), d);
            self.link[k] = bend.link;
            self.diagonal[i] += bend.link;
            self.diagonal[j] += bend.link;
            if let Some(border) = self.border.get_mut(k) {
                *border = bend.border;
                corner += bend.corner;
                excess += bend.excess;
            }
            let side = model.games.side(k);
            home += bend.link * side * side;
        }
        self.corner = corner + excess.max(0.0);
        if !self.border.is_empty() {
            self.diagonal[self.items] = self.corner;
        }
        if model.advantage {
            self.diagonal[model.first_extra()] = home;
        }
    }

    /// y = H v.
    pub fn apply(&self, model: &PairModel, v: &[f64], y: &mut [f64]) {
        if model.extras() > 0 {
            self.apply_with_extras(model, v, y);
            return;
        }
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

    /// The same with a move of the advantage, and with strengths of which covariates explain all or a part.
    fn apply_with_extras(&self, model: &PairModel, v: &[f64], y: &mut [f64]) {
        let (n, first) = (self.items, model.first_extra());
        let covariates = model.covariates.as_deref();
        let beta = first + usize::from(model.advantage);
        let follow = model.strengths_follow();
        let along = |i: usize| covariates.map_or(0.0, |c| c.explained(i, &v[beta..]));
        let moved = |i: usize| if follow { along(i) } else { v[i] };
        let (tau, home) = (if first > n { v[n] } else { 0.0 }, if model.advantage { v[first] } else { 0.0 });
        y.fill(0.0);
        let (mut by_tau, mut by_home) = (self.corner * tau, 0.0);
        for (k, (p, link)) in model.games.pairs.iter().zip(&self.link).enumerate() {
            let (i, j) = (p.i as usize, p.j as usize);
            let side = model.games.side(k);
            let border = self.border.get(k).copied().unwrap_or(0.0);
            let difference = moved(i) - moved(j) + side * home;
            let flow = link * difference + border * tau;
            y[i] += flow;
            y[j] -= flow;
            by_home += side * flow;
            by_tau += border * difference;
        }
        let (strengths, coefficients) = y.split_at_mut(beta);
        for i in 0..n {
            // The prior is of what the covariates leave unexplained.
            let pull = self.prior[i] * if follow { along(i) } else { v[i] - along(i) };
            strengths[i] += pull;
            if let Some(covariates) = covariates {
                covariates.add(i, if follow { strengths[i] } else { -pull }, coefficients);
                if follow {
                    strengths[i] = 0.0;
                }
            }
        }
        if first > n {
            strengths[n] = by_tau;
        }
        if model.advantage {
            strengths[first] = by_home;
        }
    }
}
