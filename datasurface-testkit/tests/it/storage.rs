//! What a platform says of where and how it keeps data, as another program would say it.

use datasurface_platform::prelude::*;

fn descriptor() -> PlatformDescriptor {
    PlatformDescriptor::new("mill", Version::new(1, 0, 0))
}

#[test]
fn where_and_how_data_is_kept_is_said_across_the_border() {
    let keeping = descriptor()
        .data_place("Blue/Ohio")
        .data_technology("object_storage", Some(KeyHolder::Company))
        .data_technology("sqlite", None);
    let said = serde_json::to_value(&keeping).unwrap();
    assert_eq!(said["keeps_data_in"], json!({"object_storage": "company", "sqlite": null}));
    assert_eq!(serde_json::from_value::<PlatformDescriptor>(said).unwrap(), keeping);
}

#[test]
fn stores_are_said_across_the_border_and_those_of_before_are_read() {
    let cluster = DataContainer::kafka("Cluster", ["a:9092", "b:9092"]);
    let keeping = descriptor()
        .with_store_in(&DataContainer::sqlite("store", "./Mill.db"))
        .further_store(&DataContainer::object_storage("staging", "mill-staging"))
        .store_folder("mill.db.received/");
    let stores: Vec<&str> = keeping.stores().collect();
    assert_eq!(stores, ["file mill.db", "folder mill.db.received", "object_storage  mill-staging "]);
    let said = serde_json::to_value(&keeping).unwrap();
    assert_eq!(serde_json::from_value::<PlatformDescriptor>(said).unwrap(), keeping);
    // A cluster has an address for each broker.
    let stores = descriptor().with_store_in(&cluster);
    assert_eq!(stores.stores().collect::<Vec<_>>(), ["kafka a 9092", "kafka b 9092"]);
    let mut before = serde_json::to_value(descriptor().with_store("mine")).unwrap();
    assert_eq!(before.as_object_mut().unwrap().remove("stores_beside"), None);
    let before = serde_json::from_value::<PlatformDescriptor>(before).unwrap();
    assert_eq!(before.stores().collect::<Vec<_>>(), ["mine"]);
}

#[test]
fn who_says_nothing_of_storage_keeps_nothing() {
    let mut said = serde_json::to_value(descriptor()).unwrap();
    assert_eq!(said.as_object_mut().unwrap().remove("keeps_data_in"), None);
    assert!(serde_json::from_value::<PlatformDescriptor>(said).unwrap().data_technologies().is_empty());
}

#[test]
fn of_two_ways_to_encrypt_the_weaker_counts() {
    let keys = [None, Some(KeyHolder::Vendor), Some(KeyHolder::Company)];
    for (position, weaker) in keys.into_iter().enumerate() {
        for stronger in &keys[position..] {
            for [first, second] in [[weaker, *stronger], [*stronger, weaker]] {
                let both = descriptor().data_technology("sqlite", first).data_technology("sqlite", second);
                assert_eq!(both.data_technologies()["sqlite"], weaker);
            }
        }
    }
}
