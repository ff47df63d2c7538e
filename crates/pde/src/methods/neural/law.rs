//! The rate of change of a typed equation at any place, from the value and derivatives of its field there, and how it changes with those: what methods
//! need that know their field between nodes.

use iterscope_core::BuildError;
use iterscope_expr::Expr;
use iterscope_expr::system::{Condition, FieldKind, Symbol, Term, TypedSystem};
use iterscope_neural::{Jet, Network};

use crate::time::problem::Evolution;
use crate::time::semidiscrete::SemiDiscrete;
use crate::time::typed::Typed;

/// A formula times derivatives of the field.
struct Product {
    formula: Expr,
    /// Derivatives of the formula with respect to those of the field.
    slopes: Vec<(usize, Expr)>,
    /// Places of the factors among the derivatives.
    factors: Vec<usize>,
}

/// The rate of change of one field at a place.
pub struct Law {
    /// Orders in x, y and z of the derivatives that it depends on; the first is the value itself.
    pub derivatives: Vec<[u8; 3]>,
    products: Vec<Product>,
    tau: Expr,
    symbols: Vec<Symbol>,
    variables: Vec<f64>,
}

fn refused(why: impl Into<String>) -> BuildError {
    BuildError::new("method", why.into())
}

/// The typed system of a problem of one field on a whole box, in at most so many dimensions.
///
/// # Errors
/// It is none.
pub fn one_field(problem: &Evolution, dimensions: usize) -> Result<SemiDiscrete, BuildError> {
    let system = problem.typed().map(Typed::system).filter(|system| system.state_fields().len() == 1);
    let system = system.ok_or_else(|| refused("needs a system of one field"))?;
    let mesh = system.mesh();
    if mesh.is_point() || mesh.inside.is_some() {
        return Err(refused("needs a field on a whole box"));
    }
    if mesh.dimension > dimensions {
        let wanted = ["a line", "a line or a rectangle", "a box"][dimensions - 1];
        return Err(refused(format!("needs a field on {wanted}, not in {} dimensions", mesh.dimension)));
    }
    Ok(system)
}

impl Law {
    /// Of a system of one field.
    ///
    /// # Errors
    /// There are algebraic fields, derivatives of an order above 2, or formulas that cannot be differentiated.
    pub fn new(system: &SemiDiscrete) -> Result<Law, BuildError> {
        let typed = system.typed();
        if typed.fields.len() > 1 || !matches!(typed.fields[0].kind, FieldKind::Evolving) {
            let why = "needs one equation u_t = ... without fields that follow from others and without operators within operators";
            return Err(refused(why));
        }
        let equation = &typed.equations[0];
        let mut law = Law {
            derivatives: vec![[0; 3]],
            products: Vec::new(),
            tau: equation.tau.clone(),
            symbols: typed.symbols.clone(),
            variables: vec![0.0; typed.symbols.len()],
        };
        let of_field = |s: &Symbol| matches!(s, Symbol::Field(_) | Symbol::Derivative { .. });
        if typed.symbols.iter().enumerate().any(|(v, s)| of_field(s) && law.tau.depends_on(v)) {
            return Err(refused("needs a factor of u_t that does not depend on u"));
        }
        law.push(&equation.reaction, &[])?;
        for term in &equation.terms {
            match term {
                Term::Derivative { orders, coefficient, .. } => law.push(coefficient, &[*orders])?,
                Term::Diffusion { outer, inner, coefficient, .. } => {
                    let slope = raised([0; 3], *inner);
                    law.push(coefficient, &[raised(slope, *outer)])?;
                    law.push_derivative(coefficient, *outer, &[slope])?;
                }
                Term::Flux { axis, flux } => law.push_derivative(flux, *axis, &[])?,
            }
        }
        law.set_parameters(system.parameters());
        Ok(law)
    }

    /// Whether such a variable occurs in a formula.
    pub fn depends_on(&self, what: fn(&Symbol) -> bool) -> bool {
        let uses = |e: &Expr| self.symbols.iter().enumerate().any(|(v, s)| what(s) && e.depends_on(v));
        uses(&self.tau) || self.products.iter().any(|p| uses(&p.formula))
    }

    /// The speed at which values are carried along, as a rate: the factor of `-u_x`. The rest is this rate where `u_x` is 0.
    ///
    /// # Errors
    /// `u_x` occurs in other ways than linearly.
    pub fn speed(&self) -> Result<Law, BuildError> {
        const SLOPE: [u8; 3] = [1, 0, 0];
        let mut speed = Law {
            derivatives: self.derivatives.clone(),
            products: Vec::new(),
            tau: self.tau.clone(),
            symbols: self.symbols.clone(),
            variables: self.variables.clone(),
        };
        let Some(own) = self.derivatives.iter().position(|o| *o == SLOPE) else { return Ok(speed) };
        for product in &self.products {
            for (k, formula) in &product.slopes {
                if *k == own {
                    let factors: Vec<[u8; 3]> = product.factors.iter().map(|&f| self.derivatives[f]).collect();
                    speed.push(formula, &factors)?;
                }
            }
            if let Some(place) = product.factors.iter().position(|&f| f == own) {
                let others = product.factors.iter().enumerate().filter(|(i, _)| *i != place);
                let factors: Vec<[u8; 3]> = others.map(|(_, &f)| self.derivatives[f]).collect();
                speed.push(&product.formula, &factors)?;
            }
        }
        let bends = |p: &Product| p.factors.contains(&own) || p.slopes.iter().any(|(k, _)| *k == own);
        if speed.products.iter().any(bends) {
            return Err(refused("needs an equation that u_x occurs in linearly: what is carried along has one speed"));
        }
        Ok(speed)
    }

    /// Adds the derivative of a formula along an axis, times factors.
    fn push_derivative(&mut self, formula: &Expr, axis: usize, factors: &[[u8; 3]]) -> Result<(), BuildError> {
        for v in 0..self.symbols.len() {
            let inner = match self.symbols[v] {
                Symbol::Coordinate(a) if a == axis => None,
                Symbol::Field(_) => Some(raised([0; 3], axis)),
                Symbol::Derivative { orders, .. } => Some(raised(orders, axis)),
                _ => continue,
            };
            if formula.depends_on(v) {
                let all: Vec<[u8; 3]> = factors.iter().copied().chain(inner).collect();
                self.push(&slope(formula, v)?, &all)?;
            }
        }
        Ok(())
    }

    fn push(&mut self, formula: &Expr, factors: &[[u8; 3]]) -> Result<(), BuildError> {
        if formula.is_constant() && formula.eval(&[]) == 0.0 {
            return Ok(());
        }
        let mut slopes = Vec::new();
        for v in 0..self.symbols.len() {
            let orders = match self.symbols[v] {
                Symbol::Field(_) => [0; 3],
                Symbol::Derivative { orders, .. } => orders,
                _ => continue,
            };
            if formula.depends_on(v) {
                slopes.push((self.place(orders)?, slope(formula, v)?));
            }
        }
        let factors = factors.iter().map(|&orders| self.place(orders)).collect::<Result<_, _>>()?;
        self.products.push(Product { formula: formula.clone(), slopes, factors });
        Ok(())
    }

    /// The place of a derivative in the list.
    fn place(&mut self, orders: [u8; 3]) -> Result<usize, BuildError> {
        if orders.iter().sum::<u8>() > 2 {
            return Err(refused(
                "differentiates a network twice: derivatives of an order above 2 are not carried along",
            ));
        }
        let known = self.derivatives.iter().position(|o| *o == orders);
        Ok(known.unwrap_or_else(|| {
            self.derivatives.push(orders);
            self.derivatives.len() - 1
        }))
    }

    /// Gives parameters other values, in the order of the text.
    pub fn set_parameters(&mut self, values: &[f64]) {
        for (variable, symbol) in self.variables.iter_mut().zip(&self.symbols) {
            if let Symbol::Parameter(k) = symbol {
                *variable = values[*k];
            }
        }
    }

    fn write(&mut self, place: &[f64], t: f64, jets: &[f64]) {
        for (variable, symbol) in self.variables.iter_mut().zip(&self.symbols) {
            let orders = match *symbol {
                Symbol::Coordinate(axis) => {
                    *variable = place[axis];
                    continue;
                }
                Symbol::Time => {
                    *variable = t;
                    continue;
                }
                Symbol::Field(_) => [0; 3],
                Symbol::Derivative { orders, .. } => orders,
                Symbol::Parameter(_) | Symbol::Noise { .. } => continue,
            };
            // One that is not in the list occurs in no formula.
            if let Some(k) = self.derivatives.iter().position(|o| *o == orders) {
                *variable = jets[k];
            }
        }
    }

    /// The rate at a place and a time from the derivatives in `jets`; its own derivatives with respect to them go to `slopes`.
    pub fn at(&mut self, place: &[f64], t: f64, jets: &[f64], slopes: &mut [f64]) -> f64 {
        self.write(place, t, jets);
        let tau = self.tau.eval(&self.variables);
        let mut rate = 0.0;
        slopes.fill(0.0);
        for product in &self.products {
            let formula = product.formula.eval(&self.variables);
            let all: f64 = product.factors.iter().map(|&k| jets[k]).product();
            rate += formula * all;
            for (k, slope) in &product.slopes {
                slopes[*k] += slope.eval(&self.variables) * all / tau;
            }
            for (i, &k) in product.factors.iter().enumerate() {
                let others: f64 =
                    product.factors.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, &k)| jets[k]).product();
                slopes[k] += formula * others / tau;
            }
        }
        rate / tau
    }

    /// Values of the variables at a place, for other formulas of the same system that know of no field.
    pub fn variables(&mut self, place: &[f64], t: f64) -> &[f64] {
        for (variable, symbol) in self.variables.iter_mut().zip(&self.symbols) {
            match *symbol {
                Symbol::Coordinate(axis) => *variable = place[axis],
                Symbol::Time => *variable = t,
                _ => {}
            }
        }
        &self.variables
    }
}

fn raised(mut orders: [u8; 3], axis: usize) -> [u8; 3] {
    orders[axis] += 1;
    orders
}

fn slope(formula: &Expr, variable: usize) -> Result<Expr, BuildError> {
    formula.diff(variable).map_err(|e| refused(format!("needs formulas that can be differentiated: {}", e.message)))
}

/// What holds on a side that is not joined with the one opposite.
pub struct Edge {
    /// The axis, and where it ends.
    pub axis: usize,
    /// The coordinate of the side.
    pub at: f64,
    /// Of what is given there: the value, or the slope outwards.
    pub seeds: Jet,
    /// What is given.
    given: Expr,
}

impl Edge {
    /// What a network misses of the condition at a place on the side, which has the time as its coordinate behind those of the place where the
    /// network has.
    pub fn miss(&self, network: &mut Network, law: &mut Law, theta: &[f64], (place, t): (&[f64], f64)) -> f64 {
        let jet = network.jet(theta, place, &AXES[self.axis]);
        jet[0] * self.seeds[0] + jet[1] * self.seeds[1] - self.given.eval(law.variables(place, t))
    }

    /// Adds the gradient of the same times a weight.
    pub fn add_gradient(&self, network: &mut Network, theta: &[f64], place: &[f64], weight: f64, gradient: &mut [f64]) {
        network.add_gradient(theta, place, &AXES[self.axis], self.seeds.map(|s| weight * s), gradient);
    }
}

const AXES: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// The sides of a system of one field.
///
/// # Errors
/// A side has a condition other than a value or a slope of place and time, or none.
pub fn edges(typed: &TypedSystem, sides: &[([f64; 2], bool)]) -> Result<Vec<Edge>, BuildError> {
    let mut all = Vec::new();
    for (axis, ([begin, length], periodic)) in sides.iter().enumerate() {
        for upper in [0, 1].into_iter().filter(|_| !periodic) {
            let needs = || refused("needs sides that are joined or where u or du/dn is given");
            let (given, seeds) = match &typed.conditions[0][2 * axis + upper] {
                Some(Condition::Value(given)) => (given, [1.0, 0.0, 0.0]),
                Some(Condition::Slope(given)) => (given, [0.0, if upper == 1 { 1.0 } else { -1.0 }, 0.0]),
                _ => return Err(needs()),
            };
            let of_field = |s: &Symbol| matches!(s, Symbol::Field(_) | Symbol::Derivative { .. });
            if typed.symbols.iter().enumerate().any(|(v, s)| of_field(s) && given.depends_on(v)) {
                return Err(needs());
            }
            let at = begin + if upper == 1 { *length } else { 0.0 };
            all.push(Edge { axis, at, seeds, given: given.clone() });
        }
    }
    Ok(all)
}
