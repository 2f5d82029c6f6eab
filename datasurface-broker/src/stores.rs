//! The stores of platforms, each of which is one platform's alone: held against each other, and against the containers that the model declares.

use crate::configured_platform::ConfiguredPlatform;
use datasurface_model::{
    CodeInfo, ContainerKey, DataContainer, Diagnostic, Ecosystem, ModelPath, PlatformName, Valid, segment,
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
     both, or give the consumer a container of its own.",
);

/// Returns what is wrong with the stores of the platforms of an ecosystem.
pub(crate) fn findings(
    ecosystem: &Valid<Ecosystem>,
    configured: &BTreeMap<PlatformName, Arc<ConfiguredPlatform>>,
) -> Vec<Diagnostic> {
    let mut found = same_stores(configured);
    for (name, platform) in configured {
        let Some(store) = platform.platform().descriptor().store() else { continue };
        for key in ecosystem.containers_within(&store.into()) {
            let Some(container) = ecosystem.container(key) else { continue };
            found.extend(captured(ecosystem, name, key));
            found.extend(other_claim(name, platform, key, container));
        }
    }
    found
}

/// Platforms that keep their data where one before them does.
fn same_stores(configured: &BTreeMap<PlatformName, Arc<ConfiguredPlatform>>) -> Vec<Diagnostic> {
    let mut first: BTreeMap<&str, &PlatformName> = BTreeMap::new();
    let mut found = Vec::new();
    for (name, platform) in configured {
        let Some(store) = platform.platform().descriptor().store() else { continue };
        let Some(other) = first.get(store).copied() else {
            first.insert(store, name);
            continue;
        };
        let message = format!("`{name}` keeps its data in the store of `{other}`");
        let finding = Diagnostic::new(&SAME_STORE, path_of(name).attribute(segment::CONFIG), message)
            .with_help("give each platform a store of its own, in its settings")
            .related_place(path_of(other), "keeps its data there");
        found.push(finding);
    }
    found
}

fn path_of(platform: &PlatformName) -> ModelPath {
    ModelPath::root().child(segment::PLATFORMS, platform)
}

/// The captures from a container that is the store of a platform.
fn captured(ecosystem: &Valid<Ecosystem>, platform: &PlatformName, key: &ContainerKey) -> Vec<Diagnostic> {
    let stores = ecosystem.captured_from(key).filter_map(|name| ecosystem.datastore(name));
    let findings = stores.map(|located| {
        let path = located.path().attribute(segment::CAPTURE).attribute(segment::CONTAINER);
        let message = format!("the container `{key}` is in the store of the platform `{platform}`");
        Diagnostic::new(&STORE_CAPTURED, path, message)
            .with_help("capture from the producer's own database, or ask for the data as a consumer")
            .related_place(path_of(platform), "keeps its data there")
    });
    findings.collect()
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
        _ => return None,
    };
    let path = ModelPath::team(&key.team_key()).child(segment::CONTAINERS, &key.container);
    let message = format!("the container `{key}` is in the store of the platform `{name}`, and {claim}");
    let finding = Diagnostic::new(&STORE_CLAIM, path, message)
        .with_help("correct the container or the settings of the platform, or use another container")
        .related_place(path_of(name).attribute(segment::CONFIG), "says it differently");
    Some(finding)
}
