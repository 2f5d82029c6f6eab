//! `container/…`: where data is kept.

pub(super) mod same_place;
pub(super) mod users;

use super::{RuleContext, credential, reference};
use datasurface_ecosystem::{
    CodeInfo, ContainerKind, DataContainer, Diagnostic, ModelPath, Protects, Reference, Suggestion, Team,
    canonical_host,
    governance::known_technology,
    holds_secret, redact_passwords,
    syntax::{database_file_error, is_bucket, is_endpoint, is_host, is_key_prefix, is_port},
};
use datasurface_schema::{ContainerKey, Entity, Place, segment};
use std::collections::BTreeSet;

pub(super) static NO_LOCATION: CodeInfo = CodeInfo::error(
    "container/no-location",
    "a container is nowhere",
    "Policies decide where data may be kept, so every container must say where it is. Add the place, from the vendor \
     inwards: `Azure/USA/East US 2`.",
)
.protecting(Protects::ContainerTeam);

pub(super) static UNEXPECTED_LOCATION: CodeInfo = CodeInfo::error(
    "container/unexpected-location",
    "a container that the platform manages says where it is",
    "What a platform provides is where the platform keeps it, and the platform says so itself. A location here would be \
     a promise that nobody keeps: remove it.",
)
.protecting(Protects::ContainerTeam);

pub(super) static ADDRESS: CodeInfo = CodeInfo::error(
    "container/address",
    "a container cannot be reached as it is described",
    "The file, host, port, database, bucket or broker is missing, or holds characters that cannot be part of it. A \
     platform would find out when it first connects; correct it now. Nor does an address hold a password or a token: everybody \
     who reads the model would have it. Name a credential instead.",
)
.protecting(Protects::ContainerTeam);

pub(super) fn check(team: &Team, scope: &mut RuleContext<'_>) {
    for container in team.containers() {
        locations(container, scope);
        let mut addresses = Addresses { container, scope };
        addresses.check();
        same_place::check(container, scope);
        users::check(container, scope);
        credential::check_default(container, scope);
    }
}

fn locations(container: &DataContainer, scope: &mut RuleContext<'_>) {
    let name = container.name();
    let is_managed = matches!(container.kind(), ContainerKind::PlatformManaged);
    let path =
        |scope: &RuleContext<'_>| scope.path().child(segment::CONTAINERS, name).attribute(segment::LOCATIONS);
    if container.locations().is_empty() && !is_managed {
        let message = format!("the container `{name}` has no location");
        let finding = Diagnostic::new(&NO_LOCATION, path(scope), message)
            .with_help("say where the data is, as in `Azure/USA/East US 2`");
        scope.report(finding);
    }
    if is_managed && !container.locations().is_empty() {
        let message = format!("the container `{name}` is wherever the platform is, and has a location");
        let finding = Diagnostic::new(&UNEXPECTED_LOCATION, path(scope), message)
            .with_help("remove the location")
            .with_suggestion(Suggestion::remove(path(scope)));
        scope.report(finding);
    }
    for place in container.locations() {
        let at = |unit: ModelPath| {
            unit.child(segment::CONTAINERS, name).child(segment::LOCATIONS, place.to_string())
        };
        let is_there = |name: &str| container.locations().contains(&Place::from(name));
        reference::check_element(Reference::Location(place.clone()), scope, at, is_there);
    }
}

/// Where the container of this key is.
pub(super) fn path_of(key: &ContainerKey) -> ModelPath {
    let team = ModelPath::root().child(segment::ZONES, &key.zone).child(segment::TEAMS, &key.team);
    team.child(segment::CONTAINERS, &key.container)
}

/// The addresses of one container.
struct Addresses<'a, 'u> {
    container: &'a DataContainer,
    scope: &'a mut RuleContext<'u>,
}

impl Addresses<'_, '_> {
    fn check(&mut self) {
        let kind = self.container.kind();
        if let Some(server) = kind.server() {
            self.host(server.host);
            self.port(server.port);
            self.text(segment::DATABASE, server.database, "give the name of the database");
        }
        match kind {
            ContainerKind::Sqlite { file } | ContainerKind::DuckDb { file } => {
                self.text(segment::FILE, file, "give the path of the database file");
                if let Some((error, help)) = database_file_error(file) {
                    self.report(segment::FILE, error, help);
                }
            }
            ContainerKind::Snowflake { account, database } => {
                self.word(segment::ACCOUNT, account, "give the account as `organization-account`");
                self.text(segment::DATABASE, database, "give the name of the database");
            }
            ContainerKind::ObjectStorage { bucket, prefix, endpoint } => {
                self.bucket(bucket);
                if !self.secret(segment::PREFIX, prefix) && !is_key_prefix(prefix) {
                    let error = "contains control characters, a sign such as `*`, or a part that is empty, `.` or `..`";
                    self.report(segment::PREFIX, error, "give what the keys begin with");
                }
                if let Some(endpoint) = endpoint {
                    self.endpoint(endpoint);
                }
            }
            ContainerKind::Kafka { brokers } => self.brokers(brokers),
            ContainerKind::Custom { technology, properties } => {
                self.technology(technology);
                if holds_secret(properties) {
                    let help = "take it out and change it, and name a credential instead";
                    self.report(segment::PROPERTIES, "hold a password or a token", help);
                }
            }
            _ => {}
        }
    }

    fn host(&mut self, host: &str) {
        const HELP: &str = "give the name or the address of one host, without scheme, port and path";
        if self.secret(segment::HOST, host) {
            return;
        }
        if let Some(error) = word_error(host) {
            self.report(segment::HOST, error, HELP);
        } else if !is_host(host) {
            self.report(segment::HOST, &format!("is `{host}`, which is no name of a host"), HELP);
        }
    }

    fn port(&mut self, port: u16) {
        if port == 0 {
            self.report(segment::PORT, "is 0, on which nothing can listen", "give a port from 1 to 65535");
        }
    }

    fn bucket(&mut self, bucket: &str) {
        if self.secret(segment::BUCKET, bucket) {
            return;
        }
        if !is_bucket(bucket) {
            self.report(
                segment::BUCKET,
                "is not named as buckets are",
                "give 3 to 63 lower case letters, digits, `.`, `-` or `_`, with a letter or a digit at both ends",
            );
        }
    }

    fn endpoint(&mut self, endpoint: &str) {
        if self.secret(segment::ENDPOINT, endpoint) {
            return;
        }
        const HELP: &str =
            "give the address of the service, as in `https://files.example.org:9000`, or leave it out";
        if let Some(error) = word_error(endpoint) {
            self.report(segment::ENDPOINT, error, HELP);
        } else if !is_endpoint(endpoint) {
            self.report(segment::ENDPOINT, "is no address of a service", HELP);
        }
    }

    fn technology(&mut self, technology: &str) {
        self.word(segment::TECHNOLOGY, technology, "give the name that the platform's plug-in knows");
        // Policies and rules about a kind would not hold for what is called like it.
        if let Some(known) = known_technology(technology) {
            let help = format!("write `kind: {known}`, with its address, in place of `custom`");
            self.report(
                segment::TECHNOLOGY,
                &format!("is `{technology}`, which is a kind of its own"),
                &help,
            );
        }
    }

    fn brokers(&mut self, brokers: &[datasurface_schema::Text]) {
        const HELP: &str = "give at least one broker, each as `host:port`";
        if brokers.is_empty() {
            self.report(segment::BROKERS, "is missing", HELP);
        }
        let mut known = BTreeSet::new();
        for broker in brokers {
            if self.secret(segment::BROKERS, broker) {
                continue;
            }
            let good = broker.rsplit_once(':').filter(|(host, port)| is_host(host) && is_port(port));
            match good {
                None => self.report(segment::BROKERS, &format!("has `{broker}`, which is no address"), HELP),
                Some((host, port)) if !known.insert((canonical_host(host), port.parse::<u16>().ok())) => {
                    let help = "name each broker once; one of the two was most likely meant to be another";
                    self.report(segment::BROKERS, &format!("has `{broker}` twice"), help);
                }
                Some(_) => {}
            }
        }
    }

    /// Reports a password or a token in an address, without repeating it.
    fn secret(&mut self, attribute: &'static str, text: &str) -> bool {
        let is_secret = redact_passwords(&format!("{attribute}: {text}")).is_some();
        if is_secret {
            let help = "take it out and change it, and name a credential instead";
            self.report(attribute, "holds a password, a token or a query", help);
        }
        is_secret
    }

    fn text(&mut self, attribute: &'static str, text: &str, help: &str) {
        if self.secret(attribute, text) {
            return;
        }
        if let Some(error) = missing_or_unprintable(text) {
            self.report(attribute, error, help);
        }
    }

    fn word(&mut self, attribute: &'static str, text: &str, help: &str) {
        if self.secret(attribute, text) {
            return;
        }
        if let Some(error) = word_error(text) {
            self.report(attribute, error, help);
        }
    }

    fn report(&mut self, attribute: &'static str, error: &str, help: &str) {
        let name = self.container.name();
        let path = self.scope.path().child(segment::CONTAINERS, name).attribute(attribute);
        let message = format!("the {attribute} of the container `{name}` {error}");
        self.scope.report(Diagnostic::new(&ADDRESS, path, message).with_help(help));
    }
}

fn missing_or_unprintable(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        Some("is missing")
    } else if text.chars().any(char::is_control) {
        Some("contains control characters")
    } else {
        None
    }
}

fn word_error(text: &str) -> Option<&'static str> {
    missing_or_unprintable(text)
        .or_else(|| text.chars().any(char::is_whitespace).then_some("contains a blank"))
}
