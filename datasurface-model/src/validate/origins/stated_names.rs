//! The names of now, or those before the renames that are stated.

use super::super::{statement_inputs::sinks, unit_index::UnitIndex};
use datasurface_ecosystem::{CodeArtifact, DataTransformer, Select, Workspace};
use datasurface_schema::DatasetKey;
use std::collections::BTreeSet;

pub(super) struct StatedNames<'d> {
    pub(super) directory: &'d UnitIndex,
    pub(super) are_former: bool,
}

impl StatedNames<'_> {
    /// The key of a dataset, in which both names are the former ones.
    pub(super) fn dataset(&self, key: &DatasetKey) -> DatasetKey {
        let former = self.are_former.then(|| self.directory.former_keys(key).pop()).flatten();
        former.unwrap_or_else(|| key.clone())
    }

    /// The code, of a transformer in SQL the statements that are meant: it has the names of the datasets that it makes, and in its
    /// statements those of what it reads.
    pub(super) fn code(
        &self,
        workspace: &Workspace,
        transformer: &DataTransformer,
        is_meant: impl Fn(&Select) -> bool,
    ) -> CodeArtifact {
        let CodeArtifact::Sql { selects } = transformer.artifact() else {
            return transformer.artifact().clone();
        };
        let renamed: Vec<_> = sinks(workspace).filter_map(|key| self.input_names(key)).collect();
        let selects = selects.iter().filter(|select| is_meant(select)).cloned().map(|mut select| {
            select.dataset = self.dataset(&DatasetKey::new(transformer.output(), &select.dataset)).dataset;
            for (name, others) in &renamed {
                if let Some(respelled) = respelled(&select.sql, name, others) {
                    select.sql = respelled;
                }
            }
            select
        });
        let mut selects: Vec<Select> = selects.collect();
        selects.sort();
        CodeArtifact::Sql { selects }
    }

    /// The name by which statements call an input, and the others by which they may; none if there are no others.
    fn input_names(&self, key: &DatasetKey) -> Option<(String, Vec<String>)> {
        let former = self.directory.former_keys(key);
        let name = self.dataset(key).input_name();
        let all = former.iter().chain([key]).map(DatasetKey::input_name);
        let others: Vec<String> = all.filter(|other| *other != name).collect();
        (!others.is_empty()).then_some((name, others))
    }
}

/// Returns a statement with another name of an input in place of the one that it has. Where it has several of them, one may be the name of
/// something else, such as a part of WITH, and another statement could become the same text.
fn respelled(sql: &str, name: &str, others: &[String]) -> Option<String> {
    let words = words(sql);
    let occurs = |name: &str| words.contains(&name.to_ascii_lowercase());
    let mut found = others.iter().filter(|other| occurs(other));
    let spelled = found.next().filter(|_| !occurs(name))?;
    if found.next().is_some() {
        return None;
    }
    let mut text = String::new();
    for part in sql.split_inclusive(|letter| !is_word(letter)) {
        let word = part.trim_end_matches(|letter| !is_word(letter));
        let is_name = word.eq_ignore_ascii_case(spelled);
        text += if is_name { name } else { word };
        text += part.strip_prefix(word).unwrap_or_default();
    }
    Some(text)
}

/// The words of a statement, in lower case.
pub(super) fn words(sql: &str) -> BTreeSet<String> {
    sql.split(|letter| !is_word(letter)).map(str::to_ascii_lowercase).collect()
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}
