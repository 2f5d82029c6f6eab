//! What each job may do: no job has the rights of another one. The transform job runs SQL of teams, so it reaches neither files of changes nor
//! passwords.

use super::Context;
use crate::policy::Policy;

/// What a job does with tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tables {
    Reads,
    Writes,
}

/// The merge job reads files of changes, and writes tables.
pub(super) fn merge(context: Context<'_>) -> Policy {
    let staging = &context.settings.staging_bucket;
    let policy = Policy::new()
        .allow(&["s3:ListBucket"], [context.settings.bucket_arn(staging)])
        .allow(&["s3:GetObject"], [context.settings.bucket_arn(&format!("{staging}/*"))]);
    job(context, policy, &["definitions"], Tables::Writes)
}

/// The transform job reads and writes tables, and tells that its batch ended.
pub(super) fn transform(context: Context<'_>) -> Policy {
    let bus = context.settings.arn("events", "event-bus/default");
    let policy = Policy::new().allow(&["events:PutEvents"], [bus]);
    job(context, policy, &["definitions", "transformers", "triggers"], Tables::Writes)
}

/// The maintenance job writes tables.
pub(super) fn maintain(context: Context<'_>) -> Policy {
    job(context, Policy::new(), &["definitions"], Tables::Writes)
}

/// The export job reads tables, and logs in to databases of consumers from inside of the network.
pub(super) fn export(context: Context<'_>) -> Policy {
    let settings = context.settings;
    let secrets = settings.arn("secretsmanager", &format!("secret:{}/*", settings.secrets_prefix));
    let connection = format!("connection/{}", context.names.single("network"));
    let policy = Policy::new()
        .allow(&["secretsmanager:GetSecretValue"], [secrets])
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
    job(context, policy, &["exports"], Tables::Reads)
}

/// Adds what every job does: it gets its script, reads definitions in these folders, reads tables, and writes its log.
fn job(context: Context<'_>, policy: Policy, folders: &[&str], tables: Tables) -> Policy {
    let settings = context.settings;
    let (lake, database) = (&settings.lake_bucket, context.names.database());
    let in_lake = |folder: &str| settings.bucket_arn(&format!("{lake}/{folder}/*"));
    let catalog = ["catalog".to_owned(), format!("database/{database}"), format!("table/{database}/*")];
    let catalog = catalog.map(|resource| settings.arn("glue", &resource));
    let policy = policy
        .allow(&["s3:ListBucket"], [settings.bucket_arn(lake)])
        .allow(&["s3:GetObject"], ["scripts"].iter().chain(folders).map(|folder| in_lake(folder)))
        .allow(
            &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            [settings.arn("logs", "log-group:/aws-glue/*")],
        );
    let (objects, entries): (&[&str], &[&str]) = match tables {
        Tables::Reads => (&["s3:GetObject"], &["glue:GetDatabase", "glue:GetTable"]),
        // A commit that another one forestalls takes its files back.
        Tables::Writes => (
            &["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            &["glue:GetDatabase", "glue:GetTable", "glue:UpdateTable"],
        ),
    };
    let policy = policy
        .allow(objects, [in_lake("tables")])
        .allow(entries, catalog)
        .allow_keys(&["kms:Decrypt"], &settings.readable_keys());
    match tables {
        Tables::Reads => policy,
        Tables::Writes => policy.allow_keys(&["kms:GenerateDataKey"], &settings.keys()),
    }
}
