//! Approvals of exactly one proposal, and those that are needed beside the owner's.

use super::fixture::*;
use datasurface_change::{ApprovalClaim, ChangeControl, ChangeReport, ChangeSource};
use datasurface_model::{ownership::OwnedPart, *};

const NEW_OWNER: &str = "github:else/where@main";

fn proposal(ecosystem: &Ecosystem) -> Valid<Ecosystem> {
    Valid::assume_valid(ecosystem.clone())
}

/// The claim that a repository approved this ecosystem.
fn claim(repository: &str, new: &Ecosystem) -> ApprovalClaim {
    ApprovalClaim::new(repository, ChangeControl::fingerprint(&proposal(new)))
}

fn judged(
    old: &Ecosystem,
    new: &Ecosystem,
    source: &str,
    claims: impl IntoIterator<Item = ApprovalClaim>,
) -> ChangeReport {
    let control = ChangeControl::new(ChangeSource::new(source), day("2026-01-01")).approved_by(claims);
    control.judge(&proposal(old), &proposal(new))
}

/// Who has to approve a change that its source makes alone.
pub(crate) fn missing(old: &Ecosystem, new: &Ecosystem, source: &str) -> Vec<String> {
    let report = judged(old, new, source, []);
    let missing: Vec<_> =
        report.approvals.missing.iter().map(|missing| missing.repository.to_string()).collect();
    assert_eq!(missing.is_empty(), report.is_allowed(), "{report}");
    missing
}

/// Refused with every approval but one, and allowed with all of them.
#[track_caller]
pub(crate) fn needs(old: &Ecosystem, new: &Ecosystem, source: &str, owners: &[&str]) {
    assert_eq!(missing(old, new, source), owners);
    for left_out in owners {
        let others = owners.iter().filter(|owner| *owner != left_out).map(|owner| claim(owner, new));
        assert!(!judged(old, new, source, others).is_allowed(), "without {left_out}");
    }
    let report = judged(old, new, source, owners.iter().map(|owner| claim(owner, new)));
    assert!(report.is_allowed(), "{report}");
    assert_eq!(report.approvals.trusted.len(), owners.len());
    assert!(report.approvals.trusted.iter().all(|trusted| !trusted.parts.is_empty()));
}

/// The datastore of `Sales`, in the team `Stock`.
fn moved() -> Ecosystem {
    let store = team("Sales").datastores().get("Store").unwrap().clone();
    edit_sales(|team| team.without_datastore(&"Store".into()))
        .edit_team("USA", "Stock", |team| team.datastore(store))
}

#[test]
fn a_datastore_moves_between_owners_who_both_agree() {
    needs(&fixture(), &moved(), SALES, &[STOCK]);
    needs(&fixture(), &moved(), STOCK, &[SALES]);
    needs(&fixture(), &moved(), NEW_OWNER, &[SALES, STOCK]);
}

#[test]
fn a_dataset_is_renamed_with_its_foreign_consumers() {
    let renamed = Dataset::new("clients", CUSTOMERS).renamed_from("customers");
    let producer = with_store(store([renamed, orders()]));
    let both = stock_wanting(producer, ["Store/clients".into()]);
    needs(&fixture(), &both, SALES, &[STOCK]);
    // Without its consumers, no approval makes it whole.
    let alone = stock_wanting(with_store(store([orders()])), ["Store/customers".into()]);
    assert!(!judged(&fixture(), &alone, SALES, [claim(STOCK, &alone)]).is_allowed());
}

#[test]
fn an_approval_of_another_proposal_counts_for_nothing() {
    let more = moved().edit_team("USA", "Stock", |team| team.documented("and more"));
    for other in [
        claim(STOCK, &more),
        claim(STOCK, &fixture()),
        ApprovalClaim::from(STOCK),
        ApprovalClaim::new(STOCK, ""),
        ApprovalClaim::new(STOCK, &claim(STOCK, &moved()).fingerprint[..12]),
        ApprovalClaim::new(STOCK, claim(STOCK, &moved()).fingerprint.to_uppercase()),
    ] {
        let report = judged(&fixture(), &moved(), SALES, [other.clone()]);
        assert!(!report.is_allowed() && report.approvals.trusted.is_empty(), "{other}");
        assert_eq!(report.approvals.ignored, [other]);
        assert!(report.to_string().contains("is for another proposal"), "{report}");
    }
    // An older approval beside the right one does no harm.
    let both = [claim(STOCK, &more), claim(STOCK, &moved())];
    assert!(judged(&fixture(), &moved(), SALES, both).is_allowed());
}

#[test]
fn an_approval_of_somebody_else_counts_for_nothing() {
    for other in ["github:nw/Stock@main", "github:nw/stock@dev", "github:nw/stock2@main", USA, ECOSYSTEM] {
        assert!(!judged(&fixture(), &moved(), SALES, [claim(other, &moved())]).is_allowed(), "{other}");
    }
    let with_credential = Repository::from(STOCK).with_credential("robot");
    let fingerprint = claim(STOCK, &moved()).fingerprint;
    let claim = ApprovalClaim::new(with_credential, fingerprint);
    assert!(judged(&fixture(), &moved(), SALES, [claim]).is_allowed());
}

#[test]
fn a_claim_is_read_as_it_is_written() {
    let written = claim(STOCK, &moved());
    assert_eq!(ApprovalClaim::from(written.to_string()), written);
    let in_folder = ApprovalClaim::from("github:shop/mono@main:teams/sales=3f9c");
    assert_eq!(in_folder.repository.owner_path(), Some("teams/sales"));
}

#[test]
fn an_approval_does_not_stand_for_what_nobody_can_tell() {
    let deep = |leaf: u8| {
        let value = (0..140).fold(serde_json::Value::from(leaf), |inner, _| vec![inner].into());
        fixture().platform(PlatformDeclaration::new("Mine", "local").setting("deep", value))
    };
    let claims = [ECOSYSTEM, USA, SALES, STOCK].map(|owner| claim(owner, &deep(2)));
    assert!(!judged(&deep(1), &deep(2), STOCK, claims).is_allowed());
}

#[test]
fn an_approval_of_the_model_is_none_of_the_lock() {
    let source = ChangeSource::new(SALES).touching_lock();
    let new = edit_sales(|team| team.documented("ours"));
    let control = ChangeControl::new(source.clone(), day("2026-01-01")).approved_by([claim(ECOSYSTEM, &new)]);
    assert!(!control.judge(&proposal(&fixture()), &proposal(&new)).is_allowed());
}

#[test]
fn an_approval_is_about_all_that_is_proposed() {
    let judged = |beside: &str, claim: Option<ApprovalClaim>| {
        let control = ChangeControl::new(ChangeSource::new(SALES), day("2026-01-01"));
        control.beside(beside).approved_by(claim).judge(&proposal(&fixture()), &proposal(&moved()))
    };
    assert!(!judged("lock", Some(claim(STOCK, &moved()))).is_allowed());
    let fingerprint = judged("lock", None).approvals.fingerprint.unwrap();
    let approval = || Some(ApprovalClaim::new(STOCK, fingerprint.clone()));
    assert!(judged("lock", approval()).is_allowed());
    assert!(!judged("another lock", approval()).is_allowed());
}

#[test]
fn every_difference_is_another_fingerprint() {
    let zero = |zero: f64| {
        let platform = PlatformDeclaration::new("P", "local").with_config(serde_json::json!({ "x": zero }));
        ChangeControl::fingerprint(&proposal(&fixture().platform(platform)))
    };
    assert_ne!(zero(0.0), zero(-0.0));
    assert_eq!(zero(0.0), zero(0.0));
    assert_eq!(zero(0.0).len(), 64);
}

/// The fixture in which `Sales` belong to somebody else.
fn handed_over(ecosystem: &Ecosystem, owner: &str) -> Ecosystem {
    let zone = ecosystem.zones().get("USA").and_then(ZoneDeclaration::definition).unwrap();
    let zone = std::sync::Arc::unwrap_or_clone(zone.clone());
    let teams = zone.teams().iter().cloned().map(|team| match team.name().as_str() {
        "Stock" => TeamDeclaration::new("Stock", owner).defined(team.definition().unwrap().clone()),
        _ => team,
    });
    let teams: Vec<_> = teams.collect();
    let zone = zone.clone().with_teams(teams);
    ecosystem.clone().without_zone(&"USA".into()).zone("USA", USA, zone)
}

/// The fixture in which the datastore is for `Stock` alone.
fn closed() -> Ecosystem {
    let approval = Approval::new(TeamKey::new("USA", "Stock"), "Analysis/all", "customers");
    with_store(store([customers(), orders()]).approval(approval))
}

#[test]
fn an_approved_team_is_handed_over_with_the_approval_of_those_who_listed_it() {
    let (old, new) = (closed(), handed_over(&closed(), NEW_OWNER));
    needs(&old, &new, STOCK, &[SALES]);
    let report = judged(&old, &new, STOCK, []);
    assert_eq!(report.findings().codes().collect::<Vec<_>>(), ["authorization/needs-approval"]);
    // Where nobody is listed, an owner hands over what it owns.
    assert_eq!(missing(&fixture(), &handed_over(&fixture(), NEW_OWNER), STOCK), [] as [&str; 0]);
    // Whoever listed it takes the name from the list first.
    assert_eq!(
        missing(&closed(), &with_store(store([customers(), orders()]).restricted()), SALES),
        [] as [&str; 0]
    );
}

/// A zone with a container that is open to these, and the ecosystem around it.
fn opened_to(user: ContainerUser) -> Ecosystem {
    with_people(DataContainer::sqlite("Source", "hr.db").located("Office/Ground").readable_by(user))
}

fn opened_to_nobody() -> Ecosystem {
    with_people(DataContainer::sqlite("Source", "hr.db").located("Office/Ground"))
}

fn with_people(container: DataContainer) -> Ecosystem {
    let people = Team::new().container(container);
    fixture().without_zone(&"EU".into()).zone(
        "EU",
        EU,
        GovernanceZone::new().team("People", "github:nw/hr@main", people),
    )
}

fn joined(ecosystem: &Ecosystem, name: &str) -> Ecosystem {
    let zone = ecosystem.zones().get("USA").and_then(ZoneDeclaration::definition).unwrap();
    let zone =
        std::sync::Arc::unwrap_or_clone(zone.clone()).team_declaration(TeamDeclaration::new(name, NEW_OWNER));
    ecosystem.clone().without_zone(&"USA".into()).zone("USA", USA, zone)
}

#[test]
fn a_team_joins_a_listed_zone_with_the_approval_of_those_who_listed_it() {
    let old = opened_to(ContainerUser::Zone("USA".into()));
    needs(&old, &joined(&old, "Strange"), USA, &["github:nw/hr@main"]);
    needs(&old, &handed_over(&old, NEW_OWNER), STOCK, &["github:nw/hr@main"]);
    for user in [ContainerUser::Everyone, ContainerUser::Zone("EU".into())] {
        let old = opened_to(user);
        assert_eq!(missing(&old, &joined(&old, "Strange"), USA), [] as [&str; 0]);
    }
}

#[test]
fn a_name_that_is_listed_is_not_taken_by_a_stranger() {
    let old = opened_to(ContainerUser::Team(TeamKey::new("USA", "Awaited")));
    needs(&old, &joined(&old, "Awaited"), USA, &["github:nw/hr@main"]);
    assert_eq!(missing(&old, &joined(&old, "Another"), USA), [] as [&str; 0]);
    // Nor by a rename.
    let zone = usa_without("Stock").team_declaration(
        TeamDeclaration::new("Awaited", STOCK).renamed_from("Stock").defined(team("Stock")),
    );
    let renamed = old.clone().without_zone(&"USA".into()).zone("USA", USA, zone);
    needs(&old, &renamed, USA, &["github:nw/hr@main"]);
    // An approval, and a consent, are lists as well.
    let awaited = TeamKey::new("USA", "Awaited");
    let approval = Approval::new(awaited.clone(), "Analysis/all", "customers");
    let approving = with_store(store([customers(), orders()]).approval(approval));
    needs(&approving, &joined(&approving, "Awaited"), USA, &[SALES]);
    assert_eq!(missing(&approving, &joined(&approving, "Another"), USA), [] as [&str; 0]);
    let consent = GovernanceZone::new().consent(Consent::new(awaited, "Mart", "totals", "3f9c"));
    let consenting = fixture().without_zone(&"EU".into()).zone("EU", EU, consent);
    needs(&consenting, &joined(&consenting, "Awaited"), USA, &[EU]);
    assert_eq!(missing(&consenting, &joined(&consenting, "Another"), USA), [] as [&str; 0]);
}

/// The zone `USA` under another name.
fn renamed_zone(ecosystem: &Ecosystem, name: &str) -> Ecosystem {
    let zone = ecosystem.zones().get("USA").unwrap().clone();
    let renamed =
        ZoneDeclaration::new(name, USA).renamed_from("USA").defined(zone.definition().unwrap().clone());
    ecosystem.clone().without_zone(&"USA".into()).zone_declaration(renamed)
}

#[test]
fn a_listed_name_of_a_zone_is_not_taken_by_a_zone_that_is_renamed() {
    let hr = "github:nw/hr@main";
    let opened = |zone: &str, access| {
        let user = ContainerUser::Zone(zone.into());
        let open = |container: DataContainer| match access {
            ContainerUse::Read => container.readable_by(user),
            ContainerUse::Write => container.writable_by(user),
        };
        opened_to_nobody().edit_team("EU", "People", |team| {
            let container = team.containers().get("Source").unwrap().clone();
            team.without_container(&"Source".into()).container(open(container))
        })
    };
    for access in [ContainerUse::Read, ContainerUse::Write] {
        let awaiting = opened("Awaited", access);
        needs(&awaiting, &renamed_zone(&awaiting, "Awaited"), ECOSYSTEM, &[hr]);
        assert_eq!(missing(&awaiting, &renamed_zone(&awaiting, "Another"), ECOSYSTEM), [] as [&str; 0]);
        // The mirror: the zone was listed, and is called otherwise now.
        let listed = opened("USA", access);
        assert_eq!(missing(&listed, &renamed_zone(&listed, "Awaited"), ECOSYSTEM), [] as [&str; 0]);
    }
}

#[test]
fn a_renamed_team_of_the_same_owner_is_the_same() {
    let old = opened_to(ContainerUser::Zone("USA".into()));
    let zone = usa_without("Stock")
        .team_declaration(TeamDeclaration::new("Depot", STOCK).renamed_from("Stock").defined(team("Stock")));
    let renamed = old.clone().without_zone(&"USA".into()).zone("USA", USA, zone);
    let report = judged(&old, &renamed, USA, []);
    assert!(report.required.is_empty(), "{report}");
}

/// The team `Stock` under another name.
fn renamed_stock(ecosystem: &Ecosystem, owner: &str) -> Ecosystem {
    let zone = ecosystem.zones().get("USA").and_then(ZoneDeclaration::definition).unwrap();
    let teams = zone.teams().iter().cloned().map(|team| match team.name().as_str() {
        "Stock" => TeamDeclaration::new("Depot", owner)
            .renamed_from("Stock")
            .defined(team.definition().unwrap().clone()),
        _ => team,
    });
    let zone = std::sync::Arc::unwrap_or_clone(zone.clone()).with_teams(teams.collect::<Vec<_>>());
    ecosystem.clone().without_zone(&"USA".into()).zone("USA", USA, zone)
}

#[test]
fn lists_follow_a_renamed_team_of_the_same_owner() {
    let stock = TeamKey::new("USA", "Stock");
    let consent = Consent::new(stock.clone(), "Mart", "totals", "3f9c");
    let consenting = GovernanceZone::new().consent(consent);
    let lists = [
        (closed(), SALES),
        (opened_to(ContainerUser::Team(stock)), "github:nw/hr@main"),
        (fixture().without_zone(&"EU".into()).zone("EU", EU, consenting), EU),
    ];
    for (old, lister) in lists {
        assert_eq!(missing(&old, &renamed_stock(&old, STOCK), USA), [""; 0]);
        // With the name, another owner would get what was given to the former one.
        let handed_over = missing(&old, &renamed_stock(&old, NEW_OWNER), STOCK);
        assert!(handed_over.contains(&lister.to_owned()), "{handed_over:?}");
    }
}

#[test]
fn what_is_listed_in_advance_is_not_taken_by_a_renamed_team_that_is_listed_for_something_else() {
    let approval =
        |team: &str, dataset: &str| Approval::new(TeamKey::new("USA", team), "Analysis/all", dataset);
    let old = store([customers(), orders()]).approval(approval("Stock", "customers"));
    let old = with_store(old.approval(approval("Depot", "orders")));
    needs(&old, &renamed_stock(&old, STOCK), USA, &[SALES]);
}

#[test]
fn a_datastore_leaves_a_zone_with_the_approval_of_the_zone() {
    let both = |ecosystem: Ecosystem| {
        let zone = GovernanceZone::new().team("Sales too", SALES, Team::new());
        ecosystem.without_zone(&"EU".into()).zone("EU", EU, zone)
    };
    let store = team("Sales").datastores().get("Store").unwrap().clone();
    let old = both(fixture());
    let new = both(edit_sales(|team| team.without_datastore(&"Store".into()))).edit_team(
        "EU",
        "Sales too",
        |team| team.datastore(store.clone()),
    );
    needs(&old, &new, SALES, &[USA]);
    // Under another name, too.
    let renamed = std::sync::Arc::unwrap_or_clone(store).with_datasets([customers(), orders()]);
    let renamed = Datastore::new("Shop").captured(renamed.capture().unwrap().clone()).renamed_from("Store");
    let new = both(edit_sales(|team| team.without_datastore(&"Store".into()))).edit_team(
        "EU",
        "Sales too",
        |team| team.datastore(renamed.with_datasets([customers(), orders()])),
    );
    assert_eq!(missing(&old, &new, SALES), [USA]);
}

#[test]
fn whose_policies_hold_is_told_that_a_datastore_is_open() {
    let report = judged(&closed(), &fixture(), SALES, []);
    assert!(report.is_allowed(), "{report}");
    let [notice] = &*report.owner_notices else { panic!("{report}") };
    assert_eq!((&notice.part, notice.owner.to_string()), (&OwnedPart::Zone("USA".into()), USA.to_owned()));
    assert!(report.to_string().contains("tell the zone `USA` (github:nw/usa@main)"), "{report}");
    assert!(judged(&fixture(), &closed(), SALES, []).owner_notices.is_empty());
}

#[test]
fn many_differences_that_are_one_event_have_a_summary() {
    let summaries = |new: &Ecosystem| -> Vec<(String, Option<String>)> {
        let report = judged(&fixture(), new, NEW_OWNER, []);
        assert!(
            report.parts.iter().all(|touched| report.to_string().contains(&touched.to_string())),
            "{report}"
        );
        report.parts.into_iter().map(|touched| (touched.part.to_string(), touched.summary)).collect()
    };
    let gone = fixture().without_zone(&"USA".into()).zone("USA", USA, usa_without("Sales"));
    let sales = "the team `Sales` of the zone `USA`".to_owned();
    let stock = "the team `Stock` of the zone `USA`".to_owned();
    assert!(summaries(&gone).contains(&(sales.clone(), Some("all of it is gone".to_owned()))));
    let swapped = usa_without("Sales").team("Sales", SALES, team("Stock"));
    let swapped = swapped.teams().iter().filter(|team| team.name().as_str() == "Sales").cloned();
    let swapped = GovernanceZone::new().with_teams(
        swapped.chain([TeamDeclaration::new("Stock", STOCK).defined(team("Sales"))]).collect::<Vec<_>>(),
    );
    let swapped = fixture().without_zone(&"USA".into()).zone("USA", USA, swapped);
    let exchanged = |other: &str| Some(format!("exchanged with the team `{other}` of the zone `USA`"));
    assert_eq!(summaries(&swapped), [(sales, exchanged("Stock")), (stock, exchanged("Sales"))]);
}

#[test]
fn a_pin_that_is_about_nothing_is_inherited_with_its_authors_approval() {
    let group = |workspace: &str| {
        Workspace::new(workspace)
            .with_container("USA/Stock/Lake")
            .group(DatasetGroup::new("all").sink("Store/orders"))
    };
    let old = fixture().group_pin("Awaited/all", ["Local"]).primary_pin("Shop", "Local");
    let with =
        |workspace: &str| old.clone().edit_team("USA", "Stock", |team| team.workspace(group(workspace)));
    needs(&old, &with("Awaited"), STOCK, &[ECOSYSTEM]);
    assert_eq!(missing(&old, &with("Another"), STOCK), [] as [&str; 0]);
    let stored = |name: &str| {
        let store = Datastore::new(name).captured(Capture::sql_snapshot("USA/Sales/Source"));
        old.clone()
            .edit_team("USA", "Sales", |team| team.datastore(store.dataset(Dataset::new("d", "id Date key"))))
    };
    needs(&old, &stored("Shop"), SALES, &[ECOSYSTEM]);
    assert_eq!(missing(&old, &stored("Shop2"), SALES), [] as [&str; 0]);
    // What is there and pinned is changed by its owner.
    let more = old.clone().edit_team("USA", "Stock", |team| team.documented("ours"));
    assert_eq!(missing(&old, &more, STOCK), [] as [&str; 0]);
}

#[test]
fn a_team_whose_release_a_zone_allowed_is_handed_over_with_the_zones_approval() {
    let consent = Consent::new(TeamKey::new("USA", "Stock"), "Mart", "totals", "3f9c");
    let with = |zone: GovernanceZone| fixture().without_zone(&"EU".into()).zone("EU", EU, zone);
    let old = with(GovernanceZone::new().consent(consent));
    needs(&old, &handed_over(&old, NEW_OWNER), STOCK, &[EU]);
    let without = with(GovernanceZone::new());
    assert_eq!(missing(&without, &handed_over(&without, NEW_OWNER), STOCK), [] as [&str; 0]);
}
