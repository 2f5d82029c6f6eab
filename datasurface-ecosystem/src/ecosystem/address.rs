//! The addresses of containers: two that share one are one physical database.

use super::{
    ContainerKind, ContainerTechnology, DataContainer, DatabaseServer,
    custom_address::{custom_address, custom_databases},
};
use datasurface_schema::{Text, folded};
use std::net::IpAddr;
use unicode_normalization::UnicodeNormalization;

/// Longest key of an object, in bytes: longer prefixes begin nothing.
const LONGEST_KEY: usize = 1024;

/// The beginning of the address of a file.
const FILE: &str = "file ";

/// The beginning of the address of a folder of files.
const FOLDER: &str = "folder ";

/// The beginning of the address of whatever is at a host.
const HOST: &str = "host ";

/// The beginning of the address of a prefix of a bucket.
const OBJECTS: &str = "object_storage ";

/// The ends of the name of a Snowflake account's server, the outermost first: the same account is reached by several networks, and its region
/// tells the cloud.
const SNOWFLAKE: [&str; 7] = [
    ".snowflakecomputing.com",
    ".snowflakecomputing.cn",
    ".privatelink",
    ".global",
    ".aws",
    ".azure",
    ".gcp",
];

/// The names by which a machine calls itself, besides those below `localhost`.
const OWN_NAMES: [&str; 6] =
    ["localhost", "localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback"];

impl DataContainer {
    /// Returns the addresses of the container. Two containers that share one are one physical database. A cluster has several; a container
    /// of which nobody but a plug-in knows where it is has none.
    #[must_use]
    pub fn addresses(&self) -> Vec<Text> {
        let kind = self.kind();
        let technology = kind.technology();
        let at = |host: &str| format!("{technology} {}", canonical_host(host));
        if let Some(DatabaseServer { host, port, database }) = kind.server() {
            // These engines tell no cases apart.
            let folds = matches!(
                kind,
                ContainerKind::SqlServer { .. } | ContainerKind::Db2 { .. } | ContainerKind::Oracle { .. }
            );
            let database = if folds { database.to_lowercase() } else { database.to_string() };
            return vec![format!("{} {port} {database}", at(host)).into()];
        }
        match kind {
            ContainerKind::Sqlite { .. } | ContainerKind::DuckDb { .. } => {
                self.file_address().into_iter().collect()
            }
            ContainerKind::Snowflake { account, database } => {
                // Snowflake tells no cases apart.
                let (account, database) = (canonical_account(account), database.to_ascii_lowercase());
                vec![format!("{technology} {account} {database}").into()]
            }
            ContainerKind::ObjectStorage { bucket, prefix, endpoint } => {
                vec![in_bucket(bucket, prefix.trim_end_matches('/'), endpoint.as_deref())]
            }
            ContainerKind::Kafka { brokers } => {
                let brokers = brokers.iter().filter_map(|broker| broker.rsplit_once(':'));
                brokers.map(|(host, port)| format!("{} {}", at(host), canonical_port(port)).into()).collect()
            }
            // Where it is said to be tells it from no other one, as of a file: else whoever says another place has another database.
            ContainerKind::Custom { technology, properties } => {
                custom_address(technology, properties).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns the address of a container that is one file, which programs open themselves.
    #[must_use]
    pub fn file_address(&self) -> Option<Text> {
        match self.kind() {
            // One file is one file, whatever opens it and wherever it is said to be: a platform finds it by its name alone. Some systems
            // do not tell cases apart, have another sign between folders, or leave out what a name ends with.
            ContainerKind::Sqlite { file } | ContainerKind::DuckDb { file } => {
                Some(format!("{FILE}{}", canonical_path(file)).into())
            }
            _ => None,
        }
    }

    /// Whether the container is a part of what has this address: a file of a [folder](folder_address), or a prefix of a bucket.
    #[must_use]
    pub fn is_part_of(&self, address: &str) -> bool {
        let is_inside = |own: &Text| own.as_str() != address && is_address_within(own, address);
        match self.kind() {
            ContainerKind::Sqlite { .. } | ContainerKind::DuckDb { .. } if address.starts_with(FOLDER) => {
                self.file_address().iter().any(is_inside)
            }
            ContainerKind::ObjectStorage { .. } if address.starts_with(OBJECTS) => {
                self.addresses().iter().any(is_inside)
            }
            _ => false,
        }
    }

    /// Returns the addresses without ports. Two containers that share one may be one physical database: by the port of a server, of a pool of connections, or of
    /// one of several listeners. What a machine calls itself has none: its ports are apart. A technology that only plug-ins know may be another word for any.
    #[must_use]
    pub fn host_addresses(&self) -> Vec<Text> {
        let technology = self.kind().technology();
        let of_technology = |technology: &str, host: &str, rest: &str| {
            let host = canonical_host(host);
            (host != "localhost").then(|| Text::from(format!("{HOST}{technology} {host} {rest}")))
        };
        let of_host = |host: &str, rest: &str| of_technology(technology.as_str(), host, rest);
        if let Some(DatabaseServer { host, database, .. }) = self.kind().server() {
            return of_host(host, &database.to_lowercase()).into_iter().collect();
        }
        match self.kind() {
            ContainerKind::Kafka { brokers } => {
                let hosts = brokers.iter().filter_map(|broker| broker.rsplit_once(':'));
                hosts.filter_map(|(host, _)| of_host(host, "")).collect()
            }
            ContainerKind::Custom { properties, technology: _ } => {
                let words = || ContainerTechnology::WORDS.iter().copied().chain(["custom"]);
                let databases = custom_databases(properties).into_iter();
                databases
                    .flat_map(|(host, database)| {
                        words().filter_map(move |word| of_technology(word, &host, &database))
                    })
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns the addresses of what the container is a part of: of its bucket, and of each prefix that begins its own.
    #[must_use]
    pub fn outer_addresses(&self) -> Vec<Text> {
        let ContainerKind::ObjectStorage { bucket, prefix, endpoint } = self.kind() else {
            return Vec::new();
        };
        let own = prefix.trim_end_matches('/');
        if own.is_empty() {
            return Vec::new();
        }
        let parts = own.match_indices('/').map(|(end, _)| end).take_while(|end| *end <= LONGEST_KEY);
        let outer = parts.filter_map(|end| own.get(..end));
        std::iter::once("").chain(outer).map(|outer| in_bucket(bucket, outer, endpoint.as_deref())).collect()
    }
}

/// Returns the address of a folder of files, however its path is written. Every file in it [is a part of it](DataContainer::is_part_of).
#[must_use]
pub fn folder_address(folder: &str) -> Text {
    format!("{FOLDER}{}", canonical_path(folder)).into()
}

/// Whether what has one [address](DataContainer::addresses) is what has another one, or a part of it: a file or a folder in a folder, or a
/// prefix of a bucket that continues another one.
#[must_use]
pub fn is_address_within(address: &str, outer: &str) -> bool {
    let part = |rest: &str| rest.is_empty() || rest.starts_with('/');
    if let Some(folder) = outer.strip_prefix(FOLDER) {
        let path = address.strip_prefix(FILE).or_else(|| address.strip_prefix(FOLDER));
        return path.and_then(|path| path.strip_prefix(folder)).is_some_and(part);
    }
    // The address of a whole bucket ends where a prefix would begin.
    let is_whole_bucket = outer.starts_with(OBJECTS) && outer.ends_with(' ');
    match address.strip_prefix(outer) {
        Some(rest) if outer.starts_with(OBJECTS) => is_whole_bucket || part(rest),
        rest => rest == Some(""),
    }
}

/// Returns the one form of a path that can be written in several.
fn canonical_path(path: &str) -> String {
    let path = ContainerKind::plain_file(&path.replace('\\', "/"));
    let composed: String = path.nfc().collect();
    let path: String = folded(&composed).collect();
    path.trim_end_matches(['.', ' ']).to_owned()
}

fn in_bucket(bucket: &str, prefix: &str, endpoint: Option<&str>) -> Text {
    let endpoint = endpoint.map(canonical_endpoint).unwrap_or_default();
    // Some write the bucket before the host.
    let endpoint = endpoint.strip_prefix(bucket).and_then(|rest| rest.strip_prefix('.')).unwrap_or(&endpoint);
    format!("{OBJECTS}{endpoint} {bucket} {prefix}").into()
}

/// Returns the one form of a Snowflake account, which is written alone or as its server's address. Between its parts, statements have a dot
/// where addresses have a hyphen; in an address, an underscore is a hyphen.
fn canonical_account(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let text = text.split_once("://").map_or(&*text, |(_, rest)| rest);
    let text = text.split(['/', '?', '#', ':']).next().unwrap_or_default().trim_end_matches('.');
    let account = SNOWFLAKE.iter().fold(text, |text, end| text.strip_suffix(end).unwrap_or(text));
    account.replace(['.', '_'], "-")
}

/// Returns the one form of an endpoint of object storage: without the scheme and its port, as either leads to the same buckets; empty for
/// those of AWS, whose buckets have one name wherever they are asked for.
fn canonical_endpoint(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let text = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(&text);
    let text = text.trim_end_matches('/');
    let (server, path) = text.split_at(text.find('/').unwrap_or(text.len()));
    let (host, port) = match server.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|letter| letter.is_ascii_digit()) => (host, port),
        _ => (server, ""),
    };
    let host = canonical_host(host);
    match canonical_port(port) {
        _ if is_of_aws(&host) => String::new(),
        "" | "80" | "443" => format!("{host}{path}"),
        port => format!("{host}:{port}{path}"),
    }
}

/// Whether a host leads to the buckets of AWS: of any region, by the Internet or by an endpoint of a network, with or without the bucket before it.
fn is_of_aws(host: &str) -> bool {
    let is_service = |label: &str| label == "s3" || label.starts_with("s3-");
    host.ends_with(".amazonaws.com") && host.split('.').any(is_service)
}

/// Returns a port without the zeros before it.
fn canonical_port(text: &str) -> &str {
    text.trim_start_matches('0')
}

/// Returns the one form of a host that can be written in several: an address of the Internet, a name in any case, what a machine calls
/// itself.
#[must_use]
pub fn canonical_host(text: &str) -> String {
    let text = text.strip_suffix('.').unwrap_or(text);
    let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match inside.unwrap_or(text).parse::<IpAddr>() {
        // What a machine calls itself.
        Ok(address) if address.to_canonical().is_loopback() || address.to_canonical().is_unspecified() => {
            "localhost".to_owned()
        }
        Ok(address) => address.to_canonical().to_string(),
        Err(_) => {
            let name = text.to_ascii_lowercase();
            let is_own = name.ends_with(".localhost") || OWN_NAMES.contains(&&*name);
            if is_own { "localhost".to_owned() } else { name }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_has_one_address() {
        let address = |file: &str| DataContainer::sqlite("Lake", file).file_address();
        for same in ["./A/x.db", "a//b/../x.db", "a\\x.db", "a/x.db.", "a/x.db  "] {
            assert_eq!(address(same), address("a/x.db"), "{same}");
        }
        for other in ["a/y.db", "x.db", "/a/x.db"] {
            assert_ne!(address(other), address("a/x.db"), "{other}");
        }
        // Some systems write a letter with an accent as two.
        assert_eq!(address("CAFE\u{301}.db"), address("caf\u{e9}.db"));
        assert_eq!(address("ΣΑΣ.db"), address("σας.db"));
    }

    #[test]
    fn one_bucket_is_reached_by_many_endpoints() {
        let at = |endpoint| in_bucket("lake", "raw", Some(endpoint));
        for endpoint in [
            "https://s3.eu-west-1.amazonaws.com",
            "https://lake.s3.eu-west-1.amazonaws.com",
            "s3-accelerate.amazonaws.com",
            "https://bucket.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com:443/",
        ] {
            assert_eq!(at(endpoint), in_bucket("lake", "raw", None), "{endpoint}");
        }
        assert_eq!(at("https://lake.minio.example:9000"), at("http://minio.example:9000"));
        assert_ne!(at("https://sqs.amazonaws.com"), in_bucket("lake", "raw", None));
        assert_ne!(at("https://minio.example"), at("https://minio2.example"));
    }

    #[test]
    fn files_are_in_folders_and_prefixes_in_buckets() {
        let folder = folder_address("./data/A.db.received");
        for inside in
            ["data/a.db.received/x.db", "DATA\\a.db.received\\sub\\x.db", "data/b/../a.db.received/x.db"]
        {
            assert!(DataContainer::sqlite("Peek", inside).is_part_of(&folder), "{inside}");
        }
        for outside in
            ["data/a.db", "data/a.db.received2/x.db", "a.db.received/x.db", "data/a.db.received/../x.db"]
        {
            assert!(!DataContainer::sqlite("Peek", outside).is_part_of(&folder), "{outside}");
        }
        assert!(is_address_within(&folder, &folder) && is_address_within(&folder, &folder_address("data")));
        assert!(!is_address_within(&folder_address("data"), &folder));
        let bucket = |prefix: &str| in_bucket("lake", prefix, None);
        for (inner, outer, is_inside) in
            [("a/b", "a", true), ("a", "", true), ("", "", true), ("ab", "a", false), ("", "a", false)]
        {
            assert_eq!(is_address_within(&bucket(inner), &bucket(outer)), is_inside, "{inner} {outer}");
        }
        assert!(!is_address_within(&in_bucket("lakes", "", None), &bucket("")));
        assert!(
            is_address_within("mine", "mine") && !is_address_within("mine/2", "mine"),
            "what a plug-in calls a store"
        );
    }

    #[test]
    fn one_account_has_one_address() {
        let address = |account: &str| {
            let kind = ContainerKind::Snowflake { account: account.into(), database: "Shop".into() };
            DataContainer::new("Lake", kind).addresses()
        };
        let one = address("acc.eu-central-1");
        for same in [
            "ACC.eu-central-1",
            "acc.eu-central-1.snowflakecomputing.com",
            "https://acc.eu-central-1.snowflakecomputing.com",
            "https://acc.eu-central-1.snowflakecomputing.com:443/console",
            "acc.eu-central-1.privatelink",
            "acc.eu-central-1.privatelink.snowflakecomputing.com.",
            "acc.eu-central-1.global",
            "acc.eu-central-1.aws",
        ] {
            assert_eq!(address(same), one, "{same}");
        }
        assert_eq!(address("org-a_x"), address("org-a-x"));
        assert_eq!(address("org.acc"), address("org-acc"));
        for other in
            ["acc", "acc.eu-central-2", "bcc.eu-central-1", "https://bcc.eu-central-1.snowflakecomputing.com"]
        {
            assert_ne!(address(other), one, "{other}");
        }
    }

    #[test]
    fn a_machine_calls_itself_by_many_names() {
        for own in [
            "LOCALHOST",
            "localhost.",
            "localhost.localdomain",
            "x.localhost",
            "a.b.localhost.",
            "127.0.0.2",
            "[::1]",
        ] {
            assert_eq!(canonical_host(own), "localhost", "{own}");
        }
        for other in ["localhost.example", "xlocalhost", "localdomain", "10.0.0.1"] {
            assert_ne!(canonical_host(other), "localhost", "{other}");
        }
    }
}
