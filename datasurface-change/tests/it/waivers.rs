//! Waivers that were left, or made in advance: who comes to where they are about, and who has a say in that.

use super::{
    approvals::{missing, needs},
    fixture::*,
};
use datasurface_change::{ChangeControl, ChangeSource};
use datasurface_model::*;

#[test]
fn a_stale_waiver_is_inherited_with_its_authors_approval() {
    let path = "zones/USA/teams/Sales/datastores/Shop/datasets/d";
    let waiver = Waiver::new("name/reserved-word", path, "it has none", day("2027-01-01"));
    let old = fixture().waiver(waiver);
    let with = |ecosystem: &Ecosystem, store: &str, dataset: &str| {
        let store = Datastore::new(store).captured(Capture::sql_snapshot("USA/Sales/Source"));
        let store = store.dataset(Dataset::new(dataset, "id Date"));
        ecosystem.clone().edit_team("USA", "Sales", |team| team.datastore(store))
    };
    needs(&old, &with(&old, "Shop", "d"), SALES, &[ECOSYSTEM]);
    for (store, dataset) in [("Shop", "dd"), ("Shop2", "d")] {
        assert_eq!(missing(&old, &with(&old, store, dataset), SALES), [] as [&str; 0], "{store}/{dataset}");
    }
    let beside = with(&old, "Shop", "dd");
    let both = old.clone().edit_team("USA", "Sales", |team| {
        let store = Datastore::new("Shop").captured(Capture::sql_snapshot("USA/Sales/Source"));
        team.datastore(store.dataset(Dataset::new("d", "id Date")).dataset(Dataset::new("dd", "id Date")))
    });
    needs(&beside, &both, SALES, &[ECOSYSTEM]);
    let there = with(&old, "Shop", "d");
    let more = there.clone().edit_team("USA", "Sales", |team| team.documented("ours"));
    assert_eq!(missing(&there, &more, SALES), [] as [&str; 0]);
}

/// A sink and a statement are elements of lists, and things of their own all the same.
#[test]
fn a_stale_waiver_of_a_sink_or_a_statement_is_inherited_with_its_authors_approval() {
    let team = "zones/USA/teams/Stock/workspaces";
    let waiver = |path: &str| Waiver::new("name/reserved-word", path, "agreed", day("2027-01-01"));
    let old = fixture()
        .waiver(waiver(&format!("{team}/Analysis/groups/all/sinks/Store/orders")))
        .waiver(waiver(&format!("{team}/Making/transformer/selects/b")));
    let reading = |ecosystem: &Ecosystem, names: &[&str]| {
        let group = names
            .iter()
            .fold(DatasetGroup::new("all"), |group, name| group.sink(DatasetKey::new("Store", *name)));
        let analysis = Workspace::new("Analysis").with_container("USA/Stock/Lake").group(group);
        ecosystem
            .clone()
            .edit_team("USA", "Stock", |team| team.without_workspace(&"Analysis".into()).workspace(analysis))
    };
    needs(&old, &reading(&old, &["customers", "orders"]), STOCK, &[ECOSYSTEM]);
    assert_eq!(missing(&old, &reading(&old, &[]), STOCK), [] as [&str; 0]);
    let there = reading(&old, &["customers", "orders"]);
    assert_eq!(missing(&there, &reading(&there, &["orders"]), STOCK), [] as [&str; 0]);

    let making = |outputs: &[&str]| {
        let transformer = outputs.iter().fold(DataTransformer::sql("Made"), |transformer, output| {
            transformer.select(*output, "SELECT id FROM Store_customers")
        });
        let made = outputs.iter().fold(Datastore::new("Made"), |made, output| {
            made.dataset(Dataset::new(*output, "id Integer key"))
        });
        let making = Workspace::new("Making")
            .with_container("USA/Stock/Lake")
            .group(DatasetGroup::new("in").sink(DatasetKey::new("Store", "customers")))
            .with_transformer(transformer);
        old.clone().edit_team("USA", "Stock", |team| team.datastore(made).workspace(making))
    };
    needs(&making(&["a"]), &making(&["a", "b"]), STOCK, &[ECOSYSTEM]);
    assert_eq!(missing(&making(&["a"]), &making(&["a", "c"]), STOCK), [] as [&str; 0]);
}

/// The sink is spelled by the former name of its dataset, and the waiver by the present one.
#[test]
fn a_sink_keeps_a_waiver_that_its_author_repeated_before_its_dataset_is_renamed() {
    let waiver = |dataset: &str| {
        let path = format!("zones/USA/teams/Stock/workspaces/Analysis/groups/all/sinks/{dataset}");
        Waiver::new("name/reserved-word", path, "agreed", day("2027-01-01"))
    };
    let renamed = |ecosystem: Ecosystem| {
        let store = Datastore::new("Shop").renamed_from("Store");
        let store = store.captured(Capture::sql_snapshot("USA/Sales/Source"));
        let store = store
            .dataset(Dataset::new("clients", CUSTOMERS).renamed_from("customers"))
            .dataset(Dataset::new("orders", "id Integer key, placed Date"));
        ecosystem.edit_team("USA", "Sales", |team| team.without_datastore(&"Store".into()).datastore(store))
    };
    let both = || fixture().waiver(waiver("Store/customers")).waiver(waiver("Shop/clients"));
    assert_eq!(missing(&both(), &renamed(both()), SALES), [] as [&str; 0]);
    let in_advance = || fixture().waiver(waiver("Shop/clients"));
    needs(&in_advance(), &renamed(in_advance()), SALES, &[ECOSYSTEM]);
}

/// Who waives what they could not accept, or did until a day that is over, keeps nobody from adding anything.
#[test]
fn a_waiver_without_an_effect_is_no_veto() {
    let path = "zones/USA/teams/Sales/datastores/Shop";
    let with = |ecosystem: &Ecosystem| {
        let store = Datastore::new("Shop").captured(Capture::sql_snapshot("USA/Sales/Source"));
        let store = store.dataset(Dataset::new("d", "id Date"));
        ecosystem.clone().edit_team("USA", "Sales", |team| team.datastore(store))
    };
    let waiver = |code: &str, until: &str| Waiver::new(code, path, "why not", day(until));
    let over = fixture().waiver(waiver("name/reserved-word", "2025-12-31"));
    assert_eq!(missing(&over, &with(&over), SALES), [] as [&str; 0]);
    for code in ["access/not-approved", "governance/location", "no/code"] {
        let old = fixture().edit_team("USA", "Stock", |team| team.waiver(waiver(code, "2027-01-01")));
        assert_eq!(missing(&old, &with(&old), SALES), [] as [&str; 0], "{code}");
    }
    let of_zone = fixture().edit_zone("USA", |zone| zone.waiver(waiver("governance/location", "2027-01-01")));
    needs(&of_zone, &with(&of_zone), SALES, &[USA]);
}

#[test]
fn a_waiver_of_a_sink_is_not_about_the_data_of_whoever_takes_the_name() {
    let path = "zones/USA/teams/Stock/workspaces/W/groups/g/sinks/Shop/d";
    let until = |last: &str| Waiver::new("governance/location", path, "agreed", day(last));
    let store = |name: &str, container: &str| {
        Datastore::new(name).captured(Capture::sql_snapshot(container)).dataset(Dataset::new("d", "id Date"))
    };
    let waived = |waiver: Waiver, sales: &str, stock: Option<&str>| {
        let model =
            fixture()
                .edit_zone("USA", |zone| zone.waiver(waiver))
                .edit_team("USA", "Sales", |team| team.datastore(store(sales, "USA/Sales/Source")));
        stock.into_iter().fold(model, |model, name| {
            model.edit_team("USA", "Stock", |team| team.datastore(store(name, "USA/Sales/Source")))
        })
    };
    let with = |sales: &str, stock: Option<&str>| waived(until("2027-01-01"), sales, stock);
    let old = with("Shop", None);
    // The sink is the same, and so is its waiver; what has the name is another owner's.
    let taken = with("Shop2", Some("Shop"));
    assert!(missing(&old, &taken, SALES).contains(&USA.to_owned()));
    // One that is over is about nothing.
    let [before, after] = [("Shop", None), ("Shop2", Some("Shop"))]
        .map(|(sales, stock)| waived(until("2025-12-31"), sales, stock));
    assert!(!missing(&before, &after, SALES).contains(&USA.to_owned()));
    // The mirrors: the owner goes on, and something else is new.
    assert_eq!(missing(&old, &with("Shop", Some("Other")), STOCK), [] as [&str; 0]);
    let more =
        old.clone().edit_team("USA", "Sales", |team| team.datastore(store("More", "USA/Sales/Source")));
    assert_eq!(missing(&old, &more, SALES), [] as [&str; 0]);
}

#[test]
fn what_is_renamed_keeps_a_waiver_that_its_author_repeated_before() {
    let waiver = |dataset: &str| {
        let path = format!("zones/USA/teams/Sales/datastores/Shop/datasets/{dataset}");
        Waiver::new("name/reserved-word", path, "it has none", day("2027-01-01"))
    };
    let with = |ecosystem: Ecosystem, dataset: Dataset| {
        let store = Datastore::new("Shop").captured(Capture::sql_snapshot("USA/Sales/Source"));
        ecosystem.edit_team("USA", "Sales", |team| team.datastore(store.dataset(dataset)))
    };
    let renamed = || Dataset::new("e", "id Date").renamed_from("d");
    let both = || fixture().waiver(waiver("d")).waiver(waiver("e"));
    let old = with(both(), Dataset::new("d", "id Date"));
    assert_eq!(missing(&old, &with(both(), renamed()), SALES), [] as [&str; 0]);
    // What says nothing of a rename is another thing.
    needs(&old, &with(both(), Dataset::new("e", "id Date")), SALES, &[ECOSYSTEM]);
    // A waiver in advance of what was not waived before.
    let alone = || fixture().waiver(waiver("e"));
    let old = with(alone(), Dataset::new("d", "id Date"));
    needs(&old, &with(alone(), renamed()), SALES, &[ECOSYSTEM]);
}

/// The container that the workspace of `Stock` is in, and its location, which the zone does not permit.
fn kept_in(container: DataContainer) -> Ecosystem {
    let places = ["Stock/workspaces/Analysis/container", "Sales/datastores/Store/capture/container"];
    let workspace = Workspace::new("Analysis")
        .with_container(ContainerKey::new("USA", "Stock", container.name()))
        .group(DatasetGroup::new("all").sink("Store/customers"));
    edit_usa(|zone| {
        let policy = Policy::new("here", PolicyRule::Locations(Permitted::only([Place::from("Cloud/West")])));
        places.into_iter().fold(zone.policy(policy), |zone, place| {
            let place = format!("zones/USA/teams/{place}");
            let waiver = Waiver::new("governance/location", place, "until we move", day("2027-01-01"));
            zone.waiver(waiver.with_policy(PolicyKey::new("USA", "here")))
        })
    })
    .vendor(
        InfrastructureVendor::new("Cloud")
            .location(InfrastructureLocation::new("East"))
            .location(InfrastructureLocation::new("West")),
    )
    .edit_team("USA", "Stock", |team| {
        team.without_container(&"Lake".into())
            .without_workspace(&"Analysis".into())
            .container(container)
            .workspace(workspace)
    })
}

/// The approvals that are missing, if change control knows what is waived.
fn missing_of_waived(old: &Ecosystem, new: &Ecosystem, source: &str) -> Vec<String> {
    let waived =
        [old, new].map(|ecosystem| match ecosystem.clone().validate(&Validation::on(day("2026-01-01"))) {
            Ok(checked) => checked.waived().clone(),
            Err(invalid) => invalid.waived().clone(),
        });
    assert!(waived.iter().all(|findings| matches!(findings.len(), 1 | 2)), "{waived:?}");
    let control = ChangeControl::new(ChangeSource::new(source), day("2026-01-01"));
    let report = control.with_waived(&waived[0], &waived[1]).judge(&valid(old), &valid(new));
    report.approvals.missing.iter().map(|missing| missing.repository.to_string()).collect()
}

#[test]
fn a_waiver_of_a_place_is_about_the_container_and_the_location_that_it_was_given_for() {
    let lake = |name: &str| DataContainer::sqlite(name, "lake.db");
    let old = kept_in(lake("Lake").located("Office/Ground"));
    for other in [
        lake("Pond").located("Office/Ground"),
        lake("Lake").located("Cloud/East"),
        lake("Lake").located("Office/Ground").located("Cloud/East"),
        lake("Lake").located("Office/Ground").encrypted(KeyHolder::Vendor),
        // Where a database is, its owner says, so another one is another place.
        DataContainer::sqlite("Lake", "pond.db").located("Office/Ground"),
    ] {
        assert_eq!(missing_of_waived(&old, &kept_in(other.clone()), STOCK), [USA], "{other:?}");
    }
    // Whoever waives may change it, and what is renamed is the same.
    let renamed = kept_in(lake("Pond").located("Office/Ground").renamed_from("Lake"));
    let documented = kept_in(lake("Lake").located("Office/Ground").documented("a lake"));
    for same in [renamed, documented, old.clone()] {
        assert_eq!(missing_of_waived(&old, &same, STOCK), [] as [&str; 0]);
    }
    let other = kept_in(lake("Lake").located("Cloud/East"));
    assert_eq!(missing_of_waived(&old, &other, USA), [STOCK], "the part is another owner's");
    // What lies within the place is no other one, and one of several is no other one either.
    let several = kept_in(lake("Lake").located("Office/Ground").located("Cloud/East"));
    for fewer in ["Office/Ground", "Cloud/East"] {
        assert_eq!(
            missing_of_waived(&several, &kept_in(lake("Lake").located(fewer)), STOCK),
            [] as [&str; 0]
        );
    }
    // What a waiver did not accept until now, it accepts if its author says so, and so whatever comes back.
    let permitted = kept_in(lake("Lake").located("Cloud/West"));
    assert_eq!(missing_of_waived(&old, &permitted, STOCK), [] as [&str; 0]);
    for back in [&old, &other] {
        assert_eq!(missing_of_waived(&permitted, back, STOCK), [USA]);
    }
}

/// The approvals that are missing after the waivers have expired, if change control knows what is found; and whether it is found for new.
fn missing_of_expired(old: &Ecosystem, new: &Ecosystem, source: &str) -> (Vec<String>, bool) {
    let on = day("2028-01-01");
    let [before, after] = [old, new].map(|ecosystem| match ecosystem.clone().validate(&Validation::on(on)) {
        Ok(checked) => checked.findings().clone(),
        Err(invalid) => invalid.findings().clone(),
    });
    assert!(before.codes().any(|code| code == "governance/location"), "{before:?}");
    let control = ChangeControl::new(ChangeSource::new(source), on);
    let report = control.with_findings(&before, &after).judge(&valid(old), &valid(new));
    let is_new = report.validation.codes().any(|code| code == "governance/location");
    (report.approvals.missing.iter().map(|missing| missing.repository.to_string()).collect(), is_new)
}

/// What nobody accepts is there all the same, and lets nobody lead more there.
#[test]
fn an_expired_waiver_lets_nobody_make_more_of_what_it_was_about() {
    let lake = |name: &str| DataContainer::sqlite(name, "lake.db");
    let old = kept_in(lake("Lake").located("Office/Ground"));
    for other in [
        lake("Pond").located("Office/Ground"),
        lake("Lake").located("Cloud/East"),
        lake("Lake").located("Office/Ground").located("Cloud/East"),
    ] {
        let (missing, is_new) = missing_of_expired(&old, &kept_in(other.clone()), STOCK);
        assert!(is_new || missing == [USA], "{other:?}");
    }
    let pond = kept_in(DataContainer::sqlite("Lake", "pond.db").located("Office/Ground"));
    assert_eq!(missing_of_expired(&old, &pond, STOCK), (vec![USA.to_owned()], false));
    let renamed = kept_in(lake("Pond").located("Office/Ground").renamed_from("Lake"));
    let documented = kept_in(lake("Lake").located("Office/Ground").documented("a lake"));
    for same in [renamed, documented, old.clone()] {
        assert_eq!(missing_of_expired(&old, &same, STOCK), (vec![], false));
    }
    assert_eq!(missing_of_expired(&old, &pond, USA).0, [STOCK], "whom it protects may let it be");
}

/// A place is known by what its address says of it: a cluster by any of its brokers, a container of a plug-in by its properties.
#[test]
fn an_address_that_says_more_is_no_other_place() {
    let cluster = |brokers: &[&str]| {
        let brokers = brokers.iter().map(|broker| (*broker).into()).collect();
        kept_in(DataContainer::new("Lake", ContainerKind::Kafka { brokers }).located("Office/Ground"))
    };
    let old = cluster(&["one.example:9092", "two.example:9092"]);
    for same in [
        &["one.example:9092", "two.example:9092", "a.example:9092"][..],
        &["two.example:9092"],
        &["ONE.example.:9092", "three.example:9092"],
    ] {
        assert_eq!(missing_of_waived(&old, &cluster(same), STOCK), [] as [&str; 0], "{same:?}");
    }
    for other in [&["three.example:9092"][..], &["one.example:9093"]] {
        assert_eq!(missing_of_waived(&old, &cluster(other), STOCK), [USA], "{other:?}");
    }
    let custom = |shelf: u32, places: &[&str]| {
        let properties = serde_json::json!({ "shelf": shelf }).into();
        let kind = ContainerKind::Custom { technology: "archive".into(), properties };
        let container = DataContainer::new("Lake", kind);
        kept_in(places.iter().fold(container, |container, place| container.located(*place)))
    };
    let old = custom(1, &["Office/Ground", "Cloud/East"]);
    assert_eq!(missing_of_waived(&old, &custom(1, &["Office/Ground"]), STOCK), [] as [&str; 0]);
    assert_eq!(missing_of_waived(&old, &custom(2, &["Office/Ground"]), STOCK), [USA]);
}

/// A rename in the same change hides nothing.
#[test]
fn what_moves_while_it_is_renamed_has_moved() {
    let sink =
        |dataset: &str| format!("zones/EU/teams/Branch/workspaces/Analysis/groups/all/sinks/Store/{dataset}");
    let model = |place: &str, dataset: Dataset| {
        let name = dataset.name().clone();
        let waived = ["customers", "people"].map(|dataset| {
            Waiver::new("governance/location", sink(dataset), "until we move", day("2027-01-01"))
        });
        let workspace = Workspace::new("Analysis")
            .with_container("EU/Branch/Lake")
            .group(DatasetGroup::new("all").sink(DatasetKey::new("Store", name)));
        let branch = Team::new()
            .container(DataContainer::sqlite("Lake", "branch.db").located(place))
            .workspace(workspace);
        edit_usa(|zone| {
            let policy =
                Policy::new("here", PolicyRule::Locations(Permitted::only([Place::from("Office/Ground")])));
            waived.into_iter().fold(zone.policy(policy), GovernanceZone::waiver)
        })
        .edit_team("USA", "Stock", |team| team.without_workspace(&"Analysis".into()))
        .edit_team("USA", "Sales", |team| team.without_datastore(&"Store".into()).datastore(store([dataset])))
        .without_zone(&"EU".into())
        .zone("EU", EU, GovernanceZone::new().team("Branch", SALES, branch))
        .vendor(
            InfrastructureVendor::new("Cloud")
                .location(InfrastructureLocation::new("East"))
                .location(InfrastructureLocation::new("West")),
        )
    };
    let people = || Dataset::new("people", CUSTOMERS).renamed_from("customers");
    let old = model("Cloud/East", customers());
    let waived = |ecosystem: &Ecosystem| match ecosystem.clone().validate(&Validation::on(day("2026-01-01")))
    {
        Ok(checked) => checked.waived().clone(),
        Err(invalid) => invalid.waived().clone(),
    };
    assert_eq!(waived(&old).len(), 1, "{:?}", waived(&old));
    let missing = |new: &Ecosystem| {
        let control = ChangeControl::new(ChangeSource::new(SALES), day("2026-01-01"));
        let report = control.with_waived(&waived(&old), &waived(new)).judge(&valid(&old), &valid(new));
        report.approvals.missing.iter().map(|missing| missing.repository.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(missing(&model("Cloud/East", people())), [] as [&str; 0]);
    assert_eq!(missing(&model("Cloud/West", people())), [USA]);
}
