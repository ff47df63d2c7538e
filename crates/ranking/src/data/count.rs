//! Games added up by pair, by one of two routes that give the same numbers: by the place of the pair in the triangle of all pairs
//! where that is not much larger than the list of games, else by rows of what met.

use iterscope_core::Encounter;

use crate::data::games::{MOST_GAMES, Pair};

/// The triangle is taken up to this many places for each game.
const SPARSEST: usize = 2;
/// Places of the triangle that are added up together: their sums stay in the processor's own memory, and 16 bits tell them
/// apart.
const BLOCK: usize = 1 << 14;
/// Games of a block that stand together on the way there.
const CHUNK: usize = 1 << 10;
/// Games between two: won, lost, tied, as the item with the smaller number has it.
const OUTCOMES: usize = 3;

/// The place of the first game that cannot be counted.
type Wrong = usize;
/// Pairs, and who had the advantage in their games.
type Counted = (Vec<Pair>, Vec<i8>);

/// Pairs with their sides, sorted by pair, then from side 1 down to -1; `advantage` says who had it in each game, as in
/// [`iterscope_core::Details::advantage`], and without it the list of sides is empty. Counts are added in file order, so
/// that sums of fractions do not depend on the route.
///
/// # Errors
/// The place of the first game of an item against itself, or of one that does not exist, or with a count that is not positive
/// or too large.
pub fn by_pair(items: usize, encounters: &[Encounter], advantage: Option<&[i8]>) -> Result<Counted, Wrong> {
    match advantage {
        Some(a) => by_side::<3>(items, encounters, |k| a[k]),
        None => by_side::<1>(items, encounters, |_| 0),
    }
}

fn by_side<const KINDS: usize>(
    items: usize,
    encounters: &[Encounter],
    side: impl Fn(usize) -> i8,
) -> Result<Counted, Wrong> {
    let places = places::<KINDS>(items);
    if places > SPARSEST.saturating_mul(encounters.len()) || places > u32::MAX as usize / OUTCOMES {
        return in_rows::<KINDS>(items, encounters, side);
    }
    match in_blocks::<KINDS, true>(items, encounters, &side)? {
        Some(counted) => Ok(counted),
        None => Ok(in_blocks::<KINDS, false>(items, encounters, &side)?.unwrap_or_default()),
    }
}

/// How many kinds of games of pairs there are.
fn places<const KINDS: usize>(items: usize) -> usize {
    (items.saturating_mul(items - 1) / 2).saturating_mul(KINDS)
}

/// Whether a game can be counted.
fn countable(items: usize, e: &Encounter) -> bool {
    e.winner.max(e.loser) < items as u32 && e.winner != e.loser && e.count > 0.0 && e.count <= MOST_GAMES
}

/// Where a game stands among the kinds of its pair: side 1 of the item with the smaller number, then 0, then -1.
fn kind(e: &Encounter, side: i8) -> usize {
    let side = side.signum();
    (1 - if e.winner < e.loser { side } else { -side }) as usize
}

/// The side of a kind.
fn side_of<const KINDS: usize>(kind: usize) -> i8 {
    if KINDS == 1 { 0 } else { 1 - kind as i8 }
}

/// Games are first put together by block of the triangle, in file order, and each block is then added up on its own: adding up
/// in the whole triangle at once would wait for memory at every game. With `ONCE` the counts are taken to be 1 and need no
/// memory; nothing is returned where one is not.
fn in_blocks<const KINDS: usize, const ONCE: bool>(
    items: usize,
    encounters: &[Encounter],
    side: impl Fn(usize) -> i8,
) -> Result<Option<Counted>, Wrong> {
    let blocks = places::<KINDS>(items).div_ceil(BLOCK);
    // Chunks are handed to blocks as these need them: all are full but the last of each block.
    let most = encounters.len() / CHUNK + blocks;
    let mut keys = vec![0u16; most * CHUNK];
    let mut counts = vec![0.0f64; if ONCE { 0 } else { most * CHUNK }];
    let mut owners: Vec<u32> = Vec::with_capacity(most);
    // Where the next game of each block goes; a multiple of CHUNK where it needs a new chunk.
    let mut next = vec![0usize; blocks];
    for (k, e) in encounters.iter().enumerate() {
        if !countable(items, e) {
            return Err(k);
        }
        if ONCE && e.count != 1.0 {
            return Ok(None);
        }
        let (low, high) = (e.winner.min(e.loser) as usize, e.winner.max(e.loser) as usize);
        let mut place = low * (2 * items - low - 1) / 2 + (high - low - 1);
        if KINDS > 1 {
            place = KINDS * place + kind(e, side(k));
        }
        let outcome = if e.tie { 2 } else { usize::from(e.winner > e.loser) };
        let at = &mut next[place / BLOCK];
        if at.is_multiple_of(CHUNK) {
            *at = owners.len() * CHUNK;
            owners.push((place / BLOCK) as u32);
        }
        keys[*at] = (place % BLOCK * OUTCOMES + outcome) as u16;
        if !ONCE {
            counts[*at] = e.count;
        }
        *at += 1;
    }
    // By block, and by file order inside each.
    let mut chunks: Vec<usize> = (0..owners.len()).collect();
    chunks.sort_by_key(|chunk| owners[*chunk]);
    let mut chunks = chunks.into_iter().peekable();
    let most = places::<KINDS>(items).min(encounters.len());
    let (mut pairs, mut sides) = (Vec::with_capacity(most), Vec::new());
    let mut sums = vec![0.0f64; BLOCK * OUTCOMES];
    let (mut i, mut j, mut kind) = (0, 1, 0);
    for (block, end) in next.iter().enumerate() {
        while let Some(chunk) = chunks.next_if(|c| owners[*c] as usize == block) {
            let (start, full) = (chunk * CHUNK, (chunk + 1) * CHUNK);
            let filled = start..if (start..full).contains(end) { *end } else { full };
            if ONCE {
                keys[filled].iter().for_each(|key| sums[*key as usize] += 1.0);
            } else {
                keys[filled.clone()].iter().zip(&counts[filled]).for_each(|(key, c)| sums[*key as usize] += c);
            }
        }
        for sum in sums.chunks_exact_mut(OUTCOMES) {
            // The last block has places left over, where nothing was counted.
            if let [won, lost, tied] = *sum
                && won + lost + tied > 0.0
            {
                pairs.push(Pair { i, j, won, lost, tied });
                if KINDS > 1 {
                    sides.push(side_of::<KINDS>(kind));
                }
                sum.fill(0.0);
            }
            kind += 1;
            if kind == KINDS {
                (kind, j) = (0, j + 1);
                if j == items as u32 {
                    (i, j) = (i + 1, i + 2);
                }
            }
        }
    }
    Ok(Some((pairs, sides)))
}

/// What a result was for the item with the smaller number.
#[derive(Clone, Copy)]
enum GameResult {
    Won,
    Lost,
    Tied,
}

/// A result in the row of the item with the smaller number.
#[derive(Clone, Copy)]
struct Entry {
    j: u32,
    kind: u8,
    result: GameResult,
    count: f64,
}

/// Games are put into rows by their smaller item, so that only what is different in a row has to be sorted: with many games
/// of few pairs that is next to nothing.
fn in_rows<const KINDS: usize>(
    items: usize,
    encounters: &[Encounter],
    side: impl Fn(usize) -> i8,
) -> Result<(Vec<Pair>, Vec<i8>), Wrong> {
    let mut starts = vec![0u32; items + 1];
    for (k, e) in encounters.iter().enumerate() {
        if !countable(items, e) {
            return Err(k);
        }
        starts[e.winner.min(e.loser) as usize + 1] += 1;
    }
    for i in 0..items {
        starts[i + 1] += starts[i];
    }
    // Copied, not pointed to: each row is then read from one end of memory to the other.
    let mut rows = vec![Entry { j: 0, kind: 0, result: GameResult::Won, count: 0.0 }; encounters.len()];
    let mut next = starts.clone();
    for (k, e) in encounters.iter().enumerate() {
        let result = match (e.tie, e.winner < e.loser) {
            (true, _) => GameResult::Tied,
            (false, true) => GameResult::Won,
            (false, false) => GameResult::Lost,
        };
        let kind = if KINDS > 1 { kind(e, side(k)) as u8 } else { 0 };
        let place = &mut next[e.winner.min(e.loser) as usize];
        rows[*place as usize] = Entry { j: e.winner.max(e.loser), kind, result, count: e.count };
        *place += 1;
    }
    // Where a pair of a kind stands in its row, 0 for nowhere yet.
    let mut place = vec![0u32; KINDS * items];
    let mut row: Vec<(Pair, u8)> = Vec::new();
    let (mut pairs, mut sides) = (Vec::new(), Vec::new());
    for i in 0..items {
        for e in &rows[starts[i] as usize..starts[i + 1] as usize] {
            let at = &mut place[KINDS * e.j as usize + e.kind as usize];
            if *at == 0 {
                row.push((Pair { i: i as u32, j: e.j, won: 0.0, lost: 0.0, tied: 0.0 }, e.kind));
                *at = row.len() as u32;
            }
            let pair = &mut row[*at as usize - 1].0;
            *match e.result {
                GameResult::Won => &mut pair.won,
                GameResult::Lost => &mut pair.lost,
                GameResult::Tied => &mut pair.tied,
            } += e.count;
        }
        row.sort_unstable_by_key(|(p, kind)| (p.j, *kind));
        for (pair, kind) in row.drain(..) {
            place[KINDS * pair.j as usize + kind as usize] = 0;
            pairs.push(pair);
            if KINDS > 1 {
                sides.push(side_of::<KINDS>(kind as usize));
            }
        }
    }
    Ok((pairs, sides))
}

#[cfg(test)]
mod tests {
    use iterscope_kernels::rng::Rng;

    use super::*;

    /// Games with counts that are no binary fractions, so that another order of the sums shows in the last bits.
    fn games(items: usize, count: usize, seed: u64) -> (Vec<Encounter>, Vec<i8>) {
        let mut random = Rng::new(seed);
        let mut game = || {
            let winner = random.below(items);
            let loser = (winner + 1 + random.below(items - 1)) % items;
            let count = 0.1 + random.uniform();
            let tie = random.below(4) == 0;
            (Encounter { winner: winner as u32, loser: loser as u32, count, tie }, random.below(3) as i8 - 1)
        };
        (0..count).map(|_| game()).unzip()
    }

    /// All routes, and plain adding up, must give the same bits.
    #[test]
    fn all_routes_give_the_same_bits() {
        // The last has several blocks, and blocks with several chunks.
        for (items, count) in [(2, 40), (7, 15), (7, 400), (40, 3000), (300, 60_000)] {
            let (mut list, advantage) = games(items, count, 5);
            for ones in [false, true] {
                if ones {
                    list.iter_mut().for_each(|e| e.count = 1.0);
                    let blocks = in_blocks::<3, true>(items, &list, |k| advantage[k]);
                    assert_eq!(blocks, in_blocks::<3, false>(items, &list, |k| advantage[k]));
                    assert_eq!(in_blocks::<1, true>(items, &list, |_| 0), in_blocks::<1, false>(items, &list, |_| 0));
                } else {
                    assert_eq!(in_blocks::<1, true>(items, &list, |_| 0), Ok(None));
                }
                let sided = in_blocks::<3, false>(items, &list, |k| advantage[k]).unwrap().unwrap();
                assert_eq!(sided, in_rows::<3>(items, &list, |k| advantage[k]).unwrap());
                assert_eq!(sided, by_pair(items, &list, Some(&advantage)).unwrap());
                let plain = in_blocks::<1, false>(items, &list, |_| 0).unwrap().unwrap();
                assert_eq!(plain, in_rows::<1>(items, &list, |_| 0).unwrap());
                assert_eq!(plain, by_pair(items, &list, None).unwrap());
                assert!(plain.1.is_empty() && sided.0.len() == sided.1.len() && sided.0.len() > plain.0.len());
                let mut summed = std::collections::BTreeMap::<_, [f64; 3]>::new();
                for (e, a) in list.iter().zip(&advantage) {
                    let (low, high, a) =
                        if e.winner < e.loser { (e.winner, e.loser, *a) } else { (e.loser, e.winner, -a) };
                    let outcome = if e.tie { 2 } else { usize::from(low == e.loser) };
                    summed.entry((low, high, -a)).or_default()[outcome] += e.count;
                }
                let found = sided.0.iter().zip(&sided.1).map(|(p, s)| ((p.i, p.j, -s), [p.won, p.lost, p.tied]));
                assert!(found.eq(summed));
            }
        }
    }

    #[test]
    fn all_routes_tell_the_first_game_that_cannot_be_counted() {
        let (mut list, _) = games(5, 60, 3);
        (list[41].winner, list[41].loser, list[50].count) = (7, 2, 0.0);
        assert_eq!(in_blocks::<1, false>(5, &list, |_| 0), Err(41));
        assert_eq!(in_rows::<1>(5, &list, |_| 0), Err(41));
    }
}
