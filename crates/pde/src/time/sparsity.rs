//! What a typed system's rate of change depends on: how far, whether linearly, and its derivative as a sparse matrix, by differences over groups of columns
//! that no row has in common (A. R. Curtis, M. J. D. Powell and J. K. Reid, On the estimation of sparse Jacobian matrices, IMA Journal of Applied
//! Mathematics 13, 1974).

use iterscope_expr::Expr;
use iterscope_expr::system::{FieldKind, Symbol, Term, TypedSystem};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::rng::Rng;

use super::right_side::needs;
use super::semidiscrete::SemiDiscrete;
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
pub(crate) fn group(i: usize, nodes: usize, width: usize, periodic: bool) -> usize {
    let rest = if periodic { nodes % width } else { 0 };
    if nodes <= width || i < nodes - rest {
        if nodes <= width { i } else { i % width }
    } else {
        width + i - (nodes - rest)
    }
}

/// How the derivative of a part is found: its pattern, and the groups of columns that are shifted together.
#[derive(Clone)]
pub(super) struct Plan {
    /// Places of the pattern are in the order of [`Csr::values`]; its values mean nothing.
    pattern: Csr,
    /// The group of each column.
    group: Vec<u32>,
    groups: u32,
    /// Row, column and place of each entry, group by group, and where groups begin.
    entries: Vec<(u32, u32, u32)>,
    begins: Vec<usize>,
    base: Vec<f64>,
    shifted: Vec<f64>,
    at_base: Vec<f64>,
    rate: Vec<f64>,
    /// The last group in which a row had an entry.
    seen: Vec<u32>,
}

impl Plan {
    /// The plan for `part`. Its pattern is what `u` and two random states show, and for every field a node itself.
    pub(super) fn new(system: &mut SemiDiscrete, part: Part, t: f64, u: &[f64]) -> Plan {
        let n = system.len();
        let (group, groups) = grouped_columns(system);
        let mut places: Vec<(u32, u32, f64)> = Vec::new();
        let nodes = system.mesh().len();
        for (row, field) in system.state_fields().to_vec().into_iter().enumerate() {
            let through = reached(system.typed(), field);
            for (column, other) in system.state_fields().iter().enumerate() {
                if row == column || (part != Part::Stiff && through.contains(other)) {
                    places.extend((0..nodes).map(|k| ((row * nodes + k) as u32, (column * nodes + k) as u32, 1.0)));
                }
            }
        }
        let empty = Csr { rows: n, cols: n, indptr: vec![0; n + 1], indices: Vec::new(), values: Vec::new() };
        let mut plan = Plan {
            pattern: empty,
            group,
            groups,
            entries: Vec::new(),
            begins: Vec::new(),
            base: vec![0.0; n],
            shifted: vec![0.0; n],
            at_base: vec![0.0; n],
            rate: vec![0.0; n],
            seen: vec![u32::MAX; n],
        };
        plan.find(system, part, t, u, &mut places);
        if !system.is_linear(part) {
            let mut rng = Rng::new(1);
            let largest = u.iter().fold(0.0f64, |m, x| m.max(x.abs()));
            let size = if largest > 0.0 && largest.is_finite() { largest } else { 1.0 };
            for lower in [0.0, -1.0] {
                let random: Vec<f64> = (0..n).map(|_| size * (lower + (1.0 - lower) * rng.uniform())).collect();
                plan.find(system, part, t, &random, &mut places);
            }
        }
        plan.adopt(&places);
        plan
    }

    /// Takes what was found as the pattern.
    fn adopt(&mut self, places: &[(u32, u32, f64)]) {
        let n = self.base.len();
        self.pattern = Csr::from_triplets(n, n, places).expect("places are within");
        let mut entries: Vec<(u32, u32, u32)> = Vec::with_capacity(self.pattern.nnz());
        for row in 0..n {
            let begin = self.pattern.indptr[row];
            let (columns, _) = self.pattern.row(row);
            entries.extend(columns.iter().enumerate().map(|(k, &column)| (row as u32, column, begin + k as u32)));
        }
        entries.sort_by_key(|&(row, column, _)| (self.group[column as usize], row));
        self.begins = (0..=self.groups)
            .map(|g| entries.partition_point(|&(_, column, _)| self.group[column as usize] < g))
            .collect();
        self.entries = entries;
    }

    /// Sets the base of differences, and the rate there.
    fn begin(&mut self, system: &mut SemiDiscrete, part: Part, t: f64, u: &[f64]) {
        if system.is_linear(part) {
            self.base.fill(0.0)
        } else {
            self.base.copy_from_slice(u)
        }
        system.rate(part, t, &self.base, &mut self.at_base);
        self.seen.fill(u32::MAX);
    }

    /// The rate where the columns of a group are shifted; whether there are any.
    fn shift(&mut self, system: &mut SemiDiscrete, (part, t, group): (Part, f64, u32)) -> bool {
        let (linear, nodes) = (system.is_linear(part), system.mesh().len());
        self.shifted.copy_from_slice(&self.base);
        let mut any = false;
        for (base, (shifted, groups)) in
            self.base.chunks_exact(nodes).zip(self.shifted.chunks_exact_mut(nodes).zip(self.group.chunks_exact(nodes)))
        {
            let size = base.iter().fold(0.0f64, |m, x| m.max(x.abs()));
            let floor = if size > 0.0 { size } else { 1.0 };
            for ((b, s), _) in base.iter().zip(shifted).zip(groups).filter(|(_, g)| **g == group) {
                *s = b + if linear { 1.0 } else { 1.5e-8 * b.abs().max(floor) };
                any = true;
            }
        }
        if any {
            system.rate(part, t, &self.shifted, &mut self.rate);
        }
        any
    }

    /// Adds the places where the derivative at `u` is not zero.
    fn find(&mut self, system: &mut SemiDiscrete, part: Part, t: f64, u: &[f64], places: &mut Vec<(u32, u32, f64)>) {
        self.begin(system, part, t, u);
        let (mesh, radius) = (system.mesh().clone(), system.radius());
        let nodes = mesh.len();
        for group in 0..self.groups {
            if !self.shift(system, (part, t, group)) {
                continue;
            }
            // Where the rate is no number in itself, nothing is learnt.
            let changed = |&row: &usize| self.rate[row] != self.at_base[row] && !self.at_base[row].is_nan();
            for row in (0..self.rate.len()).filter(changed) {
                let near = |field: usize| mesh.around(row % nodes, radius).map(move |node| field * nodes + node);
                let found = (0..self.base.len() / nodes).flat_map(near).find(|&c| self.group[c] == group);
                places.extend(found.map(|column| (row as u32, column as u32, 1.0)));
            }
        }
    }

    /// Writes the derivative at `u`; false where it has an entry outside the pattern.
    fn fill(&mut self, system: &mut SemiDiscrete, part: Part, t: f64, u: &[f64], out: &mut [f64]) -> bool {
        self.begin(system, part, t, u);
        let mut complete = true;
        for group in 0..self.groups {
            if !self.shift(system, (part, t, group)) {
                continue;
            }
            for &(row, column, place) in &self.entries[self.begins[group as usize]..self.begins[group as usize + 1]] {
                let (row, column) = (row as usize, column as usize);
                let change = self.rate[row] - self.at_base[row];
                out[place as usize] = change / (self.shifted[column] - self.base[column]);
                self.seen[row] = group;
            }
            let missed = |((r, b), s): ((&f64, &f64), &u32)| r != b && *s != group;
            complete &= !self.rate.iter().zip(&self.at_base).zip(&self.seen).any(missed);
        }
        complete
    }

    /// Evaluations of the rate for one derivative.
    pub(super) fn evaluations(&self) -> u64 {
        u64::from(self.groups) + 1
    }
}

/// Fields that the rate of a field depends on, through others too.
fn reached(typed: &TypedSystem, field: usize) -> Vec<usize> {
    let mut found = needs(typed, field);
    let mut next = 0;
    while next < found.len() {
        let f = found[next];
        if matches!(typed.fields[f].kind, FieldKind::Algebraic | FieldKind::Auxiliary) {
            let more = needs(typed, f);
            more.into_iter().for_each(|m| {
                if !found.contains(&m) {
                    found.push(m)
                }
            });
        }
        next += 1;
    }
    found
}

/// The group of each column, and the number of groups: no row has two columns of a group.
fn grouped_columns(system: &SemiDiscrete) -> (Vec<u32>, u32) {
    let mesh = system.mesh();
    let (nodes, width) = (mesh.len(), 2 * system.radius() + 1);
    let along = |axis: usize, i: usize| group(i, mesh.nodes[axis], width, mesh.periodic[axis]);
    let counts: [usize; 3] =
        std::array::from_fn(|axis| (0..mesh.nodes[axis]).map(|i| along(axis, i)).max().unwrap_or(0) + 1);
    let of_node = |node: usize| {
        let [i, j, k] = mesh.steps(node);
        along(0, i) + counts[0] * (along(1, j) + counts[1] * along(2, k))
    };
    let each: usize = counts.iter().product();
    let fields = system.len() / nodes;
    let group = (0..fields).flat_map(|f| (0..nodes).map(move |node| (f, node)));
    (group.map(|(f, node)| (f * each + of_node(node)) as u32).collect(), (fields * each) as u32)
}

/// The derivative of `part` at a moment, by one-sided differences; of a rate that is affine, exact up to rounding and the same at all
/// times. `out` keeps its memory where it has the pattern already.
pub(super) fn jacobian(
    plan: &mut Option<Box<Plan>>,
    system: &mut SemiDiscrete,
    (part, t): (Part, f64),
    u: &[f64],
    out: &mut Csr,
) {
    let t = if system.is_linear(part) { 0.0 } else { t };
    let plan = plan.get_or_insert_with(|| Box::new(Plan::new(system, part, t, u)));
    loop {
        if out.indptr != plan.pattern.indptr || out.indices != plan.pattern.indices {
            out.clone_from(&plan.pattern);
        }
        if plan.fill(system, part, t, u, &mut out.values) {
            return;
        }
        // Something matters here that did not in the states that were looked at.
        let mut places: Vec<(u32, u32, f64)> = Vec::with_capacity(plan.entries.len());
        places.extend(plan.entries.iter().map(|&(row, column, _)| (row, column, 1.0)));
        plan.find(system, part, t, u, &mut places);
        let known = plan.pattern.nnz();
        plan.adopt(&places);
        if plan.pattern.nnz() == known {
            return;
        }
    }
}
