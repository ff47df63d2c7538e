//! Lists of words that are either part of the program or were received.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A list of words. A `Cow` of a slice of `Cow`s could not stand in the argument of a constant function.
#[derive(Clone, Debug)]
pub enum Names {
    /// Part of the program.
    Static(&'static [&'static str]),
    /// Received.
    Owned(Vec<String>),
}

impl Names {
    /// The words.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let (fixed, owned) = match self {
            Names::Static(s) => (*s, None),
            Names::Owned(v) => (Default::default(), Some(v)),
        };
        fixed.iter().copied().chain(owned.into_iter().flatten().map(String::as_str))
    }

    /// Whether `word` is among them.
    pub fn has(&self, word: &str) -> bool {
        self.iter().any(|w| w == word)
    }
}

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Names::Owned)
    }
}

/// The allowed values of a choice, each with what people read.
#[derive(Clone, Debug)]
pub enum Choices {
    /// Part of the program.
    Static(&'static [(&'static str, &'static str)]),
    /// Received.
    Owned(Vec<(String, String)>),
}

impl Choices {
    /// Pairs of value and label.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let (fixed, owned) = match self {
            Choices::Static(s) => (*s, None),
            Choices::Owned(v) => (Default::default(), Some(v)),
        };
        fixed.iter().copied().chain(owned.into_iter().flatten().map(|(v, l)| (v.as_str(), l.as_str())))
    }
}

impl PartialEq for Choices {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Serialize for Choices {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Choices {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Choices::Owned)
    }
}
