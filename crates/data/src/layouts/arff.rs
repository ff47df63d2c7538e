//! Weka's ARFF: a head of `@attribute` lines that name the columns, and rows below `@data`:
//! <https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/>.

use super::{lines, split_lines};
use crate::DataError;
use crate::error::quoted;
use crate::source::{Source, push_cell};

/// The rows below `@data`, with the names of the attributes in place of that line.
pub(crate) fn rows(text: &str) -> Result<Option<Source<'_>>, DataError> {
    let starts = |line: &str, word: &str| {
        line.trim_start().get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    let mut heads = lines(text).map(|(_, line)| line).filter(|line| !line.trim_start().starts_with('%'));
    if !heads.next().is_some_and(|line| starts(line, "@relation")) {
        return Ok(None);
    }
    let mut names: Vec<String> = Vec::new();
    let (mut data, mut out) = (0, String::new());
    for (number, line) in (1u64..).zip(split_lines(text)) {
        let trimmed = line.trim();
        if data == 0 {
            if starts(line, "@attribute") {
                let rest = trimmed["@attribute".len()..].trim_start();
                let (name, _) =
                    first_word(rest).ok_or_else(|| DataError::line(number, "an attribute without a name"))?;
                names.push(name);
            } else if starts(line, "@data") {
                if names.is_empty() {
                    return Err(DataError::line(number, "there is no @attribute above @data"));
                }
                data = number;
                for (j, name) in names.iter().enumerate() {
                    out.push_str(if j > 0 { "," } else { "" });
                    push_cell(&mut out, name, ',');
                }
                out.push('\n');
            }
            continue;
        }
        if !trimmed.starts_with('%') && !trimmed.is_empty() {
            row(trimmed, number, names.len(), &mut out)?;
        }
        out.push('\n');
    }
    if data == 0 {
        return Err(DataError::file("the ARFF file has no line @data"));
    }
    let mut source = Source::rows(out, ",", Some(true));
    source.first_line = data;
    source.remarks.push(format!("An ARFF file with {} attributes.", names.len()).into());
    Ok(Some(source))
}

/// A word, or what stands in single or double quotes, and the rest behind it.
fn first_word(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let Some(quote) = quote else {
        let end = text.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(text.len());
        return (end > 0).then(|| (text[..end].to_owned(), &text[end..]));
    };
    let (mut out, mut escaped) = (String::new(), false);
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => {
                out.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            c if c == quote => return Some((out, &text[at + c.len_utf8()..])),
            _ => out.push(c),
        }
    }
    None
}

/// A row: cells between commas, in quotes of either kind; or `{index value, ...}`, where all others are 0.
fn row(text: &str, line: u64, width: usize, out: &mut String) -> Result<(), DataError> {
    let sparse = text.strip_prefix('{').and_then(|t| t.trim_end().strip_suffix('}'));
    let mut cells = vec![if sparse.is_some() { "0".to_owned() } else { String::new() }; width];
    let mut rest = sparse.unwrap_or(text).trim();
    let (mut at, mut first) = (0, true);
    while !rest.is_empty() || !first && sparse.is_none() && at < width {
        let place = if sparse.is_some() {
            let (index, tail) = first_word(rest).unwrap_or_default();
            rest = tail.trim_start();
            index.parse::<usize>().ok().filter(|i| *i < width).ok_or_else(|| {
                DataError::line(line, format!("found {}; expected the number of an attribute, from 0", quoted(&index)))
            })?
        } else {
            at
        };
        let (cell, tail) = if rest.starts_with(['\'', '"']) {
            first_word(rest)
                .ok_or_else(|| DataError::at(line, at as u64 + 1, "a quote is opened here and never closed"))?
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            (rest[..end].trim().to_owned(), &rest[end..])
        };
        if place >= width {
            return Err(DataError::at(
                line,
                at as u64 + 1,
                format!("there are more cells than the {width} attributes"),
            ));
        }
        cells[place] = cell;
        at += 1;
        first = false;
        let tail = tail.trim_start();
        match tail.strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            // Behind the cells of a row a weight may stand in braces.
            None if tail.is_empty() || tail.starts_with('{') => break,
            None => {
                return Err(DataError::at(line, at as u64, format!("found {} behind a cell", quoted(tail))));
            }
        }
    }
    if sparse.is_none() && at != width {
        return Err(DataError::at(line, at as u64 + 1, format!("found {at} cells for {width} attributes")));
    }
    for (j, cell) in cells.iter().enumerate() {
        out.push_str(if j > 0 { "," } else { "" });
        push_cell(out, cell, ',');
    }
    Ok(())
}
