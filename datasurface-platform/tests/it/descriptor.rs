//! What a platform says of itself, as another program would say it.

use datasurface_platform::prelude::*;

fn descriptor() -> PlatformDescriptor {
    PlatformDescriptor::new("mill", Version::new(1, 0, 0))
}

#[test]
fn where_and_how_data_is_kept_is_said_across_the_border() {
    let keeping = descriptor()
        .keeping_data_at("Blue/Ohio")
        .keeping_data_in("object_storage", Some(KeyHolder::Company))
        .keeping_data_in("sqlite", None);
    let said = serde_json::to_value(&keeping).unwrap();
    assert_eq!(said["keeps_data_in"], json!({"object_storage": "company", "sqlite": null}));
    assert_eq!(serde_json::from_value::<PlatformDescriptor>(said).unwrap(), keeping);
}

#[test]
fn who_says_nothing_of_storage_keeps_nothing() {
    let mut said = serde_json::to_value(descriptor()).unwrap();
    assert_eq!(said.as_object_mut().unwrap().remove("keeps_data_in"), None);
    assert!(serde_json::from_value::<PlatformDescriptor>(said).unwrap().keeps_data_in().is_empty());
}

#[test]
fn of_two_ways_to_encrypt_the_weaker_counts() {
    let keys = [None, Some(KeyHolder::Vendor), Some(KeyHolder::Company)];
    for (position, weaker) in keys.into_iter().enumerate() {
        for stronger in &keys[position..] {
            for [first, second] in [[weaker, *stronger], [*stronger, weaker]] {
                let both = descriptor().keeping_data_in("sqlite", first).keeping_data_in("sqlite", second);
                assert_eq!(both.keeps_data_in()["sqlite"], weaker);
            }
        }
    }
}
