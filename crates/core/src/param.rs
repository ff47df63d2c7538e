//! The schema of parameters, and values checked against it.

use serde::{Deserialize, Serialize};

use crate::{BuildError, Choices, Names, Params, Str, Value, words};

/// What a parameter may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A real number.
    Real {
        /// Smallest allowed value.
        min: f64,
        /// Largest allowed value.
        max: f64,
        /// A slider moves in powers.
        log: bool,
    },
    /// A whole number.
    Int {
        /// Smallest allowed value.
        min: i64,
        /// Largest allowed value.
        max: i64,
        /// A slider moves in powers.
        log: bool,
    },
    /// Yes or no.
    Bool,
    /// One of a few.
    Choice {
        /// The allowed values.
        options: Choices,
    },
    /// A part chosen by name; its own parameters follow, see [`crate::component::schema`].
    Component {
        /// What it is used as.
        role: Str,
        /// Properties that it must have.
        needs: Names,
    },
    /// Typed mathematics.
    Expression {
        /// Names that may be used.
        vars: Names,
        /// May be left empty.
        optional: bool,
    },
    /// Strokes painted over a picture: `x,y,radius` triples joined by spaces, strokes by `;`, in units of the width.
    Brush,
    /// Text of several lines, such as a small table.
    Text,
    /// The name of an item of the problem (one of [`crate::Instance::labels`]), or nothing.
    Item,
}

/// Shows a parameter only while a choice (or a switch) has one of some values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct When {
    /// The other parameter.
    pub key: Str,
    /// The values, as text.
    pub is: Names,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParamInfo {
    /// Key in files.
    pub key: Str,
    /// Short label in forms.
    pub label: Str,
    /// One line of help.
    pub doc: Str,
    /// What it may be.
    pub kind: Kind,
    /// Value when left out.
    pub default: Value,
    /// May change while a run is under way.
    pub live: bool,
    /// Shown only then; it is always accepted.
    pub when: Option<When>,
}

impl ParamInfo {
    const fn new(key: &'static str, label: &'static str, doc: &'static str, kind: Kind, default: Value) -> Self {
        ParamInfo {
            key: Str::Borrowed(key),
            label: Str::Borrowed(label),
            doc: words(doc),
            kind,
            default,
            live: false,
            when: None,
        }
    }

    /// A real number in `[min, max]`.
    pub const fn real(
        key: &'static str,
        label: &'static str,
        doc: &'static str,
        [min, max]: [f64; 2],
        default: f64,
    ) -> Self {
        Self::new(key, label, doc, Kind::Real { min, max, log: false }, Value::Real(default))
    }

    /// A whole number in `[min, max]`.
    pub const fn int(
        key: &'static str,
        label: &'static str,
        doc: &'static str,
        [min, max]: [i64; 2],
        default: i64,
    ) -> Self {
        Self::new(key, label, doc, Kind::Int { min, max, log: false }, Value::Int(default))
    }

    /// A switch.
    pub const fn switch(key: &'static str, label: &'static str, doc: &'static str, default: bool) -> Self {
        Self::new(key, label, doc, Kind::Bool, Value::Bool(default))
    }

    /// One of `options`.
    pub const fn choice(
        key: &'static str,
        label: &'static str,
        doc: &'static str,
        options: &'static [(&'static str, &'static str)],
        default: &'static str,
    ) -> Self {
        let kind = Kind::Choice { options: Choices::Static(options) };
        Self::new(key, label, doc, kind, Value::Text(Str::Borrowed(default)))
    }

    /// A component of that role with these properties.
    pub const fn component(
        key: &'static str,
        label: &'static str,
        doc: &'static str,
        role: &'static str,
        needs: &'static [&'static str],
        default: &'static str,
    ) -> Self {
        let kind = Kind::Component { role: Str::Borrowed(role), needs: Names::Static(needs) };
        Self::new(key, label, doc, kind, Value::Text(Str::Borrowed(default)))
    }

    /// Typed mathematics of `vars`; empty text is accepted if the default is empty.
    pub const fn expression(
        key: &'static str,
        label: &'static str,
        doc: &'static str,
        vars: &'static [&'static str],
        default: &'static str,
    ) -> Self {
        let kind = Kind::Expression { vars: Names::Static(vars), optional: default.is_empty() };
        Self::new(key, label, doc, kind, Value::Text(Str::Borrowed(default)))
    }

    /// Painted strokes, none by default.
    pub const fn brush(key: &'static str, label: &'static str, doc: &'static str) -> Self {
        Self::new(key, label, doc, Kind::Brush, Value::Text(Str::Borrowed("")))
    }

    /// Text of several lines, none by default.
    pub const fn text(key: &'static str, label: &'static str, doc: &'static str) -> Self {
        Self::new(key, label, doc, Kind::Text, Value::Text(Str::Borrowed("")))
    }

    /// Text of several lines that stands for something.
    pub const fn text_of(key: &'static str, label: &'static str, doc: &'static str, default: &'static str) -> Self {
        Self::new(key, label, doc, Kind::Text, Value::Text(Str::Borrowed(default)))
    }

    /// The name of an item of the problem, nothing by default.
    pub const fn item(key: &'static str, label: &'static str, doc: &'static str) -> Self {
        Self::new(key, label, doc, Kind::Item, Value::Text(Str::Borrowed("")))
    }

    /// A slider moves in powers.
    #[must_use]
    pub const fn log(mut self) -> Self {
        match &mut self.kind {
            Kind::Real { log, .. } | Kind::Int { log, .. } => *log = true,
            _ => panic!("only numbers have a logarithmic slider"),
        }
        self
    }

    /// May change while a run is under way.
    #[must_use]
    pub const fn live(mut self) -> Self {
        self.live = true;
        self
    }

    /// Shown only while `key` has one of the values `is`.
    #[must_use]
    pub const fn when(mut self, key: &'static str, is: &'static [&'static str]) -> Self {
        let when = Some(When { key: Str::Borrowed(key), is: Names::Static(is) });
        // Plain assignment would drop the old value, which a constant function cannot.
        std::mem::forget(std::mem::replace(&mut self.when, when));
        self
    }

    /// Checks one value and brings it to the parameter's own type.
    ///
    /// # Errors
    /// Wrong type or out of range, with the bare key as field.
    pub fn check(&self, value: &Value) -> Result<Value, BuildError> {
        let wrong = |what: String| Err(BuildError::new(self.key.as_ref(), what));
        match &self.kind {
            Kind::Real { min, max, .. } => match value.as_real() {
                Some(r) if r >= *min && r <= *max => Ok(Value::Real(r)),
                Some(r) => wrong(format!(
                    "must be between {} and {}, not {}",
                    Value::Real(*min),
                    Value::Real(*max),
                    Value::Real(r)
                )),
                None => wrong(format!(
                    "must be a number between {} and {}, not `{value}`",
                    Value::Real(*min),
                    Value::Real(*max)
                )),
            },
            Kind::Int { min, max, .. } => match value.as_int() {
                Some(i) if i >= *min && i <= *max => Ok(Value::Int(i)),
                Some(i) => wrong(format!("must be between {min} and {max}, not {i}")),
                None => wrong(format!("must be a whole number between {min} and {max}, not `{value}`")),
            },
            Kind::Bool => match value.as_bool() {
                Some(b) => Ok(Value::Bool(b)),
                None => wrong(format!("must be true or false, not `{value}`")),
            },
            Kind::Choice { options } => match value.as_text() {
                Some(t) if options.iter().any(|(v, _)| v == t) => Ok(value.clone()),
                _ => {
                    let known: Vec<&str> = options.iter().map(|(v, _)| v).collect();
                    wrong(format!("must be one of {}, not `{value}`", known.join(", ")))
                }
            },
            // A bare number is a fine expression; the parser of mathematics checks the rest.
            Kind::Expression { optional, .. } => match value {
                Value::Bool(_) => wrong("must be an expression such as `1 + x^2`".into()),
                Value::Text(t) if t.trim().is_empty() && !optional => wrong("must not be empty".into()),
                Value::Text(_) => Ok(value.clone()),
                number => Ok(Value::Text(number.to_string().into())),
            },
            Kind::Brush => match value {
                Value::Text(_) => Ok(value.clone()),
                _ => wrong("must be text of painted strokes".into()),
            },
            // A name may be a number.
            Kind::Text | Kind::Item | Kind::Component { .. } => match value {
                Value::Text(_) => Ok(value.clone()),
                other => Ok(Value::Text(other.to_string().into())),
            },
        }
    }

    /// Whether the parameter matters, given the values of the others in its schema: what it depends on has the right value, and
    /// matters itself. The one place of this rule: forms, labels and questions ask here.
    pub fn relevant(&self, schema: &[ParamInfo], value_of: impl Fn(&str) -> Option<Value>) -> bool {
        let mut param = self;
        // A schema whose parameters depend on one another in a circle would not end otherwise.
        for _ in 0..=schema.len() {
            let Some(when) = &param.when else { return true };
            if !value_of(&when.key).is_some_and(|v| when.is.has(&v.to_string())) {
                return false;
            }
            let Some(parent) = schema.iter().find(|p| p.key == when.key) else { return true };
            param = parent;
        }
        true
    }
}

/// A complete set of checked values, one for each parameter of a schema.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values(Params);

impl Values {
    /// Checks `given` against `schema` and fills in the defaults.
    ///
    /// # Errors
    /// One error for each unknown key and each wrong value, in that order.
    pub fn resolve(schema: &[ParamInfo], given: &Params) -> Result<Values, Vec<BuildError>> {
        let mut errors = Vec::new();
        for key in given.keys() {
            if !schema.iter().any(|p| p.key == *key) {
                let known: Vec<&str> = schema.iter().map(|p| p.key.as_ref()).collect();
                let known =
                    if known.is_empty() { "there are none".to_owned() } else { format!("known: {}", known.join(", ")) };
                errors.push(BuildError::new(key.clone(), format!("unknown parameter; {known}")));
            }
        }
        let mut map = Params::new();
        for p in schema {
            match given.get(p.key.as_ref()).map_or_else(|| Ok(p.default.clone()), |v| p.check(v)) {
                Ok(v) => {
                    map.insert(p.key.to_string(), v);
                }
                Err(e) => errors.push(e),
            }
        }
        if errors.is_empty() { Ok(Values(map)) } else { Err(errors) }
    }

    /// The same with another value, which was checked before.
    #[must_use]
    pub fn with(&self, key: &str, checked: Value) -> Values {
        let mut values = self.clone();
        values.0.insert(key.to_owned(), checked);
        values
    }

    /// Values that were checked before.
    pub(crate) fn from_params(checked: Params) -> Values {
        Values(checked)
    }

    /// All of them as an experiment holds them.
    pub fn given(&self) -> &Params {
        &self.0
    }

    /// Keys and values.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    // A key that is not in the schema is a mistake in the program, never in the input: `resolve` has run before.
    fn must<T>(&self, key: &str, read: impl FnOnce(&Value) -> Option<T>) -> T {
        let found = self.0.get(key).and_then(read);
        found.unwrap_or_else(|| panic!("parameter `{key}` is not declared with this type"))
    }

    /// A real parameter.
    ///
    /// # Panics
    /// If the schema has no real parameter of that key; so do the other getters.
    pub fn real(&self, key: &str) -> f64 {
        self.must(key, Value::as_real)
    }
    /// An integer parameter.
    pub fn int(&self, key: &str) -> i64 {
        self.must(key, Value::as_int)
    }
    /// An integer parameter that cannot be negative.
    pub fn size(&self, key: &str) -> usize {
        self.must(key, |v| v.as_int().and_then(|i| usize::try_from(i).ok()))
    }
    /// A switch.
    pub fn bool(&self, key: &str) -> bool {
        self.must(key, Value::as_bool)
    }
    /// A choice, an expression, painted strokes, a text or a name.
    pub fn text(&self, key: &str) -> &str {
        self.0
            .get(key)
            .and_then(Value::as_text)
            .unwrap_or_else(|| panic!("parameter `{key}` is not declared with this type"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &[ParamInfo] = &[
        ParamInfo::int("n", "n", "intervals", [2, 512], 64).log(),
        ParamInfo::real("omega", "ω", "relaxation", [0.0, 2.0], 1.0).live(),
        ParamInfo::choice("order", "order", "", &[("lex", "lexicographic"), ("rb", "red-black")], "lex"),
        ParamInfo::expression("d", "d", "", &["x"], "1"),
        ParamInfo::switch("fast", "fast", "", false).when("order", &["rb"]),
    ];

    fn params(json: &str) -> Params {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn defaults_are_filled_in_and_numbers_widen() {
        let v = Values::resolve(SCHEMA, &params(r#"{"omega": 1, "n": 8.0, "d": 2}"#)).unwrap();
        assert_eq!((v.size("n"), v.real("omega"), v.text("order"), v.text("d")), (8, 1.0, "lex", "2"));
    }

    #[test]
    fn what_depends_on_something_that_does_not_matter_does_not_matter() {
        const CHAIN: &[ParamInfo] = &[
            ParamInfo::choice("a", "a", "", &[("x", "x"), ("y", "y")], "x"),
            ParamInfo::switch("b", "b", "", true).when("a", &["y"]),
            ParamInfo::switch("c", "c", "", false).when("b", &["true"]),
            ParamInfo::switch("d", "d", "", false).when("e", &["true"]),
            ParamInfo::switch("e", "e", "", true).when("d", &["false"]),
        ];
        let relevant = |a: &str| {
            let v = Values::resolve(CHAIN, &params(&format!(r#"{{"a": "{a}"}}"#))).unwrap();
            let of: Vec<bool> = CHAIN.iter().map(|p| p.relevant(CHAIN, |key| v.get(key).cloned())).collect();
            of
        };
        assert_eq!(relevant("x"), [true, false, false, true, true]);
        assert_eq!(relevant("y"), [true, true, true, true, true]);
    }

    #[test]
    fn every_wrong_field_is_named() {
        let given = params(r#"{"omega": 3, "n": "many", "order": "zig", "m": 1, "d": " "}"#);
        let errors = Values::resolve(SCHEMA, &given).unwrap_err();
        let fields: Vec<&str> = errors.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["m", "n", "omega", "order", "d"]);
        assert!(errors[0].message.contains("known: n, omega, order, d, fast"));
        assert!(errors[3].message.contains("lex, rb"));
    }
}
