//! Parts shared by tests.
