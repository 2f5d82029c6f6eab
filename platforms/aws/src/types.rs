//! The types of resources that are rendered: which changes Terraform makes by a replacement, and what that costs. This is the one table of
//! it, read off the documentation of the provider (`hashicorp/aws` 6) and of the actions of the services that modify a thing.

use datasurface_platform::prelude::Effect;
use datasurface_terraform::{ResourceType, ResourceTypes};

pub(crate) static BUCKET: ResourceType =
    ResourceType::new("aws_s3_bucket").imported_by("{bucket}").replaced_by(&["bucket"], Effect::DataLoss);

pub(crate) static BUCKET_ENCRYPTION: ResourceType =
    ResourceType::new("aws_s3_bucket_server_side_encryption_configuration")
        .imported_by("{bucket}")
        .replaced_by(&["bucket"], Effect::None);

pub(crate) static BUCKET_ACCESS: ResourceType = ResourceType::new("aws_s3_bucket_public_access_block")
    .imported_by("{bucket}")
    .replaced_by(&["bucket"], Effect::None);

pub(crate) static BUCKET_POLICY: ResourceType =
    ResourceType::new("aws_s3_bucket_policy").imported_by("{bucket}").replaced_by(&["bucket"], Effect::None);

pub(crate) static BUCKET_LIFECYCLE: ResourceType = ResourceType::new("aws_s3_bucket_lifecycle_configuration")
    .imported_by("{bucket}")
    .replaced_by(&["bucket"], Effect::None);

pub(crate) static OBJECT: ResourceType = ResourceType::new("aws_s3_object")
    .imported_by("{bucket}/{key}")
    .replaced_by(&["bucket", "key"], Effect::None);

pub(crate) static DATABASE: ResourceType = ResourceType::new("aws_glue_catalog_database")
    .imported_by("{catalog_id}:{name}")
    .replaced_by(&["catalog_id", "name"], Effect::Rebuild);

pub(crate) static TABLE: ResourceType = ResourceType::new("aws_glue_catalog_table")
    .imported_by("{catalog_id}:{database_name}:{name}")
    .replaced_by(&["catalog_id", "database_name", "name"], Effect::Rebuild);

pub(crate) static JOB: ResourceType =
    ResourceType::new("aws_glue_job").imported_by("{name}").replaced_by(&["name"], Effect::Pause);

pub(crate) static ROLE: ResourceType =
    ResourceType::new("aws_iam_role").imported_by("{name}").replaced_by(&["name", "path"], Effect::Pause);

pub(crate) static ROLE_POLICY: ResourceType = ResourceType::new("aws_iam_role_policy")
    .imported_by("{role}:{name}")
    .replaced_by(&["role", "name"], Effect::Pause);

pub(crate) static POLICY: ResourceType =
    ResourceType::new("aws_iam_policy").replaced_by(&["name", "path", "description"], Effect::Pause);

pub(crate) static POLICY_ATTACHMENT: ResourceType =
    ResourceType::new("aws_iam_role_policy_attachment").replaced_by(&["role", "policy_arn"], Effect::Pause);

pub(crate) static WORKGROUP: ResourceType =
    ResourceType::new("aws_athena_workgroup").imported_by("{name}").replaced_by(&["name"], Effect::Pause);

pub(crate) static SUBNET_GROUP: ResourceType = ResourceType::new("aws_dms_replication_subnet_group")
    .imported_by("{replication_subnet_group_id}")
    .replaced_by(&["replication_subnet_group_id"], Effect::Pause);

pub(crate) static REPLICATION_INSTANCE: ResourceType =
    ResourceType::new("aws_dms_replication_instance").imported_by("{replication_instance_id}").replaced_by(
        &["replication_instance_id", "replication_subnet_group_id", "publicly_accessible", "kms_key_arn"],
        Effect::Backfill,
    );

pub(crate) static ENDPOINT: ResourceType = ResourceType::new("aws_dms_endpoint")
    .imported_by("{endpoint_id}")
    .replaced_by(&["endpoint_id", "kms_key_arn"], Effect::Backfill);

pub(crate) static S3_ENDPOINT: ResourceType = ResourceType::new("aws_dms_s3_endpoint")
    .imported_by("{endpoint_id}")
    .replaced_by(&["endpoint_id", "kms_key_arn"], Effect::Backfill);

pub(crate) static REPLICATION_TASK: ResourceType = ResourceType::new("aws_dms_replication_task")
    .imported_by("{replication_task_id}")
    .replaced_by(&["replication_task_id", "source_endpoint_arn", "target_endpoint_arn"], Effect::Backfill);

/// Its ARN follows from its resource identifier, and imports it.
pub(crate) static REPLICATION_CONFIG: ResourceType = ResourceType::new("aws_dms_replication_config")
    .replaced_by(
        &[
            "replication_config_identifier",
            "resource_identifier",
            "compute_config.replication_subnet_group_id",
            "compute_config.kms_key_id",
        ],
        Effect::Backfill,
    );

/// Its ARN follows from its name, and imports it.
pub(crate) static STATE_MACHINE: ResourceType =
    ResourceType::new("aws_sfn_state_machine").replaced_by(&["name", "type"], Effect::Pause);

pub(crate) static SCHEDULE: ResourceType = ResourceType::new("aws_scheduler_schedule")
    .imported_by("{group_name}/{name}")
    .replaced_by(&["group_name", "name"], Effect::Pause);

pub(crate) static CONNECTION: ResourceType = ResourceType::new("aws_glue_connection")
    .imported_by("{catalog_id}:{name}")
    .replaced_by(&["catalog_id", "name"], Effect::Pause);

pub(crate) static EVENT_RULE: ResourceType = ResourceType::new("aws_cloudwatch_event_rule")
    .imported_by("{name}")
    .replaced_by(&["name", "event_bus_name"], Effect::Pause);

pub(crate) static EVENT_TARGET: ResourceType = ResourceType::new("aws_cloudwatch_event_target")
    .imported_by("{rule}/{target_id}")
    .replaced_by(&["rule", "target_id", "event_bus_name"], Effect::Pause);

pub(crate) static ALARM: ResourceType = ResourceType::new("aws_cloudwatch_metric_alarm")
    .imported_by("{alarm_name}")
    .replaced_by(&["alarm_name"], Effect::None);

/// One for each catalog: an account has one in each region.
pub(crate) static CATALOG_POLICY: ResourceType = ResourceType::new("aws_glue_resource_policy");

pub(crate) static KMS_ALIAS: ResourceType =
    ResourceType::new("aws_kms_alias").imported_by("{name}").replaced_by(&["name"], Effect::Pause);

/// Its id is made up by AWS, so nothing imports it.
pub(crate) static KEY_GRANT: ResourceType = ResourceType::new("aws_kms_grant")
    .replaced_by(&["name", "key_id", "grantee_principal", "operations"], Effect::Pause);

/// Every type that is rendered.
pub static TYPES: ResourceTypes = ResourceTypes::new(&[
    &BUCKET,
    &BUCKET_ENCRYPTION,
    &BUCKET_ACCESS,
    &BUCKET_POLICY,
    &BUCKET_LIFECYCLE,
    &OBJECT,
    &DATABASE,
    &TABLE,
    &JOB,
    &ROLE,
    &ROLE_POLICY,
    &POLICY,
    &POLICY_ATTACHMENT,
    &WORKGROUP,
    &SUBNET_GROUP,
    &REPLICATION_INSTANCE,
    &ENDPOINT,
    &S3_ENDPOINT,
    &REPLICATION_TASK,
    &REPLICATION_CONFIG,
    &STATE_MACHINE,
    &SCHEDULE,
    &CONNECTION,
    &EVENT_RULE,
    &EVENT_TARGET,
    &ALARM,
    &CATALOG_POLICY,
    &KMS_ALIAS,
    &KEY_GRANT,
]);
