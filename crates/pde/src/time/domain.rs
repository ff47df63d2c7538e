//! A domain within the box of a mesh. Nodes outside take no part; those that differences at nodes inside look at carry what holds on the edge: without
//! a flux the mean of their neighbours inside, weighted so that the flux through the edge sums to 0.

use super::mesh::Mesh;

/// The nodes outside of a domain.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// Those near the domain, the nearest first, and the distance from their neighbours inside.
    ghosts: Vec<(u32, f64)>,
    /// Where the neighbours of each begin in `from`, and where the last one's end.
    first: Vec<usize>,
    /// Neighbours with their weights in the mean.
    from: Vec<(u32, f64)>,
    /// All others.
    far: Vec<u32>,
}

impl Outside {
    /// What is outside of the domain of `mesh`, for differences that reach `width` nodes far.
    pub fn new(mesh: &Mesh, width: usize) -> Outside {
        let mut outside = Outside { first: vec![0], ..Outside::default() };
        let Some(inside) = &mesh.inside else { return outside };
        let mut known = inside.to_vec();
        for _ in 0..width {
            let before = outside.ghosts.len();
            for node in (0..mesh.len()).filter(|&node| !known[node]) {
                let near: Vec<(usize, f64)> = neighbours(mesh, node).filter(|&(other, _)| known[other]).collect();
                let sum: f64 = near.iter().map(|(_, h)| 1.0 / (h * h)).sum();
                if near.is_empty() {
                    continue;
                }
                let distance = near.iter().map(|(_, h)| h).sum::<f64>() / near.len() as f64;
                outside.ghosts.push((node as u32, distance));
                outside.from.extend(near.iter().map(|&(other, h)| (other as u32, 1.0 / (h * h * sum))));
                outside.first.push(outside.from.len());
            }
            for &(node, _) in &outside.ghosts[before..] {
                known[node as usize] = true;
            }
        }
        outside.far.extend((0..mesh.len()).filter(|&node| !known[node]).map(|node| node as u32));
        outside
    }

    /// The nodes near the domain.
    pub fn ghosts(&self) -> impl Iterator<Item = u32> + '_ {
        self.ghosts.iter().map(|&(node, _)| node)
    }

    /// Calls `each` for every node outside.
    pub fn each(&self, mut each: impl FnMut(usize)) {
        self.ghosts().chain(self.far.iter().copied()).for_each(|node| each(node as usize));
    }

    /// Fills values outside: 0 far from the domain, and near it what `beyond(ghost, mean, distance)` makes of the mean of the neighbours.
    pub fn fill(&self, values: &mut [f64], beyond: impl Fn(usize, f64, f64) -> f64) {
        for &node in &self.far {
            values[node as usize] = 0.0;
        }
        for (k, &(node, distance)) in self.ghosts.iter().enumerate() {
            let from = &self.from[self.first[k]..self.first[k + 1]];
            let mean = from.iter().map(|&(other, weight)| weight * values[other as usize]).sum();
            values[node as usize] = beyond(k, mean, distance);
        }
    }
}

/// The next nodes along the axes, with their distances.
fn neighbours(mesh: &Mesh, node: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
    let steps = mesh.steps(node);
    (0..mesh.dimension).flat_map(move |axis| {
        [-1isize, 1].into_iter().filter_map(move |direction| {
            let count = mesh.nodes[axis] as isize;
            let step = steps[axis] as isize + direction;
            let step = if mesh.periodic[axis] { step.rem_euclid(count) } else { step };
            if !(0..count).contains(&step) {
                return None;
            }
            let mut other = steps;
            other[axis] = step as usize;
            Some((mesh.node(other), mesh.spacing[axis]))
        })
    })
}
