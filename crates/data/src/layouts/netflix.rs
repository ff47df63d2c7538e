//! Ratings in blocks, as of the Netflix Prize: a line `7:` names a film, the lines below it are `customer,rating,date`.

use iterscope_core::Role;

use super::{lines, split_lines};
use crate::DataError;
use crate::source::{Source, push_cell};

/// The rows with the film as their last column.
pub(crate) fn rows(text: &str) -> Result<Option<Source<'_>>, DataError> {
    let block = |line: &str| {
        let name = line.trim().strip_suffix(':')?.trim();
        (!name.is_empty() && !name.contains([',', ';', '\t', '|', ':', '"'])).then(|| name.to_owned())
    };
    let Some((first, head)) = lines(text).next() else { return Ok(None) };
    let row = lines(text).map(|(_, line)| line).find(|line| block(line).is_none());
    let Some(width) = row.map(|line| super::fields(line, ',')) else { return Ok(None) };
    if block(head).is_none() {
        return Ok(None);
    }
    if !(2..=3).contains(&width) {
        let message = "blocks such as `7:` should have lines of customer,rating or customer,rating,date below them";
        return Err(DataError::line(first, message));
    }
    let (mut out, mut film) = (String::new(), String::new());
    let mut blocks = 0u64;
    for line in split_lines(text) {
        if let Some(name) = block(line) {
            film.clear();
            push_cell(&mut film, &name, ',');
            blocks += 1;
        } else if !line.trim().is_empty() {
            out.push_str(line.trim_end());
            out.push(',');
            out.push_str(&film);
        }
        out.push('\n');
    }
    let mut source = Source::rows(out, ",", Some(false));
    let date = (width == 3).then_some(Role::Date);
    let roles = [Some(Role::User), Some(Role::Rating), date, Some(Role::Item)];
    source.roles = Some((roles.into_iter().flatten().collect(), false));
    source.remarks.push(format!("Ratings in {blocks} blocks: the line above each names the item.").into());
    Ok(Some(source))
}
