//! How a node was called before something that its key names was renamed.

use super::{At, IntentionGraph, Node};
use crate::{
    estate::{Site, Supply},
    key::NodeKey,
};
use datasurface_model::{Dataset, Entity, PlatformName};

/// A name in a key, and what it was before, if the model still says so.
type Renamed = (String, Option<String>);

impl IntentionGraph {
    /// How its platform was called before it was renamed, if the model still says so.
    #[must_use]
    pub fn former_platform(&self) -> Option<&PlatformName> {
        self.estate().ecosystem.platforms().get(self.platform())?.former_name()
    }
}

impl Node<'_> {
    /// The keys that it may have had before, one for each choice between a name and the former name of the same thing.
    /// None, if nothing that its key names was renamed.
    ///
    /// A key is identity for ever: under another key there was another node. These say which one that may have been.
    #[must_use]
    pub fn formerly(&self) -> Vec<NodeKey> {
        let mut names = vec![(self.kind().to_string(), None), self.platform_name()];
        match self.at() {
            At::Export { supply, export, .. } => {
                names.extend(self.container_names(&export.site));
                names.extend([datastore_name(supply), dataset_name(supply.dataset(export.dataset))]);
            }
            At::Ingest { supply, part, ingest } => {
                names.push(datastore_name(supply));
                let alone = part.kept(ingest).first().filter(|_| !part.whole);
                names.extend(alone.map(|(dataset, _)| dataset_name(supply.dataset(*dataset))));
            }
            At::Transform(derivation) | At::Trigger(derivation) => {
                let workspace = &derivation.workspace;
                names.push(renamed(workspace.name(), workspace.former_name()));
            }
        }
        // As they are now comes first.
        choices(&names).iter().skip(1).filter_map(|key| key.parse().ok()).collect()
    }

    fn platform_name(&self) -> Renamed {
        renamed(self.graph().platform(), self.graph().former_platform())
    }

    fn container_names(&self, site: &Site) -> [Renamed; 3] {
        let key = &site.key;
        let zone = self.graph().estate().ecosystem.zones().get(&key.zone);
        let team = zone.and_then(|zone| zone.definition()?.teams().get(&key.team));
        [
            renamed(&key.zone, zone.and_then(|zone| zone.former_name())),
            renamed(&key.team, team.and_then(|team| team.former_name())),
            renamed(&key.container, site.container.former_name()),
        ]
    }
}

fn datastore_name(supply: &Supply) -> Renamed {
    renamed(supply.name(), supply.datastore.former_name())
}

fn dataset_name(dataset: &Dataset) -> Renamed {
    renamed(dataset.name(), dataset.former_name())
}

fn renamed<N: ToString>(now: &N, former: Option<&N>) -> Renamed {
    (now.to_string(), former.map(N::to_string))
}

/// The texts of all keys with one of the names in each place.
fn choices(names: &[Renamed]) -> Vec<String> {
    names.iter().fold(vec![String::new()], |beginnings, (now, former)| {
        let longer = |beginning: &String, name: &String| match beginning.is_empty() {
            true => name.clone(),
            false => format!("{beginning}/{name}"),
        };
        let both = [Some(now), former.as_ref()];
        let names = both.into_iter().flatten();
        names.flat_map(|name| beginnings.iter().map(move |beginning| longer(beginning, name))).collect()
    })
}
