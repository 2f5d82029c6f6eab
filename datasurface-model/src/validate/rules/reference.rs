//! `reference/…`: what a part of the model refers to must exist.

use super::RuleContext;
use datasurface_ecosystem::{CodeInfo, Diagnostic, ModelPath, Reference, Suggestion};
use datasurface_schema::{DatasetKey, Text};

macro_rules! unknown {
    ($($code:ident = $slug:literal, $noun:literal, $help:literal;)*) => {$(
        pub(in crate::validate) static $code: CodeInfo = CodeInfo::error(
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
    UNKNOWN_CREDENTIAL = "credential", "credential", "correct the name, or add the credential to `credentials` of the team that names it: what belongs to \
        a team names credentials of that team only";
    UNKNOWN_DATASTORE = "datastore", "datastore", "correct the name, or add the datastore to a team";
    UNKNOWN_DATASET = "dataset", "dataset", "correct the name, or add the dataset to its datastore";
    UNKNOWN_POLICY = "policy", "policy", "correct the name, or add the policy to its zone";
}

pub(in crate::validate) static UNKNOWN_ZONE: CodeInfo = CodeInfo::warning(
    "reference/unknown-zone",
    "something is opened to a zone that does not exist",
    "Whoever owns something may open it before those are there who are to use it. So this is most often a slip of the pen, left \
     over from something that was renamed or removed, or early. To get rid of it, correct the name, or take it away.",
);

pub(in crate::validate) static UNKNOWN_TEAM: CodeInfo = CodeInfo::warning(
    "reference/unknown-team",
    "something is opened to a team that does not exist",
    "Whoever owns something may open it before those are there who are to use it. So this is most often a slip of the pen, left \
     over from something that was renamed or removed, or early. To get rid of it, correct the key (`zone/team`), or take it away.",
);

pub(in crate::validate) static UNKNOWN_TARGET: CodeInfo = CodeInfo::warning(
    "reference/unknown-target",
    "a pin or a hint is about something that does not exist",
    "Operators say what they wish for things of other teams, who may remove and rename what is theirs. A pin or a hint that is left \
     behind does nothing, and would hold for the next thing of that name: correct the name, or take it away.",
);

/// Judges an attribute that refers to something.
pub(super) fn check(
    reference: Reference,
    scope: &mut RuleContext<'_>,
    at: impl FnOnce(ModelPath) -> ModelPath,
) {
    check_unless(reference, scope, at, |_| false);
}

/// Judges an attribute that refers to something, which cannot be what the other tells.
pub(super) fn check_unless(
    reference: Reference,
    scope: &mut RuleContext<'_>,
    at: impl FnOnce(ModelPath) -> ModelPath,
    is_excluded: impl Fn(&str) -> bool,
) {
    judge(reference, scope, at, |path, nearest, _| {
        (!is_excluded(nearest)).then(|| Suggestion::put(path, nearest))
    });
}

/// Judges what an operator's wish is about: it may be gone.
pub(super) fn judge_target(
    reference: Reference,
    scope: &mut RuleContext<'_>,
    at: impl FnOnce(ModelPath) -> ModelPath,
    correct: impl Fn(ModelPath, &str, &RuleContext<'_>) -> Option<Suggestion>,
) {
    if !scope.facts.exists(&reference) {
        let path = at(scope.path());
        report(&reference, path, Some(&UNKNOWN_TARGET), scope, &correct);
    }
}

/// Judges an element of a list, which is called like what it refers to. No second one may be called so, if the list has one.
pub(super) fn check_element(
    reference: Reference,
    scope: &mut RuleContext<'_>,
    at: impl FnOnce(ModelPath) -> ModelPath,
    is_excluded: impl Fn(&str) -> bool,
) {
    judge(reference, scope, at, |path, nearest, _| {
        (!is_excluded(nearest)).then(|| Suggestion::rename(path, nearest))
    });
}

/// Reports a reference that leads nowhere; if what should be around it does not exist either, then that. What was meant most
/// likely is told if `correct` can make a suggestion of it.
pub(super) fn judge(
    reference: Reference,
    scope: &mut RuleContext<'_>,
    at: impl FnOnce(ModelPath) -> ModelPath,
    correct: impl Fn(ModelPath, &str, &RuleContext<'_>) -> Option<Suggestion>,
) {
    if !scope.facts.exists(&reference) {
        let path = at(scope.path());
        report(&reference, path, None, scope, &correct);
    }
}

fn report(
    reference: &Reference,
    path: ModelPath,
    code: Option<&'static CodeInfo>,
    scope: &mut RuleContext<'_>,
    correct: &dyn Fn(ModelPath, &str, &RuleContext<'_>) -> Option<Suggestion>,
) {
    let unknown = match reference.parent() {
        Some(parent) if !scope.facts.exists(&parent) => parent,
        _ => reference.clone(),
    };
    let (own_code, message, mut help) = describe(&unknown);
    if matches!(reference, Reference::Dataset(key) if key.dataset.as_str().is_empty()) {
        help = "refer to a dataset as `datastore/dataset`, or add this one to its datastore";
    }
    let mut finding = Diagnostic::new(code.unwrap_or(own_code), path.clone(), message).with_help(help);
    if let Some(meant) = with_slash(reference, scope) {
        let suggestion = correct(path, &meant, scope);
        scope.report(finding.did_you_mean(Some(&meant)).with_suggestion(suggestion));
        return;
    }
    if let Some(nearest) = scope.facts.nearest(&unknown) {
        let whole =
            if unknown == *reference { Some(nearest.clone()) } else { whole(reference, &nearest, scope) };
        finding = match whole {
            Some(whole) => match correct(path, &whole, scope) {
                Some(suggestion) => finding.did_you_mean(Some(&whole)).with_suggestion(suggestion),
                None => finding,
            },
            None => finding.did_you_mean(Some(&nearest)),
        };
    }
    scope.report(finding);
}

/// The dataset that somebody means who writes another separator, as in `Shop.orders`.
fn with_slash(reference: &Reference, scope: &RuleContext<'_>) -> Option<Text> {
    let Reference::Dataset(key) = reference else { return None };
    if !key.dataset.as_str().is_empty() {
        return None;
    }
    const SEPARATORS: [char; 4] = ['.', ':', '#', '\\'];
    let (datastore, dataset) = key.datastore.as_str().split_once(SEPARATORS)?;
    let (datastore, dataset) = (datastore.trim(), dataset.trim_start_matches(SEPARATORS).trim());
    let nearest = scope.facts.nearest(&Reference::Dataset(DatasetKey::new(datastore, dataset)));
    // A name of a datastore may have any of them; then there is no datastore of the part before it.
    nearest.filter(|_| scope.facts.exists(&Reference::Datastore(datastore.into())))
}

/// The whole reference, if what is around it is called otherwise: something that exists.
fn whole(reference: &Reference, parent: &str, scope: &RuleContext<'_>) -> Option<Text> {
    let corrected = reference.within(parent);
    if scope.facts.exists(&corrected) {
        Some(corrected.to_string().into())
    } else {
        scope.facts.nearest(&corrected)
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
        Reference::Credential(key) => (
            &UNKNOWN_CREDENTIAL,
            format!("the team `{}` has no credential `{}`", key.team_key(), key.credential),
            "name a credential of the same team, or add this one to its `credentials`",
        ),
        Reference::Datastore(name) => (
            &UNKNOWN_DATASTORE,
            format!("there is no datastore `{name}`"),
            "refer to a datastore of any team, or add this one",
        ),
        Reference::Dataset(key) => (
            &UNKNOWN_DATASET,
            match key.dataset.as_str() {
                "" => format!("`{key}` is no dataset: it names a datastore alone"),
                dataset => format!("the datastore `{}` has no dataset `{dataset}`", key.datastore),
            },
            "refer to a dataset as `datastore/dataset`, or add this one to its datastore",
        ),
        Reference::Workspace(name) => (
            &UNKNOWN_TARGET,
            format!("there is no workspace `{name}`"),
            "refer to a workspace of any team, or add this one",
        ),
        Reference::Zone(name) => (
            &UNKNOWN_ZONE,
            format!("there is no zone `{name}`"),
            "name a zone of the ecosystem, or leave it to come",
        ),
        Reference::Team(key) => (
            &UNKNOWN_TEAM,
            format!("there is no team `{key}`"),
            "name a team as `zone/team`, or leave it to come",
        ),
        Reference::Policy(key) => (
            &UNKNOWN_POLICY,
            format!("the zone `{}` has no policy `{}`", key.zone, key.policy),
            "refer to a policy of the zone of the datastore, or add this one to the zone",
        ),
        Reference::Group(key) => (
            &UNKNOWN_TARGET,
            match key.group.as_str() {
                "" => format!("`{key}` is no group: it names a workspace alone"),
                group => format!("the workspace `{}` has no group `{group}`", key.workspace),
            },
            "refer to a group as `workspace/group`, or add this one to its workspace",
        ),
    }
}
