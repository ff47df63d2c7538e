//! What a typed system's rate of change depends on: how far, whether linearly, and its derivative as a sparse matrix, by differences over groups of columns
//! that no row has in common (A. R. Curtis, M. J. D. Powell and J. K. Reid, On the estimation of sparse Jacobian matrices, IMA Journal of Applied
//! Mathematics 13, 1974).

use iterscope_expr::Expr;
use iterscope_expr::system::{FieldKind, Symbol, Term, TypedSystem};
use iterscope_kernels::csr::Csr;

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

/// The derivative of `part` at a moment, by one-sided differences; of a rate that is affine, exact up to rounding.
pub(super) fn jacobian(system: &mut SemiDiscrete, part: Part, t: f64, u: &[f64]) -> Csr {
    let mesh = system.mesh().clone();
    let (n, nodes, radius) = (system.len(), mesh.len(), system.radius());
    let width = 2 * radius + 1;
    let fields = n / nodes;
    let linear = system.is_linear(part);
    // One and the same matrix to the last bit, where it does not change.
    let t = if linear { 0.0 } else { t };
    let base = if linear { vec![0.0; n] } else { u.to_vec() };
    let (mut shifted, mut at_base, mut rate) = (base.clone(), vec![0.0; n], vec![0.0; n]);
    system.rate(part, t, &base, &mut at_base);
    let groups: [usize; 3] = std::array::from_fn(|a| {
        (0..mesh.nodes[a]).map(|i| group(i, mesh.nodes[a], width, mesh.periodic[a])).max().unwrap_or(0) + 1
    });
    let mut triplets: Vec<(u32, u32, f64)> = Vec::new();
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
    for field in 0..fields {
        let own = &base[field * nodes..][..nodes];
        let size = own.iter().fold(0.0f64, |m, x| m.max(x.abs()));
        let floor = if size > 0.0 { size } else { 1.0 };
        for colour in 0..groups.iter().product::<usize>() {
            let wanted = [colour % groups[0], colour / groups[0] % groups[1], colour / (groups[0] * groups[1])];
            let members = |node: usize| {
                let steps = mesh.steps(node);
                (0..3).all(|a| group(steps[a], mesh.nodes[a], width, mesh.periodic[a]) == wanted[a])
            };
            shifted.copy_from_slice(&base);
            let mut any = false;
            for node in (0..nodes).filter(|&node| members(node)) {
                let place = field * nodes + node;
                let shift = if linear { 1.0 } else { 1.5e-8 * base[place].abs().max(floor) };
                shifted[place] = base[place] + shift;
                any = true;
            }
            if !any {
                continue;
            }
            system.rate(part, t, &shifted, &mut rate);
            for row in 0..n {
                let change = rate[row] - at_base[row];
                if change == 0.0 || change.is_nan() {
                    continue;
                }
                let steps = mesh.steps(row % nodes);
                let found: [Option<usize>; 3] = std::array::from_fn(|a| near(a, wanted[a], steps[a]));
                let [Some(i), Some(j), Some(k)] = found else { continue };
                let column = field * nodes + mesh.node([i, j, k]);
                triplets.push((row as u32, column as u32, change / (shifted[column] - base[column])));
            }
        }
    }
    Csr::from_triplets(n, n, &triplets).expect("places are within and occur once")
}
