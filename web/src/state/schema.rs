//! The parameters that a run has, those of its chosen components among them.

use std::cell::RefCell;

use iterscope_core::{CatalogInfo, Kind, ParamInfo, RunSpec};

thread_local! {
    /// Schemas that were expanded. The forms hold parameters for as long as the page lives; there are as many as combinations of
    /// components that somebody chose, and of sliders that somebody typed.
    static EXPANDED: RefCell<Vec<&'static [ParamInfo]>> = const { RefCell::new(Vec::new()) };
}

/// The parameters of a run; none where its method is not known.
pub fn schema_of(catalog: &'static CatalogInfo, spec: &RunSpec) -> &'static [ParamInfo] {
    let found =
        catalog.families.iter().find_map(|f| Some((f, f.methods.iter().find(|m| m.id == spec.method.as_str())?)));
    let Some((family, method)) = found else { return &[] };
    if !method.params.iter().any(|p| matches!(p.kind, Kind::Component { .. })) {
        return &method.params;
    }
    kept(family.schema(method, &spec.params))
}

/// A schema that is made while the page lives, for as long as it does.
pub fn kept(schema: Vec<ParamInfo>) -> &'static [ParamInfo] {
    EXPANDED.with_borrow_mut(|all| {
        if let Some(known) = all.iter().find(|known| ***known == *schema) {
            return *known;
        }
        let kept: &'static [ParamInfo] = schema.leak();
        all.push(kept);
        kept
    })
}
