//! Settings of an instance.

use crate::{aliases::AliasNames, encryption::ClassKey, hand_over::HandOverSettings};
use datasurface_platform::prelude::*;
use datasurface_terraform::TerraformSettings;
use std::collections::BTreeMap;

/// The settings of an instance on AWS: one region of one account.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AwsSettings {
    /// The backend of the states, and versions of Terraform and its provider.
    pub terraform: TerraformSettings,
    /// The account, as twelve digits.
    pub account: String,
    /// The region, such as `eu-central-1`.
    pub region: String,
    /// The place of the region in the model, such as `AWS/Frankfurt`: governance asks for it.
    #[serde(default)]
    pub place: Option<String>,
    /// The bucket that keeps the tables. It is made by this instance.
    pub lake_bucket: String,
    /// The bucket into which DMS writes changes. It is made by this instance.
    pub staging_bucket: String,
    /// The days after which files of changes are removed; 90 by default. A table that was not merged for as long misses changes.
    #[serde(default = "usual_staging_days")]
    pub staging_days: u32,
    /// The ARN of the KMS key that encrypts both buckets; without one, S3 encrypts them with keys of its own.
    #[serde(default)]
    pub kms_key: Option<String>,
    /// The keys of classified data, the strictest first: what is stored of a dataset is encrypted by the key of the first classification here
    /// that the dataset or one of its columns has, and by `kms_key` if it has none of them.
    #[serde(default)]
    pub class_keys: Vec<ClassKey>,
    /// The ARNs of keys that encrypted something that is still there: roles may read by them, and nothing is written by them.
    #[serde(default)]
    pub former_kms_keys: Vec<String>,
    /// The subnets in which DMS runs: at least two, in different availability zones.
    pub subnets: Vec<String>,
    /// The security groups of DMS: sources must let them in.
    pub security_groups: Vec<String>,
    /// The ARN of the policy that bounds the permissions of every role, if the account demands one.
    #[serde(default)]
    pub permissions_boundary: Option<String>,
    /// The beginning of the names of secrets in Secrets Manager; `datasurface` by default.
    #[serde(default = "usual_secrets_prefix")]
    pub secrets_prefix: String,
    /// The check of the certificates of databases by the export job: `require` by default, or `verify-full`, or `disable` for trials.
    #[serde(default)]
    pub export_ssl_mode: SslMode,
    /// The replication instance of DMS.
    #[serde(default)]
    pub replication: ReplicationSettings,
    /// The jobs of Glue.
    #[serde(default)]
    pub jobs: JobSettings,
    /// The ARN of the SNS topic that receives alarms; without one, they are in CloudWatch alone.
    #[serde(default)]
    pub alarm_topic: Option<String>,
    /// The maintenance of tables.
    #[serde(default)]
    pub maintenance: MaintenanceSettings,
    /// The lakes of other instances that are read, and the instances of other accounts that may read this one.
    #[serde(default)]
    pub hand_overs: HandOverSettings,
    /// The count of states over which roles and jobs are spread; 16 by default.
    #[serde(default = "usual_access_states")]
    pub access_states: u32,
    /// The roles for which the account has room; 1000 by default, as AWS has it.
    #[serde(default = "usual_roles")]
    pub roles: u32,
    /// The most resources of one state; 400 by default.
    #[serde(default = "usual_resources_per_state")]
    pub resources_per_state: u64,
    /// The beginnings of the names of aliases of keys.
    #[serde(skip)]
    pub(crate) alias_names: AliasNames,
}

/// The check of the certificate of a database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SslMode {
    /// Without encryption.
    Disable,
    /// Encrypted, to whoever answers.
    #[default]
    Require,
    /// Encrypted, to the host that the certificate names.
    VerifyFull,
}

/// The replication instances of DMS: the machines on which replication tasks run.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReplicationSettings {
    /// The class of the machine; `dms.t3.medium` by default.
    pub instance_class: String,
    /// The size of its disk in gigabytes; 50 by default.
    pub storage_gigabytes: u32,
    /// Whether a second machine is kept ready in another availability zone.
    pub multi_az: bool,
    /// The count of machines over which captures are spread; 1 by default. Another one takes its part from each.
    pub instances: u32,
    /// Further machines by their class, and the count of each: a capture is on one of them if a hint about its datastore names the class.
    pub pools: BTreeMap<String, u32>,
    /// The capacity that DMS provisions for each capture by itself (DMS Serverless); with it, there are no machines, and what is said of them
    /// is not used, but for `multi_az`. A capture that changes between both loads every record again.
    pub serverless: Option<ServerlessSettings>,
    /// The quotas of DMS.
    pub quotas: DmsQuotas,
}

impl ReplicationSettings {
    /// The count of machines in all.
    fn machines(&self) -> u32 {
        self.pools.values().fold(self.instances, |sum, count| sum.saturating_add(*count))
    }
}

/// Whether a text has the form of a class of machines.
fn is_class(name: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    name.strip_prefix("dms.").is_some_and(|rest| rest.split('.').count() == 2 && rest.split('.').all(is_part))
}

/// The capacity of each capture without a machine, in units of two gigabytes of memory (DCU).
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerlessSettings {
    /// The most units: 1, 2, 4, 8, 16, 32, 64, 128, 192, 256 or 384.
    pub max_capacity_units: u32,
    /// The units that are kept when nothing changes; as few as DMS takes by default, which is one.
    #[serde(default)]
    pub min_capacity_units: Option<u32>,
}

/// The counts of units that DMS provisions, as its API reference lists them (*ComputeConfig*).
const CAPACITY_UNITS: [u32; 11] = [1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 384];

/// Whether DMS provisions so many units.
pub(crate) fn is_capacity(units: u32) -> bool {
    CAPACITY_UNITS.contains(&units)
}

impl ServerlessSettings {
    fn is_provisioned(self) -> bool {
        let units = [Some(self.max_capacity_units), self.min_capacity_units];
        units.into_iter().flatten().all(is_capacity)
            && self.min_capacity_units.is_none_or(|least| least <= self.max_capacity_units)
    }
}

/// The quotas of DMS in an account and a region, by default those that AWS's guide to DMS lists (*Quotas for AWS Database Migration Service*):
/// raise them here when AWS did.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DmsQuotas {
    /// The most replication instances of the account; 60 by default.
    pub instances: u32,
    /// The most tasks of the account; 600 by default. Each capture has one.
    pub tasks: u64,
    /// The most endpoints of the account; 1000 by default. Each capture has two.
    pub endpoints: u64,
    /// The most replications without an instance, of which each capture is one with `replication.serverless`; not counted by default.
    pub serverless: Option<u64>,
    /// The most tasks on one replication instance; 200 by default.
    pub tasks_per_instance: u64,
    /// The most endpoints on one replication instance; 100 by default.
    pub endpoints_per_instance: u64,
}

/// The jobs of Glue.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct JobSettings {
    /// The type of the workers; `G.1X` by default.
    pub worker_type: String,
    /// The count of workers of one run; 2 by default, which is the least.
    pub workers: u32,
    /// The minutes after which a run is stopped; 120 by default.
    pub timeout_minutes: u32,
    /// The most datasets that one run merges; 25 by default.
    pub datasets_per_run: u32,
    /// The most runs at the same time; 10 by default.
    pub concurrent_runs: u32,
}

/// The maintenance of tables.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MaintenanceSettings {
    /// The timetable, as the model writes one; `0 3 * * sun` by default.
    pub timetable: Cron,
    /// The days for which snapshots stay for whoever reads one; 7 by default, and 2 at least.
    pub snapshot_days: u32,
}

impl Default for MaintenanceSettings {
    fn default() -> Self {
        Self { timetable: Cron::from("0 3 * * sun"), snapshot_days: 7 }
    }
}

impl Default for ReplicationSettings {
    fn default() -> Self {
        Self {
            instance_class: "dms.t3.medium".to_owned(),
            storage_gigabytes: 50,
            multi_az: false,
            instances: 1,
            pools: BTreeMap::new(),
            serverless: None,
            quotas: DmsQuotas::default(),
        }
    }
}

impl Default for DmsQuotas {
    fn default() -> Self {
        Self {
            instances: 60,
            tasks: 600,
            endpoints: 1000,
            serverless: None,
            tasks_per_instance: 200,
            endpoints_per_instance: 100,
        }
    }
}

impl Default for JobSettings {
    fn default() -> Self {
        Self {
            worker_type: "G.1X".to_owned(),
            workers: 2,
            timeout_minutes: 120,
            datasets_per_run: 25,
            concurrent_runs: 10,
        }
    }
}

fn usual_staging_days() -> u32 {
    90
}

fn usual_secrets_prefix() -> String {
    "datasurface".to_owned()
}

fn usual_access_states() -> u32 {
    16
}

fn usual_roles() -> u32 {
    1000
}

fn usual_resources_per_state() -> u64 {
    400
}

impl AwsSettings {
    /// The partition of AWS that the region is in.
    pub(crate) fn partition(&self) -> &'static str {
        match self.region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("us") if self.region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// Returns the ARN of something in the region and account of the instance.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition(), self.region, self.account)
    }

    /// Returns the address of an object in the lake bucket.
    pub(crate) fn in_lake(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.lake_bucket)
    }

    /// Returns the ARN of a role of the account.
    pub(crate) fn role_arn(&self, role: &str) -> String {
        self.role_arn_in(&self.account, role)
    }

    /// Returns the ARN of a role of some account.
    pub(crate) fn role_arn_in(&self, account: &str, role: &str) -> String {
        format!("arn:{}:iam::{account}:role/{role}", self.partition())
    }

    /// Returns the ARN of a policy of the account.
    pub(crate) fn policy_arn(&self, policy: &str) -> String {
        format!("arn:{}:iam::{}:policy/{policy}", self.partition(), self.account)
    }

    /// Returns the ARN of a bucket, or of objects in it.
    pub(crate) fn bucket_arn(&self, path: &str) -> String {
        format!("arn:{}:s3:::{path}", self.partition())
    }

    /// Returns the problems of the values: what no JSON Schema says, and AWS would refuse in the middle of an apply.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut require = |holds: bool, problem: &str| {
            if !holds {
                problems.push(problem.to_owned());
            }
        };
        let is_account = self.account.len() == 12 && self.account.chars().all(|c| c.is_ascii_digit());
        require(is_account, "`account` must have twelve digits");
        let is_region = self.region.split('-').count() >= 3
            && self.region.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        require(is_region, "`region` must be the code of a region, such as `eu-central-1`");
        require(is_bucket(&self.lake_bucket), "`lake_bucket` must be a name of a bucket");
        require(is_bucket(&self.staging_bucket), "`staging_bucket` must be a name of a bucket");
        require(
            self.lake_bucket != self.staging_bucket,
            "`lake_bucket` and `staging_bucket` must differ: files of changes are removed by their age",
        );
        require(self.subnets.len() >= 2, "`subnets` must name two subnets at least");
        require(!self.security_groups.is_empty(), "`security_groups` must name one at least");
        require((1..=999).contains(&self.access_states), "`access_states` must be between 1 and 999");
        require(self.roles >= self.access_states, "`roles` must be as many as `access_states` at least");
        require(self.staging_days > 0, "`staging_days` must be a day at least");
        let (replication, pools) = (&self.replication, &self.replication.pools);
        require(
            (1..=replication.quotas.instances).contains(&replication.machines()),
            "`replication.instances` must be 1 at least, and with those of `replication.pools` as many as `replication.quotas.instances` at most",
        );
        require(
            replication.instances > 0 && pools.iter().all(|(class, count)| is_class(class) && *count > 0),
            "`replication.instances` must be 1 at least, and `replication.pools` must have classes such as `dms.r6i.large`, each with 1 at least",
        );
        require(
            self.replication.serverless.is_none_or(ServerlessSettings::is_provisioned),
            "`replication.serverless` must have counts of units that DMS provisions, such as 16, and the least not above the most",
        );
        require(self.jobs.workers >= 2, "`jobs.workers` must be 2 at least");
        require(self.jobs.datasets_per_run > 0, "`jobs.datasets_per_run` must be 1 at least");
        require(self.jobs.concurrent_runs > 0, "`jobs.concurrent_runs` must be 1 at least");
        let is_topic = |topic: &String| topic.starts_with("arn:") && topic.contains(":sns:");
        require(self.alarm_topic.as_ref().is_none_or(is_topic), "`alarm_topic` must be the ARN of a topic");
        let maintenance = &self.maintenance;
        require(maintenance.timetable.error().is_none(), "`maintenance.timetable` must be a timetable");
        require(maintenance.snapshot_days >= 2, "`maintenance.snapshot_days` must be 2 at least");
        require(
            (1..=1440).contains(&self.jobs.timeout_minutes),
            "`jobs.timeout_minutes` must be a day at most: maintenance takes files of longer runs for lost",
        );
        let is_prefix = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
        require(
            !self.secrets_prefix.is_empty() && self.secrets_prefix.chars().all(is_prefix),
            "`secrets_prefix` must have letters, digits and `/_+=.@-` only",
        );
        problems.extend(self.key_problems());
        self.hand_over_problems(&mut problems);
        problems
    }
}

/// Whether S3 takes a text for the name of a bucket. Dots would break its certificates.
pub(crate) fn is_bucket(name: &str) -> bool {
    let is_end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    (3..=63).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && is_end(name.chars().next())
        && is_end(name.chars().last())
}
