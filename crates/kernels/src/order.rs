//! Orders of elimination for sparse symmetric patterns.
//!
//! What can be eliminated without fill, a leaf of the graph, goes first, again and again, so that a forest fills nothing in. The rest is
//! dissected: a level of a breadth-first search from a vertex at the rim separates two parts, which are ordered by themselves, and comes last
//! (A. George, Nested dissection of a regular finite element mesh, SIAM Journal on Numerical Analysis 10, 1973; A. George and
//! J. W. H. Liu, An automatic nested dissection algorithm for irregular finite element problems, the same journal 15, 1978).

use crate::csr::Csr;
use crate::real::Real;

/// Parts of at most this many unknowns are not cut further.
const SMALL: usize = 24;

/// The graph of a matrix: who is coupled to whom, in either direction.
struct Graph {
    starts: Vec<u32>,
    ends: Vec<u32>,
}

impl Graph {
    fn of<T: Real>(a: &Csr<T>) -> Graph {
        assert_eq!(a.rows, a.cols, "the matrix is square");
        let t = a.transpose();
        let mut graph = Graph { starts: vec![0], ends: Vec::with_capacity(a.nnz()) };
        for i in 0..a.rows {
            let (mut x, mut y) = (a.row(i).0.iter().peekable(), t.row(i).0.iter().peekable());
            // Both lists rise; their union does.
            while let Some(&next) = [x.peek(), y.peek()].into_iter().flatten().min() {
                let next = *next;
                x.next_if(|j| **j == next);
                y.next_if(|j| **j == next);
                if next as usize != i {
                    graph.ends.push(next);
                }
            }
            graph.starts.push(graph.ends.len() as u32);
        }
        graph
    }

    fn around(&self, i: u32) -> &[u32] {
        &self.ends[self.starts[i as usize] as usize..self.starts[i as usize + 1] as usize]
    }
}

/// A breadth-first search within the vertices of one mark: the vertices in the order of their visit, and where each level starts.
struct Levels {
    order: Vec<u32>,
    starts: Vec<usize>,
}

fn search(graph: &Graph, from: u32, mark: &[u32], seen: &mut [u32], stamp: u32) -> Levels {
    let own = mark[from as usize];
    let mut levels = Levels { order: vec![from], starts: vec![0] };
    seen[from as usize] = stamp;
    let mut begin = 0;
    while begin < levels.order.len() {
        let end = levels.order.len();
        for at in begin..end {
            for &j in graph.around(levels.order[at]) {
                if mark[j as usize] == own && seen[j as usize] != stamp {
                    seen[j as usize] = stamp;
                    levels.order.push(j);
                }
            }
        }
        levels.starts.push(end);
        begin = end;
    }
    levels
}

/// An order of elimination for the pattern of `a` together with its transpose: `order[k]` is the unknown eliminated at step k.
///
/// # Panics
/// Where the matrix is not square.
pub fn dissection<T: Real>(a: &Csr<T>) -> Vec<u32> {
    let graph = Graph::of(a);
    let n = a.rows;
    let mut order = Vec::with_capacity(n);
    let mut degree: Vec<usize> = (0..n as u32).map(|i| graph.around(i).len()).collect();
    // Mark 0: eliminated. All that is left begins as one part.
    let mut mark = vec![1u32; n];
    let mut leaves: Vec<u32> = (0..n as u32).rev().filter(|&i| degree[i as usize] <= 1).collect();
    while let Some(i) = leaves.pop() {
        if mark[i as usize] == 0 {
            continue;
        }
        mark[i as usize] = 0;
        order.push(i);
        for &j in graph.around(i) {
            if mark[j as usize] != 0 {
                degree[j as usize] -= 1;
                if degree[j as usize] <= 1 {
                    leaves.push(j);
                }
            }
        }
    }
    let mut seen = vec![0u32; n];
    let (mut stamp, mut marks) = (0, 1);
    // Filled from the end: separators come last, and a stack of parts is worked off without recursion.
    let mut tail = vec![0u32; n - order.len()];
    let mut free = tail.len();
    let mut parts: Vec<u32> = Vec::new();
    let mut roots: Vec<u32> = (0..n as u32).filter(|&i| mark[i as usize] != 0).collect();
    let mut place = |free: &mut usize, mark: &mut [u32], i: u32| {
        *free -= 1;
        tail[*free] = i;
        mark[i as usize] = 0;
    };
    while let Some(root) = parts.pop().or_else(|| roots.pop()) {
        if mark[root as usize] == 0 {
            continue;
        }
        // A vertex at the rim: the end of a search from the end of a search.
        let mut from = root;
        let mut levels = search(&graph, from, &mark, &mut seen, {
            stamp += 1;
            stamp
        });
        for _ in 0..2 {
            let Some(&last) = levels.order.last() else { break };
            from = last;
            levels = search(&graph, from, &mark, &mut seen, {
                stamp += 1;
                stamp
            });
        }
        let count = levels.starts.len() - 1;
        if levels.order.len() <= SMALL || count < 3 {
            levels.order.iter().for_each(|&i| place(&mut free, &mut mark, i));
            continue;
        }
        // The level at half of the unknowns.
        let half = levels.order.len() / 2;
        let middle = (1..count - 1).find(|&l| levels.starts[l + 1] > half).unwrap_or(count - 2);
        let (begin, end) = (levels.starts[middle], levels.starts[middle + 1]);
        levels.order[begin..end].iter().for_each(|&i| place(&mut free, &mut mark, i));
        for part in [&levels.order[..begin], &levels.order[end..]] {
            marks += 1;
            part.iter().for_each(|&i| mark[i as usize] = marks);
            // What lies beyond the separator may have fallen apart: each vertex is offered as a root, and skipped once placed.
            parts.extend(part);
        }
    }
    order.extend(tail);
    order
}

/// An order in which the pattern of `a` together with its transpose has a narrow band: breadth first from a vertex at the rim, neighbours of few
/// neighbours first, the whole reversed (E. Cuthill and J. McKee, Reducing the bandwidth of sparse symmetric matrices, Proceedings of the
/// 24th National Conference of the ACM, 1969). Also the width of the band on one side.
///
/// # Panics
/// Where the matrix is not square.
pub fn narrow<T: Real>(a: &Csr<T>) -> (Vec<u32>, usize) {
    let graph = Graph::of(a);
    let n = a.rows;
    let (mut seen, mut stamp, mark) = (vec![0u32; n], 0, vec![1u32; n]);
    let mut placed = vec![false; n];
    let mut order: Vec<u32> = Vec::with_capacity(n);
    for root in 0..n as u32 {
        if placed[root as usize] {
            continue;
        }
        let mut from = root;
        for _ in 0..2 {
            stamp += 1;
            from = search(&graph, from, &mark, &mut seen, stamp).order.last().copied().unwrap_or(from);
        }
        let mut next = order.len();
        order.push(from);
        placed[from as usize] = true;
        while next < order.len() {
            let begin = order.len();
            for &j in graph.around(order[next]) {
                if !placed[j as usize] {
                    placed[j as usize] = true;
                    order.push(j);
                }
            }
            order[begin..].sort_by_key(|&j| graph.around(j).len());
            next += 1;
        }
    }
    order.reverse();
    let mut place = vec![0usize; n];
    order.iter().enumerate().for_each(|(k, &i)| place[i as usize] = k);
    let reach = |i: usize| graph.around(i as u32).iter().map(move |&j| (i, j as usize)).collect::<Vec<_>>();
    let width = (0..n).flat_map(reach).map(|(i, j)| place[i].abs_diff(place[j])).max().unwrap_or(0);
    (order, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffled_path_gets_its_narrow_band_back() {
        let shuffled = crate::rng::Rng::new(5).permutation(60);
        let link = |k: usize| (shuffled[k] as u32, shuffled[k + 1] as u32, 1.0);
        let path: Vec<_> = (0..59).map(link).collect();
        let (order, width) = narrow(&Csr::from_triplets(60, 60, &path).expect("valid"));
        assert_eq!((order.len(), width), (60, 1));
    }

    #[test]
    fn every_unknown_comes_once() {
        let m = 13;
        let mut triplets = Vec::new();
        for k in 0..m * m {
            triplets.push((k, k, 4.0));
            if k % m > 0 {
                triplets.extend([(k, k - 1, -1.0), (k - 1, k, -1.0)]);
            }
            if k >= m {
                // One direction alone: the order is of the union.
                triplets.push((k, k - m, -1.0));
            }
        }
        let n = (m * m) as usize;
        let mut order = dissection(&Csr::from_triplets(n, n, &triplets).expect("valid"));
        order.sort_unstable();
        assert!(order.iter().enumerate().all(|(k, &i)| k == i as usize));
    }
}
