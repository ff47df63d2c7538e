//! Orders in which the parts of a sum are visited.

use iterscope_core::{StateReader, StateWriter};
use iterscope_kernels::reduce::{axpy, dot};
use iterscope_kernels::rng::Rng;

/// The values of the parameter `order`.
pub const CHOICES: &[(&str, &str)] = &[
    ("reshuffling", "shuffled each epoch"),
    ("shuffle-once", "shuffled once"),
    ("with-replacement", "with replacement"),
    ("cyclic", "always the same"),
    ("grab", "GraB: balanced by gradients"),
    ("grab-pair", "GraB by pairs"),
];

/// Where the orders come from.
pub const CITATION: &str = "Orders: K. Mishchenko, A. Khaled, P. Richtárik: Random reshuffling: simple analysis with vast \
                            improvements. NeurIPS 2020; J. Cha, J. Lee, C. Yun: Tighter lower bounds for shuffling SGD. ICML \
                            2023, arXiv:2303.07160; Y. Lu, W. Guo, C. De Sa: GraB: finding provably better data permutations \
                            than random reshuffling. NeurIPS 2022, arXiv:2205.10733.";

#[derive(Clone, Copy, PartialEq, Eq)]
enum OrderKind {
    Reshuffling,
    ShuffleOnce,
    WithReplacement,
    Cyclic,
    Grab,
    GrabPair,
}

/// An order at some epoch.
pub struct SampleOrder {
    kind: OrderKind,
    rng: Rng,
    list: Vec<u32>,
    balance: Balance,
}

/// What GraB knows; its vectors are empty for other orders.
struct Balance {
    next: Vec<u32>,
    front: usize,
    back: usize,
    /// The signed sum of this epoch's gradients, each with the mean of the last epoch taken off.
    sum: Vec<f64>,
    mean: Vec<f64>,
    new_mean: Vec<f64>,
    /// Pairs: the first of the pair that is open, and its gradient.
    first: Option<u32>,
    v: Vec<f64>,
}

impl SampleOrder {
    /// The order of that key for so many parts, whose gradients have the given size.
    pub fn new(key: &str, parts: usize, size: usize, seed: u64) -> SampleOrder {
        let kind = match key {
            "shuffle-once" => OrderKind::ShuffleOnce,
            "with-replacement" => OrderKind::WithReplacement,
            "cyclic" => OrderKind::Cyclic,
            "grab" => OrderKind::Grab,
            "grab-pair" => OrderKind::GrabPair,
            _ => OrderKind::Reshuffling,
        };
        let mut order =
            SampleOrder { kind, rng: Rng::new(seed), list: vec![0; parts], balance: Balance::new(kind, parts, size) };
        order.sort();
        if matches!(kind, OrderKind::ShuffleOnce | OrderKind::Grab | OrderKind::GrabPair) {
            shuffle(&mut order.list, &mut order.rng);
        }
        order
    }

    fn sort(&mut self) {
        for (k, place) in self.list.iter_mut().enumerate() {
            *place = k as u32;
        }
    }

    /// Begins an epoch.
    pub fn begin(&mut self) {
        match self.kind {
            OrderKind::Reshuffling => {
                // From the same beginning, so that the generator alone is the state.
                self.sort();
                shuffle(&mut self.list, &mut self.rng);
            }
            OrderKind::Grab | OrderKind::GrabPair => self.balance.begin(&mut self.list),
            OrderKind::ShuffleOnce | OrderKind::WithReplacement | OrderKind::Cyclic => {}
        }
    }

    /// The part to visit at place `t` of the epoch.
    pub fn pick(&mut self, t: usize) -> usize {
        if self.kind == OrderKind::WithReplacement { self.rng.below(self.list.len()) } else { self.list[t] as usize }
    }

    /// Tells it the gradient of the part that was visited.
    pub fn visited(&mut self, part: usize, gradient: &[f64]) {
        match self.kind {
            OrderKind::Grab => self.balance.one(part as u32, gradient),
            OrderKind::GrabPair => self.balance.pair(part as u32, gradient),
            _ => {}
        }
    }

    /// Operations that one visit takes for each parameter.
    pub fn flops(&self) -> u64 {
        match self.kind {
            OrderKind::Grab => 7,
            OrderKind::GrabPair => 3,
            _ => 0,
        }
    }

    /// Writes what the next epoch depends on. Orders are saved between epochs.
    pub fn save(&self, out: &mut StateWriter) {
        out.bits(self.rng.state());
        let b = &self.balance;
        if !b.next.is_empty() {
            for list in [&self.list, &b.next] {
                list.iter().for_each(|k| out.real(f64::from(*k)));
            }
            out.slice(&b.new_mean);
            out.real(b.front as f64);
            out.real(b.first.map_or(-1.0, f64::from));
        }
    }

    /// Reads what `save` wrote.
    pub fn load(&mut self, from: &mut StateReader<'_>) {
        self.rng = Rng::from_state(from.bits());
        let b = &mut self.balance;
        if !b.next.is_empty() {
            for list in [&mut self.list, &mut b.next] {
                list.iter_mut().for_each(|k| *k = from.real() as u32);
            }
            from.slice(&mut b.new_mean);
            b.front = from.real() as usize;
            let first = from.real();
            b.first = (first >= 0.0).then_some(first as u32);
        }
    }
}

/// Fisher and Yates' shuffle.
pub fn shuffle(list: &mut [u32], rng: &mut Rng) {
    for k in (1..list.len()).rev() {
        list.swap(k, rng.below(k + 1));
    }
}

impl Balance {
    fn new(kind: OrderKind, parts: usize, size: usize) -> Balance {
        let (parts, means, size) = match kind {
            OrderKind::Grab => (parts, size, size),
            OrderKind::GrabPair => (parts, 0, size),
            _ => (0, 0, 0),
        };
        let (sum, v) = (vec![0.0; size], vec![0.0; size]);
        let (mean, new_mean) = (vec![0.0; means], vec![0.0; means]);
        Balance { next: vec![0; parts], front: 0, back: parts, sum, mean, new_mean, first: None, v }
    }

    /// The order that the last epoch found takes the place of `list`.
    fn begin(&mut self, list: &mut [u32]) {
        if self.front > 0 {
            // An odd part that found no partner goes to the place that is left.
            if let Some(part) = self.first.take() {
                self.next[self.front] = part;
            }
            list.copy_from_slice(&self.next);
        }
        (self.front, self.back) = (0, self.next.len());
        self.sum.fill(0.0);
        self.mean.copy_from_slice(&self.new_mean);
        self.new_mean.fill(0.0);
    }

    fn put_first(&mut self, part: u32) {
        self.next[self.front] = part;
        self.front += 1;
    }

    fn put_last(&mut self, part: u32) {
        self.back -= 1;
        self.next[self.back] = part;
    }

    /// Adds v to the sum with the sign that keeps it shorter; whether that is plus.
    fn sign(&mut self) -> bool {
        // |s + v| <= |s - v| where their product is not positive.
        let plus = dot(&self.sum, &self.v) <= 0.0;
        axpy(if plus { 1.0 } else { -1.0 }, &self.v, &mut self.sum);
        plus
    }

    fn one(&mut self, part: u32, gradient: &[f64]) {
        for ((v, g), mean) in self.v.iter_mut().zip(gradient).zip(&self.mean) {
            *v = g - mean;
        }
        axpy(1.0 / self.next.len() as f64, gradient, &mut self.new_mean);
        if self.sign() {
            self.put_first(part);
        } else {
            self.put_last(part);
        }
    }

    fn pair(&mut self, part: u32, gradient: &[f64]) {
        let Some(first) = self.first.take() else {
            self.first = Some(part);
            self.v.copy_from_slice(gradient);
            // A lone part is an epoch, too.
            if self.next.len() == 1 {
                (self.first, self.front) = (None, 1);
            }
            return;
        };
        axpy(-1.0, gradient, &mut self.v);
        let (ahead, behind) = if self.sign() { (first, part) } else { (part, first) };
        self.put_first(ahead);
        self.put_last(behind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epochs(key: &str, parts: usize, count: usize) -> Vec<Vec<usize>> {
        let mut order = SampleOrder::new(key, parts, 2, 5);
        let epoch = |_| {
            order.begin();
            let visit = |t| {
                let part = order.pick(t);
                order.visited(part, &[part as f64, 1.0 - (part * part % 5) as f64]);
                part
            };
            (0..parts).map(visit).collect()
        };
        (0..count).map(epoch).collect()
    }

    #[test]
    fn every_order_but_one_visits_every_part_once() {
        for (key, _) in CHOICES {
            for parts in [1, 2, 7, 8] {
                for mut epoch in epochs(key, parts, 4) {
                    epoch.sort_unstable();
                    let all: Vec<usize> = (0..parts).collect();
                    assert!(epoch == all || *key == "with-replacement", "{key}: {epoch:?}");
                }
            }
        }
    }

    #[test]
    fn orders_change_or_stay_as_their_names_say() {
        let same = |key| {
            let e = epochs(key, 8, 3);
            e[0] == e[1] && e[1] == e[2]
        };
        assert!(same("cyclic") && same("shuffle-once"));
        assert_eq!(epochs("cyclic", 8, 1)[0], [0, 1, 2, 3, 4, 5, 6, 7]);
        assert!(!same("reshuffling") && !same("with-replacement") && !same("grab") && !same("grab-pair"));
    }

    #[test]
    fn balancing_keeps_partial_sums_short() {
        // Gradients 1 and -1 in the worst order: all of one sign first.
        let parts = 16;
        let longest = |key: &str, epoch: usize| {
            let mut order = SampleOrder::new(key, parts, 1, 2);
            let mut found = 0.0;
            for _ in 0..=epoch {
                order.begin();
                found = 0.0f64;
                let mut sum = 0.0f64;
                for t in 0..parts {
                    let part = order.pick(t);
                    let g = if part < 8 { 1.0 } else { -1.0 };
                    order.visited(part, &[g]);
                    sum += g;
                    found = found.max(sum.abs());
                }
            }
            found
        };
        assert_eq!(longest("cyclic", 0), 8.0);
        assert!(
            longest("grab", 6) <= 1.0 && longest("grab-pair", 6) <= 2.0,
            "{} {}",
            longest("grab", 6),
            longest("grab-pair", 6)
        );
    }
}
