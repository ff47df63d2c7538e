//! Conditions on the sides of a mesh: boundary values and ghost nodes of one field.

use iterscope_core::BuildError;
use iterscope_expr::Expr;
use iterscope_expr::system::{Condition, EDGE, FieldKind, SIDES, Symbol, TypedSystem};
use iterscope_kernels::ghosted::{Beyond, GhostFrame};

use super::domain::Outside;
use super::mesh::Mesh;

/// A function on a side: its values at the side's nodes.
#[derive(Clone, Debug)]
pub struct Datum {
    expr: Expr,
    /// Depends on time or fields.
    moves: bool,
    /// Is the same at all nodes of the side.
    uniform: bool,
    values: Vec<f64>,
    known: bool,
}

/// What holds for a field on a side.
#[derive(Clone, Debug)]
pub enum Side {
    /// Its ends are joined.
    Periodic,
    /// The value is given.
    Value(Datum),
    /// du/dn + `coefficient` u = `value`, with n outwards.
    Slope {
        /// Right-hand side.
        value: Datum,
        /// Coefficient, where there is one.
        coefficient: Option<Datum>,
    },
    /// Nothing is asked of it; this is how it goes on beyond.
    Free(Beyond),
}

impl Side {
    fn update(&mut self, point: &Point<'_>, nodes: &[u32], variables: &mut [f64]) {
        match self {
            Side::Value(value) => value.update(point, nodes, variables),
            Side::Slope { value, coefficient } => {
                value.update(point, nodes, variables);
                if let Some(coefficient) = coefficient {
                    coefficient.update(point, nodes, variables);
                }
            }
            Side::Periodic | Side::Free(_) => {}
        }
    }
}

/// Values of all variables at one node.
pub struct Point<'a> {
    /// What the variables stand for.
    pub symbols: &'a [Symbol],
    /// Where nodes are.
    pub mesh: &'a Mesh,
    /// Parameters.
    pub parameters: &'a [f64],
    /// The time.
    pub t: f64,
    /// Fields at nodes.
    pub fields: &'a [Vec<f64>],
}

impl Point<'_> {
    /// Writes them for a node; what is not known on a boundary (derivatives) is NaN.
    pub fn write(&self, node: usize, out: &mut [f64]) {
        let at = self.mesh.coordinates(node);
        for (out, symbol) in out.iter_mut().zip(self.symbols) {
            *out = match *symbol {
                Symbol::Coordinate(axis) => at[axis],
                Symbol::Time => self.t,
                Symbol::Field(field) => self.fields.get(field).map_or(f64::NAN, |values| values[node]),
                Symbol::Parameter(k) => self.parameters[k],
                Symbol::Derivative { .. } | Symbol::Noise { .. } => f64::NAN,
            };
        }
    }
}

impl Datum {
    fn new(expr: &Expr, symbols: &[Symbol], count: usize) -> Datum {
        let uses = |what: fn(&Symbol) -> bool| symbols.iter().enumerate().any(|(v, s)| what(s) && expr.depends_on(v));
        let fields = uses(|s| matches!(s, Symbol::Field(_) | Symbol::Derivative { .. }));
        Datum {
            expr: expr.clone(),
            moves: fields || uses(|s| matches!(s, Symbol::Time)),
            uniform: !fields && !uses(|s| matches!(s, Symbol::Coordinate(_))),
            values: vec![0.0; count],
            known: false,
        }
    }

    /// Whether it depends on time or fields.
    pub fn moves(&self) -> bool {
        self.moves
    }

    /// Computes it at the nodes of a side, where that is not known already.
    fn update(&mut self, point: &Point<'_>, nodes: &[u32], variables: &mut [f64]) {
        if self.known && !self.moves {
            return;
        }
        self.known = true;
        if self.uniform {
            point.write(nodes[0] as usize, variables);
            let value = self.expr.eval(variables);
            self.values.fill(value);
            return;
        }
        for (value, &node) in self.values.iter_mut().zip(nodes) {
            point.write(node as usize, variables);
            *value = self.expr.eval(variables);
        }
    }
}

/// The conditions of one field on all sides.
#[derive(Clone, Debug)]
pub struct Sides {
    /// In the order of [`SIDES`].
    pub sides: [Side; 6],
    /// Nodes of each side, in the order of [`GhostFrame::lines`].
    nodes: [Vec<u32>; 6],
    /// Where the domain ends inside of the box.
    edge: Side,
    ghosts: Vec<u32>,
}

/// Which axes are periodic: those on which any field is.
///
/// # Errors
/// A field has another condition there.
pub fn periodic_axes(typed: &TypedSystem) -> Result<[bool; 3], BuildError> {
    let mut periodic = [false; 3];
    for (axis, periodic) in periodic.iter_mut().enumerate().take(typed.dimension) {
        let conditions = || typed.conditions.iter().flat_map(move |sides| [&sides[2 * axis], &sides[2 * axis + 1]]);
        *periodic = conditions().any(|c| matches!(c, Some(Condition::Periodic)));
        if *periodic && conditions().flatten().any(|c| !matches!(c, Condition::Periodic)) {
            let why = format!(
                "some fields are periodic along {} and others are not: all must be, or none",
                ["x", "y", "z"][axis]
            );
            return Err(BuildError::new("equations", why));
        }
    }
    Ok(periodic)
}

impl Sides {
    /// The conditions of `field`; those that were not given are u = 0 for evolving fields, and no flux through the edge of a domain. `needs` are the
    /// fields that it follows from, where it does.
    pub fn new(typed: &TypedSystem, mesh: &Mesh, outside: &Outside, field: usize, needs: &[usize]) -> Sides {
        let frame = GhostFrame::new(mesh.grid(), 0);
        let nodes: [Vec<u32>; 6] = std::array::from_fn(|side| {
            let axis = side / 2;
            let mut nodes = Vec::new();
            if axis < mesh.dimension {
                let end = if side % 2 == 0 { 0 } else { mesh.nodes[axis] - 1 };
                frame.lines(axis, |first, stride, _| nodes.push((first + end * stride) as u32));
            }
            nodes
        });
        let of = match typed.fields[field].kind {
            FieldKind::Velocity(of) => of,
            _ => field,
        };
        let given = |f: usize, side: usize| typed.conditions[f][side].as_ref();
        let is_value = |f: usize, side: usize| match given(f, side) {
            Some(condition) => matches!(condition, Condition::Value(_)),
            None => side != EDGE && matches!(typed.fields[f].kind, FieldKind::Evolving),
        };
        let condition = |side: usize, count: usize| {
            let datum = |e: &Expr| Datum::new(e, &typed.symbols, count);
            match (given(field, side), typed.fields[field].kind) {
                (Some(Condition::Value(e)), _) => Side::Value(datum(e)),
                (Some(Condition::Slope(e)), _) => Side::Slope { value: datum(e), coefficient: None },
                (Some(Condition::Robin { coefficient, value }), _) => {
                    Side::Slope { value: datum(value), coefficient: Some(datum(coefficient)) }
                }
                (Some(Condition::Periodic), _) => Side::Periodic,
                (None, FieldKind::Evolving) if side == EDGE => Side::Free(Beyond::Mirror),
                (None, FieldKind::Evolving) => Side::Value(datum(&Expr::parse("0", &[]).expect("a number"))),
                (None, FieldKind::Velocity(_)) if is_value(of, side) => {
                    Side::Value(datum(&Expr::parse("0", &[]).expect("a number")))
                }
                (None, FieldKind::Velocity(_)) => Side::Free(Beyond::Mirror),
                (None, FieldKind::Algebraic | FieldKind::Auxiliary) => {
                    let straight = needs.iter().any(|&f| is_value(f, side));
                    Side::Free(if straight { Beyond::Straight } else { Beyond::Mirror })
                }
            }
        };
        let sides = std::array::from_fn(|side| {
            if side / 2 >= mesh.dimension || mesh.periodic[side / 2] {
                return Side::Periodic;
            }
            condition(side, nodes[side].len())
        });
        let ghosts: Vec<u32> = outside.ghosts().collect();
        Sides { sides, nodes, edge: condition(EDGE, ghosts.len()), ghosts }
    }

    /// Whether it has a condition whose coefficient moves, or values that depend on fields: then a rate of change is not affine in one way.
    pub fn bends(&self, symbols: &[Symbol]) -> bool {
        let on_fields = |d: &Datum| {
            symbols
                .iter()
                .enumerate()
                .any(|(v, s)| matches!(s, Symbol::Field(_) | Symbol::Derivative { .. }) && d.expr.depends_on(v))
        };
        self.sides.iter().chain([&self.edge]).any(|side| match side {
            Side::Value(value) => on_fields(value),
            Side::Slope { value, coefficient } => on_fields(value) || coefficient.as_ref().is_some_and(Datum::moves),
            Side::Periodic | Side::Free(_) => false,
        })
    }

    /// What conditions depend on is another: a parameter was changed.
    pub fn forget(&mut self) {
        for side in self.sides.iter_mut().chain([&mut self.edge]) {
            match side {
                Side::Value(value) => value.known = false,
                Side::Slope { value, coefficient } => {
                    value.known = false;
                    coefficient.iter_mut().for_each(|c| c.known = false);
                }
                Side::Periodic | Side::Free(_) => {}
            }
        }
    }

    /// Computes what conditions depend on.
    pub fn update(&mut self, point: &Point<'_>, variables: &mut [f64]) {
        for (side, nodes) in self.sides.iter_mut().zip(&self.nodes) {
            side.update(point, nodes, variables);
        }
    }

    /// Computes what the condition on the edge of the domain depends on.
    pub fn update_edge(&mut self, point: &Point<'_>, variables: &mut [f64]) {
        if !self.ghosts.is_empty() {
            self.edge.update(point, &self.ghosts, variables);
        }
    }

    /// Fills values outside of the domain by the condition on its edge.
    pub fn fill_outside(&self, outside: &Outside, values: &mut [f64]) {
        outside.fill(values, |k, mean, distance| match &self.edge {
            Side::Value(value) => value.values[k],
            Side::Slope { value, coefficient } => {
                mean + distance * (value.values[k] - coefficient.as_ref().map_or(0.0, |c| c.values[k] * mean))
            }
            Side::Periodic | Side::Free(_) => mean,
        });
    }

    /// Calls `each` for every node whose value is given, with the value. At a corner the later side counts.
    pub fn given(&self, mut each: impl FnMut(usize, f64)) {
        for (side, nodes) in self.sides.iter().zip(&self.nodes) {
            if let Side::Value(datum) = side {
                for (&node, &value) in nodes.iter().zip(&datum.values) {
                    each(node as usize, value);
                }
            }
        }
    }

    /// Fills the ghosts of an array whose nodes are filled.
    pub fn fill_ghosts(&self, mesh: &Mesh, frame: &GhostFrame, array: &mut [f64]) {
        for axis in 0..mesh.dimension {
            let (ghosts, n, h) = (frame.ghosts[axis], mesh.nodes[axis], mesh.spacing[axis]);
            let [low, high] = [&self.sides[2 * axis], &self.sides[2 * axis + 1]];
            let array = &mut *array;
            frame.lines(axis, |first, s, index| {
                let last = first + (n - 1) * s;
                for k in 1..=ghosts {
                    if mesh.periodic[axis] {
                        array[first - k * s] = array[first + ((n - k % n) % n) * s];
                        array[last + k * s] = array[first + ((k - 1) % n) * s];
                        continue;
                    }
                    let inner = k.min(n - 1) * s;
                    let step = k as f64 * h;
                    array[first - k * s] = beyond(low, index, step, array[first], array[first + inner]);
                    array[last + k * s] = beyond(high, index, step, array[last], array[last - inner]);
                }
            });
        }
    }
}

/// The value at a ghost node, from those at the boundary and at the mirror image of the ghost, which are `step` apart.
fn beyond(side: &Side, index: usize, step: f64, boundary: f64, mirror: f64) -> f64 {
    match side {
        Side::Slope { value, coefficient } => {
            let slope = value.values[index] - coefficient.as_ref().map_or(0.0, |c| c.values[index] * boundary);
            mirror + 2.0 * step * slope
        }
        Side::Value(_) | Side::Free(Beyond::Straight) => 2.0 * boundary - mirror,
        Side::Free(Beyond::Mirror) | Side::Periodic => mirror,
    }
}

/// Sides of evolving fields on which nothing was typed, as people name them; there u = 0 is taken.
pub fn not_given(typed: &TypedSystem, periodic: [bool; 3]) -> Vec<String> {
    let evolving = (0..typed.fields.len()).filter(|&f| typed.fields[f].kind == FieldKind::Evolving);
    evolving
        .filter_map(|f| {
            let sides: Vec<&str> = (0..2 * typed.dimension)
                .filter(|&s| !periodic[s / 2] && typed.conditions[f][s].is_none())
                .map(|s| SIDES[s])
                .collect();
            (!sides.is_empty()).then(|| format!("{} on {}", typed.fields[f].name, sides.join(", ")))
        })
        .collect()
}
