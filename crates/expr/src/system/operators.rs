//! A right-hand side taken apart: terms linear in derivatives, fluxes, and the rest.

use super::super::diff;
use super::super::parser::{Derived, OPERATORS, Operator};
use super::super::tree::{Binary, Id, Node, Tree, Unary};
use super::{ExprError, Symbol};

/// The most auxiliary fields in a system.
const MAX_AUXILIARY: usize = 8;

/// A term whose formula is not in its final variables yet.
pub(super) enum Raw {
    Diffusion { of: usize, outer: usize, inner: usize, coefficient: Tree },
    Derivative { of: usize, orders: [u8; 3], coefficient: Tree },
    Flux { axis: usize, flux: Tree },
}

impl Raw {
    pub(super) fn formula(&self) -> &Tree {
        match self {
            Raw::Diffusion { coefficient, .. } | Raw::Derivative { coefficient, .. } => coefficient,
            Raw::Flux { flux, .. } => flux,
        }
    }
}

/// A right-hand side.
pub(super) struct Parts {
    pub(super) terms: Vec<Raw>,
    pub(super) reaction: Tree,
}

/// A field that was made here.
pub(super) struct Auxiliary {
    pub(super) name: String,
    pub(super) parts: Parts,
    pub(super) at: usize,
}

/// What all right-hand sides of a system share.
pub(super) struct Context {
    pub(super) dimension: usize,
    pub(super) names: Vec<String>,
    pub(super) symbols: Vec<Symbol>,
    /// The number of fields without auxiliary ones.
    pub(super) fields: usize,
    pub(super) auxiliaries: Vec<Auxiliary>,
}

impl Context {
    fn symbol(&self, v: u32) -> Option<Symbol> {
        self.symbols.get(v as usize).copied()
    }

    /// The variable that stands for a derivative.
    fn derivative(&mut self, field: usize, axis: usize) -> u32 {
        let mut orders = [0; 3];
        orders[axis] = 1;
        let symbol = Symbol::Derivative { field, orders };
        let known = self.symbols.iter().position(|s| *s == symbol);
        known.unwrap_or_else(|| {
            let name = self.symbols.iter().position(|s| *s == Symbol::Field(field)).map(|v| &self.names[v]);
            self.names.push(format!("{}_{}", name.map_or("", String::as_str), ["x", "y", "z"][axis]));
            self.symbols.push(symbol);
            self.symbols.len() - 1
        }) as u32
    }

    /// Takes one right-hand side apart. `start` is the place of its first character.
    pub(super) fn split(&mut self, root: &Tree, operators: Vec<Operator>, start: usize) -> Result<Parts, ExprError> {
        let mut arena = Tree::default();
        let root = arena.append(root, |_| None);
        let operators = operators
            .into_iter()
            .map(|o| Known {
                derived: o.derived,
                of: arena.append(&o.of, |_| None),
                at: o.at + start,
                len: o.len,
                field: None,
            })
            .collect();
        let mut splitter = Splitter { context: self, arena, operators, terms: Vec::new(), reaction: None };
        splitter.parts(root)
    }
}

struct Known {
    derived: Derived,
    of: Id,
    at: usize,
    len: usize,
    /// The auxiliary field that has its value, once there is one.
    field: Option<u32>,
}

struct Splitter<'a> {
    context: &'a mut Context,
    arena: Tree,
    operators: Vec<Known>,
    terms: Vec<Raw>,
    reaction: Option<Id>,
}

impl Splitter<'_> {
    /// All of a formula's terms.
    fn parts(&mut self, root: Id) -> Result<Parts, ExprError> {
        let (terms, reaction) = (core::mem::take(&mut self.terms), self.reaction.take());
        let one = self.arena.number(1.0);
        let done = self.sum(root, one, Self::has_special, Self::term);
        let found = core::mem::replace(&mut self.terms, terms);
        let rest = core::mem::replace(&mut self.reaction, reaction);
        done?;
        let rest = rest.unwrap_or_else(|| self.arena.number(0.0));
        Ok(Parts { terms: found, reaction: self.arena.pruned(rest) })
    }

    /// Walks through the terms of a sum, each with the factors around it. `leads` says which factor of a product is looked
    /// into; `term` takes what is no sum and no such product.
    fn sum(
        &mut self,
        root: Id,
        factor: Id,
        leads: fn(&Self, Id) -> bool,
        mut term: impl FnMut(&mut Self, Id, Id) -> Result<(), ExprError>,
    ) -> Result<(), ExprError> {
        let mut pending = vec![(root, factor)];
        while let Some((id, factor)) = pending.pop() {
            let node = self.arena.node(id);
            if !leads(self, id) && !matches!(node, Node::Binary(Binary::Add | Binary::Sub, ..)) {
                term(self, id, factor)?;
                continue;
            }
            match node {
                Node::Binary(Binary::Add, a, b) => pending.extend([(b, factor), (a, factor)]),
                Node::Binary(Binary::Sub, a, b) => {
                    let minus = self.arena.negate(factor);
                    pending.extend([(b, minus), (a, factor)]);
                }
                Node::Unary(Unary::Negate, a) => {
                    let minus = self.arena.negate(factor);
                    pending.push((a, minus));
                }
                Node::Binary(Binary::Mul, a, b) if !leads(self, a) || self.is_first_derivative(b) => {
                    let factor = self.times(factor, a);
                    pending.push((b, factor));
                }
                Node::Binary(Binary::Mul, a, b) if !leads(self, b) || self.is_first_derivative(a) => {
                    let factor = self.times(factor, b);
                    pending.push((a, factor));
                }
                Node::Binary(Binary::Div, a, b) if !leads(self, b) => {
                    let factor = self.arena.divide(factor, b);
                    pending.push((a, factor));
                }
                _ => term(self, id, factor)?,
            }
        }
        Ok(())
    }

    /// A product that keeps the order in which it was typed.
    fn times(&mut self, factor: Id, a: Id) -> Id {
        self.arena.multiply(factor, a)
    }

    fn any(&self, id: Id, what: impl Fn(u32) -> bool) -> bool {
        self.arena.pruned(id).nodes().iter().any(|n| matches!(n, Node::Variable(v) if what(*v)))
    }

    fn order_of(&self, v: u32) -> u8 {
        match self.context.symbol(v) {
            Some(Symbol::Derivative { orders, .. }) => orders.iter().sum(),
            _ => 0,
        }
    }

    /// Whether operators or derivatives of an order above 1 occur.
    fn has_special(&self, id: Id) -> bool {
        self.any(id, |v| v >= OPERATORS || self.order_of(v) > 1)
    }

    fn has_derivative(&self, id: Id) -> bool {
        self.any(id, |v| v >= OPERATORS || self.order_of(v) > 0)
    }

    fn has_gradient(&self, id: Id) -> bool {
        self.any(id, |v| v >= OPERATORS && self.operators[(v - OPERATORS) as usize].derived == Derived::Gradient)
    }

    fn is_first_derivative(&self, id: Id) -> bool {
        matches!(self.arena.node(id), Node::Variable(v) if v < OPERATORS && self.order_of(v) == 1)
    }

    /// Whether it is the same at all points, so that derivatives pass it by.
    fn is_same_everywhere(&self, id: Id) -> bool {
        !self.any(id, |v| {
            v >= OPERATORS
                || matches!(
                    self.context.symbol(v),
                    Some(Symbol::Coordinate(_) | Symbol::Field(_) | Symbol::Derivative { .. })
                )
        })
    }

    fn field_at(&self, id: Id) -> Option<usize> {
        let Node::Variable(v) = self.arena.node(id) else { return None };
        match self.context.symbol(v) {
            Some(Symbol::Field(field)) => Some(field),
            _ => None,
        }
    }

    /// One term of an equation.
    fn term(&mut self, id: Id, factor: Id) -> Result<(), ExprError> {
        let Node::Variable(v) = self.arena.node(id) else { return self.rest(id, factor) };
        if v < OPERATORS {
            return match self.context.symbol(v) {
                Some(Symbol::Derivative { field, orders }) if self.order_of(v) > 1 => {
                    self.derivative(field, orders, factor);
                    Ok(())
                }
                _ => self.rest(id, factor),
            };
        }
        let known = &self.operators[(v - OPERATORS) as usize];
        let (derived, of, same) = (known.derived, known.of, self.is_same_everywhere(factor));
        let number = (v - OPERATORS) as usize;
        match derived {
            Derived::Gradient => Err(self.fault(number, "grad(...) can only stand within div(...)")),
            Derived::Along(axis) if axis >= self.context.dimension => {
                let name = ["x", "y", "z"][axis];
                Err(self.fault(number, format!("there is no {name} in {} dimensions", self.context.dimension)))
            }
            Derived::Laplacian if same => self.each_axis(|s, axis| s.gradient(axis, axis, of, factor, number)),
            Derived::Laplacian if self.field_at(of).is_some() => self.each_axis(|s, axis| {
                let Some(field) = s.field_at(of) else { return Ok(()) };
                let mut orders = [0; 3];
                orders[axis] = 2;
                let coefficient = s.cleaned(factor)?;
                s.terms.push(Raw::Derivative { of: field, orders, coefficient });
                Ok(())
            }),
            Derived::Along(_) if self.field_at(of).is_some() => self.rest(id, factor),
            Derived::Along(axis) if same => {
                self.sum(of, factor, Self::has_derivative, |s, id, factor| s.flux_term(axis, id, factor))
            }
            Derived::Divergence if same => self.sum(of, factor, Self::has_gradient, |s, id, factor| {
                let gradient = match s.arena.node(id) {
                    Node::Variable(v) if v >= OPERATORS => Some(&s.operators[(v - OPERATORS) as usize]),
                    _ => None,
                };
                let inner = gradient.filter(|g| g.derived == Derived::Gradient).map(|g| g.of);
                let needs =
                    "div(...) needs terms of the form EXPR*grad(u); with a flux in x and y write dx(...) + dy(...)";
                let Some(inner) = inner else { return Err(s.fault(number, needs)) };
                s.each_axis(|s, axis| s.gradient(axis, axis, inner, factor, number))
            }),
            _ => self.rest(id, factor),
        }
    }

    fn each_axis(&mut self, mut f: impl FnMut(&mut Self, usize) -> Result<(), ExprError>) -> Result<(), ExprError> {
        (0..self.context.dimension).try_for_each(|axis| f(self, axis))
    }

    fn fault(&self, number: usize, message: impl Into<String>) -> ExprError {
        ExprError::new(self.operators[number].at, self.operators[number].len, message)
    }

    /// Adds to what is no term with derivatives.
    fn rest(&mut self, id: Id, factor: Id) -> Result<(), ExprError> {
        // Factors hold operators where a first derivative stands beside them, as in lap(u) u_x.
        let (id, factor) = (self.replaced(id)?, self.replaced(factor)?);
        let product = self.times(factor, id);
        self.reaction = Some(match self.reaction {
            Some(sum) => self.arena.add(sum, product),
            None => product,
        });
        Ok(())
    }

    /// A term with a derivative of an order above 1.
    fn derivative(&mut self, of: usize, orders: [u8; 3], factor: Id) {
        let coefficient = self.arena.pruned(factor);
        let axes: Vec<usize> = (0..3).flat_map(|axis| vec![axis; orders[axis] as usize]).collect();
        self.terms.push(match *axes {
            [outer, inner] if self.is_same_everywhere(factor) => Raw::Diffusion { of, outer, inner, coefficient },
            _ => Raw::Derivative { of, orders, coefficient },
        });
    }

    /// d/d`outer` ( factor d/d`inner` of ), by the chain rule over the fields in it.
    fn gradient(&mut self, outer: usize, inner: usize, of: Id, factor: Id, number: usize) -> Result<(), ExprError> {
        let coefficient = self.replaced(factor)?;
        if self.has_derivative(of) {
            let v = self.auxiliary_of(of, "inner", number)?;
            let Some(Symbol::Field(field)) = self.context.symbol(v) else { return Ok(()) };
            let coefficient = self.arena.pruned(coefficient);
            self.terms.push(Raw::Diffusion { of: field, outer, inner, coefficient });
            return Ok(());
        }
        let formula = self.arena.pruned(of);
        for v in 0..self.context.symbols.len() {
            let symbol = self.context.symbols[v];
            let occurs = formula.nodes().contains(&Node::Variable(v as u32));
            let wanted = matches!(symbol, Symbol::Field(_)) || symbol == Symbol::Coordinate(inner);
            if !occurs || !wanted {
                continue;
            }
            let slope = diff::derivative(&formula, v);
            let slope = self.arena.append(&slope, |_| None);
            let product = self.times(coefficient, slope);
            if self.arena.node(product) == Node::Number(0.0) {
                continue;
            }
            let product = self.arena.pruned(product);
            self.terms.push(match symbol {
                Symbol::Field(of) => Raw::Diffusion { of, outer, inner, coefficient: product },
                _ => Raw::Flux { axis: outer, flux: product },
            });
        }
        Ok(())
    }

    /// One term of what dx(...) or its like derives.
    fn flux_term(&mut self, axis: usize, id: Id, factor: Id) -> Result<(), ExprError> {
        if let Node::Variable(v) = self.arena.node(id) {
            let order = self.order_of(v);
            if let (Some(Symbol::Derivative { field, mut orders }), 1..) = (self.context.symbol(v), order) {
                if order == 1 {
                    let inner = orders.iter().position(|&o| o == 1).unwrap_or(0);
                    let coefficient = self.cleaned(factor)?;
                    self.terms.push(Raw::Diffusion { of: field, outer: axis, inner, coefficient });
                    return Ok(());
                }
                if order < 4 && self.is_same_everywhere(factor) {
                    orders[axis] += 1;
                    self.derivative(field, orders, factor);
                    return Ok(());
                }
            }
            if v >= OPERATORS {
                let number = (v - OPERATORS) as usize;
                let known = &self.operators[number];
                match known.derived {
                    Derived::Along(inner) if inner < self.context.dimension => {
                        return self.gradient(axis, inner, known.of, factor, number);
                    }
                    Derived::Gradient => return Err(self.fault(number, "grad(...) can only stand within div(...)")),
                    _ => {}
                }
            }
        }
        let (id, factor) = (self.replaced(id)?, self.replaced(factor)?);
        let flux = self.times(factor, id);
        self.terms.push(Raw::Flux { axis, flux: self.arena.pruned(flux) });
        Ok(())
    }

    fn cleaned(&mut self, id: Id) -> Result<Tree, ExprError> {
        let id = self.replaced(id)?;
        Ok(self.arena.pruned(id))
    }

    /// The formula with auxiliary fields and derivatives in the place of operators.
    fn replaced(&mut self, id: Id) -> Result<Id, ExprError> {
        let tree = self.arena.pruned(id);
        let mut found = Vec::new();
        for node in tree.nodes() {
            if let Node::Variable(v @ OPERATORS..) = *node {
                let with = self.value_of((v - OPERATORS) as usize)?;
                found.push((v, self.arena.push(Node::Variable(with))));
            }
        }
        if found.is_empty() {
            return Ok(id);
        }
        Ok(self.arena.append(&tree, |v| found.iter().find(|(from, _)| *from == v).map(|&(_, to)| to)))
    }

    /// The variable that has the value of an operator.
    fn value_of(&mut self, number: usize) -> Result<u32, ExprError> {
        let known = &self.operators[number];
        if let Some(v) = known.field {
            return Ok(v);
        }
        if let (Derived::Along(axis), Some(field)) = (known.derived, self.field_at(known.of))
            && axis < self.context.dimension
        {
            return Ok(self.context.derivative(field, axis));
        }
        let name = match known.derived {
            Derived::Laplacian => "lap",
            Derived::Divergence => "div",
            Derived::Gradient => return Err(self.fault(number, "grad(...) can only stand within div(...)")),
            Derived::Along(axis) => ["dx", "dy", "dz"][axis],
        };
        let itself = self.arena.push(Node::Variable(OPERATORS + number as u32));
        let v = self.auxiliary_of(itself, name, number)?;
        self.operators[number].field = Some(v);
        Ok(v)
    }

    /// A new field with this value.
    fn auxiliary_of(&mut self, id: Id, name: &str, number: usize) -> Result<u32, ExprError> {
        let parts = self.parts(id)?;
        let count = self.context.auxiliaries.len();
        if count == MAX_AUXILIARY {
            return Err(self.fault(number, format!("more than {MAX_AUXILIARY} operators are within others")));
        }
        let name = format!("{name}_{}", count + 1);
        let field = self.context.fields + count;
        self.context.auxiliaries.push(Auxiliary { name: name.clone(), parts, at: self.operators[number].at });
        self.context.names.push(name);
        self.context.symbols.push(Symbol::Field(field));
        Ok(self.context.symbols.len() as u32 - 1)
    }
}
