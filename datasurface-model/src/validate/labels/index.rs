//! Labels by use, and by what similar ones have in common.

use super::occurrences::each_label;
use crate::validate::{PersistentMap, facts::Subject, unit::Content, unit_diff::UnitChange};
use datasurface_ecosystem::similarity::{is_similar, keys, looks};
use datasurface_schema::{Classification, NameIndex, Set, Text};
use imbl::OrdSet;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Every classification that occurs, and the declared ones. Persistent: an edit that names no other classifications than before
/// costs nothing but the look at them.
#[derive(Clone, Debug, Default)]
pub(in crate::validate) struct LabelIndex {
    declared: Option<Arc<Vocabulary>>,
    /// The count of units that name each classification.
    users: PersistentMap<Classification, usize>,
    /// The classifications with each key. Similar ones have a key in common.
    by_key: PersistentMap<Text, OrdSet<Classification>>,
}

/// The most classifications with one key that are compared with each other: of more, none is a slip of another one.
const MOST_ALIKE: usize = 16;

#[derive(Debug)]
struct Vocabulary {
    labels: Set<Classification>,
    names: NameIndex,
    /// The first one of each appearance.
    by_look: FxHashMap<String, Classification>,
}

/// The answer to whether a classification is the one that was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LabelVerdict {
    /// Nothing speaks against it.
    Plausible,
    /// Classifications are declared, and this is none of them.
    Undeclared {
        /// The declared one that is most likely meant.
        nearest: Option<Text>,
    },
    /// None are declared, and this one is most likely a slip of another one, which more units name.
    Similar {
        /// The other one.
        to: Classification,
    },
}

impl LabelIndex {
    /// Follows the changes of units, and notes the classifications about which the answer may be another one.
    pub(in crate::validate) fn update(&mut self, changes: &[UnitChange], touched: &mut FxHashSet<Subject>) {
        for change in changes {
            if let Some(Content::Ecosystem(frame)) = &change.new {
                self.declare(frame.classifications(), touched);
            }
            let (before, now) = (labels_of(change.old.as_ref()), labels_of(change.new.as_ref()));
            before.difference(&now).for_each(|label| self.release(label, touched));
            now.difference(&before).for_each(|label| self.claim(label, touched));
        }
    }

    fn declare(&mut self, labels: &Set<Classification>, touched: &mut FxHashSet<Subject>) {
        if self.declared.as_ref().map_or(&Set::new(), |declared| &declared.labels) == labels {
            return;
        }
        self.declared = (!labels.is_empty()).then(|| {
            let names = NameIndex::new(labels.iter().map(Classification::as_str));
            let by_look = labels.iter().rev().map(|label| (looks(label.as_str()), label.clone())).collect();
            Arc::new(Vocabulary { labels: labels.clone(), names, by_look })
        });
        touched.extend(self.users.keys().cloned().map(Subject::Label));
    }

    fn claim(&mut self, label: &Classification, touched: &mut FxHashSet<Subject>) {
        let users = self.users.get(label).copied().unwrap_or_default();
        self.users.insert(label.clone(), users + 1);
        for key in keys(label.as_str()) {
            let mut alike = self.by_key.get(key.as_str()).cloned().unwrap_or_default();
            touch(&alike, touched);
            if users == 0 && alike.insert(label.clone()).is_none() {
                self.by_key.insert(key.into(), alike);
            }
        }
        touched.insert(Subject::Label(label.clone()));
    }

    fn release(&mut self, label: &Classification, touched: &mut FxHashSet<Subject>) {
        let users = self.users.get(label).copied().unwrap_or_default();
        if users > 1 {
            self.users.insert(label.clone(), users - 1);
        } else {
            self.users.remove(label);
        }
        for key in keys(label.as_str()) {
            let mut others = self.by_key.get(key.as_str()).cloned().unwrap_or_default();
            if users <= 1 {
                others.remove(label);
                if others.is_empty() {
                    self.by_key.remove(key.as_str());
                } else {
                    self.by_key.insert(key.into(), others.clone());
                }
            }
            touch(&others, touched);
        }
    }

    pub(in crate::validate) fn verdict(&self, label: &Classification) -> LabelVerdict {
        if let Some(declared) = &self.declared {
            if declared.labels.contains(label) {
                return LabelVerdict::Plausible;
            }
            let same_look = declared.by_look.get(&looks(label.as_str()));
            let nearest =
                same_look.map(Classification::as_str).or_else(|| declared.names.nearest(label.as_str()));
            return LabelVerdict::Undeclared { nearest: nearest.map(Text::from) };
        }
        // Of two that equally many units name, the first one by name is taken for the right one.
        let rank = |label: &Classification| {
            (self.users.get(label).copied().unwrap_or_default(), std::cmp::Reverse(label.clone()))
        };
        let alike = keys(label.as_str()).into_iter().filter_map(|key| self.by_key.get(key.as_str()));
        let alike = alike.filter(|alike| alike.len() <= MOST_ALIKE);
        let alike = alike.flatten().filter(|other| is_similar(label.as_str(), other.as_str()));
        match alike.max_by_key(|other| rank(other)) {
            Some(other) if rank(other) > rank(label) => LabelVerdict::Similar { to: other.clone() },
            _ => LabelVerdict::Plausible,
        }
    }
}

/// Notes those about which the answer may be another one, if one more or less is like them.
fn touch(alike: &OrdSet<Classification>, touched: &mut FxHashSet<Subject>) {
    if alike.len() <= MOST_ALIKE {
        touched.extend(alike.iter().cloned().map(Subject::Label));
    }
}

/// The classifications that a unit names, each once.
fn labels_of(content: Option<&Content>) -> FxHashSet<&Classification> {
    let mut labels = FxHashSet::default();
    if let Some(content) = content {
        each_label(content, &mut |label, _| {
            labels.insert(label);
        });
    }
    labels
}
