//! The stores of platforms, each of which is one platform's alone: held against each other, and against the containers that the model declares.

use crate::configured_platform::ConfiguredPlatform;
use datasurface_model::{
    CodeInfo, ContainerKey, DataContainer, Datastore, Diagnostic, Ecosystem, Located, ModelPath,
    PlatformName, Valid, is_address_within, segment,
};
use std::{collections::BTreeMap, sync::Arc};

pub(crate) static SAME_STORE: CodeInfo = CodeInfo::error(
    "platform/same-store",
    "two platforms keep their data in one store",
    "Each platform takes what it finds in its store for its own: two in one would write to the same tables, and when one of them \
     goes, it takes the data of the other with it. Give each a store of its own.",
);
pub(crate) static STORE_CAPTURED: CodeInfo = CodeInfo::error(
    "platform/store-captured",
    "data is captured from the store of a platform",
    "In its store, a platform keeps what everybody entrusted to it, past all policies and approvals, and it writes there as it likes. \
     Whoever captures from it reads the data of others, and may read a table while it is written. Capture from the producer's own \
     database; what a platform has, it brings to those who ask for it as consumers.",
);
pub(crate) static STORE_CLAIM: CodeInfo = CodeInfo::error(
    "platform/store-claim",
    "a container is the store of a platform, and says something else of it",
    "A consumer's container may be the store of a platform. It is one physical database then, at one place and encrypted in one way; \
     where its container and the settings of the platform say it differently, policies would believe what suits them. Correct one of \
     both, or give the consumer a container of its own. A folder in which a platform keeps files is its alone: it has the data of others, \
     and the platform replaces and removes what is there.",
);

/// Returns what is wrong with the stores of the platforms of an ecosystem.
pub(crate) fn findings(
    ecosystem: &Valid<Ecosystem>,
    configured: &BTreeMap<PlatformName, Arc<ConfiguredPlatform>>,
) -> Vec<Diagnostic> {
    let mut found = same_stores(configured);
    for (name, platform) in configured {
        for store in platform.platform().descriptor().stores() {
            for key in ecosystem.containers_within(&store.into()) {
                let Some(container) = ecosystem.container(key) else { continue };
                let mut captured = captured(ecosystem, name, key).peekable();
                if captured.peek().is_none() && is_file_in_folder(container, store) {
                    found.push(in_folder(name, key));
                }
                found.extend(captured);
                found.extend(other_claim(name, platform, key, container));
            }
            found.extend(captured_topics(ecosystem, name, store));
        }
    }
    found
}

/// Platforms that keep data where one before them does.
fn same_stores(configured: &BTreeMap<PlatformName, Arc<ConfiguredPlatform>>) -> Vec<Diagnostic> {
    let mut before: Vec<(&str, &PlatformName)> = Vec::new();
    let mut found = Vec::new();
    for (name, platform) in configured {
        let stores: Vec<&str> = platform.platform().descriptor().stores().collect();
        let meets = |(earlier, _): &&(&str, &PlatformName)| {
            stores.iter().any(|store| is_address_within(store, earlier) || is_address_within(earlier, store))
        };
        if let Some((_, other)) = before.iter().find(meets) {
            let message = format!("`{name}` keeps its data in the store of `{other}`");
            let finding = Diagnostic::new(&SAME_STORE, path_of(name).attribute(segment::CONFIG), message)
                .with_help("give each platform a store of its own, in its settings")
                .related_place(path_of(other), "keeps its data there");
            found.push(finding);
            continue;
        }
        before.extend(stores.into_iter().map(|store| (store, name)));
    }
    found
}

/// Whether a container is one of the files of a folder in which a platform keeps data.
fn is_file_in_folder(container: &DataContainer, store: &str) -> bool {
    container.file_address().is_some_and(|file| file.as_str() != store)
}

/// A container that is among the files of a platform, which writes, replaces and removes them as it likes.
fn in_folder(platform: &PlatformName, key: &ContainerKey) -> Diagnostic {
    let path = ModelPath::team(&key.team_key()).child(segment::CONTAINERS, &key.container);
    let message =
        format!("the container `{key}` is in a folder that is the store of the platform `{platform}` alone");
    Diagnostic::new(&STORE_CLAIM, path, message)
        .with_help("give the container a file in another folder")
        .related_place(path_of(platform), "keeps its data there")
}

fn path_of(platform: &PlatformName) -> ModelPath {
    ModelPath::root().child(segment::PLATFORMS, platform)
}

/// The captures from a container that is the store of a platform.
fn captured(
    ecosystem: &Valid<Ecosystem>,
    platform: &PlatformName,
    key: &ContainerKey,
) -> impl Iterator<Item = Diagnostic> {
    let stores = ecosystem.captured_from(key).filter_map(|name| ecosystem.datastore(name));
    stores.map(move |located| {
        let path = located.path().attribute(segment::CAPTURE).attribute(segment::CONTAINER);
        let message = format!("the container `{key}` is in the store of the platform `{platform}`");
        Diagnostic::new(&STORE_CAPTURED, path, message)
            .with_help("capture from the producer's own database, or ask for the data as a consumer")
            .related_place(path_of(platform), "keeps its data there")
    })
}

/// The captures of topics that a platform writes, in a cluster that it does not have for itself.
fn captured_topics(
    ecosystem: &Valid<Ecosystem>,
    platform: &PlatformName,
    store: &str,
) -> impl Iterator<Item = Diagnostic> {
    let topics = store.rsplit_once('/').filter(|(cluster, _)| cluster.starts_with("kafka "));
    let clusters = topics.into_iter().flat_map(|(cluster, prefix)| {
        ecosystem.containers_within(&cluster.into()).into_iter().map(move |key| (key, format!("{prefix}.")))
    });
    clusters.flat_map(move |(key, prefix)| {
        let stores = ecosystem.captured_from(key).filter_map(|name| ecosystem.datastore(name));
        stores.flat_map(move |located| topics_in(located, &prefix)).map(move |(path, topic)| {
            let message = format!("the topic `{topic}` is one of the platform `{platform}`");
            Diagnostic::new(&STORE_CAPTURED, path, message)
                .with_help("capture from the producer's own topics, or ask for the data as a consumer")
                .related_place(path_of(platform), "keeps its data there")
        })
    })
}

/// The captured topics of a datastore that begin so, with the place that names them.
fn topics_in(located: &Located<Datastore>, prefix: &str) -> Vec<(ModelPath, String)> {
    let Some(capture) = located.entity.capture() else { return Vec::new() };
    let (collection, topics) = capture.kind().sources();
    if collection != segment::TOPICS {
        return Vec::new();
    }
    let path = located.path().attribute(segment::CAPTURE);
    let named = located.entity.datasets().names().map(|dataset| match topics.get(dataset) {
        Some(topic) => (path.child(collection, dataset), topic.to_string()),
        None => (path.clone(), dataset.to_string()),
    });
    named.filter(|(_, topic)| topic.starts_with(prefix)).collect()
}

/// What a container says of the store of a platform that the platform says differently.
fn other_claim(
    name: &PlatformName,
    platform: &ConfiguredPlatform,
    key: &ContainerKey,
    container: &DataContainer,
) -> Option<Diagnostic> {
    let descriptor = platform.platform().descriptor();
    let is_elsewhere =
        !descriptor.data_places().is_empty() && !container.locations().iter().eq(descriptor.data_places());
    let kind = container.kind().technology();
    let keys = descriptor.data_technologies().get(kind.as_str());
    let claim = match keys {
        _ if is_elsewhere => "is said to be at another place",
        Some(keys) if *keys != container.encryption() => "is said to be encrypted otherwise",
        // A file has one format.
        None if container.file_address().is_some() => "is said to be of another technology",
        _ => return None,
    };
    let path = ModelPath::team(&key.team_key()).child(segment::CONTAINERS, &key.container);
    let message = format!("the container `{key}` is in the store of the platform `{name}`, and {claim}");
    let finding = Diagnostic::new(&STORE_CLAIM, path, message)
        .with_help("correct the container or the settings of the platform, or use another container")
        .related_place(path_of(name).attribute(segment::CONFIG), "says it differently");
    Some(finding)
}
