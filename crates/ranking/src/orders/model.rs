//! Orders of several competitors, as sequences of choices: kept by contest, and again by item in compressed rows.

use iterscope_core::{BuildError, Order, Orders};

use crate::model::Estimate;

/// Counts above this cannot be added without losing contests.
const MOST_RACES: f64 = 1e15;
/// Places in all contests together; indices stay within 32 bits.
const MOST_PLACES: usize = 1 << 30;

/// Where an item stood in one contest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The contest.
    pub contest: u32,
    /// The item's position, 0 for the first; items that came behind in an unknown order follow the placed ones.
    pub position: u32,
}

/// One contest: the `stages` first of `members` were chosen one after another from those not chosen before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contest<'a> {
    /// The items, best first; those behind in an unknown order last.
    pub members: &'a [u32],
    /// Number of choices that are known and not trivial; at least 1 and less than the number of members.
    pub stages: usize,
    /// How often.
    pub count: f64,
}

/// All contests between `items` items; memory is linear in the number of places.
#[derive(Clone, Debug, PartialEq)]
pub struct Contests {
    /// Number of items.
    pub items: usize,
    members: Vec<u32>,
    /// Where the members of each contest start; one entry more than contests.
    starts: Vec<u32>,
    stages: Vec<u32>,
    counts: Vec<f64>,
    entries: Vec<Entry>,
    entry_starts: Vec<u32>,
    /// Choices won by each item.
    pub won: Vec<f64>,
    /// First places of each item.
    pub firsts: Vec<f64>,
    /// Contests of each item.
    pub played: Vec<f64>,
    /// All contests.
    pub total: f64,
}

impl Contests {
    /// Adds up what was read: equal orders become one.
    ///
    /// # Errors
    /// Field `data`: no orders, fewer than two items, an item twice in one order or not in the list, an order of which
    /// nothing is known, a count that is not positive or too large.
    pub fn read(data: &Orders) -> Result<Contests, BuildError> {
        let refuse = |why: String| Err(BuildError::new("data", why));
        if data.orders.is_empty() {
            return refuse("there are no orders in it".into());
        }
        let n = data.items.len();
        if n < 2 {
            return refuse("there is one item only; a ranking needs at least two that met".into());
        }
        let mut last_seen = vec![usize::MAX; n];
        let mut places = 0;
        for (k, order) in data.orders.iter().enumerate() {
            let line = k + 1;
            for &i in order.placed.iter().chain(&order.behind) {
                match last_seen.get_mut(i as usize) {
                    None => return refuse(format!("order {line} names an item that is not in the list")),
                    Some(seen) if *seen == k => {
                        return refuse(format!("order {line} names {} twice", data.items[i as usize]));
                    }
                    Some(seen) => *seen = k,
                }
            }
            if stages(order) == 0 {
                return refuse(format!("order {line} says of nobody who came behind whom"));
            }
            if !(order.count > 0.0 && order.count <= MOST_RACES) {
                let count = order.count;
                return refuse(format!("order {line} has the count {count}, which must be positive and at most 1e15"));
            }
            places += order.placed.len() + order.behind.len();
        }
        if places > MOST_PLACES {
            return refuse("more than a thousand million places in all".into());
        }
        let contests = Contests::of(n, &data.orders);
        if contests.total > MOST_RACES {
            return refuse("more than 1e15 races in all".into());
        }
        Ok(contests)
    }

    /// From orders that are known to be sound.
    fn of(items: usize, orders: &[Order]) -> Contests {
        let mut lines: Vec<(Vec<u32>, usize, f64)> = orders.iter().map(line).collect();
        lines.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        lines.dedup_by(|next, first| {
            let same = (&next.0, next.1) == (&first.0, first.1);
            if same {
                first.2 += next.2;
            }
            same
        });
        let mut contests = Contests {
            items,
            members: Vec::new(),
            starts: vec![0],
            stages: Vec::with_capacity(lines.len()),
            counts: Vec::with_capacity(lines.len()),
            entries: Vec::new(),
            entry_starts: vec![0; items + 1],
            won: vec![0.0; items],
            firsts: vec![0.0; items],
            played: vec![0.0; items],
            total: 0.0,
        };
        for (members, stages, count) in &lines {
            for (q, &i) in members.iter().enumerate() {
                let i = i as usize;
                contests.played[i] += count;
                contests.won[i] += if q < *stages { *count } else { 0.0 };
                contests.firsts[i] += if q == 0 { *count } else { 0.0 };
                contests.entry_starts[i + 1] += 1;
            }
            contests.members.extend(members);
            contests.starts.push(contests.members.len() as u32);
            contests.stages.push(*stages as u32);
            contests.counts.push(*count);
            contests.total += count;
        }
        for i in 0..items {
            contests.entry_starts[i + 1] += contests.entry_starts[i];
        }
        let mut next = contests.entry_starts.clone();
        contests.entries = vec![Entry { contest: 0, position: 0 }; contests.members.len()];
        for (contest, (members, ..)) in lines.iter().enumerate() {
            for (q, &i) in members.iter().enumerate() {
                contests.entries[next[i as usize] as usize] = Entry { contest: contest as u32, position: q as u32 };
                next[i as usize] += 1;
            }
        }
        contests
    }

    /// The contests `places` alone, with the sums over all contests as they are: for a likelihood that is a sum over contests.
    /// What is known item by item is left out, as there may be thousands of such parts.
    pub fn summands(&self, places: &[u32]) -> Contests {
        let mut contests = Contests {
            members: Vec::new(),
            starts: vec![0],
            stages: Vec::with_capacity(places.len()),
            counts: Vec::with_capacity(places.len()),
            entries: Vec::new(),
            entry_starts: Vec::new(),
            won: Vec::new(),
            firsts: Vec::new(),
            played: Vec::new(),
            ..*self
        };
        for k in places {
            let contest = self.contest(*k as usize);
            contests.members.extend(contest.members);
            contests.starts.push(contests.members.len() as u32);
            contests.stages.push(contest.stages as u32);
            contests.counts.push(contest.count);
        }
        contests
    }

    /// The contests as orders.
    pub fn orders(&self) -> Vec<Order> {
        let one = |contest: Contest<'_>| {
            let (placed, behind) = contest.members.split_at(contest.stages);
            Order { placed: placed.to_vec(), behind: behind.to_vec(), count: contest.count }
        };
        self.all().map(one).collect()
    }

    /// The same orders among the items of each set alone; the items, of these names, stay. What then says nothing is left out.
    ///
    /// # Errors
    /// Field `analysis`: nothing is left.
    pub fn within(&self, sets: &[u32], names: &[String]) -> Result<Contests, BuildError> {
        let mut orders = Vec::new();
        for order in self.orders() {
            let mut present: Vec<u32> = order.placed.iter().map(|i| sets[*i as usize]).collect();
            present.sort_unstable();
            present.dedup();
            for set in present {
                let of = |list: &[u32]| list.iter().copied().filter(|i| sets[*i as usize] == set).collect();
                let own = Order { placed: of(&order.placed), behind: of(&order.behind), count: order.count };
                if stages(&own) > 0 {
                    orders.push(own);
                }
            }
        }
        let data = Orders { items: names.to_vec(), orders, remarks: Vec::new() };
        Contests::read(&data).map_err(|_| {
            let why = "within parts that orders join in both directions there are no two competitors to compare: estimate MAP";
            BuildError::new("analysis", why)
        })
    }

    /// Number of different contests.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether there is none; what was read has one at least.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// One contest.
    pub fn contest(&self, k: usize) -> Contest<'_> {
        let members = &self.members[self.starts[k] as usize..self.starts[k + 1] as usize];
        Contest { members, stages: self.stages[k] as usize, count: self.counts[k] }
    }

    /// All contests.
    pub fn all(&self) -> impl Iterator<Item = Contest<'_>> {
        (0..self.len()).map(|k| self.contest(k))
    }

    /// Where item `i` stood, by contest.
    pub fn of_item(&self, i: usize) -> &[Entry] {
        &self.entries[self.entry_starts[i] as usize..self.entry_starts[i + 1] as usize]
    }

    /// Places in all different contests together.
    pub fn places(&self) -> usize {
        self.members.len()
    }

    /// Pairs of a stage and a member that could be chosen there, in all different contests together: what a likelihood that is
    /// not clever has to visit.
    pub fn visits(&self) -> usize {
        self.all().map(|r| (0..r.stages).map(|v| r.members.len() - v).sum::<usize>()).sum()
    }
}

/// Choices that an order tells of.
fn stages(order: &Order) -> usize {
    // Of a full order, the last place is no choice.
    if order.behind.is_empty() { order.placed.len().saturating_sub(1) } else { order.placed.len() }
}

/// Members, stages and count. Those behind are sorted, so that equal orders are written equally.
fn line(order: &Order) -> (Vec<u32>, usize, f64) {
    let mut members = order.placed.clone();
    members.extend(&order.behind);
    let stages = stages(order);
    members[order.placed.len()..].sort_unstable();
    (members, stages, order.count)
}

/// The orders among the items that `keep` marks, which are renumbered in their old order; what then says nothing is left out.
/// Under this model an order of some is an order of all with the others taken out.
pub fn among(orders: &[Order], keep: &[bool]) -> Vec<Order> {
    let mut kept = 0;
    let number: Vec<Option<u32>> = (keep.iter())
        .map(|k| {
            kept += u32::from(*k);
            k.then(|| kept - 1)
        })
        .collect();
    let inside = |list: &[u32]| list.iter().filter_map(|i| number[*i as usize]).collect();
    let renumbered = |o: &Order| Order { placed: inside(&o.placed), behind: inside(&o.behind), count: o.count };
    orders.iter().map(renumbered).filter(|o| stages(o) > 0).collect()
}

/// The statistical model of one instance. Shared by methods and referee.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderModel {
    /// The contests.
    pub contests: Contests,
    /// What is estimated.
    pub estimate: Estimate,
}

impl OrderModel {
    /// Whether there is a prior.
    pub fn has_prior(&self) -> bool {
        self.estimate == Estimate::Posterior
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(placed: &[u32], behind: &[u32], count: f64) -> Order {
        Order { placed: placed.to_vec(), behind: behind.to_vec(), count }
    }

    fn data(n: usize, orders: Vec<Order>) -> Orders {
        Orders { items: (0..n).map(|i| format!("p{i}")).collect(), orders, ..Orders::default() }
    }

    #[test]
    fn races_add_up() {
        let list = vec![order(&[2, 0, 1], &[], 1.0), order(&[1], &[2, 0], 2.0), order(&[1], &[0, 2], 0.5)];
        let contests = Contests::read(&data(3, list)).unwrap();
        assert_eq!((contests.len(), contests.total, contests.places(), contests.visits()), (2, 3.5, 6, 3 + 3 + 2));
        assert_eq!(contests.contest(0), Contest { members: &[1, 0, 2], stages: 1, count: 2.5 });
        assert_eq!(contests.contest(1), Contest { members: &[2, 0, 1], stages: 2, count: 1.0 });
        assert_eq!(contests.won, [1.0, 2.5, 1.0]);
        assert_eq!(contests.firsts, [0.0, 2.5, 1.0]);
        assert_eq!(contests.played, [3.5; 3]);
        assert_eq!(contests.of_item(1), [Entry { contest: 0, position: 0 }, Entry { contest: 1, position: 2 }]);
    }

    #[test]
    fn a_full_order_is_not_one_with_its_last_behind() {
        // The same likelihood, told in two ways: both count, as one order with as many choices.
        let list = vec![order(&[0, 1], &[2], 1.0), order(&[0, 1, 2], &[], 1.0)];
        let contests = Contests::read(&data(3, list)).unwrap();
        assert_eq!((contests.len(), contests.total), (1, 2.0));
    }

    #[test]
    fn bad_data_are_refused_with_words() {
        let why = |n, list| Contests::read(&data(n, list)).unwrap_err().message;
        assert!(why(2, vec![]).contains("no orders"));
        assert!(why(1, vec![order(&[0], &[], 1.0)]).contains("one item only"));
        assert!(why(3, vec![order(&[0, 1], &[], 1.0), order(&[1, 2, 1], &[], 1.0)]).contains("order 2 names p1 twice"));
        assert!(why(3, vec![order(&[0, 1], &[1], 1.0)]).contains("twice"));
        assert!(why(2, vec![order(&[0, 7], &[], 1.0)]).contains("not in the list"));
        assert!(why(2, vec![order(&[0], &[], 1.0)]).contains("nobody"));
        assert!(why(2, vec![order(&[], &[0, 1], 1.0)]).contains("nobody"));
        for count in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(why(2, vec![order(&[0, 1], &[], count)]).contains("count"));
        }
        assert!(why(2, vec![order(&[0, 1], &[], 9e14); 2]).contains("1e15"));
    }

    #[test]
    fn the_others_are_taken_out() {
        let list = [order(&[3, 0, 2], &[1], 1.0), order(&[3], &[0, 1], 1.0), order(&[0, 3], &[], 1.0)];
        let kept = among(&list, &[true, true, true, false]);
        assert_eq!(kept, [order(&[0, 2], &[1], 1.0)]);
    }
}
