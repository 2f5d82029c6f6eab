//! Buckets: the lake, which keeps tables, and staging, into which DMS writes.

use super::{Context, readership};
use crate::{
    aliases::KeyAlias,
    policy::Policy,
    types::{BUCKET, BUCKET_ACCESS, BUCKET_ENCRYPTION, BUCKET_LIFECYCLE, BUCKET_POLICY, KMS_ALIAS},
};
use datasurface_platform::prelude::*;
use datasurface_terraform::{Block, Expression, Handle, Module};

/// The address of the bucket with the tables.
pub(super) const LAKE: &str = "aws_s3_bucket.lake";

/// The file with the buckets.
const FILE: &str = "storage";

/// Adds the buckets to the foundation.
pub(super) fn add(context: Context<'_>, module: &mut Module) -> Result<(), PlatformError> {
    let settings = context.settings;
    let aliases = add_aliases(context, module)?;
    for (label, name) in [("lake", &settings.lake_bucket), ("staging", &settings.staging_bucket)] {
        let bucket = Block::resource(&BUCKET, label).argument("bucket", name).preventing_destruction();
        let bucket = module.add(FILE, bucket)?;
        module.add(FILE, encryption(context, label, &bucket, &aliases))?;
        module.add(FILE, access(label, &bucket))?;
        module.add(FILE, transport(context, label, name, &bucket))?;
        module.add(FILE, lifecycle(context, label, &bucket))?;
    }
    Ok(())
}

/// Adds the aliases of keys, and returns those of keys in use. The keys are the company's.
fn add_aliases(context: Context<'_>, module: &mut Module) -> Result<Vec<Handle>, PlatformError> {
    let block = |alias: KeyAlias<'_>| {
        Block::resource(&KMS_ALIAS, alias.label())
            .argument("target_key_id", alias.key)
            .argument("name", alias.name)
    };
    let former = context.settings.aliases_of_former().into_iter();
    let former = former.map(|alias| module.add("keys", block(alias))).collect::<Result<Vec<_>, _>>()?;
    // A key that is replaced has its other alias before it loses the one of keys in use: roles read by it all the time.
    let current = |alias: KeyAlias<'_>| former.iter().fold(block(alias), Block::depends_on);
    context.settings.aliases().into_iter().map(|alias| module.add("keys", current(alias))).collect()
}

fn encryption(context: Context<'_>, label: &str, bucket: &Handle, aliases: &[Handle]) -> Block {
    let by_default = match &context.settings.kms_key {
        Some(_) => {
            let alias = context.settings.alias_arn(&context.settings.default_alias());
            vec![("sse_algorithm", "aws:kms".to_owned()), ("kms_master_key_id", alias)]
        }
        None => vec![("sse_algorithm", "AES256".to_owned())],
    };
    let rule = Expression::object([
        ("apply_server_side_encryption_by_default", Expression::object(by_default)),
        // One key for a bucket instead of one for each object: a hundredth of the calls to KMS.
        ("bucket_key_enabled", context.settings.kms_key.is_some().into()),
    ]);
    let block = Block::resource(&BUCKET_ENCRYPTION, label)
        .argument("bucket", bucket.attribute("bucket"))
        .argument("rule", Expression::list([rule]));
    aliases.iter().fold(block, Block::depends_on)
}

fn access(label: &str, bucket: &Handle) -> Block {
    ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]
        .into_iter()
        .fold(
            Block::resource(&BUCKET_ACCESS, label).argument("bucket", bucket.attribute("bucket")),
            |block, setting| block.argument(setting, true),
        )
}

/// Refuses whoever speaks without TLS, and lets in to the lake who of other accounts may read it.
fn transport(context: Context<'_>, label: &str, name: &str, bucket: &Handle) -> Block {
    let of = |path: &str| context.settings.bucket_arn(path);
    let policy = Policy::new().statement(json!({
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [of(name), of(&format!("{name}/*"))],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }));
    let is_lake = name == context.settings.lake_bucket;
    let readers = is_lake.then(|| readership::of_bucket(context)).into_iter().flatten();
    let policy = readers.fold(policy, Policy::statement);
    Block::resource(&BUCKET_POLICY, label)
        .argument("bucket", bucket.attribute("bucket"))
        .argument("policy", policy.text())
}

/// Removes what uploads that broke off left behind; in staging, files of changes, too, by their age. Nothing in the lake expires by its
/// age: a file of a table is in use as long as a version in it is.
fn lifecycle(context: Context<'_>, label: &str, bucket: &Handle) -> Block {
    let rule = |id: &str, name: &str, days: (&str, u32)| {
        Expression::object([
            ("id", id.into()),
            ("status", "Enabled".into()),
            ("filter", Expression::list([Expression::object([("prefix", "")])])),
            (name, Expression::list([Expression::object([days])])),
        ])
    };
    let mut rules =
        vec![rule("broken-uploads", "abort_incomplete_multipart_upload", ("days_after_initiation", 7))];
    if label == "staging" {
        rules.push(rule("changes", "expiration", ("days", context.settings.staging_days)));
    }
    Block::resource(&BUCKET_LIFECYCLE, label)
        .argument("bucket", bucket.attribute("bucket"))
        .argument("rule", Expression::list(rules))
}
