//! Values by text, for a handful of them.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Index;
use std::slice;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Values by key, in the order of the keys. Every key is compared in turn: there are a dozen at most, and the standard
/// library's tree would be a part of what a browser loads.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyed<V>(Vec<(String, V)>);

impl<V> Default for Keyed<V> {
    fn default() -> Self {
        Keyed(Vec::new())
    }
}

impl<V> Keyed<V> {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&V> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }

    /// The value of `key`, which is the default from now on if there was none.
    pub fn get_or_default(&mut self, key: &str) -> &mut V
    where
        V: Default,
    {
        let at = self.0.iter().position(|(k, _)| k.as_str() >= key).unwrap_or(self.0.len());
        if self.0.get(at).is_none_or(|(k, _)| k != key) {
            self.0.insert(at, (key.to_owned(), V::default()));
        }
        &mut self.0[at].1
    }

    /// Sets the value of `key`, in place of an older one.
    pub fn insert(&mut self, key: String, value: V) {
        let at = self.0.iter().position(|(k, _)| *k >= key).unwrap_or(self.0.len());
        match self.0.get_mut(at) {
            Some((k, old)) if *k == key => *old = value,
            _ => self.0.insert(at, (key, value)),
        }
    }

    /// Takes out `key` with its value, if it is there.
    pub fn remove(&mut self, key: &str) {
        self.0.retain(|(k, _)| k != key);
    }

    /// Keys and values.
    pub fn iter(&self) -> Iter<'_, V> {
        fn parts<V>((key, value): &(String, V)) -> (&String, &V) {
            (key, value)
        }
        self.0.iter().map(parts)
    }

    /// The keys.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(key, _)| key)
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Goes through a [`Keyed`].
pub type Iter<'a, V> = std::iter::Map<slice::Iter<'a, (String, V)>, fn(&'a (String, V)) -> (&'a String, &'a V)>;

impl<'a, V> IntoIterator for &'a Keyed<V> {
    type Item = (&'a String, &'a V);
    type IntoIter = Iter<'a, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<V> IntoIterator for Keyed<V> {
    type Item = (String, V);
    type IntoIter = std::vec::IntoIter<(String, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<V> Extend<(String, V)> for Keyed<V> {
    fn extend<I: IntoIterator<Item = (String, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<V> FromIterator<(String, V)> for Keyed<V> {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(entries: I) -> Self {
        let mut all = Keyed::new();
        all.extend(entries);
        all
    }
}

impl<V, const N: usize> From<[(String, V); N]> for Keyed<V> {
    fn from(entries: [(String, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

/// # Panics
/// Where there is no such key.
impl<V> Index<&str> for Keyed<V> {
    type Output = V;

    fn index(&self, key: &str) -> &V {
        self.get(key).expect("a key that is there")
    }
}

impl<V: Serialize> Serialize for Keyed<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Keyed<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Entries<V> {
            type Value = Keyed<V>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keyed<V>, A::Error> {
                let mut all = Keyed::new();
                while let Some((key, value)) = map.next_entry()? {
                    all.insert(key, value);
                }
                Ok(all)
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_order_and_the_last_value_counts() {
        let mut all: Keyed<i32> = serde_json::from_str(r#"{"n": 1, "omega": 2, "d": 3, "n": 4}"#).unwrap();
        assert_eq!(serde_json::to_string(&all).unwrap(), r#"{"d":3,"n":4,"omega":2}"#);
        assert_eq!((all.get("n"), all.get("m"), all["omega"]), (Some(&4), None, 2));
        *all.get_or_default("m") += 5;
        *all.get_or_default("z") += 6;
        *all.get_or_default("m") += 7;
        all.insert("d".into(), 0);
        let entries: Vec<_> = all.iter().map(|(k, v)| (k.as_str(), *v)).collect();
        assert_eq!(entries, [("d", 0), ("m", 12), ("n", 4), ("omega", 2), ("z", 6)]);
        all.remove("m");
        all.remove("m");
        assert_eq!((all.get("m"), all.keys().count()), (None, 4));
        assert!(!all.is_empty() && Keyed::<i32>::new().is_empty());
    }

    #[test]
    fn what_is_no_map_is_refused() {
        let error = serde_json::from_str::<Keyed<i32>>("[1]").unwrap_err().to_string();
        assert!(error.contains("expected a map"), "{error}");
    }
}
