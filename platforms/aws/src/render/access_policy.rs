//! What each role may do: that of DMS for a datastore, and those of jobs. No role reaches what is another datastore's, a key among it. A
//! transformer runs SQL of teams, so its role reaches neither files of changes nor passwords.

use super::{
    Context,
    access::{Access, Actor},
    transform,
};
use crate::policy::Policy;
use std::collections::BTreeSet;

/// The most characters of a list of tables; IAM takes 10 240 for the policy of a role. Who reads more than are listed may read all.
const MOST_CHARACTERS: usize = 6_000;

/// DMS reads a source, and writes files of changes into the folder of the datastore.
pub(super) fn capture(context: Context<'_>, actor: &Actor, access: &Access) -> Policy {
    let bucket = &context.settings.staging_bucket;
    let folder = format!("{bucket}/{}/*", context.names.staging_folder(actor.name()));
    Policy::new()
        .allow(
            &["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
            secrets(context, &access.source_secrets),
        )
        .allow(&["s3:ListBucket"], [context.settings.bucket_arn(bucket)])
        .allow(
            &["s3:PutObject", "s3:DeleteObject", "s3:PutObjectTagging"],
            [context.settings.bucket_arn(&folder)],
        )
        .allow_aliases(context.settings, &["kms:Decrypt", "kms:GenerateDataKey"], &access.writing_keys)
}

/// Jobs of a datastore merge files of changes, if it is captured, or receive versions from other lakes, and maintain its tables.
pub(super) fn datastore(context: Context<'_>, actor: &Actor, access: &Access) -> Policy {
    let (settings, bucket) = (context.settings, &context.settings.staging_bucket);
    let policy = match access.source_secrets.is_empty() {
        true => Policy::new(),
        false => {
            let folder = format!("{bucket}/{}/*", context.names.staging_folder(actor.name()));
            Policy::new()
                .allow(&["s3:ListBucket"], [settings.bucket_arn(bucket)])
                .allow(&["s3:GetObject"], [settings.bucket_arn(&folder)])
        }
    };
    let policy = match access.received.is_empty() {
        true => policy,
        // What was received is told, so that exports and transformers go on.
        false => receiver(context, policy, access).allow(&["events:PutEvents"], [event_bus(context)]),
    };
    // Maintenance asks which key an alias is of now.
    let policy = policy.allow_aliases(context.settings, &["kms:DescribeKey"], &access.writing_keys);
    job(context, policy, access, &definitions(access))
}

/// Adds the reading of tables of other lakes. Those must allow it, too, if they are in another account.
fn receiver(context: Context<'_>, policy: Policy, access: &Access) -> Policy {
    let settings = context.settings;
    let sources = access.received.iter().filter_map(|received| Some((settings.lake_of(received)?, received)));
    let sources = Vec::from_iter(sources);
    let files = sources.iter().map(|(lake, received)| {
        settings.bucket_arn(&format!("{}/tables/{}/*", lake.bucket, received.tables))
    });
    let entries: BTreeSet<String> =
        sources.iter().flat_map(|(lake, received)| lake.catalog_arns(settings, &received.tables)).collect();
    let keys = sources.iter().flat_map(|(lake, _)| lake.kms_keys.iter().map(String::as_str)).collect();
    policy
        .allow(&["s3:GetObject"], files)
        .allow(&["glue:GetDatabase", "glue:GetTable"], entries)
        .allow_keys(&["kms:Decrypt"], &keys)
}

/// The job of a transformer reads and writes tables, and tells that its batch ended.
pub(super) fn transformer(context: Context<'_>, actor: &Actor, access: &Access) -> Policy {
    let own = [transform::TRANSFORMER, transform::TRIGGER].map(|kind| transform::key(kind, actor.name()));
    let objects = definitions(access).into_iter().chain(own).collect::<Vec<_>>();
    job(context, Policy::new().allow(&["events:PutEvents"], [event_bus(context)]), access, &objects)
}

/// The job of a container reads tables, and logs in to the database from inside of the network.
pub(super) fn container(context: Context<'_>, actor: &Actor, access: &Access) -> Policy {
    let settings = context.settings;
    let connection = format!("connection/{}", context.names.single("network"));
    let policy = Policy::new()
        .allow(&["secretsmanager:GetSecretValue"], secrets(context, &access.target_secrets))
        .allow(
            &["glue:GetConnection"],
            ["catalog", &connection].map(|resource| settings.arn("glue", resource)),
        )
        .allow(
            &["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:CreateTags"],
            ["network-interface/*", "subnet/*", "security-group/*"]
                .map(|resource| settings.arn("ec2", resource)),
        )
        // These have no level of resources.
        .allow(
            &[
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeRouteTables",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcAttribute",
                "ec2:DescribeVpcEndpoints",
            ],
            ["*".to_owned()],
        );
    job(context, policy, access, &[context.names.export_folder(actor.name()) + "/*"])
}

/// Adds what every job does: it gets its script and these objects, reads tables and writes those of its own, and writes its log.
fn job(context: Context<'_>, policy: Policy, access: &Access, objects: &[String]) -> Policy {
    let settings = context.settings;
    let (lake, database) = (&settings.lake_bucket, context.names.database());
    let in_lake = |path: &str| settings.bucket_arn(&format!("{lake}/{path}"));
    let files =
        |tables: &[String]| Vec::from_iter(tables.iter().map(|table| in_lake(&format!("tables/{table}"))));
    let entries = |tables: &[String]| {
        let tables = tables.iter().map(|table| format!("table/{database}/{table}"));
        let all = ["catalog".to_owned(), format!("database/{database}")].into_iter().chain(tables);
        Vec::from_iter(all.map(|resource| settings.arn("glue", &resource)))
    };
    let listed = tables(access.read.union(&access.written));
    let length: usize = files(&listed).iter().chain(&entries(&listed)).map(String::len).sum();
    let known = if length > MOST_CHARACTERS { vec!["*".to_owned()] } else { listed };
    let own = tables(&access.written);
    // Definitions are encrypted by the key of the instance.
    let mut readable = settings.aliases_of_all_jobs();
    readable.extend(access.reading_keys.union(&access.writing_keys).cloned());
    let policy = policy
        .allow(&["s3:ListBucket"], [settings.bucket_arn(lake)])
        .allow(
            &["s3:GetObject"],
            ["scripts/*"].into_iter().chain(objects.iter().map(String::as_str)).map(in_lake),
        )
        .allow(
            &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            [settings.arn("logs", "log-group:/aws-glue/*")],
        )
        .allow(&["s3:GetObject"], files(&known))
        .allow(&["glue:GetDatabase", "glue:GetTable"], entries(&known))
        .allow_aliases(settings, &["kms:Decrypt"], &readable);
    match own.is_empty() {
        true => policy,
        false => policy
            // A commit that another one forestalls takes its files back.
            .allow(&["s3:PutObject", "s3:DeleteObject"], files(&own))
            .allow(&["glue:UpdateTable"], entries(&own))
            .allow_aliases(settings, &["kms:GenerateDataKey"], &access.writing_keys),
    }
}

fn event_bus(context: Context<'_>) -> String {
    context.settings.arn("events", "event-bus/default")
}

/// The definitions of the tables that are written.
fn definitions(access: &Access) -> Vec<String> {
    let tables = access.written.iter().map(|datastore| format!("definitions/{datastore}__*"));
    tables.collect()
}

/// Patterns of the names of the tables of datastores. No word of a datastore begins with another one and two underscores.
fn tables<'d>(datastores: impl IntoIterator<Item = &'d String>) -> Vec<String> {
    datastores.into_iter().map(|datastore| format!("{datastore}__*")).collect()
}

/// The ARNs of secrets. Secrets Manager puts a hyphen and six characters behind the name of each.
fn secrets(context: Context<'_>, names: &BTreeSet<String>) -> Vec<String> {
    names
        .iter()
        .map(|name| context.settings.arn("secretsmanager", &format!("secret:{name}-??????")))
        .collect()
}
