//! Credentials of declarations: those of a platform's settings belong to the ecosystem, which declares it; that of a repository to the owner
//! that is declared by it.

use super::{
    approvals::{missing, needs},
    fixture::*,
};
use datasurface_model::*;

/// The fixture in which the platform logs in by these settings.
fn served_by(platform: PlatformDeclaration) -> Ecosystem {
    unserved().platform(platform).group_pin("Analysis/all", ["Local"])
}

fn local() -> PlatformDeclaration {
    PlatformDeclaration::new("Local", "local").setting("credential", "USA/Platform/writer")
}

#[test]
fn credentials_of_a_platform_are_changed_by_the_owner_of_its_declaration_alone() {
    let hint = |credential: &str| {
        let about = HintTarget::Datastore("Store".into());
        local().hint(about, serde_json::json!({ "credential": credential }))
    };
    let changes = [
        (local(), local().setting("credential", "USA/Platform/reader")),
        (local(), PlatformDeclaration::new("Local", "local")),
        (local(), local().setting("login", serde_json::json!({ "credential": "USA/Platform/other" }))),
        (local(), local().with_credential_store("vault")),
        (local(), local().with_advance_policy(AdvancePolicy::frozen(chrono::NaiveDate::MAX, "Christmas"))),
        (local().with_credential_store("vault"), local().with_credential_store("environment")),
        // Of what a hint is about, another one is the owner; of what is said to the platform, it is not.
        (local(), hint("USA/Platform/store")),
        (hint("USA/Platform/store"), hint("USA/Platform/other")),
    ];
    for (old, new) in changes {
        let (old, new) = (served_by(old), served_by(new));
        assert_eq!(missing(&old, &new, ECOSYSTEM), [""; 0]);
        for other in [USA, SALES, STOCK, EU] {
            needs(&old, &new, other, &[ECOSYSTEM]);
        }
    }
}

/// The credentials of the repositories of the ecosystem, of the zone `USA`, and of the team `Stock`.
fn reached_by([ecosystem, zone, credential_of_team]: [Option<&str>; 3]) -> Ecosystem {
    let with = |repository: &str, credential: Option<&str>| {
        let repository = Repository::from(repository);
        credential.into_iter().fold(repository, Repository::with_credential)
    };
    let definition = usa_without("Stock").team_declaration(
        TeamDeclaration::new("Stock", with(STOCK, credential_of_team)).defined(team("Stock")),
    );
    // The approval lists the team: a hand-over would need the approval of `Sales`.
    let closed = store([customers(), orders()]).approval(Approval::new(
        TeamKey::new("USA", "Stock"),
        "Analysis/all",
        "customers",
    ));
    Ecosystem::new("NorthWind", with(ECOSYSTEM, ecosystem), with("github:nw/live@main", ecosystem))
        .vendor(InfrastructureVendor::new("Office").location(InfrastructureLocation::new("Ground")))
        .zone("USA", with(USA, zone), definition)
        .edit_team("USA", "Sales", |team| team.without_datastore(&"Store".into()).datastore(closed))
}

#[test]
fn the_credential_of_a_repository_is_changed_by_its_owner_alone() {
    let credentials = [None, Some("robot"), Some("other")];
    let owners = [ECOSYSTEM, USA, STOCK];
    for (declared, owner) in owners.into_iter().enumerate() {
        for before in credentials {
            for after in credentials.into_iter().filter(|after| *after != before) {
                let [old, new] = [before, after].map(|credential| {
                    let mut all = [None; 3];
                    all[declared] = credential;
                    reached_by(all)
                });
                // Nobody is handed over, so that nobody is asked who listed the team.
                assert_eq!(missing(&old, &new, owner), [""; 0]);
                // Whoever declares a zone or a team does not say with which secret its repository is read.
                let others = [ECOSYSTEM, USA, SALES, STOCK].into_iter().filter(|other| *other != owner);
                others.for_each(|other| needs(&old, &new, other, &[owner]));
            }
        }
    }
}

#[test]
fn no_credential_makes_an_owner_of_a_stranger() {
    let [plain, robot] =
        [Repository::from(STOCK), Repository::from(STOCK).with_credential("robot")].map(|repository| {
            let documented = reached_by([None; 3]).edit_team("USA", "Stock", |team| team.documented("ours"));
            missing(&reached_by([None; 3]), &documented, &repository.to_string())
        });
    assert_eq!([plain, robot], [Vec::<String>::new(), Vec::new()]);
}
