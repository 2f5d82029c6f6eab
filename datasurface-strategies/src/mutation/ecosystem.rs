//! What breaks a rule about what is around data: containers, platforms, zones, repositories, waivers.

use super::{
    Mutation, PLATFORM, SOURCE, apart, dataset, datastore_with, governed, in_team, mutation, read, reader,
    store, with,
};
use crate::names::CLASSIFICATIONS;
use chrono::NaiveDate;
use datasurface_model::{
    AdvancePolicy, Capture, Classification, CloudVendor, ContainerUser, Credential, CredentialKind,
    DataContainer, Ecosystem, GovernanceZone, HintTarget, InfrastructureVendor, KeyHolder, Permitted, Place,
    PlatformDeclaration, PlatformName, Policy, PolicyRule, ProductionStatus, Repository,
    RepositoryCredential, StorageRule, TeamKey, VendorName, Waiver, Workspace, ZoneDeclaration,
};

pub(super) const ALL: &[Mutation] = &[
    mutation("credential/does-not-open", |it| {
        let capture = Capture::sql_snapshot(SOURCE).with_credential("extra");
        let credential = Credential::new("extra", CredentialKind::Password);
        in_team(it, |team| team.credential(credential).datastore(store("Extra").captured(capture)))
    }),
    mutation("credential/kind", |it| {
        let credential = Credential::new("extra", CredentialKind::AccessKey).opening(SOURCE);
        in_team(it, |team| team.credential(credential))
    }),
    mutation("credential/not-usable", |it| {
        let credential = Credential::new("extra", CredentialKind::Password).opening("Extra/Extra/Source");
        let it = apart(it, GovernanceZone::new(), |team| team);
        in_team(it, |team| team.credential(credential))
    }),
    mutation("reference/unknown-credential", |it| {
        with(it, store("Extra").captured(Capture::sql_snapshot(SOURCE).with_credential("nobodys")))
    }),
    mutation("container/address", |it| in_team(it, |team| team.container(located("Extra", "")))),
    mutation("container/no-location", |it| {
        in_team(it, |team| team.container(DataContainer::sqlite("Extra", "extra.db")))
    }),
    mutation("container/not-usable", |it| {
        let taken = datastore_with("Taken", dataset())
            .captured(Capture::sql_snapshot("Extra/Extra/Source").table("d", "taken"));
        with(apart(it, GovernanceZone::new(), |team| team), taken)
    }),
    mutation("container/unexpected-users", |it| {
        let opened = DataContainer::platform_managed("Extra").readable_by(ContainerUser::Everyone);
        in_team(it, |team| team.container(opened))
    }),
    mutation("reference/unknown-team", |it| {
        let absent = ContainerUser::Team(TeamKey::new("USA", "Nobody"));
        in_team(it, |team| team.container(located("Extra", "extra.db").readable_by(absent)))
    }),
    mutation("reference/unknown-zone", |it| {
        let nowhere = ContainerUser::Zone("Atlantis".into());
        in_team(it, |team| team.container(located("Extra", "extra.db").writable_by(nowhere)))
    }),
    mutation("container/other-claim", |it| {
        in_team(it, |team| {
            team.container(located("Extra", "extra.db"))
                .container(located("Other", "./extra.db").encrypted(KeyHolder::Vendor))
        })
    }),
    mutation("container/same-place", |it| {
        in_team(it, |team| {
            team.container(located("Extra", "extra.db")).container(located("Other", "extra.db"))
        })
    }),
    mutation("container/unexpected-location", |it| {
        in_team(it, |team| team.container(DataContainer::platform_managed("Extra").located(HERE)))
    }),
    mutation("governance/classification", |it| {
        governed(it, PolicyRule::Classifications(Permitted::only([Classification::from("PII")])))
    }),
    mutation("governance/hard-vendor", |it| {
        governed(it, PolicyRule::HardVendors(Permitted::only([CloudVendor::Aws])))
    }),
    mutation("governance/unknown-cloud", |it| {
        let grey = DataContainer::sqlite("Grey", "grey.db").located("Grey");
        let kept = store("Kept").captured(Capture::sql_snapshot("Extra/Extra/Grey"));
        let rule = PolicyRule::HardVendors(Permitted::all_except([CloudVendor::Aws]));
        let zone = GovernanceZone::new().policy(Policy::new("extra", rule));
        let it = it.vendor(InfrastructureVendor::new("Grey"));
        apart(it, zone, |team| team.container(grey).datastore(kept))
    }),
    mutation("classification/similar", |it| {
        let policy = Policy::new("extra", PolicyRule::SeparateProduction);
        let zone = GovernanceZone::new().policy(policy.freeing(["Confidential", "Confidental"]));
        apart(it, zone, |team| team)
    }),
    mutation("classification/undeclared", |it| {
        let policy = Policy::new("extra", PolicyRule::SeparateProduction).freeing(["Nonsense"]);
        let it = it.with_classifications(CLASSIFICATIONS);
        apart(it, GovernanceZone::new().policy(policy), |team| team)
    }),
    mutation("name/look-alike", |it| {
        it.vendor(InfrastructureVendor::new("Extra 1")).vendor(InfrastructureVendor::new("Extra I"))
    }),
    mutation("governance/location", |it| {
        governed(it, PolicyRule::Locations(Permitted::only([Place::from(HERE)])))
    }),
    mutation("governance/platform", |it| {
        let but_this = Permitted::all_except([PlatformName::from(PLATFORM)]);
        governed(it, PolicyRule::Platforms(but_this)).primary_pin("Extra", PLATFORM)
    }),
    mutation("governance/no-effect", |it| {
        governed(it, PolicyRule::Vendors(Permitted::all_except([] as [VendorName; 0])))
    }),
    mutation("governance/production", |it| {
        governed(it, PolicyRule::Production(Permitted::only([ProductionStatus::Production])))
    }),
    mutation("governance/production-mix", |it| {
        apart(it, GovernanceZone::new(), |team| {
            let target = DataContainer::sqlite("Target", "apart.db").located(HERE);
            let vital = datastore_with("Vital", dataset().classified("Public")).in_production();
            let capture = Capture::sql_snapshot("Extra/Extra/Source").table("d", "vital");
            let vital = vital.captured(capture);
            let mixed = Workspace::new("Extra").with_container("Extra/Extra/Target");
            team.container(target)
                .datastore(vital)
                .workspace(mixed.group(datasurface_model::DatasetGroup::new("g").sink("Vital/d")))
        })
    }),
    mutation("governance/storage", |it| {
        let no_files = StorageRule::mandatory().with_technologies(Permitted::all_except(["sqlite"]));
        governed(it, PolicyRule::Storage(no_files))
    }),
    mutation("governance/unclassified", |it| {
        governed(it, PolicyRule::Classifications(Permitted::all_except([Classification::from("PII")])))
    }),
    mutation("governance/unknown-technology", |it| {
        let no_files = StorageRule::mandatory().with_technologies(Permitted::all_except(["sqlit"]));
        governed(it, PolicyRule::Storage(no_files))
    }),
    mutation("governance/vendor", |it| {
        governed(it, PolicyRule::Vendors(Permitted::all_except([VendorName::from("On Premises")])))
    }),
    mutation("platform/duplicate-hint", |it| {
        let hinted = extra()
            .hint(HintTarget::Datastore("Extra".into()), serde_json::json!({ "fast": true }))
            .hint(HintTarget::Datastore("Extra".into()), serde_json::json!({ "fast": false }));
        with(it, store("Extra")).platform(hinted)
    }),
    mutation("platform/advance-timetable", |it| {
        it.platform(extra().with_advance_policy(AdvancePolicy::cron("0 6 * * mon Europe/Berln")))
    }),
    mutation("platform/no-window", |it| it.platform(extra().with_advance_policy(AdvancePolicy::within([])))),
    mutation("platform/freeze-without-reason", |it| {
        it.platform(extra().with_advance_policy(AdvancePolicy::frozen(NaiveDate::MAX, " ")))
    }),
    mutation("platform/hint-without-transformer", |it| {
        let hinted =
            extra().hint(HintTarget::Transformer("Extra".into()), serde_json::json!({ "fast": true }));
        read(it, store("Extra")).platform(hinted)
    }),
    mutation("platform/secret", |it| {
        it.platform(extra().with_config(serde_json::json!({"password": "hunter2hunter2"})))
    }),
    mutation("platform/team-credential", |it| {
        let credential = Credential::new("extra", CredentialKind::Password).opening(SOURCE);
        let it = in_team(it, |team| team.credential(credential));
        it.platform(extra().setting("credential", "USA/Team 1/extra"))
    }),
    mutation("platform/version", |it| it.platform(extra().with_version_requirement("one"))),
    mutation("reference/former-name", |it| {
        let renamed = store("Extra").renamed_from("Former");
        in_team(with(it, renamed), |team| team.workspace(reader("Former/d")))
    }),
    mutation("reference/unknown-location", |it| {
        let nowhere = DataContainer::sqlite("Extra", "extra.db").located("On Premises/UAS");
        in_team(it, |team| team.container(nowhere))
    }),
    mutation("reference/unknown-path", |it| {
        it.waiver(waiver("name/reserved-word", "zones/Nowhere", NaiveDate::MAX))
    }),
    mutation("reference/unknown-vendor", |it| {
        let nowhere = DataContainer::sqlite("Extra", "extra.db").located("On Premise/USA");
        in_team(it, |team| team.container(nowhere))
    }),
    mutation("repository/credential-kind", |it| {
        let opened = RepositoryCredential::new("opener", CredentialKind::AccessKey);
        let owner = Repository::from("github:nw/extra@main").with_credential(opened);
        it.zone_declaration(ZoneDeclaration::new("Extra", owner))
    }),
    mutation("repository/live-is-owner", owned_alive),
    mutation("repository/password", |it| {
        it.zone_declaration(ZoneDeclaration::new(
            "Extra",
            "git:https://joe:secret@git.example/model.git@main",
        ))
    }),
    mutation("repository/syntax", |it| {
        it.zone_declaration(ZoneDeclaration::new("Extra", "github:nobody@main"))
    }),
    mutation("waiver/duplicate", |it| {
        let waiver = |until| waiver("name/reserved-word", "zones/USA/teams/Team 1/datastores/Order", until);
        let next_to_last = NaiveDate::MAX.pred_opt().unwrap_or_default();
        with(it, store("Order")).waiver(waiver(NaiveDate::MAX)).waiver(waiver(next_to_last))
    }),
    mutation("waiver/expired", |it| it.waiver(waiver("name/reserved-word", "zones/USA", NaiveDate::MIN))),
    mutation("waiver/no-reason", |it| {
        let path = "zones/USA/teams/Team 1/datastores/Order";
        with(it, store("Order")).waiver(Waiver::new("name/reserved-word", path, " ", NaiveDate::MAX))
    }),
    mutation("waiver/not-waivable", |it| it.waiver(waiver("name/syntax", "zones/USA", NaiveDate::MAX))),
    mutation("waiver/several-policies", |it| {
        let rule = |name| {
            Policy::new(name, PolicyRule::Classifications(Permitted::only([Classification::from("PII")])))
        };
        let zone = GovernanceZone::new().policy(rule("one")).policy(rule("another"));
        let denied = "zones/Extra/teams/Extra/datastores/Extra/datasets/d";
        let zone = zone.waiver(waiver("governance/classification", denied, NaiveDate::MAX));
        apart(it, zone, |team| team)
    }),
    mutation("waiver/other-owner", |it| {
        it.waiver(waiver("governance/location", "zones/USA", NaiveDate::MAX))
    }),
    mutation("waiver/unused", |it| it.waiver(waiver("name/reserved-word", "zones/USA", NaiveDate::MAX))),
    mutation("waiver/unwaivable", |it| {
        let denied = waiver("governance/production", "zones/Extra", NaiveDate::MAX).with_policy("apart");
        let policy = Policy::new("apart", PolicyRule::SeparateProduction).unwaivable();
        let zone = GovernanceZone::new().policy(policy).waiver(denied);
        apart(it, zone, |team| team)
    }),
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
