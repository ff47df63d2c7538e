//! What a family crate exports: its problems, methods, presets and checks, as one constant.

use std::rc::Rc;

use crate::{
    Analysis, Backend, BuildError, ComponentInfo, Dataset, Instance, MethodInfo, PaperCheck, Prediction, ProblemInfo,
    Stepper, Values,
};

/// One family of problems with the methods that solve them.
pub struct Family {
    /// Such as `pde`.
    pub id: &'static str,
    /// Short label.
    pub label: &'static str,
    /// The problems, the default first.
    pub problems: &'static [&'static Problem],
    /// The methods, one file each.
    pub methods: &'static [&'static Method],
    /// What methods can be composed of.
    pub components: &'static [&'static ComponentInfo],
    /// Ready experiments, the default first.
    pub presets: &'static [Preset],
    /// What can be asked beside the race.
    pub analyses: &'static [&'static Analysis],
    /// What the sources claim.
    pub checks: &'static [PaperCheck],
}

/// A problem and how to build it.
pub struct Problem {
    /// Description.
    pub info: ProblemInfo,
    /// Builds an instance; errors name parameters by their bare key.
    pub build: fn(&ProblemInput<'_>) -> Result<Rc<dyn Instance>, BuildError>,
}

/// What a problem is built from.
pub struct ProblemInput<'a> {
    /// All parameters, checked against the schema, defaults filled in.
    pub values: &'a Values,
    /// What the person brought, if anything.
    pub data: Option<&'a Dataset>,
    /// Seed of everything random.
    pub seed: u64,
}

/// A method and how to build it on the CPU.
pub struct Method {
    /// Description.
    pub info: MethodInfo,
    /// Builds a stepper for `cpu-f64` or `cpu-f32`, whichever of the two the input names.
    pub build: fn(&MethodInput<'_>) -> Result<Box<dyn Stepper>, BuildError>,
    /// What theory expects, where it says something.
    pub predict: Option<fn(&MethodInput<'_>) -> Option<Prediction>>,
}

/// What a stepper is built from.
pub struct MethodInput<'a> {
    /// The problem.
    pub instance: &'a Rc<dyn Instance>,
    /// All parameters, checked against the schema, defaults filled in.
    pub values: &'a Values,
    /// Resolved: never `Auto`.
    pub backend: Backend,
    /// Seed of everything random.
    pub seed: u64,
}

impl MethodInput<'_> {
    /// The instance as the family's own type.
    ///
    /// # Errors
    /// The method does not run on this kind of problem.
    pub fn downcast<T: 'static>(&self) -> Result<&T, BuildError> {
        let found = self.instance.as_any().downcast_ref::<T>();
        found.ok_or_else(|| BuildError::new("method", "this method does not run on this problem"))
    }
}

/// A ready experiment, written as the JSON that a person would write.
#[derive(Clone, Copy)]
pub struct Preset {
    /// Such as `pde.rotating-flow`.
    pub id: &'static str,
    /// Short label.
    pub label: &'static str,
    /// What to see in it.
    pub summary: &'static str,
    /// Experiment JSON.
    pub json: &'static str,
}

impl Preset {
    /// How many there are in lists of presets.
    pub const fn count(lists: &[&[Preset]]) -> usize {
        let (mut i, mut count) = (0, 0);
        while i < lists.len() {
            count += lists[i].len();
            i += 1;
        }
        count
    }

    /// All of these lists as one, in order.
    pub const fn joined<const N: usize>(lists: &[&[Preset]]) -> [Preset; N] {
        let mut all = [Preset { id: "", label: "", summary: "", json: "" }; N];
        let (mut i, mut place) = (0, 0);
        while i < lists.len() {
            let mut k = 0;
            while k < lists[i].len() {
                all[place] = lists[i][k];
                (place, k) = (place + 1, k + 1);
            }
            i += 1;
        }
        all
    }
}
