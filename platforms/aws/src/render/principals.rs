//! Who reads in Athena: each principal that an entitlement lets read has a role and a workgroup of its own, in a state of its own.
//!
//! An entitlement is about a workspace, so exports add what their consumers are entitled to, wherever they are placed. A principal that lost
//! its last entitlement adds nothing, and its role goes with its state.

use super::{
    Context,
    principal_policy::{self, DataPolicy},
    readers::readers,
    roles::{Role, add_role},
    view,
};
use crate::{
    names::Names,
    policy::trust_of_tagged,
    settings::AwsSettings,
    types::{POLICY, POLICY_ATTACHMENT, WORKGROUP},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Expression, Handle, Module, label};
use std::collections::BTreeSet;

/// The kind of the states with the role of a principal.
pub(crate) const KIND: &str = "principal";

/// The limit of the policies of a principal. A finding about it has its name.
pub(crate) const CHARACTERS: &str = "characters of policies (entitle several principals, each to a part)";

/// The most characters of what tables and views add: ten policies of 6 144 characters, as IAM has it for a role, each with a rest that the next
/// table does not fit in.
pub(crate) const MOST_CHARACTERS: u64 = 54_000;

/// The file with all of it.
const FILE: &str = "athena";

/// The beginning of labels. Labels of states differ, so that a label says which principal it is about.
const READER: &str = "reader";

/// The tag of a session that may take the role of a principal has this before its key; what follows is the principal, which is its value too.
const TAG: &str = "datasurface";

/// The longest key of a tag, in characters.
const TAG_LIMIT: usize = 128;

/// A right of a principal: a view, and the table that it is a view of. Athena reads a view as whoever asks, so the table must be readable.
#[derive(Debug, Serialize, Deserialize)]
struct Part {
    principal: Principal,
    view: String,
    table: String,
    key: Option<String>,
}

/// All rights of a principal.
#[derive(Debug, Default)]
pub(super) struct Rights {
    pub(super) views: BTreeSet<String>,
    pub(super) tables: BTreeSet<String>,
    /// The keys of the tables.
    pub(super) keys: BTreeSet<String>,
}

/// Returns the rights that consumers of an export give their principals. Who reads a database of PostgreSQL is its own matter.
pub(crate) fn shares(settings: &AwsSettings, names: &Names, node: &NodeView) -> Vec<SharedPart> {
    let NodeDetail::Export(export) = node.detail() else { return Vec::new() };
    let (dataset, key) = (export.dataset.storage_key(), settings.key_of(&export.dataset));
    let part = |principal: &Principal, view: String| {
        let table = Names::table(dataset);
        let characters = principal_policy::characters(settings, names, &table, &view);
        let shared = SharedKey::before(KIND, Names::principal_word(principal));
        let key = key.clone();
        SharedPart::new(shared, Part { principal: principal.clone(), view, table, key })
            .only_while_fed()
            .with_weight(CHARACTERS, characters)
    };
    let of_consumer = |consumer: &Consumer| {
        let views = view::names(node, export, consumer.requirements.milestoning);
        let rights = consumer.entitlement.principals().flat_map(|principal| {
            views.iter().map(move |view| (principal.clone(), view.clone())).collect::<Vec<_>>()
        });
        rights.collect::<Vec<_>>()
    };
    let rights: BTreeSet<(Principal, String)> = readers(export).flat_map(of_consumer).collect();
    rights.into_iter().map(|(principal, view)| part(&principal, view)).collect()
}

/// Returns whether a tag can name a principal.
pub(crate) fn can_be_tagged(principal: &Principal) -> bool {
    let key = tag(principal);
    key.chars().count() <= TAG_LIMIT && key.chars().all(|c| c.is_alphanumeric() || " _.:/=+-@".contains(c))
}

fn tag(principal: &Principal) -> String {
    format!("{TAG}:{principal}")
}

/// Adds the role, the policies and the workgroup of a principal.
///
/// # Errors
///
/// If two things have one name, which is a bug.
pub(super) fn add(context: Context<'_>, module: &mut Module, scope: &ScopeView) -> Result<(), PlatformError> {
    let (mut principal, mut rights) = (None, Rights::default());
    for part in scope.parts_as::<Part>()? {
        rights.views.insert(part.view);
        rights.tables.insert(part.table);
        rights.keys.extend(part.key);
        principal = Some(part.principal);
    }
    let Some(principal) = principal else { return Ok(()) };
    let name = context.names.of_principal(&principal);
    let trusted = trust_of_tagged(context.settings, &tag(&principal), &principal.to_string());
    let policy = principal_policy::athena(context, &principal, &name, &rights);
    let word = Names::principal_word(&principal);
    let label = label(&[READER].into_iter().chain(word.split('-')).collect::<Vec<_>>());
    let role = Role { file: FILE, label: label.clone(), name: name.clone() };
    let allowed = add_role(context, module, role, &trusted, &policy)?;
    for (number, policy) in (1..).zip(principal_policy::data(context, &rights)) {
        add_policy(context, module, &allowed, (&label, &name), number, policy)?;
    }
    let workgroup = Block::resource(&WORKGROUP, label).argument("name", name);
    module.add(FILE, configured(workgroup, context, &principal, &rights))?;
    Ok(())
}

/// Adds a policy beside that of the role, whose length IAM bounds.
fn add_policy(
    context: Context<'_>,
    module: &mut Module,
    allowed: &Handle,
    (label, role): (&str, &str),
    number: usize,
    policy: DataPolicy,
) -> Result<(), PlatformError> {
    let label = format!("{label}-{number}");
    let name = context.names.of_part(role, &number.to_string());
    let arn = context.settings.policy_arn(&name);
    let block = Block::resource(&POLICY, &label)
        .argument("name", name)
        .argument("policy", policy.text())
        .with_import_id(&arn);
    let policy = module.add(FILE, block)?;
    let attachment = Block::resource(&POLICY_ATTACHMENT, &label)
        .argument("role", role)
        .argument("policy_arn", policy.attribute("arn"))
        .with_import_id(format!("{role}/{arn}"))
        .depends_on(allowed);
    module.add(FILE, attachment)?;
    Ok(())
}

/// Configures the workgroup of a principal: its queries have one place for their results, which none of them can change.
fn configured(workgroup: Block, context: Context<'_>, principal: &Principal, rights: &Rights) -> Block {
    let encryption = match context.settings.strictest_key(&rights.keys) {
        Some(key) => vec![("encryption_option", "SSE_KMS".to_owned()), ("kms_key_arn", key)],
        None => vec![("encryption_option", "SSE_S3".to_owned())],
    };
    let results = Expression::object([
        ("output_location", format!("s3://{}/", principal_policy::results(context, principal)).into()),
        ("expected_bucket_owner", Expression::from(&context.settings.account)),
        ("encryption_configuration", Expression::list([Expression::object(encryption)])),
    ]);
    let configuration = Expression::object([
        ("enforce_workgroup_configuration", Expression::from(true)),
        ("publish_cloudwatch_metrics_enabled", true.into()),
        ("result_configuration", Expression::list([results])),
    ]);
    workgroup
        .argument("description", format!("Queries of {principal}"))
        .argument("configuration", Expression::list([configuration]))
        // The list of queries that were made goes with whoever made them.
        .argument("force_destroy", true)
        .after("aws_s3_bucket.staging")
}
