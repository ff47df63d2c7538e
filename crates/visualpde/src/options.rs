//! Options of a simulation: from links and code, under long, short and old names, over the defaults.

use crate::literal::{Literal, Reader};
use crate::{ImportError, lz, number};

/// Options that were given, in the order of the text; of two with one name the later counts.
pub(crate) type Given = Vec<(String, Literal)>;

/// The four fields in short and old names.
const LETTERS: [&str; 4] = ["U", "V", "W", "Q"];

/// Short and long names of options that are not counted over fields.
const SHORT: &[(&str, &str)] = &[
    ("a", "autoSetColourRange"),
    ("b", "backgroundColour"),
    ("bv", "brushValue"),
    ("br", "brushRadius"),
    ("c", "colourmap"),
    ("cD", "crossDiffusion"),
    ("ct", "cameraTheta"),
    ("cp", "cameraPhi"),
    ("cz", "cameraZoom"),
    ("d", "domainIndicatorFun"),
    ("di", "dimension"),
    ("ds", "domainScale"),
    ("dt", "dt"),
    ("dv", "domainViaIndicatorFun"),
    ("f", "setSeed"),
    ("k", "kineticParams"),
    ("ma", "maxColourValue"),
    ("mi", "minColourValue"),
    ("n", "numSpecies"),
    ("na", "numAlgebraicSpecies"),
    ("nT", "numTimestepsPerFrame"),
    ("o", "oneDimensional"),
    ("p", "preset"),
    ("rL", "runningOnLoad"),
    ("sn", "speciesNames"),
    ("sp", "spatialStep"),
    ("sq", "squareCanvas"),
    ("ts", "timesteppingScheme"),
    ("v", "views"),
    ("wd", "whatToDraw"),
    ("wp", "whatToPlot"),
    ("aV", "algebraicV"),
    ("aW", "algebraicW"),
    ("aQ", "algebraicQ"),
];

/// Short and long beginnings of options that there is one of for each field.
const SHORT_OF_FIELDS: &[(&str, &str)] = &[
    ("b", "boundaryConditions"),
    ("cs", "comboStr"),
    ("c", "initCond"),
    ("d", "dirichletStr"),
    ("n", "neumannStr"),
    ("ro", "robinStr"),
    ("r", "reactionStr"),
];

/// Old and new beginnings of options that there is one of for each field.
const OLD_OF_FIELDS: &[(&str, &str)] = &[
    ("boundaryConditions", "boundaryConditions"),
    ("comboStr", "comboStr"),
    ("clearValue", "initCond"),
    ("dirichletStr", "dirichletStr"),
    ("neumannStr", "neumannStr"),
    ("robinStr", "robinStr"),
    ("reactionStr", "reactionStr"),
];

/// The field behind a beginning, counted from 1.
fn field_of(rest: &str) -> Option<usize> {
    LETTERS.iter().position(|l| *l == rest).map(|k| k + 1)
}

fn pair_of(rest: &str) -> Option<(usize, usize)> {
    let (first, second) = rest.split_at_checked(1)?;
    Some((field_of(first)?, field_of(second)?))
}

fn of_fields(table: &[(&str, &str)], key: &str) -> Option<String> {
    table.iter().find_map(|(from, to)| Some(format!("{to}_{}", field_of(key.strip_prefix(from)?)?)))
}

/// The long name of a short one.
fn long_name(key: &str) -> Option<String> {
    let plain = SHORT.iter().find(|(short, _)| *short == key).map(|(_, long)| (*long).to_owned());
    plain.or_else(|| of_fields(SHORT_OF_FIELDS, key)).or_else(|| {
        let (i, j) = pair_of(key.strip_prefix('d')?)?;
        Some(format!("diffusionStr_{i}_{j}"))
    })
}

/// Short names back to long ones, old names to new ones.
fn renamed(given: Given, short: bool, notes: &mut Vec<String>) -> Given {
    let mut out: Given = Vec::new();
    let mut algebraic = 0;
    for (key, value) in given {
        let key = match long_name(&key) {
            Some(long) if short => long,
            None if short && key.len() <= 3 && key.chars().all(char::is_alphabetic) => {
                notes.push(format!("the short name `{key}` in the link is not known here; its option was left out"));
                continue;
            }
            _ => key,
        };
        let is_true = value == Literal::Bool(true);
        match key.as_str() {
            "algebraicV" | "algebraicW" | "algebraicQ" => algebraic += usize::from(is_true),
            "fixRandSeed" => out.push(("setSeed".into(), value)),
            "oneDimensional" if is_true => out.push(("dimension".into(), Literal::Number("1".into()))),
            "oneDimensional" => {}
            _ => {
                let old_pair = key.strip_prefix("diffusionStr").and_then(pair_of);
                let key = match old_pair {
                    Some((i, j)) => format!("diffusionStr_{i}_{j}"),
                    None => of_fields(OLD_OF_FIELDS, &key).unwrap_or(key),
                };
                out.push((key, value));
            }
        }
    }
    if algebraic > 0 {
        out.push(("numAlgebraicSpecies".into(), Literal::Number(algebraic.to_string())));
    }
    out
}

/// The options in a text.
pub(crate) fn read(text: &str, notes: &mut Vec<String>) -> Result<Given, ImportError> {
    let chars: Vec<char> = text.chars().collect();
    let begins = |word: &str| text.trim_start().starts_with(word);
    if begins("presets[") || begins("{") {
        return code(&chars, notes);
    }
    let Some(start) = chars.iter().position(|&c| c == '?') else {
        let help = "this is neither a link of VisualPDE (with ?options= or ?preset=) nor the code of a preset";
        return Err(ImportError::at(0, help));
    };
    // Where a link is followed by the code of presets, that is what its preset is looked up in.
    let code_at = text.find("presets[").map_or(chars.len(), |byte| text[..byte].chars().count());
    let end = (start..code_at).find(|&i| chars[i] == '#' || chars[i] == '\n').unwrap_or(code_at);
    let known = if code_at < chars.len() { presets(&chars, code_at)? } else { Vec::new() };
    query(&chars[..end], start + 1, &known, notes)
}

/// `key=value&...` behind the question mark.
fn query(
    chars: &[char],
    start: usize,
    known: &[(String, Given)],
    notes: &mut Vec<String>,
) -> Result<Given, ImportError> {
    let mut out: Given = Vec::new();
    let mut named = None;
    let mut at = start;
    for part in chars[start.min(chars.len())..].split(|&c| c == '&') {
        let place = at;
        at += part.len() + 1;
        let Some(equals) = part.iter().position(|&c| c == '=') else { continue };
        let key: String = part[..equals].iter().collect();
        let value: Vec<(char, usize)> = decoded(part[equals + 1..].iter().copied().zip(place + equals + 1..));
        let plain = || -> String { value.iter().map(|&(c, _)| c).collect() };
        match key.to_ascii_lowercase().as_str() {
            "options" => {
                let value = value.iter().copied();
                let trimmed = value.rev().skip_while(|(c, _)| c.is_whitespace()).collect::<Vec<_>>();
                let json: Vec<char> = lz::unpack(trimmed.into_iter().rev())?.chars().collect();
                let mut reader = Reader::new(&json, 0);
                let unpacked = reader.value().map_err(|e| ImportError::new(format!("the unpacked link: {e}")))?;
                let Literal::Object(pairs) = unpacked else {
                    return Err(ImportError::at(place, "the link does not hold options"));
                };
                let short = pairs.iter().any(|(key, _)| key == "p");
                out.extend(renamed(pairs, short, notes));
            }
            "preset" => named = Some((plain(), place)),
            "mini" => {
                let help = "a short link is kept by a web service: in VisualPDE, switch on Settings > Misc > Dev > Long url, and \
                            share the link again";
                return Err(ImportError::at(place, help));
            }
            "view" | "nomenu" | "sf" | "clean" | "story" | "noui" | "logo_only" => {}
            _ => out.extend(renamed(vec![(key, Literal::Text(plain().trim().to_owned()))], false, notes)),
        }
    }
    if let Some((name, place)) = named.filter(|(name, _)| !name.eq_ignore_ascii_case("default")) {
        let found = known.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name));
        match found {
            Some((name, _)) => {
                let mut base = with_parents(name, known, notes);
                base.extend(out);
                out = base;
            }
            None if poses_everything(&out) => notes.push(format!(
                "the preset `{name}` itself is not known here: what the link does not say is taken from VisualPDE's defaults"
            )),
            None => {
                let help = format!(
                    "the preset `{name}` is kept by VisualPDE and is not part of the link: open it there, change anything and copy \
                     the link that then holds `?options=`, or use \"Copy code\" and bring that"
                );
                return Err(ImportError::at(place, help));
            }
        }
    }
    Ok(out)
}

/// Whether options say all equations, so that the preset below them matters little.
fn poses_everything(given: &Given) -> bool {
    let has = |key: &str| given.iter().any(|(k, _)| k == key);
    let count = given.iter().rev().find(|(k, _)| k == "numSpecies").and_then(|(_, v)| v.text()?.parse::<usize>().ok());
    let count = count.unwrap_or(2).clamp(1, 4);
    (1..=count).all(|i| has(&format!("reactionStr_{i}")) && has(&format!("diffusionStr_{i}_{i}")))
}

/// Percent signs resolved, and plus signs kept: what is a space there was one.
fn decoded(chars: impl Iterator<Item = (char, usize)>) -> Vec<(char, usize)> {
    let chars: Vec<(char, usize)> = chars.collect();
    let mut bytes: Vec<(u8, usize)> = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let (c, at) = chars[i];
        let hex: String = chars[i + 1..].iter().take(2).map(|&(c, _)| c).collect();
        match u8::from_str_radix(&hex, 16) {
            Ok(byte) if c == '%' && hex.len() == 2 => {
                bytes.push((byte, at));
                i += 3;
            }
            _ => {
                let mut buffer = [0; 4];
                bytes.extend(c.encode_utf8(&mut buffer).bytes().map(|b| (b, at)));
                i += 1;
            }
        }
    }
    let plain: Vec<u8> = bytes.iter().map(|&(b, _)| b).collect();
    let text = String::from_utf8_lossy(&plain);
    // Places of characters, as far as the bytes tell them.
    let mut out = Vec::new();
    let mut byte = 0;
    for c in text.chars() {
        let at = bytes.get(byte).or(bytes.last()).map_or(0, |&(_, at)| at);
        out.push((c, at));
        byte += if c == '\u{fffd}' { 1 } else { c.len_utf8() };
    }
    out
}

/// The code of a preset, or of several; of several, the first one counts and the others are parents of it.
fn code(chars: &[char], notes: &mut Vec<String>) -> Result<Given, ImportError> {
    let known = presets(chars, 0)?;
    let Some((name, _)) = known.first() else { return Err(ImportError::at(0, "there is no preset in this code")) };
    Ok(with_parents(name, &known, notes))
}

/// All `presets["NAME"] = { ... };` from a place on, or one object alone.
fn presets(chars: &[char], start: usize) -> Result<Vec<(String, Given)>, ImportError> {
    let mut reader = Reader::new(chars, start);
    let mut found = Vec::new();
    loop {
        while reader.take(';') {}
        reader.skip();
        if reader.at >= chars.len() {
            return Ok(found);
        }
        let mut name = String::new();
        if chars[reader.at] != '{' {
            let at = reader.at;
            if reader.word() != "presets" || !reader.take('[') {
                return Err(ImportError::at(at, "code of a preset begins with presets[\"NAME\"] = {"));
            }
            reader.skip();
            name = match chars.get(reader.at) {
                Some(&quote @ ('"' | '\'')) => reader.text(quote)?,
                _ => return Err(ImportError::at(reader.at, "the name of the preset is missing in quotes")),
            };
            if !reader.take(']') || !reader.take('=') {
                return Err(ImportError::at(reader.at, "`] =` is missing behind the name of the preset"));
            }
        }
        match reader.value()? {
            Literal::Object(pairs) => found.push((name, pairs)),
            _ => return Err(ImportError::at(reader.at, "a preset is an object in curly brackets")),
        }
    }
}

/// A preset's options over those of its parents, as far as these are given.
fn with_parents(name: &str, known: &[(String, Given)], notes: &mut Vec<String>) -> Given {
    let mut chain: Vec<&(String, Given)> = Vec::new();
    let mut next = Some(name.to_owned());
    while let Some(name) = next {
        let found = known.iter().find(|(n, _)| n.eq_ignore_ascii_case(&name));
        let Some(found) = found.filter(|f| !chain.iter().any(|c| c.0 == f.0)) else {
            if !chain.is_empty() && !name.eq_ignore_ascii_case("default") {
                notes.push(format!(
                    "the parent `{name}` of the preset is not in the code: what only it says is taken from VisualPDE's defaults"
                ));
            }
            break;
        };
        chain.push(found);
        next = found.1.iter().find(|(k, _)| k == "parent").and_then(|(_, v)| v.text()).filter(|p| !p.is_empty());
    }
    let mut out: Given = vec![("preset".into(), Literal::Text(name.to_owned()))];
    for (_, given) in chain.into_iter().rev() {
        let short = given.iter().any(|(key, _)| key == "p");
        out.extend(renamed(given.clone(), short, notes));
    }
    out
}

/// All options that matter, as texts.
pub(crate) struct Options {
    given: Given,
}

/// What is missing comes from VisualPDE's preset "default", a Gray-Scott system.
const DEFAULTS: &[(&str, &str)] = &[
    ("numSpecies", "2"),
    ("numAlgebraicSpecies", "0"),
    ("speciesNames", "u v w q"),
    ("crossDiffusion", "false"),
    ("timescales", "false"),
    ("diffusionStr_1_1", "0.04"),
    ("diffusionStr_2_2", "0.02"),
    ("reactionStr_1", "-u*v^2 + 0.037*(1.0 - u)"),
    ("reactionStr_2", "u*v^2 - (0.037+0.06)*v"),
    ("initCond_1", "1"),
    ("kineticParams", ""),
    ("dimension", "2"),
    ("domainScale", "100"),
    ("spatialStep", "0.5"),
    ("squareCanvas", "false"),
    ("domainViaIndicatorFun", "false"),
    ("minX", "0"),
    ("minY", "0"),
    ("dt", "0.1"),
    ("timesteppingScheme", "Euler"),
    ("setSeed", "false"),
];

impl Options {
    /// The options with the defaults below them.
    pub(crate) fn over_defaults(given: Given, notes: &mut Vec<String>) -> Result<Self, ImportError> {
        let options = Options { given };
        let missing: Vec<&str> = DEFAULTS
            .iter()
            .map(|(key, _)| *key)
            .filter(|key| ["reactionStr_1", "reactionStr_2", "diffusionStr_1_1", "diffusionStr_2_2"].contains(key))
            .filter(|key| !key.contains("_2") || options.count("numSpecies").is_ok_and(|n| n > 1))
            .filter(|key| options.find(key).is_none())
            .collect();
        if !missing.is_empty() {
            notes.push(format!("not given, so VisualPDE's own defaults (Gray-Scott): {}", missing.join(", ")));
        }
        Ok(options)
    }

    fn find(&self, key: &str) -> Option<String> {
        self.given.iter().rev().find(|(k, _)| k == key).and_then(|(_, v)| v.text())
    }

    /// An option, given or by default.
    pub(crate) fn text(&self, key: &str) -> String {
        let default = DEFAULTS.iter().find(|(k, _)| *k == key).map(|(_, v)| (*v).to_owned());
        let zero = || match key.split('_').next() {
            Some("boundaryConditions") => "periodic".to_owned(),
            _ if key.starts_with("timescale_") => "1".to_owned(),
            _ => "0".to_owned(),
        };
        self.find(key).filter(|t| !t.trim().is_empty()).or(default).unwrap_or_else(zero)
    }

    /// An option that was given.
    pub(crate) fn given(&self, key: &str) -> Option<String> {
        self.find(key).filter(|t| !t.trim().is_empty())
    }

    pub(crate) fn is_true(&self, key: &str) -> bool {
        matches!(self.text(key).as_str(), "true" | "1")
    }

    pub(crate) fn number(&self, key: &str) -> Result<f64, ImportError> {
        let text = self.text(key);
        let value = number(text.trim());
        value.ok_or_else(|| ImportError::new(format!("the option `{key}` is `{text}`, which is no number")))
    }

    /// A whole number from 0 on.
    pub(crate) fn count(&self, key: &str) -> Result<usize, ImportError> {
        let value = self.number(key)?;
        if value >= 0.0 && value == value.trunc() && value < 1e6 {
            return Ok(value as usize);
        }
        Err(ImportError::new(format!("the option `{key}` is {value}, which is no count")))
    }

    /// Names of given options that begin so.
    pub(crate) fn any_given(&self, beginnings: &[&str]) -> bool {
        self.given.iter().any(|(k, _)| beginnings.iter().any(|b| k.starts_with(b)))
    }
}
