//! The problem of the nearest metric, built.

use std::any::Any;
use std::rc::Rc;

use iterscope_core::{Extent, Instance, Note, Picture, PictureInfo, PictureKind, Remark, SeriesInfo, Severity};

use super::referee::{MetricReferee, Violations};
use super::{Dissimilarities, shortest_paths};

/// The problem, built.
pub struct MetricRepair {
    table: Rc<Dissimilarities>,
    names: Rc<Vec<String>>,
    series: Vec<SeriesInfo>,
    pictures: Vec<PictureInfo>,
    given: Vec<PictureInfo>,
    notes: Vec<Note>,
    summary: String,
}

impl MetricRepair {
    /// From dissimilarities between items of these names, and what was said of them while reading.
    pub fn new(table: Dissimilarities, names: Vec<String>, remarks: &[Remark]) -> MetricRepair {
        let mut distance = table.given.clone();
        shortest_paths(table.items, &table.given, &mut distance, None);
        let found = Violations::count(&table, &table.given, &distance);
        let pairs = table.known.len();
        let mut notes: Vec<Note> = remarks.iter().map(|r| Note::new(Severity::Info, Some("data"), r.clone())).collect();
        let text = if found.pairs == 0 {
            "The dissimilarities are a metric already: no detour is shorter than the direct way, and nothing has to change."
                .into()
        } else {
            format!(
                "{} of {pairs} pairs are further apart than some detour; {} triangles are violated. The pictures show where.",
                found.pairs, found.triangles
            )
        };
        notes.push(Note::new(Severity::Info, None, text));
        let all = table.items * (table.items - 1) / 2;
        if pairs < all {
            let text = format!(
                "{} of {all} pairs never met: they are no part of the table, and detours through them do not count.",
                all - pairs
            );
            notes.push(Note::new(Severity::Info, Some("data"), text));
        }
        MetricRepair {
            summary: format!("{} items, {pairs} known dissimilarities", table.items),
            table: Rc::new(table),
            names: Rc::new(names),
            series: series(),
            pictures: vec![
                PictureInfo::new("violation", "excess over the shortest detour", PictureKind::Field),
                PictureInfo::new("distance", "distances now", PictureKind::Field),
                PictureInfo::new("change", "change from the given", PictureKind::Field).signed(),
            ],
            given: vec![PictureInfo::new("given", "given dissimilarities", PictureKind::Field)],
            notes,
        }
    }

    /// What the methods run on.
    pub fn table(&self) -> Rc<Dissimilarities> {
        Rc::clone(&self.table)
    }

    /// A referee for one run.
    pub fn referee(&self) -> MetricReferee {
        MetricReferee::new(self.table(), Rc::clone(&self.names))
    }
}

fn series() -> Vec<SeriesInfo> {
    vec![
        SeriesInfo::new(
            "gap.rel",
            "duality gap",
            "Between two bounds on the optimum, over the upper one: below, the dual value of the iterate; above, the objective of the \
             metric of its shortest paths. It is 0 at the nearest metric alone, and bounds how far the repair is from it; a table without \
             violations need not be the nearest.",
        )
        .stops(),
        SeriesInfo::new(
            "violation.max.rel",
            "largest violation",
            "Largest excess of a distance over the shortest path between the two, over the largest given dissimilarity.",
        ),
        SeriesInfo::new(
            "objective",
            "objective",
            "Half the sum of the squares of all changes, both triangles of the table counted.",
        )
        .linear(),
        SeriesInfo::new(
            "triangles.violated",
            "violated triangles",
            "Number of triangles in which one side exceeds the two others by more than a millionth of the largest given \
             dissimilarity.",
        )
        .linear(),
    ]
}

impl Instance for MetricRepair {
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
    fn labels(&self) -> &[String] {
        &self.names
    }
    fn given_pictures(&self) -> &[PictureInfo] {
        &self.given
    }
    fn draw_given(&self, key: &str, extent: Extent, out: &mut Picture) -> bool {
        let n = self.table.items;
        let known =
            |r: usize, c: usize| Some(self.table.given[r * n + c]).filter(|d| d.is_finite()).unwrap_or(f64::NAN);
        if key == "given" {
            out.field(n, n, extent, known);
        }
        key == "given"
    }
}
