//! The one instance type of the family: games, what is estimated from them, and what is known before a run.

use std::any::Any;
use std::rc::Rc;

use iterscope_core::{
    BuildError, Comparisons, Encounter, Instance, Level, Note, PictureInfo, PictureKind, SeriesInfo, Severity, Str,
    Values,
};

use crate::diagnosis::{self, diagnose};
use crate::model::{Estimate, Games, Model, Ties};
use crate::optimum::Optimum;
use crate::referee::RankingReferee;

const GRADIENT: &str = "gradient.rel";

/// A ranking problem, built.
pub struct Ranking {
    model: Rc<Model>,
    lines: Rc<Vec<Encounter>>,
    names: Rc<Vec<String>>,
    optimum: Option<Rc<Optimum>>,
    truth: Option<Rc<Vec<f64>>>,
    series: Vec<SeriesInfo>,
    pictures: Vec<PictureInfo>,
    levels: Vec<Level>,
    notes: Vec<Note>,
    summary: String,
}

impl Ranking {
    /// Builds it from the parameters that both problems share; `truth` are the log-strengths that the games were drawn
    /// from, where they were.
    ///
    /// # Errors
    /// Fields `data` (see [`Games::read`]) and `part`.
    pub fn build(data: &Comparisons, values: &Values, truth: Option<Vec<f64>>) -> Result<Ranking, BuildError> {
        let estimate = if values.text("estimate") == "map" { Estimate::Posterior } else { Estimate::Likelihood };
        let ties = if values.text("ties") == "davidson" { Ties::Davidson } else { Ties::Half };
        let mut games = Games::read(data)?;
        let mut lines = data.encounters.clone();
        let mut names = data.items.clone();
        let mut truth = truth;
        let mut notes: Vec<Note> =
            data.remarks.iter().map(|r| Note::new(Severity::Info, Some("data"), r.clone())).collect();
        if values.text("part") == "largest" {
            let parts = diagnosis::parts(&games);
            if parts.sizes.len() > 1 {
                let part = diagnosis::largest(&parts);
                if parts.sizes[part] < 2 {
                    let why = "every strongly connected part is a single item; use estimate = map for all of them";
                    return Err(BuildError::new("part", why));
                }
                let keep: Vec<bool> = parts.id.iter().map(|c| *c as usize == part).collect();
                let out: Vec<&str> = names.iter().zip(&keep).filter(|(_, k)| !**k).map(|(n, _)| &**n).collect();
                let text = format!(
                    "Only the largest strongly connected part is ranked, {} of {} items. Left out: {}.",
                    parts.sizes[part],
                    names.len(),
                    diagnosis::some(&out)
                );
                notes.push(Note::new(Severity::Info, Some("part"), text));
                games = games.among(&keep);
                lines = among(&lines, &keep);
                retain(&mut names, &keep);
                if let Some(truth) = &mut truth {
                    retain(truth, &keep);
                }
            }
        }
        let found = diagnose(&games, &names, estimate, ties);
        notes.extend(found.notes);
        let model = Rc::new(Model { games, estimate, ties });
        let optimum = if found.finite { Optimum::find(&model).map(Rc::new) } else { None };
        if found.finite && optimum.is_none() {
            let text = "The optimum was not computed beforehand, because that would take long or needs more digits than there \
                        are: the distance to it is not shown. The gradient tells when a run has converged.";
            notes.push(Note::new(Severity::Info, None, text));
        }
        if let Some(truth) = &mut truth
            && estimate == Estimate::Likelihood
        {
            let mean = truth.iter().sum::<f64>() / truth.len() as f64;
            truth.iter_mut().for_each(|s| *s -= mean);
        }
        Ok(Ranking {
            series: series(&model, found.finite, optimum.is_some()),
            pictures: pictures(truth.is_some()),
            levels: levels(&model, optimum.as_deref()),
            summary: summary(&model),
            lines: Rc::new(lines),
            names: Rc::new(names),
            truth: truth.map(Rc::new),
            model,
            optimum,
            notes,
        })
    }

    /// What the methods run on.
    pub fn model(&self) -> Rc<Model> {
        Rc::clone(&self.model)
    }

    /// The results in file order, for the methods that read them one after another.
    pub fn lines(&self) -> Rc<Vec<Encounter>> {
        Rc::clone(&self.lines)
    }

    /// The optimum, where it was computed.
    pub fn optimum(&self) -> Option<&Optimum> {
        self.optimum.as_deref()
    }

    /// A referee for one run.
    pub fn referee(&self) -> RankingReferee {
        RankingReferee::new(self.model(), Rc::clone(&self.names), self.optimum.clone(), self.truth.clone())
    }
}

/// The results among the items that `keep` marks, which are renumbered in their old order.
fn among(lines: &[Encounter], keep: &[bool]) -> Vec<Encounter> {
    let mut kept = 0;
    let number: Vec<Option<u32>> = (keep.iter())
        .map(|k| {
            kept += u32::from(*k);
            k.then(|| kept - 1)
        })
        .collect();
    let renumbered =
        |e: &Encounter| Some(Encounter { winner: number[e.winner as usize]?, loser: number[e.loser as usize]?, ..*e });
    lines.iter().filter_map(renumbered).collect()
}

fn retain<T>(list: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    list.retain(|_| keep.next().copied().unwrap_or(false));
}

fn series(model: &Model, finite: bool, optimum: bool) -> Vec<SeriesInfo> {
    let mut gradient = SeriesInfo::new(
        GRADIENT,
        "gradient",
        "Euclidean norm of the gradient of the log-likelihood by log-strength (wins minus expected wins of each item; the \
         prior's part under MAP; by log(nu) with Davidson's ties), over the Euclidean norm of the items' numbers of games.",
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
            "Root mean square over the items of p - p*, with p = pi/(1 + pi), the chance against strength 1, and p* at the \
             optimum that was computed beforehand.",
        ));
    }
    if model.has_nu() {
        all.push(SeriesInfo::new("nu", "tie strength", "Tie strength nu of Davidson's model.").linear());
    }
    all
}

fn pictures(truth: bool) -> Vec<PictureInfo> {
    let mut all = vec![
        PictureInfo::new("strengths", "strengths", PictureKind::Bars),
        PictureInfo::new("calibration", "predicted and observed shares", PictureKind::Scatter),
    ];
    if truth {
        all.push(PictureInfo::new("truth", "true and estimated p", PictureKind::Scatter));
    }
    all
}

fn levels(model: &Model, optimum: Option<&Optimum>) -> Vec<Level> {
    let optimum =
        optimum.map(|o| Level { series: "nll".into(), label: "optimum".into(), value: -o.value / model.games.total });
    optimum.into_iter().collect()
}

fn summary(model: &Model) -> String {
    let g = &model.games;
    let ties = if g.ties > 0.0 { format!(", {} of them ties", grouped(g.ties)) } else { String::new() };
    let pairs = match g.pairs.len() {
        1 => "1 pair that met".into(),
        n => format!("{} pairs that met", grouped(n as f64)),
    };
    format!("{} items, {} games{ties}, {pairs}", grouped(g.items as f64), grouped(g.total))
}

/// `12,345`; a fraction keeps two digits.
fn grouped(x: f64) -> String {
    let text = if x == x.trunc() { format!("{x}") } else { format!("{x:.2}") };
    let (whole, fraction) = text.split_once('.').map_or((&*text, None), |(w, f)| (w, Some(f)));
    let mut out = String::new();
    for (k, c) in whole.chars().enumerate() {
        if k > 0 && (whole.len() - k) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

impl Instance for Ranking {
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
