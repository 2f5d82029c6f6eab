//! `container/not-usable` and the like: a container belongs to its team, and others use it only where that team says so.

use super::{super::RuleContext, path_of, reference};
use crate::validate::facts::UseKey;
use datasurface_ecosystem::{
    CodeInfo, ContainerKind, ContainerUse, ContainerUser, DataContainer, Diagnostic, ModelPath, Protects,
    Reference, Suggestion,
};
use datasurface_schema::{ContainerKey, Entity, TeamKey, segment};
use std::fmt::Display;

pub(in super::super) static NOT_USABLE: CodeInfo = CodeInfo::error(
    "container/not-usable",
    "a container is used by a team to which it is not opened",
    "A container belongs to its team. To capture data from it, or to have data delivered to it, another team needs that team's \
     word, also within one zone: `usable_by` of the container lists who may `read` and who may `write`. Ask the team of the \
     container to list yours; the change belongs into its repository. What a platform manages is for its own team alone.",
)
.waivable()
.protecting(Protects::ContainerTeam);

pub(in super::super) static UNEXPECTED_USERS: CodeInfo = CodeInfo::error(
    "container/unexpected-users",
    "a container that the platform manages is opened to other teams",
    "What a platform provides for a team has no address under which somebody else could use it. Whoever needs the data asks for \
     its datasets in a workspace of their own. Remove `usable_by`.",
)
.protecting(Protects::ContainerTeam);

/// Judges the users to which a container is opened. A team that does not exist yet is a warning: its word may come first.
pub(super) fn check(container: &DataContainer, scope: &mut RuleContext<'_>) {
    let Some(users) = container.usable_by() else { return };
    let name = container.name();
    let path = move |unit: ModelPath| unit.child(segment::CONTAINERS, name).attribute(segment::USABLE_BY);
    if matches!(container.kind(), ContainerKind::PlatformManaged) {
        let message = format!("the container `{name}` is what a platform manages, and is opened to others");
        let path = path(scope.path());
        let finding = Diagnostic::new(&UNEXPECTED_USERS, path.clone(), message)
            .with_help("remove `usable_by`; others ask for the datasets in workspaces of their own")
            .with_suggestion(Suggestion::remove(path));
        scope.report(finding);
    }
    for (list, access) in [(segment::READ, ContainerUse::Read), (segment::WRITE, ContainerUse::Write)] {
        for user in users.of(access) {
            let unknown = match user {
                ContainerUser::Everyone => continue,
                ContainerUser::Zone(zone) => Reference::Zone(zone.clone()),
                ContainerUser::Team(team) => Reference::Team(team.clone()),
            };
            let at = |unit: ModelPath| path(unit).child(list, user.to_string());
            reference::judge(unknown, scope, at, |path, nearest, scope| {
                let meant = match user {
                    ContainerUser::Zone(_) => ContainerUser::Zone(nearest.into()),
                    _ => ContainerUser::from_text(nearest)?,
                };
                let is_own =
                    scope.unit.team().is_some_and(|own| meant == ContainerUser::Team((**own).clone()));
                let is_listed = users.of(access).contains(&meant) || is_own;
                (!is_listed).then(|| Suggestion::rename(path, meant.to_string()))
            });
        }
    }
}

/// Whether a credential of a team may open a container: one of its own, or one that it may read or write. So may one that does not
/// exist, of which others report that.
pub(in super::super) fn may_open(key: &ContainerKey, team: &TeamKey, scope: &RuleContext<'_>) -> bool {
    [ContainerUse::Read, ContainerUse::Write].into_iter().any(|access| may_use(key, team, access, scope))
}

/// Whether a team may use a container, or it does not exist.
fn may_use(container: &ContainerKey, team: &TeamKey, access: ContainerUse, scope: &RuleContext<'_>) -> bool {
    let key = UseKey { container: container.clone(), team: team.clone(), access };
    scope.facts.may_use(&key) != Some(false)
}

/// Judges whether the team of the unit may use a container as it does at this place.
pub(in super::super) fn check_use(
    key: &ContainerKey,
    access: ContainerUse,
    user: &dyn Display,
    scope: &mut RuleContext<'_>,
    at: impl FnOnce(ModelPath) -> ModelPath,
) {
    let Some(team) = scope.unit.team().filter(|team| !may_use(key, team, access, scope)) else { return };
    let (uses, list) = match access {
        ContainerUse::Read => ("captures from", segment::READ),
        ContainerUse::Write => ("has its data delivered to", segment::WRITE),
    };
    let owner = TeamKey::new(&key.zone, &key.team);
    let message =
        format!("{user} {uses} the container `{key}`, which the team `{owner}` did not open to `{team}`");
    let users = path_of(key).attribute(segment::USABLE_BY).attribute(list);
    let container = scope.facts.container(key);
    let is_managed =
        container.is_some_and(|container| matches!(container.kind(), ContainerKind::PlatformManaged));
    let help = match is_managed {
        true => {
            "name a container of your own team: what a platform manages is for its own team alone".to_owned()
        }
        false => format!(
            "use a container of your own, or ask the team `{owner}` to list `{team}` under `{list}` of `usable_by`"
        ),
    };
    let finding = Diagnostic::new(&NOT_USABLE, at(scope.path()), message)
        .with_help(help)
        .with_suggestion((!is_managed).then(|| Suggestion::add(users, team.to_string())))
        .related_place(path_of(key), "is the container");
    scope.report(finding);
}
