//! Formulas that people type: parsed, differentiated, evaluated and shown. Never run as a script.
//!
//! The grammar, from loosest to tightest:
//!
//! ```text
//! choice   = either [ "?" choice ":" choice ]
//! either   = both { ("or" | "||") both }
//! both     = denied { ("and" | "&&") denied }
//! denied   = { "not" } relation
//! relation = sum { ("<" | "<=" | ">" | ">=" | "==" | "!=") sum }      0 < x < 1 is 0 < x and x < 1
//! sum      = product { ("+" | "-") product }
//! product  = signed { ["*" | "/"] signed }        a missing operator is a multiplication: 2x, x y, 3(x + 1)
//! signed   = { "+" | "-" } power
//! power    = value [ "^" signed | raised digits ] right associative: 2^3^2 = 2^9, and -x^2 = -(x^2)
//! value    = number | name | "(" choice ")" | "|" choice "|" | ("√" | "∛") value | "!" value
//!          | function [ "^" number ] "(" arguments ")"                sin^2(x) is sin(x)^2
//! ```
//!
//! A missing multiplication binds as the written one does: `1/2x` is `x/2`. `**` may stand for `^`, `&` for `and`, and the
//! signs `−`, `×`, `·`, `π`, `≤`, `≥`, `≠`, `∧`, `∨`, `¬`, `²` for those that everyone has on the keyboard. A condition is a
//! comparison or is joined from such; as a number it is 1 where it holds and 0 elsewhere. A number is no condition. Bars
//! inside bars need brackets.
//!
//! Constants: `pi`, `e`. The functions are listed in `names.rs`: those of every calculator, with `log` the natural
//! logarithm and `log(x, b)` the one to the base b; `step` (1 from 0 on), `H` or `heaviside` (1/2 at 0, or its second
//! argument); `round` (halves go away from 0), `mod(a, b)` (it has the sign of b), `erf`, `min` and `max` of two or more;
//! `if(condition, then, else)` or `where`, `ind(condition)`, SymPy's `Piecewise`; `smoothstep(a, b, x)`, `clamp(x, a, b)`;
//! `Bump(X, Y, r)`: 1 at (X, Y), smooth, 0 from the distance r on; `Gauss(X, Y, s)`, `Gauss(X, Y, s_x, s_y, correlation)`: the
//! density of the normal distribution; in one dimension `Bump(X, r)`, `Gauss(X, s)`. A variable hides a constant or
//! function of its name.

mod diff;
mod eval;
mod interval;
mod kinks;
mod lexer;
mod mathml;
mod names;
mod parameters;
mod parser;
mod show;
mod simplify;
pub mod system;
mod tree;

use core::fmt;

pub use iterscope_blocks::{BLOCK, Input, Program, Scratch};
pub use kinks::{Jump, Kink};
pub use parameters::{Parameter, Parameters, Range};
pub use system::{SystemError, TypedSystem};
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
    program: eval::Program,
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

    /// The partial derivative in the variable with this index, simplified a little. Pieces (`abs`, `sign`, `step`, `floor`,
    /// `min`, `max`, `if`, ...) are differentiated piece by piece: jumps and kinks leave no trace.
    pub fn diff(&self, var_index: usize) -> Result<Self, ExprError> {
        if var_index >= self.vars.len() {
            return Err(ExprError::new(0, 0, format!("there is no variable number {}", var_index + 1)));
        }
        Self::from_tree(diff::derivative(&self.tree, var_index), self.vars.clone(), "derivative")
    }

    /// The formula with numbers in the place of some variables, given by their indices.
    ///
    /// # Errors
    /// The result is too large.
    pub fn with(&self, values: &[(usize, f64)]) -> Result<Self, ExprError> {
        let mut tree = Tree::default();
        let numbers: Vec<_> = values.iter().map(|&(v, x)| (v as u32, tree.number(x))).collect();
        let root = tree.append(&self.tree, |v| numbers.iter().find(|(w, _)| *w == v).map(|&(_, id)| id));
        Self::from_tree(tree.pruned(root), self.vars.clone(), "formula")
    }

    /// The value where the variables have these values. No allocation. A variable without a value counts as NaN.
    /// Outside the domain of a function the result is NaN or infinite. Whole powers up to 64 are products.
    pub fn eval(&self, values: &[f64]) -> f64 {
        self.program.eval(values)
    }

    /// One program for several formulas in the same variables, to be run over many points: what they have in common is
    /// computed once. `varying` says for each variable whether it differs from point to point; the values at a point are
    /// those of [`Expr::eval`], bit for bit.
    ///
    /// # Panics
    /// Where the formulas are in more variables than `varying` has entries.
    pub fn program(exprs: &[&Self], varying: &[bool]) -> Program {
        let mut values = Vec::new();
        let roots: Vec<u32> = exprs.iter().map(|e| eval::push_values(&e.tree, &mut values)).collect();
        iterscope_blocks::compile(&values, &roots, varying)
    }

    /// The formula in LaTeX's mathematical notation.
    pub fn to_latex(&self) -> String {
        show::latex(&self.tree, &self.vars)
    }

    /// The formula in MathML, within one `mrow`.
    pub fn to_mathml(&self) -> String {
        mathml::mathml(&self.tree, &self.vars)
    }

    /// Whether the formula is a condition, whose values are 1 and 0.
    pub fn is_condition(&self) -> bool {
        self.tree.is_truth(self.tree.root())
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
