//! Readers of other accounts: what lets their roles read tables of this lake. A role of another account needs two permissions, its own policy
//! and one of what it reads: the policy of the bucket, that of the catalog, and a grant of the key. Roles of this account need the first alone.

use super::{
    Context,
    access::{Access, Actor},
};
use crate::{
    hand_over::{BUCKET_POLICY_LIMIT, CATALOG_POLICY_LIMIT, LakeReader, catalog_arns},
    names::Names,
    policy::Policy,
    settings::AwsSettings,
    types::{CATALOG_POLICY, KEY_GRANT},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Expression, Module, label};
use serde_json::Value;

/// The label of the policy of the catalog.
const READERS: &str = "readers";

/// Adds the policy of the catalog to the foundation, if there are readers.
pub(super) fn add(context: Context<'_>, module: &mut Module) -> Result<(), PlatformError> {
    let settings = context.settings;
    let statements = of_catalog(settings, context.names);
    if statements.is_empty() {
        return Ok(());
    }
    let policy = statements.into_iter().fold(Policy::new(), Policy::statement);
    let block = Block::resource(&CATALOG_POLICY, READERS)
        .argument("policy", policy.text())
        // A catalog has one such policy, and a second one would take its place without a word.
        .occupying(format!("glue-resource-policy:{}:{}", settings.account, settings.region));
    module.add("catalog", block)?;
    Ok(())
}

/// Returns the statements by which readers get files of tables.
pub(super) fn of_bucket(context: Context<'_>) -> Vec<Value> {
    bucket_statements(context.settings)
}

fn bucket_statements(settings: &AwsSettings) -> Vec<Value> {
    statements(settings, &["s3:GetObject"], |datastore| {
        vec![settings.bucket_arn(&format!("{}/tables/{}/*", settings.lake_bucket, pattern(datastore)))]
    })
}

/// Returns the statements by which readers find tables.
fn of_catalog(settings: &AwsSettings, names: &Names) -> Vec<Value> {
    statements(settings, &["glue:GetDatabase", "glue:GetTable"], |datastore| {
        let (partition, tables) = (settings.partition(), pattern(datastore));
        catalog_arns(partition, &settings.region, &settings.account, &names.database(), &tables).into()
    })
}

/// A statement for each role that reads a datastore. It allows the account, which is there, and asks for the name of the role, which need not
/// be there yet: AWS refuses a policy that names a role that is not.
fn statements(
    settings: &AwsSettings,
    actions: &[&str],
    resources: impl Fn(&DatastoreName) -> Vec<String>,
) -> Vec<Value> {
    let readers = settings.hand_overs.readers.iter();
    let pairs = readers.flat_map(|reader| reader.datastores.iter().map(move |datastore| (reader, datastore)));
    let statement = |(reader, datastore): (&LakeReader, &DatastoreName)| {
        json!({
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:{}:iam::{}:root", settings.partition(), reader.account)},
            "Action": actions,
            "Resource": resources(datastore),
            "Condition": {"ArnEquals": {"aws:PrincipalArn": role(settings, reader, &Actor::datastore(datastore))}},
        })
    };
    pairs.map(statement).collect()
}

/// The pattern of the names of the tables of a datastore.
fn pattern(datastore: &DatastoreName) -> String {
    format!("{}__*", Names::datastore_word(datastore))
}

/// The ARN of the role by which a platform reads what it receives of a datastore.
fn role(settings: &AwsSettings, reader: &LakeReader, actor: &Actor) -> String {
    let named = reader.role.clone();
    settings.role_arn_in(&reader.account, &named.unwrap_or_else(|| actor.job_role(&reader.names())))
}

/// Adds grants of the keys by which tables of a datastore are written, to the roles that read it.
pub(super) fn add_keys(
    context: Context<'_>,
    module: &mut Module,
    file: &str,
    actor: &Actor,
    access: &Access,
) -> Result<(), PlatformError> {
    for reader in context.settings.readers_of(actor.name()) {
        // A grant is of a key, and not of an alias.
        let written = access.writing_keys.iter().filter_map(|alias| context.settings.key_behind(alias));
        let former = context.settings.former_kms_keys.iter().map(String::as_str);
        for (number, key) in (1..).zip(written.chain(former)) {
            let number = number.to_string();
            let parts = [reader.account.as_str(), &reader.platform, &number];
            let grant = Block::resource(&KEY_GRANT, actor.label(&label(&parts)))
                .argument("name", context.names.of_parts(parts.into_iter(), actor.name()))
                .argument("key_id", key)
                .argument("grantee_principal", role(context.settings, reader, actor))
                .argument("operations", Expression::list(["Decrypt"]));
            module.add(file, grant)?;
        }
    }
    Ok(())
}

/// Returns the problems of policies that would be longer than AWS takes them.
pub(crate) fn readership_problems(settings: &AwsSettings, names: &Names) -> Vec<String> {
    let length =
        |statements: Vec<Value>| statements.into_iter().fold(Policy::new(), Policy::statement).text().len();
    let lengths = [
        ("the catalog", length(of_catalog(settings, names)), CATALOG_POLICY_LIMIT),
        // The statement about TLS is there, too.
        ("the bucket", length(bucket_statements(settings)) + 512, BUCKET_POLICY_LIMIT),
    ];
    let too_long = lengths.into_iter().filter(|(_, length, limit)| length > limit);
    let problem = |(of, length, limit): (&str, usize, usize)| {
        format!("`hand_overs.readers` make a policy of {of} of {length} characters, and AWS takes {limit}")
    };
    too_long.map(problem).collect()
}
