//! Numbers known of the items, read from a small table: what explains their strengths.

use iterscope_core::BuildError;
use iterscope_kernels::dense::cholesky;

use crate::data::parts::some;

/// The most columns; more belong into a program for regression.
const MOST: usize = 32;
/// A column of which less than this part is not a combination of the columns before it adds nothing.
const DEPENDENT: f64 = 1e-9;

/// The numbers of the ranked items, each column brought to mean 0 and standard deviation 1 over them.
#[derive(Clone, Debug, PartialEq)]
pub struct Covariates {
    /// Names of the columns.
    pub names: Vec<String>,
    /// The mean of each column in the table's units.
    pub means: Vec<f64>,
    /// The standard deviation of each column in the table's units.
    pub deviations: Vec<f64>,
    /// Whether each item has, beside what its covariates explain, an effect of its own, which the prior is of. Otherwise the
    /// strengths are what the covariates explain.
    pub effects: bool,
    /// Item by item.
    values: Vec<f64>,
    /// Lines of the table whose item is not ranked.
    pub unused: usize,
}

impl Covariates {
    /// Reads a table `item,height,age`, with commas, semicolons or tabulators between its cells, one line for each of
    /// `items`.
    ///
    /// # Errors
    /// Field `covariates`, with line and column: what cannot be read, items without a line or with two, a column that is
    /// constant or a combination of others.
    pub fn read(text: &str, items: &[String], effects: bool) -> Result<Covariates, BuildError> {
        let mut lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
        let Some((_, header)) = lines.next() else { return refuse("the table is empty") };
        let separator = [';', '\t', ','].into_iter().find(|s| header.contains(*s));
        let Some(separator) = separator else {
            return refuse(
                "line 1: there is one column only; the first names the items, each other is a number of theirs",
            );
        };
        let names: Vec<String> = cells(header, separator).into_iter().skip(1).collect();
        let k = names.len();
        if k > MOST {
            return refuse(format!("line 1: {k} columns of numbers; at most {MOST} are taken"));
        }
        if k >= items.len() {
            return refuse(format!("{k} columns cannot be told apart by {} items", items.len()));
        }
        for (c, name) in names.iter().enumerate() {
            if name.is_empty() || names[..c].contains(name) {
                return refuse(format!("line 1, column {}: each column needs a name of its own", c + 2));
            }
        }
        let mut places: Vec<(&str, usize)> = items.iter().enumerate().map(|(i, n)| (n.trim(), i)).collect();
        places.sort_unstable();
        let (mut values, mut seen, mut unused) = (vec![f64::NAN; items.len() * k], vec![0; items.len()], 0);
        for (l, line) in lines {
            let cells = cells(line, separator);
            if cells.len() != k + 1 {
                return refuse(format!("line {}: {} cells, but line 1 has {}", l + 1, cells.len(), k + 1));
            }
            let at = places.partition_point(|(n, _)| *n < cells[0].as_str());
            let Some((_, i)) = places.get(at).filter(|(n, _)| *n == cells[0]) else {
                unused += 1;
                continue;
            };
            if seen[*i] > 0 {
                return refuse(format!("line {}, column 1: {} is on line {} already", l + 1, cells[0], seen[*i]));
            }
            seen[*i] = l + 1;
            for (c, cell) in cells[1..].iter().enumerate() {
                match cell.parse::<f64>() {
                    Ok(x) if x.is_finite() => values[i * k + c] = x,
                    _ => {
                        let place = format!("line {}, column {} ({})", l + 1, c + 2, names[c]);
                        return refuse(format!("{place}: `{cell}` is not a number"));
                    }
                }
            }
        }
        let missing: Vec<&str> = items.iter().zip(&seen).filter(|(_, l)| **l == 0).map(|(n, _)| &**n).collect();
        if !missing.is_empty() {
            return refuse(format!("there is no line for {}", some(&missing)));
        }
        standardised(Covariates { names, means: Vec::new(), deviations: Vec::new(), effects, values, unused })
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.names.len()
    }

    /// The standardised numbers of item `i`.
    pub fn of(&self, i: usize) -> &[f64] {
        let k = self.names.len();
        &self.values[i * k..(i + 1) * k]
    }

    /// What `beta` explains of the log-strength of item `i`.
    pub fn explained(&self, i: usize, beta: &[f64]) -> f64 {
        self.of(i).iter().zip(beta).fold(0.0, |sum, (x, b)| sum + x * b)
    }

    /// Adds `factor` times the numbers of item `i` to `out`.
    pub fn add(&self, i: usize, factor: f64, out: &mut [f64]) {
        for (out, x) in out.iter_mut().zip(self.of(i)) {
            *out += factor * x;
        }
    }
}

fn refuse<T>(why: impl Into<String>) -> Result<T, BuildError> {
    Err(BuildError::new("covariates", why))
}

/// The cells of a line; quotes around a cell, within which they are doubled, are taken off.
fn cells(line: &str, separator: char) -> Vec<String> {
    let (mut out, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '"' && quoted && chars.peek() == Some(&'"') {
            cell.push('"');
            chars.next();
        } else if c == '"' && (quoted || cell.trim().is_empty()) {
            quoted = !quoted;
        } else if c == separator && !quoted {
            out.push(cell.trim().to_owned());
            cell.clear();
        } else {
            cell.push(c);
        }
    }
    out.push(cell.trim().to_owned());
    out
}

fn standardised(mut table: Covariates) -> Result<Covariates, BuildError> {
    let k = table.names.len();
    let n = table.values.len() / k;
    for c in 0..k {
        let column = || (0..n).map(|i| i * k + c);
        let mean = column().fold(0.0, |sum, at| sum + table.values[at]) / n as f64;
        let square = column().fold(0.0, |sum, at| sum + (table.values[at] - mean) * (table.values[at] - mean));
        let deviation = (square / n as f64).sqrt();
        if deviation.is_nan() || deviation <= 1e-12 * mean.abs() {
            return refuse(format!("column {} ({}) has the same number for all items", c + 2, table.names[c]));
        }
        for i in 0..n {
            table.values[i * k + c] = (table.values[i * k + c] - mean) / deviation;
        }
        table.means.push(mean);
        table.deviations.push(deviation);
    }
    let mut correlations = vec![0.0; k * k];
    for i in 0..n {
        let row = table.of(i);
        for (a, x) in row.iter().enumerate() {
            for (b, y) in row.iter().enumerate() {
                correlations[a * k + b] += x * y / n as f64;
            }
        }
    }
    // The square of a pivot is the part of a column that those before it leave.
    let failed = cholesky(&mut correlations, k).err().map(|e| e.pivot);
    let dependent =
        (0..k).find(|c| failed == Some(*c) || correlations[c * k + c] * correlations[c * k + c] < DEPENDENT);
    if let Some(c) = dependent {
        return refuse(format!("column {} ({}) is a combination of the columns before it", c + 2, table.names[c]));
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items() -> Vec<String> {
        ["Ann", "Bob, jr.", "Cem"].map(String::from).to_vec()
    }

    #[test]
    fn tables_in_any_order_and_dialect_are_standardised() {
        let text = "name;height\n\"Bob, jr.\" ; 180\nZoe;1\n\nCem;174\nAnn;168\n";
        let found = Covariates::read(text, &items(), false).unwrap();
        assert_eq!((found.names.clone(), found.unused, found.columns()), (vec!["height".into()], 1, 1));
        assert_eq!((found.means[0], found.deviations[0]), (174.0, 24f64.sqrt()));
        let expected = 1.5f64.sqrt();
        for (i, z) in [(0, -expected), (1, expected), (2, 0.0)] {
            assert!((found.of(i)[0] - z).abs() < 1e-15);
        }
        let quoted = Covariates::read("n,x\nAnn,1\n\"Bob, jr.\",2\nCem,4\n", &items(), true).unwrap();
        assert!((quoted.explained(1, &[3.0]) - 3.0 * quoted.of(1)[0]).abs() < 1e-15);
    }

    #[test]
    fn what_is_wrong_is_named_with_line_and_column() {
        let why = |text: &str| {
            let error = Covariates::read(text, &items(), false).unwrap_err();
            assert_eq!(error.field, "covariates");
            error.message
        };
        assert!(why(" \n").contains("empty"));
        assert!(why("item\nAnn\n").contains("line 1: there is one column"));
        assert!(why("n;x;x\n").contains("line 1, column 3"));
        assert!(why("n;x;\n").contains("line 1, column 3"));
        assert!(why("n;x;y;z\n").contains("3 columns cannot be told apart by 3 items"));
        assert!(why("n;x\nAnn;1;2\n").contains("line 2: 3 cells, but line 1 has 2"));
        assert!(why("n;x\nAnn;1\n\nAnn;2\n").contains("line 4, column 1: Ann is on line 2 already"));
        assert!(why("n;x;y\nAnn;1;tall\n").contains("line 2, column 3 (y): `tall` is not a number"));
        assert!(why("n;x;y\nAnn;1;inf\n").contains("is not a number"));
        assert!(why("n;x\nAnn;1\n").contains("no line for Bob, jr., Cem"));
        assert!(why("n;x\nAnn;1\nBob, jr.;1\nCem;1\n").contains("column 2 (x) has the same number"));
        assert!(why("n;x;y\nAnn;1;2\nBob, jr.;2;4\nCem;5;10\n").contains("column 3 (y) is a combination"));
    }
}
