//! The words that paths are made of, besides names: collections and attributes. A document calls them the same.
//!
//! Tests compare these constants with the shapes of documents, with the types that have such attributes, and with the paths of
//! all diagnostics: a word that only one of them knows would lead nowhere.

/// Defines each word once: as a constant, and in the list of all.
macro_rules! segments {
    ($($constant:ident = $segment:literal;)*) => {
        $(
            #[doc = concat!("`", $segment, "`")]
            pub const $constant: &str = $segment;
        )*

        /// Every word that occurs in a document, in order.
        pub const ALL: &[&str] = &[$($constant),*];
    };
}

segments! {
    ABOUT = "about";
    ACCEPTS_DEPRECATED_UNTIL = "accepts_deprecated_until";
    ACCOUNT = "account";
    ADDRESS = "address";
    ADVANCES = "advances";
    ALIASES = "aliases";
    ALLOW = "allow";
    APPROVED = "approved";
    ARTIFACT = "artifact";
    AT_LEAST = "at_least";
    AT_MOST = "at_most";
    AVRO = "avro";
    BRANCH = "branch";
    BROKERS = "brokers";
    BUCKET = "bucket";
    CAPTURE = "capture";
    CLASSIFICATIONS = "classifications";
    CLASSIFIED_ONLY = "classified_only";
    CLOUD = "cloud";
    CODE = "code";
    COLUMN = "column";
    COLUMNS = "columns";
    CONFIG = "config";
    CONSENTS = "consents";
    CONSISTENCY = "consistency";
    CONTAINER = "container";
    CONTAINERS = "containers";
    CONTINUES = "continues";
    CREDENTIAL = "credential";
    CREDENTIALS = "credentials";
    CREDENTIAL_STORE = "credential_store";
    CRON = "cron";
    DATABASE = "database";
    DATASET = "dataset";
    DATASETS = "datasets";
    DATASTORE = "datastore";
    DATASTORES = "datastores";
    DEADLINE = "deadline";
    DEFINITION = "definition";
    DENY = "deny";
    DEPRECATION = "deprecation";
    DOCUMENTATION = "documentation";
    ENCRYPTION = "encryption";
    ENDPOINT = "endpoint";
    ENTITLEMENT = "entitlement";
    ENTRY_POINT = "entry_point";
    EXPIRES = "expires";
    FILE = "file";
    FORMAT = "format";
    FREES = "frees";
    GROUP = "group";
    GROUP_PINS = "group_pins";
    GROUPS = "groups";
    HINTS = "hints";
    HOLDING_ONLY = "holding_only";
    HOST = "host";
    IMAGE = "image";
    INVALID_ROWS = "invalid_rows";
    KEY = "key";
    KEYLESS = "keyless";
    KIND = "kind";
    LASTS = "lasts";
    LATENCY = "latency";
    LIVE = "live";
    LOCATIONS = "locations";
    MANDATORY = "mandatory";
    MILESTONING = "milestoning";
    MODULE = "module";
    NAME = "name";
    NULLABLE = "nullable";
    OF = "of";
    ONWARD = "onward";
    OPENS = "opens";
    OUTPUT = "output";
    OWNER = "owner";
    PACKAGE = "package";
    PARTITION = "partition";
    PARTS_PER_MILLION = "parts_per_million";
    PATH = "path";
    PLATFORM = "platform";
    PLATFORMS = "platforms";
    POLICIES = "policies";
    POLICY = "policy";
    PORT = "port";
    PREFIX = "prefix";
    PREFIXES = "prefixes";
    PRIMARY_PINS = "primary_pins";
    PRIORITY = "priority";
    PRODUCTION = "production";
    PROJECT = "project";
    PROPERTIES = "properties";
    QUALITY_CHECKS = "quality_checks";
    READ = "read";
    READ_ONLY = "read_only";
    REASON = "reason";
    REGULATORS = "regulators";
    RELEASES = "releases";
    REMOVES = "removes";
    RENAMED_FROM = "renamed_from";
    REPLACEMENT = "replacement";
    REPOSITORY = "repository";
    RETENTION = "retention";
    RULE = "rule";
    SCHEMA = "schema";
    SELECTS = "selects";
    SETTINGS = "settings";
    SINCE = "since";
    SINKS = "sinks";
    SQL = "sql";
    STORAGE_POLICIES = "storage_policies";
    SUNSET = "sunset";
    TABLES = "tables";
    TAGS = "tags";
    TEAM = "team";
    TEAMS = "teams";
    TECHNOLOGY = "technology";
    TEXT = "text";
    TOPICS = "topics";
    TRANSFORMER = "transformer";
    TRIGGER = "trigger";
    TYPE = "type";
    UNTIL = "until";
    UNWAIVABLE = "unwaivable";
    USABLE_BY = "usable_by";
    VALUES = "values";
    VENDOR = "vendor";
    VENDORS = "vendors";
    VERSION = "version";
    WAIVERS = "waivers";
    WISHED_PLATFORM = "wished_platform";
    WITHIN = "within";
    WORKSPACE = "workspace";
    WORKSPACES = "workspaces";
    WRITE = "write";
    ZONE = "zone";
    ZONES = "zones";
}

/// The collection of the documents themselves, by their names.
pub const DOCUMENTS: &str = "documents";
/// The collection of files that record decisions, beside the model.
pub const LOCK: &str = "lock";
/// The collection of nodes of a platform's graph.
pub const NODES: &str = "nodes";
/// The collection of requests to a run.
pub const RUN: &str = "run";
/// The collection of parts in which a platform renders.
pub const SHARDS: &str = "shards";
/// The collection of rendered files, by their names.
pub const TARGET: &str = "target";
/// The collection of all transformers, which are checked together: they can form a cycle.
pub const TRANSFORMERS: &str = "transformers";
