//! The hash of a model, part by part.
//!
//! The hash of a model is made of those of its parts, as in a Merkle tree (<https://en.wikipedia.org/wiki/Merkle_tree>): so an edit costs the parts that
//! it changes. Each hash is of the same length, and what tells parts apart goes with them: a zone, a datastore and a workspace have their names, a team is
//! told by its name, and so many datastores come before the workspaces.

use super::v1::hashes;
use blake3::{Hash, Hasher};
use datasurface_model::{
    Datastore, DatastoreName, Ecosystem, Entity, Team, TeamKey, Workspace, WorkspaceName,
};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// Hashes models one after the other. A part that the last model had in the same place in memory is not hashed again.
///
/// ```
/// use datasurface_document::ModelHasher;
/// use datasurface_model::{Ecosystem, InfrastructureVendor};
/// let one = Ecosystem::new("NorthWind", "github:nw/model@main", "github:nw/live@main");
/// let other = one.clone().vendor(InfrastructureVendor::new("Azure"));
/// let mut hasher = ModelHasher::default();
/// let hash = hasher.hash(&one);
/// assert_ne!(hasher.hash(&other), hash);
/// assert_eq!(hasher.hash(&one), hash);
/// ```
#[derive(Default)]
pub struct ModelHasher {
    teams: BTreeMap<TeamKey, HashedTeam>,
}

/// A team, its hash, and the hashes that this one is made of.
#[derive(Default)]
struct HashedTeam {
    team: Arc<Team>,
    hash: Option<Hash>,
    datastores: BTreeMap<DatastoreName, (Arc<Datastore>, Hash)>,
    workspaces: BTreeMap<WorkspaceName, (Arc<Workspace>, Hash)>,
}

impl ModelHasher {
    /// Returns the hash of a model, as hexadecimal digits. Equal models have equal hashes, whatever was hashed before.
    pub fn hash(&mut self, ecosystem: &Ecosystem) -> String {
        let mut last = std::mem::take(&mut self.teams);
        let mut hasher = Hasher::new();
        hasher.update(hashes::ecosystem(ecosystem).as_bytes());
        for zone in ecosystem.zones() {
            hasher.update(hashes::zone(zone).as_bytes());
            let teams = zone.definition().into_iter().flat_map(|definition| definition.teams());
            for team in teams {
                let Some(definition) = team.definition() else { continue };
                let key = TeamKey::new(zone.name(), team.name());
                let hashed = last.remove(&key).unwrap_or_default().followed_by(definition);
                if let Some(hash) = hashed.hash {
                    hasher.update(blake3::hash(team.name().as_str().as_bytes()).as_bytes());
                    hasher.update(hash.as_bytes());
                }
                self.teams.insert(key, hashed);
            }
        }
        hasher.finalize().to_hex().to_string()
    }
}

impl HashedTeam {
    /// Hashes what a team has become.
    fn followed_by(mut self, team: &Arc<Team>) -> Self {
        if self.hash.is_some() && Arc::ptr_eq(&self.team, team) {
            return self;
        }
        let datastores =
            followed(&mut self.datastores, team.datastores().iter(), |one| one.name(), hashes::datastore);
        let workspaces =
            followed(&mut self.workspaces, team.workspaces().iter(), |one| one.name(), hashes::workspace);
        let mut hasher = Hasher::new();
        hasher.update(hashes::team(team).as_bytes());
        hasher.update(&u64::try_from(datastores.len()).unwrap_or(u64::MAX).to_be_bytes());
        let of_datastores = datastores.values().map(|(_, hash)| hash);
        for hash in of_datastores.chain(workspaces.values().map(|(_, hash)| hash)) {
            hasher.update(hash.as_bytes());
        }
        Self { team: Arc::clone(team), hash: Some(hasher.finalize()), datastores, workspaces }
    }
}

/// The hashes of parts, by name; those of `last` are taken from there.
fn followed<'p, N: Ord + Clone + 'p, T: 'p>(
    last: &mut BTreeMap<N, (Arc<T>, Hash)>,
    parts: impl Iterator<Item = &'p Arc<T>>,
    name: impl Fn(&'p Arc<T>) -> &'p N,
    hash: impl Fn(&T) -> Hash,
) -> BTreeMap<N, (Arc<T>, Hash)> {
    let follow = |part: &'p Arc<T>| {
        let known = last.remove(name(part)).filter(|(known, _)| Arc::ptr_eq(known, part));
        (name(part).clone(), known.unwrap_or_else(|| (Arc::clone(part), hash(part))))
    };
    parts.map(follow).collect()
}

impl fmt::Debug for ModelHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelHasher").field("teams", &self.teams.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datasurface_model::{Dataset, GovernanceZone};

    fn ecosystem(teams: &[(&str, &[&str])]) -> Ecosystem {
        let zone = teams.iter().fold(GovernanceZone::new(), |zone, (name, stores)| {
            let store = |team: Team, name: &&str| {
                team.datastore(Datastore::new(*name).dataset(Dataset::new("d", "id Integer key")))
            };
            zone.team(*name, "github:o/team@main", stores.iter().fold(Team::new(), store))
        });
        Ecosystem::new("E", "github:o/model@main", "github:o/live@main").zone("Z", "github:o/zone@main", zone)
    }

    #[test]
    fn what_is_somewhere_else_has_another_hash_and_the_order_of_hashing_makes_no_difference() {
        let models = [
            ecosystem(&[("A", &["S"]), ("B", &[])]),
            ecosystem(&[("A", &[]), ("B", &["S"])]),
            ecosystem(&[("A", &["S", "T"]), ("B", &[])]),
            ecosystem(&[("A", &["S"]), ("B", &["T"])]),
            ecosystem(&[("A", &["S"])]),
            ecosystem(&[("B", &["S"])]),
            ecosystem(&[("A", &["S"])]).edit_dataset("S/d", |dataset| dataset.documented("text")),
        ];
        let empty = |team: Team| {
            let zone = GovernanceZone::new().team("A", "github:o/team@main", team);
            Ecosystem::new("E", "github:o/model@main", "github:o/live@main").zone(
                "Z",
                "github:o/zone@main",
                zone,
            )
        };
        let same_text =
            [Team::new().datastore(Datastore::new("X")), Team::new().workspace(Workspace::new("X"))];
        let [one, other] = same_text.map(|team| ModelHasher::default().hash(&empty(team)));
        assert_ne!(one, other);
        let cold: Vec<String> = models.iter().map(|model| ModelHasher::default().hash(model)).collect();
        for (position, hash) in cold.iter().enumerate() {
            assert_eq!(cold.iter().position(|other| other == hash), Some(position));
        }
        let mut hasher = ModelHasher::default();
        for position in [0, 1, 0, 2, 3, 3, 4, 5, 6, 4, 0] {
            assert_eq!(hasher.hash(&models[position]), cold[position], "{position}");
        }
    }

    #[test]
    fn a_part_that_is_shared_is_not_hashed_again() {
        let before = ecosystem(&[("A", &["S", "T"])]);
        let mut hasher = ModelHasher::default();
        hasher.hash(&before);
        hasher.hash(&before.clone().edit_dataset("S/d", |dataset| dataset.documented("text")));
        let team = &hasher.teams[&TeamKey::new("Z", "A")];
        let zone = before.zones().get("Z").and_then(|zone| zone.definition()).unwrap();
        let stores = zone.teams().get("A").and_then(|team| team.definition()).unwrap().datastores();
        assert!(Arc::ptr_eq(&team.datastores["T"].0, stores.get("T").unwrap()));
        assert!(!Arc::ptr_eq(&team.datastores["S"].0, stores.get("S").unwrap()));
    }
}
