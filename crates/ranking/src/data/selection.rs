//! From a file of results and the parameters of a problem to the games that are ranked: groups, weights, and who had the
//! advantage.

use iterscope_core::{BuildError, Comparisons, Encounter, Fix, Note, Params, Severity, Value, Values};

use crate::data::parts::some;
use crate::model::{Link, Prior, Ties};

/// Groups that are offered by a button.
const MOST_GROUPS: usize = 12;
/// Weights below this count for nothing.
const LIGHTEST: f64 = 1e-12;

/// The results that are ranked.
pub struct Selection {
    /// Names of the items.
    pub names: Vec<String>,
    /// The results in file order, as they were counted.
    pub lines: Vec<Encounter>,
    /// What each of them weighs; empty where all weigh 1.
    pub weights: Vec<f64>,
    /// Who had the advantage in each, as in [`iterscope_core::Details::advantage`]; empty where it is not estimated.
    pub advantage: Vec<i8>,
    /// By how much each was won, as in [`iterscope_core::Details::margin`]; empty where the data do not say it.
    pub margin: Vec<f64>,
    /// When each was, in days; empty where the data do not say it.
    pub day: Vec<f64>,
    /// For people.
    pub notes: Vec<Note>,
}

/// A text parameter, where the problem has it.
fn text<'a>(values: &'a Values, key: &str) -> &'a str {
    values.get(key).and_then(Value::as_text).unwrap_or_default().trim()
}

/// The prior that the parameters name.
pub fn prior(values: &Values) -> Prior {
    if values.text("prior") == "gaussian" { Prior::Gaussian(values.real("prior_scale")) } else { Prior::Logistic }
}

/// The law of a game's outcome.
///
/// # Errors
/// Field `ties`: Davidson's ties with the normal link.
pub fn law(values: &Values) -> Result<(Link, Ties), BuildError> {
    let link = if values.text("link") == "probit" { Link::Probit } else { Link::Logistic };
    let ties = match values.text("ties") {
        "davidson" => Ties::Davidson,
        "threshold" => Ties::Threshold,
        _ => Ties::Half,
    };
    if link == Link::Probit && ties == Ties::Davidson {
        let why = "Davidson's ties belong to the model of Bradley and Terry (link = logistic); with the normal link use ties = \
                   threshold, the model of Glenn and David, or half";
        return Err(BuildError::new("ties", why));
    }
    Ok((link, ties))
}

impl Selection {
    /// Reads the parameters `group`, `advantage`, `margin` and `half_life`.
    ///
    /// # Errors
    /// Under the field of the parameter: the data do not say what it needs, or there is no such group.
    pub fn of(data: &Comparisons, values: &Values) -> Result<Selection, BuildError> {
        let known = |len: usize| len == data.encounters.len() && len > 0;
        let mut chosen = Selection {
            names: data.items.clone(),
            lines: data.encounters.clone(),
            weights: Vec::new(),
            advantage: Vec::new(),
            margin: if known(data.details.margin.len()) { data.details.margin.clone() } else { Vec::new() },
            day: if known(data.details.day.len()) { data.details.day.clone() } else { Vec::new() },
            notes: data.remarks.iter().map(|r| Note::new(Severity::Info, Some("data"), r.clone())).collect(),
        };
        if text(values, "advantage") == "estimated" {
            if !known(data.details.advantage.len()) {
                let why = "the data do not say who had the advantage: bring a table whose columns are named home and away, or one \
                           with a column `neutral` or `advantage`";
                return Err(BuildError::new("advantage", why));
            }
            chosen.advantage.clone_from(&data.details.advantage);
        }
        let margin = text(values, "margin") == "log";
        if margin && !known(data.details.margin.len()) {
            let why = "the data do not say by how much games were won: bring scores, such as 3-1";
            return Err(BuildError::new("margin", why));
        }
        let half_life = values.get("half_life").and_then(Value::as_real).unwrap_or(0.0);
        if half_life > 0.0 && !known(data.details.day.len()) {
            return Err(BuildError::new("half_life", "the data give no dates: bring a column `date`"));
        }
        let group = chosen.group(data, text(values, "group"))?;
        let inside = |k: usize| group.is_none_or(|g| data.details.group[k] == g);
        if margin || half_life > 0.0 {
            chosen.weigh(data, margin, half_life, &inside);
        }
        let heavy = |k: usize| chosen.weights.get(k).is_none_or(|w| *w >= LIGHTEST);
        let keep: Vec<bool> = (0..chosen.lines.len()).map(|k| inside(k) && heavy(k)).collect();
        if keep.contains(&false) {
            chosen.retain_lines(&keep);
        }
        if group.is_some() {
            let mut present = vec![false; chosen.names.len()];
            for e in &chosen.lines {
                (present[e.winner as usize], present[e.loser as usize]) = (true, true);
            }
            chosen.retain_items(&present);
        }
        chosen.check_advantage()?;
        Ok(chosen)
    }

    /// The number of the group of that name, with a note on what other groups there are.
    fn group(&mut self, data: &Comparisons, name: &str) -> Result<Option<u32>, BuildError> {
        let (groups, details) = (&data.details.groups, &data.details);
        if details.group.len() != data.encounters.len() || groups.len() < 2 && name.is_empty() {
            return if name.is_empty() { Ok(None) } else { Err(BuildError::new("group", "the data name no groups")) };
        }
        let names: Vec<&str> = groups.iter().map(String::as_str).collect();
        let found = names.iter().position(|g| g.trim() == name);
        if found.is_none() && !name.is_empty() {
            return Err(BuildError::new("group", format!("there is no group `{name}`; there are {}", some(&names))));
        }
        let text = match found {
            Some(g) => format!("Only the games of the group {} are ranked, one of {} groups.", names[g], names.len()),
            None => {
                format!("The games belong to {} groups ({}), and all are ranked together.", names.len(), some(&names))
            }
        };
        let fix =
            |label: String, name: &str| Fix { label, params: Params::from([("group".to_owned(), Value::from(name))]) };
        let others = names.iter().filter(|g| g.trim() != name).take(MOST_GROUPS);
        let mut fixes: Vec<Fix> = others.map(|g| fix(format!("Rank {g}"), g.trim())).collect();
        if found.is_some() {
            fixes.insert(0, fix("Rank all games".into(), ""));
        }
        self.notes.push(Note { fixes, ..Note::new(Severity::Info, Some("group"), text) });
        Ok(found.map(|g| g as u32))
    }

    fn weigh(&mut self, data: &Comparisons, margin: bool, half_life: f64, inside: &impl Fn(usize) -> bool) {
        self.weights = vec![1.0; self.lines.len()];
        if margin {
            for (w, m) in self.weights.iter_mut().zip(&data.details.margin) {
                // A game that was decided by other means counts once.
                *w = libm::log2(1.0 + m.max(1.0));
            }
            let text = "A game counts as log2(1 + margin) games: one for a margin of 1, two for 3. This is a heuristic; the \
                        likelihood is one of weighted games, and intervals from it are too narrow.";
            self.notes.push(Note::new(Severity::Info, Some("margin"), text));
        }
        if half_life > 0.0 {
            let days = data.details.day.iter().enumerate().filter(|(k, _)| inside(*k)).map(|(_, d)| *d);
            let last = days.fold(f64::NEG_INFINITY, f64::max);
            for (w, day) in self.weights.iter_mut().zip(&data.details.day) {
                *w *= libm::exp2((day - last).min(0.0) / half_life);
            }
            let faded = (0..self.weights.len()).filter(|k| inside(*k) && self.weights[*k] < LIGHTEST).count();
            let mut text = format!(
                "A game counts half as much for every {} days before the last one ({}).",
                Value::Real(half_life),
                date(last)
            );
            if faded > 0 {
                text.push_str(&format!(" {faded} results are so old that they are left out."));
            }
            self.notes.push(Note::new(Severity::Info, Some("half_life"), text));
        }
    }

    fn check_advantage(&mut self) -> Result<(), BuildError> {
        if self.advantage.is_empty() {
            return Ok(());
        }
        let of = self.lines.len();
        let known = self.advantage.iter().filter(|a| **a != 0).count();
        if known == 0 {
            return Err(BuildError::new(
                "advantage",
                "nobody had the advantage in any of the games: all are on neutral ground",
            ));
        }
        if known < of {
            let text =
                format!("Somebody had the advantage in {known} of {of} results; the others are on neutral ground.");
            self.notes.push(Note::new(Severity::Info, Some("advantage"), text));
        }
        Ok(())
    }

    /// Keeps the lines that `keep` marks.
    fn retain_lines(&mut self, keep: &[bool]) {
        retain(&mut self.lines, keep);
        retain(&mut self.weights, keep);
        retain(&mut self.advantage, keep);
        retain(&mut self.margin, keep);
        retain(&mut self.day, keep);
    }

    /// Brings the results into the order of their days where the file has them in another, for the methods that go through them
    /// one after another; those of one day keep their order. To be called once they are added up, so that sums do not depend on
    /// it.
    pub fn sort_by_day(&mut self) {
        if self.day.is_sorted() {
            return;
        }
        let mut order: Vec<usize> = (0..self.day.len()).collect();
        order.sort_by(|a, b| self.day[*a].total_cmp(&self.day[*b]));
        reorder(&mut self.lines, &order);
        reorder(&mut self.weights, &order);
        reorder(&mut self.advantage, &order);
        reorder(&mut self.margin, &order);
        reorder(&mut self.day, &order);
        let text = "The file does not have the results in the order of their dates. Methods that go through them one after another (Elo, \
                    Glicko-2, TrueSkill) take them in that order, those of one date as in the file.";
        self.notes.push(Note::new(Severity::Info, Some("data"), text));
    }

    /// Keeps the items that `keep` marks, renumbered in their old order, and the results among them.
    pub fn retain_items(&mut self, keep: &[bool]) {
        let lines: Vec<bool> = self.lines.iter().map(|e| keep[e.winner as usize] && keep[e.loser as usize]).collect();
        self.retain_lines(&lines);
        let mut number = vec![0; keep.len()];
        for (kept, (number, _)) in number.iter_mut().zip(keep).filter(|(_, k)| **k).enumerate() {
            *number = kept as u32;
        }
        for e in &mut self.lines {
            (e.winner, e.loser) = (number[e.winner as usize], number[e.loser as usize]);
        }
        retain(&mut self.names, keep);
    }

    /// The results with their weights, as data to be added up.
    pub fn weighted(&self) -> Comparisons {
        let mut data =
            Comparisons { items: self.names.clone(), encounters: self.lines.clone(), ..Comparisons::default() };
        for (e, w) in data.encounters.iter_mut().zip(&self.weights) {
            e.count *= w;
        }
        data.details.advantage.clone_from(&self.advantage);
        data
    }
}

/// Keeps the entries that `keep` marks; an empty list stays so.
pub fn retain<T>(list: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    list.retain(|_| keep.next().copied().unwrap_or(false));
}

/// Brings a list into an order; an empty one stays so.
fn reorder<T: Clone>(list: &mut Vec<T>, order: &[usize]) {
    if !list.is_empty() {
        *list = order.iter().map(|k| list[*k].clone()).collect();
    }
}

/// A day since 1970-01-01 in the Gregorian calendar, `2024-02-29`: years are counted from March, so that leap days come last.
fn date(day: f64) -> String {
    let days = day.floor().clamp(-1e7, 1e7) as i64 + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (of_month, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    format!("{:04}-{month:02}-{of_month:02}", era * 400 + year + i64::from(month < 3))
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_are_dates() {
        for (day, text) in [
            (0.0, "1970-01-01"),
            (-1.0, "1969-12-31"),
            (59.0, "1970-03-01"),
            (11_016.0, "2000-02-29"),
            (19_782.5, "2024-02-29"),
            (19_783.0, "2024-03-01"),
            (-25_508.0, "1900-03-01"),
        ] {
            assert_eq!(date(day), text);
        }
    }
}
