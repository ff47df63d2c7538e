//! The graph of games, drawn, with its strongly connected parts.

use std::f64::consts::PI;
use std::rc::Rc;

use iterscope_core::artifact::Cell;
use iterscope_core::naming::count;
use iterscope_core::{
    Analysis, AnalysisInfo, AnalysisInput, Axis, BuildError, Heading, Instance, Job, List, Mark, Plot, Report,
    ReportTable, Str, Subject, words,
};

use super::shared::{GAMES, amount};
use crate::data::parts::Connectivity;
use crate::model::{Games, PairModel};
use crate::pairs::instance::PairInstance;

/// Items that are drawn.
const DRAWN: usize = 150;
/// Items whose names are written.
const NAMED: usize = 40;
/// Sweeps of the layout.
const SWEEPS: usize = 200;
/// Sweeps in one piece of work.
const BATCH: usize = 20;
/// Rows of the table.
const ROWS: usize = 50;

/// See [`AnalysisInfo::summary`].
pub static GRAPH: Analysis = Analysis {
    info: AnalysisInfo {
        id: Str::Borrowed("ranking.graph"),
        label: Str::Borrowed("Is everyone connected?"),
        summary: words(
            "The graph of games: lines join those who met, thicker for more games, and colours are the strongly connected parts. Only \
             within a part can maximum likelihood compare strengths; between parts all results point one way.",
        ),
        citation: words(
            "L. R. Ford, Amer. Math. Monthly 64, 1957; the layout by stress majorisation: E. R. Gansner, Y. Koren, S. North, Graph \
             drawing by stress majorization, GD 2004.",
        ),
        params: List::Borrowed(&[]),
        problems: GAMES,
        subject: Subject::Problem,
        limits: words(""),
    },
    build,
};

fn build(input: AnalysisInput<'_>) -> Result<Box<dyn Job>, BuildError> {
    let ranking = input.downcast::<PairInstance>()?;
    let model = ranking.model();
    let games = &model.games;
    let joined = Rc::clone(ranking.joined());
    let mut by_degree: Vec<u32> = (0..games.items as u32).collect();
    by_degree.sort_by(|a, b| games.of(*b as usize).len().cmp(&games.of(*a as usize).len()).then(a.cmp(b)));
    by_degree.truncate(DRAWN);
    let distance = distances(games, &by_degree);
    let m = by_degree.len();
    let place = (0..m).map(|k| (libm::cos(2.0 * PI * k as f64 / m as f64), libm::sin(2.0 * PI * k as f64 / m as f64)));
    let place = place.collect();
    Ok(Box::new(Graph {
        names: ranking.labels().to_vec(),
        model,
        joined,
        drawn: by_degree,
        distance,
        place,
        sweeps: 0,
    }))
}

/// Lengths of the shortest chains of games among the drawn items, m x m; chains may not leave them. Where there is none, a
/// little more than the longest.
fn distances(games: &Games, drawn: &[u32]) -> Vec<f64> {
    let m = drawn.len();
    let mut number = vec![usize::MAX; games.items];
    for (k, i) in drawn.iter().enumerate() {
        number[*i as usize] = k;
    }
    let mut out = vec![f64::INFINITY; m * m];
    let mut longest = 1.0f64;
    for k in 0..m {
        let row = &mut out[k * m..(k + 1) * m];
        row[k] = 0.0;
        let (mut queue, mut next) = (vec![k], 0);
        while let Some(&at) = queue.get(next) {
            next += 1;
            for meeting in games.of(drawn[at] as usize) {
                let to = number[meeting.opponent as usize];
                if to != usize::MAX && row[to].is_infinite() {
                    row[to] = row[at] + 1.0;
                    longest = longest.max(row[to]);
                    queue.push(to);
                }
            }
        }
    }
    for d in &mut out {
        if d.is_infinite() {
            *d = longest + 1.0;
        }
    }
    out
}

struct Graph {
    names: Vec<String>,
    model: Rc<PairModel>,
    joined: Rc<Connectivity>,
    drawn: Vec<u32>,
    distance: Vec<f64>,
    place: Vec<(f64, f64)>,
    sweeps: usize,
}

impl Graph {
    /// Moves each item to where the others want it, weighted by one over the squared distance; the stress never rises.
    fn sweep(&mut self) {
        let m = self.drawn.len();
        for i in 0..m {
            let (mut x, mut y, mut total) = (0.0, 0.0, 0.0);
            for j in (0..m).filter(|j| *j != i) {
                let d = self.distance[i * m + j];
                let (dx, dy) = (self.place[i].0 - self.place[j].0, self.place[i].1 - self.place[j].1);
                let length = (dx * dx + dy * dy).sqrt().max(1e-9);
                let weight = 1.0 / (d * d);
                x += weight * (self.place[j].0 + d * dx / length);
                y += weight * (self.place[j].1 + d * dy / length);
                total += weight;
            }
            if total > 0.0 {
                self.place[i] = (x / total, y / total);
            }
        }
    }

    #[cfg(test)]
    fn stress(&self) -> f64 {
        let m = self.drawn.len();
        let one = |i: usize, j: usize| {
            let d = self.distance[i * m + j];
            let (dx, dy) = (self.place[i].0 - self.place[j].0, self.place[i].1 - self.place[j].1);
            let off = ((dx * dx + dy * dy).sqrt() - d) / d;
            off * off
        };
        (0..m).map(|i| (i + 1..m).map(|j| one(i, j)).sum::<f64>()).sum()
    }

    /// Numbers of the parts, the largest first.
    fn by_size(&self) -> Vec<usize> {
        let mut all: Vec<usize> = (0..self.joined.parts.sizes.len()).collect();
        all.sort_by_key(|k| std::cmp::Reverse(self.joined.parts.sizes[*k]));
        all
    }

    fn plot(&self, tone: &[usize]) -> Plot {
        let games = &self.model.games;
        let mut number = vec![usize::MAX; games.items];
        for (k, i) in self.drawn.iter().enumerate() {
            number[*i as usize] = k;
        }
        let of = |i: u32| self.place.get(number[i as usize]).copied();
        let edges: Vec<_> = (games.pairs.iter()).filter_map(|p| Some((of(p.i)?, of(p.j)?, p.games()))).collect();
        let mean = edges.iter().map(|e| e.2).sum::<f64>() / edges.len().max(1) as f64;
        // Many lines are drawn thinner, or they hide each other.
        let thin = (300.0 / edges.len().max(1) as f64).clamp(0.3, 1.0);
        let shown: Vec<usize> = self.drawn.iter().map(|i| tone[self.joined.parts.id[*i as usize] as usize]).collect();
        let most = self.drawn.len() <= NAMED;
        let left = games.items - self.drawn.len();
        let rest = if left > 0 {
            format!(" Only the {DRAWN} with the most opponents are drawn; {left} are not.")
        } else {
            String::new()
        };
        Plot {
            caption: format!(
                "Who met whom: the graph of games. Lines are thicker for more games; colours are strongly connected parts; whoever is close met, or met the \
                 same opponents.{rest}"
            ),
            x: Axis::bare(),
            y: Axis::bare(),
            marks: vec![
                Mark::Edges {
                    from: edges.iter().map(|e| e.0).collect(),
                    to: edges.iter().map(|e| e.1).collect(),
                    weight: edges.iter().map(|e| thin * (0.5 + 0.8 * (e.2 / mean).min(5.0))).collect(),
                    tone: 5,
                },
                Mark::Points {
                    label: String::new(),
                    x: self.place.iter().map(|p| p.0).collect(),
                    y: self.place.iter().map(|p| p.1).collect(),
                    names: self.drawn.iter().map(|i| self.names[*i as usize].clone()).collect(),
                    tones: shown,
                    named: most,
                },
            ],
        }
    }

    /// Games between parts, told from each: points won from and lost to other parts.
    fn between(&self) -> Vec<(f64, f64)> {
        let mut out = vec![(0.0, 0.0); self.joined.parts.sizes.len()];
        for p in &self.model.games.pairs {
            let (a, b) = (self.joined.parts.id[p.i as usize] as usize, self.joined.parts.id[p.j as usize] as usize);
            if a != b {
                out[a].0 += p.points();
                out[a].1 += p.points_against();
                out[b].0 += p.points_against();
                out[b].1 += p.points();
            }
        }
        out
    }

    fn sheet(&self, by_size: &[usize]) -> ReportTable {
        let between = self.between();
        let mut members: Vec<Vec<&str>> = vec![Vec::new(); self.joined.parts.sizes.len()];
        for (name, part) in self.names.iter().zip(&self.joined.parts.id) {
            let list = &mut members[*part as usize];
            if list.len() < 6 {
                list.push(name);
            }
        }
        let row = |(k, part): (usize, &usize)| {
            let size = self.joined.parts.sizes[*part] as usize;
            let mut who = members[*part].join(", ");
            if size > members[*part].len() {
                who.push_str(&format!(" and {} more", size - members[*part].len()));
            }
            let (won, lost) = between[*part];
            let stands = match (won > 0.0, lost > 0.0) {
                (false, false) if by_size.len() == 1 => "everybody",
                (false, false) => "met nobody outside",
                (true, false) => "above all it met outside",
                (false, true) => "below all it met outside",
                (true, true) => "between others",
            };
            vec![
                Cell::Int(k as i64 + 1),
                Cell::Int(size as i64),
                Cell::Text(who),
                Cell::Text(stands.into()),
                Cell::Real(won),
                Cell::Real(lost),
            ]
        };
        let labels = ["part", "items", "who", "stands", "points won outside", "points lost outside"];
        let more = by_size.len().saturating_sub(ROWS);
        ReportTable {
            caption: format!(
                "Strongly connected parts, the largest first{}.",
                if more > 0 { format!("; {more} smaller ones are not listed") } else { String::new() }
            ),
            columns: labels.map(|l| Heading::new(l, 6)).to_vec(),
            rows: by_size.iter().take(ROWS).enumerate().map(row).collect(),
        }
    }
}

impl Job for Graph {
    fn work(&mut self) -> Result<f64, BuildError> {
        for _ in 0..BATCH.min(SWEEPS - self.sweeps) {
            self.sweep();
            self.sweeps += 1;
        }
        Ok(self.sweeps as f64 / SWEEPS as f64)
    }

    fn report(&self) -> Report {
        let mut report = Report::default();
        if self.sweeps < SWEEPS {
            return report;
        }
        let games = &self.model.games;
        let by_size = self.by_size();
        let mut tone = vec![0; by_size.len()];
        for (k, part) in by_size.iter().enumerate() {
            tone[*part] = k;
        }
        let n = games.items as f64;
        let pairs = games.pairs_that_met() as f64;
        report.say(format!(
            "{} met in {}: {} games, {:.1} for each pair that met, {:.1} opponents for each item; {} of all possible pairs.",
            count(games.items, "item", "items"),
            count(games.pairs_that_met(), "pair", "pairs"),
            amount(games.total),
            games.total / pairs,
            2.0 * pairs / n,
            super::shared::percent(pairs / (0.5 * n * (n - 1.0)))
        ));
        let groups = self.joined.groups.sizes.len();
        if groups > 1 {
            report.say(format!(
                "The items fall into {groups} groups that never met, not even through others: {}. Of items of different groups the games \
                 say nothing.",
                self.joined.name_groups(&self.names)
            ));
        }
        report.say(match by_size.len() {
            k if k > 1 && self.joined.groups_are_strong() => {
                "Within each group results join all items in both directions, so maximum likelihood exists there.".to_owned()
            }
            1 => "Results join all items in both directions: one strongly connected part, so maximum likelihood exists.".to_owned(),
            k => format!(
                "The results fall into {k} strongly connected parts, the largest with {}. Between two parts that met all points went one way, so \
                 maximum likelihood puts them infinitely far apart; a prior, or more games between them, sets the distance.",
                count(self.joined.parts.sizes[by_size[0]] as usize, "item", "items")
            ),
        });
        report.plot(self.plot(&tone));
        report.table(self.sheet(&by_size));
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::choice;
    use crate::tests::analysis_case::{AnalysisCase, WORLD_CUP, plots, tables, text};

    const ID: &str = "ranking.graph";

    #[test]
    fn parts_are_told_with_who_is_above_and_every_pair_is_a_line() {
        // Two cycles of three; every game between them goes to the first.
        let circle = |a: u32| [(a, a + 1, 1.0, false), (a + 1, a + 2, 1.0, false), (a + 2, a, 1.0, false)];
        let games = [&circle(0)[..], &circle(3)[..], &[(0, 3, 2.0, false), (1, 4, 1.0, false)]].concat();
        let report = AnalysisCase::games(6, &games, &[choice("estimate", "map")]).ask(ID, &[], None).unwrap();
        assert!(text(&report).contains("fall into 2 strongly connected parts"), "{}", text(&report));
        let rows = &tables(&report)[0].rows;
        assert_eq!(rows[0][3], Cell::Text("above all it met outside".into()));
        assert_eq!((&rows[0][4], &rows[1][5]), (&Cell::Real(3.0), &Cell::Real(3.0)));
        let Mark::Edges { from, .. } = &plots(&report)[0].marks[0] else { panic!("edges first") };
        assert_eq!(from.len(), 8);
        let Mark::Points { tones, .. } = &plots(&report)[0].marks[1] else { panic!("then points") };
        assert_eq!(tones.iter().filter(|t| **t == 0).count(), 3);
    }

    #[test]
    fn the_stress_of_the_layout_falls() {
        let asked = AnalysisCase::sample(WORLD_CUP, &[choice("estimate", "map")]);
        let ranking: &PairInstance = asked.set.as_any().downcast_ref().unwrap();
        let model = ranking.model();
        let drawn: Vec<u32> = (0..32).collect();
        let place = (0..32).map(|k| (f64::from(k % 7), f64::from(k % 5))).collect();
        let (distance, joined) = (distances(&model.games, &drawn), Rc::clone(ranking.joined()));
        let mut graph = Graph { names: Vec::new(), model, joined, drawn, distance, place, sweeps: 0 };
        let mut last = graph.stress();
        let first = last;
        for _ in 0..50 {
            graph.sweep();
            let now = graph.stress();
            assert!(now <= last * (1.0 + 1e-12), "{last} to {now}");
            last = now;
        }
        assert!(last < 0.3 * first, "{first} to {last}");
    }
}
