//! Who acts: each datastore, each transformer, and each database of consumers has a role of its own, and the jobs that act as it.
//!
//! Nodes in whatever shards add what they let an actor do. Roles are in states of their own, so a move between shards moves none of them.

use super::{
    Context, access_policy, jobs, readership,
    roles::{Role, add_role},
};
use crate::{
    capacity_hint::{CapacityHint, Workers},
    names::{Names, secret_name, workspace_slug},
    platform::{RESOURCES, ROLES},
    policy::{trust, trust_of_glue},
    settings::AwsSettings,
    types::ROLE_POLICY,
};
use datasurface_platform::{graph::Fingerprint, prelude::*};
use datasurface_terraform::{Module, label};
use std::collections::{BTreeMap, BTreeSet};

/// The kind of the states with roles and jobs.
pub(crate) const KIND: &str = "access";

/// The purpose of the role by which DMS reads a source and writes files of changes.
const CAPTURE: &str = "capture";

/// The purpose of the role of jobs.
const JOBS: &str = "jobs";

/// An owner of roles and jobs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Actor {
    kind: ActorKind,
    /// The name in words that paths and tables begin with; of transformers and containers a slug.
    name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ActorKind {
    Datastore,
    Transformer,
    Container,
}

/// A right that a node gives an actor.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Grant {
    /// The source is read with this secret.
    Captures { secret: String },
    /// A database of consumers is written with this secret.
    Delivers { secret: String },
    /// Tables of a datastore are written by this key.
    Writes { datastore: String, key: Option<String> },
    /// Tables of a datastore are read that are encrypted by this key.
    Reads { datastore: String, key: Option<String> },
    /// Tables of another lake are read.
    Receives(Received),
    /// Jobs have other workers than the settings name.
    Works(Workers),
}

/// Tables of another lake, by its catalog in Spark and a pattern of their names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Received {
    pub(crate) catalog: String,
    pub(crate) tables: String,
}

/// Rights that a node gives an actor: alike for many nodes, so that they are few parts.
#[derive(Debug, Serialize, Deserialize)]
struct Part {
    actor: Actor,
    grants: Vec<Grant>,
}

/// The rights of an actor.
#[derive(Debug, Default)]
pub(super) struct Access {
    pub(super) source_secrets: BTreeSet<String>,
    pub(super) target_secrets: BTreeSet<String>,
    /// Datastores, by the words that the names of their tables begin with.
    pub(super) written: BTreeSet<String>,
    pub(super) read: BTreeSet<String>,
    pub(super) received: BTreeSet<Received>,
    /// ARNs of aliases of keys.
    pub(super) writing_keys: BTreeSet<String>,
    pub(super) reading_keys: BTreeSet<String>,
    pub(super) workers: Workers,
}

impl Actor {
    /// Returns the actor that captures, merges and maintains a datastore.
    pub(super) fn datastore(datastore: &DatastoreName) -> Self {
        Self { kind: ActorKind::Datastore, name: Names::datastore_word(datastore) }
    }

    /// Returns the actor that runs the transformer of a workspace.
    pub(super) fn transformer(node: &NodeView, workspace: &WorkspaceName) -> Self {
        Self { kind: ActorKind::Transformer, name: workspace_slug(node, workspace) }
    }

    /// Returns the actor that writes a database of consumers; none if the node exports nothing.
    pub(super) fn container(node: &NodeView) -> Option<Self> {
        Some(Self { kind: ActorKind::Container, name: node.container_slug()? })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the label of what is there for this actor and a purpose.
    pub(super) fn label(&self, purpose: &str) -> String {
        label(&self.parts().chain([purpose]).collect::<Vec<_>>())
    }

    /// Returns the parts of the name. A slug has hyphens between its own.
    fn parts(&self) -> impl Iterator<Item = &str> {
        [self.kind.word()].into_iter().chain(self.name.split('-'))
    }

    /// Returns the name of the role by which DMS captures for this actor.
    pub(super) fn capture_role(&self, names: &Names) -> String {
        names.of_parts(self.parts(), CAPTURE)
    }

    /// Returns the address of what that role may do.
    pub(super) fn capture_policy(&self) -> String {
        format!("{}.{}", ROLE_POLICY.name(), self.label(CAPTURE))
    }

    /// Returns the name of the role of the jobs of this actor.
    pub(super) fn job_role(&self, names: &Names) -> String {
        names.of_parts(self.parts(), JOBS)
    }

    /// Returns the name of a job of this actor.
    pub(super) fn job(&self, names: &Names, purpose: &str) -> String {
        names.of_parts(self.parts(), purpose)
    }

    /// Returns the state that the actor is in: one of so many, by a hash, so that no new actor moves another one.
    fn key(&self, states: u32) -> SharedKey {
        let digits: String = Fingerprint::of(self).to_string().chars().take(8).collect();
        let number = u32::from_str_radix(&digits, 16).unwrap_or_default() % states.max(1);
        SharedKey::before(KIND, format!("{number:03}"))
    }
}

impl ActorKind {
    fn word(self) -> &'static str {
        match self {
            Self::Datastore => "datastore",
            Self::Transformer => "transformer",
            Self::Container => "container",
        }
    }
}

/// Returns the rights that a node gives its actors. What is held is neither written nor read.
pub(crate) fn shares(settings: &AwsSettings, node: &NodeView) -> Vec<SharedPart> {
    let parts = match node.detail() {
        NodeDetail::Ingest(ingest) => of_ingest(settings, node, ingest),
        NodeDetail::Transform(transform) => vec![of_transform(settings, node, transform)],
        NodeDetail::Export(export) => of_export(settings, node, export),
        NodeDetail::Trigger(_) => Vec::new(),
    };
    parts
        .into_iter()
        .map(|part| {
            let (key, (resources, roles)) = (part.actor.key(settings.access_states), part.weights(settings));
            SharedPart::new(key, part)
                .only_while_fed()
                .with_weight(RESOURCES, resources)
                .with_weight(ROLES, roles)
        })
        .collect()
}

fn of_ingest(settings: &AwsSettings, node: &NodeView, ingest: &IngestFacts) -> Vec<Part> {
    let captured = node.facts().capture().map(|capture| {
        let container = node.facts().storage.container(&capture.container_key);
        let secret = secret_name(&settings.secrets_prefix, capture.credential.as_ref(), &container);
        Grant::Captures { secret }
    });
    let received = |dataset: &DatasetFacts| {
        let is_received = matches!(ingest.source, IngestSource::Platform { .. });
        let table = is_received.then(|| settings.foreign_table(node, &dataset.key)).flatten()?;
        Some(Grant::Receives(Received { catalog: table.lake.catalog(), tables: table.pattern() }))
    };
    let hint = hint(settings, node);
    let parts = ingest.datasets.iter().map(|dataset| Part {
        actor: Actor::datastore(&dataset.storage_key().datastore),
        grants: captured
            .iter()
            .cloned()
            .chain(received(dataset))
            .chain([writes(settings, dataset)])
            .chain(hint.iter().cloned())
            .collect(),
    });
    parts.collect()
}

fn of_transform(settings: &AwsSettings, node: &NodeView, transform: &TransformFacts) -> Part {
    let inputs = transform.inputs.iter().map(|input| reads(settings, node, input));
    let outputs = transform.outputs.iter().map(|output| writes(settings, output));
    let grants = outputs.chain(inputs).chain(hint(settings, node)).collect();
    Part { actor: Actor::transformer(node, &transform.workspace), grants }
}

fn of_export(settings: &AwsSettings, node: &NodeView, export: &ExportFacts) -> Vec<Part> {
    let secret = super::delivery::secret(settings, node, export);
    let (Some(secret), Some(actor)) = (secret, Actor::container(node)) else { return Vec::new() };
    [Grant::Delivers { secret }, reads(settings, node, &export.dataset)]
        .map(|grant| Part { actor: actor.clone(), grants: vec![grant] })
        .into()
}

/// The workers that a hint to a node names. Lint reports one that cannot be read.
fn hint(settings: &AwsSettings, node: &NodeView) -> Option<Grant> {
    CapacityHint::read(settings, node).ok().flatten()?.into_workers().map(Grant::Works)
}

fn writes(settings: &AwsSettings, dataset: &DatasetFacts) -> Grant {
    let (datastore, key) = (&dataset.storage_key().datastore, settings.key_of(dataset));
    Grant::Writes { datastore: Names::datastore_word(datastore), key }
}

fn reads(settings: &AwsSettings, node: &NodeView, dataset: &DatasetFacts) -> Grant {
    let datastore = node.facts().storage.dataset(&dataset.key).datastore;
    let key = settings.key_of(dataset);
    Grant::Reads { datastore: Names::datastore_word(&datastore), key }
}

impl Part {
    /// Returns the counts of resources and of roles that are there for this part.
    fn weights(&self, settings: &AwsSettings) -> (u64, u64) {
        let captures = self.grants.iter().any(|grant| matches!(grant, Grant::Captures { .. }));
        let receives = self.grants.iter().any(|grant| matches!(grant, Grant::Receives(_)));
        let acts = self.grants.iter().any(|grant| !matches!(grant, Grant::Reads { .. }));
        // A role for jobs, its policy and a job; a role for DMS, its policy and another job.
        let (resources, roles) = match (acts, captures) {
            (_, true) => (6, 2),
            (true, false) => (3, 1),
            (false, false) => (0, 0),
        };
        // Who captures for others lets them use the key; who receives has one job more.
        let writes_by_key =
            self.grants.iter().any(|grant| matches!(grant, Grant::Writes { key: Some(_), .. }));
        let lends = writes_by_key && self.actor.kind == ActorKind::Datastore;
        let keys = 1 + settings.former_kms_keys.len();
        let readers = if lends { (settings.readers_of(&self.actor.name).count() * keys) as u64 } else { 0 };
        (resources + u64::from(receives) + readers, roles)
    }
}

impl Access {
    fn add(&mut self, grant: Grant) {
        match grant {
            Grant::Captures { secret } => {
                self.source_secrets.insert(secret);
            }
            Grant::Delivers { secret } => {
                self.target_secrets.insert(secret);
            }
            Grant::Writes { datastore, key } => {
                self.written.insert(datastore);
                self.writing_keys.extend(key);
            }
            Grant::Reads { datastore, key } => {
                self.read.insert(datastore);
                self.reading_keys.extend(key);
            }
            Grant::Receives(received) => {
                self.received.insert(received);
            }
            Grant::Works(hint) => self.workers = hint,
        }
    }
}

/// Adds the roles and jobs of a state.
///
/// # Errors
///
/// If two things have one name, which is a bug.
pub(super) fn add(context: Context<'_>, module: &mut Module, scope: &ScopeView) -> Result<(), PlatformError> {
    let mut actors: BTreeMap<Actor, Access> = BTreeMap::new();
    for Part { actor, grants } in scope.parts_as()? {
        let access = actors.entry(actor).or_default();
        grants.into_iter().for_each(|grant| access.add(grant));
    }
    for (actor, access) in &actors {
        let file = label(&actor.parts().collect::<Vec<_>>());
        let policy = match actor.kind {
            ActorKind::Datastore => access_policy::datastore(context, actor, access),
            ActorKind::Transformer => access_policy::transformer(context, actor, access),
            ActorKind::Container => access_policy::container(context, actor, access),
        };
        let role = Role { file: &file, label: actor.label(JOBS), name: actor.job_role(context.names) };
        let allowed = add_role(context, module, role, &trust_of_glue(), &policy)?;
        let (captures, receives) = (!access.source_secrets.is_empty(), !access.received.is_empty());
        if captures {
            let policy = access_policy::capture(context, actor, access);
            let (label, name) = (actor.label(CAPTURE), actor.capture_role(context.names));
            add_role(context, module, Role { file: &file, label, name }, &trust_of_dms(context), &policy)?;
        }
        let purposes = match actor.kind {
            ActorKind::Datastore => {
                readership::add_keys(context, module, &file, actor, access)?;
                [captures.then_some(&jobs::MERGE), receives.then_some(&jobs::RECEIVE), Some(&jobs::MAINTAIN)]
            }
            ActorKind::Transformer => [Some(&jobs::TRANSFORM), None, None],
            ActorKind::Container => [Some(&jobs::EXPORT), None, None],
        };
        for job in purposes.into_iter().flatten() {
            module.add(&file, jobs::block(context, job, actor, access).depends_on(&allowed))?;
        }
    }
    Ok(())
}

/// DMS takes a role with a secret as the service of its region, and one that writes files as that of all regions.
fn trust_of_dms(context: Context<'_>) -> String {
    let regional = format!("dms.{}.amazonaws.com", context.settings.region);
    trust(&["dms.amazonaws.com", &regional], &context.settings.account)
}
