//! Hand-overs: the lakes of other instances that are read, and the instances of other accounts that may read this one.

use crate::{
    encryption::is_key,
    names::{Names, lowercase_identifier},
    render::Received,
    settings::{AwsSettings, is_bucket},
};
use datasurface_platform::{IcebergAddress, graph::Fingerprint, prelude::*};
use std::collections::BTreeSet;

/// The lakes that are read, and the platforms that may read this one.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HandOverSettings {
    /// The lakes whose tables are read.
    pub lakes: Vec<ForeignLake>,
    /// The platforms of other accounts that may read tables of this instance.
    pub readers: Vec<LakeReader>,
}

/// A database of Iceberg tables in a catalog of Glue that something else writes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForeignLake {
    /// The account, as twelve digits.
    pub account: String,
    /// The region, such as `eu-central-1`.
    pub region: String,
    /// The database of the catalog: that of an instance is its name in small letters.
    pub database: String,
    /// The bucket that has the tables, each in a folder of its name below `tables/`.
    pub bucket: String,
    /// The ARNs of the keys of KMS that encrypt what is read there.
    #[serde(default)]
    pub kms_keys: Vec<String>,
    /// The timetable by which new batches are looked for. Without one, the lake is of an instance in the same account and region, whose event
    /// starts that.
    #[serde(default)]
    pub timetable: Option<Cron>,
}

/// A platform in another account that may read tables of this instance.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LakeReader {
    /// The account, as twelve digits.
    pub account: String,
    /// The first name of the platform, by which its roles are called.
    pub platform: String,
    /// The name of the role that reads, if the platform is of another kind; without it, each datastore is read by the role of an instance of this
    /// kind that receives it.
    #[serde(default)]
    pub role: Option<String>,
    /// The first names of the datastores that it may read.
    #[schemars(with = "Vec<String>", length(min = 1))]
    pub datastores: Vec<DatastoreName>,
}

/// A table of another instance, and the lake that it is in.
#[derive(Debug)]
pub(crate) struct ForeignTable<'l> {
    pub(crate) lake: &'l ForeignLake,
    pub(crate) table: String,
}

/// The most characters of the resource policy of a catalog, and of the policy of a bucket.
pub(crate) const CATALOG_POLICY_LIMIT: usize = 10_240;
pub(crate) const BUCKET_POLICY_LIMIT: usize = 20_480;

/// Digits of the hash of a lake in the name of its catalog.
const DIGITS: usize = 12;

impl ForeignLake {
    /// Returns the name in Spark of the catalog with the tables.
    pub(crate) fn catalog(&self) -> String {
        let parts = (&self.account, &self.region, &self.database);
        let digits: String = Fingerprint::of(&parts).to_string().chars().take(DIGITS).collect();
        format!("from_{digits}")
    }

    /// Returns the address of the catalog of Glue, as offers have it.
    fn address(&self) -> String {
        format!("glue://{}/{}", self.account, self.region)
    }

    /// Returns the ARNs in the catalog of Glue that lead to tables with names of a pattern.
    pub(crate) fn catalog_arns(&self, settings: &AwsSettings, tables: &str) -> [String; 3] {
        catalog_arns(settings.partition(), &self.region, &self.account, &self.database, tables)
    }

    fn is_beside(&self, settings: &AwsSettings) -> bool {
        self.account == settings.account && self.region == settings.region
    }
}

/// Returns the ARNs in a catalog of Glue that lead to tables with names of a pattern: those of the catalog, the database and the tables.
pub(crate) fn catalog_arns(
    partition: &str,
    region: &str,
    account: &str,
    database: &str,
    tables: &str,
) -> [String; 3] {
    let table = format!("table/{database}/{tables}");
    ["catalog", &format!("database/{database}"), &table]
        .map(|resource| format!("arn:{partition}:glue:{region}:{account}:{resource}"))
}

impl ForeignTable<'_> {
    /// Returns the table, as Spark names it.
    pub(crate) fn in_spark(&self) -> String {
        let part = |name: &str| match name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            true => name.to_owned(),
            false => format!("`{}`", name.replace('`', "``")),
        };
        format!("{}.{}.{}", self.lake.catalog(), part(&self.lake.database), part(&self.table))
    }

    /// Returns a pattern of the names of the tables that are read with this one: all of its datastore, where the name tells it.
    pub(crate) fn pattern(&self) -> String {
        match self.table.split_once("__") {
            Some((datastore, _)) if !datastore.is_empty() => format!("{datastore}__*"),
            _ => self.table.clone(),
        }
    }
}

impl LakeReader {
    /// Returns the names of the instance that reads.
    pub(crate) fn names(&self) -> Names {
        Names::of_instance(&self.platform)
    }
}

impl AwsSettings {
    /// Returns the lake that tables are received from; none if the settings have it no more.
    pub(crate) fn lake_of(&self, received: &Received) -> Option<&ForeignLake> {
        self.hand_overs.lakes.iter().find(|lake| lake.catalog() == received.catalog)
    }

    /// Returns the table at which a dataset is offered to a node by another platform; none if the settings have no such lake.
    pub(crate) fn foreign_table(&self, node: &NodeView, dataset: &DatasetKey) -> Option<ForeignTable<'_>> {
        let address = IcebergAddress::read(node.input(dataset)?.address())?;
        let is_there =
            |lake: &&ForeignLake| lake.address() == address.catalog && lake.database == address.database;
        let lake = self.hand_overs.lakes.iter().find(is_there)?;
        Some(ForeignTable { lake, table: address.table })
    }

    /// Returns the instances of other accounts that may read a datastore, by the words of both in names.
    pub(crate) fn readers_of<'s>(&'s self, datastore: &'s str) -> impl Iterator<Item = &'s LakeReader> {
        let reads = move |reader: &&LakeReader| {
            reader.datastores.iter().any(|one| Names::datastore_word(one) == datastore)
        };
        self.hand_overs.readers.iter().filter(reads)
    }

    /// Adds the problems of hand-overs to those of other settings.
    pub(crate) fn hand_over_problems(&self, problems: &mut Vec<String>) {
        let is_account = |text: &str| text.len() == 12 && text.chars().all(|c| c.is_ascii_digit());
        let mut known = BTreeSet::new();
        for lake in &self.hand_overs.lakes {
            let name = format!("the lake `{}/{}`", lake.address(), lake.database);
            let mut require = |holds: bool, problem: &str| {
                if !holds {
                    problems.push(format!("`hand_overs`: {name} must have {problem}"));
                }
            };
            require(is_account(&lake.account), "an account of twelve digits");
            require(lake.database == lowercase_identifier(&[&lake.database]), "a database as Glue names it");
            require(
                lake.bucket != self.lake_bucket && lake.bucket != self.staging_bucket,
                "a bucket of its own",
            );
            require(is_bucket(&lake.bucket), "the name of a bucket");
            require(
                lake.kms_keys.iter().all(|key| is_key(key)),
                "keys that are ARNs of keys, with their ids",
            );
            let timetable = lake.timetable.as_ref();
            require(timetable.is_none_or(|cron| cron.error().is_none()), "a timetable that is one");
            require(
                timetable.is_some() || lake.is_beside(self),
                "a `timetable`: events come from the same account and region alone",
            );
            require(known.insert((lake.address(), &lake.database)), "one entry");
        }
        for reader in &self.hand_overs.readers {
            if !is_account(&reader.account) {
                problems.push(format!(
                    "`hand_overs`: the account of `{}` must have twelve digits",
                    reader.platform
                ));
            } else if reader.account == self.account {
                problems.push(format!(
                    "`hand_overs`: `{}` must be in another account: roles of this one are allowed by their own policies",
                    reader.platform
                ));
            }
        }
    }
}
