//! Matrices of distances as PHYLIP writes them: the number of taxa, then one name and its distances after the other, the whole
//! square or one half: J. Felsenstein, PHYLIP 3.6, <https://evolution.genetics.washington.edu/phylip/doc/distance.html>.

use super::{lines, triangle};
use crate::DataError;
use crate::error::quoted;
use crate::source::Source;
use crate::words::number;

/// The length of a name in the strict form, in which names may hold blanks.
const NAME: usize = 10;

/// The square table.
pub(crate) fn rows(text: &str) -> Result<Option<Source<'_>>, DataError> {
    let mut all = lines(text);
    let Some((first, head)) = all.next() else { return Ok(None) };
    let Some(n) = head.trim().parse::<usize>().ok().filter(|n| *n >= 2) else { return Ok(None) };
    let rest: Vec<(u64, &str)> = all.collect();
    // A name stands first; a list of numbers below a number is something else.
    let words = |line: &str| line.split_whitespace().next().is_some_and(|w| number(w, false).is_none());
    if rest.len() < n || !words(rest[0].1) || rest[0].1.contains([',', ';']) {
        return Ok(None);
    }
    let taxa = taxa(&rest, n).ok_or_else(|| {
        DataError::line(first, format!("the file says that it has {n} taxa, and its lines are more or fewer"))
    })?;
    let mut names = Vec::with_capacity(n);
    let mut cells = vec![String::new(); n * n];
    let mut counts = Vec::with_capacity(n);
    for block in &taxa {
        let (line, name, values) = taxon(block)?;
        names.push(name);
        counts.push((line, values));
    }
    let shape = |f: &dyn Fn(usize) -> usize| counts.iter().enumerate().all(|(i, (_, v))| v.len() == f(i));
    let column: Box<dyn Fn(usize) -> usize> = if shape(&|_| n) || shape(&|i| i) || shape(&|i| i + 1) {
        Box::new(|_| 0)
    } else if shape(&|i| n - i) {
        Box::new(|i| i)
    } else if shape(&|i| n - 1 - i) {
        Box::new(|i| i + 1)
    } else {
        let (line, values) = counts.iter().find(|(_, v)| v.len() != n).unwrap_or(&counts[0]);
        let message =
            format!("found {} distances; expected {n}, or rows that make one half of the square", values.len());
        return Err(DataError::line(*line, message));
    };
    for (i, (_, values)) in counts.iter().enumerate() {
        for (k, value) in values.iter().enumerate() {
            cells[i * n + column(i) + k].clone_from(value);
        }
    }
    let remark = format!("A matrix of distances between {n} taxa, as PHYLIP writes it.");
    Ok(Some(triangle::table(&names, &cells, &remark)))
}

/// The lines of each taxon: one each, or those up to the next one that does not begin with white space.
fn taxa<'t>(rest: &'t [(u64, &'t str)], n: usize) -> Option<Vec<&'t [(u64, &'t str)]>> {
    if rest.len() == n {
        return Some(rest.chunks(1).collect());
    }
    let starts: Vec<usize> = (0..rest.len()).filter(|&i| !rest[i].1.starts_with([' ', '\t'])).collect();
    let ends = starts.iter().skip(1).copied().chain([rest.len()]);
    let blocks: Vec<_> = starts.iter().zip(ends).map(|(&from, to)| &rest[from..to]).collect();
    (blocks.len() == n && starts.first() == Some(&0)).then_some(blocks)
}

/// Line, name and distances of a taxon.
fn taxon(block: &[(u64, &str)]) -> Result<(u64, String, Vec<String>), DataError> {
    let (line, first) = block[0];
    let more = || block[1..].iter().flat_map(|(_, text)| text.split_whitespace());
    let good = |word: &&str| number(word, false).is_some();
    let mut words = first.split_whitespace();
    let name = words.next().unwrap_or_default();
    let values: Vec<&str> = words.chain(more()).collect();
    if values.iter().all(good) {
        return Ok((line, name.to_owned(), values.into_iter().map(str::to_owned).collect()));
    }
    let split = first.char_indices().nth(NAME).map_or(first.len(), |(at, _)| at);
    let (name, tail) = first.split_at(split);
    let values: Vec<&str> = tail.split_whitespace().chain(more()).collect();
    match values.iter().position(|w| !good(w)) {
        None => Ok((line, name.trim().to_owned(), values.into_iter().map(str::to_owned).collect())),
        Some(at) => {
            let message = format!("found {}; expected a distance behind the name", quoted(values[at]));
            Err(DataError::at(line, at as u64 + 2, message))
        }
    }
}
