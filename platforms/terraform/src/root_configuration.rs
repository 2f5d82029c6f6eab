//! Configurations of root modules: where the state is, and the providers.

use crate::{file::json_file, provider::Provider, settings::TerraformSettings, template::escaped};
use datasurface_platform::{File, PlatformError, Resource, Scope, slug};
use serde_json::{Map, Value as Json, json};

/// The name of the file of each root module that has its configuration. No other file is called so: a label has no dot.
pub const ROOT_FILE: &str = "terraform.root.tf.json";

/// The kind of resource that the configuration of a root module is, for the host.
pub const STATE_KIND: &str = "terraform_state";

/// The longest name of an instance in the key of a state, in characters.
const INSTANCE_LIMIT: usize = 48;

/// The configuration of a root module as a whole: backend, versions and providers.
#[derive(Clone, Debug)]
pub struct RootConfiguration(Json);

impl RootConfiguration {
    /// Creates the configuration for a scope. The key of its state is made of the storage name of the instance and the folder of the scope.
    pub fn new(
        settings: &TerraformSettings,
        instance: &str,
        scope: &Scope,
        providers: impl IntoIterator<Item = Provider>,
    ) -> Self {
        let key = format!("{}/{}", slug(&[instance], INSTANCE_LIMIT), scope.folder());
        let providers: Vec<Provider> = providers.into_iter().collect();
        let required = providers.iter().map(|provider| {
            let version = settings.provider_version(&provider.name).unwrap_or(&provider.version);
            (provider.name.clone(), json!({"source": provider.source, "version": version}))
        });
        let (backend, place) = settings.backend().configuration(&key);
        let terraform = json!({
            "required_version": settings.required_version(),
            "backend": {backend: escaped_texts(place)},
            "required_providers": required.collect::<Map<String, Json>>(),
        });
        let configured = providers.iter().map(|provider| (provider.name.clone(), provider.configuration()));
        Self(json!({"terraform": terraform, "provider": configured.collect::<Map<String, Json>>()}))
    }

    /// Returns the configuration that a resource of the host is; none if it is another kind of resource.
    pub(crate) fn from_resource(resource: &Resource) -> Option<Self> {
        let members = || resource.attributes().iter().map(|(name, value)| (name.clone(), value.clone()));
        (resource.kind() == STATE_KIND).then(|| Self(Json::Object(members().collect())))
    }

    pub(crate) fn file(&self) -> Result<File, PlatformError> {
        json_file(ROOT_FILE, &self.0)
    }

    /// Returns the file in the folder of a scope that is rendered no more.
    pub(crate) fn in_folder(&self, folder: &str) -> Result<File, PlatformError> {
        json_file(&format!("{folder}/{ROOT_FILE}"), &self.0)
    }

    /// Returns the resource that the configuration is, for the host.
    pub(crate) fn resource(&self, folder: &str) -> Resource {
        let members = self.0.as_object().into_iter().flatten();
        let resource = Resource::new(format!("{STATE_KIND}.{folder}"), STATE_KIND);
        members.fold(resource, |resource, (name, value)| resource.attribute(name, value))
    }
}

/// The arguments of a backend are templates as well.
fn escaped_texts(place: Map<String, Json>) -> Map<String, Json> {
    let escape = |value: Json| match value {
        Json::String(text) => Json::String(escaped(&text)),
        other => other,
    };
    place.into_iter().map(|(name, value)| (name, escape(value))).collect()
}
