//! Proposals for renames that nobody declared. Each has its evidence; none is ever assumed.

use super::{
    changed_datastores::{self, Change, LocatedStore, StoreChange},
    similar_names::NamesByKind,
};
use datasurface_model::{
    Column, ColumnName, Dataset, Datastore, Entity, ModelPath, TableSchema, Text, segment,
};
use rustc_hash::FxHashSet;
use serde::Serialize;
use std::fmt;

/// A proposal: a new entity that may be a removed one under another name. If it is, declare that with `renamed_from`,
/// and nothing is built again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RenameProposal {
    /// The path of the new entity.
    pub path: ModelPath,
    /// The name of the removed entity.
    pub renamed_from: Text,
    /// The evidence for a rename.
    pub evidence: Vec<Evidence>,
    /// The weight of the evidence, in percent.
    pub score: u8,
}

/// A piece of evidence for a rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Evidence {
    /// Both have equal schemas; of datastores, all their datasets have. Of columns, the same type.
    SameSchema,
    /// Both have the same primary key. Of columns, the same part in it.
    SameKey,
    /// Both are captured from the same container. Of datasets, they are in one datastore.
    SameContainer,
    /// Both belong to the same team.
    SameOwner,
    /// Both have the same place in their table.
    SamePosition,
    /// One name is nearly the other.
    #[serde(rename = "near_name")]
    SimilarName,
}

impl Evidence {
    /// The weight of the evidence, in percent.
    fn weight(self) -> u8 {
        match self {
            Self::SameSchema => 40,
            Self::SameKey | Self::SamePosition => 20,
            Self::SameContainer | Self::SimilarName => 15,
            Self::SameOwner => 10,
        }
    }
}

/// The least weight of a proposal, in percent.
const LEAST: u8 = 60;

impl RenameProposal {
    fn from_evidence(
        path: ModelPath,
        old: &str,
        new: &str,
        evidence: impl IntoIterator<Item = (Evidence, bool)>,
    ) -> Option<Self> {
        let near = (Evidence::SimilarName, datasurface_model::nearest(old, [new]).is_some());
        let evidence = evidence.into_iter().chain([near]).filter(|(_, holds)| *holds);
        let evidence: Vec<_> = evidence.map(|(evidence, _)| evidence).collect();
        let score = evidence.iter().map(|evidence| evidence.weight()).fold(0, u8::saturating_add).min(100);
        (score >= LEAST).then(|| Self { path, renamed_from: old.into(), evidence, score })
    }
}

impl fmt::Display for RenameProposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} may be what was called `{}` ({} %)", self.path, self.renamed_from, self.score)
    }
}

/// The likeliest rename for each thing that is new, if there is one that is likely.
pub(super) fn proposals(changes: &[StoreChange<'_>]) -> Vec<RenameProposal> {
    let mut found = Vec::new();
    found.extend(datastores(changes));
    for change in changes {
        if let Change::Both { old, new } = change {
            let changed = changed_datastores::datasets(old, new);
            found.extend(datasets(&changed, new));
            for change in &changed {
                if let Change::Both { old: before, new: after } = change
                    && before.schema() != after.schema()
                {
                    let (old, new_table) = (before.schema().table(), after.schema().table());
                    found.extend(columns(old, new_table, &new.dataset_path(after)));
                }
            }
        }
    }
    found.sort();
    found
}

fn datastores(changes: &[StoreChange<'_>]) -> Vec<RenameProposal> {
    // Only what has equal schemas and is called alike is compared: else each would have to be compared with each.
    let shape = |store: &Datastore| -> Vec<_> {
        let mut schemas: Vec<_> = store.datasets().iter().map(|dataset| dataset.schema().clone()).collect();
        schemas.sort();
        schemas
    };
    let mut gone = NamesByKind::default();
    for change in changes {
        if let Change::Gone(old) = change {
            gone.add(shape(old.store), old.store.name().as_str(), old);
        }
    }
    let gone = gone.in_order();
    let new = changes.iter().filter_map(|change| match change {
        Change::New(new) => Some(new),
        _ => None,
    });
    let best = new.filter_map(|new| {
        let candidates = gone.near(shape(new.store), new.store.name().as_str()).filter_map(|old| {
            let container = |store: &Datastore| store.capture().map(|capture| capture.container().clone());
            let keys = |store: &Datastore| -> Vec<_> {
                store.datasets().iter().map(|dataset| dataset.name().clone()).collect()
            };
            let evidence = [
                (Evidence::SameSchema, !new.store.datasets().is_empty()),
                (Evidence::SameKey, keys(old.store) == keys(new.store)),
                (Evidence::SameContainer, container(old.store) == container(new.store)),
                (Evidence::SameOwner, old.team == new.team),
            ];
            RenameProposal::from_evidence(
                new.path(),
                old.store.name().as_str(),
                new.store.name().as_str(),
                evidence,
            )
        });
        likeliest(candidates)
    });
    best.collect()
}

fn datasets(changes: &[Change<&Dataset>], store: &LocatedStore<'_>) -> Vec<RenameProposal> {
    let mut gone = NamesByKind::default();
    for change in changes {
        if let Change::Gone(old) = change {
            gone.add(old.schema(), old.name().as_str(), *old);
        }
    }
    let gone = gone.in_order();
    let new = changes.iter().filter_map(|change| match change {
        Change::New(new) => Some(*new),
        _ => None,
    });
    let best = new.filter_map(|new| {
        let candidates = gone.near(new.schema(), new.name().as_str()).filter_map(|old| {
            let evidence = [
                (Evidence::SameSchema, true),
                (Evidence::SameKey, true),
                (Evidence::SameContainer, true),
                (Evidence::SameOwner, true),
            ];
            let (old, name) = (old.name().as_str(), new.name().as_str());
            RenameProposal::from_evidence(store.dataset_path(new), old, name, evidence)
        });
        likeliest(candidates)
    });
    best.collect()
}

fn columns(old: &TableSchema, new: &TableSchema, path: &ModelPath) -> Vec<RenameProposal> {
    let names = |of: &TableSchema| -> FxHashSet<ColumnName> {
        of.columns().iter().map(|column| column.name().clone()).collect()
    };
    let (before, now) = (names(old), names(new));
    // Of columns with other types none is proposed.
    let kind = |column: &Column| (column.data_type().clone(), column.is_nullable());
    let mut gone = NamesByKind::default();
    let all_gone = old.columns().iter().enumerate().filter(|(_, column)| !now.contains(column.name()));
    for (at, column) in all_gone {
        gone.add(kind(column), column.name().as_str(), (at, column));
    }
    let gone = gone.in_order();
    let in_same_place = |at: usize, column: &Column| {
        let gone = old.columns().get(at).filter(|gone| !now.contains(gone.name()))?;
        (kind(gone) == kind(column)).then_some((at, gone))
    };
    let key_position =
        |table: &TableSchema, column: &Column| table.key().iter().position(|k| k == column.name());
    let added = new.columns().iter().enumerate().filter(|(_, column)| !before.contains(column.name()));
    let best = added.filter(|(_, column)| column.former_name().is_none()).filter_map(|(at, column)| {
        let near = gone.near(kind(column), column.name().as_str());
        let candidates = near.chain(in_same_place(at, column)).filter_map(|(before, gone)| {
            let evidence = [
                (Evidence::SameSchema, true),
                (Evidence::SameKey, key_position(old, gone) == key_position(new, column)),
                (Evidence::SamePosition, before == at),
            ];
            let path = path.child(segment::COLUMNS, column.name());
            RenameProposal::from_evidence(path, gone.name().as_str(), column.name().as_str(), evidence)
        });
        likeliest(candidates)
    });
    best.collect()
}

fn likeliest(proposals: impl Iterator<Item = RenameProposal>) -> Option<RenameProposal> {
    // The first by name, where several are as likely.
    proposals.max_by(|a, b| a.score.cmp(&b.score).then_with(|| b.renamed_from.cmp(&a.renamed_from)))
}
