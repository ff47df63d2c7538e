//! What a typed system's rate of change depends on: how far, whether linearly, and its derivative as a sparse matrix, by differences over groups of columns
//! that no row has in common (A. R. Curtis, M. J. D. Powell and J. K. Reid, On the estimation of sparse Jacobian matrices, IMA Journal of Applied
//! Mathematics 13, 1974).

use iterscope_expr::Expr;
use iterscope_expr::system::{FieldKind, Symbol, Term, TypedSystem};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::rng::Rng;

use super::semidiscrete::{SemiDiscrete, needs};
use crate::system::{Part, System};

/// How far from a node, along each axis, values matter for its rates of change.
pub(super) fn radius(typed: &TypedSystem) -> usize {
    let mut of_field = vec![0; typed.fields.len()];
    let reach = |field: usize, of_field: &[usize]| {
        let through = needs(typed, field).iter().map(|&f| of_field[f]).max().unwrap_or(0);
        let equation = &typed.equations[field];
        let terms = equation.terms.iter().map(|t| match t {
            Term::Derivative { orders, .. } => wide(*orders),
            _ => 1,
        });
        let formulas = equation.terms.iter().map(formula).chain([&equation.tau, &equation.reaction]);
        let formulas: Vec<&Expr> = formulas.collect();
        let inside = typed.symbols.iter().enumerate().filter_map(|(v, s)| match s {
            Symbol::Derivative { orders, .. } if formulas.iter().any(|e| e.depends_on(v)) => Some(wide(*orders)),
            _ => None,
        });
        terms.chain(inside).max().unwrap_or(0) + through
    };
    for &field in &typed.algebraic_order {
        of_field[field] = reach(field, &of_field);
    }
    (0..typed.fields.len()).map(|f| reach(f, &of_field)).max().unwrap_or(0)
}

fn wide(orders: [u8; 3]) -> usize {
    if orders.iter().any(|&o| o > 2) { 2 } else { 1 }
}

fn formula(term: &Term) -> &Expr {
    match term {
        Term::Diffusion { coefficient, .. } | Term::Derivative { coefficient, .. } => coefficient,
        Term::Flux { flux, .. } => flux,
    }
}

/// Whether the rate of `part` is affine in the fields, in the same way at all times.
pub(super) fn is_linear(typed: &TypedSystem, part: Part) -> bool {
    let values = |s: &Symbol| matches!(s, Symbol::Field(_) | Symbol::Derivative { .. });
    let on = |e: &Expr, what: &dyn Fn(&Symbol) -> bool| {
        typed.symbols.iter().enumerate().any(|(v, s)| what(s) && e.depends_on(v))
    };
    let steady = |e: &Expr| !on(e, &|s| values(s) || *s == Symbol::Time);
    let affine = |e: &Expr| {
        let slopes = typed.symbols.iter().enumerate().filter(|(v, s)| values(s) && e.depends_on(*v));
        slopes.into_iter().all(|(v, _)| e.diff(v).is_ok_and(|d| steady(&d)))
    };
    let terms = |f: usize, part: Part| {
        let equation = &typed.equations[f];
        let of_part = |t: &&Term| match t {
            Term::Flux { .. } => part != Part::Stiff,
            _ => part != Part::Rest,
        };
        let good = |t: &Term| match t {
            Term::Flux { flux, .. } => affine(flux),
            Term::Diffusion { coefficient, .. } | Term::Derivative { coefficient, .. } => steady(coefficient),
        };
        steady(&equation.tau)
            && equation.terms.iter().filter(of_part).all(good)
            && (part == Part::Stiff || affine(&equation.reaction))
    };
    let state = |f: &usize| matches!(typed.fields[*f].kind, FieldKind::Evolving | FieldKind::Velocity(_));
    (0..typed.fields.len()).all(|f| if state(&f) { terms(f, part) } else { terms(f, Part::All) })
}

/// The group of a node along one axis of `nodes` nodes: no two of a group are within `width` of each other, around the ends too where they are joined.
fn group(i: usize, nodes: usize, width: usize, periodic: bool) -> usize {
    let rest = if periodic { nodes % width } else { 0 };
    if nodes <= width || i < nodes - rest {
        if nodes <= width { i } else { i % width }
    } else {
        width + i - (nodes - rest)
    }
}

/// How the derivative of one part is put together: which columns are shifted together, and where what changes belongs.
pub(super) struct Pattern {
    /// Zero entries where the derivative may be another number.
    matrix: Csr,
    /// For each group of columns, the places of its entries: row, column and index among the values.
    groups: Vec<Vec<[u32; 3]>>,
}

/// Memory for derivatives.
pub(super) struct Memory {
    base: Vec<f64>,
    shifted: Vec<f64>,
    at_base: Vec<f64>,
    rate: Vec<f64>,
}

impl Memory {
    fn new(n: usize) -> Memory {
        let zero = || vec![0.0; n];
        Memory { base: zero(), shifted: zero(), at_base: zero(), rate: zero() }
    }
}

/// What is shifted of a value: by 1 where the rate is affine, so that the difference is exact up to rounding.
fn shift(linear: bool, value: f64, floor: f64) -> f64 {
    if linear { 1.0 } else { 1.5e-8 * value.abs().max(floor) }
}

/// The size that values of one field have, for shifts of those that vanish.
fn floor(field: &[f64]) -> f64 {
    let size = field.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    if size > 0.0 { size } else { 1.0 }
}

/// Finds where the derivative of `part` has entries: where it has some at `u`, or at states without structure.
fn pattern(system: &mut SemiDiscrete, part: Part, t: f64, u: &[f64]) -> Pattern {
    let mesh = system.mesh().clone();
    let (n, nodes, radius) = (system.len(), mesh.len(), system.radius());
    let width = 2 * radius + 1;
    let linear = system.is_linear(part);
    let count: [usize; 3] = std::array::from_fn(|a| {
        (0..mesh.nodes[a]).map(|i| group(i, mesh.nodes[a], width, mesh.periodic[a])).max().unwrap_or(0) + 1
    });
    // The node of a group that is near another one, along each axis.
    let near = |axis: usize, wanted: usize, i: usize| -> Option<usize> {
        let count = mesh.nodes[axis] as isize;
        let reach = radius as isize;
        let candidates = if mesh.nodes[axis] <= width { 0..count } else { i as isize - reach..i as isize + reach + 1 };
        candidates
            .into_iter()
            .map(|j| if mesh.periodic[axis] { j.rem_euclid(count) } else { j })
            .filter(|j| (0..count).contains(j))
            .map(|j| j as usize)
            .find(|&j| group(j, mesh.nodes[axis], width, mesh.periodic[axis]) == wanted)
    };
    let mut rng = Rng::new(1);
    let mut states = vec![if linear { vec![0.0; n] } else { u.to_vec() }];
    for _ in 0..if linear { 0 } else { 2 } {
        states.push(u.iter().map(|u| u + 0.1 * rng.uniform() + 0.01).collect());
    }
    let mut memory = Memory::new(n);
    let mut groups = Vec::new();
    for field in 0..n / nodes {
        for colour in 0..count.iter().product::<usize>() {
            let wanted = [colour % count[0], colour / count[0] % count[1], colour / (count[0] * count[1])];
            let members: Vec<usize> = (0..nodes)
                .filter(|&node| {
                    let steps = mesh.steps(node);
                    (0..3).all(|a| group(steps[a], mesh.nodes[a], width, mesh.periodic[a]) == wanted[a])
                })
                .map(|node| field * nodes + node)
                .collect();
            let mut changes = vec![false; n];
            for state in &states {
                system.rate(part, t, state, &mut memory.at_base);
                memory.shifted.copy_from_slice(state);
                let floor = floor(&state[field * nodes..][..nodes]);
                members.iter().for_each(|&k| memory.shifted[k] += shift(linear, state[k], floor));
                system.rate(part, t, &memory.shifted, &mut memory.rate);
                for ((changes, a), b) in changes.iter_mut().zip(&memory.rate).zip(&memory.at_base) {
                    *changes |= a != b;
                }
            }
            let entries = (0..n).filter(|&row| changes[row]).filter_map(|row| {
                let steps = mesh.steps(row % nodes);
                let found: [Option<usize>; 3] = std::array::from_fn(|a| near(a, wanted[a], steps[a]));
                let [Some(i), Some(j), Some(k)] = found else { return None };
                Some([row as u32, (field * nodes + mesh.node([i, j, k])) as u32, 0])
            });
            groups.push(entries.collect::<Vec<_>>());
        }
    }
    let triplets: Vec<(u32, u32, f64)> = groups.iter().flatten().map(|&[row, column, _]| (row, column, 0.0)).collect();
    let matrix = Csr::from_triplets(n, n, &triplets).expect("places are within and occur once");
    for entry in groups.iter_mut().flatten() {
        let (columns, _) = matrix.row(entry[0] as usize);
        let place = columns.binary_search(&entry[1]).expect("it was put there");
        entry[2] = matrix.indptr[entry[0] as usize] + place as u32;
    }
    Pattern { matrix, groups }
}

/// Patterns of the parts, found when they are first asked for.
#[derive(Default)]
pub(super) struct Derivatives {
    patterns: [Option<Pattern>; 3],
    memory: Option<Memory>,
}

/// Writes the derivative of `part` at a moment, by one-sided differences; of a rate that is affine, exact up to rounding. Allocates the first time, and
/// where `out` does not have its pattern.
pub(super) fn jacobian_into(system: &mut SemiDiscrete, part: Part, t: f64, u: &[f64], out: &mut Csr) {
    let linear = system.is_linear(part);
    // One and the same matrix to the last bit, where it does not change.
    let t = if linear { 0.0 } else { t };
    let mut derivatives = std::mem::take(system.derivatives());
    let pattern = derivatives.patterns[part as usize].get_or_insert_with(|| pattern(system, part, t, u));
    let (n, nodes) = (system.len(), system.mesh().len());
    let memory = derivatives.memory.get_or_insert_with(|| Memory::new(n));
    if out.indptr != pattern.matrix.indptr || out.indices != pattern.matrix.indices {
        out.clone_from(&pattern.matrix);
    }
    if linear {
        memory.base.fill(0.0);
    } else {
        memory.base.copy_from_slice(u);
    }
    system.rate(part, t, &memory.base, &mut memory.at_base);
    memory.shifted.copy_from_slice(&memory.base);
    let each = pattern.groups.len() / (n / nodes);
    for (index, entries) in pattern.groups.iter().enumerate() {
        let field = index / each;
        let floor = floor(&memory.base[field * nodes..][..nodes]);
        // A column with several entries is shifted to the same place by each of them.
        for &[_, column, _] in entries {
            let value = memory.base[column as usize];
            memory.shifted[column as usize] = value + shift(linear, value, floor);
        }
        system.rate(part, t, &memory.shifted, &mut memory.rate);
        for &[row, column, place] in entries {
            let (row, column) = (row as usize, column as usize);
            let change = memory.rate[row] - memory.at_base[row];
            out.values[place as usize] = change / (memory.shifted[column] - memory.base[column]);
        }
        for &[_, column, _] in entries {
            memory.shifted[column as usize] = memory.base[column as usize];
        }
    }
    *system.derivatives() = derivatives;
}
