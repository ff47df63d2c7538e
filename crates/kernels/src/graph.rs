//! Components of graphs whose edges are the stored entries of a square [`Csr`] matrix: entry (i, j) is the edge from
//! i to j, whatever its value.

use crate::csr::Csr;

const UNSEEN: u32 = u32::MAX;

/// The connected components of an undirected graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Components {
    /// The component of each node. Components are numbered by their smallest node, from 0.
    pub id: Vec<u32>,
    /// The number of nodes in each component.
    pub sizes: Vec<u32>,
}

/// The strongly connected components of a directed graph, and the ends of its condensation (the acyclic graph of the
/// components).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrongComponents {
    /// The component of each node. Components are numbered by their smallest node, from 0.
    pub id: Vec<u32>,
    /// The number of nodes in each component.
    pub sizes: Vec<u32>,
    /// Whether no edge enters the component from another one.
    pub is_source: Vec<bool>,
    /// Whether no edge leaves the component for another one.
    pub is_sink: Vec<bool>,
}

/// The connected components, by union and find; an edge joins its ends in either direction, so the adjacency need not
/// be symmetric.
///
/// # Panics
/// Where the matrix is not square.
pub fn connected_components(adjacency: &Csr) -> Components {
    let n = nodes(adjacency);
    let mut parent: Vec<u32> = (0..n as u32).collect();
    for i in 0..n {
        for &j in adjacency.row(i).0 {
            let (a, b) = (find(&mut parent, i as u32), find(&mut parent, j));
            // The smaller node is the root, which gives the numbering below for nothing.
            parent[a.max(b) as usize] = a.min(b);
        }
    }
    let roots: Vec<u32> = (0..n as u32).map(|i| find(&mut parent, i)).collect();
    let (id, sizes) = number_by_smallest_node(&roots);
    Components { id, sizes }
}

fn find(parent: &mut [u32], mut i: u32) -> u32 {
    while parent[i as usize] != i {
        parent[i as usize] = parent[parent[i as usize] as usize];
        i = parent[i as usize];
    }
    i
}

/// The strongly connected components (Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1,
/// 1972), without recursion.
///
/// # Panics
/// Where the matrix is not square.
pub fn strongly_connected_components(adjacency: &Csr) -> StrongComponents {
    let n = nodes(adjacency);
    let mut visited_at = vec![UNSEEN; n];
    let mut low = vec![0u32; n];
    let mut raw = vec![UNSEEN; n];
    let mut open: Vec<u32> = Vec::new();
    let mut path: Vec<(u32, u32)> = Vec::new();
    let mut clock = 0;
    let mut found = 0;
    for start in 0..n as u32 {
        if visited_at[start as usize] != UNSEEN {
            continue;
        }
        path.push((start, adjacency.indptr[start as usize]));
        while let Some(&mut (node, ref mut edge)) = path.last_mut() {
            let i = node as usize;
            if visited_at[i] == UNSEEN {
                visited_at[i] = clock;
                low[i] = clock;
                clock += 1;
                open.push(node);
            }
            if *edge < adjacency.indptr[i + 1] {
                let next = adjacency.indices[*edge as usize];
                *edge += 1;
                let j = next as usize;
                if visited_at[j] == UNSEEN {
                    path.push((next, adjacency.indptr[j]));
                } else if raw[j] == UNSEEN {
                    low[i] = low[i].min(visited_at[j]);
                }
                continue;
            }
            path.pop();
            if let Some(&(above, _)) = path.last() {
                low[above as usize] = low[above as usize].min(low[i]);
            }
            if low[i] == visited_at[i] {
                while let Some(member) = open.pop() {
                    raw[member as usize] = found;
                    if member == node {
                        break;
                    }
                }
                found += 1;
            }
        }
    }
    let (id, sizes) = number_by_smallest_node(&raw);
    let mut is_source = vec![true; sizes.len()];
    let mut is_sink = vec![true; sizes.len()];
    for i in 0..n {
        for &j in adjacency.row(i).0 {
            let (from, to) = (id[i], id[j as usize]);
            if from != to {
                is_sink[from as usize] = false;
                is_source[to as usize] = false;
            }
        }
    }
    StrongComponents { id, sizes, is_source, is_sink }
}

fn nodes(adjacency: &Csr) -> usize {
    assert_eq!(adjacency.rows, adjacency.cols, "an adjacency matrix is square");
    adjacency.rows
}

/// Renumbers labels (below the number of nodes) in the order in which they first occur; also counts them.
fn number_by_smallest_node(labels: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut number = vec![UNSEEN; labels.len()];
    let mut sizes: Vec<u32> = Vec::new();
    let id = labels
        .iter()
        .map(|&label| {
            let number = &mut number[label as usize];
            if *number == UNSEEN {
                *number = sizes.len() as u32;
                sizes.push(0);
            }
            sizes[*number as usize] += 1;
            *number
        })
        .collect();
    (id, sizes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn graph(n: usize, edges: &[(u32, u32)]) -> Csr {
        let triplets: Vec<_> = edges.iter().map(|&(i, j)| (i, j, 1.0)).collect();
        Csr::from_triplets(n, n, &triplets).expect("valid edges")
    }

    #[test]
    fn a_small_graph() {
        // 2 -> 0 <-> 1 -> 3 <-> 4, and 5 with a loop, alone.
        let g = graph(6, &[(2, 0), (0, 1), (1, 0), (1, 3), (3, 4), (4, 3), (5, 5)]);
        let s = strongly_connected_components(&g);
        assert_eq!(s.id, [0, 0, 1, 2, 2, 3]);
        assert_eq!(s.sizes, [2, 1, 2, 1]);
        assert_eq!(s.is_source, [false, true, false, true]);
        assert_eq!(s.is_sink, [false, false, true, true]);
        let c = connected_components(&g);
        assert_eq!(c.id, [0, 0, 0, 0, 0, 1]);
        assert_eq!(c.sizes, [5, 1]);
    }

    #[test]
    fn random_graphs_agree_with_reachability() {
        for seed in 0..40 {
            let mut rng = Rng::new(seed);
            let n = 1 + rng.below(12);
            let edges: Vec<_> = (0..rng.below(2 * n + 1)).map(|_| (rng.below(n) as u32, rng.below(n) as u32)).collect();
            let closure = |directed: bool| {
                let mut reach = vec![false; n * n];
                for i in 0..n {
                    reach[i * n + i] = true;
                }
                for &(i, j) in &edges {
                    reach[i as usize * n + j as usize] = true;
                    if !directed {
                        reach[j as usize * n + i as usize] = true;
                    }
                }
                for k in 0..n {
                    for i in 0..n {
                        for j in 0..n {
                            reach[i * n + j] |= reach[i * n + k] && reach[k * n + j];
                        }
                    }
                }
                reach
            };
            let (directed, undirected) = (closure(true), closure(false));
            let g = graph(n, &edges);
            let (strong, weak) = (strongly_connected_components(&g), connected_components(&g));
            for i in 0..n {
                for j in 0..n {
                    assert_eq!(strong.id[i] == strong.id[j], directed[i * n + j] && directed[j * n + i]);
                    assert_eq!(weak.id[i] == weak.id[j], undirected[i * n + j]);
                }
                let entered = (0..n).any(|j| directed[j * n + i] && !directed[i * n + j]);
                let left = (0..n).any(|j| directed[i * n + j] && !directed[j * n + i]);
                assert_eq!(strong.is_source[strong.id[i] as usize], !entered);
                assert_eq!(strong.is_sink[strong.id[i] as usize], !left);
            }
        }
    }

    #[test]
    fn long_paths_do_not_overflow_the_stack() {
        let n = 100_000u32;
        let mut edges: Vec<_> = (1..n).map(|i| (i - 1, i)).collect();
        assert_eq!(strongly_connected_components(&graph(n as usize, &edges)).sizes.len(), n as usize);
        edges.push((n - 1, 0));
        assert_eq!(strongly_connected_components(&graph(n as usize, &edges)).sizes, [n]);
        assert_eq!(connected_components(&graph(n as usize, &edges)).sizes, [n]);
    }
}
