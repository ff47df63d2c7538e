//! Where a formula made of pieces jumps, or its slope does.
//!
//! The pieces are `abs`, `min`, `floor`, `if` and their like; each joins along the set where some function of the variables
//! is zero or whole. Boxes that this set cannot meet are left out by interval arithmetic, the rest are halved until a point
//! is found; there the formula and its slopes are compared on both sides. So `abs(x)^3` has no kink, `abs(x + 2)` none for
//! positive x, and the sides of an `if` that fit smoothly are no kink either.

use super::interval::{self, Interval, contains_zero};
use super::tree::{Binary, Id, Node, Unary};
use super::{Expr, ExprError, show};

/// What jumps at a kink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    /// The value.
    Value,
    /// The slope; the value does not.
    Slope,
}

/// A place where a formula has no second derivatives, not even ones that jump.
#[derive(Clone, Debug, PartialEq)]
pub struct Kink {
    /// The piece of the formula that makes it, such as `abs(x - 0.5)`.
    pub piece: String,
    /// The values of all variables there.
    pub at: Vec<f64>,
    /// What jumps.
    pub jump: Jump,
}

/// The set along which pieces join.
#[derive(Clone, Copy)]
enum Seam {
    Zero(Id),
    Equal(Id, Id),
    /// The node plus this number is whole.
    Whole(Id, f64),
    /// The quotient is whole.
    WholeQuotient(Id, Id),
}

impl Seam {
    fn meets(self, values: &[Interval]) -> bool {
        let of = |id: Id| values[id as usize];
        let whole = |[low, high]: Interval| low.ceil() <= high;
        match self {
            Seam::Zero(a) => contains_zero(of(a)),
            Seam::Equal(a, b) => of(a)[0] <= of(b)[1] && of(b)[0] <= of(a)[1],
            Seam::Whole(a, offset) => whole(of(a).map(|x| x + offset)),
            Seam::WholeQuotient(a, b) => {
                let ([p, q], [r, s]) = (of(a), of(b));
                let quotients = [p / r, p / s, q / r, q / s];
                let fold = |pick: fn(f64, f64) -> f64| quotients.into_iter().fold(quotients[0], pick);
                contains_zero([r, s]) || whole([fold(f64::min), fold(f64::max)])
            }
        }
    }
}

/// Parts that the domain is cut into along each direction, so that one kink does not hide another.
const PARTS: usize = 8;
/// Boxes that are looked at in one part, at most.
const BOXES: usize = 3000;
/// A box this small in units of the domain is a point.
const POINT: f64 = 1e-10;
/// Distances from the seam, in units of the domain, at which both sides are compared.
const ASIDE: [f64; 2] = [1e-4, 1e-6];
/// The least jump in units of what jumps: below, it is an effect of the point's not lying exactly on the seam.
const LEAST_JUMP: f64 = 1e-5;

impl Expr {
    /// Whether the formula has pieces at all: where it has none, it is smooth wherever it is finite.
    pub fn has_pieces(&self) -> bool {
        !self.seams().is_empty()
    }

    /// Looks for a place inside the box where the formula or its slope jumps. `bounds` gives least and greatest value of
    /// each variable; those with one value stay there, and variables beyond them are 0. Seams on the boundary of the box
    /// are no matter.
    ///
    /// # Errors
    /// The derivatives are too large.
    pub fn kink_inside(&self, bounds: &[[f64; 2]]) -> Result<Option<Kink>, ExprError> {
        let seams = self.seams();
        if seams.is_empty() {
            return Ok(None);
        }
        let axes: Vec<usize> = (0..bounds.len()).filter(|&v| bounds[v][0] < bounds[v][1]).collect();
        let slopes = axes.iter().map(|&v| self.diff(v)).collect::<Result<Vec<_>, _>>()?;
        let width: Vec<f64> = bounds.iter().map(|[low, high]| high - low).collect();
        let parts: Vec<usize> = axes.iter().map(|_| if axes.len() > 2 { PARTS / 2 } else { PARTS }).collect();
        for (piece, seam) in seams {
            for part in 0..parts.iter().product() {
                let mut start = bounds.to_vec();
                let mut rest = part;
                for (&v, &count) in axes.iter().zip(&parts) {
                    let share = |k: usize| bounds[v][0] + width[v] * k as f64 / count as f64;
                    // Not on the boundary, where sides cannot be compared.
                    let margin = width[v] * ASIDE[0] * 2.0;
                    let k = rest % count;
                    start[v] = [share(k).max(bounds[v][0] + margin), share(k + 1).min(bounds[v][1] - margin)];
                    rest /= count;
                }
                // From either end: at one of them there may be nothing that jumps.
                for from_above in [false, true] {
                    let Some(at) = self.meeting(seam, &start, from_above, &axes, &width) else { break };
                    if let Some(jump) = self.jump(&at, &axes, &width, &slopes) {
                        let piece = show::plain_from(&self.tree, piece, &self.vars);
                        return Ok(Some(Kink { piece, at, jump }));
                    }
                }
            }
        }
        Ok(None)
    }

    /// The nodes that join pieces, and where.
    fn seams(&self) -> Vec<(Id, Seam)> {
        let tree = &self.tree;
        let constant = tree.bottom_up(|node, below: &[bool]| {
            let (children, count) = node.children();
            !matches!(node, Node::Variable(_)) && children[..count].iter().all(|&c| below[c as usize])
        });
        let mut found = Vec::new();
        for (id, node) in tree.nodes().iter().enumerate() {
            if constant[id] {
                continue;
            }
            let seam = match *node {
                Node::Unary(Unary::Abs | Unary::Sign | Unary::Step | Unary::Heaviside, a)
                | Node::Unary(Unary::Sqrt | Unary::Cbrt, a) => Seam::Zero(a),
                Node::Unary(Unary::Floor | Unary::Ceil, a) => Seam::Whole(a, 0.0),
                Node::Unary(Unary::Round, a) => Seam::Whole(a, 0.5),
                Node::Binary(Binary::Pow, a, b) => match tree.node(b) {
                    Node::Number(n) if n == n.trunc() => continue,
                    _ if constant[a as usize] => continue,
                    _ => Seam::Zero(a),
                },
                Node::Binary(Binary::Atan2, a, _) => Seam::Zero(a),
                Node::Binary(Binary::Mod, a, b) => Seam::WholeQuotient(a, b),
                Node::Binary(Binary::Min | Binary::Max, a, b) => Seam::Equal(a, b),
                Node::Binary(f, a, b) if super::tree::is_comparison(f) => Seam::Equal(a, b),
                _ => continue,
            };
            found.push((id as Id, seam));
        }
        found
    }

    /// A point of the box on the seam, as far as numbers go.
    fn meeting(
        &self,
        seam: Seam,
        start: &[Interval],
        from_above: bool,
        axes: &[usize],
        width: &[f64],
    ) -> Option<Vec<f64>> {
        let mut pending = vec![start.to_vec()];
        for _ in 0..BOXES {
            let bounds = pending.pop()?;
            if !seam.meets(&interval::over(&self.tree, &bounds)) {
                continue;
            }
            let size = |v: usize| (bounds[v][1] - bounds[v][0]) / width[v];
            let longest = axes.iter().copied().max_by(|&v, &w| size(v).total_cmp(&size(w)))?;
            let middle = |v: usize| bounds[v][0] + (bounds[v][1] - bounds[v][0]) / 2.0;
            if size(longest) < POINT {
                return Some((0..bounds.len()).map(middle).collect());
            }
            let (mut low, mut high) = (bounds.clone(), bounds.clone());
            low[longest][1] = middle(longest);
            high[longest][0] = middle(longest);
            pending.extend(if from_above { [low, high] } else { [high, low] });
        }
        None
    }

    /// What jumps across a point, if anything: what keeps its size as both sides come closer.
    fn jump(&self, at: &[f64], axes: &[usize], width: &[f64], slopes: &[Expr]) -> Option<Jump> {
        let gaps = |f: &Expr, scale: f64| {
            axes.iter().any(|&v| {
                let gap = ASIDE.map(|share| {
                    let side = |sign: f64| {
                        let mut point = at.to_vec();
                        point[v] += sign * share * width[v];
                        f.eval(&point) * scale
                    };
                    let (left, right) = (side(-1.0), side(1.0));
                    ((right - left).abs(), left.abs().max(right.abs()))
                });
                let [(far, size), (near, _)] = gap;
                near.is_finite() && near > 0.5 * far && near > LEAST_JUMP * size
            })
        };
        if gaps(self, 1.0) {
            return Some(Jump::Value);
        }
        let steep = axes.iter().zip(slopes).any(|(&v, slope)| gaps(slope, width[v]));
        steep.then_some(Jump::Slope)
    }
}
