//! Ecosystems for a platform: generated ones know nothing of what it claims.

use datasurface_model::{Ecosystem, Milestoning, PlatformKind};
use datasurface_platform::{PlatformDescriptor, PlatformInstance, Registry};
use datasurface_strategies::Shape;
use serde_json::{Value, json};

/// Whose platforms are to be checked.
#[derive(Clone, Debug)]
pub(crate) struct PlatformUnderTest {
    pub(crate) registry: Registry,
    pub(crate) kind: PlatformKind,
    pub(crate) settings: Value,
}

impl PlatformUnderTest {
    /// The same ecosystem, in which platforms of unknown kinds are of this one.
    pub(crate) fn configured(&self, ecosystem: &Ecosystem) -> Ecosystem {
        changed(ecosystem, |document| {
            for platform in list(document, "platforms") {
                let kind = platform.get("kind").and_then(Value::as_str).unwrap_or_default();
                let is_known = self.registry.kinds().any(|(known, _)| known.as_str() == kind);
                if let Some(platform) = platform.as_object_mut().filter(|_| !is_known) {
                    platform.insert("kind".to_owned(), json!(self.kind.as_str()));
                    platform.insert("config".to_owned(), self.settings.clone());
                    platform.remove("version");
                }
            }
        })
    }

    /// What the platforms of an ecosystem claim; nothing if none can be made.
    pub(crate) fn descriptor(&self, ecosystem: &Ecosystem) -> Option<PlatformDescriptor> {
        let declaration = ecosystem.platforms().iter().next()?;
        let any = datasurface_model::VersionRequirement::any().parse().ok()?;
        let factory = self.registry.find(declaration.kind(), &any)?;
        let instance = PlatformInstance::new(
            datasurface_model::Entity::name(declaration).clone(),
            declaration.kind().clone(),
            factory.version().clone(),
            declaration.config().clone(),
        );
        Some(factory.create(&instance).ok()?.descriptor().clone())
    }
}

/// A shape without what is not claimed.
pub(crate) fn shape_within_claims(mut shape: Shape, descriptor: &PlatformDescriptor) -> Shape {
    if descriptor.artifacts().is_empty() {
        shape.transformers = 0..=0;
    }
    // A descriptor does not say which types a platform can hold.
    shape.uncommon_types = false;
    // There are no versions of what has no key: a platform that shows nothing else cannot show it.
    if !descriptor.keeps_keyless() || !descriptor.milestonings().contains(&Milestoning::Live) {
        shape.keyless_percent = 0;
    }
    shape.postgres_targets &= descriptor.export_targets().contains("postgres");
    shape
}

/// The same ecosystem, in which groups ask for no more than is claimed.
pub(crate) fn modest(ecosystem: &Ecosystem, descriptor: &PlatformDescriptor) -> Ecosystem {
    changed(ecosystem, |document| {
        for zone in list(document, "zones") {
            for team in list(zone, "teams") {
                for workspace in list(team, "workspaces") {
                    list(workspace, "groups").for_each(|group| lower(group, descriptor));
                }
            }
        }
    })
}

fn lower(group: &mut Value, descriptor: &PlatformDescriptor) {
    let Some(group) = group.as_object_mut() else {
        return;
    };
    let claimed: Vec<&str> = descriptor.milestonings().iter().copied().map(word).collect();
    let wanted = group.get("milestoning").and_then(Value::as_str).unwrap_or("live");
    let first = claimed.first().filter(|_| !claimed.contains(&wanted));
    let has_versions =
        first.is_some_and(|first| *first != "live") || wanted != "live" || group.contains_key("retention");
    if let Some(first) = first {
        group.insert("milestoning".to_owned(), json!(first));
    }
    if descriptor.best_latency().is_some() {
        group.remove("latency");
    }
    if let Some(most) = descriptor.longest_retention().filter(|_| has_versions) {
        // History without a retention would have to be kept for ever.
        group.insert("retention".to_owned(), json!(most.to_string()));
    }
}

fn word(milestoning: Milestoning) -> &'static str {
    match (milestoning.has_live(), milestoning.has_history()) {
        (true, true) => "live_and_forensic",
        (_, true) => "forensic",
        _ => "live",
    }
}

/// The ecosystem with a changed document; unchanged if that is no document.
pub(crate) fn changed(ecosystem: &Ecosystem, change: impl FnOnce(&mut Value)) -> Ecosystem {
    let mut document = datasurface_document::to_value(ecosystem);
    change(&mut document);
    datasurface_document::from_value(document).unwrap_or_else(|_| ecosystem.clone())
}

/// The elements of a list, wherever the document has it: in the object, or in its definition.
pub(crate) fn list<'v>(value: &'v mut Value, name: &str) -> impl Iterator<Item = &'v mut Value> + use<'v> {
    let object = match value.get(name) {
        Some(_) => Some(value),
        None => value.get_mut("definition"),
    };
    let array = object.and_then(|object| object.get_mut(name)?.as_array_mut());
    array.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use datasurface_model::{Retention, Version};

    fn keyless_percent(descriptor: &PlatformDescriptor) -> u8 {
        shape_within_claims(Shape::default(), descriptor).keyless_percent
    }

    #[test]
    fn who_does_not_keep_keyless_datasets_is_given_none() {
        let unkeyed =
            PlatformDescriptor::new("test", Version::new(1, 0, 0)).with_milestonings([Milestoning::Live]);
        assert_eq!(keyless_percent(&unkeyed), 0);
        assert_ne!(keyless_percent(&unkeyed.with_keyless()), 0);
        let past = PlatformDescriptor::new("test", Version::new(1, 0, 0));
        assert_eq!(keyless_percent(&past.with_milestonings([Milestoning::Forensic]).with_keyless()), 0);
    }

    #[test]
    fn a_live_group_is_not_made_to_keep_versions() {
        let descriptor = PlatformDescriptor::new("test", Version::new(1, 0, 0));
        let most = Retention::days(7);
        let descriptor = descriptor.with_milestonings([Milestoning::Live]).with_longest_retention(most);
        for (mut group, is_kept) in [
            (json!({"milestoning": "live"}), false),
            (json!({"milestoning": "live", "retention": "9 days"}), true),
            (json!({"milestoning": "forensic"}), true),
        ] {
            lower(&mut group, &descriptor);
            assert_eq!(group["milestoning"], "live");
            assert_eq!(group.get("retention"), is_kept.then(|| json!(most.to_string())).as_ref());
        }
    }
}
