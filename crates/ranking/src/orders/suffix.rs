//! Sums of the strengths that are still to be chosen from, stage by stage, kept up to date while strengths change one by one.

use iterscope_core::Work;

use super::model::Contests;

/// The sums.
#[derive(Clone, Debug)]
pub struct Suffixes {
    /// For each contest one sum for each stage, and that of what is left after the last.
    sums: Vec<f64>,
    starts: Vec<u32>,
    /// Sums that a pass item by item visits.
    visits: u64,
}

impl Suffixes {
    /// Memory for `contests`.
    pub fn new(contests: &Contests) -> Suffixes {
        let mut starts = vec![0u32];
        let mut visits = 0;
        for contest in contests.all() {
            starts.push(starts[starts.len() - 1] + contest.stages as u32 + 1);
            visits += (0..contest.members.len()).map(|q| q.min(contest.stages) as u64 + 1).sum::<u64>();
        }
        Suffixes { sums: vec![0.0; starts[starts.len() - 1] as usize], starts, visits }
    }

    /// Sums anew, so that rounding does not gather from pass to pass.
    pub fn fill(&mut self, contests: &Contests, pi: &[f64]) {
        for k in 0..contests.len() {
            let contest = contests.contest(k);
            let sums = &mut self.sums[self.starts[k] as usize..self.starts[k + 1] as usize];
            let mut sum = contest.members[contest.stages..].iter().fold(0.0, |sum, i| sum + pi[*i as usize]);
            sums[contest.stages] = sum;
            for v in (0..contest.stages).rev() {
                sum += pi[contest.members[v] as usize];
                sums[v] = sum;
            }
        }
    }

    /// The sums of one contest: `stages + 1` of them.
    pub fn of(&self, contest: usize) -> &[f64] {
        &self.sums[self.starts[contest] as usize..self.starts[contest + 1] as usize]
    }

    /// Adds `by` to all sums that item `i` is in.
    pub fn moved(&mut self, contests: &Contests, i: usize, by: f64) {
        for entry in contests.of_item(i) {
            let sums = &mut self.sums
                [self.starts[entry.contest as usize] as usize..self.starts[entry.contest as usize + 1] as usize];
            let last = (entry.position as usize + 1).min(sums.len());
            sums[..last].iter_mut().for_each(|s| *s += by);
        }
    }

    /// Counts a pass over all items with `flops` operations for each sum that an item looks at.
    pub fn count(&self, contests: &Contests, flops: u64, work: &mut Work) {
        let places = contests.places() as u64;
        work.operator += 1;
        work.flops += flops * self.visits + 3 * places;
        work.bytes += 16 * self.visits + 24 * places;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_core::{Order, Orders};

    #[test]
    fn sums_follow_the_strengths() {
        let order =
            |placed: &[u32], behind: &[u32]| Order { placed: placed.to_vec(), behind: behind.to_vec(), count: 1.0 };
        let orders = vec![order(&[0, 1, 2], &[]), order(&[3], &[0, 1])];
        let items = (0..4).map(|i| format!("p{i}")).collect();
        let contests = Contests::read(&Orders { items, orders, ..Orders::default() }).unwrap();
        let mut sums = Suffixes::new(&contests);
        sums.fill(&contests, &[1.0, 2.0, 4.0, 8.0]);
        assert_eq!((sums.of(0), sums.of(1)), (&[7.0, 6.0, 4.0][..], &[11.0, 3.0][..]));
        sums.moved(&contests, 1, 0.5);
        assert_eq!((sums.of(0), sums.of(1)), (&[7.5, 6.5, 4.0][..], &[11.5, 3.5][..]));
        let mut anew = Suffixes::new(&contests);
        anew.fill(&contests, &[1.0, 2.5, 4.0, 8.0]);
        assert_eq!(anew.sums, sums.sums);
    }
}
