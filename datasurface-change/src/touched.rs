//! The parts that a change touches, each with a summary where many differences are one event.

use super::{authorization::Owners, diff::ModelDiff};
use datasurface_model::{Ecosystem, Repository, TeamKey, ownership::OwnedPart};
use serde::Serialize;
use std::{collections::BTreeMap, fmt};

/// A part that a change touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TouchedPart {
    /// The part.
    pub part: OwnedPart,
    /// The repository that owned it before the change, or owns it if it is new.
    pub owner: Option<Repository>,
    /// The count of differences.
    pub differences: usize,
    /// The event in a few words, where the differences are one: `all of it is gone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

impl fmt::Display for TouchedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.part)?;
        if let Some(owner) = &self.owner {
            write!(f, " ({owner})")?;
        }
        match self.differences {
            1 => write!(f, ": 1 difference")?,
            several => write!(f, ": {several} differences")?,
        }
        self.summary.iter().try_for_each(|summary| write!(f, ", {summary}"))
    }
}

/// The parts in which something differs, with the count of differences in each.
pub(super) fn parts(
    counts: &BTreeMap<OwnedPart, usize>,
    diff: &ModelDiff,
    owners: &Owners<'_, '_>,
) -> Vec<TouchedPart> {
    let renamed: BTreeMap<OwnedPart, String> = diff
        .iter()
        .filter_map(|difference| {
            let (part, from) = difference.renamed_part()?;
            Some((part, format!("was called `{from}`")))
        })
        .collect();
    // Where very much differs, nobody looks for two that changed places.
    let may_be_exchanged = counts.len() <= 64;
    let touched = counts.iter().map(|(part, differences)| {
        let exchanged = may_be_exchanged.then(|| exchanged(part, counts, owners)).flatten();
        TouchedPart {
            part: part.clone(),
            owner: owners.owner(part).cloned(),
            differences: *differences,
            summary: exchanged.or_else(|| event(part, owners)).or_else(|| renamed.get(part).cloned()),
        }
    });
    touched.collect()
}

fn event(part: &OwnedPart, owners: &Owners<'_, '_>) -> Option<String> {
    let former = owners.former.part(part);
    let (was, is) = (former.is_defined(owners.old), part.is_defined(owners.new));
    if was && !is {
        return Some("all of it is gone".to_owned());
    }
    let (old, new) = (former.owner(owners.old), part.owner(owners.new));
    match (old, new) {
        (Some(old), Some(new)) if !old.is_same(new) => Some(format!("goes from {old} to {new}")),
        _ if !was && is => Some("all of it is new".to_owned()),
        _ => None,
    }
}

/// Two teams of which each is what the other one was.
fn exchanged(
    part: &OwnedPart,
    counts: &BTreeMap<OwnedPart, usize>,
    owners: &Owners<'_, '_>,
) -> Option<String> {
    let OwnedPart::Team(team) = part else { return None };
    let others = counts.keys().filter_map(|other| match other {
        OwnedPart::Team(other) if other != team => Some(other),
        _ => None,
    });
    let (old, new) = (definition(owners.old, team)?, definition(owners.new, team)?);
    let other = others.into_iter().find(|other| {
        definition(owners.old, other) == Some(new) && definition(owners.new, other) == Some(old)
    })?;
    Some(format!("exchanged with the team `{}` of the zone `{}`", other.team, other.zone))
}

fn definition<'e>(ecosystem: &'e Ecosystem, team: &TeamKey) -> Option<&'e datasurface_model::Team> {
    let zone = ecosystem.zones().get(&team.zone)?.definition()?;
    zone.teams().get(&team.team)?.definition().map(|team| &**team)
}
