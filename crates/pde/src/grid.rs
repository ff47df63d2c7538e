//! Uniform grids of an interval, a rectangle or a box.

/// Names of the coordinates; a grid of `d` dimensions uses the first `d`.
pub const COORDINATES: [&str; 3] = ["x", "y", "z"];

/// Keys of the sides: the lower and the upper one of x, of y and of z.
pub const SIDES: [&str; 6] = ["left", "right", "bottom", "top", "back", "front"];

/// A grid of nodes, x fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// 1, 2 or 3.
    pub dimension: usize,
    /// Intervals along the axes; 0 beyond the dimension.
    pub intervals: [usize; 3],
    /// Smallest coordinates.
    pub lower: [f64; 3],
    /// Largest coordinates.
    pub upper: [f64; 3],
}

impl Grid {
    /// The unit interval, square or cube with these intervals along its axes.
    pub fn unit(intervals: &[usize]) -> Grid {
        let dimension = intervals.len();
        let along = |a: usize| intervals.get(a).copied().unwrap_or(0);
        Grid { dimension, intervals: std::array::from_fn(along), lower: [0.0; 3], upper: [1.0; 3] }
    }

    /// The same box with so many intervals along every axis.
    #[must_use]
    pub fn with_intervals(&self, n: usize) -> Grid {
        let intervals = std::array::from_fn(|a| if a < self.dimension { n } else { 0 });
        Grid { intervals, ..self.clone() }
    }

    /// Distance between neighbours along `axis`.
    pub fn spacing(&self, axis: usize) -> f64 {
        (self.upper[axis] - self.lower[axis]) / self.intervals[axis] as f64
    }

    /// The ends along each axis of the dimension.
    pub fn bounds(&self) -> Vec<[f64; 2]> {
        (0..self.dimension).map(|a| [self.lower[a], self.upper[a]]).collect()
    }

    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        self.intervals.iter().map(|n| n + 1).product()
    }

    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.intervals[..self.dimension].iter().product()
    }

    /// Steps of a node from the lowest corner.
    pub fn steps(&self, node: usize) -> [usize; 3] {
        let [a, b, _] = self.intervals.map(|n| n + 1);
        [node % a, node / a % b, node / (a * b)]
    }

    /// The node at these steps.
    pub fn node(&self, steps: [usize; 3]) -> usize {
        let [a, b, _] = self.intervals.map(|n| n + 1);
        steps[0] + a * (steps[1] + b * steps[2])
    }

    /// The cell whose lowest corner is at these steps.
    pub fn cell(&self, steps: [usize; 3]) -> usize {
        steps[0] + self.intervals[0] * (steps[1] + self.intervals[1] * steps[2])
    }

    /// Coordinates of a point, in steps from the lowest corner.
    pub fn point(&self, steps: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|a| {
            let part = if a < self.dimension { steps[a] / self.intervals[a] as f64 } else { 0.0 };
            self.lower[a] + (self.upper[a] - self.lower[a]) * part
        })
    }

    /// Coordinates of a node.
    pub fn coordinates(&self, node: usize) -> [f64; 3] {
        self.point(self.steps(node).map(|s| s as f64))
    }

    /// Coordinates of the centre of a cell.
    pub fn centre(&self, cell: usize) -> [f64; 3] {
        let [a, b, _] = self.intervals.map(|n| n.max(1));
        let steps = [cell % a, cell / a % b, cell / (a * b)];
        self.point(std::array::from_fn(|a| if a < self.dimension { steps[a] as f64 + 0.5 } else { 0.0 }))
    }

    /// The size in words, such as `16 × 16`.
    pub fn size(&self) -> String {
        self.intervals[..self.dimension].iter().map(usize::to_string).collect::<Vec<_>>().join(" × ")
    }
}
