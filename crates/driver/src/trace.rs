//! Traces as a table that other programs read.

use std::fmt::Write;

use iterscope_core::Work;

use crate::History;

/// A run whose trace is to be written.
pub struct Traced<'a> {
    /// Method id.
    pub method: &'a str,
    /// Keys of its series and diagnostics, in the order of the values.
    pub keys: Vec<&'a str>,
    /// The trace.
    pub history: &'a History,
}

/// All traces as one CSV: `run,method,step,seconds,work...`, then a column for every series; a run that does not have
/// a series leaves its cells empty. Numbers are written so that reading gives the same bits.
pub fn trace_csv(runs: &[Traced<'_>]) -> String {
    let mut keys: Vec<&str> = Vec::new();
    for key in runs.iter().flat_map(|r| &r.keys) {
        if !keys.contains(key) {
            keys.push(key);
        }
    }
    let mut out = String::from("run,method,step,seconds");
    for name in Work::NAMES {
        out.push_str(",work.");
        out.push_str(name);
    }
    for key in &keys {
        out.push(',');
        out.push_str(key);
    }
    out.push('\n');
    for (i, run) in runs.iter().enumerate() {
        let columns: Vec<Option<usize>> = keys.iter().map(|k| run.keys.iter().position(|own| own == k)).collect();
        for row in run.history.rows() {
            // Writing to a string cannot fail.
            let _ = write!(out, "{i},{},{},{}", run.method, row.step, row.seconds);
            for w in row.work.counters() {
                let _ = write!(out, ",{w}");
            }
            for column in &columns {
                let _ = match column {
                    Some(c) => write!(out, ",{:e}", row.values[*c]),
                    None => out.write_char(','),
                };
            }
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_with_different_series_share_one_table() {
        let mut a = History::new(2);
        a.push(0, 0.0, Work::default(), &[1.0, 0.1]);
        let mut b = History::new(1);
        b.push(3, 0.5, Work { operator: 4, ..Work::default() }, &[0.25]);
        let csv = trace_csv(&[
            Traced { method: "m.a", keys: vec!["r", "e"], history: &a },
            Traced { method: "m.b", keys: vec!["e"], history: &b },
        ]);
        let lines: Vec<&str> = csv.lines().collect();
        assert!(lines[0].ends_with("work.bytes,r,e"));
        assert_eq!(lines[1], "0,m.a,0,0,0,0,0,0,0,1e0,1e-1");
        assert_eq!(lines[2], "1,m.b,3,0.5,4,0,0,0,0,,2.5e-1");
    }
}
