//! `platform/…`: declarations of platforms.

use super::{RuleContext, platform_credential, reference};
use datasurface_ecosystem::{
    AdvancePolicy, CodeInfo, Diagnostic, Ecosystem, HintTarget, ModelPath, PlatformDeclaration, Reference,
    Suggestion, holds_secret, redact_passwords,
};
use datasurface_schema::{Entity, GroupKey, Place, is_time_zone, nearest_time_zone, segment};

pub(super) static VERSION: CodeInfo = CodeInfo::error(
    "platform/version",
    "a version requirement cannot be read",
    "The requirement decides which plug-in may serve the platform. It is written as Cargo writes it: `^1.2`, \
     `>=1.2, <3`, `*`.",
);

pub(super) static NO_REASON: CodeInfo = CodeInfo::error(
    "platform/freeze-without-reason",
    "nothing says why a platform is frozen",
    "A platform that is frozen gets nothing of what others decide, and they wait for it. Whoever waits has to know why, and whom to ask: it is said \
     with each plan.",
);

pub(super) static TIMETABLE: CodeInfo = CodeInfo::error(
    "platform/advance-timetable",
    "nobody can tell when a platform goes forward",
    "A timetable is five fields, as for a capture, and may have a time zone of the IANA database: `0 20 * * fri Europe/Berlin`. Without one it is in UTC.",
);

pub(super) static NO_WINDOW: CodeInfo = CodeInfo::error(
    "platform/no-window",
    "a platform goes forward in windows that are never open",
    "It would stay at its revision for good, and so would whoever waits for it. Say when a window opens, and how long it lasts.",
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

pub(super) static SECRET: CodeInfo = CodeInfo::error(
    "platform/secret",
    "the settings of a platform, or the reason of its freeze, hold a password",
    "They are in the model, in plans and in rendered files, where everybody reads them who may read the repository. Take the password or the \
     token out, change it, since it was written down, and let the settings name a credential or the place where the secret is. A setting that \
     only names a secret is not called as one: `password_name`, `token_file`.",
);

pub(super) fn check(ecosystem: &Ecosystem, scope: &mut RuleContext<'_>) {
    for platform in ecosystem.platforms() {
        let requirement = platform.version_requirement();
        if requirement.parse().is_err() {
            let path = scope.path().child(segment::PLATFORMS, platform.name()).attribute(segment::VERSION);
            let message = format!("`{requirement}` is no version requirement");
            let help = "write a requirement such as `^1.2`, `>=1.2, <3` or `*`";
            scope.report(Diagnostic::new(&VERSION, path, message).with_help(help));
        }
        for place in platform.locations() {
            let at = |root: ModelPath| {
                root.child(segment::PLATFORMS, platform.name()).child(segment::LOCATIONS, place.to_string())
            };
            let is_there = |name: &str| platform.locations().contains(&Place::from(name));
            reference::check_element(Reference::Location(place.clone()), scope, at, is_there);
        }
        if holds_secret(platform.config()) {
            let path = scope.path().child(segment::PLATFORMS, platform.name()).attribute(segment::CONFIG);
            let message =
                format!("the settings of the platform `{}` hold a password or a token", platform.name());
            scope.report(secret(path, message));
        }
        advances(platform, scope);
        platform_credential::check(platform, scope);
        hints(platform, scope);
    }
}

/// A policy by which the platform would go forward never, or nobody knows when or why.
fn advances(platform: &PlatformDeclaration, scope: &mut RuleContext<'_>) {
    let (name, policy) = (platform.name(), platform.advance_policy());
    let path = scope.path().child(segment::PLATFORMS, name).attribute(segment::ADVANCES);
    if let AdvancePolicy::Frozen(freeze) = policy {
        if redact_passwords(freeze.reason()).is_some() {
            let message = format!("the reason why `{name}` is frozen has a password or a token in it");
            scope.report(secret(path.clone(), message));
        }
        if freeze.reason().trim().is_empty() {
            let message = format!("nothing says why `{name}` is frozen until {}", freeze.until());
            scope.report(Diagnostic::new(&NO_REASON, path, message).with_help("say why in its `reason`"));
        }
        return;
    }
    for cron in policy.timetables() {
        let unknown = cron.zone().filter(|zone| !is_time_zone(zone));
        if let Some(error) = cron.error() {
            let message = format!("`{cron}` is no timetable: {error}");
            scope.report(Diagnostic::new(&TIMETABLE, path.clone(), message).with_help(super::CRON_HELP));
        } else if let Some(zone) = unknown {
            let finding =
                Diagnostic::new(&TIMETABLE, path.clone(), format!("there is no time zone `{zone}`"))
                    .with_help("name a time zone of the IANA database, such as `Europe/Berlin`");
            scope.report(finding.did_you_mean(nearest_time_zone(zone)));
        }
    }
    let has_windows = matches!(policy, AdvancePolicy::Windows(_));
    if has_windows && policy.windows().all(|window| window.minutes() == 0) {
        let message = format!("`{name}` goes forward in windows, and none of them is ever open");
        scope.report(
            Diagnostic::new(&NO_WINDOW, path, message).with_help("add a window, or let one last longer"),
        );
    }
}

/// The finding does not repeat the secret.
fn secret(path: ModelPath, message: String) -> Diagnostic {
    let help = "take it out and change it, and name a credential, or where the secret is";
    Diagnostic::new(&SECRET, path, message).with_help(help)
}

fn hints(platform: &PlatformDeclaration, scope: &mut RuleContext<'_>) {
    let mut before = None;
    for hint in platform.hints() {
        let about = hint.name();
        let at = |root: ModelPath| {
            root.child(segment::PLATFORMS, platform.name()).child(segment::HINTS, about.to_string())
        };
        if holds_secret(hint.settings()) {
            let message = format!(
                "the hint of the platform `{}` about `{about}` holds a password or a token",
                platform.name()
            );
            scope.report(secret(at(scope.path()).attribute(segment::SETTINGS), message));
        }
        // Hints are sorted by what they are about.
        if before == Some(about) {
            let message = format!("the platform `{}` has several hints about `{about}`", platform.name());
            let path = at(scope.path());
            scope.report(Diagnostic::new(&DUPLICATE_HINT, path, message).with_help("combine them into one"));
        }
        let (reference, kind) = match about {
            HintTarget::Datastore(name) => (Reference::Datastore(name.clone()), segment::DATASTORE),
            HintTarget::Dataset(key) => (Reference::Dataset(key.clone()), segment::DATASET),
            HintTarget::Group(key) => (Reference::Group(key.clone()), segment::GROUP),
            HintTarget::Transformer(workspace) => {
                (Reference::Workspace(workspace.clone()), segment::TRANSFORMER)
            }
        };
        reference::judge_target(reference, scope, at, |path, nearest, scope| {
            let meant = match about {
                HintTarget::Datastore(_) => HintTarget::Datastore(nearest.into()),
                HintTarget::Dataset(_) => HintTarget::Dataset(nearest.into()),
                HintTarget::Group(_) => HintTarget::Group(nearest.into()),
                HintTarget::Transformer(_) => HintTarget::Transformer(nearest.into()),
            };
            let can_be_hinted =
                !is_without_transformer(&meant, scope) && platform.hints().get(&meant).is_none();
            can_be_hinted.then(|| Suggestion::put(path.attribute(segment::ABOUT).attribute(kind), nearest))
        });
        if let HintTarget::Transformer(workspace) = about
            && is_without_transformer(about, scope)
        {
            let message = format!("the workspace `{workspace}` has no transformer");
            let path = at(scope.path());
            let finding = Diagnostic::new(&NO_TRANSFORMER, path.clone(), message)
                .with_help("name the workspace of a transformer, or remove the hint")
                .with_suggestion(Suggestion::remove(path));
            scope.report(finding);
        }
        before = Some(about);
    }
}

/// Whether it is the transformer of a workspace that exists, and has none.
fn is_without_transformer(about: &HintTarget, scope: &RuleContext<'_>) -> bool {
    let HintTarget::Transformer(workspace) = about else { return false };
    scope.facts.group(&GroupKey::new(workspace, "")).is_some_and(|found| !found.transforms())
}
