//! Which of many numbers is largest in size, while they change one by one.

/// Each inner node holds the item with the larger number among its two below.
pub struct Tournament {
    tree: Vec<u32>,
}

impl Tournament {
    /// For `n` items.
    pub fn new(n: usize) -> Tournament {
        let leaves = n.next_power_of_two();
        let mut tree = vec![0; 2 * leaves];
        for (k, leaf) in tree[leaves..].iter_mut().enumerate() {
            // A leaf without an item can never win.
            *leaf = if k < n { k as u32 } else { u32::MAX };
        }
        Tournament { tree }
    }

    /// Plays all rounds.
    pub fn start(&mut self, numbers: &[f64]) {
        for node in (1..self.tree.len() / 2).rev() {
            self.tree[node] = self.better(node, numbers);
        }
    }

    /// Replays the rounds in which item `i` plays.
    pub fn play(&mut self, i: usize, numbers: &[f64]) {
        let mut node = (self.tree.len() / 2 + i) / 2;
        while node > 0 {
            self.tree[node] = self.better(node, numbers);
            node /= 2;
        }
    }

    /// The winner; the first of equals.
    pub fn best(&self) -> usize {
        self.tree[1] as usize
    }

    fn better(&self, node: usize, numbers: &[f64]) -> u32 {
        let size = |item: u32| numbers.get(item as usize).map_or(-1.0, |x| x.abs());
        let (a, b) = (self.tree[2 * node], self.tree[2 * node + 1]);
        if size(b) > size(a) { b } else { a }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_is_known_after_every_change() {
        let mut numbers = [0.5, -3.0, 2.0, 0.0, 3.0];
        let mut all = Tournament::new(5);
        all.start(&numbers);
        assert_eq!(all.best(), 1, "the first of equals");
        for (i, x, best) in [(1, 0.1, 4), (4, -0.2, 2), (3, 9.0, 3), (3, 0.0, 2)] {
            numbers[i] = x;
            all.play(i, &numbers);
            assert_eq!(all.best(), best);
        }
    }
}
