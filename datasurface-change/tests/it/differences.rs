//! What differs between two ecosystems is told part by part, and nothing is lost.

use chrono::NaiveDate;
use datasurface_change::{Difference, ModelDiff};
use datasurface_model::{
    DataContainer, Dataset, Datastore, Ecosystem, GovernanceZone, InfrastructureVendor, PlatformDeclaration,
    Team, TeamKey, Valid, Validate, Validation, ownership::OwnedPart,
};
use datasurface_strategies::{ecosystems, edits};
use proptest::{collection::vec, prelude::*};

fn told(old: &Ecosystem, new: &Ecosystem) -> Vec<String> {
    let (old, new) = (Valid::assume_valid(old.clone()), Valid::assume_valid(new.clone()));
    let diff = ModelDiff::between(&old, &new);
    assert_eq!(diff.apply(&old).unwrap(), *new);
    diff.iter().map(Difference::to_string).collect()
}

fn northwind() -> Ecosystem {
    let store = Datastore::new("Sales")
        .dataset(Dataset::new("customers", "id Integer key, name VarChar(40), city VarChar(15)"))
        .dataset(Dataset::new("orders", "id Integer key"));
    let team = Team::new().datastore(store).container(DataContainer::sqlite("Source", "source.db"));
    let zone = GovernanceZone::new().team("One", "github:nw/one@main", team).team(
        "Two",
        "github:nw/two@main",
        Team::new(),
    );
    Ecosystem::new("NorthWind", "github:nw/model@main", "github:nw/live@main").zone(
        "USA",
        "github:nw/usa@main",
        zone,
    )
}

fn edited(change: impl FnOnce(Datastore) -> Datastore) -> Ecosystem {
    northwind().edit_team("USA", "One", |team| {
        let store = team.datastores().get("Sales").unwrap().clone();
        team.without_datastore(&"Sales".into()).datastore(change(std::sync::Arc::unwrap_or_clone(store)))
    })
}

const SALES: &str = "zones/USA/teams/One/datastores/Sales";

#[test]
fn columns_are_told_one_by_one() {
    let schema = |text: &str| {
        let orders = Dataset::new("orders", "id Integer key");
        edited(|store| store.with_datasets([Dataset::new("customers", text), orders]))
    };
    let base = northwind();
    assert_eq!(
        told(&base, &schema("id Integer key, name VarChar(50), city VarChar(15), since Date")),
        [
            format!(
                "{SALES}/datasets/customers/columns/name/type was \"VarChar(40)\" and is \"VarChar(50)\""
            ),
            format!("{SALES}/datasets/customers/columns/since is new"),
        ]
    );
    assert_eq!(
        told(&base, &schema("id Integer key, city VarChar(15), name VarChar(40)")),
        [format!("{SALES}/datasets/customers/columns is in another order")]
    );
}

#[test]
fn renames_and_moves_are_told_as_such() {
    let base = northwind();
    let orders = || Dataset::new("orders", "id Integer key");
    let renamed = Dataset::new("clients", "id Integer key, name VarChar(40), city VarChar(15)");
    assert_eq!(
        told(&base, &edited(|store| store.with_datasets([renamed.renamed_from("customers"), orders()]))),
        [
            format!("{SALES}/datasets/clients was called `customers`"),
            format!("{SALES}/datasets/clients/renamed_from is new"),
        ]
    );
    let store = base.zones().get("USA").unwrap().definition().unwrap().teams().get("One");
    let store = store.unwrap().definition().unwrap().datastores().get("Sales").unwrap().clone();
    let moved = northwind()
        .edit_team("USA", "One", |team| team.without_datastore(&"Sales".into()))
        .edit_team("USA", "Two", |team| team.datastore(store));
    assert_eq!(told(&base, &moved), [format!("zones/USA/teams/Two/datastores/Sales was at {SALES}")]);
}

#[test]
fn declarations_and_definitions_are_told_apart() {
    let base = northwind();
    let zone = GovernanceZone::new().team("Three", "github:nw/three@main", Team::new());
    let wider = base.clone().zone("EU", "github:nw/eu@main", zone);
    let (old, new) = (Valid::assume_valid(base), Valid::assume_valid(wider));
    let parts = |old, new| -> Vec<(String, Vec<OwnedPart>)> {
        let diff = ModelDiff::between(old, new);
        diff.iter().map(|d| (d.path().to_string(), d.parts().collect())).collect()
    };
    let team = TeamKey::new("EU", "Three");
    let expected = [
        ("zones/EU", OwnedPart::Ecosystem),
        ("zones/EU", OwnedPart::Zone("EU".into())),
        ("zones/EU/teams/Three", OwnedPart::Zone("EU".into())),
        ("zones/EU/teams/Three", OwnedPart::Team(team)),
    ];
    let expected = expected.map(|(path, part)| (path.to_owned(), vec![part]));
    assert_eq!(parts(&old, &new), expected);
    assert_eq!(parts(&new, &old), expected);
}

#[test]
fn settings_that_look_like_a_model_are_settings() {
    let with = |settings: serde_json::Value| {
        northwind().platform(PlatformDeclaration::new("P", "local").with_config(settings))
    };
    let (old, new) = (
        with(serde_json::json!({"zones": [{"name": "a", "definition": {"teams": []}}], "datasets": null})),
        with(serde_json::json!({"zones": [{"definition": {"teams": [1]}, "name": "a"}], "datasets": []})),
    );
    for told in told(&old, &new).iter().chain(&told(&new, &old)) {
        assert!(told.starts_with("platforms/P/config/"), "{told}");
    }
    assert_eq!(told(&old, &old), [] as [&str; 0]);
    let vendors = northwind().vendor(InfrastructureVendor::new("Azure"));
    assert_eq!(told(&northwind(), &vendors), ["vendors/Azure is new"]);
}

/// Shows the documents, if they differ: they are shorter than the models.
fn reaches(diff: &ModelDiff, old: &Ecosystem, new: &Ecosystem) -> Result<(), TestCaseError> {
    let reached = diff.apply(old).unwrap();
    let (lines, wanted) = (datasurface_document::to_json(&reached), datasurface_document::to_json(new));
    let apart: Vec<_> = lines.lines().zip(wanted.lines()).filter(|(a, b)| a != b).take(5).collect();
    prop_assert!(
        reached == *new,
        "{:?}\n{:#?}",
        apart,
        diff.iter().map(Difference::to_string).collect::<Vec<_>>()
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn what_differs_makes_the_new_one_of_the_old_one(old in ecosystems(), new in ecosystems()) {
        let (old, new) = (Valid::assume_valid(old), Valid::assume_valid(new));
        let diff = ModelDiff::between(&old, &new);
        prop_assert_eq!(diff.is_empty(), old == new);
        reaches(&diff, &old, &new)?;
        prop_assert!(ModelDiff::between(&old, &old).is_empty());
    }

    #[test]
    fn no_edit_is_overlooked(old in ecosystems(), edits in vec(edits(), 1..6)) {
        let new = edits.into_iter().fold(old.clone(), |ecosystem, edit| edit.apply(ecosystem));
        let is_valid = new.clone().validate(&Validation::on(NaiveDate::MIN)).is_ok();
        let (old, new) = (Valid::assume_valid(old), Valid::assume_valid(new));
        let diff = ModelDiff::between(&old, &new);
        prop_assert_eq!(diff.is_empty(), old == new);
        if is_valid {
            reaches(&diff, &old, &new)?;
        }
    }
}
