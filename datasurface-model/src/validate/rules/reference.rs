//! `reference/…`: what a part of the model refers to must exist.

use super::Scope;
use crate::{
    diagnostic::{CodeInfo, Diagnostic, ModelPath},
    validate::reference::Reference,
};

macro_rules! unknown {
    ($($code:ident = $slug:literal, $noun:literal, $help:literal;)*) => {$(
        pub(super) static $code: CodeInfo = CodeInfo::error(
            concat!("reference/unknown-", $slug),
            concat!("a ", $noun, " is referred to that does not exist"),
            concat!(
                "References are made by name, letter by letter. A reference to a ", $noun, " that does not exist is \
                 most often a slip of the pen, or is left over from something that was renamed or removed. To get rid \
                 of it, ", $help, ".",
            ),
        );
    )*};
}

unknown! {
    UNKNOWN_VENDOR = "vendor", "vendor", "correct the name, or add the vendor to the ecosystem";
    UNKNOWN_LOCATION = "location", "location", "correct the path, or add the location to its vendor";
    UNKNOWN_PLATFORM = "platform", "platform", "correct the name, or declare the platform in the ecosystem";
    UNKNOWN_CONTAINER = "container", "container", "correct the key (`zone/team/container`), or add the container to its team";
    UNKNOWN_DATASTORE = "datastore", "datastore", "correct the name, or add the datastore to a team";
    UNKNOWN_DATASET = "dataset", "dataset", "correct the name, or add the dataset to its datastore";
    UNKNOWN_WORKSPACE = "workspace", "workspace", "correct the name, or add the workspace to a team";
    UNKNOWN_POLICY = "policy", "policy", "correct the name, or add the policy to the zone of the datastore";
    UNKNOWN_GROUP = "group", "dataset group", "correct the name, or add the group to its workspace";
}

/// Reports a reference that leads nowhere; if what should be around it does not exist either, then that.
pub(super) fn check(reference: Reference, scope: &mut Scope<'_>, at: impl FnOnce(ModelPath) -> ModelPath) {
    if scope.facts.exists(&reference) {
        return;
    }
    let unknown = match reference.parent() {
        Some(parent) if !scope.facts.exists(&parent) => parent,
        _ => reference.clone(),
    };
    let (code, message, help) = describe(&unknown);
    let nearest = scope.facts.nearest(&unknown).map(|nearest| corrected(&reference, &unknown, &nearest));
    let path = at(scope.path());
    let finding =
        Diagnostic::new(code, path.clone(), message).help(help).did_you_mean(path, nearest.as_deref());
    scope.report(finding);
}

/// The text of the whole reference, with the part that is unknown replaced.
fn corrected(reference: &Reference, unknown: &Reference, nearest: &str) -> String {
    match (reference, unknown) {
        (Reference::Dataset(key), Reference::Datastore(_)) => format!("{nearest}/{}", key.dataset),
        (Reference::Group(key), Reference::Workspace(_)) => format!("{nearest}/{}", key.group),
        (Reference::Location(place), Reference::Vendor(_)) => {
            place.path().iter().fold(nearest.to_owned(), |text, name| format!("{text}/{name}"))
        }
        _ => nearest.to_owned(),
    }
}

fn describe(unknown: &Reference) -> (&'static CodeInfo, String, &'static str) {
    match unknown {
        Reference::Vendor(name) => (
            &UNKNOWN_VENDOR,
            format!("there is no vendor `{name}`"),
            "refer to a vendor of the ecosystem, or add this one",
        ),
        Reference::Location(place) => (
            &UNKNOWN_LOCATION,
            format!("there is no location `{place}`"),
            "refer to a location of the vendor, from the outermost inwards, or add this one",
        ),
        Reference::Platform(name) => (
            &UNKNOWN_PLATFORM,
            format!("there is no platform `{name}`"),
            "refer to a platform of the ecosystem, or declare this one",
        ),
        Reference::Container(key) => (
            &UNKNOWN_CONTAINER,
            format!("there is no container `{key}`"),
            "refer to a container as `zone/team/container`, or add this one to its team",
        ),
        Reference::Datastore(name) => (
            &UNKNOWN_DATASTORE,
            format!("there is no datastore `{name}`"),
            "refer to a datastore of any team, or add this one",
        ),
        Reference::Dataset(key) => (
            &UNKNOWN_DATASET,
            format!("the datastore `{}` has no dataset `{}`", key.datastore, key.dataset),
            "refer to a dataset as `datastore/dataset`, or add this one to its datastore",
        ),
        Reference::Workspace(name) => (
            &UNKNOWN_WORKSPACE,
            format!("there is no workspace `{name}`"),
            "refer to a workspace of any team, or add this one",
        ),
        Reference::Policy(key) => (
            &UNKNOWN_POLICY,
            format!("the zone `{}` has no policy `{}`", key.zone, key.policy),
            "refer to a policy of the zone of the datastore, or add this one to the zone",
        ),
        Reference::Group(key) => (
            &UNKNOWN_GROUP,
            format!("the workspace `{}` has no group `{}`", key.workspace, key.group),
            "refer to a group as `workspace/group`, or add this one to its workspace",
        ),
    }
}
