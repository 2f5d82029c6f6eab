//! Containers that many units use: an edit of one judges those again that it may be another answer for.

use crate::base::{today, valid};
use datasurface_model::{
    Capture, Checked, ContainerUser, DataContainer, Dataset, DatasetGroup, Datastore, Ecosystem,
    GovernanceZone, KeyHolder, Team, Validate, Validation, Workspace,
};

const USERS: usize = 20;

/// A container from which two teams capture, and to which they have data delivered, each many times.
fn used(container: DataContainer) -> Ecosystem {
    let user = |prefix: &str| {
        (0..USERS).fold(Team::new(), |team, number| {
            let name = format!("{prefix}{number}");
            let capture = Capture::sql_snapshot("Home/Owner/Shared").table("d", name.as_str());
            let store = Datastore::new(name.as_str()).captured(capture);
            let group = DatasetGroup::new("g").sink(format!("{name}/d").as_str());
            team.datastore(store.dataset(Dataset::new("d", "id Integer key"))).workspace(
                Workspace::new(format!("Of{name}")).with_container("Home/Owner/Shared").group(group),
            )
        })
    };
    let zone = GovernanceZone::new()
        .team("Owner", "git:owner@main", Team::new().container(container))
        .team("One", "git:one@main", user("A"))
        .team("Two", "git:two@main", user("B"));
    valid().zone("Home", "git:home@main", zone)
}

fn shared() -> DataContainer {
    let each = |container: DataContainer, team: &str| {
        let user = || ContainerUser::Team(team.into());
        container.readable_by(user()).writable_by(user())
    };
    let container = DataContainer::postgres("Shared", "db.example", "all").located("Azure/USA");
    each(each(container, "Home/One"), "Home/Two")
}

/// How many units are judged again after an edit of the container.
fn judged_again(container: DataContainer) -> usize {
    let first: Checked = used(shared()).validate(&Validation::on(today())).unwrap();
    let edited = used(container);
    let again = edited.clone().validate(&Validation::on(today()).since(&first));
    let scratch = edited.validate(&Validation::on(today()));
    match (again, scratch) {
        (Ok(again), Ok(scratch)) => {
            assert_eq!(again.findings(), scratch.findings());
            again.stats().checked().len()
        }
        (Err(again), Err(scratch)) => {
            assert_eq!(again.findings(), scratch.findings());
            again.stats().checked().len()
        }
        (again, scratch) => panic!("{again:?} and {scratch:?}"),
    }
}

#[test]
fn what_says_nothing_to_its_users_judges_none_of_them_again() {
    // The team that has it is judged, whose edit it is.
    assert_eq!(judged_again(shared().documented("what everybody has")), 1);
    let third = ContainerUser::Team("USA/NorthWind".into());
    assert_eq!(judged_again(shared().readable_by(third.clone())), 1);
    assert_eq!(judged_again(shared().writable_by(third)), 1);
    // Whoever was listed may use it as before.
    assert_eq!(judged_again(shared().readable_by(ContainerUser::Everyone)), 1);
}

#[test]
fn whom_it_is_closed_to_is_judged_again_and_nobody_else() {
    let one = || ContainerUser::Team("Home/One".into());
    let two = || ContainerUser::Team("Home/Two".into());
    let plain = || DataContainer::postgres("Shared", "db.example", "all").located("Azure/USA");
    let closed_to_two = plain().readable_by(one()).writable_by(one());
    assert_eq!(judged_again(closed_to_two), 1 + 2 * USERS);
    let not_written_by_two = plain().readable_by(one()).writable_by(one()).readable_by(two());
    assert_eq!(judged_again(not_written_by_two), 1 + USERS);
}

#[test]
fn where_and_what_it_is_judges_every_user_again() {
    for other in [
        shared().located("Azure/USA/East US 2"),
        shared().encrypted(KeyHolder::Company),
        shared().read_only(),
    ] {
        assert_eq!(judged_again(other.clone()), 1 + 4 * USERS, "{other:?}");
    }
}
