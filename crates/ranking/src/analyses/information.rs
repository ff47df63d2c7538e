//! Fisher's information at an estimate, and what follows from its inverse: variances, covariances, draws from the normal
//! law that the estimate has in the limit of many games.
//!
//! The information is a weighted graph Laplacian of the games, with the prior on its diagonal and a few border rows for what
//! else the model estimates. Its inverse (under maximum likelihood on the strengths with mean 0) comes from a sparse
//! factorisation; where that would fill up, from conjugate gradients and from draws whose own part of the variance is known
//! (P. Sidén, F. Lindgren, D. Bolin, M. Villani, J. Comput. Graph. Stat. 27, 2018).

use iterscope_kernels::dense::{cholesky, cholesky_solve};
use iterscope_kernels::graph::Components;
use iterscope_kernels::reduce::{axpy, dot, norm2};
use iterscope_kernels::rng::Rng;

use super::ldl::{Laplacian, Ldl, Way};
use crate::data::parts::level_groups;
use crate::model::hessian::Hessian;
use crate::model::{PairModel, Strengths};
use crate::solvers::conjugate_gradients::{ConjugateGradients, System, divide};

/// Multiplications in one piece of work, about 15 ms.
const PIECE: f64 = 6e6;
/// Relative residual of a system that is solved by conjugate gradients.
const SYSTEM: f64 = 1e-9;
/// The same for a draw.
const DRAW: f64 = 1e-5;
/// With more items than this, and so many pairs for each of them, a factorisation is not even tried: such graphs fill up.
const MANY: usize = 3000;
const DENSE: usize = 8;
const MOST_INNER: usize = 3000;

enum Route {
    Factor(Box<Ldl>),
    Gradients,
}

/// The information and its inverse.
pub struct Information {
    n: usize,
    pairs: Vec<(u32, u32)>,
    edges: Vec<(u32, u32, f64)>,
    prior: Vec<f64>,
    diagonal: Vec<f64>,
    /// Who met whom, where the level of each of these groups is free.
    free: Option<Components>,
    route: Route,
    ready: bool,
    borders: Vec<Vec<f64>>,
    corner: Vec<f64>,
    /// Columns of the inverse of the items' part times the borders.
    solved: Vec<Vec<f64>>,
    /// Covariance of what else is estimated, and its root.
    extra: Vec<f64>,
    root: Vec<f64>,
    system: ConjugateGradients,
    /// Mean square of the neighbours' part of the draws.
    spread: Vec<f64>,
    draws: usize,
}

/// The items' part: the Laplacian and the prior.
struct Items<'a> {
    edges: &'a [(u32, u32, f64)],
    prior: &'a [f64],
    diagonal: &'a [f64],
}

impl System for Items<'_> {
    fn precondition(&self, residual: &[f64], out: &mut [f64]) {
        divide(residual, self.diagonal.iter().copied(), out);
    }

    fn apply(&mut self, x: &[f64], y: &mut [f64]) {
        for (y, (p, x)) in y.iter_mut().zip(self.prior.iter().zip(x)) {
            *y = p * x;
        }
        for &(i, j, weight) in self.edges {
            let flow = weight * (x[i as usize] - x[j as usize]);
            y[i as usize] += flow;
            y[j as usize] -= flow;
        }
    }
}

impl Information {
    /// That of `model` at `at`.
    pub fn new(model: &PairModel, at: &Strengths, groups: &Components) -> Information {
        let n = model.games.items;
        let mut hessian = Hessian::new(model);
        hessian.assemble(model, at);
        let extras = hessian.order() - n;
        let pairs = model.games.pairs.iter().map(|p| (p.i, p.j)).collect();
        let follow = model.strengths_follow();
        let edges: Vec<_> = if follow {
            Vec::new()
        } else {
            model.games.pairs.iter().zip(&hessian.link).map(|(p, link)| (p.i, p.j, *link)).collect()
        };
        let (mut borders, mut corner) = (Vec::new(), vec![0.0; extras * extras]);
        for k in 0..extras {
            let (mut unit, mut column) = (vec![0.0; n + extras], vec![0.0; n + extras]);
            unit[n + k] = 1.0;
            hessian.apply(model, &unit, &mut column);
            corner[k * extras..(k + 1) * extras].copy_from_slice(&column[n..]);
            column.truncate(n);
            borders.push(column);
        }
        let mut information = Information::of_edges(edges, hessian.prior, model.level_is_free().then_some(groups));
        information.pairs = pairs;
        (information.borders, information.corner) = (borders, corner);
        if follow {
            information.solved = explained(model, extras);
        }
        information.extra = vec![0.0; extras * extras];
        information.root = vec![0.0; extras * extras];
        information
    }

    /// That of log-strengths alone: a Laplacian by its edges, and the prior on its diagonal. `free` are the groups of those who
    /// met, where the level of each is free.
    pub fn of_edges(edges: Vec<(u32, u32, f64)>, prior: Vec<f64>, free: Option<&Components>) -> Information {
        let n = prior.len();
        let route = if n > MANY && edges.len() > DENSE * n {
            Route::Gradients
        } else {
            Route::Factor(Box::new(Ldl::start(&Laplacian { edges: &edges, diagonal: &prior })))
        };
        let mut diagonal = prior.clone();
        for (i, j, weight) in &edges {
            diagonal[*i as usize] += weight;
            diagonal[*j as usize] += weight;
        }
        Information {
            n,
            pairs: edges.iter().map(|(i, j, _)| (*i, *j)).collect(),
            edges,
            free: free.cloned(),
            prior,
            diagonal,
            route,
            ready: false,
            borders: Vec::new(),
            corner: Vec::new(),
            solved: Vec::new(),
            extra: Vec::new(),
            root: Vec::new(),
            system: ConjugateGradients::new(vec![0.0; n]),
            spread: vec![0.0; n],
            draws: 0,
        }
    }

    /// Prepares the inverse a piece further; the share done, 1 at the end.
    pub fn work(&mut self) -> f64 {
        if let Route::Factor(ldl) = &mut self.route {
            match ldl.work(PIECE) {
                Way::Going(share) => return 0.95 * share,
                Way::Done => {}
                Way::TooLarge => self.route = Route::Gradients,
            }
        }
        if self.solved.len() < self.borders.len() {
            let column = self.borders[self.solved.len()].clone();
            let solved = self.items_solve(&column, SYSTEM);
            self.solved.push(solved);
            return 0.97;
        }
        if !self.ready {
            self.invert_extras();
            self.ready = true;
        }
        1.0
    }

    /// Which way was taken, in words.
    pub fn how(&self) -> &'static str {
        match self.route {
            Route::Factor(_) => "a sparse factorisation of Fisher's information",
            Route::Gradients => {
                "Fisher's information with conjugate gradients and random draws, as a factorisation would fill up"
            }
        }
    }

    /// Whether variances are exact, without draws.
    pub fn exact(&self) -> bool {
        matches!(self.route, Route::Factor(_))
    }

    fn invert_extras(&mut self) {
        let k = self.borders.len();
        let mut schur = self.corner.clone();
        for a in 0..k {
            for b in 0..k {
                schur[a * k + b] -= dot(&self.borders[a], &self.solved[b]);
            }
        }
        // What the games do not determine has no information and no finite variance.
        if cholesky(&mut schur, k).is_err() {
            self.extra.fill(f64::NAN);
            self.root.fill(f64::NAN);
            return;
        }
        for a in 0..k {
            let mut unit = vec![0.0; k];
            unit[a] = 1.0;
            cholesky_solve(&schur, k, &mut unit);
            // It is symmetric: columns are rows.
            self.extra[a * k..(a + 1) * k].copy_from_slice(&unit);
        }
        self.root.copy_from_slice(&self.extra);
        if cholesky(&mut self.root, k).is_err() {
            self.root.fill(f64::NAN);
        }
    }

    /// The inverse of the items' part times `b`; without a prior `b` must add up to 0 in each group.
    fn items_solve(&mut self, b: &[f64], rtol: f64) -> Vec<f64> {
        let mut x = b.to_vec();
        match &mut self.route {
            Route::Factor(ldl) => ldl.solve(&mut x),
            Route::Gradients => self.gradients(b, rtol, &mut x),
        }
        self.level(&mut x);
        x
    }

    /// Takes from each group whose level is free its mean.
    fn level(&self, x: &mut [f64]) {
        if let Some(groups) = &self.free {
            level_groups(groups, x);
        }
    }

    fn gradients(&mut self, b: &[f64], rtol: f64, x: &mut [f64]) {
        let Information { system, edges, prior, diagonal, free, .. } = self;
        system.restart(b);
        if let Some(groups) = free {
            level_groups(groups, &mut system.residual);
        }
        let goal = rtol * norm2(&system.residual);
        let mut matrix = Items { edges, prior, diagonal };
        for _ in 0..MOST_INNER {
            if norm2(&system.residual) <= goal || system.step(&mut matrix).is_none() {
                break;
            }
        }
        x.copy_from_slice(&system.solution);
    }

    /// Covariance of every item's log-strength with the contrast `b` of them (which must add up to 0 in each group
    /// under maximum likelihood), then of everything else that is estimated.
    pub fn covariance(&mut self, b: &[f64]) -> Vec<f64> {
        let mut x = self.items_solve(b, SYSTEM);
        let along: Vec<f64> = self.solved.iter().map(|w| dot(w, b)).collect();
        let k = along.len();
        let with: Vec<f64> = (0..k).map(|a| (0..k).map(|c| self.extra[a * k + c] * along[c]).sum()).collect();
        for (w, part) in self.solved.iter().zip(&with) {
            axpy(*part, w, &mut x);
        }
        x.extend(with.iter().map(|c| -c));
        x
    }

    /// Covariance matrix of what else is estimated, row by row.
    pub fn extras(&self) -> &[f64] {
        &self.extra
    }

    /// Covariances of the differences of log-strengths of the pairs that met, exact where [`Information::exact`]: the
    /// variance of each difference.
    pub fn pair_variances(&self) -> Option<Vec<f64>> {
        let Route::Factor(ldl) = &self.route else { return None };
        let one = |&(i, j): &(u32, u32)| {
            let (i, j) = (i as usize, j as usize);
            // Without strengths of their own, items have no part of it.
            let both = ldl.entry(i, j).unwrap_or(0.0);
            let own = ldl.diagonal(i) + ldl.diagonal(j) - 2.0 * both;
            own + self.by_extras(|w| w[i] - w[j])
        };
        Some(self.pairs.iter().map(one).collect())
    }

    /// What uncertainty of the extras adds to the variance of a contrast of log-strengths.
    fn by_extras(&self, contrast: impl Fn(&[f64]) -> f64) -> f64 {
        let k = self.solved.len();
        let along: Vec<f64> = self.solved.iter().map(|w| contrast(w)).collect();
        let row = |a: usize| (0..k).map(|c| self.extra[a * k + c] * along[c]).sum::<f64>();
        (0..k).map(|a| along[a] * row(a)).sum()
    }

    /// Variance of each item's log-strength, under maximum likelihood of its difference to the mean of its group. Where it comes from
    /// draws, they have to be made before; NaN without.
    pub fn variances(&mut self) -> Vec<f64> {
        let mut out: Vec<f64> = match (&mut self.route, &self.free) {
            (Route::Factor(ldl), Some(groups)) => {
                // A group's part of the grounded inverse stands by itself.
                let mut ones = vec![1.0; self.n];
                ldl.solve(&mut ones);
                let mut all = vec![0.0; groups.sizes.len()];
                ones.iter().zip(&groups.id).for_each(|(x, g)| all[*g as usize] += x);
                let one = |i: usize| {
                    let (g, n) = (groups.id[i] as usize, f64::from(groups.sizes[groups.id[i] as usize]));
                    ldl.diagonal(i) - 2.0 * ones[i] / n + all[g] / (n * n)
                };
                (0..self.n).map(one).collect()
            }
            (Route::Factor(ldl), None) => (0..self.n).map(|i| ldl.diagonal(i)).collect(),
            (Route::Gradients, free) => {
                let draws = self.draws as f64;
                let own = |i: usize| free.as_ref().map_or(1.0, |g| 1.0 - 2.0 / f64::from(g.sizes[g.id[i] as usize]));
                let terms = self.diagonal.iter().zip(&self.spread).enumerate();
                terms.map(|(i, (d, s))| own(i) / d + s / draws).collect()
            }
        };
        for (i, v) in out.iter_mut().enumerate() {
            *v += self.by_extras(|w| w[i]);
        }
        out
    }

    /// A draw from the normal distribution of the estimate's error, by item and then by what else is estimated.
    pub fn draw(&mut self, rng: &mut Rng) -> Vec<f64> {
        let mut x = vec![0.0; self.n];
        match &mut self.route {
            Route::Factor(ldl) => {
                rng.normal_fill(&mut x);
                ldl.colour(&mut x);
                self.level(&mut x);
            }
            Route::Gradients => x = self.perturb(rng),
        }
        let k = self.solved.len();
        let mut normal = vec![0.0; k];
        rng.normal_fill(&mut normal);
        for a in 0..k {
            let e = dot(&self.root[a * k..a * k + a + 1], &normal[..=a]);
            axpy(-e, &self.solved[a], &mut x[..self.n]);
            x.push(e);
        }
        x
    }

    /// A right-hand side whose covariance is the matrix gives a solution whose covariance is the inverse.
    fn perturb(&mut self, rng: &mut Rng) -> Vec<f64> {
        let mut b = vec![0.0; self.n];
        let mut normal = [0.0; 256];
        for edges in self.edges.chunks(256) {
            rng.normal_fill(&mut normal[..edges.len()]);
            for ((i, j, weight), z) in edges.iter().zip(&normal) {
                let flow = weight.sqrt() * z;
                b[*i as usize] += flow;
                b[*j as usize] -= flow;
            }
        }
        if self.free.is_none() {
            let mut more = vec![0.0; self.n];
            rng.normal_fill(&mut more);
            (0..self.n).for_each(|i| b[i] += self.prior[i].sqrt() * more[i]);
        }
        let x = self.items_solve(&b, DRAW);
        // Given its neighbours, an item's variance is one over the diagonal: only theirs has to be drawn.
        let mut around = vec![0.0; self.n];
        for &(i, j, weight) in &self.edges {
            around[i as usize] += weight * x[j as usize];
            around[j as usize] += weight * x[i as usize];
        }
        for ((s, a), d) in self.spread.iter_mut().zip(&around).zip(&self.diagonal) {
            *s += (a / d) * (a / d);
        }
        self.draws += 1;
        x
    }
}

/// What takes the place of the borders' solutions where strengths are explained by covariates alone: minus the covariates, as
/// the coefficients carry all of the error.
fn explained(model: &PairModel, extras: usize) -> Vec<Vec<f64>> {
    let Some(covariates) = &model.covariates else { return Vec::new() };
    let first = extras - covariates.columns();
    let column = |k: usize| {
        let one = |i: usize| if k < first { 0.0 } else { -covariates.of(i)[k - first] };
        (0..model.games.items).map(one).collect()
    };
    (0..extras).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pairs::instance::PairInstance;
    use crate::test_support::{choice, synthetic};

    fn of(given: &[crate::test_support::Setting<'_>]) -> (Information, Vec<f64>, usize) {
        let set = synthetic(given, 4).unwrap();
        let ranking: &PairInstance = set.as_any().downcast_ref().unwrap();
        let (model, at) = (ranking.model(), ranking.optimum().unwrap().at.clone());
        let mut information = Information::new(&model, &at, &ranking.joined().groups);
        while information.work() < 1.0 {}
        // The full matrix, with a penalty on the mean that leaves contrasts alone, and its inverse.
        let mut hessian = Hessian::new(&model);
        hessian.assemble(&model, &at);
        let (n, order) = (model.games.items, hessian.order());
        let mut full = vec![0.0; order * order];
        for k in 0..order {
            let mut unit = vec![0.0; order];
            unit[k] = 1.0;
            hessian.apply(&model, &unit, &mut full[k * order..(k + 1) * order]);
        }
        if !model.has_prior() {
            (0..n).for_each(|i| (0..n).for_each(|j| full[i * order + j] += 1.0));
        }
        cholesky(&mut full, order).unwrap();
        let mut inverse = vec![0.0; order * order];
        for k in 0..order {
            inverse[k * order + k] = 1.0;
            cholesky_solve(&full, order, &mut inverse[k * order..(k + 1) * order]);
        }
        if !model.has_prior() {
            let extra = 1.0 / (n * n) as f64;
            (0..n).for_each(|i| (0..n).for_each(|j| inverse[i * order + j] -= extra));
        }
        (information, inverse, order)
    }

    const TIES: [(&str, f64); 1] = [("tie_rate", 0.3)];

    fn cases() -> Vec<Vec<crate::test_support::Setting<'static>>> {
        let ties = || vec![(TIES[0].0, TIES[0].1.into()), choice("ties", "davidson")];
        let map = || choice("estimate", "map");
        let threshold = || vec![(TIES[0].0, TIES[0].1.into()), choice("ties", "threshold")];
        let probit = || vec![choice("link", "probit")];
        vec![
            vec![],
            vec![map()],
            ties(),
            [ties(), vec![map()]].concat(),
            threshold(),
            [probit(), vec![map(), choice("prior", "gaussian")]].concat(),
            [probit(), threshold()].concat(),
        ]
    }

    #[test]
    fn both_routes_give_the_inverse_of_the_full_matrix() {
        for given in cases() {
            for direct in [true, false] {
                let (mut information, inverse, order) = of(&given);
                if !direct {
                    information.route = Route::Gradients;
                }
                let n = information.n;
                let mut b = vec![0.0; n];
                (b[1], b[7]) = (1.0, -1.0);
                let found = information.covariance(&b);
                assert_eq!(found.len(), order);
                for (k, c) in found.iter().enumerate() {
                    let known = inverse[k * order + 1] - inverse[k * order + 7];
                    assert!((c - known).abs() < 1e-8, "{given:?} direct {direct}, {k}: {c} {known}");
                }
            }
        }
    }

    #[test]
    fn variances_are_the_diagonal_of_the_inverse_exactly_or_within_what_draws_allow() {
        for given in cases() {
            let (mut information, inverse, order) = of(&given);
            let exact = information.variances();
            for (i, v) in exact.iter().enumerate() {
                assert!((v - inverse[i * order + i]).abs() < 1e-9, "{given:?}, {i}");
            }
            let pairs = information.pair_variances().unwrap();
            for (v, &(i, j, _)) in pairs.iter().zip(&information.edges) {
                let (i, j) = (i as usize, j as usize);
                let known = inverse[i * order + i] + inverse[j * order + j] - 2.0 * inverse[i * order + j];
                assert!((v - known).abs() < 1e-9, "{given:?}, {i} {j}");
            }
            information.route = Route::Gradients;
            let mut rng = Rng::new(8);
            for _ in 0..400 {
                information.draw(&mut rng);
            }
            for (i, v) in information.variances().iter().enumerate() {
                let own = 1.0 / information.diagonal[i];
                // Only what exceeds an item's own part is drawn: five standard deviations of that, and the solver's error.
                let bound = 5.0 * (exact[i] - own + 2.0 * own / 40.0).abs() * (2.0f64 / 400.0).sqrt() + 1e-6;
                assert!((v - exact[i]).abs() < bound, "{given:?}, {i}: {v} {} within {bound}", exact[i]);
            }
        }
    }

    #[test]
    fn draws_have_the_covariance_of_the_estimate_with_its_extras() {
        for direct in [true, false] {
            let (mut information, inverse, order) = of(&cases()[2]);
            if !direct {
                information.route = Route::Gradients;
            }
            let mut rng = Rng::new(3);
            let draws = 4000;
            let (mut own, mut with) = (0.0, 0.0);
            for _ in 0..draws {
                let x = information.draw(&mut rng);
                own += x[3] * x[3];
                with += x[order - 1] * x[order - 1];
            }
            let near = |sum: f64, known: f64| {
                (sum / f64::from(draws) / known - 1.0).abs() < 4.0 * (2.0 / f64::from(draws)).sqrt()
            };
            assert!(near(own, inverse[3 * order + 3]), "direct {direct}");
            assert!(near(with, inverse[order * order - 1]), "direct {direct}");
        }
    }
}
