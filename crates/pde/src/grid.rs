//! Uniform grids of an interval, a rectangle or a box.

/// Names of the coordinates; a grid of `d` dimensions uses the first `d`.
pub const COORDINATES: [&str; 3] = ["x", "y", "z"];

/// Keys of the sides: the lower and the upper one of x, of y and of z.
pub const SIDES: [&str; 6] = ["left", "right", "bottom", "top", "back", "front"];

/// A grid of `(n + 1)^dimension` nodes, x fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// 1, 2 or 3.
    pub dimension: usize,
    /// Intervals along every axis.
    pub n: usize,
    /// Smallest coordinates.
    pub lower: [f64; 3],
    /// Largest coordinates.
    pub upper: [f64; 3],
}

impl Grid {
    /// Distance between neighbours along `axis`.
    pub fn spacing(&self, axis: usize) -> f64 {
        (self.upper[axis] - self.lower[axis]) / self.n as f64
    }

    /// Number of nodes.
    pub fn nodes(&self) -> usize {
        (self.n + 1).pow(self.dimension as u32)
    }

    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.n.pow(self.dimension as u32)
    }

    /// Steps of a node from the lowest corner.
    pub fn steps(&self, node: usize) -> [usize; 3] {
        let m = self.n + 1;
        [node % m, node / m % m, node / (m * m)]
    }

    /// The node at these steps.
    pub fn node(&self, steps: [usize; 3]) -> usize {
        let m = self.n + 1;
        steps[0] + m * (steps[1] + m * steps[2])
    }

    /// The cell whose lowest corner is at these steps.
    pub fn cell(&self, steps: [usize; 3]) -> usize {
        steps[0] + self.n * (steps[1] + self.n * steps[2])
    }

    /// Coordinates of a point, in steps from the lowest corner.
    pub fn point(&self, steps: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|a| self.lower[a] + (self.upper[a] - self.lower[a]) * (steps[a] / self.n as f64))
    }

    /// Coordinates of a node.
    pub fn coordinates(&self, node: usize) -> [f64; 3] {
        self.point(self.steps(node).map(|s| s as f64))
    }

    /// Coordinates of the centre of a cell.
    pub fn centre(&self, cell: usize) -> [f64; 3] {
        let n = self.n;
        let steps = [cell % n, cell / n % n, cell / (n * n)];
        self.point(std::array::from_fn(|a| if a < self.dimension { steps[a] as f64 + 0.5 } else { 0.0 }))
    }
}
