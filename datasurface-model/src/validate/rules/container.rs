//! `container/…`: where data is kept.

use super::{Scope, reference};
use crate::{
    diagnostic::{CodeInfo, Diagnostic},
    ecosystem::{ContainerKind, DataContainer, Team},
    named::Entity,
    validate::reference::Reference,
};

pub(super) static NO_LOCATION: CodeInfo = CodeInfo::error(
    "container/no-location",
    "a container is nowhere",
    "Policies decide where data may be kept, so every container must say where it is. Add the place, from the vendor \
     inwards: `Azure/USA/East US 2`.",
);

pub(super) static ADDRESS: CodeInfo = CodeInfo::error(
    "container/address",
    "a container cannot be reached as it is described",
    "The file, host, port or database is missing, or holds characters that cannot be part of it. A platform would \
     find out when it first connects; correct it now.",
);

pub(super) fn check(team: &Team, scope: &mut Scope<'_>) {
    for container in team.containers() {
        let name = container.name();
        if container.locations().is_empty() {
            let message = format!("the container `{name}` has no location");
            let path = scope.path().child("containers", name).attribute("locations");
            let finding = Diagnostic::new(&NO_LOCATION, path, message)
                .help("say where the data is, as in `Azure/USA/East US 2`");
            scope.report(finding);
        }
        for place in container.locations() {
            reference::check(Reference::Location(place.clone()), scope, |unit| {
                unit.child("containers", name).child("locations", place.to_string())
            });
        }
        address(container, scope);
    }
}

fn address(container: &DataContainer, scope: &mut Scope<'_>) {
    let name = container.name();
    let mut report = |attribute: &'static str, problem: &str, help: &str| {
        let path = scope.path().child("containers", name).attribute(attribute);
        let message = format!("the {attribute} of the container `{name}` {problem}");
        scope.report(Diagnostic::new(&ADDRESS, path, message).help(help));
    };
    match container.kind() {
        ContainerKind::Sqlite { file } => {
            if let Some(problem) = missing_or_unprintable(file) {
                report("file", problem, "give the path of the database file");
            }
        }
        ContainerKind::Postgres { host, port, database } => {
            if let Some(problem) = missing_or_unprintable(host) {
                report("host", problem, "give the name or the address of the host");
            } else if host.chars().any(char::is_whitespace) {
                report("host", "contains a blank", "give the name or the address of one host");
            }
            if *port == 0 {
                report(
                    "port",
                    "is 0, on which nothing can listen",
                    "give a port from 1 to 65535, usually 5432",
                );
            }
            if let Some(problem) = missing_or_unprintable(database) {
                report("database", problem, "give the name of the database");
            }
        }
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

#[cfg(test)]
pub(crate) fn cases() -> Vec<super::fixture::Case> {
    use super::fixture::{Case, edited};

    let with = |container: DataContainer| edited(|team| team.container(container));
    let kind = |kind: ContainerKind| with(DataContainer::new("C", kind).located("Azure/USA"));
    let file = |file: &str| kind(ContainerKind::Sqlite { file: file.into() });
    let postgres = |host: &str, port: u16, database: &str| {
        let (host, database) = (host.into(), database.into());
        kind(ContainerKind::Postgres { host, port, database })
    };
    let good = || postgres("db.example", 5432, "a b");
    vec![
        Case::new(
            &NO_LOCATION,
            "containers/C/locations",
            with(DataContainer::sqlite("C", "f.db")),
            with(DataContainer::sqlite("C", "f.db").located("Azure/USA")),
        ),
        Case::new(&ADDRESS, "C/file", file(" "), file("data/f.db")),
        Case::new(&ADDRESS, "C/file", file("a\u{0}b"), file("a b")),
        Case::new(&ADDRESS, "C/host", postgres("", 5432, "a"), good()),
        Case::new(&ADDRESS, "C/host", postgres("a b", 5432, "a"), good()),
        Case::new(&ADDRESS, "C/port", postgres("a", 0, "a"), good()),
        Case::new(&ADDRESS, "C/database", postgres("a", 1, ""), good()),
        Case::new(&ADDRESS, "C/database", postgres("a", 1, "a\nb"), good()),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        super::super::fixture::judge(super::cases());
    }
}
