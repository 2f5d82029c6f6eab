//! Ecosystems for a platform: generated ones know nothing of what it claims.

use datasurface_model::{Ecosystem, PlatformKind};
use datasurface_platform::{PlatformDescriptor, PlatformInstance, Registry};
use serde_json::{Value, json};

/// Whose platforms are to be checked.
#[derive(Clone, Debug)]
pub(crate) struct PlatformUnderTest {
    pub(crate) registry: Registry,
    pub(crate) kind: PlatformKind,
    /// The settings of all of them; of those that bring their own, these if there are none here.
    pub(crate) settings: Option<Value>,
}

impl PlatformUnderTest {
    /// The same ecosystem, in which platforms of unknown kinds are of this one, with its settings.
    pub(crate) fn configured(&self, ecosystem: &Ecosystem) -> Ecosystem {
        changed(ecosystem, |document| {
            for platform in list(document, "platforms") {
                let kind = platform.get("kind").and_then(Value::as_str).unwrap_or_default();
                let is_known = self.registry.kinds().any(|(known, _)| known.as_str() == kind);
                let is_of_kind = !is_known || kind == self.kind.as_str();
                let Some(platform) = platform.as_object_mut().filter(|_| is_of_kind) else {
                    continue;
                };
                if !is_known {
                    platform.insert("kind".to_owned(), json!(self.kind.as_str()));
                    platform.insert("config".to_owned(), json!({}));
                    platform.remove("version");
                }
                if let Some(settings) = &self.settings {
                    platform.insert("config".to_owned(), settings.clone());
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
