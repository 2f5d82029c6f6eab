//! Platforms.

use super::{
    annotations::{DocumentationForm, described, written},
    lifecycle::DeprecationObject,
    objects::{objects, optional_object},
    production::is_production,
    quantity::{Day, SpanText},
    sets::set,
    settings::{Settings, is_empty},
    short_form::ShortForm,
};
use crate::shape::Shaped;
use datasurface_model::{
    AdvancePolicy, AdvanceWindow, CredentialStoreName, Cron, DatasetKey, DatastoreName, Entity, GroupKey,
    Hint, HintTarget, Json, Place, PlatformDeclaration, PlatformKind, PlatformName, Set, VersionRequirement,
    WorkspaceName,
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a platform, as an object")]
#[shape(identified_by(name))]
pub(super) struct PlatformObject {
    name: PlatformName,
    kind: PlatformKind,
    #[serde(default = "VersionRequirement::any", skip_serializing_if = "VersionRequirement::is_any")]
    version: VersionRequirement,
    #[serde(default, skip_serializing_if = "is_empty")]
    config: Settings,
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    locations: Set<ShortForm<Place>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    production: bool,
    #[serde(default, skip_serializing_if = "AdvanceObject::is_at_once")]
    advances: AdvanceObject,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential_store: Option<CredentialStoreName>,
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    hints: Vec<HintObject>,
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    deprecation: Option<DeprecationObject<PlatformName>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    documentation: DocumentationForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<PlatformName>,
}

#[derive(Default, Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", expecting = "when a platform goes forward: `at_once`, or an object")]
enum AdvanceObject {
    #[default]
    AtOnce,
    Frozen(FreezeObject),
    Cron(Cron),
    Windows(#[serde(deserialize_with = "objects")] Vec<WindowObject>),
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a freeze, as an object")]
struct FreezeObject {
    until: Day,
    reason: String,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a window, as an object")]
#[shape(identified_by(opens))]
struct WindowObject {
    opens: Cron,
    lasts: SpanText,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a hint, as an object")]
#[shape(identified_by(about))]
struct HintObject {
    about: HintedObject,
    settings: Settings,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", expecting = "what a hint is about, as an object")]
enum HintedObject {
    Datastore(DatastoreName),
    Dataset(ShortForm<DatasetKey>),
    Group(ShortForm<GroupKey>),
    Transformer(WorkspaceName),
}

impl AdvanceObject {
    fn is_at_once(&self) -> bool {
        matches!(self, Self::AtOnce)
    }

    fn into_model(self) -> AdvancePolicy {
        match self {
            Self::AtOnce => AdvancePolicy::AtOnce,
            Self::Frozen(FreezeObject { until: Day(until), reason }) => AdvancePolicy::frozen(until, reason),
            Self::Cron(cron) => AdvancePolicy::Cron(cron),
            Self::Windows(windows) => {
                let window =
                    |WindowObject { opens, lasts: SpanText(minutes) }| AdvanceWindow::new(opens, minutes);
                AdvancePolicy::within(windows.into_iter().map(window))
            }
        }
    }
}

impl From<&AdvancePolicy> for AdvanceObject {
    fn from(policy: &AdvancePolicy) -> Self {
        match policy {
            AdvancePolicy::Frozen(freeze) => {
                Self::Frozen(FreezeObject { until: Day(freeze.until()), reason: freeze.reason().to_owned() })
            }
            AdvancePolicy::Cron(cron) => Self::Cron(cron.clone()),
            AdvancePolicy::Windows(windows) => {
                let window = |window: &AdvanceWindow| WindowObject {
                    opens: window.opens().clone(),
                    lasts: SpanText(window.minutes()),
                };
                Self::Windows(windows.iter().map(window).collect())
            }
            _ => Self::AtOnce,
        }
    }
}

impl HintObject {
    fn into_model(self) -> (HintTarget, Json) {
        let about = match self.about {
            HintedObject::Datastore(name) => HintTarget::Datastore(name),
            HintedObject::Dataset(ShortForm(key)) => HintTarget::Dataset(key),
            HintedObject::Group(ShortForm(key)) => HintTarget::Group(key),
            HintedObject::Transformer(workspace) => HintTarget::Transformer(workspace),
        };
        (about, self.settings.0)
    }

    fn from_model(hint: &Hint) -> Self {
        let about = match hint.name().clone() {
            HintTarget::Datastore(name) => HintedObject::Datastore(name),
            HintTarget::Dataset(key) => HintedObject::Dataset(ShortForm(key)),
            HintTarget::Group(key) => HintedObject::Group(ShortForm(key)),
            HintTarget::Transformer(workspace) => HintedObject::Transformer(workspace),
        };
        Self { about, settings: Settings(hint.settings().clone()) }
    }
}

impl PlatformObject {
    pub(super) fn into_model(self) -> PlatformDeclaration {
        let mut platform = PlatformDeclaration::new(self.name, self.kind)
            .with_version_requirement(self.version)
            .with_config(self.config.0)
            .with_advance_policy(self.advances.into_model());
        for ShortForm(place) in self.locations {
            platform = platform.located(place);
        }
        if self.production {
            platform = platform.in_production();
        }
        if let Some(store) = self.credential_store {
            platform = platform.with_credential_store(store);
        }
        for hint in self.hints {
            let (about, settings) = hint.into_model();
            platform = platform.hint(about, settings);
        }
        if let Some(deprecation) = self.deprecation {
            platform = platform.deprecated(deprecation.into_model());
        }
        described(
            platform,
            self.documentation,
            self.renamed_from,
            PlatformDeclaration::documented,
            PlatformDeclaration::renamed_from,
        )
    }
}

impl From<&PlatformDeclaration> for PlatformObject {
    fn from(platform: &PlatformDeclaration) -> Self {
        Self {
            name: platform.name().clone(),
            kind: platform.kind().clone(),
            version: platform.version_requirement().clone(),
            config: Settings(Json::clone(platform.config())),
            locations: platform.locations().iter().cloned().map(ShortForm).collect(),
            production: is_production(platform.production_status()),
            advances: AdvanceObject::from(platform.advance_policy()),
            credential_store: platform.credential_store().cloned(),
            hints: platform.hints().iter().map(HintObject::from_model).collect(),
            deprecation: platform.deprecation().map(DeprecationObject::from),
            documentation: written(platform.documentation()),
            renamed_from: platform.former_name().cloned(),
        }
    }
}
