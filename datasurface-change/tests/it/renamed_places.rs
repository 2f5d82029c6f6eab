//! Vendors, locations and platforms that the ecosystem renames, which zones and teams name: each step is the change of one owner.

use super::{
    approvals::{missing, needs},
    fixture::*,
};
use datasurface_change::{ChangeControl, ChangeSource};
use datasurface_model::*;

/// How somebody calls the vendor, the outer location, the inner one, and the platform.
type Names = [&'static str; 4];

const FORMER: Names = ["Office", "Ground", "Cellar", "Local"];
const PRESENT: Names = ["Campus", "Floor 0", "Vault", "Embedded"];

/// Who writes which names, and what the ecosystem declares.
#[derive(Clone)]
struct Estate {
    vendors: Vec<InfrastructureVendor>,
    platforms: Vec<PlatformDeclaration>,
    pins: Names,
    zone: Names,
    sales: Names,
    stock: Names,
}

impl Estate {
    fn build(self) -> Ecosystem {
        let place = |[vendor, outer, inner, _]: Names| Place::new(vendor, [outer, inner]);
        let [vendor, outer, _, platform] = self.zone;
        let rules = [
            ("vendors", PolicyRule::Vendors(Permitted::only([vendor]))),
            ("places", PolicyRule::Locations(Permitted::only([Place::new(vendor, [outer])]))),
            ("platforms", PolicyRule::Platforms(Permitted::all_except([platform, "Remote"]))),
        ];
        let with_place = |team: Team, name: &str, file: &str, names: Names| {
            let container = DataContainer::sqlite(name, file).located(place(names));
            team.without_container(&name.into()).container(container)
        };
        let ecosystem = Ecosystem::new("NorthWind", ECOSYSTEM, "github:nw/live@main")
            .with_zones(unserved().zones().iter().cloned());
        let ecosystem = self.vendors.into_iter().fold(ecosystem, Ecosystem::vendor);
        let ecosystem = self.platforms.into_iter().fold(ecosystem, Ecosystem::platform);
        let remote = PlatformDeclaration::new("Remote", "local");
        ecosystem
            .platform(remote.deprecated(Deprecation::new(day("2025-01-01"), "old").replaced_by(self.pins[3])))
            .edit_zone("USA", |zone| {
                rules.into_iter().fold(zone, |zone, (name, rule)| zone.policy(Policy::new(name, rule)))
            })
            .edit_team("USA", "Sales", |team| with_place(team, "Source", "sales.db", self.sales))
            .edit_team("USA", "Stock", |team| {
                let group = DatasetGroup::new("all").sink("Store/customers");
                let group = group.with_preferred_platform(self.stock[3]);
                let workspace = Workspace::new("Analysis").with_container("USA/Stock/Lake").group(group);
                let team = team.without_workspace(&"Analysis".into()).workspace(workspace);
                with_place(team, "Lake", "lake.db", self.stock)
            })
    }
}

fn vendor([vendor, outer, inner, _]: Names) -> InfrastructureVendor {
    let outer = InfrastructureLocation::new(outer).location(inner);
    InfrastructureVendor::new(vendor).location(outer.location("Attic")).location("Roof")
}

/// The vendor of now, which says how it and its locations were called.
fn renamed_vendor() -> InfrastructureVendor {
    let [vendor, outer, inner, _] = PRESENT;
    let inner = InfrastructureLocation::new(inner).renamed_from(FORMER[2]);
    let outer = InfrastructureLocation::new(outer).location(inner).location("Attic").renamed_from(FORMER[1]);
    InfrastructureVendor::new(vendor).location(outer).location("Roof").renamed_from(FORMER[0])
}

fn platform(name: &str) -> PlatformDeclaration {
    PlatformDeclaration::new(name, "local")
}

fn before() -> Estate {
    Estate {
        vendors: vec![vendor(FORMER)],
        platforms: vec![platform(FORMER[3])],
        pins: FORMER,
        zone: FORMER,
        sales: FORMER,
        stock: FORMER,
    }
}

fn renamed() -> Estate {
    let platforms = vec![platform(PRESENT[3]).renamed_from(FORMER[3])];
    Estate { vendors: vec![renamed_vendor()], platforms, pins: PRESENT, ..before() }
}

fn errors(ecosystem: &Ecosystem) -> Vec<String> {
    let findings = match ecosystem.clone().validate(&Validation::on(day("2026-01-01"))) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    };
    let errors = findings.iter().filter(|finding| finding.severity() == Severity::Error);
    errors.map(|finding| finding.code().to_owned()).collect()
}

#[test]
fn a_rename_is_a_change_of_the_ecosystem_and_everybody_else_follows_alone() {
    let zone_follows = Estate { zone: PRESENT, ..renamed() };
    let sales_follow = Estate { sales: PRESENT, ..zone_follows.clone() };
    let stock_follows = Estate { stock: PRESENT, ..sales_follow.clone() };
    let vendors = vec![vendor(PRESENT)];
    let settled = Estate { vendors, platforms: vec![platform(PRESENT[3])], ..stock_follows.clone() };
    let steps = [
        (before(), renamed(), ECOSYSTEM),
        (renamed(), zone_follows.clone(), USA),
        (zone_follows, sales_follow.clone(), SALES),
        (sales_follow, stock_follows.clone(), STOCK),
        (stock_follows, settled.clone(), ECOSYSTEM),
    ];
    for (old, new, source) in steps {
        let (old, new) = (old.build(), new.build());
        assert_eq!(errors(&new), [""; 0], "{source}");
        assert_eq!(missing(&old, &new, source), [""; 0], "{source}");
    }
    // And the names are free.
    let anew = Estate {
        vendors: vec![vendor(PRESENT), vendor(FORMER)],
        platforms: vec![platform(PRESENT[3]), platform(FORMER[3])],
        ..settled.clone()
    };
    assert_eq!(errors(&anew.clone().build()), [""; 0]);
    assert_eq!(missing(&settled.build(), &anew.build(), ECOSYSTEM), [""; 0]);
    // Too early, the names lead nowhere.
    let early = Estate { vendors: vec![vendor(PRESENT)], ..renamed() };
    assert!(errors(&early.build()).contains(&"reference/unknown-vendor".to_owned()));
}

#[test]
fn what_is_renamed_alone_is_the_same_as_well() {
    let old = before();
    let inner = InfrastructureLocation::new("Vault").renamed_from("Cellar");
    let outer = InfrastructureLocation::new("Ground").location(inner).location("Attic");
    let inner_alone = InfrastructureVendor::new("Office").location(outer).location("Roof");
    let outer = InfrastructureLocation::new("Floor 0").location("Cellar").location("Attic");
    let outer = outer.renamed_from("Ground");
    let outer_alone = InfrastructureVendor::new("Office").location(outer).location("Roof");
    for vendor in [inner_alone, outer_alone, vendor(FORMER)] {
        let new = Estate { vendors: vec![vendor], ..before() }.build();
        assert_eq!(errors(&new), [""; 0]);
        assert_eq!(missing(&old.clone().build(), &new, ECOSYSTEM), [""; 0]);
    }
}

#[test]
fn nothing_new_takes_a_name_that_a_policy_has() {
    // A vendor, a location and a platform take the name while the statement of the rename goes: nobody would see it in the new model.
    let old = renamed().build();
    let vendors = vec![vendor(PRESENT), vendor(FORMER)];
    let taken = Estate { vendors, ..renamed() };
    needs(&old, &taken.build(), ECOSYSTEM, &[SALES, STOCK, USA]);
    let platforms = vec![platform(PRESENT[3]), platform(FORMER[3])];
    let taken = Estate { platforms, ..renamed() };
    needs(&old, &taken.build(), ECOSYSTEM, &[STOCK, USA]);
    // With the statement in place, validation refuses it.
    let both = Estate { vendors: vec![renamed_vendor(), vendor(FORMER)], ..renamed() }.build();
    assert_eq!(errors(&both), ["rename/still-there"; 2]);

    let outer = |inner| InfrastructureLocation::new("Floor 0").location("Cellar").location(inner);
    let inside =
        |outer: InfrastructureLocation| InfrastructureVendor::new("Office").location(outer).location("Roof");
    let location_renamed =
        Estate { vendors: vec![inside(outer("Attic").renamed_from("Ground"))], ..before() };
    let other_ground = InfrastructureLocation::new("Ground").location("Cellar");
    let location_taken = Estate { vendors: vec![inside(outer("Attic")).location(other_ground)], ..before() };
    needs(&location_renamed.build(), &location_taken.build(), ECOSYSTEM, &[SALES, STOCK, USA]);
}

#[test]
fn a_former_name_does_not_go_over_to_another_vendor_location_or_platform() {
    let other = || vendor(["Rented", "Ground", "Cellar", ""]);
    let old = Estate {
        vendors: vec![renamed_vendor(), other()],
        platforms: vec![platform("Embedded").renamed_from("Local"), platform("Other")],
        ..renamed()
    };
    let to_vendor = Estate { vendors: vec![vendor(PRESENT), other().renamed_from("Office")], ..old.clone() };
    assert_eq!(
        errors(&to_vendor.clone().build()),
        [""; 0],
        "by itself, the new model is as good as the old one"
    );
    needs(&old.clone().build(), &to_vendor.build(), ECOSYSTEM, &[SALES, STOCK, USA]);
    let platforms = vec![platform("Embedded"), platform("Other").renamed_from("Local")];
    needs(&old.clone().build(), &Estate { platforms, ..old.clone() }.build(), ECOSYSTEM, &[STOCK, USA]);

    let sibling = |first: InfrastructureLocation, second: InfrastructureLocation| {
        let vendor = InfrastructureVendor::new("Office").location(first.location("Cellar"));
        Estate { vendors: vec![vendor.location(second.location("Cellar"))], ..before() }
    };
    let [first, second] = ["Floor 0", "Floor 1"].map(InfrastructureLocation::new);
    let old = sibling(first.clone().renamed_from("Ground"), second.clone());
    let new = sibling(first, second.renamed_from("Ground"));
    assert_eq!(errors(&new.clone().build()), [""; 0]);
    needs(&old.build(), &new.build(), ECOSYSTEM, &[SALES, STOCK, USA]);
}

/// What was waived at a place stays waived at it.
#[test]
fn a_waiver_about_a_place_outlives_its_rename() {
    let waived = |estate: Estate, allowed: &'static str| {
        let path = "zones/USA/teams/Stock/workspaces/Analysis/container";
        let source = "zones/USA/teams/Sales/datastores/Store/capture/container";
        let waivers = [path, source]
            .map(|path| Waiver::new("governance/location", path, "for a while", day("2027-01-01")));
        let rule = PolicyRule::Locations(Permitted::only([Place::from(allowed)]));
        estate.build().edit_zone("USA", |zone| {
            waivers.into_iter().fold(zone.policy(Policy::new("roof", rule)), GovernanceZone::waiver)
        })
    };
    let old = waived(before(), "Office/Roof");
    let judge = |new: &Ecosystem| {
        let validated =
            [&old, new].map(|one| one.clone().validate(&Validation::on(day("2026-01-01"))).unwrap());
        let [before, after] = &validated;
        assert!(!before.waived().is_empty() && before.waived().len() == after.waived().len(), "{before:?}");
        let control = ChangeControl::new(ChangeSource::new(ECOSYSTEM), day("2026-01-01"));
        let control = control.with_waived(before.waived(), after.waived());
        let report = control.judge(before.ecosystem(), after.ecosystem());
        report.approvals.missing.iter().map(|missing| missing.repository.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(judge(&waived(renamed(), "Office/Roof")), [""; 0]);
}
