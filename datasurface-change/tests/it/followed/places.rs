//! Vendors, locations and platforms that are renamed: what policies, containers and pins say of them holds on.

use super::{assert_same_since, store, today, valid};
use datasurface_model::{
    Capture, ContainerUser, DataContainer, Dataset, DatasetGroup, Datastore, Deprecation, Diagnostic,
    Ecosystem, Findings, GovernanceZone, HintTarget, InfrastructureLocation, InfrastructureVendor, Permitted,
    Place, PlatformDeclaration, PlatformName, Policy, PolicyRule, Team, Validate, Validation, VendorName,
    Workspace,
};

/// How somebody calls a vendor, a location of it, one inside of that, and a platform.
#[derive(Clone, Copy)]
struct Names {
    vendor: &'static str,
    country: &'static str,
    town: &'static str,
    platform: &'static str,
}

const FORMER: Names = Names { vendor: "Blue", country: "Europe", town: "Berlin", platform: "Mill" };
const PRESENT: Names = Names { vendor: "Sky", country: "EU", town: "Bonn", platform: "Works" };

impl Names {
    fn country(self) -> Place {
        Place::new(self.vendor, [self.country])
    }

    fn town(self) -> Place {
        Place::new(self.vendor, [self.country, self.town])
    }
}

/// The vendor and the platform, under these names.
fn declared(names: Names) -> (InfrastructureVendor, PlatformDeclaration) {
    let town = InfrastructureLocation::new(names.town);
    let country = InfrastructureLocation::new(names.country).location(town);
    (
        InfrastructureVendor::new(names.vendor).location(country),
        PlatformDeclaration::new(names.platform, "local"),
    )
}

/// The same, which had other names before.
fn renamed() -> (InfrastructureVendor, PlatformDeclaration) {
    let town = InfrastructureLocation::new(PRESENT.town).renamed_from(FORMER.town);
    let country = InfrastructureLocation::new(PRESENT.country).location(town).renamed_from(FORMER.country);
    let vendor = InfrastructureVendor::new(PRESENT.vendor).location(country).renamed_from(FORMER.vendor);
    (vendor, PlatformDeclaration::new(PRESENT.platform, "local").renamed_from(FORMER.platform))
}

/// A zone with a policy, whose data is in a container in the town, from which it goes to a platform; everything calls these by names.
fn estate(
    (vendor, platform): (InfrastructureVendor, PlatformDeclaration),
    names: Names,
    rule: PolicyRule,
) -> Ecosystem {
    let located = |container: DataContainer| container.located(names.town());
    let team = Team::new()
        .container(located(DataContainer::sqlite("Here", "here.db").readable_by(ContainerUser::Everyone)))
        .container(located(DataContainer::sqlite("There", "there.db")))
        .datastore(
            Datastore::new("Kept")
                .captured(Capture::sql_snapshot("Home/T/Here"))
                .dataset(Dataset::new("d", "id Integer key")),
        )
        .workspace(
            Workspace::new("Reading")
                .with_container("Home/T/There")
                .group(DatasetGroup::new("g").sink("Kept/d").with_preferred_platform(names.platform)),
        );
    let zone = GovernanceZone::new().policy(Policy::new("p", rule)).team("T", "git:team@main", team);
    let platform = platform.located(names.country());
    let old = PlatformDeclaration::new("Old", "local")
        .deprecated(Deprecation::new(today(), "worn").replaced_by(names.platform));
    valid()
        .vendor(vendor)
        .platform(platform)
        .platform(old)
        .zone("Home", "git:home@main", zone)
        .group_pin("Reading/g", [names.platform])
        .primary_pin("Kept", names.platform)
}

/// Every rule about the renamed, each as the only thing that is allowed, as one that is denied, and beside others.
fn rules(names: Names) -> Vec<PolicyRule> {
    fn lists<T: Ord + Clone>(one: T, other: T) -> [Permitted<T>; 5] {
        [
            Permitted::only([one.clone()]),
            Permitted::only([other.clone()]),
            Permitted::all_except([one.clone()]),
            Permitted::all_except([other.clone()]),
            Permitted::only([one.clone(), other]).with_denied([one]),
        ]
    }
    let place = |place: &str| Place::from(place);
    let of_country = lists(names.country(), place("Azure/USA")).map(PolicyRule::Locations);
    let of_town = lists(names.town(), place("Azure")).map(PolicyRule::Locations);
    let of_vendor = lists(Place::from(names.vendor), place("Azure")).map(PolicyRule::Locations);
    let vendors = lists(VendorName::from(names.vendor), "Azure".into()).map(PolicyRule::Vendors);
    let platforms = lists(PlatformName::from(names.platform), "Local".into()).map(PolicyRule::Platforms);
    [of_country, of_town, of_vendor, vendors, platforms].into_iter().flatten().collect()
}

fn judged(ecosystem: &Ecosystem) -> Findings {
    match ecosystem.clone().validate(&Validation::on(today())) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    }
}

fn is_outdated(finding: &Diagnostic) -> bool {
    finding.code() == "reference/former-name"
}

fn others(findings: &Findings) -> Vec<&Diagnostic> {
    findings.iter().filter(|finding| !is_outdated(finding)).collect()
}

#[test]
fn what_is_allowed_and_denied_follows_a_rename() {
    let mut denials = 0;
    for (by_former, by_present) in rules(FORMER).into_iter().zip(rules(PRESENT)) {
        let expected = judged(&estate(renamed(), PRESENT, by_present.clone()));
        assert_eq!(expected.iter().filter(|finding| is_outdated(finding)).count(), 0);
        let found = judged(&estate(renamed(), FORMER, by_former.clone()));
        assert_eq!(others(&found), others(&expected), "{by_former:?}");
        denials += usize::from(expected.codes().any(|code| code.starts_with("governance/")));
        // The same as before anything was renamed, but for the names.
        let before = judged(&estate(declared(FORMER), FORMER, by_former));
        assert_eq!(others(&before).len(), others(&expected).len());
    }
    assert_eq!(denials, 15, "what allows another one, what denies, and what does both");
}

#[test]
fn each_reference_is_told_with_the_present_name() {
    let rule = PolicyRule::Locations(
        Permitted::only([FORMER.town()]).with_denied(["Blue/Europe/Berlin", "Sky/EU/Bonn"]),
    );
    let found = judged(&estate(renamed(), FORMER, rule));
    let told = found.iter().filter(|finding| is_outdated(finding));
    let told: Vec<String> =
        told.map(|finding| format!("{}: {}", finding.path(), finding.message())).collect();
    let town = "`Blue/Europe/Berlin` is called `Sky/EU/Bonn` now";
    let platform = "`Mill` is called `Works` now";
    let expected = [
        format!("group_pins/Reading/g/platforms/Mill: {platform}"),
        format!("platforms/Old/deprecation/replacement: {platform}"),
        "platforms/Works/locations/Blue/Europe: `Blue/Europe` is called `Sky/EU` now".to_owned(),
        format!("primary_pins/Kept/platform: {platform}"),
        format!("zones/Home/policies/p/rule/allow/Blue/Europe/Berlin: {town}"),
        format!("zones/Home/policies/p/rule/deny/Blue/Europe/Berlin: {town}"),
        format!("zones/Home/teams/T/containers/Here/locations/Blue/Europe/Berlin: {town}"),
        format!("zones/Home/teams/T/containers/There/locations/Blue/Europe/Berlin: {town}"),
        format!("zones/Home/teams/T/workspaces/Reading/groups/g/wished_platform: {platform}"),
    ];
    assert_eq!(told, expected, "{found}");
    // Where the present name is there as well, the former one cannot become it.
    let can_be_corrected = |list: &str| {
        let path = format!("zones/Home/policies/p/rule/{list}/Blue/Europe/Berlin");
        let found = found.iter().find(|finding| finding.path().to_string() == path).unwrap();
        found.suggestion().is_some()
    };
    assert!(can_be_corrected("allow") && !can_be_corrected("deny"));
}

/// Each step into a place has the names of now around it: one location alone may have been renamed.
#[test]
fn a_place_is_followed_from_the_outside_inwards() {
    let rule = || PolicyRule::Locations(Permitted::all_except([Place::from("Sky/Europe/Bonn")]));
    let found = judged(&estate(renamed(), PRESENT, rule()));
    assert!(found.codes().any(|code| code == "governance/location"), "{found}");
    let outside = PolicyRule::Locations(Permitted::all_except([Place::from("Blue/EU")]));
    let found = judged(&estate(renamed(), PRESENT, outside));
    assert!(found.codes().any(|code| code == "governance/location"), "{found}");
    // A name that nothing had leads nowhere.
    let nowhere = PolicyRule::Locations(Permitted::all_except([Place::from("Sky/Berlin")]));
    let found = judged(&estate(renamed(), PRESENT, nowhere));
    assert!(found.codes().any(|code| code == "reference/unknown-location"), "{found}");
}

#[test]
fn a_former_name_is_not_declared_anew_while_a_policy_has_it() {
    let refused = |ecosystem: Ecosystem, at: &str, by: &str| {
        let found = judged(&ecosystem);
        let declared = |finding: &&Diagnostic| {
            finding.code() == "rename/still-there" && finding.path().to_string() == at
        };
        let finding = found.iter().find(declared).unwrap_or_else(|| panic!("{found}"));
        let related: Vec<String> =
            finding.related_places().iter().map(|place| place.path.to_string()).collect();
        assert!(related.contains(&format!("zones/Home/policies/p/rule/deny/{by}")), "{related:?}");
    };
    let denying = |rule| estate(renamed(), PRESENT, rule);
    let vendor = || InfrastructureVendor::new("Blue").location("Europe");
    let vendors = PolicyRule::Vendors(Permitted::all_except(["Blue"]));
    refused(denying(vendors).vendor(vendor()), "vendors/Blue", "Blue");
    let places = PolicyRule::Locations(Permitted::all_except(["Blue/Europe"]));
    refused(denying(places).vendor(vendor()), "vendors/Blue", "Blue/Europe");
    let platforms = PolicyRule::Platforms(Permitted::all_except(["Mill"]));
    refused(denying(platforms).platform(PlatformDeclaration::new("Mill", "local")), "platforms/Mill", "Mill");
    // When nobody has it, it can be.
    let free = estate(declared(PRESENT), PRESENT, PolicyRule::Vendors(Permitted::all_except(["Azure"])));
    let found = judged(&free.vendor(vendor()).platform(PlatformDeclaration::new("Mill", "local")));
    assert!(!found.has_errors(), "{found}");
}

#[test]
fn a_location_that_was_renamed_is_not_declared_anew_either() {
    let (vendor, platform) = renamed();
    let vendor = vendor.location("Europe");
    let rule = PolicyRule::Locations(Permitted::all_except([Place::from("Sky/Europe")]));
    let found = judged(&estate((vendor, platform), PRESENT, rule));
    let paths: Vec<String> = found
        .iter()
        .filter(|finding| finding.code() == "rename/still-there")
        .map(|finding| finding.path().to_string())
        .collect();
    assert_eq!(paths, ["vendors/Sky/locations/EU/renamed_from", "vendors/Sky/locations/Europe"], "{found}");
}

#[test]
fn a_validation_since_another_one_follows_renames_of_places() {
    let deny = |names: Names| PolicyRule::Locations(Permitted::all_except([names.town()]));
    let (vendor, platform) = renamed();
    let vendor_alone = (vendor.clone(), declared(FORMER).1);
    let moved = InfrastructureVendor::new(PRESENT.vendor)
        .location(InfrastructureLocation::new("EU").location("Bonn").location("Berlin"))
        .renamed_from(FORMER.vendor);
    let inner = |town: InfrastructureLocation| {
        let country = InfrastructureLocation::new("Europe").location(town);
        (InfrastructureVendor::new("Blue").location(country), declared(FORMER).1)
    };
    let versions = [
        estate(declared(FORMER), FORMER, deny(FORMER)),
        estate(renamed(), FORMER, deny(FORMER)),
        estate(renamed(), PRESENT, deny(PRESENT)),
        estate(declared(PRESENT), PRESENT, deny(PRESENT)),
        estate(vendor_alone, FORMER, deny(FORMER)),
        estate((moved, platform), FORMER, deny(FORMER)),
        estate(inner(InfrastructureLocation::new("Bonn").renamed_from("Berlin")), FORMER, deny(FORMER)),
        estate(inner("Bonn".into()), FORMER, deny(FORMER)),
        estate(renamed(), PRESENT, deny(PRESENT)).vendor(InfrastructureVendor::new("Blue")),
    ];
    assert_same_since(&versions);
}

#[test]
fn a_hint_follows_what_it_is_about() {
    let hinted = |about: [HintTarget; 2]| {
        let settings = || serde_json::json!({"fast": true});
        let hints = about.into_iter();
        let platform = PlatformDeclaration::new("Hinting", "local");
        let platform = hints.fold(platform, |platform, about| platform.hint(about, settings()));
        let renamed = store("Shop", Dataset::new("orders", "id Integer key").renamed_from("bills"));
        valid()
            .platform(platform)
            .edit_team("USA", "NorthWind", |team| team.datastore(renamed.renamed_from("Store")))
    };
    let about = [HintTarget::Datastore("Store".into()), HintTarget::Dataset("Store/bills".into())];
    let checked = hinted(about).validate(&Validation::on(today())).unwrap();
    let platform = checked.ecosystem().platforms().get("Hinting").unwrap();
    let now = [HintTarget::Datastore("Shop".into()), HintTarget::Dataset("Shop/orders".into())];
    assert!(now.iter().all(|about| platform.hints().get(about).is_some()), "{platform:?}");
    let told: Vec<&Diagnostic> = checked.findings().iter().filter(|finding| is_outdated(finding)).collect();
    assert_eq!(told.len(), 2, "{}", checked.findings());
    assert_eq!(told[0].path().to_string(), "platforms/Hinting/hints/dataset Store/bills/about/dataset");
}
