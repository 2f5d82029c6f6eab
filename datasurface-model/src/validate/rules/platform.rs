//! `platform/…`: declarations of platforms.

use super::{Scope, reference};
use crate::{
    diagnostic::{CodeInfo, Diagnostic, ModelPath},
    ecosystem::{Ecosystem, Hinted, PlatformDeclaration},
    name::GroupKey,
    named::Entity,
    validate::reference::Reference,
};

pub(super) static VERSION: CodeInfo = CodeInfo::error(
    "platform/version",
    "a version requirement cannot be read",
    "The requirement decides which plug-in may serve the platform. It is written as Cargo writes it: `^1.2`, \
     `>=1.2, <3`, `*`.",
);

pub(super) static DUPLICATE_HINT: CodeInfo = CodeInfo::error(
    "platform/duplicate-hint",
    "a platform has two hints about one thing",
    "Nobody could tell which of the two settings counts, or how to combine them: what they mean is up to the plug-in. \
     Combine them into one hint.",
);

pub(super) static NO_TRANSFORMER: CodeInfo = CodeInfo::error(
    "platform/hint-without-transformer",
    "a hint is about the transformer of a workspace that has none",
    "The hint would have no effect. Name a workspace whose data a transformer turns into something, or remove the hint.",
);

pub(super) fn check(ecosystem: &Ecosystem, scope: &mut Scope<'_>) {
    for platform in ecosystem.platforms() {
        let requirement = platform.version_requirement();
        if let Err(error) = requirement.parse() {
            let path = scope.path().child("platforms", platform.name()).attribute("version");
            let message = format!("`{requirement}` is no version requirement: {error}");
            let help = "write a requirement such as `^1.2`, `>=1.2, <3` or `*`";
            scope.report(Diagnostic::new(&VERSION, path, message).help(help));
        }
        for place in platform.locations() {
            reference::check(Reference::Location(place.clone()), scope, |root| {
                root.child("platforms", platform.name()).child("locations", place.to_string())
            });
        }
        hints(platform, scope);
    }
}

fn hints(platform: &PlatformDeclaration, scope: &mut Scope<'_>) {
    let mut before = None;
    for hint in platform.hints() {
        let about = hint.name();
        let at = |root: ModelPath| root.child("platforms", platform.name()).child("hints", about.to_string());
        // Hints are sorted by what they are about.
        if before == Some(about) {
            let message = format!("the platform `{}` has several hints about `{about}`", platform.name());
            let path = at(scope.path());
            scope.report(Diagnostic::new(&DUPLICATE_HINT, path, message).help("combine them into one"));
        }
        let reference = match about {
            Hinted::Datastore(name) => Reference::Datastore(name.clone()),
            Hinted::Dataset(key) => Reference::Dataset(key.clone()),
            Hinted::Transformer(workspace) => Reference::Workspace(workspace.clone()),
        };
        reference::check(reference, scope, at);
        if let Hinted::Transformer(workspace) = about
            && scope.facts.group(&GroupKey::new(workspace, "")).is_some_and(|found| !found.transforms())
        {
            let message = format!("the workspace `{workspace}` has no transformer");
            let path = at(scope.path());
            let finding = Diagnostic::new(&NO_TRANSFORMER, path.clone(), message)
                .help("name the workspace of a transformer, or remove the hint")
                .suggest_removal(path);
            scope.report(finding);
        }
        before = Some(about);
    }
}
