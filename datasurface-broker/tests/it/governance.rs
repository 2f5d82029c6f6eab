//! The row of `docs/governance.md` that needs platforms: each kind of policy, of both zones, on platforms that are pinned,
//! that the lock names, and that could be chosen.

mod production;
mod renamed;
mod sources;
mod unwaivable;
mod worlds;

use crate::fixture::{codes, minimal_platform, place};
use datasurface_broker::{BrokerError, Lock, Placed};
use datasurface_model::*;

const GROUP: &str = "zones/Away/teams/T/workspaces/W/groups/g";
const SINK: &str = "zones/Away/teams/T/workspaces/W/groups/g/sinks/S/a";
const STORE: &str = "zones/Home/teams/T/datastores/S";
const GROUP_PIN: &str = "group_pins/W/g/platforms/A";
const STORE_PIN: &str = "primary_pins/S/platform";

/// A datastore in the zone `Home`, a workspace in the zone `Away` that reads it, and what their zones say.
#[derive(Clone, Default)]
struct Fixture {
    home: Option<PolicyRule>,
    away: Option<PolicyRule>,
    /// What a third zone says, which has the container of the producer then.
    yard: Option<PolicyRule>,
    is_asked_for: bool,
    is_pinned: bool,
    /// Whether nobody can decide to live with what the policies deny.
    is_unwaivable: bool,
    /// Whether the workspace is served by another platform than the one that captures.
    is_served_by_another: bool,
    /// Whether the business depends on the datastore, and on the workspace. If on one of them alone, that is waived.
    in_production: [bool; 2],
    /// Whether the platform manages what the workspace keeps data in.
    is_managed: bool,
    /// Other platforms than `A`, at the mill.
    platforms: Option<Vec<PlatformDeclaration>>,
}

/// A platform that keeps data where `Home` and `Away` keep none themselves.
fn at_the_mill(name: &str) -> PlatformDeclaration {
    minimal_platform(name).setting("at", "Mill/Hall")
}

impl Fixture {
    fn build(self) -> Ecosystem {
        let dataset = Dataset::new("a", "id Integer key").classified("Internal");
        let dataset = if self.is_asked_for { dataset.storage_policy("p") } else { dataset };
        let container =
            |name, file| DataContainer::sqlite(name, file).located("V/L").encrypted(KeyHolder::Company);
        let is_in_yard = self.yard.is_some();
        let source = if is_in_yard { "Yard/T/Source" } else { "Home/T/Source" };
        let store = Datastore::new("S").captured(Capture::sql_snapshot(source)).dataset(dataset);
        let [is_store, is_reader] = self.in_production;
        let rules = [("Home", self.home.clone()), ("Away", self.away.clone())];
        let store = if is_store { store.in_production() } else { store };
        let reader =
            Workspace::new("W").with_container("Away/T/Lake").group(DatasetGroup::new("g").sink("S/a"));
        let reader = if is_reader { reader.in_production() } else { reader };
        let source = container("Source", "s.db");
        let producers = Team::new().datastore(store);
        let [producers, owners] = match is_in_yard {
            true => [
                producers,
                Team::new().container(source.readable_by(ContainerUser::Team(TeamKey::new("Home", "T")))),
            ],
            false => [producers.container(source), Team::new()],
        };
        let lake =
            if self.is_managed { DataContainer::platform_managed("Lake") } else { container("Lake", "l.db") };
        let consumers = Team::new().container(lake).workspace(reader);
        let zone = |rule: Option<PolicyRule>, team| {
            let policies = rule.map(|rule| Policy::new("p", rule));
            let policies =
                policies.map(|policy| if self.is_unwaivable { policy.unwaivable() } else { policy });
            let zone = policies.into_iter().fold(GovernanceZone::new(), GovernanceZone::policy);
            zone.team("T", "github:o/team@main", team)
        };
        let ecosystem = Ecosystem::new("E", "github:o/model@main", "github:o/live@main")
            .vendor(InfrastructureVendor::new("V").with_cloud(CloudVendor::OnPremises).location("L"))
            .vendor(InfrastructureVendor::new("Mill").with_cloud(CloudVendor::Aws).location("Hall"))
            .zone("Home", "github:o/home@main", zone(self.home, producers))
            .zone("Away", "github:o/away@main", zone(self.away, consumers));
        let ecosystem = match is_in_yard {
            true => ecosystem.zone("Yard", "github:o/yard@main", zone(self.yard, owners)),
            false => ecosystem,
        };
        let ecosystem = if is_store == is_reader {
            ecosystem
        } else {
            let day = chrono::NaiveDate::MAX;
            let zones = rules.into_iter().filter(|(_, rule)| rule.as_ref().is_some_and(is_about_production));
            waived(
                ecosystem,
                zones.map(|(zone, _)| zone),
                &Waiver::new("governance/production", SINK, "is agreed", day),
            )
        };
        let platforms = self.platforms.unwrap_or_else(|| vec![at_the_mill("A")]);
        let ecosystem = platforms.into_iter().fold(ecosystem, Ecosystem::platform);
        if self.is_served_by_another {
            let other = minimal_platform("B").setting("at", "V/L");
            ecosystem.platform(other).group_pin("W/g", ["B"]).primary_pin("S", "A")
        } else if self.is_pinned {
            ecosystem.group_pin("W/g", ["A"]).primary_pin("S", "A")
        } else {
            ecosystem
        }
    }
}

/// Codes and places of what stands in the way, in the order of reports.
fn refusal(placed: Result<Placed, BrokerError>) -> Vec<(String, String)> {
    let refused = placed.unwrap_err();
    let told = |finding: &Diagnostic| (finding.code().to_owned(), finding.path().to_string());
    refused.findings().iter().map(told).collect()
}

fn denied(code: &str, places: &[&str]) -> Vec<(String, String)> {
    let mut places: Vec<_> = places.iter().map(|at| (code.to_owned(), (*at).to_owned())).collect();
    places.sort_by(|a, b| a.1.cmp(&b.1));
    places
}

/// A kind of policy: its code, what denies the platform, and what permits it.
struct Kind {
    code: &'static str,
    denied: PolicyRule,
    permitted: PolicyRule,
    /// Whether it is about where data is: then the zone of a workspace has a say about who captures, too.
    is_about_places: bool,
}

fn of_places() -> Vec<Kind> {
    let places = |names: &[&str]| {
        PolicyRule::Locations(Permitted::only(names.iter().map(|place| Place::from(*place))))
    };
    let vendors = |names: &[&str]| {
        PolicyRule::Vendors(Permitted::only(names.iter().map(|name| VendorName::from(*name))))
    };
    let clouds = |clouds: &[CloudVendor]| PolicyRule::HardVendors(Permitted::only(clouds.iter().copied()));
    let kind = |code, denied, permitted| Kind { code, denied, permitted, is_about_places: true };
    vec![
        kind("governance/platform-location", places(&["V/L"]), places(&["V", "Mill"])),
        kind("governance/platform-vendor", vendors(&["V"]), vendors(&["V", "Mill"])),
        kind(
            "governance/platform-hard-vendor",
            clouds(&[CloudVendor::OnPremises]),
            clouds(&[CloudVendor::OnPremises, CloudVendor::Aws]),
        ),
    ]
}

fn of_storage() -> Kind {
    let but = |technology: &str| {
        let rule = StorageRule::mandatory().with_technologies(Permitted::all_except([technology]));
        PolicyRule::Storage(rule)
    };
    let code = "governance/platform-storage";
    Kind { code, denied: but("shelf"), permitted: but("mysql"), is_about_places: false }
}

fn of_platforms() -> Kind {
    let but = |name: &str| PolicyRule::Platforms(Permitted::all_except([name]));
    let code = "governance/chosen-platform";
    Kind {
        code,
        denied: but("A"),
        permitted: PolicyRule::Platforms(Permitted::only(["A"])),
        is_about_places: false,
    }
}

fn home(rule: &PolicyRule) -> Fixture {
    Fixture { home: Some(rule.clone()), ..Fixture::default() }
}

fn away(rule: &PolicyRule) -> Fixture {
    Fixture { away: Some(rule.clone()), ..Fixture::default() }
}

fn yard(rule: &PolicyRule) -> Fixture {
    Fixture { yard: Some(rule.clone()), ..Fixture::default() }
}

fn pinned(fixture: Fixture) -> Fixture {
    Fixture { is_pinned: true, ..fixture }
}

#[test]
fn what_is_pinned_is_judged_where_the_pin_is() {
    for Kind { code, denied: rule, permitted, is_about_places } in
        of_places().into_iter().chain([of_storage()])
    {
        let found = refusal(place(pinned(home(&rule)).build(), &Lock::default()));
        assert_eq!(found, denied(code, &[GROUP_PIN, STORE_PIN]));
        let found = refusal(place(pinned(away(&rule)).build(), &Lock::default()));
        let by_away: &[&str] = if is_about_places { &[GROUP_PIN, SINK] } else { &[GROUP_PIN] };
        assert_eq!(found, denied(code, by_away));
        for silent in [pinned(home(&permitted)), pinned(away(&permitted))] {
            let placed = place(silent.build(), &Lock::default()).unwrap();
            assert!(placed.findings().is_empty(), "{}", placed.findings());
        }
    }
}

#[test]
fn what_the_lock_says_is_judged_where_it_is_asked_for() {
    let before = place(Fixture::default().build(), &Lock::default()).unwrap();
    let kinds = of_places().into_iter().chain([of_storage(), of_platforms()]);
    for Kind { code, denied: rule, permitted, is_about_places } in kinds {
        let found = refusal(place(home(&rule).build(), before.lock()));
        assert_eq!(found, denied(code, &[GROUP, STORE]));
        let found = refusal(place(away(&rule).build(), before.lock()));
        let by_away: &[&str] = if is_about_places { &[GROUP, SINK] } else { &[GROUP] };
        assert_eq!(found, denied(code, by_away));
        for silent in [home(&permitted), away(&permitted)] {
            let placed = place(silent.build(), before.lock()).unwrap();
            assert!(placed.findings().is_empty(), "{}", placed.findings());
        }
    }
}

#[test]
fn what_a_zone_does_not_permit_is_not_chosen_and_the_reason_is_said() {
    for Kind { denied: rule, permitted, .. } in of_places().into_iter().chain([of_storage(), of_platforms()])
    {
        for (fixture, zone) in [(home(&rule), "Home"), (away(&rule), "Away")] {
            let refused = place(fixture.build(), &Lock::default()).unwrap_err();
            assert_eq!(codes(&refused), ["choice/no-platform"]);
            let finding = refused.findings().iter().next().unwrap();
            let message = finding.message();
            assert!(message.contains(&format!("`A`: the policy `p` of the zone `{zone}` ")), "{message}");
            // Whoever can help is named: the policy, and the repository of its zone.
            let help = finding.help().unwrap();
            assert!(
                help.ends_with(&format!(
                    "; the zone `{zone}` belongs to {}",
                    format_args!("github:o/{}@main", zone.to_lowercase())
                )),
                "{help}"
            );
            let places: Vec<String> =
                finding.related_places().iter().map(|place| place.path.to_string()).collect();
            assert_eq!(places, [format!("zones/{zone}/policies/p")]);
        }
        for silent in [home(&permitted), away(&permitted)] {
            assert!(place(silent.build(), &Lock::default()).unwrap().findings().is_empty());
        }
    }
}

#[test]
fn a_storage_policy_that_is_not_for_all_holds_for_those_who_ask() {
    let but = Permitted::all_except(["shelf"]);
    let rule = PolicyRule::Storage(StorageRule::opt_in().with_technologies(but));
    let asking = |is_asked_for| Fixture { is_asked_for, ..pinned(home(&rule)) }.build();
    let found = refusal(place(asking(true), &Lock::default()));
    assert_eq!(found, denied("governance/platform-storage", &[GROUP_PIN, STORE_PIN]));
    assert!(place(asking(false), &Lock::default()).unwrap().findings().is_empty());
}

#[test]
fn what_a_platform_manages_is_judged_by_what_the_platform_says() {
    let only = |technology: &str| {
        let rule = StorageRule::mandatory().with_technologies(Permitted::only([technology]));
        Fixture { is_managed: true, ..pinned(away(&PolicyRule::Storage(rule))) }.build()
    };
    let placed = place(only("shelf"), &Lock::default()).unwrap();
    assert!(placed.findings().is_empty(), "{}", placed.findings());
    let found = refusal(place(only("sqlite"), &Lock::default()));
    assert_eq!(found, denied("governance/platform-storage", &[GROUP_PIN]));
}

#[test]
fn a_platform_that_only_hands_data_on_has_no_storage() {
    let rule = PolicyRule::Storage(StorageRule::mandatory().encrypted(KeyHolder::Company));
    let found = refusal(place(pinned(home(&rule)).build(), &Lock::default()));
    assert_eq!(found, denied("governance/platform-storage", &[GROUP_PIN, STORE_PIN]));
    let handing_on = Some(vec![at_the_mill("A").setting("hands_on", true)]);
    let handing_on = Fixture { platforms: handing_on, ..pinned(home(&rule)) };
    assert!(place(handing_on.build(), &Lock::default()).is_ok());
}

#[test]
fn who_does_not_say_where_data_is_passes_no_list_of_places() {
    let nowhere = |rule| {
        let fixture = Fixture { platforms: Some(vec![minimal_platform("A")]), ..pinned(home(&rule)) };
        place(fixture.build(), &Lock::default())
    };
    for Kind { code, denied: rule, .. } in of_places() {
        assert_eq!(refusal(nowhere(rule)), denied(code, &[GROUP_PIN, STORE_PIN]));
    }
    assert!(nowhere(PolicyRule::Vendors(Permitted::all_except(["Mill"]))).is_ok());
}

#[test]
fn what_is_handed_over_is_judged_by_the_zone_that_gets_it() {
    let rule = PolicyRule::Locations(Permitted::only([Place::from("V")]));
    let fixture = |rule| Fixture { is_served_by_another: true, ..away(rule) }.build();
    let refused = place(fixture(&rule), &Lock::default()).unwrap_err();
    assert_eq!(codes(&refused), ["governance/platform-location"]);
    let finding = refused.findings().iter().next().unwrap();
    assert_eq!(finding.path().to_string(), SINK);
    assert_eq!(finding.suggestion(), None, "the group would be about nothing without its only sink");
    let related: Vec<_> = finding.related_places().iter().map(|place| place.path.to_string()).collect();
    assert_eq!(related, ["zones/Away/policies/p", "platforms/A", "vendors/Mill/locations/Hall"]);
    let permitted = PolicyRule::Locations(Permitted::only([Place::from("V"), Place::from("Mill")]));
    assert!(place(fixture(&permitted), &Lock::default()).is_ok());
}

#[test]
fn who_captures_is_chosen_so_that_all_may_receive_it_where_that_is_possible() {
    let rule = PolicyRule::Locations(Permitted::only([Place::from("V")]));
    let here = |name| minimal_platform(name).setting("at", "V/L");
    let both = Some(vec![at_the_mill("A"), here("B")]);
    let placed = place(Fixture { platforms: both, ..away(&rule) }.build(), &Lock::default()).unwrap();
    assert!(placed.findings().is_empty(), "{}", placed.findings());
    assert!(placed.lock().assignments().primary_stages(&"S".into()).unwrap().contains_key("B"));
    // `B` can show what `A` has, but captures nothing.
    let both = Some(vec![at_the_mill("A"), here("B").setting("captures_nothing", true)]);
    let found = refusal(place(Fixture { platforms: both, ..away(&rule) }.build(), &Lock::default()));
    assert_eq!(found, denied("governance/platform-location", &[SINK]));
}

#[test]
fn the_zones_of_what_a_transformer_reads_have_a_say_about_who_runs_it() {
    let rule = PolicyRule::Locations(Permitted::only([Place::from("V")]));
    let deriving = |ecosystem: Ecosystem| {
        ecosystem.edit_team("Away", "T", |team| {
            let transformer = DataTransformer::sql("T").select("a", "SELECT id FROM S_a");
            team.without_workspace(&"W".into())
                .datastore(
                    Datastore::new("T").dataset(Dataset::new("a", "id Integer key").classified("Internal")),
                )
                .workspace(
                    Workspace::new("Derive")
                        .with_container("Away/T/Lake")
                        .group(DatasetGroup::new("g").sink("S/a"))
                        .with_transformer(transformer),
                )
                .workspace(
                    Workspace::new("W")
                        .with_container("Away/T/Lake")
                        .group(DatasetGroup::new("g").sink("T/a")),
                )
        })
    };
    let refused = place(deriving(home(&rule).build()), &Lock::default()).unwrap_err();
    // What is derived is still of that zone for whoever serves it.
    assert_eq!(codes(&refused), ["choice/no-platform"]);
    for finding in refused.findings() {
        assert!(finding.message().contains("the policy `p` of the zone `Home`"), "{finding}");
    }
    // The model does not know that a pin of the output is about the input, too.
    let platforms = || Some(vec![at_the_mill("A"), at_the_mill("B")]);
    let but_a = PolicyRule::Platforms(Permitted::all_except(["A"]));
    let pinned = |rule| {
        Fixture { platforms: platforms(), ..home(rule) }.build().group_pin("W/g", ["B"]).primary_pin("T", "A")
    };
    let found = refusal(place(deriving(pinned(&but_a)), &Lock::default()));
    assert_eq!(found, denied("governance/chosen-platform", &["primary_pins/T/platform"]));
    let but_c = PolicyRule::Locations(Permitted::only([Place::from("V"), Place::from("Mill")]));
    assert!(place(deriving(pinned(&but_c)), &Lock::default()).is_ok());
    assert!(place(deriving(Fixture::default().build()), &Lock::default()).is_ok());
}

fn is_about_production(rule: &PolicyRule) -> bool {
    matches!(rule, PolicyRule::SeparateProduction | PolicyRule::Production(_))
}

/// Waived by some zones: each for its own policies.
fn waived<'z>(ecosystem: Ecosystem, zones: impl IntoIterator<Item = &'z str>, waiver: &Waiver) -> Ecosystem {
    zones.into_iter().fold(ecosystem, |ecosystem, zone| {
        ecosystem.edit_zone(zone, |definition| definition.waiver(waiver.clone()))
    })
}

#[test]
fn somebody_can_live_with_a_denial_for_a_while() {
    let [Kind { code, denied: rule, .. }, ..] = &of_places()[..] else { panic!("there are kinds") };
    let waived = [GROUP_PIN, STORE_PIN].into_iter().fold(pinned(home(rule)).build(), |ecosystem, path| {
        let waiver = Waiver::new(*code, path, "the mill is trusted", chrono::NaiveDate::MAX);
        ecosystem.edit_zone("Home", |zone| zone.waiver(waiver))
    });
    let placed = place(waived, &Lock::default()).unwrap();
    assert!(placed.findings().is_empty(), "{}", placed.findings());
    assert_eq!(placed.waived().codes().collect::<Vec<_>>(), [*code, *code]);
}

#[test]
fn a_place_that_nobody_knows_is_no_place() {
    let at = |place| Fixture {
        platforms: Some(vec![minimal_platform("A").setting("at", place)]),
        ..Fixture::default()
    };
    assert_eq!(
        codes(&place(at("Mill/Hull").build(), &Lock::default()).unwrap_err()),
        ["platform/unknown-place"]
    );
    assert!(place(at("Mill/Hall").build(), &Lock::default()).is_ok());
}
