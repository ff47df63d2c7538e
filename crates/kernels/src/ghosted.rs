//! Finite differences on a box of nodes with a frame of ghost nodes.

/// Equally spaced nodes along one to three axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// 1, 2 or 3.
    pub dimension: usize,
    /// Nodes along each axis; 1 beyond the dimension.
    pub nodes: [usize; 3],
    /// Distances of neighbours.
    pub spacing: [f64; 3],
    /// Whether both ends of the axis are joined.
    pub periodic: [bool; 3],
}

/// How an array lies over nodes, x fastest, with a frame of ghost nodes around them.
#[derive(Clone, Debug)]
pub struct GhostFrame {
    /// Ghost nodes at each end of an axis; 0 beyond the dimension.
    pub ghosts: [usize; 3],
    /// Nodes with ghosts along each axis.
    pub sizes: [usize; 3],
    grid: Grid,
}

impl GhostFrame {
    /// A frame of `width` ghost nodes around those of a grid.
    pub fn new(grid: Grid, width: usize) -> GhostFrame {
        let ghosts = std::array::from_fn(|a| if a < grid.dimension { width } else { 0 });
        let sizes = std::array::from_fn(|a| grid.nodes[a] + 2 * ghosts[a]);
        GhostFrame { ghosts, sizes, grid }
    }

    /// Length of an array.
    pub fn len(&self) -> usize {
        self.sizes.iter().product()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Distance of neighbours along each axis, in the array.
    pub fn strides(&self) -> [usize; 3] {
        [1, self.sizes[0], self.sizes[0] * self.sizes[1]]
    }

    /// First place of each row of nodes along x, with the number of the row's first node.
    pub fn rows(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let [sx, sy, _] = self.sizes;
        let [nx, ny, nz] = self.grid.nodes;
        (0..nz).flat_map(move |k| {
            (0..ny).map(move |j| {
                let place = self.ghosts[0] + sx * (j + self.ghosts[1] + sy * (k + self.ghosts[2]));
                (place, nx * (j + ny * k))
            })
        })
    }

    /// Writes values at nodes into the middle of an array.
    pub fn fill(&self, values: &[f64], array: &mut [f64]) {
        let nx = self.grid.nodes[0];
        for (place, node) in self.rows() {
            array[place..place + nx].copy_from_slice(&values[node..node + nx]);
        }
    }

    /// Calls `line(first, stride, count, index)` for every line of nodes along `axis`: the place of its first node, the distance of neighbours,
    /// and the number of the node of the side that it belongs to. Lines through ghost nodes of the axes before are included, with the
    /// nearest number.
    pub fn lines(&self, axis: usize, mut line: impl FnMut(usize, usize, usize)) {
        let strides = self.strides();
        let others: [usize; 2] = match axis {
            0 => [1, 2],
            1 => [0, 2],
            _ => [0, 1],
        };
        // Ghosts of the axes before are filled already, and take part.
        let range = |a: usize| {
            if a < axis { (0, self.sizes[a]) } else { (self.ghosts[a], self.ghosts[a] + self.grid.nodes[a]) }
        };
        let near = |a: usize, i: usize| i.saturating_sub(self.ghosts[a]).min(self.grid.nodes[a] - 1);
        let ((j0, j1), (k0, k1)) = (range(others[0]), range(others[1]));
        for k in k0..k1 {
            for j in j0..j1 {
                let first = self.ghosts[axis] * strides[axis] + j * strides[others[0]] + k * strides[others[1]];
                let index = near(others[0], j) + self.grid.nodes[others[0]] * near(others[1], k);
                line(first, strides[axis], index);
            }
        }
    }
}

/// The central difference of an order from 0 to 4 along one axis: offsets and weights, for the distance 1.
fn central(order: u8) -> &'static [(isize, f64)] {
    match order {
        0 => &[(0, 1.0)],
        1 => &[(-1, -0.5), (1, 0.5)],
        2 => &[(-1, 1.0), (0, -2.0), (1, 1.0)],
        3 => &[(-2, -0.5), (-1, 1.0), (1, -1.0), (2, 0.5)],
        _ => &[(-2, 1.0), (-1, -4.0), (0, 6.0), (1, -4.0), (2, 1.0)],
    }
}

/// Writes values to a row, or adds them to it, in one pass.
#[inline(always)]
fn write(out: &mut [f64], adds: bool, value: impl Fn(usize) -> f64) {
    let row = out.iter_mut().enumerate();
    if adds { row.for_each(|(i, out)| *out += value(i)) } else { row.for_each(|(i, out)| *out = value(i)) }
}

/// A linear difference operator: places relative to a node, and weights.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    entries: Vec<(isize, f64)>,
}

impl Difference {
    /// The derivative of these orders in x, y and z, of second order of accuracy.
    pub fn derivative(orders: [u8; 3], frame: &GhostFrame) -> Difference {
        let strides = frame.strides();
        let mut entries = vec![(0isize, 1.0)];
        for axis in 0..3 {
            let scale = (0..orders[axis]).fold(1.0, |s, _| s / frame.grid.spacing[axis]);
            let along = central(orders[axis]);
            entries = entries
                .iter()
                .flat_map(|&(place, weight)| {
                    along.iter().map(move |&(o, w)| (place + o * strides[axis] as isize, weight * w * scale))
                })
                .collect();
        }
        let mut sum = Difference::default();
        sum.add(1.0, &Difference { entries });
        sum
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Empties it, keeping its memory.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Adds `factor` times another one.
    pub fn add(&mut self, factor: f64, other: &Difference) {
        for &(place, weight) in &other.entries {
            match self.entries.iter_mut().find(|(p, _)| *p == place) {
                Some((_, w)) => *w += factor * weight,
                None => self.entries.push((place, factor * weight)),
            }
        }
        self.entries.sort_unstable_by_key(|&(place, _)| place);
    }

    /// Applies it at every node of `frame`: `out += D array`, or `out = D array`.
    pub fn apply(&self, frame: &GhostFrame, array: &[f64], out: &mut [f64], adds: bool) {
        let nx = frame.grid.nodes[0];
        let part = |place: usize, offset: isize| {
            let from = place.wrapping_add_signed(offset);
            &array[from..from + nx]
        };
        for (place, node) in frame.rows() {
            let out = &mut out[node..node + nx];
            match *self.entries {
                [(a, wa), (b, wb), (c, wc)] => {
                    let (a, b, c) = (part(place, a), part(place, b), part(place, c));
                    write(out, adds, |i| wa * a[i] + wb * b[i] + wc * c[i]);
                }
                [(a, wa), (b, wb), (c, wc), (d, wd), (e, we)] => {
                    let (a, b, c) = (part(place, a), part(place, b), part(place, c));
                    let (d, e) = (part(place, d), part(place, e));
                    write(out, adds, |i| (wa * a[i] + wb * b[i]) + wc * c[i] + (wd * d[i] + we * e[i]));
                }
                _ => {
                    if !adds {
                        out.fill(0.0);
                    }
                    for &(offset, weight) in &self.entries {
                        let from = part(place, offset);
                        for (out, x) in out.iter_mut().zip(from) {
                            *out += weight * x;
                        }
                    }
                }
            }
        }
    }

    /// Adds `coefficient` times the operator at every node.
    pub fn apply_scaled(&self, frame: &GhostFrame, array: &[f64], coefficient: &[f64], out: &mut [f64]) {
        let nx = frame.grid.nodes[0];
        for (place, node) in frame.rows() {
            for i in 0..nx {
                let at = |&(offset, weight): &(isize, f64)| weight * array[(place + i).wrapping_add_signed(offset)];
                out[node + i] += coefficient[node + i] * self.entries.iter().map(at).sum::<f64>();
            }
        }
    }
}

/// Adds d/d`outer` ( c dw/d`inner` ) at every node; `c` and `w` have their ghosts filled. Between neighbours along the same axis the coefficient is the mean of
/// both.
pub fn diffuse(frame: &GhostFrame, [outer, inner]: [usize; 2], c: &[f64], w: &[f64], out: &mut [f64]) {
    let (so, si) = (frame.strides()[outer], frame.strides()[inner]);
    let nx = frame.grid.nodes[0];
    if outer == inner {
        let scale = 0.5 / (frame.grid.spacing[outer] * frame.grid.spacing[outer]);
        for (place, node) in frame.rows() {
            let (cl, cm, cr) = (&c[place - so..][..nx], &c[place..][..nx], &c[place + so..][..nx]);
            let (wl, wm, wr) = (&w[place - so..][..nx], &w[place..][..nx], &w[place + so..][..nx]);
            for (i, out) in out[node..node + nx].iter_mut().enumerate() {
                *out += scale * ((cm[i] + cr[i]) * (wr[i] - wm[i]) - (cl[i] + cm[i]) * (wm[i] - wl[i]));
            }
        }
        return;
    }
    let scale = 0.25 / (frame.grid.spacing[outer] * frame.grid.spacing[inner]);
    for (place, node) in frame.rows() {
        for i in 0..nx {
            let (up, down) = (place + i + so, place + i - so);
            out[node + i] += scale * (c[up] * (w[up + si] - w[up - si]) - c[down] * (w[down + si] - w[down - si]));
        }
    }
}

/// Adds the central difference of `flux`, whose ghosts are filled, along `axis`.
pub fn divergence(frame: &GhostFrame, axis: usize, flux: &[f64], out: &mut [f64]) {
    let (s, nx) = (frame.strides()[axis], frame.grid.nodes[0]);
    let scale = 0.5 / frame.grid.spacing[axis];
    for (place, node) in frame.rows() {
        let (left, right) = (&flux[place - s..][..nx], &flux[place + s..][..nx]);
        for (i, out) in out[node..node + nx].iter_mut().enumerate() {
            *out += scale * (right[i] - left[i]);
        }
    }
}

/// Adds what makes a central difference one against the wind: the second difference of `w`, times half the size of the speed. Speeds at nodes, ghosts
/// filled; between nodes the larger of both counts.
pub fn upwind(frame: &GhostFrame, axis: usize, speed: &[f64], w: &[f64], out: &mut [f64]) {
    let (s, nx) = (frame.strides()[axis], frame.grid.nodes[0]);
    let scale = 0.5 / frame.grid.spacing[axis];
    for (place, node) in frame.rows() {
        for i in 0..nx {
            let at = place + i;
            let size = |k: usize| speed[k].abs();
            let (right, left) = (size(at).max(size(at + s)), size(at).max(size(at - s)));
            out[node + i] += scale * (right * (w[at + s] - w[at]) - left * (w[at] - w[at - s]));
        }
    }
}

/// How the ghosts of something that has no condition of its own are filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// As in a mirror: no slope.
    Mirror,
    /// On the straight line through the last two nodes.
    Straight,
}

/// Fills ghosts: around on periodic axes, else by `beyond`.
pub fn extend(frame: &GhostFrame, beyond: Beyond, array: &mut [f64]) {
    for axis in 0..frame.grid.dimension {
        let (ghosts, n, periodic) = (frame.ghosts[axis], frame.grid.nodes[axis], frame.grid.periodic[axis]);
        let array = &mut *array;
        frame.lines(axis, |first, s, _| {
            let last = first + (n - 1) * s;
            for k in 1..=ghosts {
                if periodic {
                    array[first - k * s] = array[first + ((n - k % n) % n) * s];
                    array[last + k * s] = array[first + ((k - 1) % n) * s];
                    continue;
                }
                let inner = k.min(n - 1) * s;
                let (low, high) = (array[first + inner], array[last - inner]);
                (array[first - k * s], array[last + k * s]) = match beyond {
                    Beyond::Mirror => (low, high),
                    Beyond::Straight => (2.0 * array[first] - low, 2.0 * array[last] - high),
                };
            }
        });
    }
}
