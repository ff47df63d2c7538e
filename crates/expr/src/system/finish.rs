//! From what was read to the finished system: the order of what follows from others, formulas in their final variables.

use super::super::parameters::{Parameters, circle};
use super::super::tree::{Node, Tree};
use super::operators::{Context, Parts, Raw};
use super::read::{Sorted, constant};
use super::{Condition, Equation, Expr, ExprError, Field, FieldKind, SIDES, Symbol, Term, TypedSystem, conditions};

/// Checks how fields that follow from others need one another, and puts all formulas into their final variables.
pub(super) fn finish(
    sorted: Sorted<'_>,
    context: Context,
    parameters: Parameters,
    mut rights: Vec<(Tree, Parts)>,
    starts: Vec<Option<Tree>>,
    on_sides: Vec<conditions::OnSides>,
) -> Result<TypedSystem, ExprError> {
    let names = context.names;
    let mut fields: Vec<Field> = sorted.fields.iter().map(|f| Field { name: f.name.clone(), kind: f.kind }).collect();
    let mut places: Vec<(usize, usize)> = sorted.fields.iter().map(|f| (f.at.at, f.at.len())).collect();
    for auxiliary in context.auxiliaries {
        fields.push(Field { name: auxiliary.name, kind: FieldKind::Auxiliary });
        places.push((auxiliary.at, 1));
        rights.push((constant(1.0), auxiliary.parts));
    }
    let follows = |k: usize| matches!(fields[k].kind, FieldKind::Algebraic | FieldKind::Auxiliary);
    let needs = |k: usize, other: usize| follows(k) && follows(other) && uses(&rights[k].1, other, &context.symbols);
    let mut order: Vec<usize> = (0..fields.len()).filter(|&k| !follows(k)).collect();
    let evolving = order.len();
    while order.len() < fields.len() {
        let ready = |k: &usize| !order.contains(k) && (0..fields.len()).all(|o| order.contains(&o) || !needs(*k, o));
        let Some(next) = (0..fields.len()).find(ready) else {
            let circle = circle(fields.len(), &order, needs);
            let listed: Vec<&str> = circle.iter().map(|&k| fields[k].name.as_str()).collect();
            let (at, len) = places[circle[0]];
            let message = format!("an algebraic field cannot follow from itself: {}", listed.join(" -> "));
            return Err(ExprError::new(at, len, message));
        };
        order.push(next);
    }
    let place = |k: usize| places[k];
    let expr = |tree: &Tree, k: usize| {
        let (at, len) = place(k);
        Expr::from_tree(tree.clone(), names.clone(), "equation").map_err(|e| ExprError { at, len, ..e })
    };
    let mut equations = Vec::new();
    for (k, (tau, parts)) in rights.iter().enumerate() {
        let terms = parts.terms.iter().map(|raw| {
            let formula = expr(raw.formula(), k)?;
            Ok(match *raw {
                Raw::Diffusion { of, outer, inner, .. } => Term::Diffusion { of, outer, inner, coefficient: formula },
                Raw::Derivative { of, orders, .. } => Term::Derivative { of, orders, coefficient: formula },
                Raw::Flux { axis, .. } => Term::Flux { axis, flux: formula },
            })
        });
        let terms = terms.collect::<Result<_, ExprError>>()?;
        equations.push(Equation { tau: expr(tau, k)?, terms, reaction: expr(&parts.reaction, k)?, at: place(k).0 });
    }
    let starts = starts.iter().enumerate().map(|(k, tree)| tree.as_ref().map(|t| expr(t, k)).transpose());
    let mut starts = starts.collect::<Result<Vec<_>, _>>()?;
    let mut final_conditions = Vec::new();
    for (k, sides) in on_sides.iter().enumerate() {
        let mut of_field: [Option<Condition>; SIDES.len()] = Default::default();
        for (slot, raw) in of_field.iter_mut().zip(sides) {
            let Some((raw, _)) = raw else { continue };
            *slot = Some(match raw {
                conditions::Raw::Value(t) => Condition::Value(expr(t, k)?),
                conditions::Raw::Slope(t) => Condition::Slope(expr(t, k)?),
                conditions::Raw::Robin { coefficient, value } => {
                    Condition::Robin { coefficient: expr(coefficient, k)?, value: expr(value, k)? }
                }
                conditions::Raw::Periodic => Condition::Periodic,
            });
        }
        final_conditions.push(of_field);
    }
    starts.resize(fields.len(), None);
    final_conditions.resize(fields.len(), Default::default());
    Ok(TypedSystem {
        dimension: context.dimension,
        symbols: context.symbols,
        names,
        algebraic_order: order.split_off(evolving),
        fields,
        equations,
        parameters,
        starts,
        conditions: final_conditions,
    })
}

/// Whether a right-hand side needs a field.
fn uses(parts: &Parts, field: usize, symbols: &[Symbol]) -> bool {
    let in_tree = |tree: &Tree| {
        tree.nodes().iter().any(|n| match n {
            Node::Variable(v) => match symbols[*v as usize] {
                Symbol::Field(f) | Symbol::Derivative { field: f, .. } => f == field,
                _ => false,
            },
            _ => false,
        })
    };
    let in_term = |raw: &Raw| {
        let derived = match *raw {
            Raw::Diffusion { of, .. } | Raw::Derivative { of, .. } => of == field,
            Raw::Flux { .. } => false,
        };
        derived || in_tree(raw.formula())
    };
    in_tree(&parts.reaction) || parts.terms.iter().any(in_term)
}
