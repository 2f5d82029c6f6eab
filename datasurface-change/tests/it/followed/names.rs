//! References by former names.

use super::{assert_same_since, consumer, deriving, store, today, valid};
use datasurface_model::{
    Capture, Checked, Consent, ContainerUser, DataContainer, DataTransformer, Dataset, Datastore, Diagnostic,
    Ecosystem, Findings, GovernanceZone, Invalid, Permitted, Policy, PolicyRule, Release, Removal,
    StorageRule, Team, TeamDeclaration, Validate, Validation, Workspace, ZoneDeclaration,
};

fn validated(ecosystem: Ecosystem) -> Result<Checked, Invalid> {
    ecosystem.validate(&Validation::on(today()))
}

/// A datastore of the team `New/New`, which a workspace of another team wants; and a container, from which a third captures.
fn shop(
    zone: ZoneDeclaration,
    team: TeamDeclaration,
    store: Datastore,
    container: DataContainer,
) -> Ecosystem {
    let definition = Team::new().datastore(store).container(
        container
            .located("Azure/USA")
            .readable_by(ContainerUser::Team("USA/NorthWind".into()))
            .readable_by(ContainerUser::Team("Old/Old".into())),
    );
    let zone = zone.defined(GovernanceZone::new().team_declaration(team.defined(definition)));
    valid().zone_declaration(zone).edit_team("USA", "NorthWind", |team| {
        team.workspace(consumer("Reader", "OldStore/old"))
            .datastore(Datastore::new("Copy").captured(capture()).dataset(table("d")))
    })
}

fn capture() -> Capture {
    Capture::sql_snapshot("Old/Old/OldSource")
}

fn table(name: &str) -> Dataset {
    Dataset::new(name, "id Integer key")
}

/// Everything is renamed at once: the zone, the team, the datastore, the dataset and the container.
fn renamed() -> Ecosystem {
    let dataset = table("new").renamed_from("old");
    shop(
        ZoneDeclaration::new("New", "git:new@main").renamed_from("Old"),
        TeamDeclaration::new("New", "git:team@main").renamed_from("Old"),
        store("NewStore", dataset).renamed_from("OldStore"),
        DataContainer::sqlite("NewSource", "new.db").renamed_from("OldSource"),
    )
}

fn codes(findings: &Findings) -> Vec<&str> {
    findings.codes().filter(|code| !code.starts_with("capture/")).collect()
}

#[test]
fn a_reference_follows_a_rename_with_a_warning() {
    let checked = validated(renamed()).unwrap();
    let told: Vec<(String, &str)> = checked
        .findings()
        .iter()
        .filter(|finding| finding.code() == "reference/former-name")
        .map(|finding| (finding.path().to_string(), finding.message()))
        .collect();
    let team = "zones/USA/teams/NorthWind";
    let expected = [
        (
            format!("{team}/datastores/Copy/capture/container"),
            "`Old/Old/OldSource` is called `New/New/NewSource` now",
        ),
        (
            format!("{team}/workspaces/Reader/groups/everything/sinks/OldStore/old"),
            "`OldStore/old` is called `NewStore/new` now",
        ),
        (
            "zones/New/teams/New/containers/NewSource/usable_by/read/Old/Old".to_owned(),
            "`Old/Old` is called `New/New` now",
        ),
    ];
    let mut expected = expected.to_vec();
    expected.sort();
    let mut told = told;
    told.sort();
    assert_eq!(told, expected, "{}", checked.findings());
    // Whoever reads the model sees what is meant; whoever edits it, what is written.
    let valid = checked.ecosystem();
    let reader = valid.workspace(&"Reader".into()).unwrap();
    assert!(reader.entity.groups().get("everything").unwrap().sinks().get(&"NewStore/new".into()).is_some());
    let copy = valid.datastore(&"Copy".into()).unwrap();
    assert_eq!(copy.entity.capture().unwrap().container(), &"New/New/NewSource".into());
    assert_eq!(valid.as_written(), &renamed());
    assert_eq!(valid.clone().into_inner(), renamed());
}

#[test]
fn without_the_statement_of_the_rename_a_reference_leads_nowhere() {
    let unsaid = shop(
        ZoneDeclaration::new("New", "git:new@main"),
        TeamDeclaration::new("New", "git:team@main"),
        store("NewStore", table("new")),
        DataContainer::sqlite("NewSource", "new.db"),
    );
    let invalid = validated(unsaid).unwrap_err();
    let codes = codes(invalid.findings());
    assert!(codes.contains(&"reference/unknown-datastore"), "{}", invalid.findings());
    assert!(codes.contains(&"reference/unknown-container"), "{}", invalid.findings());
}

#[test]
fn a_former_name_is_declared_anew_when_nobody_writes_it() {
    let anew = |ecosystem: Ecosystem| {
        ecosystem.edit_team("New", "New", |team| team.datastore(store("OldStore", table("old"))))
    };
    let refused = validated(anew(renamed())).unwrap_err();
    let declared = |finding: &&Diagnostic| {
        finding.code() == "rename/still-there" && finding.path().to_string().ends_with("/OldStore")
    };
    let found = refused.findings().iter().find(declared).unwrap();
    assert_eq!(found.path().to_string(), "zones/New/teams/New/datastores/OldStore");
    let related: Vec<String> = found.related_places().iter().map(|place| place.path.to_string()).collect();
    assert_eq!(related, ["zones/USA/teams/NorthWind/workspaces/Reader/groups/everything/sinks/OldStore/old"]);
    let spelled = renamed().edit_team("USA", "NorthWind", |team| {
        team.without_workspace(&"Reader".into()).workspace(consumer("Reader", "NewStore/new"))
    });
    let free = anew(spelled).edit_team("New", "New", |team| {
        team.without_datastore(&"NewStore".into()).datastore(store("NewStore", table("new")))
    });
    assert!(validated(free.clone()).is_ok(), "{}", validated(free).unwrap_err());
}

#[test]
fn a_validation_since_another_one_follows_renames() {
    let spelled = renamed().edit_team("USA", "NorthWind", |team| {
        team.without_workspace(&"Reader".into()).workspace(consumer("Reader", "NewStore/new"))
    });
    let taken =
        renamed().edit_team("USA", "NorthWind", |team| team.datastore(store("OldStore", table("old"))));
    let other =
        renamed().edit_team("USA", "NorthWind", |team| team.workspace(consumer("More", "OldStore/old")));
    let versions = [valid(), renamed(), spelled, taken, other];
    assert_same_since(&versions);
}

/// A transformer of the team `New/New` that makes `Made/made` of `NewStore/new`, by the names that it writes; and a zone that consents to
/// the release of an output by a name.
fn making(store: Datastore, made: Dataset, [output, input, consented]: [&str; 3]) -> Ecosystem {
    let sql = format!("SELECT id FROM {input}");
    let release = Release::new(output, "USA", "numbers");
    let transformer = DataTransformer::sql("Made").select(output, sql).release(release);
    let workspace = deriving("Making", "NewStore/new", transformer);
    let ecosystem = valid().zone(
        "New",
        "git:new@main",
        GovernanceZone::new().team("New", "git:team@main", {
            let source = DataContainer::sqlite("Source", "new.db").located("Azure/USA");
            let store = store.captured(Capture::sql_snapshot("New/New/Source"));
            Team::new()
                .container(source)
                .datastore(store)
                .datastore(Datastore::new("Made").dataset(made))
                .workspace(workspace)
        }),
    );
    ecosystem.edit_zone("USA", |zone| zone.consent(Consent::new("New/New", "Making", consented, "1")))
}

#[test]
fn a_validation_since_another_one_follows_what_transformers_write() {
    let store = || Datastore::new("NewStore").dataset(table("new").renamed_from("old"));
    let [plain, renamed] = [table("made"), table("made").renamed_from("former")];
    let former = ["former", "OldStore_old", "former"];
    let versions = [
        making(store(), plain.clone(), ["made", "NewStore_new", "made"]),
        making(store().renamed_from("OldStore"), plain.clone(), ["made", "OldStore_old", "former"]),
        making(store().renamed_from("OldStore"), renamed.clone(), former),
        making(store(), renamed, former),
        making(store().renamed_from("OldStore"), plain, former),
    ];
    let told: Vec<String> = match validated(versions[2].clone()) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    }
    .iter()
    .filter(|finding| finding.code() == "reference/former-name")
    .map(|finding| format!("{}: {}", finding.path(), finding.message()))
    .collect();
    let workspace = "zones/New/teams/New/workspaces/Making/transformer";
    let expected = [
        format!("{workspace}/releases/former USA: `Made/former` is called `Made/made` now"),
        format!("{workspace}/selects/former: `Made/former` is called `Made/made` now"),
        format!("{workspace}/selects/made: `OldStore_old` is called `NewStore_new` now"),
        "zones/USA/consents/New/New Making former 1: `Made/former` is called `Made/made` now".to_owned(),
    ];
    assert_eq!(told, expected);
    assert_same_since(&versions);
}

/// Neither of them is lost without a word.
#[test]
fn what_is_removed_from_an_output_by_both_of_its_names_is_said_twice() {
    let store = Datastore::new("NewStore").dataset(table("new"));
    let made = table("made").renamed_from("former");
    let twice = making(store, made, ["made", "NewStore_new", "made"]).edit_team("New", "New", |team| {
        let workspace = Workspace::clone(team.workspaces().get("Making").unwrap());
        let transformer = DataTransformer::clone(workspace.transformer().unwrap());
        let both = ["former", "made"]
            .into_iter()
            .fold(transformer, |transformer, name| transformer.removal(name, "PII", Removal::new("masked")));
        team.without_workspace(&"Making".into()).workspace(workspace.with_transformer(both))
    });
    let refused = validated(twice).unwrap_err();
    let of_no_output = |finding: &Diagnostic| {
        finding.code() == "transformer/removal-target" && finding.message().contains("`Made/former`")
    };
    assert!(refused.findings().iter().any(of_no_output), "{}", refused.findings());
}

#[test]
fn a_dataset_asks_for_a_storage_policy_by_its_former_name() {
    let asking = |asked: &str, policy: Policy| {
        let dataset = table("d").storage_policy(asked);
        valid()
            .edit_zone("USA", |zone| zone.policy(policy))
            .edit_team("USA", "NorthWind", |team| team.datastore(store("Asking", dataset)))
    };
    let rule = |technology: &str| {
        PolicyRule::Storage(StorageRule::opt_in().with_technologies(Permitted::only([technology])))
    };
    let renamed = |technology: &str| Policy::new("vault", rule(technology)).renamed_from("safe");
    let checked = validated(asking("safe", renamed("postgres"))).unwrap();
    let told: Vec<String> = checked.findings().iter().map(|finding| finding.to_string()).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("`safe` is called `vault` now"), "{told:?}");
    // It is asked for, and denies.
    let by_either = ["safe", "vault"].map(|asked| validated(asking(asked, renamed("mysql"))).unwrap_err());
    for denied in &by_either {
        assert!(codes(denied.findings()).contains(&"governance/storage"), "{}", denied.findings());
    }
    let versions = [
        asking("safe", Policy::new("safe", rule("postgres"))),
        asking("safe", renamed("postgres")),
        asking("vault", renamed("mysql")),
        asking("safe", Policy::new("vault", rule("postgres"))),
        asking("safe", renamed("mysql"))
            .edit_zone("USA", |zone| zone.policy(Policy::new("safe", rule("mysql")))),
    ];
    assert_same_since(&versions);
}
