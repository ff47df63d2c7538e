//! Formulas that people type: parsed, differentiated, evaluated and shown. Never run as a script.
//!
//! The grammar, from loosest to tightest:
//!
//! ```text
//! sum     = product { ("+" | "-") product }
//! product = signed { ["*" | "/"] signed }        a missing operator is a multiplication: 2x, x y, 3(x + 1)
//! signed  = { "+" | "-" } power
//! power   = value [ "^" signed ]                 right associative: 2^3^2 = 2^9, and -x^2 = -(x^2)
//! value   = number | name | "(" sum ")" | function "(" arguments ")"
//! ```
//!
//! A missing multiplication binds as the written one does: `1/2x` is `x/2`. `**` may stand for `^`, and the signs
//! `−`, `×`, `·`, `π`, `≤`, `≥` for `-`, `*`, `*`, `pi`, `<=`, `>=`. The first argument of `if(a < b, then, else)` is a
//! comparison; comparisons stand nowhere else.
//!
//! Constants: `pi`, `e`. Functions: sin cos tan asin acos atan sinh cosh tanh exp ln log (both the natural logarithm)
//! log10 sqrt abs sign (0 at 0) step (1 from 0 on) min max (of two or more) atan2(y, x) pow. A variable hides a
//! constant or function of its name.

mod diff;
mod eval;
mod lexer;
mod parser;
mod show;
mod simplify;
mod tree;

use core::fmt;

use eval::Program;
use tree::{Node, Tree};

/// The most characters in a formula.
pub const MAX_LENGTH: usize = 2000;
/// The most levels of brackets, signs and exponents inside one another in a formula.
pub const MAX_DEPTH: usize = 100;
/// The most numbers, names, operators and function calls in a formula or in a derivative.
pub const MAX_NODES: usize = 5000;

/// What is wrong with a formula, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExprError {
    /// The first character concerned, counted in characters (not bytes) from 0.
    pub at: usize,
    /// The number of characters concerned; 0 at the end of the text, or where no place can be named.
    pub len: usize,
    /// The message for the person who typed the formula. Characters in it are counted from 1.
    pub message: String,
}

impl ExprError {
    fn new(at: usize, len: usize, message: impl Into<String>) -> Self {
        Self { at, len, message: message.into() }
    }
}

impl fmt::Display for ExprError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for ExprError {}

/// A real function of named variables, given by a formula. `to_string` gives a formula with no more brackets than
/// needed, which evaluates to the same numbers.
#[derive(Clone, Debug)]
pub struct Expr {
    tree: Tree,
    program: Program,
    vars: Vec<String>,
}

impl Expr {
    /// Reads a formula in the variables `vars`.
    pub fn parse(text: &str, vars: &[&str]) -> Result<Self, ExprError> {
        let tree = parser::parse(text, vars)?;
        Self::from_tree(tree, vars.iter().map(|v| (*v).to_string()).collect(), "formula")
    }

    fn from_tree(tree: Tree, vars: Vec<String>, what: &str) -> Result<Self, ExprError> {
        let too_large = || {
            let message =
                format!("the {what} is too large: it has more than {MAX_NODES} numbers, names and operations");
            ExprError::new(0, 0, message)
        };
        if tree.size() > MAX_NODES {
            return Err(too_large());
        }
        let program = eval::compile(&tree).ok_or_else(too_large)?;
        Ok(Self { tree, program, vars })
    }

    /// The partial derivative in the variable with this index, simplified a little. Pieces (`abs`, `sign`, `step`,
    /// `min`, `max`, `if`) are differentiated piece by piece: jumps and kinks leave no trace.
    pub fn diff(&self, var_index: usize) -> Result<Self, ExprError> {
        if var_index >= self.vars.len() {
            return Err(ExprError::new(0, 0, format!("there is no variable number {}", var_index + 1)));
        }
        Self::from_tree(diff::derivative(&self.tree, var_index), self.vars.clone(), "derivative")
    }

    /// The value where the variables have these values. No allocation. A variable without a value counts as NaN.
    /// Outside the domain of a function the result is NaN or infinite. Whole powers up to 64 are products.
    pub fn eval(&self, values: &[f64]) -> f64 {
        self.program.eval(values)
    }

    /// The formula in LaTeX's mathematical notation.
    pub fn to_latex(&self) -> String {
        show::latex(&self.tree, &self.vars)
    }

    /// Whether no variable occurs in the formula.
    pub fn is_constant(&self) -> bool {
        !self.tree.nodes().iter().any(|n| matches!(n, Node::Variable(_)))
    }

    /// Whether the variable with this index occurs in the formula.
    pub fn depends_on(&self, var_index: usize) -> bool {
        self.tree.nodes().iter().any(|n| matches!(n, Node::Variable(v) if *v as usize == var_index))
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&show::plain(&self.tree, &self.vars))
    }
}
