//! A typed system on a mesh: what is left is a system of ordinary differential equations (the method of lines).
//!
//! Differences are central and of second order; where a side has a condition on the slope, ghost nodes beyond it carry it. With `upwind`, first
//! derivatives get the numerical diffusion that makes them differences against the wind (V. V. Rusanov 1961 in conservative form).

use std::rc::Rc;

use iterscope_blocks::{Input, Program, Scratch};
use iterscope_core::BuildError;
use iterscope_expr::system::{FieldKind, Symbol, Term, TypedSystem};
use iterscope_kernels::csr::Csr;
use iterscope_kernels::ghosted::{Beyond, Difference, GhostFrame, diffuse, divergence, extend, upwind};
use iterscope_kernels::rng::Rng;
use iterscope_linear::Side;

use super::boundary::{self, Point, Sides};
use super::domain::Outside;
use super::mesh::Mesh;
use super::right_side::{Advection, RightSide, Varying, needs, right_side};
use super::sparsity;
use crate::system::{Part, System};

/// The most variables and formulas that a program is run with.
const MOST: usize = 128;

/// A typed system on a mesh. A state holds the values of its evolving fields at all nodes, one field after the other; where a value is given on the
/// boundary, the state's is not looked at.
#[derive(Clone)]
pub struct SemiDiscrete {
    typed: Rc<TypedSystem>,
    mesh: Mesh,
    frame: GhostFrame,
    parameters: Vec<f64>,
    state: Vec<usize>,
    coordinates: Vec<Vec<f64>>,
    values: Vec<Vec<f64>>,
    framed: Vec<Vec<f64>>,
    /// For each variable that is a derivative: of which field, how, and its values.
    derivatives: Vec<Option<(usize, Difference, Vec<f64>)>>,
    sides: Vec<Sides>,
    outside: Outside,
    rights: Vec<RightSide>,
    linear: [bool; 3],
    radius: usize,
    time: f64,
    variables: Vec<f64>,
    work: [Vec<f64>; 2],
    /// Where fields that follow from others are computed.
    follows: Vec<f64>,
    /// How derivatives of the parts are found, once they were asked for.
    plans: [Option<Box<sparsity::Plan>>; 3],
}

impl SemiDiscrete {
    /// Puts `typed` on a mesh.
    ///
    /// # Errors
    /// It has too many variables.
    pub fn new(typed: &Rc<TypedSystem>, mesh: Mesh, advection: Advection) -> Result<SemiDiscrete, BuildError> {
        if typed.symbols.len() > MOST {
            let why =
                format!("there are {} fields, derivatives and parameters; {MOST} are the most", typed.symbols.len());
            return Err(BuildError::new("equations", why));
        }
        let nodes = mesh.len();
        let of_term = |term: &Term| match term {
            Term::Derivative { orders, .. } if orders.iter().any(|&o| o > 2) => 2,
            _ => 1,
        };
        let in_symbol = |s: &Symbol| match s {
            Symbol::Derivative { orders, .. } if orders.iter().any(|&o| o > 2) => 2,
            _ => 1,
        };
        let width = typed.equations.iter().flat_map(|e| e.terms.iter().map(of_term));
        let width = width.chain(typed.symbols.iter().map(in_symbol)).max().unwrap_or(1);
        let frame = GhostFrame::new(mesh.grid(), width);
        let coordinates =
            (0..mesh.dimension).map(|axis| (0..nodes).map(|node| mesh.coordinates(node)[axis]).collect()).collect();
        let derivatives = typed.symbols.iter().map(|s| match *s {
            Symbol::Derivative { field, orders } => {
                Some((field, Difference::derivative(orders, &frame), vec![0.0; nodes]))
            }
            _ => None,
        });
        let is_state = |f: &usize| matches!(typed.fields[*f].kind, FieldKind::Evolving | FieldKind::Velocity(_));
        let rights = (0..typed.fields.len()).map(|f| right_side(typed, f, &mesh, &frame, advection)).collect();
        let outside = Outside::new(&mesh, width);
        let sides = (0..typed.fields.len()).map(|f| Sides::new(typed, &mesh, &outside, f, &needs(typed, f)));
        let sides = sides.collect::<Vec<_>>();
        // What a node outside of the domain carries follows from others next to it.
        let radius = sparsity::radius(typed) * if mesh.inside.is_some() { 2 } else { 1 };
        let mut system = SemiDiscrete {
            state: (0..typed.fields.len()).filter(is_state).collect(),
            coordinates,
            values: vec![vec![0.0; nodes]; typed.fields.len()],
            framed: vec![vec![0.0; frame.len()]; typed.fields.len()],
            derivatives: derivatives.collect(),
            rights,
            linear: [false; 3],
            radius,
            time: 0.0,
            variables: vec![0.0; typed.symbols.len()],
            work: std::array::from_fn(|_| vec![0.0; frame.len()]),
            follows: vec![0.0; nodes],
            plans: [None, None, None],
            parameters: typed.parameters.values(|_| None),
            typed: Rc::clone(typed),
            mesh,
            frame,
            sides,
            outside,
        };
        let bends = system.sides.iter().any(|s| s.bends(&typed.symbols));
        system.linear = [Part::All, Part::Stiff, Part::Rest].map(|part| !bends && sparsity::is_linear(typed, part));
        Ok(system)
    }

    /// The mesh.
    pub fn mesh(&self) -> &Mesh {
        &self.mesh
    }

    /// The typed system.
    pub fn typed(&self) -> &Rc<TypedSystem> {
        &self.typed
    }

    /// The fields that a state holds, in its order.
    pub fn state_fields(&self) -> &[usize] {
        &self.state
    }

    /// How the axes end for a field, as those see it who solve for its values.
    pub fn ends(&self, field: usize) -> Vec<[Side; 2]> {
        let end = |side: &boundary::Side| match side {
            boundary::Side::Value(_) => Side::Given,
            boundary::Side::Periodic => Side::Periodic,
            boundary::Side::Slope { .. } | boundary::Side::Free(_) => Side::Mirrored,
        };
        let sides = self.sides[field].sides.chunks_exact(2).take(self.mesh.dimension);
        sides.map(|pair| [end(&pair[0]), end(&pair[1])]).collect()
    }

    /// How far from a node, along each axis, values matter for its rate of change.
    pub fn radius(&self) -> usize {
        self.radius
    }

    /// Values of parameters, in the order of the text.
    pub fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    /// Gives parameters other values, in the order of the text.
    pub fn set_parameters(&mut self, values: &[f64]) {
        if self.parameters != values {
            self.parameters.copy_from_slice(values);
            self.sides.iter_mut().for_each(Sides::forget);
        }
    }

    /// The state at time 0.
    ///
    /// # Errors
    /// A start is not finite somewhere.
    pub fn start(&mut self, seed: u64) -> Result<Vec<f64>, BuildError> {
        let nodes = self.mesh.len();
        let typed = Rc::clone(&self.typed);
        let noise: Vec<Option<Vec<f64>>> = typed.symbols.iter().map(|s| noise(*s, seed, nodes)).collect();
        let mut state = vec![0.0; nodes * self.state.len()];
        let mut variables = vec![0.0; typed.symbols.len()];
        for (k, &field) in self.state.iter().enumerate() {
            let Some(start) = &typed.starts[field] else { continue };
            for node in (0..nodes).filter(|&node| self.mesh.is_inside(node)) {
                self.point(0.0).write(node, &mut variables);
                for (v, noise) in variables.iter_mut().zip(&noise) {
                    if let Some(noise) = noise {
                        *v = noise[node];
                    }
                }
                let value = start.eval(&variables);
                if !value.is_finite() {
                    let at = self.mesh.coordinates(node);
                    let place = crate::typed::place(&at[..self.mesh.dimension]);
                    let why =
                        format!("the start of {} is {value} at {place}; it must be finite", typed.fields[field].name);
                    return Err(BuildError::new("equations", why));
                }
                state[k * nodes + node] = value;
            }
        }
        Ok(state)
    }

    /// Computes all fields at a moment; [`SemiDiscrete::field`] reads them.
    pub fn complete(&mut self, t: f64, state: &[f64]) {
        let nodes = self.mesh.len();
        self.time = t;
        for (k, &field) in self.state.iter().enumerate() {
            self.values[field].copy_from_slice(&state[k * nodes..][..nodes]);
        }
        for k in 0..self.state.len() {
            let field = self.state[k];
            self.update_sides(field);
            let values = &mut self.values[field];
            self.sides[field].given(|node, value| values[node] = value);
        }
        self.fill_outside(|system, k| system.state[k], self.state.len());
        for k in 0..self.state.len() {
            self.spread(self.state[k]);
        }
        for k in 0..self.typed.algebraic_order.len() {
            let field = self.typed.algebraic_order[k];
            let mut values = std::mem::take(&mut self.follows);
            self.right_side(field, Part::All, &mut values);
            self.values[field].copy_from_slice(&values);
            self.follows = values;
            self.update_sides(field);
            let values = &mut self.values[field];
            self.sides[field].given(|node, value| values[node] = value);
            self.fill_outside(|system, _| system.typed.algebraic_order[k], 1);
            self.spread(field);
        }
    }

    /// Fills so many fields outside of the domain.
    fn fill_outside(&mut self, field: impl Fn(&SemiDiscrete, usize) -> usize, count: usize) {
        if self.mesh.inside.is_none() {
            return;
        }
        // Means first: conditions may depend on what they are.
        for k in 0..count {
            let field = field(self, k);
            self.outside.fill(&mut self.values[field], |_, mean, _| mean);
        }
        for k in 0..count {
            let field = field(self, k);
            let point = Point {
                symbols: &self.typed.symbols,
                mesh: &self.mesh,
                parameters: &self.parameters,
                t: self.time,
                fields: &self.values,
            };
            self.sides[field].update_edge(&point, &mut self.variables);
        }
        for k in 0..count {
            let field = field(self, k);
            self.sides[field].fill_outside(&self.outside, &mut self.values[field]);
        }
    }

    /// Values of a field at all nodes, as last computed by [`SemiDiscrete::complete`].
    pub fn field(&self, field: usize) -> &[f64] {
        &self.values[field]
    }

    fn point(&self, t: f64) -> Point<'_> {
        Point { symbols: &self.typed.symbols, mesh: &self.mesh, parameters: &self.parameters, t, fields: &self.values }
    }

    fn update_sides(&mut self, field: usize) {
        let point = Point {
            symbols: &self.typed.symbols,
            mesh: &self.mesh,
            parameters: &self.parameters,
            t: self.time,
            fields: &self.values,
        };
        self.sides[field].update(&point, &mut self.variables);
    }

    /// Fills a field's ghosts, and computes its derivatives that occur by themselves.
    fn spread(&mut self, field: usize) {
        let framed = &mut self.framed[field];
        self.frame.fill(&self.values[field], framed);
        self.sides[field].fill_ghosts(&self.mesh, &self.frame, framed);
        for (of, difference, values) in self.derivatives.iter_mut().flatten() {
            if *of == field {
                difference.apply(&self.frame, framed, values, false);
            }
        }
    }

    /// Values of an expression of what is known at all nodes, as last completed.
    pub(super) fn evaluate(&self, program: &Program, scratch: &mut Scratch, out: &mut [f64]) {
        run(self, program, scratch, out);
    }

    fn right_side(&mut self, field: usize, part: Part, out: &mut [f64]) {
        let nodes = self.mesh.len();
        // Taken out, so that it may be written to while the rest is read.
        let empty = RightSide::empty();
        let mut right = std::mem::replace(&mut self.rights[field], empty);
        out.fill(0.0);
        if part != Part::Rest {
            for (_, sum) in &mut right.sums {
                sum.clear();
            }
            self.uniform_variables();
            for (of, difference, coefficient) in &right.uniform {
                let factor = coefficient.eval(&self.variables);
                if let Some((_, sum)) = right.sums.iter_mut().find(|(f, _)| f == of) {
                    sum.add(factor, difference);
                }
            }
            for (of, sum) in &right.sums {
                sum.apply(&self.frame, &self.framed[*of], out, true);
            }
            if let Some(formulas) = &mut right.stiff {
                run(self, &formulas.program, &mut formulas.scratch, &mut formulas.values);
                for term in &right.varying {
                    match term {
                        Varying::Diffusion { of, axes, formula } => {
                            self.frame.fill(formulas.of(*formula, nodes), &mut self.work[0]);
                            extend(&self.frame, Beyond::Mirror, &mut self.work[0]);
                            diffuse(&self.frame, *axes, &self.work[0], &self.framed[*of], out);
                        }
                        Varying::Derivative { of, difference, formula } => {
                            let coefficient = formulas.of(*formula, nodes);
                            difference.apply_scaled(&self.frame, &self.framed[*of], coefficient, out);
                        }
                    }
                }
            }
        }
        if part != Part::Stiff
            && let Some(formulas) = &mut right.rest
        {
            run(self, &formulas.program, &mut formulas.scratch, &mut formulas.values);
            if right.reaction {
                for (out, r) in out.iter_mut().zip(formulas.of(0, nodes)) {
                    *out += r;
                }
            }
            for &(axis, flux, speed) in &right.fluxes {
                self.frame.fill(formulas.of(flux, nodes), &mut self.work[0]);
                extend(&self.frame, Beyond::Straight, &mut self.work[0]);
                divergence(&self.frame, axis, &self.work[0], out);
                if let Some(speed) = speed {
                    self.blow(field, axis, formulas.of(speed, nodes), out);
                }
            }
            for &(axis, speed) in &right.winds {
                self.blow(field, axis, formulas.of(speed, nodes), out);
            }
        }
        self.divide_by_tau(&mut right, out);
        self.rights[field] = right;
    }

    fn blow(&mut self, field: usize, axis: usize, speed: &[f64], out: &mut [f64]) {
        self.frame.fill(speed, &mut self.work[1]);
        extend(&self.frame, Beyond::Mirror, &mut self.work[1]);
        upwind(&self.frame, axis, &self.work[1], &self.framed[field], out);
    }

    fn divide_by_tau(&mut self, right: &mut RightSide, out: &mut [f64]) {
        if let Some(tau) = &right.tau {
            self.uniform_variables();
            let tau = tau.eval(&self.variables);
            if tau != 1.0 {
                out.iter_mut().for_each(|x| *x /= tau);
            }
        }
        if let Some(formulas) = &mut right.varying_tau {
            run(self, &formulas.program, &mut formulas.scratch, &mut formulas.values);
            for (out, tau) in out.iter_mut().zip(&formulas.values) {
                *out /= tau;
            }
        }
    }

    /// Variables that are the same at all nodes.
    fn uniform_variables(&mut self) {
        for (out, symbol) in self.variables.iter_mut().zip(&self.typed.symbols) {
            *out = match *symbol {
                Symbol::Time => self.time,
                Symbol::Parameter(k) => self.parameters[k],
                _ => f64::NAN,
            };
        }
    }
}

/// Runs a program over all nodes.
fn run(system: &SemiDiscrete, program: &Program, scratch: &mut Scratch, out: &mut [f64]) {
    let symbols = &system.typed.symbols;
    let mut inputs = [Input::Same(0.0); MOST];
    for ((input, symbol), derivative) in inputs.iter_mut().zip(symbols).zip(&system.derivatives) {
        *input = match *symbol {
            Symbol::Coordinate(axis) => Input::Each(&system.coordinates[axis]),
            Symbol::Time => Input::Same(system.time),
            Symbol::Field(field) => Input::Each(&system.values[field]),
            Symbol::Parameter(k) => Input::Same(system.parameters[k]),
            Symbol::Derivative { .. } => Input::Each(derivative.as_ref().map_or(&[], |(_, _, values)| values)),
            Symbol::Noise { .. } => Input::Same(f64::NAN),
        };
    }
    let count = program.outputs();
    let mut outputs: [&mut [f64]; MOST] = std::array::from_fn(|_| Default::default());
    for (output, chunk) in outputs.iter_mut().zip(out.chunks_exact_mut(system.mesh.len())) {
        *output = chunk;
    }
    program.run(&inputs[..symbols.len()], scratch, &mut outputs[..count]);
}

/// Random numbers for each node.
fn noise(symbol: Symbol, seed: u64, nodes: usize) -> Option<Vec<f64>> {
    let Symbol::Noise { normal, stream } = symbol else { return None };
    // Streams far apart in the sequence of seeds.
    let mut rng = Rng::new(seed ^ (u64::from(stream) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    Some((0..nodes).map(|_| if normal { rng.normal() } else { 2.0 * rng.uniform() - 1.0 }).collect())
}

impl System for SemiDiscrete {
    fn len(&self) -> usize {
        self.mesh.len() * self.state.len()
    }

    fn rate(&mut self, part: Part, t: f64, u: &[f64], out: &mut [f64]) {
        let nodes = self.mesh.len();
        self.complete(t, u);
        for k in 0..self.state.len() {
            let (field, out) = (self.state[k], &mut out[k * nodes..][..nodes]);
            self.right_side(field, part, out);
            self.sides[field].given(|node, _| out[node] = 0.0);
            self.outside.each(|node| out[node] = 0.0);
        }
    }

    fn jacobian(&mut self, part: Part, t: f64, u: &[f64]) -> Csr {
        let n = self.len();
        let mut out = Csr { rows: n, cols: n, indptr: Vec::new(), indices: Vec::new(), values: Vec::new() };
        self.jacobian_into(part, t, u, &mut out);
        out
    }

    fn jacobian_into(&mut self, part: Part, t: f64, u: &[f64], out: &mut Csr) {
        let mut plan = self.plans[part as usize].take();
        sparsity::jacobian(&mut plan, self, (part, t), u, out);
        self.plans[part as usize] = plan;
    }

    fn jacobian_evaluations(&self, part: Part) -> u64 {
        self.plans[part as usize].as_ref().map_or(0, |plan| plan.evaluations())
    }

    fn is_linear(&self, part: Part) -> bool {
        self.linear[part as usize]
    }

    fn as_typed(&mut self) -> Option<&mut SemiDiscrete> {
        Some(self)
    }

    fn flops(&self) -> u64 {
        let each = |right: &RightSide| {
            let formulas = [&right.stiff, &right.rest, &right.varying_tau];
            let typed: usize = formulas.into_iter().flatten().map(|f| f.program.operations()).sum();
            typed + 10 * right.uniform.len() + 12 * (right.varying.len() + right.fluxes.len() + right.winds.len())
        };
        (self.rights.iter().map(each).sum::<usize>() * self.mesh.len()) as u64
    }
}

/// The mesh that a typed system wants in a box.
///
/// # Errors
/// Fields differ in what is periodic.
pub fn mesh_for(typed: &TypedSystem, n: usize, lower: [f64; 3], upper: [f64; 3]) -> Result<Mesh, BuildError> {
    Ok(Mesh::new(typed.dimension, n, lower, upper, boundary::periodic_axes(typed)?))
}
