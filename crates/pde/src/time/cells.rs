//! How fast a typed system carries things from node to node about its start, beside how fast it spreads them: Courant and cell Peclet numbers.

use iterscope_expr::Expr;
use iterscope_expr::system::{FieldKind, Symbol, Term, TypedSystem};

use super::boundary::Point;
use super::mesh::Mesh;

/// Nodes that are looked at, at most.
const NODES: usize = 4096;

/// Numbers of the cells of a mesh.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cells {
    /// The most cells that anything is carried across in a unit of time, all axes together; times dt it is the Courant number.
    pub crossings: f64,
    /// The largest speed times spacing over diffusion; infinity where something is carried that does not spread, 0 where nothing is carried.
    pub peclet: f64,
}

/// What one field's equation says of one axis.
struct AxisTerms {
    speeds: Vec<Expr>,
    diffusions: Vec<Expr>,
}

fn flow(typed: &TypedSystem, field: usize, axis: usize) -> AxisTerms {
    let equation = &typed.equations[field];
    let with_respect_to = |e: &Expr, symbol: Symbol| typed.variable(symbol).and_then(|v| e.diff(v).ok());
    let mut orders = [0; 3];
    orders[axis] = 1;
    let mut speeds: Vec<Expr> =
        with_respect_to(&equation.reaction, Symbol::Derivative { field, orders }).into_iter().collect();
    let mut diffusions = Vec::new();
    orders[axis] = 2;
    for term in &equation.terms {
        match term {
            Term::Flux { axis: along, flux } if *along == axis => {
                speeds.extend(with_respect_to(flux, Symbol::Field(field)));
            }
            Term::Diffusion { of, outer, inner, coefficient } if (*of, *outer, *inner) == (field, axis, axis) => {
                diffusions.push(coefficient.clone());
            }
            Term::Derivative { of, orders: o, coefficient } if (*of, *o) == (field, orders) => {
                diffusions.push(coefficient.clone());
            }
            _ => {}
        }
    }
    AxisTerms { speeds, diffusions }
}

/// The numbers at the start, whose fields are `fields`; speeds that depend on derivatives are not known there and left out.
pub fn cells(typed: &TypedSystem, mesh: &Mesh, parameters: &[f64], fields: &[Vec<f64>]) -> Cells {
    let point = Point { symbols: &typed.symbols, mesh, parameters, t: 0.0, fields };
    let mut variables = vec![0.0; typed.symbols.len()];
    let mut found = Cells::default();
    for (field, _) in typed.fields.iter().enumerate().filter(|(_, f)| f.kind == FieldKind::Evolving) {
        let flows: Vec<AxisTerms> = (0..mesh.dimension).map(|axis| flow(typed, field, axis)).collect();
        if flows.iter().all(|f| f.speeds.is_empty()) {
            continue;
        }
        for node in (0..mesh.len()).step_by(mesh.len().div_ceil(NODES)).filter(|&node| mesh.is_inside(node)) {
            point.write(node, &mut variables);
            let mut crossings = 0.0;
            for (axis, flow) in flows.iter().enumerate() {
                let sum = |all: &[Expr]| all.iter().map(|e| e.eval(&variables)).filter(|v| v.is_finite()).sum::<f64>();
                let (speed, diffusion, h) = (sum(&flow.speeds).abs(), sum(&flow.diffusions), mesh.spacing[axis]);
                crossings += speed / h;
                if speed > 0.0 {
                    let peclet = if diffusion > 0.0 { speed * h / diffusion } else { f64::INFINITY };
                    found.peclet = found.peclet.max(peclet);
                }
            }
            found.crossings = found.crossings.max(crossings);
        }
    }
    found
}
