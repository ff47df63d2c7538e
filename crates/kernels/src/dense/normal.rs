//! Normal equations of many small least-squares problems, where the Gram matrix takes nearly all of the time.

/// Side of the tiles in which the Gram matrix is summed: 4 x 4 sums fit the registers of the smallest vector units.
const SIDE: usize = 4;
/// Rows of A that are summed at once: they stay in the cache while tile after tile is made from them.
const PIECE: usize = 64;

type Block = [f64; SIDE];
type Tile = [Block; SIDE];

/// `A'A` and `A'b`, summed over the rows of A. Every sum runs over the rows in the order in which they came, whatever the
/// width of vectors, so the result is that of the plain loop, bit for bit.
///
/// The rows are copied in blocks of four columns, so that a tile of the Gram matrix reads two streams and keeps its sums in
/// registers; by rows it would read and write the whole matrix for each row of A.
#[derive(Clone, Debug)]
pub struct NormalEquations {
    k: usize,
    /// [`PIECE`] rows for each block of columns; zero beyond column k.
    panel: Vec<Block>,
    rhs_panel: Vec<f64>,
    /// Tiles on and below the diagonal, row by row.
    tiles: Vec<Tile>,
    rhs: Vec<Block>,
}

impl NormalEquations {
    /// For k unknowns; k > 0.
    pub fn new(k: usize) -> NormalEquations {
        let blocks = k.div_ceil(SIDE);
        NormalEquations {
            k,
            panel: vec![[0.0; SIDE]; blocks * PIECE],
            rhs_panel: vec![0.0; PIECE],
            tiles: vec![[[0.0; SIDE]; SIDE]; blocks * (blocks + 1) / 2],
            rhs: vec![[0.0; SIDE]; blocks],
        }
    }

    /// Starts again without a row.
    pub fn clear(&mut self) {
        self.tiles.fill([[0.0; SIDE]; SIDE]);
        self.rhs.fill([0.0; SIDE]);
    }

    /// Adds rows of A, each of k numbers, with their right-hand sides.
    ///
    /// # Panics
    /// A row is shorter than k.
    #[inline]
    pub fn add<'a>(&mut self, rows: impl Iterator<Item = (&'a [f64], f64)>) {
        let k = self.k;
        let mut filled = 0;
        for (row, b) in rows {
            let (blocks, tail) = row[..k].as_chunks::<SIDE>();
            let mut streams = self.panel.chunks_exact_mut(PIECE);
            for (block, stream) in blocks.iter().zip(&mut streams) {
                stream[filled] = *block;
            }
            if let Some(stream) = streams.next() {
                let to = &mut stream[filled];
                // A copy of a length that is not known costs more than all the others together.
                match *tail {
                    [a] => to[0] = a,
                    [a, b] => to[..2].copy_from_slice(&[a, b]),
                    [a, b, c] => to[..3].copy_from_slice(&[a, b, c]),
                    _ => {}
                }
            }
            self.rhs_panel[filled] = b;
            filled += 1;
            if filled == PIECE {
                self.sum(PIECE);
                filled = 0;
            }
        }
        self.sum(filled);
    }

    /// Adds the first `count` rows of the panel.
    fn sum(&mut self, count: usize) {
        let mut tiles = self.tiles.iter_mut();
        let streams = || self.panel.chunks_exact(PIECE).map(|s| &s[..count]);
        let b = &self.rhs_panel[..count];
        for (i, (left, rhs)) in streams().zip(&mut self.rhs).enumerate() {
            for (right, tile) in streams().take(i).zip(&mut tiles) {
                *tile = off_diagonal(*tile, left, right);
            }
            if let Some(tile) = tiles.next() {
                (*tile, *rhs) = diagonal(*tile, *rhs, left, b);
            }
        }
    }

    /// Writes the lower triangle of `A'A` into the k x k matrix `gram`, and `A'b` into `rhs`. What stands above the diagonal
    /// is left as it is.
    ///
    /// # Panics
    /// A length is wrong.
    pub fn write(&self, gram: &mut [f64], rhs: &mut [f64]) {
        let k = self.k;
        assert_eq!((gram.len(), rhs.len()), (k * k, k), "the matrix is k x k");
        for (i, row) in gram.chunks_exact_mut(k).enumerate() {
            let (block, within) = (i / SIDE, i % SIDE);
            let tiles = &self.tiles[block * (block + 1) / 2..];
            for (to, tile) in row[..=i].chunks_mut(SIDE).zip(tiles) {
                for (to, from) in to.iter_mut().zip(&tile[within]) {
                    *to = *from;
                }
            }
        }
        rhs.copy_from_slice(&self.rhs.as_flattened()[..k]);
    }
}

/// The tile plus the products of two blocks of columns.
fn off_diagonal(mut tile: Tile, left: &[Block], right: &[Block]) -> Tile {
    for (a, b) in left.iter().zip(right) {
        for i in 0..SIDE {
            for j in 0..SIDE {
                tile[i][j] += a[i] * b[j];
            }
        }
    }
    tile
}

/// A tile on the diagonal, of which the pairs of columns beyond the diagonal are left out, and its right-hand sides.
fn diagonal(mut tile: Tile, mut rhs: Block, columns: &[Block], b: &[f64]) -> (Tile, Block) {
    for (a, &b) in columns.iter().zip(b) {
        for i in 0..SIDE {
            for j in 0..=(i | 1) {
                tile[i][j] += a[i] * a[j];
            }
            rhs[i] += a[i] * b;
        }
    }
    (tile, rhs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn sums_are_those_of_the_plain_loop_bit_for_bit() {
        for (k, d) in [(1, 3), (3, 1), (4, 64), (5, 65), (8, 200), (10, 0), (13, 129)] {
            let mut rng = Rng::new(k as u64);
            let (mut a, mut b) = (vec![0.0; d * k], vec![0.0; d]);
            rng.normal_fill(&mut a);
            rng.normal_fill(&mut b);
            let (mut plain, mut plain_rhs) = (vec![7.0; k * k], vec![0.0; k]);
            for i in 0..k {
                plain[i * k..=i * k + i].fill(0.0);
            }
            for (row, b) in a.chunks_exact(k).zip(&b) {
                for i in 0..k {
                    for j in 0..=i {
                        plain[i * k + j] += row[i] * row[j];
                    }
                    plain_rhs[i] += row[i] * b;
                }
            }
            let (mut gram, mut rhs) = (vec![7.0; k * k], vec![f64::NAN; k]);
            let mut normal = NormalEquations::new(k);
            // What was there before must not be seen, and rows may come in parts.
            for _ in 0..2 {
                normal.clear();
                let part = d / 3;
                let rows = || a.chunks_exact(k).zip(b.iter().copied());
                normal.add(rows().take(part));
                normal.add(rows().skip(part));
                normal.write(&mut gram, &mut rhs);
                assert_eq!((&gram, &rhs), (&plain, &plain_rhs), "k = {k}, d = {d}");
            }
        }
    }
}
