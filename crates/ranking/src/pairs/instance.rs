//! The one instance type of the family: games, what is estimated from them, and what is known before a run.

use std::any::Any;
use std::rc::Rc;

use iterscope_core::{
    BuildError, Comparisons, Encounter, Instance, Level, Note, PictureInfo, PictureKind, SeriesInfo, Severity, Str,
    Values, phase,
};

use crate::data::covariates::Covariates;
use crate::data::parts::{self, Connectivity, level_groups};
use crate::data::selection::{self, Selection, retain};
use crate::model::{Estimate, Games, Link, PairModel, Prior, Ties};
use crate::pairs::existence::{self, diagnose};
use crate::pairs::optimum::{self, Optimum};
use crate::pairs::referee::PairReferee;
use crate::views::intervals::StrengthIntervals;
use crate::views::rank_history;

const GRADIENT: &str = "gradient.rel";

/// What is known of the results beside who won; lists are empty where nothing is, else as long as that of the results.
pub struct Scores {
    /// By how much each was won.
    pub margin: Vec<f64>,
    /// Who had the advantage in each, where it is estimated: 1 the winner, or the first of two that tied, -1 the other.
    pub advantage: Vec<i8>,
}

/// A ranking problem, built.
pub struct PairInstance {
    model: Rc<PairModel>,
    lines: Rc<Vec<Encounter>>,
    scores: Scores,
    records: Option<Rc<Vec<[f64; 3]>>>,
    names: Rc<Vec<String>>,
    optimum: Option<Rc<Optimum>>,
    truth: Option<Rc<Vec<f64>>>,
    joined: Rc<Connectivity>,
    series: Vec<SeriesInfo>,
    pictures: Vec<PictureInfo>,
    levels: Vec<Level>,
    notes: Vec<Note>,
    summary: String,
}

impl PairInstance {
    /// Builds it from the parameters that both problems share; `truth` are the log-strengths that the games were drawn
    /// from, where they were.
    ///
    /// # Errors
    /// Field `data` (see [`Games::read`]), or that of a parameter that asks for what is not there.
    pub fn build(data: &Comparisons, values: &Values, truth: Option<Vec<f64>>) -> Result<PairInstance, BuildError> {
        let estimate = if values.text("estimate") == "map" { Estimate::Posterior } else { Estimate::Likelihood };
        let (link, ties) = selection::law(values)?;
        let mut truth = truth;
        let mut chosen = Selection::of(data, values)?;
        let mut games = Games::read(&chosen.weighted())?;
        if values.text("part") == "largest" {
            let found = existence::connectivity(&games).parts;
            if found.sizes.len() > 1 {
                let part = parts::largest(&found);
                if found.sizes[part] < 2 {
                    let why = "every strongly connected part is a single item; use estimate = map for all of them";
                    return Err(BuildError::new("part", why));
                }
                let keep: Vec<bool> = found.id.iter().map(|c| *c as usize == part).collect();
                let names = &chosen.names;
                let out: Vec<&str> = names.iter().zip(&keep).filter(|(_, k)| !**k).map(|(n, _)| &**n).collect();
                let text = format!(
                    "Only the largest strongly connected part is ranked, {} of {} items. Left out: {}.",
                    found.sizes[part],
                    names.len(),
                    parts::some(&out)
                );
                chosen.notes.push(Note::new(Severity::Info, Some("part"), text));
                games = games.among(&keep);
                chosen.retain_items(&keep);
                if let Some(truth) = &mut truth {
                    retain(truth, &keep);
                }
            }
        }
        let covariates = covariates(values, &mut chosen, estimate)?;
        let advantage = !chosen.advantage.is_empty();
        let model = PairModel {
            prior: selection::prior(values),
            link,
            advantage,
            covariates,
            ..PairModel::plain(games, estimate, ties)
        };
        let joined = existence::connectivity(&model.games);
        let found = diagnose(&model, &joined, &chosen.names);
        chosen.sort_by_day();
        let mut notes = std::mem::take(&mut chosen.notes);
        notes.extend(found.notes);
        notes.extend(ignored(&model, !chosen.weights.is_empty()));
        let model = Rc::new(model);
        let optimum = match found.finite {
            Some(false) => None,
            _ => phase::reference(|| Optimum::find(&model, &joined.groups)).map(Rc::new),
        };
        let finite = found.finite.unwrap_or(optimum.is_some() || model.games.pairs.len() > optimum::MOST_PAIRS);
        if finite && optimum.is_none() {
            let text = "The optimum was not computed beforehand, because that would take long or needs more digits than there \
                        are: the distance to it is not shown. The gradient tells when a run has converged.";
            notes.push(Note::new(Severity::Info, None, text));
        }
        if !finite && found.finite.is_none() {
            notes.push(existence::not_found(&model));
        }
        if let Some(truth) = &mut truth
            && estimate == Estimate::Likelihood
        {
            level_groups(&joined.groups, truth);
        }
        Ok(PairInstance {
            series: series(&model, finite, optimum.is_some()),
            pictures: pictures(&model, &joined, truth.is_some()),
            levels: levels(&model, optimum.as_deref()),
            summary: summary(&model),
            records: (!chosen.weights.is_empty()).then(|| Rc::new(records(&chosen))),
            lines: Rc::new(chosen.lines),
            scores: Scores { margin: chosen.margin, advantage: chosen.advantage },
            names: Rc::new(chosen.names),
            truth: truth.map(Rc::new),
            joined: Rc::new(joined),
            model,
            optimum,
            notes,
        })
    }

    /// What the methods run on.
    pub fn model(&self) -> Rc<PairModel> {
        Rc::clone(&self.model)
    }

    /// The results, for the methods that read them one after another: in the order of their dates where these are known, else as in the
    /// file.
    pub fn lines(&self) -> Rc<Vec<Encounter>> {
        Rc::clone(&self.lines)
    }

    /// What else is known of the results, in the same order.
    pub fn scores(&self) -> &Scores {
        &self.scores
    }

    /// How the games join the items.
    pub fn joined(&self) -> &Rc<Connectivity> {
        &self.joined
    }

    /// The optimum, where it was computed.
    pub fn optimum(&self) -> Option<&Optimum> {
        self.optimum.as_deref()
    }

    /// A referee for one run.
    pub fn referee(&self) -> PairReferee {
        let records = self.records.clone();
        let (names, joined) = (Rc::clone(&self.names), Rc::clone(&self.joined));
        PairReferee::new(self.model(), names, records, self.optimum.clone(), self.truth.clone(), joined)
    }
}

/// Wins, losses and ties of each item as they were counted, without weights.
fn records(chosen: &Selection) -> Vec<[f64; 3]> {
    let mut records = vec![[0.0; 3]; chosen.names.len()];
    for e in &chosen.lines {
        let (first, second) = if e.tie { (2, 2) } else { (0, 1) };
        records[e.winner as usize][first] += e.count;
        records[e.loser as usize][second] += e.count;
    }
    records
}

/// The table of covariates, if one is given.
fn covariates(
    values: &Values,
    chosen: &mut Selection,
    estimate: Estimate,
) -> Result<Option<Rc<Covariates>>, BuildError> {
    let table = values.text("covariates");
    if table.trim().is_empty() {
        return Ok(None);
    }
    let effects = values.text("covariate_effect") == "items";
    if effects && estimate == Estimate::Likelihood {
        let why = "effects of the items beside the covariates need a prior, or they would take over all that is explained: set \
                   estimate = map";
        return Err(BuildError::new("covariate_effect", why));
    }
    let found = Covariates::read(table, &chosen.names, effects)?;
    let columns: Vec<String> = (found.names.iter().zip(&found.means).zip(&found.deviations))
        .map(|((name, mean), deviation)| format!("{name} (mean {mean:.4}, standard deviation {deviation:.4})"))
        .collect();
    let mut text = format!(
        "Covariates are standardised, so that a coefficient is the rise of the log-strength for one standard deviation: {}.",
        columns.join(", ")
    );
    if found.unused > 0 {
        text.push_str(&format!(" Lines of items that are not ranked: {}.", found.unused));
    }
    chosen.notes.push(Note::new(Severity::Info, Some("covariates"), text));
    Ok(Some(Rc::new(found)))
}

/// What the methods with an answer of their own leave out of this model.
fn ignored(model: &PairModel, weights: bool) -> Option<Note> {
    let all = [
        (model.link == Link::Probit, "the normal link"),
        (model.ties == Ties::Threshold && model.has_nu(), "the threshold of ties"),
        (model.has_prior() && model.prior != Prior::Logistic, "the normal prior"),
        (model.advantage, "the advantage"),
        (model.covariates.is_some(), "the covariates"),
    ];
    let mut left: Vec<&str> = all.into_iter().filter(|(there, _)| *there).map(|(_, name)| name).collect();
    if weights {
        left.push("(those that go game by game) the weights");
    }
    if left.is_empty() {
        return None;
    }
    let text = format!(
        "Methods with an answer of their own (Elo, Glicko-2, matched Gaussians, LSR, Rank Centrality, PageRank, HodgeRank, Kemeny) \
         use the results alone: they leave out {}.",
        left.join(", ")
    );
    Some(Note::new(Severity::Info, None, text))
}

fn series(model: &PairModel, finite: bool, optimum: bool) -> Vec<SeriesInfo> {
    let mut gradient = SeriesInfo::new(
        GRADIENT,
        "gradient",
        "Euclidean norm of the gradient of the log-likelihood by log-strength (wins minus expected wins of each item; the \
         prior's part under MAP) and by what else is estimated (the logarithm of the tie strength, the advantage, the \
         coefficients), over the Euclidean norm of the items' numbers of games.",
    );
    if finite {
        gradient = gradient.stops();
    } else {
        gradient.doc = Str::Borrowed(
            "Euclidean norm of the gradient of the log-likelihood by log-strength, over that of the items' numbers of games. \
             It also vanishes while strengths run off to infinity, so it does not stop the run here.",
        );
    }
    let mut all = vec![gradient];
    if optimum {
        all.push(SeriesInfo::new(
            "nll.gap",
            "likelihood gap",
            "How far the log-likelihood (plus log-prior under MAP) is below its optimum, in nats per game; the optimum was \
             computed beforehand by a damped Newton method.",
        ));
    }
    let nll = SeriesInfo::new(
        "nll",
        "negative log-likelihood",
        "Negative log-likelihood (minus log-prior under MAP) in nats per game.",
    );
    all.push(nll.linear());
    if optimum {
        all.push(SeriesInfo::new(
            "p.rms.error",
            "distance of p",
            "Root mean square over the items of p - p*, with p the chance against strength 1 (pi/(1 + pi) under Bradley and Terry's \
             model), and p* at the optimum that was computed beforehand.",
        ));
    }
    if model.has_nu() {
        let nu = match (model.ties, model.link) {
            (Ties::Threshold, Link::Logistic) => SeriesInfo::new(
                "theta",
                "threshold",
                "Threshold theta of Rao and Kupper's model: a side wins where it is theta times as strong; 1 without ties.",
            ),
            (Ties::Threshold, Link::Probit) => SeriesInfo::new(
                "eta",
                "threshold",
                "Threshold of Glenn and David's model: smaller differences of the performances are ties.",
            ),
            _ => SeriesInfo::new("nu", "tie strength", "Tie strength nu of Davidson's model."),
        };
        all.push(nu.linear());
    }
    if model.advantage {
        let words = "What playing at home adds to the log-strength of the item that has its advantage.";
        all.push(SeriesInfo::new("advantage", "advantage", words).linear());
    }
    for name in model.covariates.iter().flat_map(|c| &c.names) {
        let mut beta = SeriesInfo::new("", "", "").linear();
        beta.key = format!("beta.{name}").into();
        beta.label = format!("coefficient of {name}").into();
        beta.doc = format!("What one standard deviation of {name} adds to the log-strength.").into();
        all.push(beta);
    }
    all
}

fn pictures(model: &PairModel, joined: &Connectivity, truth: bool) -> Vec<PictureInfo> {
    let whiskers = StrengthIntervals::new(model, &joined.groups).is_some();
    let strengths = if whiskers { "strengths, 95 % intervals" } else { "strengths" };
    let mut all = vec![
        PictureInfo::new("strengths", strengths, PictureKind::Bars),
        rank_history::PICTURE,
        PictureInfo::new("calibration", "predicted and observed shares", PictureKind::Scatter),
    ];
    if truth {
        all.push(PictureInfo::new("truth", "true and estimated p", PictureKind::Scatter));
    }
    all
}

fn levels(model: &PairModel, optimum: Option<&Optimum>) -> Vec<Level> {
    let optimum =
        optimum.map(|o| Level { series: "nll".into(), label: "optimum".into(), value: -o.value / model.games.total });
    optimum.into_iter().collect()
}

fn summary(model: &PairModel) -> String {
    let g = &model.games;
    let ties = if g.ties > 0.0 { format!(", {} of them ties", grouped(g.ties)) } else { String::new() };
    let pairs = match g.pairs_that_met() {
        1 => "1 pair that met".into(),
        n => format!("{} pairs that met", grouped(n as f64)),
    };
    format!("{} items, {} games{ties}, {pairs}", grouped(g.items as f64), grouped(g.total))
}

/// `12,345`; a fraction keeps two digits.
fn grouped(x: f64) -> String {
    let text = if x == x.trunc() { format!("{x}") } else { format!("{x:.2}") };
    let (whole, fraction) = text.split_once('.').map_or((&*text, None), |(w, f)| (w, Some(f)));
    let mut out = iterscope_core::naming::grouped(whole);
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

impl Instance for PairInstance {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn series(&self) -> &[SeriesInfo] {
        &self.series
    }
    fn pictures(&self) -> &[PictureInfo] {
        &self.pictures
    }
    fn summary(&self) -> String {
        self.summary.clone()
    }
    fn notes(&self) -> &[Note] {
        &self.notes
    }
    fn levels(&self) -> &[Level] {
        &self.levels
    }
    fn labels(&self) -> &[String] {
        &self.names
    }
}
