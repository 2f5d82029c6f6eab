//! Names in AWS: made of storage names, so that a rename changes none of them, and within the limits of each service.

use crate::settings::AwsSettings;
use datasurface_platform::{
    IcebergAddress,
    graph::Fingerprint,
    model::{DatasetKey, DatasetName},
    prelude::*,
};
use datasurface_terraform::label;

/// The longest name that is made, in characters: roles have at most 64.
const NAME_LIMIT: usize = 62;

/// The longest resource identifier of DMS, in characters.
const RESOURCE_IDENTIFIER_LIMIT: usize = 31;

/// The longest name of a database or table. Glue takes 255; Athena's names are read by people.
const TABLE_LIMIT: usize = 120;

/// The name in Spark of the catalog that reads all tables, and writes those that have no key of their own.
pub(crate) const CATALOG: &str = "lake";

/// The name of the one database with tables, of the one with views, and of whatever is there once for an instance.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    instance: String,
}

impl Names {
    pub(crate) fn new(instance: &PlatformInstance) -> Self {
        Self::of_instance(instance.storage_name().as_str())
    }

    /// The names of what an instance with this storage name makes, in whatever account.
    pub(crate) fn of_instance(storage_name: &str) -> Self {
        Self { instance: storage_name.to_owned() }
    }

    /// Returns the name of what is there once for the instance: a role, a job, a replication instance.
    pub(crate) fn single(&self, purpose: &str) -> String {
        hyphenated(&["datasurface", &self.instance, purpose])
    }

    /// Returns the name of what is there for something with these parts, for a purpose.
    pub(crate) fn of_parts<'n>(&'n self, parts: impl Iterator<Item = &'n str>, purpose: &'n str) -> String {
        let instance = ["datasurface", self.instance.as_str()];
        let parts: Vec<&str> = instance.into_iter().chain(parts).chain([purpose]).collect();
        hyphenated(&parts)
    }

    /// The beginning of every name that is not of a database or a table.
    pub(crate) fn prefix(&self) -> String {
        readable(&format!("datasurface-{}-", self.instance).to_lowercase(), PREFIX_LIMIT)
    }

    /// Returns the name of what is there for a node, such as a replication task.
    pub(crate) fn of_node(&self, node: &NodeView) -> String {
        let slug = node.slug();
        // A slug has hyphens between its parts.
        let parts: Vec<&str> = ["datasurface", &self.instance].into_iter().chain(slug.split('-')).collect();
        hyphenated(&parts)
    }

    /// Returns the end of the ARN of what DMS has for a node without a replication instance, which is short.
    pub(crate) fn resource_identifier(&self, node: &NodeView) -> String {
        shortened(&self.of_node(node), RESOURCE_IDENTIFIER_LIMIT)
    }

    /// Returns the name of what is there for a timetable in a shard.
    pub(crate) fn of_batch(&self, shard: &str, timetable: &str) -> String {
        hyphenated(&["datasurface", &self.instance, shard, timetable])
    }

    /// Returns the name of what runs the transformers of a shard that are started alike.
    pub(crate) fn of_transformers(&self, shard: &str, start: &str) -> String {
        hyphenated(&["datasurface", &self.instance, shard, "transform", start])
    }

    /// Returns the name of what receives batches of other lakes in a shard, which are started alike.
    pub(crate) fn of_receivers(&self, shard: &str, kind: &str, start: &str) -> String {
        hyphenated(&["datasurface", &self.instance, shard, "receive", kind, start])
    }

    /// Returns the name of the role and the workgroup of a principal.
    pub(crate) fn of_principal(&self, principal: &Principal) -> String {
        self.of_parts(Self::principal_word(principal).split('-'), "reader")
    }

    /// Returns the word of a principal in paths and names, which no other one has: directories tell capital letters from small ones.
    pub(crate) fn principal_word(principal: &Principal) -> String {
        let (kind, name) = (principal.kind(), principal.name().as_str());
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        match !name.is_empty() && name.len() < WORD_LIMIT && name.chars().all(is_plain) {
            true => format!("{kind}-{name}"),
            false => {
                let hash: String = Fingerprint::of(&name).to_string().chars().take(HASH_DIGITS).collect();
                let readable = readable(&name.to_lowercase(), WORD_LIMIT - HASH_DIGITS - 1);
                let readable = readable.trim_matches('-');
                // A name of other letters leaves nothing.
                format!("{kind}-{}-{hash}", if readable.is_empty() { "named" } else { readable })
            }
        }
    }

    /// Returns the name of something beside what has a name.
    pub(crate) fn of_part(&self, whole: &str, part: &str) -> String {
        hyphenated(&[whole, part])
    }

    /// The database of the catalog with the tables.
    pub(crate) fn database(&self) -> String {
        lowercase_identifier(&[&self.instance])
    }

    /// The database of the catalog with the views of consumers.
    pub(crate) fn view_database(&self) -> String {
        lowercase_identifier(&[&self.instance, "views"])
    }

    /// Returns a table of the lake, as Spark names it to read it.
    pub(crate) fn spark_table(&self, table: &str) -> String {
        self.spark_table_in(CATALOG, table)
    }

    /// Returns a table of the lake, as Spark names it in a catalog.
    pub(crate) fn spark_table_in(&self, catalog: &str, table: &str) -> String {
        format!("{catalog}.{}.{table}", self.database())
    }

    /// Returns the prefix in the staging bucket of the files of a datastore, which has this word.
    pub(crate) fn staging_folder(&self, datastore: &str) -> String {
        format!("{}/{datastore}", slug(&[&self.instance], NAME_LIMIT))
    }

    /// Returns the prefix of the files of a node in the staging bucket.
    pub(crate) fn files_folder(&self, node: &NodeView, datastore: &DatastoreName) -> String {
        format!("{}/{}", self.staging_folder(&Self::datastore_word(datastore)), node.slug())
    }

    /// Returns the key of the definition of a dataset in the lake bucket.
    pub(crate) fn definition_key(&self, dataset: &DatasetKey) -> String {
        format!("definitions/{}.json", Self::table(dataset))
    }

    /// Returns the prefix of the definitions of exports to a container in the lake bucket.
    pub(crate) fn export_folder(&self, container: &str) -> String {
        format!("exports/{container}")
    }

    /// The name of the instance in events.
    pub(crate) fn instance(&self) -> &str {
        &self.instance
    }

    /// Returns the address of the table of a dataset, as offers have it.
    pub(crate) fn table_address(&self, settings: &AwsSettings, dataset: &DatasetKey) -> IcebergAddress {
        IcebergAddress::new(catalog(settings), self.database(), Self::table(dataset))
    }

    /// Returns the beginning of the addresses of all tables.
    pub(crate) fn database_prefix(&self, settings: &AwsSettings) -> String {
        IcebergAddress::database_prefix(&catalog(settings), &self.database())
    }

    /// Returns the name of the table at which a dataset is offered to a node.
    ///
    /// # Errors
    ///
    /// If nobody offers it, or at an address of another form: both are bugs of the host.
    pub(crate) fn table_of_input(node: &NodeView, dataset: &DatasetKey) -> Result<String, PlatformError> {
        let address = node.require_input(dataset)?.address();
        IcebergAddress::read(address).map(|address| address.table).ok_or_else(|| {
            let message = format!("`{dataset}` is offered at `{address}`, which is no Iceberg table");
            PlatformError::new(PlatformErrorKind::Internal, message)
        })
    }

    /// Returns the name of the table of a dataset. It begins with the word of the datastore and two underscores, and so does no table of
    /// another datastore: policies name all tables of one.
    pub(crate) fn table(dataset: &DatasetKey) -> String {
        format!("{}__{}", Self::datastore_word(&dataset.datastore), word(dataset.dataset.as_str()))
    }

    /// Returns the word of a datastore in paths and names of tables.
    pub(crate) fn datastore_word(datastore: &DatastoreName) -> String {
        word(datastore.as_str())
    }
}

/// Returns the catalog of Glue that an instance works in.
fn catalog(settings: &AwsSettings) -> String {
    format!("glue://{}/{}", settings.account, settings.region)
}

/// Returns the label of what is there for a dataset.
pub(crate) fn dataset_label(dataset: &DatasetKey) -> String {
    label(&[dataset.datastore.as_str(), dataset.dataset.as_str()])
}

/// Returns a safe, unique and bounded name of the workspace of a transformer, which no rename changes.
pub(crate) fn workspace_slug(node: &NodeView, workspace: &WorkspaceName) -> String {
    slug(&[node.facts().storage.workspace(workspace).as_str()], NAME_LIMIT)
}

/// Returns schema and table of a dataset at its source: PostgreSQL's default schema, unless another one is named.
pub(crate) fn source_table<'c>(capture: &'c CaptureFacts, dataset: &'c DatasetName) -> (&'c str, &'c str) {
    let name = capture.capture.source_name(dataset);
    name.split_once('.').unwrap_or(("public", name))
}

/// Returns the name of the secret with the user and password of a database: that of a credential, or of the container where none is named.
pub(crate) fn secret_name(
    prefix: &str,
    credential: Option<&CredentialKey>,
    container: &ContainerKey,
) -> String {
    let part = |text: &str| -> String {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_+=.@-".contains(c);
        match text.chars().all(is_allowed) {
            true => text.to_owned(),
            false => slug(&[text], NAME_LIMIT),
        }
    };
    match credential {
        Some(key) => {
            let parts = [key.zone.as_str(), key.team.as_str(), key.credential.as_str()].map(part);
            format!("{prefix}/{}", parts.join("/"))
        }
        None => {
            let parts =
                [container.zone.as_str(), container.team.as_str(), container.container.as_str()].map(part);
            format!("{prefix}/{}/container", parts.join("/"))
        }
    }
}

/// A word of small letters, digits and single underscores, which ends with none: two underscores come between words only. A name that is no
/// such word ends in a hash of it.
fn word(name: &str) -> String {
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.contains("__")
        && !name.ends_with('_')
        && name.len() <= WORD_LIMIT;
    let ends_in_hash = name.rsplit_once("_0").is_some_and(|(_, rest)| rest.len() == HASH_DIGITS);
    if is_word && !ends_in_hash {
        return name.to_lowercase();
    }
    let hash = Fingerprint::of(&name).to_string();
    let hash: String = hash.chars().take(HASH_DIGITS).collect();
    let readable = readable(&name.to_lowercase(), WORD_LIMIT - HASH_DIGITS - 2).replace('-', "_");
    let readable = readable.trim_matches('_');
    let readable = if readable.starts_with(|c: char| c.is_ascii_alphabetic()) { readable } else { "named" };
    format!("{readable}_0{hash}")
}

/// A name for databases and views of Glue, which have no capital letters.
pub(crate) fn lowercase_identifier(parts: &[&str]) -> String {
    identifier(parts, TABLE_LIMIT).replace('-', "_").to_lowercase()
}

/// Joins parts to a name of small letters, digits and single hyphens, as DMS demands: it begins with a letter and ends with none. A name
/// that could not keep its parts whole ends in a hash of them.
fn hyphenated(parts: &[&str]) -> String {
    let is_plain =
        |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()) && part.is_ascii();
    // The parts themselves are unique without regard to case.
    let joined = parts.join("-").to_lowercase();
    if parts.iter().all(is_plain) && joined.len() <= NAME_LIMIT {
        return joined;
    }
    let hash = Fingerprint::of(&parts).to_string();
    let hash: String = hash.chars().take(HASH_DIGITS).collect();
    let readable = readable(&joined, NAME_LIMIT - HASH_DIGITS - 1);
    format!("{}-{hash}", readable.trim_end_matches('-'))
}

/// A name of this many characters at most; a longer one ends in a hash of it.
fn shortened(name: &str, limit: usize) -> String {
    if name.len() <= limit {
        return name.to_owned();
    }
    let hash: String = Fingerprint::of(&name).to_string().chars().take(HASH_DIGITS).collect();
    let readable = readable(name, limit - HASH_DIGITS - 1);
    format!("{}-{hash}", readable.trim_end_matches('-'))
}

/// The readable part of a name: whatever is neither a letter nor a digit is one hyphen.
fn readable(text: &str, limit: usize) -> String {
    let mut readable = String::new();
    for character in text.chars() {
        if readable.len() == limit {
            break;
        }
        match character.is_ascii_alphanumeric() {
            true => readable.push(character),
            false if readable.ends_with('-') => {}
            false => readable.push('-'),
        }
    }
    readable
}

/// Digits of a hash that make a clash impossible in practice.
const HASH_DIGITS: usize = 12;

/// The longest word in a name of a table.
const WORD_LIMIT: usize = 58;

/// The longest beginning that names have in common: shorter than the readable part of any.
const PREFIX_LIMIT: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_such_as_dms_takes() {
        for parts in [["a", "B", "c"], ["NW_Data", "--", "é"], ["x", &"y".repeat(200), "z_"]] {
            let name = hyphenated(&parts);
            assert!(name.len() <= NAME_LIMIT, "{name}");
            assert!(!name.contains("--") && !name.ends_with('-'), "{name}");
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{name}");
        }
        assert_ne!(hyphenated(&["a_b", "c"]), hyphenated(&["a-b", "c"]));
        assert_eq!(hyphenated(&["datasurface", "Lake", "merge"]), "datasurface-lake-merge");
    }

    #[test]
    fn short_names_differ_where_long_ones_do() {
        let long = ["datasurface-states-ingest-store-orders", "datasurface-states-ingest-store-articles"];
        let short = long.map(|name| shortened(name, RESOURCE_IDENTIFIER_LIMIT));
        assert!(short.iter().all(|name| name.len() <= RESOURCE_IDENTIFIER_LIMIT && !name.contains("--")));
        assert_ne!(short[0], short[1]);
        assert_eq!(shortened("datasurface-lake-a", RESOURCE_IDENTIFIER_LIMIT), "datasurface-lake-a");
    }

    #[test]
    fn no_word_begins_with_another_one_and_two_underscores() {
        let long = "x".repeat(80);
        let hashed = word("a__b");
        let words = ["a", "A_b", "a__b", "a_", "a-b", "é", "_", "3rd", &long, &hashed].map(word);
        for one in &words {
            assert!(one.len() <= WORD_LIMIT && !one.contains("__") && !one.ends_with('_'), "{one}");
            assert!(one.starts_with(|c: char| c.is_ascii_lowercase()), "{one}");
            assert!(words.iter().filter(|other| *other == one).count() == 1, "{one}");
        }
        assert_eq!(word("A_b"), "a_b");
    }

    #[test]
    fn names_of_an_instance_begin_alike() {
        for instance in ["Lake", "a_long__name of an instance that is longer than names can be", "é"] {
            let names = Names { instance: instance.to_owned() };
            assert!(names.of_batch("main", "*/10 * * * *").starts_with(&names.prefix()));
            assert!(names.single("merge").starts_with(&names.prefix()));
        }
    }
}
