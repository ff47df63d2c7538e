//! The one list of families, problems, methods and presets.
