//! Nodes of an interval, a rectangle or a box, with as many along each axis as it takes for nearly square cells; or a single one.

use std::rc::Rc;

use iterscope_kernels::ghosted::Grid;

/// Nodes with equal distances along each axis, x fastest. An axis on which fields are periodic has no node at its upper end: it is the one at
/// the lower end.
#[derive(Clone, Debug, PartialEq)]
pub struct Mesh {
    /// 1, 2 or 3.
    pub dimension: usize,
    /// Nodes along each axis; 1 beyond the dimension.
    pub nodes: [usize; 3],
    /// Smallest coordinates.
    pub lower: [f64; 3],
    /// Distances of neighbours.
    pub spacing: [f64; 3],
    /// Whether both ends of the axis are joined.
    pub periodic: [bool; 3],
    /// For each node whether it is inside of the domain; none where all are.
    pub inside: Option<Rc<[bool]>>,
}

impl Mesh {
    /// The mesh with `n` intervals along x, and along the other axes with the number that makes cells most nearly square, at least 2.
    pub fn new(dimension: usize, n: usize, lower: [f64; 3], upper: [f64; 3], periodic: [bool; 3]) -> Mesh {
        let h = (upper[0] - lower[0]) / n as f64;
        let (mut nodes, mut spacing) = ([1; 3], [1.0; 3]);
        for axis in 0..dimension {
            let length = upper[axis] - lower[axis];
            let intervals = if axis == 0 { n } else { ((length / h).round() as usize).max(2) };
            spacing[axis] = length / intervals as f64;
            nodes[axis] = intervals + usize::from(!periodic[axis]);
        }
        Mesh { dimension, nodes, lower, spacing, periodic, inside: None }
    }

    /// How its nodes lie.
    pub fn grid(&self) -> Grid {
        Grid { dimension: self.dimension, nodes: self.nodes, spacing: self.spacing, periodic: self.periodic }
    }

    /// A single node, of weight 1: for systems without space.
    pub fn point() -> Mesh {
        Mesh { dimension: 1, nodes: [1; 3], lower: [0.0; 3], spacing: [1.0; 3], periodic: [true; 3], inside: None }
    }

    /// Whether it is a single node without space.
    pub fn is_point(&self) -> bool {
        self.len() == 1
    }

    /// Whether a node is inside of the domain.
    pub fn is_inside(&self, node: usize) -> bool {
        self.inside.as_ref().is_none_or(|inside| inside[node])
    }

    /// The number of nodes inside of the domain.
    pub fn count_inside(&self) -> usize {
        self.inside.as_ref().map_or(self.len(), |inside| inside.iter().filter(|&&i| i).count())
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.iter().product()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Steps of a node from the lowest corner.
    pub fn steps(&self, node: usize) -> [usize; 3] {
        let [nx, ny, _] = self.nodes;
        [node % nx, node / nx % ny, node / (nx * ny)]
    }

    /// The nodes at most `radius` from `node` along each axis, each once; around joined ends too.
    pub fn around(&self, node: usize, radius: usize) -> impl Iterator<Item = usize> + '_ {
        let steps = self.steps(node);
        let near = move |axis: usize| {
            let (count, whole) = (self.nodes[axis], self.periodic[axis] && 2 * radius + 1 >= self.nodes[axis]);
            let (low, high) = match () {
                () if whole => (0, count),
                () if self.periodic[axis] => (steps[axis] + count - radius, steps[axis] + count + radius + 1),
                () => (steps[axis].saturating_sub(radius), (steps[axis] + radius + 1).min(count)),
            };
            (low..high).map(move |i| i % count)
        };
        near(2).flat_map(move |k| near(1).flat_map(move |j| near(0).map(move |i| self.node([i, j, k]))))
    }

    /// The node at these steps.
    pub fn node(&self, steps: [usize; 3]) -> usize {
        steps[0] + self.nodes[0] * (steps[1] + self.nodes[1] * steps[2])
    }

    /// Coordinates of a node.
    pub fn coordinates(&self, node: usize) -> [f64; 3] {
        let steps = self.steps(node);
        std::array::from_fn(
            |a| {
                if a < self.dimension { self.lower[a] + steps[a] as f64 * self.spacing[a] } else { 0.0 }
            },
        )
    }

    /// The part of the domain that a node stands for: the weight of the trapezoidal rule, exact for what central differences in flux form
    /// conserve. 0 outside of the domain.
    pub fn weight(&self, node: usize) -> f64 {
        if !self.is_inside(node) {
            return 0.0;
        }
        let steps = self.steps(node);
        (0..self.dimension).fold(1.0, |weight, a| {
            let end = !self.periodic[a] && (steps[a] == 0 || steps[a] + 1 == self.nodes[a]);
            weight * self.spacing[a] * if end { 0.5 } else { 1.0 }
        })
    }

    /// Length, area or volume of the domain.
    pub fn measure(&self) -> f64 {
        if self.inside.is_some() {
            return (0..self.len()).map(|node| self.weight(node)).sum();
        }
        (0..self.dimension).map(|a| (self.nodes[a] - usize::from(!self.periodic[a])) as f64 * self.spacing[a]).product()
    }

    /// Number of nodes of a side perpendicular to `axis`.
    pub fn side(&self, axis: usize) -> usize {
        self.len() / self.nodes[axis]
    }
}
