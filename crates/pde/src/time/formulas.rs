//! Formulas about a system that people type beside it: the exact solution, what is measured, the domain.

use std::rc::Rc;

use iterscope_core::BuildError;
use iterscope_expr::Expr;
use iterscope_expr::system::{Symbol, TypedSystem};

use super::mesh::Mesh;

/// A measure that people typed: the integral of an expression.
#[derive(Clone, Debug)]
pub struct TypedIntegral {
    /// Its name.
    pub name: String,
    /// The integrand, in the variables of the system.
    pub integrand: Expr,
}

/// Names of the variables, by which people write formulas.
fn names(typed: &TypedSystem) -> Vec<&str> {
    typed.names.iter().map(String::as_str).collect()
}

/// A formula of the variables that `may` says; `what` tells which they are.
fn formula(
    typed: &TypedSystem,
    key: &'static str,
    text: &str,
    may: fn(&Symbol) -> bool,
    what: &str,
) -> Result<Expr, BuildError> {
    let expr = Expr::parse(text, &names(typed)).map_err(|e| BuildError::at(key, e.message, e.at))?;
    match typed.symbols.iter().enumerate().find(|(v, s)| !may(s) && expr.depends_on(*v)) {
        Some((v, _)) => Err(BuildError::new(key, format!("{what}, not from {}", typed.names[v]))),
        None => Ok(expr),
    }
}

/// The exact solution of the first field, unless the text is empty.
///
/// # Errors
/// It cannot be read, or needs what is not known.
pub fn exact(typed: &TypedSystem, text: &str) -> Result<Option<Expr>, BuildError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let may = |s: &Symbol| matches!(s, Symbol::Coordinate(_) | Symbol::Time | Symbol::Parameter(_));
    formula(typed, "exact", text, may, "an exact solution is known from x, t and parameters alone").map(Some)
}

/// The mesh with a domain within its box, unless the text is empty. Parameters have the values that they begin with.
///
/// # Errors
/// It cannot be read, depends on more than the place, or holds no node.
pub fn domain(typed: &TypedSystem, mesh: Mesh, text: &str) -> Result<Mesh, BuildError> {
    if text.trim().is_empty() {
        return Ok(mesh);
    }
    let may = |s: &Symbol| matches!(s, Symbol::Coordinate(_) | Symbol::Parameter(_));
    let expr = formula(typed, "domain", text, may, "a domain is known from the place and parameters alone")?;
    let parameters = typed.parameters.values(|_| None);
    let mut variables = vec![f64::NAN; typed.symbols.len()];
    let inside: Rc<[bool]> = (0..mesh.len())
        .map(|node| {
            let at = mesh.coordinates(node);
            for (variable, symbol) in variables.iter_mut().zip(&typed.symbols) {
                match *symbol {
                    Symbol::Coordinate(axis) => *variable = at[axis],
                    Symbol::Parameter(k) => *variable = parameters[k],
                    _ => {}
                }
            }
            expr.eval(&variables) > 0.0
        })
        .collect();
    if !inside.contains(&true) {
        return Err(BuildError::new("domain", "holds no node of the grid"));
    }
    let all = !inside.contains(&false);
    Ok(Mesh { inside: (!all).then_some(inside), ..mesh })
}

/// Measures, one a line: `name = EXPR`.
///
/// # Errors
/// At the line.
pub fn measures(typed: &TypedSystem, text: &str) -> Result<Vec<TypedIntegral>, BuildError> {
    let mut all: Vec<TypedIntegral> = Vec::new();
    let mut at = 0;
    for line in text.split('\n') {
        let characters = line.chars().count() + 1;
        if !line.trim().is_empty() {
            let Some((name, formula)) = line.split_once('=') else {
                return Err(BuildError::at("measures", "a measure is written name = EXPR", at));
            };
            let name = name.trim().to_owned();
            if name.is_empty() || all.iter().any(|m| m.name == name) {
                return Err(BuildError::at("measures", "every measure needs a name of its own before the =", at));
            }
            let before = line.chars().count() - formula.chars().count();
            let integrand = Expr::parse(formula, &names(typed))
                .map_err(|e| BuildError::at("measures", e.message, at + before + e.at))?;
            all.push(TypedIntegral { name, integrand });
        }
        at += characters;
    }
    Ok(all)
}
