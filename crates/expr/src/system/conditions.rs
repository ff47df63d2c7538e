//! What holds on the sides: `left: u = 0, v = 1`, `right: du/dn + 2*u = 1`, `top: u periodic`, `periodic`.

use super::super::diff;
use super::super::lexer::{self, TokenKind};
use super::super::parameters::{Piece, equals_sign};
use super::super::parser;
use super::super::tree::{Node, Tree};
use super::{EDGE, ExprError, SIDES, Symbol};

/// A condition whose formulas are not in their final variables yet.
#[derive(Clone)]
pub(super) enum Raw {
    Value(Tree),
    Slope(Tree),
    Robin { coefficient: Tree, value: Tree },
    Periodic,
}

/// Conditions on a field, side by side, with the place where each was typed.
pub(super) type OnSides = [Option<(Raw, usize)>; SIDES.len()];

/// The sides of a statement `left, right: ...`, and what is behind the colon.
pub(super) fn sides(statement: Piece<'_>) -> Option<(Vec<usize>, Piece<'_>)> {
    if statement.text == "periodic" {
        return Some(((0..SIDES.len()).collect(), statement));
    }
    let (before, behind) = statement.text.split_once(':')?;
    let mut sides = Vec::new();
    for word in before.split([',', ' ']).filter(|w| !w.is_empty() && *w != "and") {
        match word {
            "all" | "everywhere" => sides.extend(0..SIDES.len()),
            _ => sides.push(SIDES.iter().position(|side| side.eq_ignore_ascii_case(word))?),
        }
    }
    let at = statement.at + before.chars().count() + 1;
    (!sides.is_empty()).then_some((sides, Piece { text: behind, at }.trimmed()))
}

/// Whether a statement begins with a word and a colon, as one on a side does.
pub(super) fn looks_like_side(statement: Piece<'_>) -> bool {
    let word = statement.text.split(':').next().unwrap_or_default();
    statement.text.contains(':') && word.trim().chars().all(|c| c.is_alphanumeric() || matches!(c, ',' | ' ' | '_'))
}

/// What the conditions are about.
pub(super) struct Reader<'a> {
    pub(super) dimension: usize,
    pub(super) names: &'a [String],
    pub(super) symbols: &'a [Symbol],
    /// Names of those fields that can have conditions.
    pub(super) fields: &'a [String],
    pub(super) found: Vec<OnSides>,
}

impl Reader<'_> {
    pub(super) fn read(&mut self, sides: &[usize], behind: Piece<'_>, statement: Piece<'_>) -> Result<(), ExprError> {
        let all = sides.len() == SIDES.len();
        let has = |side: usize| side < 2 * self.dimension || side == EDGE;
        if let Some(&side) = sides.iter().find(|&&s| !has(s) && !all) {
            return Err(statement.fault(format!("there is no side `{}` in {} dimensions", SIDES[side], self.dimension)));
        }
        let sides: Vec<usize> = sides.iter().copied().filter(|&s| has(s)).collect();
        for condition in conditions(behind) {
            if let Some(field) = self.periodic(condition)? {
                if *sides == [EDGE] {
                    return Err(condition.fault("an edge has no side opposite: it cannot be periodic"));
                }
                for &side in sides.iter().filter(|&&s| s != EDGE) {
                    for field in field.map_or(0..self.fields.len(), |f| f..f + 1) {
                        self.set(field, side, Raw::Periodic, condition)?;
                        // The side opposite is the same statement.
                        self.set(field, side ^ 1, Raw::Periodic, condition)?;
                    }
                }
                continue;
            }
            let (field, raw) = self.equation(condition)?;
            for &side in &sides {
                self.set(field, side, raw.clone(), condition)?;
            }
        }
        Ok(())
    }

    fn set(&mut self, field: usize, side: usize, raw: Raw, condition: Piece<'_>) -> Result<(), ExprError> {
        let slot = &mut self.found[field][side];
        let (name, side) = (&self.fields[field], SIDES[side]);
        match slot {
            Some((Raw::Periodic, _)) if matches!(raw, Raw::Periodic) => Ok(()),
            Some((before, _)) => {
                let periodic = matches!((before, &raw), (Raw::Periodic, _) | (_, Raw::Periodic));
                let why = if periodic { "; periodic sides come in pairs" } else { "" };
                Err(condition.fault(format!("there are two conditions on `{name}` on the side `{side}`{why}")))
            }
            None => {
                *slot = Some((raw, condition.at));
                Ok(())
            }
        }
    }

    /// `periodic`, or `u periodic`: for all fields or this one.
    #[expect(clippy::option_option, reason = "no such condition, for all fields, for one")]
    fn periodic(&self, condition: Piece<'_>) -> Result<Option<Option<usize>>, ExprError> {
        let Some(before) = condition.text.strip_suffix("periodic") else { return Ok(None) };
        let name = before.trim().trim_end_matches(':').trim();
        if name.is_empty() {
            return Ok(Some(None));
        }
        match self.fields.iter().position(|f| f == name) {
            Some(field) => Ok(Some(Some(field))),
            None => Err(condition.fault(format!("`{name}` is no field that can have a condition"))),
        }
    }

    /// A condition with `=`: its field and what it says.
    fn equation(&self, condition: Piece<'_>) -> Result<(usize, Raw), ExprError> {
        let slopes: Vec<String> = self.fields.iter().map(|f| format!("{f}_n")).collect();
        let form = "a condition is written u = EXPR, du/dn = EXPR, du/dn + EXPR*u = EXPR or periodic";
        let Some(i) = equals_sign(condition.text) else { return Err(condition.fault(form)) };
        let masked = [&condition.text[..i], &condition.text[i + 1..]].map(|side| mask_slopes(side, self.fields));
        let left = Piece { text: &masked[0], at: condition.at };
        let right = Piece { text: &masked[1], at: left.at + left.len() + 1 };
        let mut vars: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let first_slope = vars.len();
        vars.extend(slopes.iter().map(String::as_str));
        let parse =
            |piece: Piece<'_>| parser::parse(piece.text, &vars).map_err(|e| ExprError { at: e.at + piece.at, ..e });
        let (l, r) = (parse(left)?, parse(right)?);
        self.refuse_strangers(&l, left)?;
        self.refuse_strangers(&r, right)?;
        let variable = |f: usize| self.symbols.iter().position(|s| *s == Symbol::Field(f)).unwrap_or(usize::MAX);
        let on_left: Vec<usize> =
            (0..self.fields.len()).filter(|&f| uses(&l, variable(f)) || uses(&l, first_slope + f)).collect();
        let [field] = *on_left else {
            return Err(left
                .trimmed()
                .fault("the left side of a condition is about one field: u, du/dn, or du/dn + EXPR*u"));
        };
        let (u, slope) = (variable(field), first_slope + field);
        if (0..self.fields.len()).any(|f| f != field && (uses(&l, first_slope + f) || uses(&r, first_slope + f))) {
            return Err(condition.fault("a condition can hold the slope of one field only"));
        }
        // Everything on one side: zero = alpha u + beta du/dn - value.
        let mut t = Tree::default();
        let (a, b) = (t.append(&l, |_| None), t.append(&r, |_| None));
        let difference = t.subtract(a, b);
        let whole = t.pruned(difference);
        let beta = diff::derivative(&whole, slope);
        if uses(&beta, slope) {
            return Err(condition.fault("du/dn must occur linearly"));
        }
        if is_zero(&beta) {
            return self.value(&whole, u, condition).map(|raw| (field, raw));
        }
        let solved = solved(&whole, slope, &beta);
        if !uses(&solved, u) {
            return Ok((field, Raw::Slope(solved)));
        }
        let rate = diff::derivative(&solved, u);
        if uses(&rate, u) {
            return Ok((field, Raw::Slope(solved)));
        }
        let mut t = Tree::default();
        let id = t.append(&rate, |_| None);
        let coefficient = t.negate(id);
        Ok((field, Raw::Robin { coefficient: t.pruned(coefficient), value: at_zero(&solved, u) }))
    }

    fn value(&self, whole: &Tree, u: usize, condition: Piece<'_>) -> Result<Raw, ExprError> {
        let alpha = diff::derivative(whole, u);
        if uses(&alpha, u) || is_zero(&alpha) {
            return Err(condition.fault("the field must occur linearly"));
        }
        Ok(Raw::Value(solved(whole, u, &alpha)))
    }

    fn refuse_strangers(&self, tree: &Tree, piece: Piece<'_>) -> Result<(), ExprError> {
        let stranger = (0..self.symbols.len())
            .find(|&v| matches!(self.symbols[v], Symbol::Derivative { .. } | Symbol::Noise { .. }) && uses(tree, v));
        match stranger {
            Some(v) => {
                let message = format!("`{}` has no place in a condition; the slope is du/dn, outwards", self.names[v]);
                Err(piece.trimmed().fault(message))
            }
            None => Ok(()),
        }
    }
}

/// Conditions are separated by commas, except within brackets.
fn conditions(behind: Piece<'_>) -> Vec<Piece<'_>> {
    let mut depth = 0;
    let mut cuts = vec![0];
    for (i, c) in behind.text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => cuts.push(i + 1),
            _ => {}
        }
    }
    let ends = cuts.iter().skip(1).map(|&i| i - 1).chain([behind.text.len()]);
    let pieces = cuts.iter().zip(ends).map(|(&from, to)| {
        let at = behind.at + behind.text[..from].chars().count();
        Piece { text: &behind.text[from..to], at }.trimmed()
    });
    pieces.collect()
}

/// Writes `u_n` and spaces for `du/dn`, so that every other place stays what it is.
fn mask_slopes(text: &str, fields: &[String]) -> String {
    let plain = text.replace('∂', "d");
    let Ok(tokens) = lexer::tokens(&plain) else { return plain };
    let mut chars: Vec<char> = plain.chars().collect();
    for window in tokens.windows(3) {
        let [first, sign, last] = window else { continue };
        let TokenKind::Name(name) = &first.kind else { continue };
        let field = name.strip_prefix('d').and_then(|rest| fields.iter().find(|f| *f == rest));
        if let (Some(field), true, true) = (field, sign.is("/"), last.is_name("dn")) {
            let end = last.at + last.len;
            let written = format!("{field}_n");
            let padded = written.chars().chain(core::iter::repeat(' '));
            for (slot, c) in chars[first.at..end].iter_mut().zip(padded) {
                *slot = c;
            }
        }
    }
    chars.into_iter().collect()
}

fn uses(tree: &Tree, v: usize) -> bool {
    tree.nodes().contains(&Node::Variable(v as u32))
}

fn is_zero(tree: &Tree) -> bool {
    tree.node(tree.root()) == Node::Number(0.0)
}

/// The formula where the variable is 0.
fn at_zero(tree: &Tree, v: usize) -> Tree {
    let mut t = Tree::default();
    let zero = t.number(0.0);
    let id = t.append(tree, |w| (w as usize == v).then_some(zero));
    t.pruned(id)
}

/// The value of the variable where the formula, in which it has this factor, is zero.
fn solved(whole: &Tree, v: usize, factor: &Tree) -> Tree {
    let mut t = Tree::default();
    let rest = at_zero(whole, v);
    let (rest, factor) = (t.append(&rest, |_| None), t.append(factor, |_| None));
    let minus = t.negate(rest);
    let id = t.divide(minus, factor);
    t.pruned(id)
}
