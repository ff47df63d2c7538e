//! The functions that people may call, under all the names that they know them by, and those that are made of others.

use super::tree::{Binary, Id, Node, Tree, Unary};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Function {
    Unary(Unary),
    /// Exactly two arguments.
    Binary(Binary),
    /// Two arguments or more, taken from the left.
    Fold(Binary),
    /// The arguments are conditions: one or more, taken from the left.
    Joined(Binary),
    If,
    /// 1 where a condition holds.
    Indicator,
    Piecewise,
    Not,
    /// Written out by other functions.
    Made(Made),
}

/// Functions that are written out as soon as they are read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Made {
    Reciprocal(Unary),
    Cot,
    Coth,
    Atan,
    Log,
    Heaviside,
    Hypot,
    Fraction,
    Truncated,
    Clamp,
    Mix,
    Smoothstep,
    Bump,
    Gauss,
}

impl Made {
    /// The fewest and the most arguments.
    pub(super) fn arguments(self) -> [usize; 2] {
        match self {
            Made::Reciprocal(_) | Made::Cot | Made::Coth | Made::Fraction | Made::Truncated => [1, 1],
            Made::Atan | Made::Log | Made::Heaviside => [1, 2],
            Made::Hypot => [2, 2],
            Made::Clamp | Made::Mix | Made::Smoothstep => [3, 3],
            Made::Bump => [2, 4],
            Made::Gauss => [2, 5],
        }
    }
}

/// Every function, the first name of each being the one it is written with. Names of two letters or more are read in
/// capitals and small letters alike.
pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("sin", Function::Unary(Unary::Sin)),
    ("cos", Function::Unary(Unary::Cos)),
    ("tan", Function::Unary(Unary::Tan)),
    ("sec", Function::Made(Made::Reciprocal(Unary::Cos))),
    ("csc", Function::Made(Made::Reciprocal(Unary::Sin))),
    ("cot", Function::Made(Made::Cot)),
    ("asin", Function::Unary(Unary::Asin)),
    ("acos", Function::Unary(Unary::Acos)),
    ("atan", Function::Made(Made::Atan)),
    ("sinh", Function::Unary(Unary::Sinh)),
    ("cosh", Function::Unary(Unary::Cosh)),
    ("tanh", Function::Unary(Unary::Tanh)),
    ("sech", Function::Made(Made::Reciprocal(Unary::Cosh))),
    ("csch", Function::Made(Made::Reciprocal(Unary::Sinh))),
    ("coth", Function::Made(Made::Coth)),
    ("asinh", Function::Unary(Unary::Asinh)),
    ("acosh", Function::Unary(Unary::Acosh)),
    ("atanh", Function::Unary(Unary::Atanh)),
    ("exp", Function::Unary(Unary::Exp)),
    ("ln", Function::Unary(Unary::Ln)),
    ("log", Function::Made(Made::Log)),
    ("log10", Function::Unary(Unary::Log10)),
    ("log2", Function::Unary(Unary::Log2)),
    ("sqrt", Function::Unary(Unary::Sqrt)),
    ("cbrt", Function::Unary(Unary::Cbrt)),
    ("abs", Function::Unary(Unary::Abs)),
    ("sign", Function::Unary(Unary::Sign)),
    ("step", Function::Unary(Unary::Step)),
    ("H", Function::Made(Made::Heaviside)),
    ("floor", Function::Unary(Unary::Floor)),
    ("ceil", Function::Unary(Unary::Ceil)),
    ("round", Function::Unary(Unary::Round)),
    ("trunc", Function::Made(Made::Truncated)),
    ("fract", Function::Made(Made::Fraction)),
    ("mod", Function::Binary(Binary::Mod)),
    ("erf", Function::Unary(Unary::Erf)),
    ("erfc", Function::Unary(Unary::Erfc)),
    ("min", Function::Fold(Binary::Min)),
    ("max", Function::Fold(Binary::Max)),
    ("clamp", Function::Made(Made::Clamp)),
    ("mix", Function::Made(Made::Mix)),
    ("smoothstep", Function::Made(Made::Smoothstep)),
    ("hypot", Function::Made(Made::Hypot)),
    ("atan2", Function::Binary(Binary::Atan2)),
    ("pow", Function::Binary(Binary::Pow)),
    ("if", Function::If),
    ("ind", Function::Indicator),
    ("Bump", Function::Made(Made::Bump)),
    ("Gauss", Function::Made(Made::Gauss)),
    // Further names of the same.
    ("where", Function::If),
    ("piecewise", Function::Piecewise),
    ("And", Function::Joined(Binary::And)),
    ("Or", Function::Joined(Binary::Or)),
    ("Not", Function::Not),
    ("heaviside", Function::Made(Made::Heaviside)),
    ("sgn", Function::Unary(Unary::Sign)),
    ("ceiling", Function::Unary(Unary::Ceil)),
    ("arcsin", Function::Unary(Unary::Asin)),
    ("arccos", Function::Unary(Unary::Acos)),
    ("arctan", Function::Made(Made::Atan)),
    ("arctan2", Function::Binary(Binary::Atan2)),
    ("arcsinh", Function::Unary(Unary::Asinh)),
    ("arsinh", Function::Unary(Unary::Asinh)),
    ("arccosh", Function::Unary(Unary::Acosh)),
    ("arcosh", Function::Unary(Unary::Acosh)),
    ("arctanh", Function::Unary(Unary::Atanh)),
    ("artanh", Function::Unary(Unary::Atanh)),
    ("minimum", Function::Fold(Binary::Min)),
    ("maximum", Function::Fold(Binary::Max)),
    ("power", Function::Binary(Binary::Pow)),
];

/// The number of functions before their further names begin.
pub(super) fn first_names() -> impl Iterator<Item = &'static str> + Clone {
    FUNCTIONS.iter().map(|&(name, _)| name).take_while(|&name| name != "where")
}

pub(super) fn function(name: &str) -> Option<Function> {
    let exact = FUNCTIONS.iter().find(|(known, _)| *known == name);
    let loose = || FUNCTIONS.iter().find(|(known, _)| name.len() > 1 && known.eq_ignore_ascii_case(name));
    exact.or_else(loose).map(|&(_, function)| function)
}

/// Writes a function out. `coordinates` are the variables x, y, z, as far as there are such.
pub(super) fn make(t: &mut Tree, made: Made, args: &[Id], coordinates: &[Option<Id>; 3]) -> Result<Id, String> {
    let mut make = Maker(t);
    Ok(match (made, args) {
        (Made::Reciprocal(f), &[a]) => {
            let below = make.f(f, a);
            make.reciprocal(below)
        }
        (Made::Cot, &[a]) => make.quotient_of(Unary::Cos, Unary::Sin, a),
        (Made::Coth, &[a]) => make.quotient_of(Unary::Cosh, Unary::Sinh, a),
        (Made::Atan, &[a]) => make.f(Unary::Atan, a),
        (Made::Atan, &[a, b]) => make.op(Binary::Atan2, a, b),
        (Made::Log, &[a]) => make.f(Unary::Ln, a),
        (Made::Log, &[a, base]) => {
            let (top, below) = (make.f(Unary::Ln, a), make.f(Unary::Ln, base));
            make.op(Binary::Div, top, below)
        }
        (Made::Heaviside, &[a]) => make.f(Unary::Heaviside, a),
        (Made::Heaviside, &[a, middle]) => {
            let zero = make.number(0.0);
            let at_zero = make.op(Binary::Equal, a, zero);
            let rest = make.f(Unary::Step, a);
            make.choose(at_zero, middle, rest)
        }
        (Made::Hypot, &[a, b]) => {
            let (a, b) = (make.square(a), make.square(b));
            let sum = make.op(Binary::Add, a, b);
            make.f(Unary::Sqrt, sum)
        }
        (Made::Fraction, &[a]) => {
            let whole = make.f(Unary::Floor, a);
            make.op(Binary::Sub, a, whole)
        }
        (Made::Truncated, &[a]) => {
            let size = make.f(Unary::Abs, a);
            let (sign, whole) = (make.f(Unary::Sign, a), make.f(Unary::Floor, size));
            make.op(Binary::Mul, sign, whole)
        }
        (Made::Clamp, &[a, low, high]) => make.clamp(a, low, high),
        (Made::Mix, &[a, b, share]) => {
            let one = make.number(1.0);
            let rest = make.op(Binary::Sub, one, share);
            let (a, b) = (make.op(Binary::Mul, a, rest), make.op(Binary::Mul, b, share));
            make.op(Binary::Add, a, b)
        }
        (Made::Smoothstep, &[low, high, a]) => make.smoothstep(low, high, a),
        (Made::Bump, [centre @ .., radius]) => {
            let square = make.distance("Bump", centre, &vec![*radius; centre.len()], coordinates)?;
            make.bump(square)
        }
        (Made::Gauss, &[x, s]) => {
            let square = make.distance("Gauss", &[x], &[s], coordinates)?;
            make.bell(square, &[s])
        }
        (Made::Gauss, &[x, y, s]) => {
            let square = make.distance("Gauss", &[x, y], &[s, s], coordinates)?;
            make.bell(square, &[s, s])
        }
        (Made::Gauss, &[x, y, s, r]) => {
            let square = make.distance("Gauss", &[x, y], &[s, r], coordinates)?;
            make.bell(square, &[s, r])
        }
        (Made::Gauss, &[x, y, s, r, correlation]) => make.tilted([x, y], [s, r], correlation, coordinates)?,
        _ => return Err("the number of arguments does not fit".into()),
    })
}

/// Builds what a person could have typed; nothing is simplified.
struct Maker<'a>(&'a mut Tree);

impl Maker<'_> {
    fn number(&mut self, x: f64) -> Id {
        self.0.push(Node::Number(x))
    }

    fn f(&mut self, f: Unary, a: Id) -> Id {
        self.0.push(Node::Unary(f, a))
    }

    fn op(&mut self, f: Binary, a: Id, b: Id) -> Id {
        self.0.push(Node::Binary(f, a, b))
    }

    fn choose(&mut self, condition: Id, then: Id, otherwise: Id) -> Id {
        self.0.push(Node::If([condition, then, otherwise]))
    }

    fn square(&mut self, a: Id) -> Id {
        let two = self.number(2.0);
        self.op(Binary::Pow, a, two)
    }

    fn reciprocal(&mut self, a: Id) -> Id {
        let one = self.number(1.0);
        self.op(Binary::Div, one, a)
    }

    fn quotient_of(&mut self, top: Unary, below: Unary, a: Id) -> Id {
        let (top, below) = (self.f(top, a), self.f(below, a));
        self.op(Binary::Div, top, below)
    }

    fn clamp(&mut self, a: Id, low: Id, high: Id) -> Id {
        let raised = self.op(Binary::Max, a, low);
        self.op(Binary::Min, raised, high)
    }

    /// 3 s² - 2 s³ with s from 0 at `low` to 1 at `high`.
    fn smoothstep(&mut self, low: Id, high: Id, a: Id) -> Id {
        let (from, width) = (self.op(Binary::Sub, a, low), self.op(Binary::Sub, high, low));
        let share = self.op(Binary::Div, from, width);
        let (zero, one, two, three) = (self.number(0.0), self.number(1.0), self.number(2.0), self.number(3.0));
        let s = self.clamp(share, zero, one);
        let (square, double) = (self.square(s), self.op(Binary::Mul, two, s));
        let rest = self.op(Binary::Sub, three, double);
        self.op(Binary::Mul, square, rest)
    }

    /// The offset from the centre in one coordinate, in units of `scale`.
    fn offset(&mut self, name: &str, axis: usize, from: (Id, Id), coordinates: &[Option<Id>; 3]) -> Result<Id, String> {
        let missing = || format!("`{name}` with these arguments needs the coordinate {}", ["x", "y", "z"][axis]);
        let at = coordinates[axis].ok_or_else(missing)?;
        let offset = self.op(Binary::Sub, at, from.0);
        Ok(self.op(Binary::Div, offset, from.1))
    }

    /// The square of the distance from a centre, each coordinate in units of its scale.
    fn distance(&mut self, name: &str, centre: &[Id], scale: &[Id], at: &[Option<Id>; 3]) -> Result<Id, String> {
        let mut sum = None;
        for (axis, from) in centre.iter().copied().zip(scale.iter().copied()).enumerate() {
            let offset = self.offset(name, axis, from, at)?;
            let square = self.square(offset);
            sum = Some(sum.map_or(square, |sum| self.op(Binary::Add, sum, square)));
        }
        sum.ok_or_else(|| format!("`{name}` needs a centre"))
    }

    /// exp(1 - 1/(1 - square)) inside, 0 outside.
    fn bump(&mut self, square: Id) -> Id {
        let (zero, one) = (self.number(0.0), self.number(1.0));
        let inside = self.op(Binary::Less, square, one);
        let rest = self.op(Binary::Sub, one, square);
        let steep = self.op(Binary::Div, one, rest);
        let exponent = self.op(Binary::Sub, one, steep);
        let value = self.f(Unary::Exp, exponent);
        self.choose(inside, value, zero)
    }

    /// The density of the normal distribution at this square of the distance.
    fn bell(&mut self, square: Id, deviations: &[Id]) -> Id {
        let (two, pi) = (self.number(2.0), self.0.push(Node::Pi));
        let half = self.op(Binary::Div, square, two);
        let falling = self.f(Unary::Negate, half);
        let top = self.f(Unary::Exp, falling);
        let turn = self.op(Binary::Mul, two, pi);
        let below = match *deviations {
            [s] => {
                let root = self.f(Unary::Sqrt, turn);
                self.op(Binary::Mul, root, s)
            }
            _ => deviations.iter().fold(turn, |product, &s| self.op(Binary::Mul, product, s)),
        };
        self.op(Binary::Div, top, below)
    }

    /// The density of two normal variables with a correlation.
    fn tilted(&mut self, at: [Id; 2], scale: [Id; 2], r: Id, coordinates: &[Option<Id>; 3]) -> Result<Id, String> {
        let p = self.offset("Gauss", 0, (at[0], scale[0]), coordinates)?;
        let q = self.offset("Gauss", 1, (at[1], scale[1]), coordinates)?;
        let (one, two) = (self.number(1.0), self.number(2.0));
        let (pp, qq, rr) = (self.square(p), self.square(q), self.square(r));
        let free = self.op(Binary::Sub, one, rr);
        let twice = self.op(Binary::Mul, two, r);
        let twice = self.op(Binary::Mul, twice, p);
        let mixed = self.op(Binary::Mul, twice, q);
        let sum = self.op(Binary::Add, pp, qq);
        let sum = self.op(Binary::Sub, sum, mixed);
        let square = self.op(Binary::Div, sum, free);
        let root = self.f(Unary::Sqrt, free);
        let last = self.op(Binary::Mul, scale[1], root);
        Ok(self.bell(square, &[scale[0], last]))
    }
}
