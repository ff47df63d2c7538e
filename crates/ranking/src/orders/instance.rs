//! A ranking from orders, built: contests, what is estimated from them, and what is known before a run.

use std::any::Any;
use std::rc::Rc;

use iterscope_core::phase;
use iterscope_core::{
    BuildError, Instance, Level, Note, Orders, PictureInfo, PictureKind, SeriesInfo, Severity, Str, Values,
};
use iterscope_kernels::csr::Csr;

use super::model::{Contests, OrderModel, among};
use super::optimum::Optimum;
use super::referee::OrderReferee;
use crate::data::parts::{self as parts_of, Connectivity, Phrases, level_groups};
use crate::model::Estimate;
use crate::views::rank_history;

const PHRASES: Phrases = Phrases {
    above: "Never came behind anybody outside their part",
    below: "Never came ahead of anybody outside their part",
};

/// A ranking from orders, built.
pub struct OrderInstance {
    model: Rc<OrderModel>,
    names: Rc<Vec<String>>,
    optimum: Option<Rc<Optimum>>,
    truth: Option<Rc<Vec<f64>>>,
    joined: Rc<Connectivity>,
    series: Vec<SeriesInfo>,
    pictures: Vec<PictureInfo>,
    levels: Vec<Level>,
    notes: Vec<Note>,
}

/// The graph with an edge to everybody whom an item came ahead of. Of a contest, the edges from place to place join as much as
/// all of them.
pub(crate) fn results(contests: &Contests) -> Csr {
    let mut lists: Vec<Vec<u32>> = vec![Vec::new(); contests.items];
    for contest in contests.all() {
        for v in 0..contest.stages.saturating_sub(1) {
            lists[contest.members[v] as usize].push(contest.members[v + 1]);
        }
        lists[contest.members[contest.stages - 1] as usize].extend(&contest.members[contest.stages..]);
    }
    let n = contests.items;
    let mut csr = Csr { rows: n, cols: n, indptr: vec![0], indices: vec![], values: vec![] };
    for mut list in lists {
        list.sort_unstable();
        list.dedup();
        csr.indices.extend(list);
        csr.indptr.push(csr.indices.len() as u32);
    }
    csr.values = vec![1.0; csr.indices.len()];
    csr
}

/// How the orders join the items.
pub(crate) fn connectivity(contests: &Contests) -> Connectivity {
    Connectivity::of(&results(contests))
}

impl OrderInstance {
    /// Builds it from the parameters that both problems of orders share; `truth` are the log-strengths that the orders were
    /// drawn from, where they were.
    ///
    /// # Errors
    /// Fields `data` (see [`Contests::read`]) and `part`.
    pub fn build(data: &Orders, values: &Values, truth: Option<Vec<f64>>) -> Result<OrderInstance, BuildError> {
        let estimate = if values.text("estimate") == "map" { Estimate::Posterior } else { Estimate::Likelihood };
        let mut contests = Contests::read(data)?;
        let (mut names, mut truth) = (data.items.clone(), truth);
        let mut notes: Vec<Note> =
            data.remarks.iter().map(|r| Note::new(Severity::Info, Some("data"), r.clone())).collect();
        let mut joined = connectivity(&contests);
        if values.text("part") == "largest" && !joined.is_strong() {
            let found = &joined.parts;
            let part = parts_of::largest(found);
            if found.sizes[part] < 2 {
                let why = "every strongly connected part is a single item; use estimate = map for all of them";
                return Err(BuildError::new("part", why));
            }
            let keep: Vec<bool> = found.id.iter().map(|c| *c as usize == part).collect();
            let out: Vec<&str> = names.iter().zip(&keep).filter(|(_, k)| !**k).map(|(n, _)| &**n).collect();
            let text = format!(
                "Only the largest strongly connected part is ranked, {} of {} items; the others were taken out of the orders. \
                 Left out: {}.",
                found.sizes[part],
                names.len(),
                parts_of::some(&out)
            );
            notes.push(Note::new(Severity::Info, Some("part"), text));
            retain(&mut names, &keep);
            if let Some(truth) = &mut truth {
                retain(truth, &keep);
            }
            let orders = among(&data.orders, &keep);
            contests = Contests::read(&Orders { items: names.clone(), orders, remarks: Vec::new() })?;
            joined = connectivity(&contests);
        }
        let finite = joined.groups_are_strong() || estimate == Estimate::Posterior;
        notes.splice(0..0, existence(&joined, &names, estimate));
        let model = Rc::new(OrderModel { contests, estimate });
        let optimum = match finite {
            true => phase::reference(|| Optimum::find(&model, &joined.groups)).map(Rc::new),
            false => None,
        };
        if finite && optimum.is_none() {
            let text = "The optimum was not computed beforehand, because that would take long or needs more digits than there \
                        are: the distance to it is not shown. The gradient tells when a run has converged.";
            notes.push(Note::new(Severity::Info, None, text));
        }
        if let Some(truth) = &mut truth
            && estimate == Estimate::Likelihood
        {
            level_groups(&joined.groups, truth);
        }
        let level = |o: &Rc<Optimum>| Level {
            series: "nll".into(),
            label: "optimum".into(),
            value: -o.value / model.contests.total,
        };
        Ok(OrderInstance {
            series: series(finite, optimum.is_some()),
            pictures: pictures(truth.is_some()),
            levels: optimum.iter().map(level).collect(),
            names: Rc::new(names),
            truth: truth.map(Rc::new),
            joined: Rc::new(joined),
            model,
            optimum,
            notes,
        })
    }

    /// What the methods run on.
    pub fn model(&self) -> Rc<OrderModel> {
        Rc::clone(&self.model)
    }

    /// How the orders join the items.
    pub fn joined(&self) -> &Rc<Connectivity> {
        &self.joined
    }

    /// The optimum, where it was computed.
    pub fn optimum(&self) -> Option<&Optimum> {
        self.optimum.as_deref()
    }

    /// A referee for one run.
    pub fn referee(&self) -> OrderReferee {
        let (names, joined) = (Rc::clone(&self.names), Rc::clone(&self.joined));
        OrderReferee::new(self.model(), names, self.optimum.clone(), self.truth.clone(), joined)
    }
}

fn retain<T>(list: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    list.retain(|_| keep.next().copied().unwrap_or(false));
}

/// Whether the estimate is finite, and who is in the way.
pub(crate) fn existence(joined: &Connectivity, names: &[String], estimate: Estimate) -> Vec<Note> {
    let several = joined.groups.sizes.len() > 1;
    let good = |text: String| Note::new(Severity::Good, Some("estimate"), text);
    let mut notes = vec![match (estimate, joined.groups_are_strong()) {
        (Estimate::Likelihood, true) if several => parts_of::apart(joined, names),
        (Estimate::Likelihood, true) => good(
            "The maximum-likelihood estimate exists and is unique up to a common factor: however the items are divided in two, \
             somebody of each side came ahead of somebody of the other."
                .into(),
        ),
        (Estimate::Likelihood, false) => parts_of::infinite(joined, names, PHRASES),
        (Estimate::Posterior, true) if several => good(
            "The MAP estimate is finite, as always; within each group of items that met, maximum likelihood exists, too."
                .into(),
        ),
        (Estimate::Posterior, true) => good(
            "The MAP estimate is finite, as always; the orders join all items both ways, so maximum likelihood exists, too."
                .into(),
        ),
        (Estimate::Posterior, false) => Note {
            fixes: parts_of::largest_fix(&joined.parts, names),
            ..good(format!(
                "The MAP estimate is finite, as always. Maximum likelihood would be infinite: {}",
                parts_of::who_is_apart(joined, names, PHRASES)
            ))
        },
    }];
    if several && estimate == Estimate::Posterior {
        notes.push(parts_of::prior_decides(joined, names));
    }
    notes
}

fn series(finite: bool, optimum: bool) -> Vec<SeriesInfo> {
    let mut gradient = SeriesInfo::new(
        "gradient.rel",
        "gradient",
        "Euclidean norm of the gradient of the log-likelihood by log-strength (choices won minus expected ones of each item; the \
         prior's part under MAP), over the Euclidean norm of the items' numbers of races.",
    );
    if finite {
        gradient = gradient.stops();
    } else {
        gradient.doc = Str::Borrowed(
            "Euclidean norm of the gradient of the log-likelihood by log-strength, over that of the items' numbers of races. \
             It also vanishes while strengths run off to infinity, so it does not stop the run here.",
        );
    }
    let nll = SeriesInfo::new(
        "nll",
        "negative log-likelihood",
        "Negative log-likelihood (minus log-prior under MAP) in nats per race.",
    );
    let mut all = vec![gradient, nll.linear()];
    if optimum {
        let gap = SeriesInfo::new(
            "nll.gap",
            "likelihood gap",
            "How far the log-likelihood (plus log-prior under MAP) is below its optimum, in nats per race; the optimum was \
             computed beforehand by a damped Newton method.",
        );
        all.insert(1, gap);
        all.push(SeriesInfo::new(
            "p.rms.error",
            "distance of p",
            "Root mean square over the items of p - p*, with p = pi/(1 + pi), the chance against strength 1, and p* at the \
             optimum that was computed beforehand.",
        ));
    }
    all
}

fn pictures(truth: bool) -> Vec<PictureInfo> {
    let mut all = vec![
        PictureInfo::new("strengths", "strengths", PictureKind::Bars),
        rank_history::PICTURE,
        PictureInfo::new("firsts", "expected and observed share of first places", PictureKind::Scatter),
        PictureInfo::new("calibration", "predicted and observed shares of pairs", PictureKind::Scatter),
    ];
    if truth {
        all.push(PictureInfo::new("truth", "true and estimated p", PictureKind::Scatter));
    }
    all
}

impl Instance for OrderInstance {
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
        let contests = &self.model.contests;
        let places = match contests.total {
            1.0 => "1 order".into(),
            total => format!("{total} orders"),
        };
        format!("{} items, {places}, {} of them different", contests.items, contests.len())
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
