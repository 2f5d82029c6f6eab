//! Small edits after which much has to be done again: the worst cases of what an edit costs.

use super::{
    edits::{regrouped, teams},
    layout,
};
use datasurface_model::{
    ContainerName, ContainerUser, DataContainer, DatasetGroup, DatasetKey, Ecosystem, Entity, GovernanceZone,
    Permitted, Policy, PolicyRule, Team, TeamDeclaration, Workspace, WorkspaceName,
};

/// Edits of a [`Synthetic`](crate::Synthetic) ecosystem, each on its own, that leave it valid: a zone gets a policy, which
/// everything in it must keep to; a container that several workspaces share moves to another server; a transformer that
/// others read from reads one dataset more; a transformer begins to read the output of another one. Those of them that the
/// ecosystem has something for.
///
/// ```
/// use datasurface_testkit::{Synthetic, worst_case_edits};
/// # use datasurface_model::{Validate, Validation};
/// let ecosystem = Synthetic::new(20).with_columns_per_dataset(3).ecosystem();
/// let edits = worst_case_edits(&ecosystem);
/// assert_eq!(edits.len(), 4);
/// for (what, edited) in edits {
///     assert_ne!(edited, ecosystem, "{what}");
///     assert!(edited.validate(&Validation::on(chrono::NaiveDate::MIN)).is_ok(), "{what}");
/// }
/// ```
#[must_use]
pub fn worst_case_edits(ecosystem: &Ecosystem) -> Vec<(&'static str, Ecosystem)> {
    let edits = [
        ("a zone gets a policy", restricted(ecosystem)),
        ("a shared container moves", with_container_moved(ecosystem)),
        ("a first transformer reads more", with_input_added(ecosystem)),
        ("a transformer reads another's output", with_transformers_linked(ecosystem)),
    ];
    edits.into_iter().filter_map(|(name, edited)| Some((name, edited?))).collect()
}

fn restricted(ecosystem: &Ecosystem) -> Option<Ecosystem> {
    let declaration = ecosystem.zones().get(layout::ZONE)?;
    let policy = Policy::new("known_vendors", PolicyRule::Vendors(Permitted::only([layout::VENDOR])));
    let zone = GovernanceZone::clone(declaration.definition()?).policy(policy);
    Some(
        ecosystem
            .clone()
            .without_zone(declaration.name())
            .zone_declaration(declaration.clone().defined(zone)),
    )
}

fn with_container_moved(ecosystem: &Ecosystem) -> Option<Ecosystem> {
    let name: ContainerName = layout::container(0).into();
    let moved = DataContainer::postgres(&name, "elsewhere.example", name.as_str()).located(layout::PLACE);
    let moved = moved.writable_by(ContainerUser::Everyone);
    edit_first(ecosystem, |team| {
        team.containers().get(&name)?;
        Some(team.clone().without_container(&name).container(moved.clone()))
    })
}

fn with_input_added(ecosystem: &Ecosystem) -> Option<Ecosystem> {
    let name: WorkspaceName = layout::transformer(0).into();
    let datastores = teams(ecosystem)?.iter().filter_map(TeamDeclaration::definition);
    let captured = datastores.flat_map(|team| team.datastores()).filter(|store| store.capture().is_some());
    let keys: Vec<DatasetKey> = captured
        .flat_map(|store| {
            store.datasets().iter().map(|dataset| DatasetKey::new(store.name(), dataset.name()))
        })
        .take(1000)
        .collect();
    reading_one_of(ecosystem, &name, &keys)
}

/// The second transformer reads what the first one makes, which reads captured data alone.
fn with_transformers_linked(ecosystem: &Ecosystem) -> Option<Ecosystem> {
    let made = DatasetKey::new(layout::made(0), layout::output(0));
    reading_one_of(ecosystem, &layout::transformer(1).into(), &[made])
}

/// The ecosystem, with a workspace that reads one of these datasets that it did not read before.
fn reading_one_of(ecosystem: &Ecosystem, name: &WorkspaceName, keys: &[DatasetKey]) -> Option<Ecosystem> {
    edit_first(ecosystem, |team| {
        let workspace: &Workspace = team.workspaces().get(name)?;
        let group: &DatasetGroup = workspace.groups().get_index(0)?;
        let unread = keys.iter().find(|key| group.sinks().get(*key).is_none())?;
        let edited = DatasetGroup::clone(group).sink(unread.clone());
        Some(team.clone().without_workspace(name).workspace(regrouped(workspace, edited)))
    })
}

/// The ecosystem, with the first team edited that can be.
fn edit_first(ecosystem: &Ecosystem, edit: impl Fn(&Team) -> Option<Team>) -> Option<Ecosystem> {
    teams(ecosystem)?.iter().find_map(|declaration| {
        let edited = edit(declaration.definition()?)?;
        Some(ecosystem.clone().edit_team(layout::ZONE, declaration.name(), |_| edited))
    })
}
