//! Parts shared by the tests.

use iterscope_core::{ParamInfo, Params, Value, Values};

/// Parameters, the others at their defaults.
pub fn values(schema: &[ParamInfo], given: &[(&str, Value)]) -> Values {
    let given: Params = given.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    Values::resolve(schema, &given).expect("valid parameters")
}
