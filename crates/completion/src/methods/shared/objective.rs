//! The fit of the factors to the seen entries, as an objective of first-order optimisers: a mean over parts of the entries.

use std::rc::Rc;

use iterscope_core::{BuildError, Work};
use iterscope_kernels::reduce::{axpy, dot};
use iterscope_kernels::rng::Rng;
use iterscope_optim::{Block, Objective, Sample, order};

use crate::model::factors::{Factors, inner};
use crate::model::{Entries, Model};

/// f(U, V) = 1/(2 p) [sum over seen entries of (U V' - M)^2 + lambda (|U|^2 + |V|^2)], p the share that is seen, of the rows
/// of U, then those of V. Part k is the same of a random share of the entries, their sum scaled up.
pub(crate) struct Fit {
    model: Rc<Model>,
    blocks: [Block; 2],
    rank: usize,
    parts: usize,
    /// Row, column and value of each entry, part after part.
    rows: Vec<u32>,
    cols: Vec<u32>,
    values: Vec<f64>,
    weight: f64,
    /// Regularisation.
    pub ridge: f64,
}

impl Fit {
    /// Deals the entries out into `parts` parts by `seed`, fewer where there are fewer entries.
    ///
    /// # Errors
    /// The problem has no entries.
    pub fn new(model: Rc<Model>, rank: usize, parts: usize, ridge: f64, seed: u64) -> Result<Fit, BuildError> {
        let (mut rows, mut cols, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let entries = model.entries()?;
        let weight = 1.0 / entries.rate();
        let parts = parts.min(entries.count());
        let mut places: Vec<u32> = (0..entries.count() as u32).collect();
        if parts > 1 {
            order::shuffle(&mut places, &mut Rng::new(seed));
        }
        let owner = owners(entries);
        // Within a part in the order of the table: memory is then touched in order.
        for part in 0..parts {
            let range = share(places.len(), parts, part);
            places[range.clone()].sort_unstable();
            for &e in &places[range] {
                rows.push(owner[e as usize]);
                cols.push(entries.by_row.indices[e as usize]);
                values.push(entries.by_row.values[e as usize]);
            }
        }
        let block = |rows| Block { rows, cols: rank };
        let blocks = [block(model.rows), block(model.cols)];
        Ok(Fit { model, blocks, rank, parts, rows, cols, values, weight, ridge })
    }

    /// The parameters of a pair of factors.
    pub fn flat(x: &Factors) -> Vec<f64> {
        [&x.u[..], &x.v[..]].concat()
    }

    /// The factors of a vector of parameters.
    pub fn unpack(x: &[f64], to: &mut Factors) {
        let (u, v) = x.split_at(to.u.len());
        to.u.copy_from_slice(u);
        to.v.copy_from_slice(v);
    }

    /// The entries of a sample, and what their squares count.
    fn sample(&self, of: Sample) -> (std::ops::Range<usize>, f64) {
        match of {
            Sample::Whole => (0..self.values.len(), self.weight),
            Sample::Part(k) => {
                let range = share(self.values.len(), self.parts, k);
                // The mean over parts of equal weight is the whole, also where sizes differ by one.
                let scale = self.weight * self.parts as f64;
                (range, scale)
            }
        }
    }

    fn charge(&self, entries: usize, each: u64, work: &mut Work) {
        let (c, k) = (entries as u64, self.rank as u64);
        // Passes are counted; those by parts are counted where the parts are visited.
        work.operator += u64::from(entries == self.values.len());
        work.flops += each * c * k + 2 * (self.size() as u64);
        work.bytes += c * (16 + 32 * k) + 16 * self.size() as u64;
    }
}

/// The row of each entry.
fn owners(entries: &Entries) -> Vec<u32> {
    let a = &entries.by_row;
    (0..a.rows).flat_map(|i| a.row(i).0.iter().map(move |_| i as u32)).collect()
}

/// The places of part `k` of `parts` of a list.
fn share(len: usize, parts: usize, k: usize) -> std::ops::Range<usize> {
    k * len / parts..(k + 1) * len / parts
}

impl Objective for Fit {
    fn size(&self) -> usize {
        (self.model.rows + self.model.cols) * self.rank
    }

    fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    fn parts(&self) -> usize {
        self.parts
    }

    fn gradient(&mut self, of: Sample, x: &[f64], gradient: &mut [f64], work: &mut Work) -> f64 {
        let (range, weight) = self.sample(of);
        let (k, ridge) = (self.rank, self.ridge * self.weight);
        let (u, v) = x.split_at(self.model.rows * k);
        let mut sum = 0.5 * ridge * dot(x, x);
        for (g, x) in gradient.iter_mut().zip(x) {
            *g = ridge * x;
        }
        let (gu, gv) = gradient.split_at_mut(u.len());
        self.charge(range.len(), 6, work);
        for e in range {
            let (i, j) = (self.rows[e] as usize * k, self.cols[e] as usize * k);
            let (u, v) = (&u[i..][..k], &v[j..][..k]);
            let off = inner(u, v) - self.values[e];
            sum += 0.5 * weight * off * off;
            axpy(weight * off, v, &mut gu[i..][..k]);
            axpy(weight * off, u, &mut gv[j..][..k]);
        }
        sum
    }

    fn slope(&mut self, of: Sample, x: &[f64], d: &[f64], work: &mut Work) -> f64 {
        let (range, weight) = self.sample(of);
        let k = self.rank;
        let ((u, v), (du, dv)) = (x.split_at(self.model.rows * k), d.split_at(self.model.rows * k));
        let mut sum = self.ridge * self.weight * dot(x, d);
        self.charge(range.len(), 6, work);
        for e in range {
            let (i, j) = (self.rows[e] as usize * k, self.cols[e] as usize * k);
            let (u, v, du, dv) = (&u[i..][..k], &v[j..][..k], &du[i..][..k], &dv[j..][..k]);
            sum += weight * (inner(u, v) - self.values[e]) * (inner(du, v) + inner(u, dv));
        }
        sum
    }

    fn hessian_times(&mut self, of: Sample, x: &[f64], d: &[f64], out: &mut [f64], work: &mut Work) {
        let (range, weight) = self.sample(of);
        let (k, ridge) = (self.rank, self.ridge * self.weight);
        let ((u, v), (du, dv)) = (x.split_at(self.model.rows * k), d.split_at(self.model.rows * k));
        for (o, d) in out.iter_mut().zip(d) {
            *o = ridge * d;
        }
        let (ou, ov) = out.split_at_mut(u.len());
        self.charge(range.len(), 14, work);
        for e in range {
            let (i, j) = (self.rows[e] as usize * k, self.cols[e] as usize * k);
            let (u, v, du, dv) = (&u[i..][..k], &v[j..][..k], &du[i..][..k], &dv[j..][..k]);
            let off = weight * (inner(u, v) - self.values[e]);
            let turn = weight * (inner(du, v) + inner(u, dv));
            let (ou, ov) = (&mut ou[i..][..k], &mut ov[j..][..k]);
            for c in 0..k {
                ou[c] += turn * v[c] + off * dv[c];
                ov[c] += turn * u[c] + off * du[c];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::Setting;
    use crate::instance::Completion;
    use crate::methods::shared::gradient::of_entries;
    use crate::model::Data;
    use crate::problems::low_rank;
    use iterscope_core::Value;
    use iterscope_optim::Differences;

    fn model() -> Rc<Model> {
        let given =
            [("rows", Value::Int(9)), ("cols", Value::Int(7)), ("rank", Value::Int(2)), ("noise", Value::Real(0.2))];
        let set = Setting::new(&low_rank::PROBLEM, &given, None, 4).expect("valid");
        set.instance.as_any().downcast_ref::<Completion>().expect("its type").model()
    }

    #[test]
    fn derivatives_are_those_of_the_value_and_parts_make_the_whole() {
        let mut fit = Fit::new(model(), 2, 3, 0.4, 1).expect("entries");
        let (n, work) = (fit.size(), &mut Work::default());
        let numbers = |seed| {
            let mut x = vec![0.0; n];
            Rng::new(seed).normal_fill(&mut x);
            x
        };
        let (x, v) = (numbers(1), numbers(2));
        let (mut g, mut h, mut other, mut mean) = (vec![0.0; n], vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        for of in [Sample::Part(0), Sample::Part(1), Sample::Part(2), Sample::Whole] {
            let value = |fit: &mut Fit, t: f64| {
                let y: Vec<f64> = x.iter().zip(&v).map(|(x, v)| x + t * v).collect();
                fit.gradient(of, &y, &mut vec![0.0; n], &mut Work::default())
            };
            let along = (value(&mut fit, 1e-5) - value(&mut fit, -1e-5)) / 2e-5;
            fit.gradient(of, &x, &mut g, work);
            assert!((along - dot(&g, &v)).abs() < 1e-6 * along.abs(), "{of:?}");
            assert!((fit.slope(of, &x, &v, work) - dot(&g, &v)).abs() < 1e-12 * along.abs(), "{of:?}");
            fit.hessian_times(of, &x, &v, &mut h, work);
            Differences::new(n).hessian_times(&x, &v, &mut other, |y, g| {
                fit.gradient(of, y, g, &mut Work::default());
            });
            assert!(h.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-7 * (1.0 + b.abs())), "{of:?}");
            if of != Sample::Whole {
                axpy(1.0 / 3.0, &g, &mut mean);
            }
        }
        assert!(g.iter().zip(&mean).all(|(a, b)| (a - b).abs() < 1e-12 * (1.0 + a.abs())));
    }

    #[test]
    fn without_regularisation_it_is_the_objective_of_the_other_methods() {
        let model = model();
        let Data::Entries(entries) = &model.data else { panic!("entries") };
        let mut fit = Fit::new(model.clone(), 2, 1, 0.0, 1).expect("entries");
        let (mut x, mut expected, mut g) = (Factors::zero(9, 7, 2), Factors::zero(9, 7, 2), vec![0.0; 32]);
        Rng::new(5).normal_fill(&mut x.u);
        Rng::new(6).normal_fill(&mut x.v);
        let value = of_entries(entries, &x, &mut expected);
        let found = fit.gradient(Sample::Whole, &Fit::flat(&x), &mut g, &mut Work::default());
        assert!((value - found).abs() < 1e-12 * value);
        assert!(g.iter().zip(Fit::flat(&expected)).all(|(a, b)| (a - b).abs() < 1e-12 * (1.0 + b.abs())));
        let mut back = Factors::zero(9, 7, 2);
        Fit::unpack(&Fit::flat(&x), &mut back);
        assert_eq!(back, x);
    }

    #[test]
    fn there_are_never_more_parts_than_entries() {
        let model = model();
        let count = model.entries().expect("entries").count();
        assert_eq!(Fit::new(model, 2, 4096, 0.0, 1).expect("entries").parts(), count);
    }
}
