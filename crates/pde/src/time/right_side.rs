//! Right-hand sides of equations, taken apart into what is evaluated at all nodes: sums of differences, compiled formulas, fluxes.

use std::rc::Rc;

use iterscope_blocks::{Program, Scratch};
use iterscope_expr::Expr;
use iterscope_expr::system::{Equation, Symbol, Term, TypedSystem};
use iterscope_kernels::ghosted::{Difference, GhostFrame};

use super::mesh::Mesh;

/// How first derivatives are discretised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advection {
    /// Central differences, of second order.
    Central,
    /// Against the wind, of first order.
    Upwind,
}

/// Formulas that are evaluated together at all nodes.
#[derive(Clone)]
pub(super) struct Formulas {
    /// Shared by all systems that were made from one.
    pub program: Rc<Program>,
    pub scratch: Scratch,
    pub values: Vec<f64>,
}

impl Formulas {
    pub fn new(exprs: &[&Expr], varying: &[bool], nodes: usize) -> Option<Formulas> {
        if exprs.is_empty() {
            return None;
        }
        let program = Rc::new(Expr::program(exprs, varying));
        Some(Formulas { scratch: program.scratch(), values: vec![0.0; exprs.len() * nodes], program })
    }

    /// The values of formula `k`.
    pub fn of(&self, k: usize, nodes: usize) -> &[f64] {
        &self.values[k * nodes..][..nodes]
    }
}

/// A term whose coefficient differs from node to node; `formula` is its place among the formulas.
#[derive(Clone)]
pub(super) enum Varying {
    Diffusion { of: usize, axes: [usize; 2], formula: usize },
    Derivative { of: usize, difference: Difference, formula: usize },
}

/// One right-hand side, ready to be evaluated.
#[derive(Clone)]
pub(super) struct RightSide {
    /// Terms with the same coefficient everywhere.
    pub uniform: Vec<(usize, Difference, Expr)>,
    /// Their sum, for each field they are of.
    pub sums: Vec<(usize, Difference)>,
    pub varying: Vec<Varying>,
    pub stiff: Option<Formulas>,
    /// Fluxes, with the places of flux and speed among the formulas of `rest`.
    pub fluxes: Vec<(usize, usize, Option<usize>)>,
    /// First derivatives of own values in the reaction: axis, and the place of the speed.
    pub winds: Vec<(usize, usize)>,
    /// Whether the first formula of `rest` is a reaction.
    pub reaction: bool,
    pub rest: Option<Formulas>,
    pub tau: Option<Expr>,
    pub varying_tau: Option<Formulas>,
}

/// Which variables differ from node to node.
pub(super) fn varying(typed: &TypedSystem) -> Vec<bool> {
    let differs = |s: &Symbol| !matches!(s, Symbol::Time | Symbol::Parameter(_) | Symbol::Noise { .. });
    typed.symbols.iter().map(differs).collect()
}

/// The fields that an equation's right-hand side needs.
pub(super) fn needs(typed: &TypedSystem, field: usize) -> Vec<usize> {
    let Equation { tau, terms, reaction, .. } = &typed.equations[field];
    let formula = |term: &Term| match term {
        Term::Diffusion { coefficient, .. } | Term::Derivative { coefficient, .. } => coefficient.clone(),
        Term::Flux { flux, .. } => flux.clone(),
    };
    let formulas: Vec<Expr> = terms.iter().map(formula).chain([tau.clone(), reaction.clone()]).collect();
    let uses = |f: usize| {
        let in_terms = terms.iter().any(|t| match t {
            Term::Diffusion { of, .. } | Term::Derivative { of, .. } => *of == f,
            Term::Flux { .. } => false,
        });
        let in_formulas = typed.symbols.iter().enumerate().any(|(v, s)| {
            matches!(s, Symbol::Field(g) | Symbol::Derivative { field: g, .. } if *g == f)
                && formulas.iter().any(|e| e.depends_on(v))
        });
        in_terms || in_formulas
    };
    (0..typed.fields.len()).filter(|&f| uses(f)).collect()
}

impl RightSide {
    /// Nothing.
    pub fn empty() -> RightSide {
        RightSide {
            uniform: Vec::new(),
            sums: Vec::new(),
            varying: Vec::new(),
            stiff: None,
            fluxes: Vec::new(),
            winds: Vec::new(),
            reaction: false,
            rest: None,
            tau: None,
            varying_tau: None,
        }
    }
}

/// The right-hand side of a field's equation on a mesh.
pub(super) fn right_side(
    typed: &TypedSystem,
    field: usize,
    mesh: &Mesh,
    frame: &GhostFrame,
    advection: Advection,
) -> RightSide {
    let nodes = mesh.len();
    let varies = varying(typed);
    let differs = |e: &Expr| varies.iter().enumerate().any(|(v, &differs)| differs && e.depends_on(v));
    let own = |e: &Expr, symbol: Symbol| typed.variable(symbol).and_then(|v| e.diff(v).ok());
    let Equation { tau, terms, reaction, .. } = &typed.equations[field];
    let mut right = RightSide::empty();
    let (mut stiff, mut rest): (Vec<&Expr>, Vec<Expr>) = (Vec::new(), Vec::new());
    let is_zero = reaction.is_constant() && reaction.eval(&[]) == 0.0;
    if !is_zero {
        right.reaction = true;
        rest.push(reaction.clone());
        for axis in 0..if advection == Advection::Upwind { mesh.dimension } else { 0 } {
            let mut orders = [0; 3];
            orders[axis] = 1;
            if let Some(speed) = own(reaction, Symbol::Derivative { field, orders }) {
                right.winds.push((axis, rest.len()));
                rest.push(speed);
            }
        }
    }
    for term in terms {
        match term {
            Term::Diffusion { of, outer, inner, coefficient } if differs(coefficient) => {
                right.varying.push(Varying::Diffusion { of: *of, axes: [*outer, *inner], formula: stiff.len() });
                stiff.push(coefficient);
            }
            Term::Derivative { of, orders, coefficient } if differs(coefficient) => {
                let difference = Difference::derivative(*orders, frame);
                right.varying.push(Varying::Derivative { of: *of, difference, formula: stiff.len() });
                stiff.push(coefficient);
            }
            Term::Diffusion { of, outer, inner, coefficient } => {
                let mut orders = [0; 3];
                orders[*outer] += 1;
                orders[*inner] += 1;
                right.uniform.push((*of, Difference::derivative(orders, frame), coefficient.clone()));
            }
            Term::Derivative { of, orders, coefficient } => {
                right.uniform.push((*of, Difference::derivative(*orders, frame), coefficient.clone()));
            }
            Term::Flux { axis, flux } => {
                let place = rest.len();
                rest.push(flux.clone());
                let speed = own(flux, Symbol::Field(field)).filter(|_| advection == Advection::Upwind);
                right.fluxes.push((*axis, place, speed.as_ref().map(|_| place + 1)));
                rest.extend(speed);
            }
        }
    }
    for (of, ..) in &right.uniform {
        if !right.sums.iter().any(|(f, _)| f == of) {
            right.sums.push((*of, Difference::default()));
        }
    }
    right.stiff = Formulas::new(&stiff, &varies, nodes);
    right.rest = Formulas::new(&rest.iter().collect::<Vec<_>>(), &varies, nodes);
    if differs(tau) {
        right.varying_tau = Formulas::new(&[tau], &varies, nodes);
    } else if !(tau.is_constant() && tau.eval(&[]) == 1.0) {
        right.tau = Some(tau.clone());
    }
    right
}
