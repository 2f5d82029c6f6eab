//! Workspaces, dataset groups and sinks.

use super::{
    annotations::{DocumentationForm, described, written},
    credential::OwnCredential,
    objects::{objects, optional_object},
    production::is_production,
    quantity::{Day, DeadlineText, LatencyText, RetentionText},
    sets::{said_set, set},
    short_form::{Compact, ShortForm},
    sorted,
    transformer::TransformerObject,
    words::Word,
};
use crate::shape::Shaped;
use datasurface_model::{
    Classification, ContainerKey, DatasetGroup, DatasetKey, DatasetSink, Entity, GroupName, Milestoning,
    PlatformName, Principal, Priority, Regulator, Set, Workspace, WorkspaceName,
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a workspace, as an object")]
#[shape(identified_by(name))]
pub(super) struct WorkspaceObject {
    name: WorkspaceName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    container: Option<ShortForm<ContainerKey>>,
    /// A credential of the team of the workspace, by name, with which its data is delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credential: Option<OwnCredential>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    priority: Option<Word<Priority>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deadline: Option<DeadlineText>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    production: bool,
    #[serde(default, deserialize_with = "said_set", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "json-schema", schemars(with = "Set<Classification>"))]
    holding_only: Option<Set<Classification>>,
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    groups: Vec<GroupObject>,
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    transformer: Option<TransformerObject>,
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    entitlement: Set<ShortForm<Principal>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    documentation: DocumentationForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<WorkspaceName>,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a dataset group, as an object")]
#[shape(identified_by(name))]
struct GroupObject {
    name: GroupName,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sinks: Vec<ShortForm<DatasetSink>>,
    #[serde(default, skip_serializing_if = "Word::is_default")]
    milestoning: Word<Milestoning>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latency: Option<LatencyText>,
    /// For how long earlier versions are kept. `milestoning` says who sees them: with `live`, nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retention: Option<RetentionText>,
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    regulators: Set<Regulator>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wished_platform: Option<PlatformName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    documentation: DocumentationForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<GroupName>,
}

impl WorkspaceObject {
    pub(super) fn into_model(self) -> Workspace {
        let mut workspace = Workspace::new(self.name);
        if let Some(ShortForm(container)) = self.container {
            workspace = workspace.with_container(container);
        }
        if let Some(OwnCredential(credential)) = self.credential {
            workspace = workspace.with_credential(credential);
        }
        if let Some(Word(priority)) = self.priority {
            workspace = workspace.with_priority(priority);
        }
        if let Some(DeadlineText(deadline)) = self.deadline {
            workspace = workspace.with_deadline(deadline);
        }
        if self.production {
            workspace = workspace.in_production();
        }
        if let Some(classifications) = self.holding_only {
            workspace = workspace.with_classification_limit(classifications);
        }
        if let Some(transformer) = self.transformer {
            workspace = workspace.with_transformer(transformer.into_model());
        }
        for ShortForm(principal) in self.entitlement {
            workspace = workspace.granted(principal);
        }
        let groups = sorted(self.groups.into_iter().map(GroupObject::into_model));
        described(
            groups.into_iter().fold(workspace, Workspace::group),
            self.documentation,
            self.renamed_from,
            Workspace::documented,
            Workspace::renamed_from,
        )
    }
}

impl GroupObject {
    fn into_model(self) -> DatasetGroup {
        let mut group = DatasetGroup::new(self.name)
            .with_sinks(self.sinks.into_iter().map(|ShortForm(sink)| sink))
            .with_milestoning(self.milestoning.0);
        if let Some(LatencyText(latency)) = self.latency {
            group = group.with_latency(latency);
        }
        if let Some(RetentionText(retention)) = self.retention {
            group = group.with_retention(retention);
        }
        if let Some(platform) = self.wished_platform {
            group = group.with_preferred_platform(platform);
        }
        described(
            self.regulators.into_iter().fold(group, DatasetGroup::regulator),
            self.documentation,
            self.renamed_from,
            DatasetGroup::documented,
            DatasetGroup::renamed_from,
        )
    }
}

impl From<&Workspace> for WorkspaceObject {
    fn from(workspace: &Workspace) -> Self {
        Self {
            name: workspace.name().clone(),
            container: workspace.container().cloned().map(ShortForm),
            credential: workspace.credential().cloned().map(OwnCredential),
            priority: workspace.priority().map(Word),
            deadline: workspace.deadline().cloned().map(DeadlineText),
            production: is_production(workspace.production_status()),
            holding_only: workspace.classification_limit().cloned(),
            groups: workspace.groups().iter().map(GroupObject::from).collect(),
            transformer: workspace.transformer().map(TransformerObject::from),
            entitlement: workspace.entitlement().principals().cloned().map(ShortForm).collect(),
            documentation: written(workspace.documentation()),
            renamed_from: workspace.former_name().cloned(),
        }
    }
}

impl From<&DatasetGroup> for GroupObject {
    fn from(group: &DatasetGroup) -> Self {
        let requirements = group.requirements();
        Self {
            name: group.name().clone(),
            sinks: group.sinks().iter().cloned().map(ShortForm).collect(),
            milestoning: Word(requirements.milestoning),
            latency: requirements.latency.map(LatencyText),
            retention: requirements.retention.map(RetentionText),
            regulators: requirements.regulators.clone(),
            wished_platform: group.preferred_platform().cloned(),
            documentation: written(group.documentation()),
            renamed_from: group.former_name().cloned(),
        }
    }
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[shape(identified_by(dataset))]
pub(super) struct SinkObject {
    dataset: ShortForm<DatasetKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accepts_deprecated_until: Option<Day>,
}

impl Compact for DatasetSink {
    type Long = SinkObject;
    const EXPECTED: &'static str = "a dataset, as `datastore/dataset`, or as an object";

    fn from_text(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }

    fn text(&self) -> String {
        self.name().to_string()
    }

    fn from_long(long: SinkObject) -> Self {
        let sink = Self::new(long.dataset.0);
        match long.accepts_deprecated_until {
            Some(Day(last)) => sink.with_consent_until(last),
            None => sink,
        }
    }

    fn long(&self) -> Option<SinkObject> {
        Some(SinkObject {
            dataset: ShortForm(self.name().clone()),
            accepts_deprecated_until: self.consent_until().map(Day),
        })
    }
}
