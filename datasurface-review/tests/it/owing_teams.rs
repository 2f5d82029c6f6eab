//! Teams that left data: nobody else gets their name without their approval.

use crate::{
    continued::{dataset, store, world},
    fixture::*,
    review::{judged, refusals, side},
};
use datasurface_broker::Lock;
use datasurface_change::ChangeSource;
use datasurface_model::*;
use datasurface_review::Review;

const ZONE: &str = "github:o/zone@main";
const TEAM: &str = "github:o/team@main";
const THIEF: &str = "github:o/thief@main";

fn others() -> [Datastore; 1] {
    [store("O", [dataset("d")])]
}

/// The declaration of the team `T`, as it is by now.
fn with_t(model: Ecosystem, team: Option<TeamDeclaration>) -> Ecosystem {
    model.edit_zone("Z", |zone| {
        let rest = zone.teams().iter().filter(|team| team.name().as_str() != "T").cloned();
        let teams: Vec<TeamDeclaration> = rest.chain(team).collect();
        zone.with_teams(teams)
    })
}

fn empty() -> Ecosystem {
    with_t(world([], others()), Some(TeamDeclaration::new("T", TEAM)))
}

/// The team `T` emptied itself, and its data is held.
fn emptied() -> Lock {
    let site = Site::new();
    site.render(world([store("S", [dataset("a")])], others()), today());
    site.render(empty(), today());
    assert_eq!(site.lock().held(&"P".into()).len(), 1);
    site.lock()
}

fn codes_of(old: &Ecosystem, new: &Ecosystem, lock: &Lock, source: &str) -> Vec<String> {
    refusals(&judged([(old, lock), (new, lock)], source, today())).into_iter().map(str::to_owned).collect()
}

#[test]
fn a_team_that_left_data_is_not_given_away_without_its_owner() {
    let given = with_t(empty(), Some(TeamDeclaration::new("T", THIEF)));
    let lock = emptied();
    assert_eq!(codes_of(&empty(), &given, &lock, ZONE), ["authorization/needs-approval"]);
    // Its owner hands it over, or approves.
    let broker = broker();
    let review = |source: &str| Review::new(&broker, ChangeSource::new(source), today());
    let (old, new) = (side(&empty(), &lock), side(&given, &lock));
    let missing = review(ZONE).judge(&old, &new);
    let fingerprint = missing.fingerprint.clone().unwrap();
    let approved = review(ZONE).approved_by([format!("{TEAM}={fingerprint}")]).judge(&old, &new);
    assert!(approved.is_allowed(), "{approved}");
    // Then the new owner goes on with the data.
    let continued = Team::new().datastore(store("S", [dataset("a").continuing("S/a")]));
    let taken = with_t(empty(), Some(TeamDeclaration::new("T", THIEF).defined(continued)));
    let codes = codes_of(&given, &taken, &lock, THIEF);
    assert!(!codes.iter().any(|code| code.starts_with("lock/")), "{codes:?}");
    // The mirror: a team that left nothing.
    assert_eq!(codes_of(&empty(), &given, &Lock::default(), ZONE), [] as [&str; 0]);
    // As long as the removal is not rendered, its data is still known as its own.
    let site = Site::new();
    site.render(world([store("S", [dataset("a")])], others()), today());
    assert_eq!(codes_of(&empty(), &given, &site.lock(), ZONE), ["authorization/needs-approval"]);
}

#[test]
fn a_team_that_left_data_is_not_undeclared_and_declared_anew() {
    let (lock, without) = (emptied(), with_t(empty(), None));
    assert_eq!(codes_of(&empty(), &without, &lock, ZONE), ["authorization/needs-approval"]);
    assert_eq!(codes_of(&empty(), &without, &Lock::default(), ZONE), [] as [&str; 0]);
    // It went all the same, and nobody rendered that.
    for owner in [THIEF, TEAM] {
        let again = with_t(empty(), Some(TeamDeclaration::new("T", owner)));
        assert_eq!(codes_of(&without, &again, &lock, ZONE), ["lock/former-team"]);
        assert_eq!(codes_of(&without, &again, &Lock::default(), ZONE), [] as [&str; 0]);
    }
}

/// The removal is accepted, and nobody rendered it: the lock has the data as that of the datastore.
#[test]
fn a_datastore_that_left_data_is_not_declared_anew_by_another_team_before_that_is_rendered() {
    let site = Site::new();
    site.render(world([store("S", [dataset("a")])], others()), today());
    let with = |owner: &str, added: Datastore| match owner {
        "T" => world([added], others()),
        _ => world([], others().into_iter().chain([added])),
    };
    let renamed = || store("New", [dataset("a")]).renamed_from("S");
    for added in [store("S", [dataset("a")]), store("s", [dataset("a")]), renamed()] {
        let codes = codes_of(&empty(), &with("U", added.clone()), &site.lock(), ZONE);
        assert!(codes.contains(&"lock/former-store".to_owned()), "{codes:?}");
        // Its lock may be that of a rendering upon the live one: no other verdict.
        let theirs = Site::new();
        theirs.render(world([store("S", [dataset("a")])], others()), today());
        theirs.render(with("U", added.clone()), today());
        let sides = [(&empty(), &site.lock()), (&with("U", added.clone()), &theirs.lock())];
        let report = judged(sides, ZONE, today());
        assert!(refusals(&report).iter().any(|code| code.starts_with("lock/")), "{report}");
        // The mirrors: its own team goes on with it, and once the removal is rendered the data is left, and not taken up.
        for (owner, lock) in [("T", site.lock()), ("U", emptied()), ("U", Lock::default())] {
            let codes = codes_of(&empty(), &with(owner, added.clone()), &lock, ZONE);
            assert!(!codes.contains(&"lock/former-store".to_owned()), "{owner}: {codes:?}");
        }
    }
}

#[test]
fn a_team_that_left_data_does_not_lose_its_name_by_a_rename() {
    let lock = emptied();
    let renamed = || TeamDeclaration::new("N", TEAM).renamed_from("T");
    let settled = || TeamDeclaration::new("N", TEAM);
    let with = |teams: Vec<TeamDeclaration>| {
        teams.into_iter().fold(with_t(empty(), None), |model, team| {
            model.edit_zone("Z", |zone| zone.team_declaration(team))
        })
    };
    let step = with(vec![renamed()]);
    assert_eq!(codes_of(&empty(), &step, &lock, ZONE), [] as [&str; 0]);
    // Another one takes the name. The lock does not know of the rename yet.
    let taken = with(vec![settled(), TeamDeclaration::new("T", THIEF)]);
    assert_eq!(codes_of(&step, &taken, &lock, ZONE), ["authorization/needs-approval"]);
    // Somebody else says that it was `T`.
    let stolen = with(vec![TeamDeclaration::new("N", THIEF).renamed_from("T")]);
    assert!(!codes_of(&empty(), &stolen, &lock, ZONE).is_empty());
}
