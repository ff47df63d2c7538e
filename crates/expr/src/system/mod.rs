//! Systems of evolution equations that people type: one statement a line, or separated by `;`; `#` and `//` begin remarks.
//!
//! ```text
//! u_t = D*lap(u) + a - u + u^2*v        an equation; also du/dt = ..., tau*u_t = ..., u_tt = ... (second order in time)
//! v_t = div((1 + v)*grad(v)) - dx(u*v)  operators: lap, div(EXPR*grad(u)), dx, dy, dz; derivatives u_x, u_xy, u_xxxx
//! w = u + v                             an algebraic field: it follows from the others at every moment
//! a = 0.5 in [0, 1]                     a parameter: of numbers and other parameters alone
//! u(0) = 1 + 0.01*noise(x, y)           the start; u_t(0) = ... where there is u_tt
//! left: u = 0, v = 1                    sides left right bottom top back front edge, or all
//! right: du/dn + 2*u = 1                n points outwards
//! edge: u = 0                           where the domain ends inside of the box; `all` has it too
//! top: u periodic                       with the side opposite; `periodic` alone: everywhere
//! ```
//!
//! [`TypedSystem::parse`] makes plain data of it, of which a grid operator can be made. It knows no grid.
//!
//! The right-hand side of an equation is taken apart into terms that are linear in derivatives of the fields (diffusion,
//! which implicit methods take implicitly), fluxes, and the rest. `c*lap(u)` is div(c grad u) where c is the same
//! everywhere; where c depends on place or fields it is c times the Laplacian. An operator inside another one, or times
//! something that varies, becomes an auxiliary field that follows from the others.

mod conditions;
mod finish;
mod operators;
mod read;

use super::{Expr, ExprError, Parameters};

/// The most fields that a person may define, algebraic ones included.
pub const MAX_FIELDS: usize = 4;

/// What is wrong with a system, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemError {
    /// The first character concerned, counted over the whole text from 0.
    pub at: usize,
    /// The number of characters concerned.
    pub len: usize,
    /// Its line, from 1.
    pub line: usize,
    /// Its place in the line, in characters from 1.
    pub column: usize,
    /// The message for the person who typed the system.
    pub message: String,
}

impl SystemError {
    fn new(text: &str, error: ExprError) -> Self {
        let before: Vec<char> = text.chars().take(error.at).collect();
        let line = before.iter().filter(|&&c| c == '\n').count() + 1;
        let column = before.iter().rev().take_while(|&&c| c != '\n').count() + 1;
        SystemError { at: error.at, len: error.len, line, column, message: error.message }
    }
}

impl core::fmt::Display for SystemError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl core::error::Error for SystemError {}

/// What a variable of the expressions stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// x, y or z.
    Coordinate(usize),
    /// The time t.
    Time,
    /// The field with this index.
    Field(usize),
    /// A derivative of a field, with its order in x, y and z.
    Derivative {
        /// The field's index.
        field: usize,
        /// The orders; their sum is 1 to 4.
        orders: [u8; 3],
    },
    /// The parameter with this index.
    Parameter(usize),
    /// A random number for each node of the grid, in starts alone: uniform from -1 to 1, or normal with the deviation 1.
    Noise {
        /// Whether it is normal.
        normal: bool,
        /// Numbers of different streams have nothing to do with each other.
        stream: u32,
    },
}

/// How a field comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// By its rate of change.
    Evolving,
    /// It is the rate of change of the field with this index, which has an equation of second order in time.
    Velocity(usize),
    /// It follows from the others at every moment.
    Algebraic,
    /// The same, but made here: an operator inside another one.
    Auxiliary,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name: as typed, `u_t` for a velocity, `lap_1` and so on for what was made here.
    pub name: String,
    /// How it comes about.
    pub kind: FieldKind,
}

/// A term of a right-hand side that is linear in derivatives of a field, or a flux.
#[derive(Clone, Debug)]
pub enum Term {
    /// d/d`outer` ( `coefficient` d`of`/d`inner` ), in conservative form.
    Diffusion {
        /// The field's index.
        of: usize,
        /// The direction of the outer derivative.
        outer: usize,
        /// The direction of the inner derivative.
        inner: usize,
        /// May depend on everything but noise.
        coefficient: Expr,
    },
    /// `coefficient` times the derivative of a field, of order 2 or more.
    Derivative {
        /// The field's index.
        of: usize,
        /// Order in x, y and z.
        orders: [u8; 3],
        /// May depend on everything but noise.
        coefficient: Expr,
    },
    /// d`flux`/d`axis`.
    Flux {
        /// The direction.
        axis: usize,
        /// May depend on everything but noise.
        flux: Expr,
    },
}

/// `tau` times the rate of change of a field is the sum of terms and reaction; an algebraic field is that sum itself.
#[derive(Clone, Debug)]
pub struct Equation {
    /// The factor of the rate of change.
    pub tau: Expr,
    /// Terms with derivatives.
    pub terms: Vec<Term>,
    /// The rest, without derivatives of an order above 1 unless they occur in other ways than linearly.
    pub reaction: Expr,
    /// The first character of the statement.
    pub at: usize,
}

/// What holds for a field on a side.
#[derive(Clone, Debug)]
pub enum Condition {
    /// The field has this value.
    Value(Expr),
    /// du/dn, with n outwards, has this value; it may depend on fields.
    Slope(Expr),
    /// du/dn + `coefficient` u = `value`.
    Robin {
        /// Independent of u.
        coefficient: Expr,
        /// Independent of u.
        value: Expr,
    },
    /// What leaves here comes in on the side opposite.
    Periodic,
}

/// Names of the sides, in the order of [`TypedSystem::conditions`]; the last one is where a domain ends inside of the box.
pub const SIDES: [&str; 7] = ["left", "right", "bottom", "top", "back", "front", "edge"];

/// The place of the edge among [`SIDES`].
pub const EDGE: usize = 6;

/// A system of equations as data. All expressions have the same variables.
#[derive(Clone, Debug)]
pub struct TypedSystem {
    /// 1, 2 or 3.
    pub dimension: usize,
    /// What the variables stand for.
    pub symbols: Vec<Symbol>,
    /// Their names.
    pub names: Vec<String>,
    /// Fields: those typed first, in the order of the text; then velocities, then auxiliary ones.
    pub fields: Vec<Field>,
    /// One for each field.
    pub equations: Vec<Equation>,
    /// Fields that follow from others, each behind those that it needs.
    pub algebraic_order: Vec<usize>,
    /// Parameters; [`Symbol::Parameter`] counts them in this order.
    pub parameters: Parameters,
    /// For each field, its start as far as it was given.
    pub starts: Vec<Option<Expr>>,
    /// For each field and side, what was typed.
    pub conditions: Vec<[Option<Condition>; SIDES.len()]>,
}

impl TypedSystem {
    /// Reads a system in `dimension` directions, 1 to 3.
    ///
    /// # Errors
    /// With line and column: a statement that is none, an unknown name, a wrong formula, a field without an equation or
    /// with two, more than [`MAX_FIELDS`] fields, parameters or algebraic fields that need themselves, an operator that
    /// stands where it means nothing, a condition on a side that the dimension has not, or that contradicts another.
    pub fn parse(text: &str, dimension: usize) -> Result<Self, SystemError> {
        Self::parse_for(text, dimension, &[])
    }

    /// The same with further variables: the derivatives `u_x`, `u_xx` and so on that occur in `formulas`, which are not read otherwise.
    ///
    /// # Errors
    /// As [`TypedSystem::parse`].
    pub fn parse_for(text: &str, dimension: usize, formulas: &[&str]) -> Result<Self, SystemError> {
        read::read(text, dimension, formulas).map_err(|e| SystemError::new(text, e))
    }

    /// The variable that stands for this, if it occurs.
    pub fn variable(&self, symbol: Symbol) -> Option<usize> {
        self.symbols.iter().position(|s| *s == symbol)
    }

    /// The place among the parameters of the one with this name that has a range, so that a slider moves it.
    pub fn slider(&self, name: &str) -> Option<usize> {
        self.parameters.list.iter().position(|p| p.name == name && p.range.is_some())
    }

    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == name)
    }
}
