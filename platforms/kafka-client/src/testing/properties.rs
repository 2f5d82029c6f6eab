//! Files of properties, as programs in Java read them.

use std::{collections::BTreeMap, fmt};

/// Names and values.
#[derive(Clone, Debug, Default)]
pub(super) struct Properties(BTreeMap<String, String>);

impl Properties {
    pub(super) fn new<const N: usize>(pairs: [(&str, &str); N]) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    pub(super) fn set(&mut self, name: impl Into<String>, value: impl ToString) {
        self.0.insert(name.into(), value.to_string());
    }

    pub(super) fn extend(&mut self, others: &BTreeMap<String, String>) {
        self.0.extend(others.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}

impl fmt::Display for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.0 {
            let value = value.replace('\\', "\\\\").replace('\n', "\\n");
            writeln!(f, "{name}={value}")?;
        }
        Ok(())
    }
}
