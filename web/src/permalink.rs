//! The address always holds the experiment: `#preset=ID`, or `#e=` and its JSON in base64url, or the JSON itself
//! percent-encoded; then flags, as `&key=value`.

use iterscope_core::{CatalogInfo, Experiment};

/// What an address asks for.
#[derive(Debug, PartialEq)]
pub enum Target {
    /// Nothing: the first preset.
    Nothing,
    /// A preset by id.
    Preset(String),
    /// An experiment.
    Experiment(Box<Experiment>),
    /// It cannot be read, for the reason given.
    Broken(String),
}

/// An address, read.
#[derive(Debug, PartialEq)]
pub struct Address {
    /// What to show.
    pub target: Target,
    /// Further flags, in the order in which they stand.
    pub flags: Vec<(String, String)>,
}

impl Address {
    /// The last value of a flag.
    pub fn flag(&self, key: &str) -> Option<&str> {
        self.flags.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }
}

/// Reads the part of an address after `?` and the part after `#`.
pub fn read(query: &str, hash: &str) -> Address {
    let from_json = |json: &str| match Experiment::from_json(json) {
        Ok(experiment) => Target::Experiment(Box::new(experiment)),
        Err(e) if e.field == "experiment" => Target::Broken(e.message),
        Err(e) => Target::Broken(format!("{}: {}", e.field, e.message)),
    };
    let mut flags = pairs(query.trim_start_matches('?'));
    let hash = hash.trim_start_matches('#');
    let mut target = Target::Nothing;
    let mut rest = hash;
    if let Some((json, after)) = json_end(hash).and_then(|end| hash.split_at_checked(end)) {
        target = match percent_decode(json) {
            Some(json) => from_json(&json),
            None => Target::Broken("its percent-encoding is damaged".into()),
        };
        rest = after;
    }
    for (key, value) in pairs(rest) {
        match key.as_str() {
            "preset" => target = Target::Preset(value),
            "e" => {
                let json = base64_decode(&value).and_then(|bytes| String::from_utf8(bytes).ok());
                target = match json {
                    Some(json) => from_json(&json),
                    None => Target::Broken("it is cut off or damaged".into()),
                };
            }
            _ => flags.push((key, value)),
        }
    }
    let mut address = Address { target, flags };
    if let Some(parent) = address.flag("parent").filter(|parent| !is_origin(parent)) {
        let words = format!(
            "`parent={parent}` names no page: expected the one with which the figure speaks, such as https://example.org"
        );
        address.target = Target::Broken(words);
        address.flags.retain(|(key, _)| key != "parent");
    }
    address
}

/// Whether a text is the origin of one page; those of files have none, and say so.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    text == "null" || host.is_some_and(|host| !host.is_empty() && host.chars().all(plain))
}

/// The shortest hash, without `#`, that holds `experiment`.
pub fn write(experiment: &Experiment, catalog: &CatalogInfo) -> String {
    let short = experiment.without_defaults(catalog);
    let presets = catalog.families.iter().flat_map(|f| &f.presets);
    for preset in presets {
        if preset.experiment.without_defaults(catalog) == short {
            return format!("preset={}", preset.id);
        }
    }
    format!("e={}", base64_encode(short.to_json().as_bytes()))
}

/// Where the JSON at the start of a hash ends: after its last closing brace, as `&` may stand within its strings.
fn json_end(hash: &str) -> Option<usize> {
    let upper = hash.get(..3).map(str::to_ascii_uppercase);
    if hash.starts_with('{') {
        return Some(hash.rfind('}').map_or(hash.len(), |at| at + 1));
    }
    if upper.as_deref() == Some("%7B") {
        let end = hash.as_bytes().windows(3).rposition(|three| three.eq_ignore_ascii_case(b"%7D")).map(|at| at + 3);
        return Some(end.unwrap_or(hash.len()));
    }
    None
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let parts = text.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            (key.to_owned(), percent_decode(value).unwrap_or_else(|| value.to_owned()))
        })
        .collect()
}

/// Undoes percent-encoding; none where it is malformed or not UTF-8.
pub fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn base64_encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, &b| word << 8 | u32::from(b)) << (8 * (3 - chunk.len()));
        for i in 0..=chunk.len() {
            out.push(char::from(ALPHABET[(word >> (18 - 6 * i) & 63) as usize]));
        }
    }
    out
}

fn base64_decode(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').as_bytes();
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    for chunk in text.chunks(4) {
        let mut word = 0u32;
        for &c in chunk {
            // Both alphabets are read: mail programs and hand-made links use either.
            let c = match c {
                b'+' => b'-',
                b'/' => b'_',
                c => c,
            };
            word = word << 6 | ALPHABET.iter().position(|&a| a == c)? as u32;
        }
        if chunk.len() == 1 {
            return None;
        }
        word <<= 6 * (4 - chunk.len());
        out.extend((0..chunk.len() - 1).map(|i| (word >> (16 - 8 * i)) as u8));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use iterscope_core::{FamilyInfo, PresetInfo, Value};

    const JSON: &str = r#"{"schema":1,"problem":{"id":"p.q","params":{"f":"sin(x) & {y}"}},"runs":[{"method":"p.m"}]}"#;

    fn percent_encode(text: &str) -> String {
        let mut out = String::new();
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~:,".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push('%');
                for half in [byte >> 4, byte & 15] {
                    out.push(char::from_digit(u32::from(half), 16).unwrap_or('0').to_ascii_uppercase());
                }
            }
        }
        out
    }

    fn experiment() -> Experiment {
        Experiment::from_json(JSON).unwrap()
    }

    fn catalog() -> CatalogInfo {
        let preset = PresetInfo { id: "p.one".into(), label: "".into(), summary: "".into(), experiment: experiment() };
        let family = FamilyInfo {
            id: "p".into(),
            label: "".into(),
            problems: vec![],
            methods: vec![],
            presets: vec![preset],
            analyses: vec![],
            components: vec![],
        };
        CatalogInfo { families: vec![family], samples: vec![] }
    }

    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!(write(&experiment(), &catalog()), "preset=p.one");
        let mut other = experiment();
        other.problem.params.insert("f".into(), Value::Text("λ = π & more".into()));
        let hash = write(&other, &catalog());
        assert!(hash.starts_with("e=") && hash.is_ascii());
        assert_eq!(read("", &format!("#{hash}")).target, Target::Experiment(Box::new(other)));
    }

    #[test]
    fn the_three_forms_are_read_with_flags() {
        let encoded = percent_encode(JSON);
        for hash in [JSON.to_owned(), encoded.clone(), format!("{encoded}&view=runs")] {
            assert_eq!(read("", &hash).target, Target::Experiment(Box::new(experiment())), "{hash}");
        }
        let address = read("?view=chart&autoplay=0", "#preset=p.one&view=runs&parent=https%3A%2F%2Fa.example");
        assert_eq!(address.target, Target::Preset("p.one".into()));
        assert_eq!(address.flag("view"), Some("runs"));
        assert_eq!(address.flag("autoplay"), Some("0"));
        assert_eq!(address.flag("parent"), Some("https://a.example"));
        assert_eq!(read("", "#").target, Target::Nothing);
    }

    #[test]
    fn a_figure_speaks_with_one_page_and_not_with_all() {
        for parent in ["*", "", "/", "https://", "https://a.example/page", "javascript:alert(1)", "https://*.example"] {
            let address = read(&format!("?parent={}", percent_encode(parent)), "#preset=p.one");
            assert!(matches!(&address.target, Target::Broken(words) if words.contains("names no page")), "{parent}");
            assert_eq!(address.flag("parent"), None, "{parent}");
        }
        for parent in ["https://a.example", "http://localhost:8080", "http://[::1]:80", "null"] {
            let address = read(&format!("?parent={parent}"), "#preset=p.one");
            assert_eq!(address.flag("parent"), Some(parent));
            assert_eq!(address.target, Target::Preset("p.one".into()));
        }
    }

    #[test]
    fn broken_addresses_are_refused_with_words() {
        let words = |hash: &str| match read("", hash).target {
            Target::Broken(words) => words,
            other => panic!("{other:?}"),
        };
        assert!(words(&JSON.replace("\"schema\":1", "\"schema\":9")).contains("newer"));
        assert!(words("e=!!!").contains("damaged"));
        assert!(words("e=QQ").contains("line 1"));
        assert!(words("%7B%2").contains("damaged"));
        assert!(words("{").contains("EOF"));
        assert!(words(&JSON.replace("runs", "rums")).contains("rums"));
    }

    #[test]
    fn base64_is_the_standard_one() {
        for (plain, coded) in
            [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("\u{ff}", "w78")]
        {
            assert_eq!(base64_encode(plain.as_bytes()), coded);
            assert_eq!(base64_decode(coded).unwrap(), plain.as_bytes());
        }
        assert_eq!(base64_decode("A"), None);
    }
}
