//! What a principal may do in Athena: ask in its workgroup, write results where they are its own, and read its views and their tables.

use super::{Context, principals::Rights};
use crate::{names::Names, policy::Policy, settings::AwsSettings};
use datasurface_platform::prelude::*;
use std::collections::BTreeSet;

/// The most characters of a policy that is attached to a role.
const MOST_CHARACTERS: usize = 6_144;

/// The characters of a policy beside its resources, and those around each of them.
const FRAME: usize = 200;
const AROUND: usize = 3;

/// The folder in the staging bucket with results of queries. No instance has files of changes there: words of principals have a hyphen, and
/// those of datastores none.
const RESULTS: &str = "athena";

/// The policy of data: views and tables in the catalog, and files of tables.
#[derive(Debug, Default)]
pub(super) struct DataPolicy {
    entries: Vec<String>,
    files: Vec<String>,
}

impl DataPolicy {
    pub(super) fn text(self) -> String {
        let policy = Policy::new().allow(&["glue:GetTable"], self.entries);
        // Of a table, a view may be in another policy.
        let policy = if self.files.is_empty() { policy } else { policy.allow(&["s3:GetObject"], self.files) };
        policy.text()
    }

    fn characters(&self) -> usize {
        FRAME + self.entries.iter().chain(&self.files).map(|arn| arn.len() + AROUND).sum::<usize>()
    }
}

/// Returns the folder of the results of a principal, with its bucket.
pub(super) fn results(context: Context<'_>, principal: &Principal) -> String {
    format!("{}/{RESULTS}/{}", context.settings.staging_bucket, Names::principal_word(principal))
}

/// Returns the policy of the role itself. It reaches no table: those are in the policies of data.
pub(super) fn athena(
    context: Context<'_>,
    principal: &Principal,
    workgroup: &str,
    rights: &Rights,
) -> Policy {
    let (settings, names) = (context.settings, context.names);
    // Glue asks for the catalog and the database of a table, too, and Athena for the database `default`, whatever a query reads.
    let databases = [names.database(), names.view_database()].map(|name| format!("database/{name}"));
    let within = || ["catalog".to_owned()].into_iter().chain(databases.clone());
    let entry = |resource: String| settings.arn("glue", &resource);
    let readable: BTreeSet<String> = rights.keys.iter().cloned().chain(settings.former_aliases()).collect();
    let of_results = settings.strictest_key(&rights.keys).into_iter().collect();
    Policy::new()
        .allow(
            &[
                "athena:StartQueryExecution",
                "athena:StopQueryExecution",
                "athena:GetQueryExecution",
                "athena:GetQueryResults",
                "athena:GetWorkGroup",
            ],
            [settings.arn("athena", &format!("workgroup/{workgroup}"))],
        )
        .allow(&["s3:GetBucketLocation"], [settings.bucket_arn(&settings.staging_bucket)])
        .allow(
            &["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
            [settings.bucket_arn(&format!("{}/*", results(context, principal)))],
        )
        .allow(&["glue:GetTable"], within().map(entry))
        .allow(&["glue:GetDatabase"], within().chain(["database/default".to_owned()]).map(entry))
        .allow_aliases(settings, &["kms:Decrypt"], &readable)
        .allow_aliases(settings, &["kms:GenerateDataKey"], &of_results)
}

/// Returns the policies of data, each as long as IAM takes it.
pub(super) fn data(context: Context<'_>, rights: &Rights) -> Vec<DataPolicy> {
    let (settings, names) = (context.settings, context.names);
    let tables = rights.tables.iter().map(|table| (entry(settings, &names.database(), table), Some(table)));
    let views = rights.views.iter().map(|view| (entry(settings, &names.view_database(), view), None));
    let mut policies = vec![DataPolicy::default()];
    for (entry, table) in tables.chain(views) {
        let file = table.map(|table| files(settings, table));
        let more = entry.len() + file.as_ref().map_or(0, String::len) + 2 * AROUND;
        let is_full = |last: &DataPolicy| last.characters() + more > MOST_CHARACTERS;
        if policies.last().is_none_or(is_full) {
            policies.push(DataPolicy::default());
        }
        if let Some(last) = policies.last_mut() {
            last.entries.push(entry);
            last.files.extend(file);
        }
    }
    policies
}

/// Returns the characters that a view and its table add to policies.
pub(super) fn characters(settings: &AwsSettings, names: &Names, table: &str, view: &str) -> u64 {
    let arns = [
        entry(settings, &names.database(), table),
        entry(settings, &names.view_database(), view),
        files(settings, table),
    ];
    arns.iter().map(|arn| (arn.len() + AROUND) as u64).sum()
}

fn entry(settings: &AwsSettings, database: &str, table: &str) -> String {
    settings.arn("glue", &format!("table/{database}/{table}"))
}

fn files(settings: &AwsSettings, table: &str) -> String {
    settings.bucket_arn(&format!("{}/tables/{table}/*", settings.lake_bucket))
}
