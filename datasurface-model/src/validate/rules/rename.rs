//! `rename/…`: what had another name before must say so in a way that can be followed.
//!
//! A statement of a former name has a place of its own: `renamed_from`, and in Avro an element of `aliases`.

use super::{RuleContext, check_table, name::written};
use crate::validate::unit::UnitKey;
use datasurface_ecosystem::{
    CodeInfo, DataContainer, Dataset, DatasetGroup, Datastore, Diagnostic, Ecosystem, GovernanceZone,
    InfrastructureLocation, InfrastructureVendor, ModelPath, PlatformDeclaration, Policy, Suggestion, Team,
    TeamDeclaration, Workspace, ZoneDeclaration,
};
use datasurface_schema::{ColumnName, Entity, Name, NameSyntax, Named, segment};
use rustc_hash::{FxHashMap, FxHashSet};

pub(super) static FROM_ITSELF: CodeInfo = CodeInfo::error(
    "rename/from-itself",
    "something says that it had its own name before",
    "A former name is there so that what was built under it is kept. With the same name nothing needs to be said: leave it \
     out.",
);

pub(in crate::validate) static STILL_THERE: CodeInfo = CodeInfo::error(
    "rename/still-there",
    "something was renamed, and the former name is still in use",
    "What was built under the former name would go to the renamed thing, and be missed by the one that still has the name. \
     Remove the old one, or leave the former name out.",
);

pub(super) static TWICE: CodeInfo = CodeInfo::error(
    "rename/twice",
    "two things say that they had the same name before",
    "What was built under the former name can go on under one name only. Let one of the two leave it out. \
     Who says it twice may have meant another name.",
);

pub(super) static CONTINUES_DECLARED: CodeInfo = CodeInfo::warning(
    "rename/continues-declared",
    "a dataset continues one whose name is declared",
    "What is continued is the data that is held of a dataset that is not there any more, by the name under which it is stored. A dataset of \
     that name is declared, and keeps its own data: most often another one was meant, or the data was taken up long ago and \
     `continues` may go. Where the declared one came later and is stored under another name, all is well.",
);

/// Something that may have had another name among its siblings.
trait HasFormerName: Entity<Name: Name> {
    fn former(&self) -> Option<&Self::Name>;
}

macro_rules! renamed {
    ($($entity:ty),* $(,)?) => {$(
        impl HasFormerName for $entity {
            fn former(&self) -> Option<&Self::Name> {
                self.former_name()
            }
        }
    )*};
}

renamed!(
    InfrastructureVendor,
    InfrastructureLocation,
    PlatformDeclaration,
    ZoneDeclaration,
    Policy,
    TeamDeclaration,
    DataContainer,
    Dataset,
    DatasetGroup,
);

pub(super) fn check_ecosystem(ecosystem: &Ecosystem, scope: &mut RuleContext<'_>) {
    if let Some(former) = ecosystem.former_name() {
        alone(ecosystem.name(), former, None, scope);
    }
    siblings(ecosystem.vendors(), scope, |root| root, segment::VENDORS);
    for vendor in ecosystem.vendors() {
        check_locations(vendor.locations(), scope.path().child(segment::VENDORS, vendor.name()), scope);
    }
    siblings(ecosystem.platforms(), scope, |root| root, segment::PLATFORMS);
    siblings(ecosystem.zones(), scope, |root| root, segment::ZONES);
}

/// A tree of locations. Not by recursion: nobody promised that the tree is low.
fn check_locations(outermost: &Named<InfrastructureLocation>, path: ModelPath, scope: &mut RuleContext<'_>) {
    let mut rest = vec![(outermost, path)];
    while let Some((locations, path)) = rest.pop() {
        siblings(locations, scope, |_| path.clone(), segment::LOCATIONS);
        let inside = locations.iter().filter(|location| !location.locations().is_empty());
        rest.extend(
            inside.map(|location| (location.locations(), path.child(segment::LOCATIONS, location.name()))),
        );
    }
}

pub(super) fn check_zone(zone: &GovernanceZone, scope: &mut RuleContext<'_>) {
    siblings(zone.policies(), scope, |unit| unit, segment::POLICIES);
    siblings(zone.teams(), scope, |unit| unit, segment::TEAMS);
}

pub(super) fn check_team(team: &Team, scope: &mut RuleContext<'_>) {
    siblings(team.containers(), scope, |unit| unit, segment::CONTAINERS);
}

pub(super) fn check_datastore(datastore: &Datastore, scope: &mut RuleContext<'_>) {
    if let Some(former) = datastore.former_name() {
        let other = scope.facts.datastore_unit(former).map(|unit| unit.path());
        alone(datastore.name(), former, other, scope);
        let first = scope.facts.first_former_datastore(former);
        claimed(former.as_str(), first, scope);
    }
    siblings(datastore.datasets(), scope, |unit| unit, segment::DATASETS);
    for dataset in datastore.datasets() {
        check_continued(datastore, dataset, scope);
        check_table(dataset.schema(), scope, |scope| check_columns(dataset, scope));
    }
}

fn check_continued(datastore: &Datastore, dataset: &Dataset, scope: &mut RuleContext<'_>) {
    let Some(continued) = dataset.continues() else { return };
    let is_itself = continued.datastore == *datastore.name() && continued.dataset == *dataset.name();
    if !is_itself && scope.facts.dataset(continued).is_some() {
        let message = format!("a dataset `{continued}` is declared, and keeps its own data");
        let path = scope.path().child(segment::DATASETS, dataset.name()).attribute(segment::CONTINUES);
        let finding = Diagnostic::new(&CONTINUES_DECLARED, path, message);
        scope.report(finding.with_help("name what is held, or remove `continues` if that was taken up"));
    }
}

fn check_columns(dataset: &Dataset, scope: &mut RuleContext<'_>) {
    let parent = |unit: ModelPath| unit.child(segment::DATASETS, dataset.name());
    if let Some(avro) = dataset.schema().avro() {
        let members: Vec<NamespaceEntry<'_>> =
            avro.field_names().map(|(name, aliases)| NamespaceEntry { name, former: aliases }).collect();
        if members.iter().any(|member| !member.former.is_empty()) {
            // Each alias is an element of a list.
            let said_at = |column: ModelPath, alias: &str| column.child(segment::ALIASES, alias);
            Namespace::from_entries::<ColumnName>(members).judge(scope, &parent, segment::COLUMNS, &said_at);
        }
        return;
    }
    let columns = dataset.schema().readable().columns();
    if columns.iter().any(|column| column.former_name().is_some()) {
        let columns = columns.iter().map(|column| (column.name(), column.former_name()));
        Namespace::new(columns).judge(scope, &parent, segment::COLUMNS, &|column, _| stated(column));
    }
}

/// Where most things say how they were called.
fn stated(path: ModelPath) -> ModelPath {
    path.attribute(segment::RENAMED_FROM)
}

pub(super) fn check_workspace(workspace: &Workspace, scope: &mut RuleContext<'_>) {
    if let Some(former) = workspace.former_name() {
        let other = scope.facts.workspace_unit(former).map(|unit| unit.path());
        alone(workspace.name(), former, other, scope);
        let first = scope.facts.first_former_workspace(former);
        claimed(former.as_str(), first, scope);
    }
    siblings(workspace.groups(), scope, |unit| unit, segment::GROUPS);
}

fn siblings<T: HasFormerName>(
    entities: &Named<T>,
    scope: &mut RuleContext<'_>,
    parent: impl Fn(ModelPath) -> ModelPath,
    collection: &'static str,
) {
    if entities.iter().any(|entity| entity.former().is_some()) {
        let all = entities.iter().map(|entity| (entity.name(), entity.former()));
        Namespace::new(all).judge(scope, &parent, collection, &|entity, _| stated(entity));
    }
}

/// Names of one kind that are unique among each other, with those that they say they had.
struct Namespace<'n> {
    syntax: NameSyntax,
    noun: &'static str,
    members: Vec<NamespaceEntry<'n>>,
}

struct NamespaceEntry<'n> {
    name: &'n str,
    /// Most things say one. A field of Avro may have had several names.
    former: Vec<&'n str>,
}

impl<'n> Namespace<'n> {
    fn new<N: Name + 'n>(names: impl Iterator<Item = (&'n N, Option<&'n N>)>) -> Self {
        let members = names.map(|(name, former)| NamespaceEntry {
            name: name.as_str(),
            former: former.into_iter().map(Name::as_str).collect(),
        });
        Self::from_entries::<N>(members.collect())
    }

    fn from_entries<N: Name>(members: Vec<NamespaceEntry<'n>>) -> Self {
        Self { syntax: N::SYNTAX, noun: N::NOUN, members }
    }

    /// Judges former names, given where something says that it had one.
    fn judge(
        &self,
        scope: &mut RuleContext<'_>,
        parent: &dyn Fn(ModelPath) -> ModelPath,
        collection: &'static str,
        said_at: &dyn Fn(ModelPath, &str) -> ModelPath,
    ) {
        let at = |root: ModelPath, name: &str| parent(root).child(collection, name);
        let mut names: FxHashSet<&str> = FxHashSet::default();
        names.extend(self.members.iter().map(|member| member.name));
        // Two things may have one name, so each is known by its number.
        let mut first: FxHashMap<&str, (usize, &str)> = FxHashMap::default();
        for (number, &NamespaceEntry { name, ref former }) in self.members.iter().enumerate() {
            for &former in former {
                let other = names.contains(former).then(|| at(scope.path(), former));
                let said = |root: ModelPath| said_at(at(root, name), former);
                written(self.syntax, self.noun, former, scope, &said);
                usable(name, former, other, said(scope.path()), scope);
                if let Some((of, other)) = first.insert(former, (number, name)) {
                    let finding = if of == number {
                        repeated(name, former, said(scope.path()))
                    } else {
                        twice(former, (name, said(scope.path())), (other, at(scope.path(), other)))
                    };
                    scope.report(finding);
                }
            }
        }
    }
}

/// Judges the former name of a unit, given the first unit that says it was called so.
fn claimed(former: &str, first: Option<&UnitKey>, scope: &mut RuleContext<'_>) {
    if let Some(first) = first.filter(|first| *first != scope.unit) {
        let said = (scope.unit.name(), stated(scope.path()));
        let finding = twice(former, said, (first.name(), first.path()));
        scope.report(finding);
    }
}

/// One thing says, at a place, that it had a name before, and so does another one.
fn twice(former: &str, (name, place): (&str, ModelPath), (other, there): (&str, ModelPath)) -> Diagnostic {
    let message = format!("`{name}` and `{other}` both say that they were `{former}` before");
    Diagnostic::new(&TWICE, place, message)
        .with_help("let one of the two leave it out")
        .related_place(there, "says so, too")
}

/// One thing says more than once, at a place, that it had a name before.
fn repeated(name: &str, former: &str, place: ModelPath) -> Diagnostic {
    let message = format!("`{name}` says twice that it was `{former}` before");
    Diagnostic::new(&TWICE, place, message).with_help("say it once, or correct the name that is meant")
}

/// Judges the former name of a unit, given who has that name now.
fn alone<N: Name>(name: &N, former: &N, other: Option<ModelPath>, scope: &mut RuleContext<'_>) {
    written(N::SYNTAX, N::NOUN, former.as_str(), scope, &stated);
    usable(name.as_str(), former.as_str(), other, stated(scope.path()), scope);
}

/// Judges what a former name means, given who has that name now, and where it is said.
fn usable(name: &str, former: &str, other: Option<ModelPath>, path: ModelPath, scope: &mut RuleContext<'_>) {
    if let Some(finding) = unusable(name, former, other, path) {
        scope.report(finding);
    }
}

/// What is wrong with a former name that something has, or has itself.
fn unusable(name: &str, former: &str, other: Option<ModelPath>, path: ModelPath) -> Option<Diagnostic> {
    if name == former {
        let message = format!("`{name}` says that it was `{former}` before");
        let finding = Diagnostic::new(&FROM_ITSELF, path.clone(), message)
            .with_help("leave the former name out")
            .with_suggestion(Suggestion::remove(path));
        return Some(finding);
    }
    let other = other?;
    let message = format!("`{name}` says that it was `{former}` before, which is still there");
    let finding = Diagnostic::new(&STILL_THERE, path.clone(), message)
        .with_help("remove the old one, or leave the former name out")
        .with_suggestion(Suggestion::remove(path))
        .related_place(other, "has that name");
    Some(finding)
}
