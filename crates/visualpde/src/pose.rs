//! From options to the text of a system and an experiment.

use iterscope_expr::Expr;
use iterscope_expr::system::{SIDES, TypedSystem};
use serde_json::{Map, json};

use crate::options::Options;
use crate::translate::{Names, Place, translate};
use crate::{ImportError, Imported, number};

pub(crate) fn pose(options: &Options, mut notes: Vec<String>) -> Result<Imported, ImportError> {
    let count = options.count("numSpecies")?;
    if !(1..=4).contains(&count) {
        return Err(ImportError::new(format!("there are {count} fields; pde.system takes one to four")));
    }
    let (names, n) = names(options, count, &mut notes)?;
    let lines = Writer { options, names: &names, notes: &mut notes }.lines(count)?;
    let equations = lines.join("\n");
    let dimension = names.dimension;
    let system = TypedSystem::parse(&equations, dimension).map_err(|e| {
        let line = equations.lines().nth(e.line - 1).unwrap_or_default();
        ImportError::new(format!("this cannot be posed: {} (in `{}`)", e.message, line.trim()))
    })?;
    let mut params = Map::new();
    params.insert("equations".into(), json!(equations));
    params.insert("dimension".into(), json!(dimension.to_string()));
    params.insert("n".into(), json!(n));
    for (k, axis) in ["x", "y"].into_iter().take(dimension).enumerate() {
        let least = options.number(["minX", "minY"][k])?;
        params.insert(format!("{axis}_min"), json!(least));
        params.insert(format!("{axis}_max"), json!(least + names.size[k]));
    }
    if let Some(domain) = domain(options, &names, &system, &mut notes)? {
        params.insert("domain".into(), json!(domain));
    }
    let method = match options.text("timesteppingScheme").as_str() {
        "AB2" => "pde.ab2",
        "RK4" => "pde.rk4",
        "Mid" => {
            notes.push(
                "the midpoint rule became Heun's method, of the same order and with the same limit of stability".into(),
            );
            "pde.heun"
        }
        _ => "pde.euler",
    };
    let dt = options.number("dt")?;
    if dt <= 0.0 {
        return Err(ImportError::new(format!("the time step is {dt}; it must be above 0")));
    }
    let mut experiment = json!({
        "schema": 1,
        "problem": { "id": "pde.system", "params": params },
        "runs": [{ "method": method, "params": { "dt": dt } }],
    });
    if options.is_true("setSeed")
        && let Ok(seed) = options.count("randSeed")
    {
        experiment["seed"] = json!(seed);
    }
    if options.given("autoPauseAt").is_some()
        && let Ok(until) = options.number("autoPauseAt")
        && until > 0.0
    {
        experiment["stop"] = json!({ "until": until });
    }
    remarks(options, &mut notes);
    let title = options.given("simTitle").or_else(|| options.given("preset")).filter(|t| t != "Custom");
    Ok(Imported { title, equations, experiment, notes })
}

/// What names mean, and the number of intervals.
fn names(options: &Options, count: usize, notes: &mut Vec<String>) -> Result<(Names, usize), ImportError> {
    let text = options.text("speciesNames");
    let mut fields: Vec<String> =
        text.split([' ', ',']).filter(|n| !n.is_empty()).take(count).map(str::to_owned).collect();
    for standard in ["u", "v", "w", "q"] {
        if fields.len() < count && !fields.iter().any(|f| f == standard) {
            fields.push(standard.to_owned());
        }
    }
    let dimension = options.count("dimension")?;
    if !(1..=2).contains(&dimension) {
        return Err(ImportError::new(format!("there are {dimension} dimensions; VisualPDE has one or two")));
    }
    let (size, step) = (options.number("domainScale")?, options.number("spatialStep")?);
    if size <= 0.0 || step <= 0.0 || size / step < 2.0 {
        return Err(ImportError::new(format!("the size {size} and the step {step} make no grid")));
    }
    let n = (size / step).floor() as usize;
    if size / step - n as f64 > 1e-9 {
        let taken = size / n as f64;
        notes.push(format!("the size {size} is no multiple of the step {step}: nodes are {taken} apart here"));
    }
    if dimension == 2 && !options.is_true("squareCanvas") {
        notes.push("VisualPDE takes the shape of the domain from the browser's window; a square was taken".into());
    }
    let used = |p: &str| {
        options.text("kineticParams").split(';').filter_map(|s| s.split_once('=')).any(|(n, _)| n.trim() == p)
    };
    let parameters = options
        .text("kineticParams")
        .split(';')
        .filter_map(|statement| statement.split_once('='))
        .map(|(name, _)| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .map(|there| {
            let mut here = there.clone();
            while taken(&here, &fields) || (here != there && used(&here)) {
                here.push('_');
            }
            (there, here)
        })
        .collect();
    Ok((Names { fields, parameters, dimension, size: [size, size], step }, n))
}

/// Whether a name means something else in a typed system.
fn taken(name: &str, fields: &[String]) -> bool {
    const OWN: &[&str] =
        &["x", "y", "z", "t", "dn", "pi", "noise", "normal", "lap", "laplacian", "div", "grad", "dx", "dy", "dz"];
    let derivative = |f: &String| {
        let axes = name.strip_prefix(f.as_str()).and_then(|rest| rest.strip_prefix('_'));
        axes.is_some_and(|a| !a.is_empty() && a.chars().all(|c| matches!(c, 'x' | 'y' | 'z')))
    };
    let rate = name.ends_with("_t") || name.ends_with("_tt");
    OWN.contains(&name) || rate || fields.iter().any(|f| f == name || derivative(f))
}

struct Writer<'a> {
    options: &'a Options,
    names: &'a Names,
    notes: &'a mut Vec<String>,
}

impl Writer<'_> {
    fn translate(&mut self, text: &str, place: Place) -> Result<String, ImportError> {
        translate(text, self.names, place, self.notes)
    }

    fn lines(&mut self, count: usize) -> Result<Vec<String>, ImportError> {
        let mut lines = Vec::new();
        let algebraic = self.options.count("numAlgebraicSpecies")?.min(count);
        for k in 0..count {
            let equation = self.equation(k, count, k >= count - algebraic)?;
            lines.push(equation);
        }
        lines.extend(self.parameters()?);
        for k in 0..count - algebraic {
            let start = self.options.text(&format!("initCond_{}", k + 1));
            let start = self.translate(&start, Place::Start)?;
            lines.push(format!("{}(0) = {start}", self.names.fields[k]));
        }
        for k in 0..count {
            lines.extend(self.conditions(k)?);
        }
        Ok(lines)
    }

    fn equation(&mut self, k: usize, count: usize, algebraic: bool) -> Result<String, ImportError> {
        let field = self.names.fields[k].clone();
        let mut terms = Vec::new();
        for j in 0..count {
            if j != k && !self.options.is_true("crossDiffusion") {
                continue;
            }
            let text = self.options.text(&format!("diffusionStr_{}_{}", k + 1, j + 1));
            terms.extend(self.diffusion(&text, &self.names.fields[j].clone())?);
        }
        let reaction = self.options.text(&format!("reactionStr_{}", k + 1));
        let reaction = self.translate(&reaction, Place::Equation)?;
        if reaction != "0" || terms.is_empty() {
            terms.push(reaction);
        }
        // A sum within the sum needs no brackets; a comparison or a choice does.
        let mut right = String::new();
        for term in &terms {
            let term = if term.contains(['<', '>', '?']) { format!("({term})") } else { term.clone() };
            match (right.is_empty(), term.strip_prefix('-')) {
                (true, _) => right = term,
                (false, Some(rest)) => right.push_str(&format!(" - {rest}")),
                (false, None) => right.push_str(&format!(" + {term}")),
            }
        }
        let timescale = match self.options.is_true("timescales") {
            true => {
                let text = self.options.text(&format!("timescale_{}", k + 1));
                Some(self.translate(&text, Place::Equation)?).filter(|t| t != "1")
            }
            false => None,
        };
        Ok(match (algebraic, timescale) {
            (true, None) => format!("{field} = {right}"),
            (true, Some(tau)) => format!("{field} = ({right})/({tau})"),
            (false, None) => format!("{field}_t = {right}"),
            (false, Some(tau)) => format!("({tau})*{field}_t = {right}"),
        })
    }

    /// div(D grad u), where `D; E` are the coefficients in x and y.
    fn diffusion(&mut self, text: &str, of: &str) -> Result<Vec<String>, ImportError> {
        if let Some((x, y)) = text.split_once(';') {
            let mut terms = Vec::new();
            for (axis, coefficient) in ["x", "y"].into_iter().zip([x, y]).take(self.names.dimension) {
                let coefficient = self.translate(coefficient, Place::Equation)?;
                terms.push(format!("d{axis}(({coefficient})*{of}_{axis})"));
            }
            return Ok(terms);
        }
        let coefficient = self.translate(text, Place::Equation)?;
        if number(&coefficient) == Some(0.0) {
            return Ok(Vec::new());
        }
        let words = coefficient.split(|c: char| !c.is_alphanumeric() && c != '_');
        let varies = words
            .into_iter()
            .any(|w| matches!(w, "x" | "y" | "Bump" | "Gauss") || self.names.fields.iter().any(|f| f == w));
        let simple = !coefficient.contains(['+', '-', ' ']);
        let factor = if simple { coefficient } else { format!("({coefficient})") };
        if factor == "1" {
            return Ok(vec![format!("lap({of})")]);
        }
        Ok(vec![if varies { format!("div({factor}*grad({of}))") } else { format!("{factor}*lap({of})") }])
    }

    fn parameters(&mut self) -> Result<Vec<String>, ImportError> {
        let mut lines = Vec::new();
        let text = self.options.text("kineticParams");
        for statement in text.split(';').map(str::trim).filter(|s| !s.is_empty() && *s != "0") {
            let Some((name, value)) = statement.split_once('=') else {
                self.notes.push(format!("the parameter `{statement}` has no value and was left out"));
                continue;
            };
            let here =
                self.names.parameters.iter().find(|(there, _)| there == name.trim()).map(|(_, here)| here.clone());
            let Some(here) = here else { continue };
            if here != name.trim() {
                self.notes.push(format!("the parameter `{}` is called `{here}` here", name.trim()));
            }
            let (value, range) = match value.split_once(" in ") {
                Some((value, range)) => (value, Some(range.trim())),
                None => (value, None),
            };
            let value = self.translate(value.trim(), Place::Elsewhere)?;
            let line = match range {
                Some(range) => self.slider(&here, &value, range),
                None => format!("{here} = {value}"),
            };
            lines.push(line);
        }
        Ok(lines)
    }

    /// A slider [least, greatest] or [least, STEP, greatest], widened where its value is outside.
    fn slider(&mut self, name: &str, value: &str, range: &str) -> String {
        let inner = range.trim_start_matches(['[', '(']).trim_end_matches([']', ')']);
        let numbers: Option<Vec<f64>> = inner.split(',').map(|t| number(t.trim())).collect();
        let (Some(numbers), Some(start)) = (numbers, number(value)) else {
            self.notes.push(format!("the range `{range}` of the parameter `{name}` cannot be read and was left out"));
            return format!("{name} = {value}");
        };
        let (least, step, most) = match *numbers {
            [least, most] => (least, None, most),
            [least, step, most] => (least, Some(step), most),
            _ => return format!("{name} = {value}"),
        };
        let (low, high) = (least.min(start), most.max(start));
        if low >= high {
            return format!("{name} = {value}");
        }
        if low < least || high > most {
            self.notes.push(format!("the value of `{name}` is outside its range, which was widened"));
        }
        match step.filter(|&s| s > 0.0 && s <= high - low) {
            Some(step) => format!("{name} = {value} in [{low}, {step}, {high}]"),
            None => format!("{name} = {value} in [{low}, {high}]"),
        }
    }

    fn conditions(&mut self, k: usize) -> Result<Vec<String>, ImportError> {
        let field = self.names.fields[k].clone();
        let number = k + 1;
        let kind = self.options.text(&format!("boundaryConditions_{number}")).to_ascii_lowercase();
        let sides = &SIDES[..2 * self.names.dimension];
        let everywhere = sides.join(", ");
        if kind == "combo" {
            return self.combination(&field, &self.options.text(&format!("comboStr_{number}")));
        }
        let option = match kind.as_str() {
            "dirichlet" => "dirichletStr",
            "neumann" => "neumannStr",
            "robin" => "robinStr",
            _ => return Ok(vec![format!("{everywhere}: {field} periodic")]),
        };
        let value = self.options.text(&format!("{option}_{number}"));
        let value = self.translate(&value, Place::Elsewhere)?;
        // Where the domain ends inside of the box, the same holds.
        let everywhere = if self.options.is_true("domainViaIndicatorFun") { "all".to_owned() } else { everywhere };
        Ok(vec![format!("{everywhere}: {}", condition(&field, &kind, &value))])
    }

    /// `Left: Dirichlet = 0; Right: Neumann = 1`; a side that is not named is periodic.
    fn combination(&mut self, field: &str, text: &str) -> Result<Vec<String>, ImportError> {
        let count = 2 * self.names.dimension;
        let mut found: Vec<Option<String>> = vec![None; count];
        for part in text.split(';').filter(|p| !p.trim().is_empty()) {
            let Some((side, rest)) = part.split_once(':') else {
                return Err(ImportError::new(format!("`{}`: a condition is written Side: Kind = value", part.trim())));
            };
            let Some(side) = SIDES[..4].iter().position(|s| s.eq_ignore_ascii_case(side.trim())) else {
                return Err(ImportError::new(format!("`{}` is no side", side.trim())));
            };
            if side >= count {
                continue;
            }
            let (kind, value) = rest.split_once('=').unwrap_or((rest, "0"));
            let kind = kind.trim().to_ascii_lowercase();
            match kind.as_str() {
                "periodic" => {}
                "dirichlet" | "neumann" | "robin" => {
                    let value = self.translate(value, Place::Elsewhere)?;
                    found[side] = Some(condition(field, &kind, &value));
                }
                _ => {
                    let name = SIDES[side];
                    self.notes.push(format!(
                        "the condition `{}` on the side {name} is not known here; {field} is insulated there",
                        part.trim()
                    ));
                    found[side] = Some(condition(field, "neumann", "0"));
                }
            }
        }
        let mut lines = Vec::new();
        for pair in 0..count / 2 {
            let sides = [2 * pair, 2 * pair + 1];
            match [&found[sides[0]], &found[sides[1]]] {
                [None, None] => lines.push(format!("{}: {field} periodic", SIDES[sides[0]])),
                [Some(a), Some(b)] => {
                    lines.push(format!("{}: {a}", SIDES[sides[0]]));
                    lines.push(format!("{}: {b}", SIDES[sides[1]]));
                }
                [Some(only), None] | [None, Some(only)] => {
                    let named = usize::from(found[sides[0]].is_none());
                    let (given, open) = (SIDES[sides[named]], SIDES[sides[1 - named]]);
                    self.notes.push(format!(
                        "{field} is periodic on the side {open} but not on the opposite side {given}; the condition of {given} was \
                         taken on both"
                    ));
                    lines.push(format!("{given}, {open}: {only}"));
                }
            }
        }
        Ok(lines)
    }
}

fn condition(field: &str, kind: &str, value: &str) -> String {
    match kind {
        "dirichlet" => format!("{field} = {value}"),
        _ => format!("d{field}/dn = {value}"),
    }
}

/// The inequality of an implicit domain, in numbers. A number means inside where it is positive.
fn domain(
    options: &Options,
    names: &Names,
    system: &TypedSystem,
    notes: &mut Vec<String>,
) -> Result<Option<String>, ImportError> {
    if !options.is_true("domainViaIndicatorFun") {
        return Ok(None);
    }
    let text = translate(&options.text("domainIndicatorFun"), names, Place::Elsewhere, notes)?;
    let fault = |e: iterscope_expr::ExprError| ImportError::new(format!("the domain `{text}`: {}", e.message));
    let mut all: Vec<&str> = ["x", "y", "t"].into_iter().chain(names.fields.iter().map(String::as_str)).collect();
    let first = all.len();
    all.extend(system.parameters.names());
    let expr = Expr::parse(&text, &all).map_err(fault)?;
    if (2..first).any(|v| expr.depends_on(v)) {
        return Err(ImportError::new("a domain that changes in time or with the fields is not known to pde.system"));
    }
    let values = system.parameters.values(|_| None);
    let numbers: Vec<(usize, f64)> = values.into_iter().enumerate().map(|(k, x)| (first + k, x)).collect();
    if (first..all.len()).any(|v| expr.depends_on(v)) {
        notes.push("the domain depends on parameters, which have the values of the start in it".into());
    }
    let fixed = expr.with(&numbers).map_err(fault)?;
    Ok(Some(if fixed.is_condition() { fixed.to_string() } else { format!("{fixed} > 0") }))
}

/// What is not part of an experiment.
fn remarks(options: &Options, notes: &mut Vec<String>) {
    let groups: &[(&[&str], &str)] = &[
        (
            &["views", "overlay", "arrow", "contour", "minColour", "maxColour", "colourmap"],
            "views, colours, overlays and arrows",
        ),
        (&["brush", "whatToDraw"], "the brush"),
        (&["probe"], "probes"),
        (&["imagePath", "imagePathOne", "imagePathTwo"], "images"),
        (&["initialState"], "a saved state"),
    ];
    for (beginnings, what) in groups {
        if options.any_given(beginnings) {
            notes.push(format!("not taken over: {what}"));
        }
    }
    notes.push(
        "VisualPDE's nodes are the centres of its cells, pde.system's lie on the boundary too: values differ within the error of the grid"
            .into(),
    );
}
