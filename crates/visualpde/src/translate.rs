//! Formulas of VisualPDE, which become GLSL there, in the language of typed mathematics.
//!
//! Differences that are bridged: `a^b` is |a|^b or -|a|^b for negative a (by b, rounded, being even or odd); `H` is smooth
//! between -0.01 and 0.01; `step(edge, x)` has two arguments; names side by side are products; random numbers; sizes of the
//! domain, which become numbers.

use iterscope_expr::Expr;

use crate::{ImportError, number};

/// Where a formula stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Equation,
    Start,
    Elsewhere,
}

/// What names mean.
pub(crate) struct Names {
    pub(crate) fields: Vec<String>,
    /// Names of parameters there and here.
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) dimension: usize,
    /// Sizes of the domain in x and y, and the distance of the nodes.
    pub(crate) size: [f64; 2],
    pub(crate) step: f64,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(String),
    Name(String),
    Sign(String),
}

/// Functions with the same name and meaning here.
const SAME: &[&str] = &[
    "sin",
    "cos",
    "tan",
    "exp",
    "log",
    "sqrt",
    "sinh",
    "cosh",
    "tanh",
    "abs",
    "floor",
    "ceil",
    "sign",
    "min",
    "max",
    "mod",
    "atan",
    "asin",
    "acos",
    "asinh",
    "acosh",
    "atanh",
    "ind",
    "Bump",
    "Gauss",
    "smoothstep",
    "clamp",
    "mix",
    "fract",
    "trunc",
    "round",
    "pow",
    "log2",
];
/// Functions that are written in another way here.
const OTHER: &[&str] = &["H", "step", "exp2", "inversesqrt", "safepow", "safetanh", "radians"];

pub(crate) fn translate(
    text: &str,
    names: &Names,
    place: Place,
    notes: &mut Vec<String>,
) -> Result<String, ImportError> {
    let tokens = tokens(text)?;
    let mut translator = Translator { text, tokens: &tokens, next: 0, depth: 0, names, place, notes };
    let out = translator.sequence()?;
    if translator.next < tokens.len() {
        return Err(ImportError::new(format!("`{text}`: this bracket has no opening one")));
    }
    Ok(out)
}

fn tokens(text: &str) -> Result<Vec<Token>, ImportError> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        let run = |from: usize, f: &dyn Fn(char) -> bool| chars[from..].iter().take_while(|&&c| f(c)).count();
        if c.is_whitespace() {
            at += 1;
        } else if c.is_ascii_digit() || c == '.' {
            let mut len = run(at, &|c| c.is_ascii_digit() || c == '.');
            if matches!(chars.get(at + len), Some('e' | 'E')) {
                let sign = usize::from(matches!(chars.get(at + len + 1), Some('+' | '-')));
                let digits = run((at + len + 1 + sign).min(chars.len()), &|c| c.is_ascii_digit());
                len += if digits > 0 { 1 + sign + digits } else { 0 };
            }
            out.push(Token::Number(chars[at..at + len].iter().collect()));
            at += len;
        } else if c.is_alphabetic() || c == '_' {
            let len = run(at, &|c| c.is_alphanumeric() || c == '_');
            out.push(Token::Name(chars[at..at + len].iter().collect()));
            at += len;
        } else {
            let two: String = chars[at..].iter().take(2).collect();
            let long = ["<=", ">=", "==", "!=", "&&", "||", "**"].contains(&two.as_str());
            let sign = if long { two } else { c.to_string() };
            if !long && !"+-*/^(),<>!?:[]−".contains(c) {
                return Err(ImportError::new(format!(
                    "`{text}`: the character `{}` is not understood",
                    c.escape_debug()
                )));
            }
            at += sign.chars().count();
            out.push(Token::Sign(sign));
        }
    }
    Ok(out)
}

struct Translator<'a> {
    text: &'a str,
    tokens: &'a [Token],
    next: usize,
    depth: usize,
    names: &'a Names,
    place: Place,
    notes: &'a mut Vec<String>,
}

impl Translator<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(s)) if s == sign)
    }

    fn fault(&self, message: &str) -> ImportError {
        ImportError::new(format!("`{}`: {message}", self.text))
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Values and operators up to a comma, a closing bracket or the end.
    fn sequence(&mut self) -> Result<String, ImportError> {
        let mut out = String::new();
        let mut after_value = false;
        while let Some(token) = self.peek() {
            match token {
                Token::Sign(s) if matches!(s.as_str(), ")" | "," | "]") => break,
                Token::Sign(s) if s == "[" => {
                    return Err(self.fault("values at other places, u[X, Y], are not known to pde.system"));
                }
                Token::Sign(s) if s != "(" => {
                    let plain = match s.as_str() {
                        "−" => "-",
                        "&&" => "and",
                        "||" => "or",
                        other => other,
                    };
                    let tight = !after_value || matches!(plain, "*" | "/" | "!");
                    let spaced = format!(" {plain} ");
                    out.push_str(if tight { plain } else { &spaced });
                    after_value = false;
                    self.next += 1;
                }
                _ => {
                    if after_value {
                        out.push('*');
                    }
                    let value = self.power()?;
                    out.push_str(&value);
                    after_value = true;
                }
            }
        }
        if out.trim().is_empty() {
            return Err(self.fault("a value is missing"));
        }
        Ok(out)
    }

    fn power(&mut self) -> Result<String, ImportError> {
        let base = self.value()?;
        if !self.is("^") && !self.is("**") {
            return Ok(base);
        }
        self.next += 1;
        let minus = self.is("-") || self.is("−");
        if minus || self.is("+") {
            self.next += 1;
        }
        self.depth += 1;
        if self.depth > 50 {
            return Err(self.fault("this is nested too deeply"));
        }
        let exponent = self.power()?;
        self.depth -= 1;
        let exponent = if minus { format!("(-{exponent})") } else { exponent };
        Ok(self.raised(&base, &exponent))
    }

    /// A power whose negative bases give what they give there.
    fn raised(&mut self, base: &str, exponent: &str) -> String {
        let constant = Expr::parse(exponent, &[]).ok().map(|e| e.eval(&[])).filter(|x| x.is_finite());
        let never_negative =
            ["abs(", "exp(", "sqrt(", "cosh("].iter().any(|f| base.starts_with(f)) || number(base).is_some();
        match constant {
            Some(n) if n == n.trunc() => {}
            _ if never_negative => {}
            Some(n) if n.round_ties_even() % 2.0 == 0.0 => {
                if (n - n.trunc()).abs() == 0.5 {
                    self.note(format!(
                        "`{base}^{exponent}`: of a negative base, VisualPDE's sign depends on how the device rounds; |{base}|^{exponent} \
                         was taken"
                    ));
                }
                return format!("abs({base})^{exponent}");
            }
            Some(_) => return format!("(sign({base})*abs({base})^{exponent})"),
            None => self.note(format!(
                "`{base}^{exponent}`: where the base is negative, VisualPDE takes plus or minus |{base}|^{exponent}; here it is not a number"
            )),
        }
        format!("{base}^{exponent}")
    }

    fn value(&mut self) -> Result<String, ImportError> {
        let token = self.peek().cloned();
        self.next += 1;
        match token {
            Some(Token::Number(number)) => Ok(number),
            Some(Token::Name(name)) => self.name(&name),
            Some(Token::Sign(s)) if s == "(" => Ok(format!("({})", self.bracketed()?)),
            _ => Err(self.fault("a value is missing")),
        }
    }

    /// What is between an opening bracket, which was passed, and its closing one.
    fn bracketed(&mut self) -> Result<String, ImportError> {
        let inner = self.arguments()?;
        match <[String; 1]>::try_from(inner) {
            Ok([inner]) => Ok(inner),
            Err(_) => Err(self.fault("a comma stands in a bracket that is no function's")),
        }
    }

    fn arguments(&mut self) -> Result<Vec<String>, ImportError> {
        self.depth += 1;
        if self.depth > 50 {
            return Err(self.fault("this is nested too deeply"));
        }
        let mut out = Vec::new();
        loop {
            out.push(self.sequence()?);
            if self.is(",") {
                self.next += 1;
            } else if self.is(")") {
                self.next += 1;
                self.depth -= 1;
                return Ok(out);
            } else {
                return Err(self.fault("a closing bracket is missing"));
            }
        }
    }

    fn name(&mut self, name: &str) -> Result<String, ImportError> {
        if let Some(plain) = self.known(name)? {
            return Ok(plain);
        }
        if self.is("(") && is_function(name) {
            self.next += 1;
            let arguments = self.arguments()?;
            return self.call(name, &arguments);
        }
        match self.product_of_names(name) {
            Some(parts) => {
                let mut factors = Vec::new();
                for part in &parts {
                    factors.push(self.name(part)?);
                }
                Ok(factors.join("*"))
            }
            None => {
                self.note(format!("the name `{name}` in `{}` is not known here", self.text));
                Ok(name.to_owned())
            }
        }
    }

    /// A name that is no function.
    fn known(&mut self, name: &str) -> Result<Option<String>, ImportError> {
        let found = |text: &str| Ok(Some(text.to_owned()));
        let number = |x: f64| Ok(Some(x.to_string()));
        if self.names.fields.iter().any(|f| f == name) {
            return found(name);
        }
        if let Some((_, here)) = self.names.parameters.iter().find(|(there, _)| there == name) {
            return found(here);
        }
        if let Some(derivative) = self.derivative(name) {
            return Ok(Some(derivative));
        }
        let [x, y] = self.names.size;
        match name {
            "y" if self.names.dimension == 1 => {
                self.note("y occurs in one dimension; 0 stands for it".into());
                found("0")
            }
            "x" | "y" | "t" | "pi" => found(name),
            "L" => number(x.max(y)),
            "L_x" => number(x),
            "L_y" => number(y),
            "L_min" if self.names.dimension == 1 => number(x),
            "L_min" => number(x.min(y)),
            "dx" | "dy" => number(self.names.step),
            "RAND" if self.place == Place::Start && self.names.dimension == 1 => found("(0.5 + 0.5*noise(x))"),
            "RAND" if self.place == Place::Start => found("(0.5 + 0.5*noise(x, y))"),
            "RANDN" if self.place == Place::Start && self.names.dimension == 1 => found("normal(x)"),
            "RANDN" if self.place == Place::Start => found("normal(x, y)"),
            "RAND" | "RANDN" => {
                self.note(format!(
                    "random numbers while it runs ({name}) are not known to pde.system; their mean stands instead"
                ));
                found(if name == "RAND" { "0.5" } else { "0" })
            }
            _ if name.starts_with("WhiteNoise") => {
                self.note(format!("noise in time ({name}) is not known to pde.system and was left out"));
                found("0")
            }
            "GlobalInt" | "Int" => Err(self.fault("an integral over the domain is not known to pde.system")),
            _ if name.starts_with("I_S") || name.starts_with("I_T") => {
                Err(self.fault("images in formulas are not known to pde.system"))
            }
            _ => Ok(None),
        }
    }

    /// `u_x`, `u_xx`, and the one-sided `u_xf`, `u_xb`, `u_xf2`.
    fn derivative(&mut self, name: &str) -> Option<String> {
        let rest =
            |field: &String| name.strip_prefix(field.as_str())?.strip_prefix('_').map(|axes| (field.clone(), axes));
        let (field, axes) = self.names.fields.iter().find_map(rest)?;
        let plain = axes.trim_end_matches('2').trim_end_matches(['f', 'b']);
        if plain.is_empty() || plain.len() > 4 || !plain.chars().all(|c| matches!(c, 'x' | 'y')) {
            return None;
        }
        if plain != axes {
            self.note(format!("the one-sided difference {name} became the derivative {field}_{plain}"));
        }
        if self.names.dimension == 1 && plain.contains('y') {
            self.note(format!("{name} is 0 in one dimension"));
            return Some("0".into());
        }
        Some(format!("{field}_{plain}"))
    }

    /// Names that stand side by side without a sign between them.
    fn product_of_names(&self, name: &str) -> Option<Vec<String>> {
        let mut all: Vec<&str> = vec!["x", "y", "t", "pi", "L_x", "L_y", "L", "RAND", "RANDN"];
        all.extend(self.names.fields.iter().map(String::as_str));
        all.extend(self.names.parameters.iter().map(|(there, _)| there.as_str()));
        if self.is("(") {
            all.extend(SAME.iter().chain(OTHER));
        }
        // Longest first, and back where that leads nowhere.
        fn cut<'a>(rest: &str, all: &[&'a str]) -> Option<Vec<&'a str>> {
            if rest.is_empty() {
                return Some(Vec::new());
            }
            let mut fits: Vec<&str> = all.iter().copied().filter(|n| rest.starts_with(n)).collect();
            fits.sort_by_key(|n| std::cmp::Reverse(n.len()));
            fits.into_iter().find_map(|n| {
                let mut found = cut(&rest[n.len()..], all)?;
                found.insert(0, n);
                // A function can only come last.
                (found.len() == 1 || !is_function(n) || !SAME.contains(&n)).then_some(found)
            })
        }
        if name.len() > 24 {
            return None;
        }
        let parts = cut(name, &all)?;
        (parts.len() > 1).then(|| parts.into_iter().map(str::to_owned).collect())
    }

    fn call(&mut self, name: &str, arguments: &[String]) -> Result<String, ImportError> {
        let joined = arguments.join(", ");
        Ok(match (name, arguments) {
            ("H", [v]) => format!("smoothstep(-0.01, 0.01, {v})"),
            ("H", [v, edge]) => format!("smoothstep(-0.01, 0.01, {v} - ({edge}))"),
            ("step", [edge, v]) => format!("ind(({v}) >= ({edge}))"),
            ("exp2", [a]) => format!("2^({a})"),
            ("inversesqrt", [a]) => format!("(1/sqrt({a}))"),
            ("safetanh", [a]) => format!("tanh({a})"),
            ("radians", [a]) => format!("(pi/180*({a}))"),
            ("safepow", [a, b]) => self.raised(&format!("({a})"), &format!("({b})")),
            ("Bump" | "Gauss", [x, _, rest @ ..]) if self.names.dimension == 1 && !rest.is_empty() => {
                self.note(format!("{name}({joined}) became the one of one dimension"));
                format!("{name}({x}, {})", rest[0])
            }
            _ => format!("{name}({joined})"),
        })
    }
}

fn is_function(name: &str) -> bool {
    SAME.contains(&name) || OTHER.contains(&name)
}
