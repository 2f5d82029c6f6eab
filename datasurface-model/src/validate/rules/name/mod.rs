//! `name/…`: how names are written, and that they are unique where they must be.

pub(super) mod look_alike;
mod unique;

use super::{RuleContext, check_table};
use crate::validate::unit_members::folded;
use datasurface_ecosystem::{
    CodeInfo, DataTransformer, Datastore, Diagnostic, Ecosystem, GovernanceZone, InfrastructureLocation,
    ModelPath, PolicyRule, Team, Workspace,
};
use datasurface_schema::{
    Classification, Column, DataType, Documentation, Entity, Name, NameError, NameSyntax, Named, Schema,
    is_reserved_word, segment,
};
use unique::{unique, unique_in_ecosystem};

pub(super) static SYNTAX: CodeInfo = CodeInfo::error(
    "name/syntax",
    "a name is not written as names of its kind are",
    "Names of datastores, datasets, columns, fields, workspaces and dataset groups end up as SQL identifiers: they begin \
     with an ASCII letter, followed by at most 127 ASCII letters, digits or `_`. Other names are 1 to 128 printable \
     characters without `/`, `:` and `#`, which separate names in keys and addresses; each letter and its accents are one \
     character (Unicode's form NFC), so that names that look the same are the same. Rename the thing.",
);

pub(in super::super) static DUPLICATE: CodeInfo = CodeInfo::error(
    "name/duplicate",
    "two things have the same name where it must be unique",
    "References are made by name, and many databases do not tell `Orders` from `orders`: so names are unique without \
     regard to case. Datastores and workspaces are unique in the ecosystem, teams in their zone, containers in \
     their team, datasets in their datastore, groups in their workspace, columns in their table, locations among \
     their siblings; zones, vendors and platforms in the ecosystem. Rename one of the two, or take it away.",
);

pub(super) static RESERVED_WORD: CodeInfo = CodeInfo::warning(
    "name/reserved-word",
    "a name is a reserved word of SQL",
    "Everything that DataSurface generates quotes names. But people who write SQL by hand must quote a word that \
     SQL:2023, PostgreSQL or SQLite reserve, and will forget to. Choose another name if you still can.",
);

pub(super) fn check_ecosystem(ecosystem: &Ecosystem, scope: &mut RuleContext<'_>) {
    check(ecosystem.name(), scope, |root| root.attribute(segment::NAME));
    tags(ecosystem.documentation(), scope, |root| root);
    check_all(ecosystem.zones(), segment::ZONES, scope);
    check_all(ecosystem.vendors(), segment::VENDORS, scope);
    check_all(ecosystem.platforms(), segment::PLATFORMS, scope);
    for platform in ecosystem.platforms() {
        let at = |root: ModelPath| root.child(segment::PLATFORMS, platform.name());
        tags(platform.documentation(), scope, at);
        check(platform.kind(), scope, |root| at(root).attribute(segment::KIND));
        if let Some(store) = platform.credential_store() {
            check(store, scope, |root| at(root).attribute(segment::CREDENTIAL_STORE));
        }
    }
    for vendor in ecosystem.vendors() {
        tags(vendor.documentation(), scope, |root| root.child(segment::VENDORS, vendor.name()));
        check_locations(vendor.locations(), scope.path().child(segment::VENDORS, vendor.name()), scope);
    }
}

/// A tree of locations. Not by recursion: nobody promised that the tree is low.
fn check_locations(outermost: &Named<InfrastructureLocation>, path: ModelPath, scope: &mut RuleContext<'_>) {
    let mut rest = vec![(outermost, path)];
    while let Some((locations, path)) = rest.pop() {
        let at = |location: &str| path.child(segment::LOCATIONS, location);
        unique(locations.names(), scope, |_, name| at(name));
        look_alike::check(locations.names(), scope, |_, name| at(name));
        for location in locations {
            check(location.name(), scope, |_| at(location.name().as_str()));
            tags(location.documentation(), scope, |_| at(location.name().as_str()));
            if !location.locations().is_empty() {
                rest.push((location.locations(), at(location.name().as_str())));
            }
        }
    }
}

pub(super) fn check_zone(zone: &GovernanceZone, scope: &mut RuleContext<'_>) {
    check_all(zone.teams(), segment::TEAMS, scope);
    check_all(zone.policies(), segment::POLICIES, scope);
    tags(zone.documentation(), scope, |unit| unit);
    for policy in zone.policies() {
        tags(policy.documentation(), scope, |unit| unit.child(segment::POLICIES, policy.name()));
        if let PolicyRule::Classifications(permitted) = policy.rule() {
            let rule =
                |unit: ModelPath| unit.child(segment::POLICIES, policy.name()).attribute(segment::RULE);
            for label in permitted.allowed().into_iter().flatten() {
                check(label, scope, |unit| rule(unit).child(segment::ALLOW, label));
            }
            for label in permitted.denied() {
                check(label, scope, |unit| rule(unit).child(segment::DENY, label));
            }
        }
    }
}

pub(super) fn check_team(team: &Team, scope: &mut RuleContext<'_>) {
    check_all(team.containers(), segment::CONTAINERS, scope);
    check_all(team.credentials(), segment::CREDENTIALS, scope);
    tags(team.documentation(), scope, |unit| unit);
    for container in team.containers() {
        tags(container.documentation(), scope, |unit| unit.child(segment::CONTAINERS, container.name()));
    }
}

pub(super) fn check_datastore(datastore: &Datastore, scope: &mut RuleContext<'_>) {
    check_identifier(datastore.name(), scope, |unit| unit);
    let folded = folded(datastore.name().as_str());
    let first = scope.facts.first_datastore(&folded);
    unique_in_ecosystem(segment::DATASTORES, first, scope);
    tags(datastore.documentation(), scope, |unit| unit);

    check_all_identifiers(datastore.datasets(), segment::DATASETS, scope);
    for dataset in datastore.datasets() {
        let at = |unit: ModelPath| unit.child(segment::DATASETS, dataset.name());
        classifications(dataset.classifications(), scope, at);
        check_table(dataset.schema(), scope, |scope| check_columns(dataset.schema(), scope, at));
        tags(dataset.documentation(), scope, at);
    }
}

fn check_columns(schema: &Schema, scope: &mut RuleContext<'_>, at: impl Fn(ModelPath) -> ModelPath) {
    let (columns, unread) = (schema.readable().columns(), schema.unreadable_columns().names());
    let names = columns.iter().map(Column::name).chain(unread);
    unique(names, scope, |unit, name| at(unit).child(segment::COLUMNS, name));
    for name in unread {
        check_identifier(name, scope, |unit| at(unit).child(segment::COLUMNS, name));
    }
    for column in columns {
        let at = |unit| at(unit).child(segment::COLUMNS, column.name());
        check_identifier(column.name(), scope, at);
        classifications(column.classifications(), scope, at);
        tags(column.documentation(), scope, at);
        fields(column.data_type(), scope, &at);
    }
}

pub(super) fn check_workspace(workspace: &Workspace, scope: &mut RuleContext<'_>) {
    check_identifier(workspace.name(), scope, |unit| unit);
    let folded = folded(workspace.name().as_str());
    let first = scope.facts.first_workspace(&folded);
    unique_in_ecosystem(segment::WORKSPACES, first, scope);
    tags(workspace.documentation(), scope, |unit| unit);

    check_all_identifiers(workspace.groups(), segment::GROUPS, scope);
    for group in workspace.groups() {
        tags(group.documentation(), scope, |unit| unit.child(segment::GROUPS, group.name()));
        for regulator in &group.requirements().regulators {
            check(regulator, scope, |unit| {
                unit.child(segment::GROUPS, group.name()).child(segment::REGULATORS, regulator)
            });
        }
    }
    for principal in workspace.entitlement().principals() {
        check(principal.name(), scope, |unit| unit.child(segment::ENTITLEMENT, principal.to_string()));
    }
    for label in workspace.classification_limit().into_iter().flatten() {
        check(label, scope, |unit| unit.child(segment::HOLDING_ONLY, label));
    }
    for (dataset, removals) in workspace.transformer().into_iter().flat_map(DataTransformer::removals) {
        for label in removals.keys() {
            check(label, scope, |unit| {
                unit.attribute(segment::TRANSFORMER).child(segment::REMOVES, dataset).entry(label)
            });
        }
    }
}

/// The fields of structs, at every depth. Types are not nested deeply.
fn fields(data_type: &DataType, scope: &mut RuleContext<'_>, at: &dyn Fn(ModelPath) -> ModelPath) {
    match data_type {
        DataType::Array(array) => fields(array.element(), scope, at),
        DataType::Map(map) => {
            fields(map.key(), scope, at);
            fields(map.value(), scope, at);
        }
        DataType::Struct(structure) => {
            for field in structure.fields() {
                identifier("field", field.name().as_str(), scope, at);
                fields(field.data_type(), scope, at);
            }
        }
        _ => {}
    }
}

fn tags(
    documentation: Option<&Documentation>,
    scope: &mut RuleContext<'_>,
    at: impl Fn(ModelPath) -> ModelPath,
) {
    for tag in documentation.into_iter().flat_map(Documentation::tags) {
        check(tag, scope, |unit| at(unit).attribute(segment::DOCUMENTATION).child(segment::TAGS, tag));
    }
}

fn classifications<'c>(
    all: impl IntoIterator<Item = &'c Classification>,
    scope: &mut RuleContext<'_>,
    at: impl Fn(ModelPath) -> ModelPath,
) {
    for classification in all {
        check(classification, scope, |unit| at(unit).child(segment::CLASSIFICATIONS, classification));
    }
}

fn check_all<T: Entity<Name: Name>>(
    entities: &Named<T>,
    collection: &'static str,
    scope: &mut RuleContext<'_>,
) {
    unique(entities.names(), scope, |unit, name| unit.child(collection, name));
    look_alike::check(entities.names(), scope, |unit, name| unit.child(collection, name));
    for name in entities.names() {
        check(name, scope, |unit| unit.child(collection, name.as_str()));
    }
}

fn check_all_identifiers<T: Entity<Name: Name>>(
    entities: &Named<T>,
    collection: &'static str,
    scope: &mut RuleContext<'_>,
) {
    unique(entities.names(), scope, |unit, name| unit.child(collection, name));
    for name in entities.names() {
        check_identifier(name, scope, |unit| unit.child(collection, name.as_str()));
    }
}

/// Judges the classifications that an ecosystem declares.
pub(super) fn check_labels<'l>(
    labels: impl Iterator<Item = &'l Classification> + Clone,
    scope: &mut RuleContext<'_>,
    at: impl Fn(ModelPath, &str) -> ModelPath,
) {
    unique(labels.clone(), scope, &at);
    look_alike::check(labels.clone(), scope, &at);
    for label in labels {
        check(label, scope, |unit| at(unit, label.as_str()));
    }
}

/// Judges how a name is written.
pub(super) fn check<N: Name>(name: &N, scope: &mut RuleContext<'_>, at: impl Fn(ModelPath) -> ModelPath) {
    written(N::SYNTAX, N::NOUN, name.as_str(), scope, &at);
}

/// Judges how a name of a kind is written.
pub(super) fn written(
    syntax: NameSyntax,
    noun: &'static str,
    name: &str,
    scope: &mut RuleContext<'_>,
    at: &dyn Fn(ModelPath) -> ModelPath,
) {
    if let Err(error) = syntax.check(noun, name) {
        let path = at(scope.path());
        scope.report(misspelt(&error, path));
    }
}

fn misspelt(error: &NameError, path: ModelPath) -> Diagnostic {
    Diagnostic::new(&SYNTAX, path, error.to_string()).with_help(error.help())
}

/// A name that ends up as an SQL identifier.
fn check_identifier<N: Name>(name: &N, scope: &mut RuleContext<'_>, at: impl Fn(ModelPath) -> ModelPath) {
    identifier(N::NOUN, name.as_str(), scope, &at);
}

fn identifier(
    noun: &'static str,
    name: &str,
    scope: &mut RuleContext<'_>,
    at: &dyn Fn(ModelPath) -> ModelPath,
) {
    if is_reserved_word(name) {
        let path = at(scope.path());
        let message = format!("the {noun} name `{name}` is a reserved word of SQL");
        let help = "choose another name, or quote it wherever SQL is written by hand";
        scope.report(Diagnostic::new(&RESERVED_WORD, path, message).with_help(help));
    } else {
        written(NameSyntax::Identifier, noun, name, scope, at);
    }
}
