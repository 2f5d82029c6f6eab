//! What breaks a rule about what is around data: containers, platforms, zones, repositories, waivers.

use super::{Mutation, PLATFORM, apart, dataset, governed, in_team, of, of_dataset, read, store, with};
use chrono::NaiveDate;
use datasurface_model::{
    Capture, Classification, CloudVendor, DataContainer, Ecosystem, GovernanceZone, HintTarget, Permitted,
    Place, PlatformDeclaration, PlatformName, Policy, PolicyRule, ProductionStatus, StorageRule, VendorName,
    Waiver, Workspace, ZoneDeclaration,
};

pub(super) const ALL: &[Mutation] = &[
    of("container/address", |it| in_team(it, |team| team.container(located("Extra", "")))),
    of("container/no-location", |it| {
        in_team(it, |team| team.container(DataContainer::sqlite("Extra", "extra.db")))
    }),
    of("container/same-place", |it| {
        in_team(it, |team| {
            team.container(located("Extra", "extra.db")).container(located("Other", "extra.db"))
        })
    }),
    of("container/unexpected-location", |it| {
        in_team(it, |team| team.container(DataContainer::platform_managed("Extra").located(HERE)))
    }),
    of("governance/classification", |it| {
        governed(it, PolicyRule::Classifications(Permitted::only([Classification::from("PII")])))
    }),
    of("governance/hard-vendor", |it| {
        governed(it, PolicyRule::HardVendors(Permitted::only([CloudVendor::Aws])))
    }),
    of("governance/location", |it| governed(it, PolicyRule::Locations(Permitted::only([Place::from(HERE)])))),
    of("governance/platform", |it| {
        let but_this = Permitted::all_except([PlatformName::from(PLATFORM)]);
        governed(it, PolicyRule::Platforms(but_this)).primary_pin("Extra", PLATFORM)
    }),
    of("governance/no-effect", |it| {
        governed(it, PolicyRule::Vendors(Permitted::all_except([] as [VendorName; 0])))
    }),
    of("governance/production", |it| {
        governed(it, PolicyRule::Production(Permitted::only([ProductionStatus::Production])))
    }),
    of("governance/production-mix", |it| {
        apart(it, GovernanceZone::new(), |team| {
            let target = DataContainer::sqlite("Target", "apart.db").located(HERE);
            let vital = of_dataset("Vital", dataset().classified("Public")).in_production();
            let vital = vital.captured(Capture::sql_snapshot("Extra/Extra/Source"));
            let mixed = Workspace::new("Extra").with_container("Extra/Extra/Target");
            team.container(target)
                .datastore(vital)
                .workspace(mixed.group(datasurface_model::DatasetGroup::new("g").sink("Vital/d")))
        })
    }),
    of("governance/storage", |it| {
        let no_files = StorageRule::mandatory().with_technologies(Permitted::all_except(["sqlite"]));
        governed(it, PolicyRule::Storage(no_files))
    }),
    of("governance/unclassified", |it| {
        governed(it, PolicyRule::Classifications(Permitted::all_except([Classification::from("PII")])))
    }),
    of("governance/unknown-technology", |it| {
        let no_files = StorageRule::mandatory().with_technologies(Permitted::all_except(["sqlit"]));
        governed(it, PolicyRule::Storage(no_files))
    }),
    of("governance/vendor", |it| {
        governed(it, PolicyRule::Vendors(Permitted::all_except([VendorName::from("On Premises")])))
    }),
    of("platform/duplicate-hint", |it| {
        let hinted = extra()
            .hint(HintTarget::Datastore("Extra".into()), serde_json::json!({ "fast": true }))
            .hint(HintTarget::Datastore("Extra".into()), serde_json::json!({ "fast": false }));
        with(it, store("Extra")).platform(hinted)
    }),
    of("platform/hint-without-transformer", |it| {
        let hinted =
            extra().hint(HintTarget::Transformer("Extra".into()), serde_json::json!({ "fast": true }));
        read(it, store("Extra")).platform(hinted)
    }),
    of("platform/version", |it| it.platform(extra().with_version_requirement("one"))),
    of("reference/unknown-location", |it| {
        let nowhere = DataContainer::sqlite("Extra", "extra.db").located("On Premises/UAS");
        in_team(it, |team| team.container(nowhere))
    }),
    of("reference/unknown-path", |it| {
        it.waiver(waiver("governance/location", "zones/Nowhere", NaiveDate::MAX))
    }),
    of("reference/unknown-vendor", |it| {
        let nowhere = DataContainer::sqlite("Extra", "extra.db").located("On Premise/USA");
        in_team(it, |team| team.container(nowhere))
    }),
    of("repository/live-is-owner", owned_alive),
    of("repository/password", |it| {
        it.zone_declaration(ZoneDeclaration::new(
            "Extra",
            "git:https://joe:secret@git.example/model.git@main",
        ))
    }),
    of("repository/syntax", |it| it.zone_declaration(ZoneDeclaration::new("Extra", "github:nobody@main"))),
    of("waiver/duplicate", |it| {
        let waiver = |until| waiver("name/reserved-word", "zones/USA/teams/Team 1/datastores/Order", until);
        let next_to_last = NaiveDate::MAX.pred_opt().unwrap_or_default();
        with(it, store("Order")).waiver(waiver(NaiveDate::MAX)).waiver(waiver(next_to_last))
    }),
    of("waiver/expired", |it| it.waiver(waiver("governance/location", "zones/USA", NaiveDate::MIN))),
    of("waiver/no-reason", |it| {
        let path = "zones/USA/teams/Team 1/datastores/Order";
        with(it, store("Order")).waiver(Waiver::new("name/reserved-word", path, " ", NaiveDate::MAX))
    }),
    of("waiver/not-waivable", |it| it.waiver(waiver("name/syntax", "zones/USA", NaiveDate::MAX))),
    of("waiver/several-policies", |it| {
        let rule = |name| {
            Policy::new(name, PolicyRule::Classifications(Permitted::only([Classification::from("PII")])))
        };
        let zone = GovernanceZone::new().policy(rule("one")).policy(rule("another"));
        let denied = "zones/Extra/teams/Extra/datastores/Extra/datasets/d";
        apart(it, zone, |team| team).waiver(waiver("governance/classification", denied, NaiveDate::MAX))
    }),
    of("waiver/unused", |it| it.waiver(waiver("governance/location", "zones/USA", NaiveDate::MAX))),
];

const HERE: &str = "On Premises/USA";

fn located(name: &str, file: &str) -> DataContainer {
    DataContainer::sqlite(name, file).located(HERE)
}

fn extra() -> PlatformDeclaration {
    PlatformDeclaration::new("Extra", "local")
}

fn waiver(code: &str, path: &str, expires: NaiveDate) -> Waiver {
    Waiver::new(code, path, "nobody knows", expires)
}

/// Nothing but making it anew gives an ecosystem another repository.
fn owned_alive(ecosystem: Ecosystem) -> Ecosystem {
    let owner = ecosystem.owner().to_string();
    let live = ecosystem.live().to_string();
    datasurface_document::from_json(&datasurface_document::to_json(&ecosystem).replacen(&live, &owner, 1))
        .unwrap_or(ecosystem)
}
