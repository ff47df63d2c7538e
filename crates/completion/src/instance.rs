//! A problem of the family as the catalog sees it: the model with what is measured and drawn of it.

use std::any::Any;
use std::rc::Rc;

use iterscope_core::{Extent, Instance, Level, Note, Picture, PictureInfo, SeriesInfo};

use crate::model::factors::Factors;
use crate::model::{Form, HeldOut, Model, Tested};
use crate::views::filled_table::Errors;
use crate::views::pictures;

/// The most rows whose names are offered to choose from.
const MOST_LABELS: usize = 50_000;

/// The instance type of all problems of the family.
pub struct Completion {
    model: Rc<Model>,
    series: Vec<SeriesInfo>,
    pictures: Vec<PictureInfo>,
    given: Vec<PictureInfo>,
    labels: Vec<String>,
}

impl Completion {
    /// Wraps a model.
    pub fn instance(model: Model) -> Rc<dyn Instance> {
        let series = model.metrics.iter().map(|m| m.info(&model.form)).collect();
        let (pictures, given) = (pictures::offered(&model), pictures::given(&model));
        // Names that a person may choose from; a list of more would be none.
        let labels = model.names().map(|n| n.0).filter(|n| n.len() <= MOST_LABELS).unwrap_or_default().to_vec();
        Rc::new(Completion { model: Rc::new(model), series, pictures, given, labels })
    }

    /// The problem.
    pub fn model(&self) -> Rc<Model> {
        self.model.clone()
    }
}

impl Instance for Completion {
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
        self.model.summary.clone()
    }
    fn notes(&self) -> &[Note] {
        &self.model.notes
    }
    fn levels(&self) -> &[Level] {
        &self.model.levels
    }
    fn labels(&self) -> &[String] {
        &self.labels
    }
    fn given_pictures(&self) -> &[PictureInfo] {
        &self.given
    }
    fn whole(&self, iterate: &dyn Any) -> Option<Rc<dyn Instance>> {
        let x = iterate.downcast_ref::<Factors>()?;
        let model = &*self.model;
        if model.held_out.is_empty() {
            return None;
        }
        // What was read once can be put together again: an error would be one of the problem itself.
        let mut whole = (model.whole?)(model).ok()?;
        let tested = |e: &HeldOut| {
            let (i, j) = (e.row as usize, e.col as usize);
            (e.row, e.col, model.baseline.at(i, j) + e.value, model.predicted(x, i, j))
        };
        let error_scale = if matches!(model.form, Form::Table(_)) { Errors::new(model, x).scale() } else { 1.0 };
        whole.tested = Some(Tested { entries: model.held_out.iter().map(tested).collect(), error_scale });
        Some(Completion::instance(whole))
    }
    fn draw_given(&self, key: &str, extent: Extent, out: &mut Picture) -> bool {
        pictures::draw_given(&self.model, key, extent, out)
    }
}
