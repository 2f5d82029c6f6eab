//! Ecosystems within the claims of a platform: generated ones know nothing of what it can do.

mod containers;
mod groups;
mod jobs;

use crate::platform_under_test::{changed, list};
use datasurface_model::{Ecosystem, Milestoning, Place};
use datasurface_platform::PlatformDescriptor;
use datasurface_strategies::Shape;
use serde_json::{Value, json};

/// A shape without what is not claimed.
pub(crate) fn shape_within_claims(mut shape: Shape, descriptor: &PlatformDescriptor) -> Shape {
    // Generated transformers are of SQL.
    if !descriptor.artifacts().contains("sql") {
        shape.transformers = 0..=0;
    }
    // Generated types are of every kind and size.
    shape.uncommon_types &= descriptor.types().is_everything();
    // Only a snapshot can be of what has no key. There are no versions of that: a platform that shows nothing else cannot show it.
    let keeps = descriptor.keeps_keyless() && descriptor.captures().contains("sql_snapshot");
    if !keeps || !descriptor.milestonings().contains(&Milestoning::Live) {
        shape.keyless_percent = 0;
    }
    let targets = descriptor.export_targets();
    shape.postgres_targets &= targets.contains("postgres") || !targets.contains("sqlite");
    shape
}

/// The same ecosystem, in which nothing is asked for but what is claimed, as far as that can be stated otherwise: captures, the
/// technologies of containers, places, triggers, checks, grants, and what groups want.
pub(crate) fn within_claims(ecosystem: &Ecosystem, descriptor: &PlatformDescriptor) -> Ecosystem {
    changed(ecosystem, |document| {
        containers::rewrite(document, descriptor);
        add_places(document, descriptor);
        for zone in list(document, "zones") {
            // They may forbid what the platform claims, such as the places in which it keeps data.
            if let Some(definition) = zone.get_mut("definition").and_then(Value::as_object_mut)
                && !descriptor.data_places().is_empty()
            {
                definition.shift_remove("policies");
            }
            for team in list(zone, "teams") {
                jobs::rewrite(team, descriptor);
                for workspace in list(team, "workspaces") {
                    list(workspace, "groups").for_each(|group| groups::lower(group, descriptor));
                }
            }
        }
    })
}

/// Declares the places in which the platform keeps data.
fn add_places(document: &mut Value, descriptor: &PlatformDescriptor) {
    for place in descriptor.data_places().iter().map(Place::to_string) {
        let (vendor, location) = place.split_once('/').unwrap_or((&place, ""));
        let Some(vendors) = document.as_object_mut().map(|root| root.entry("vendors").or_insert(json!([])))
        else {
            return;
        };
        let Some(vendors) = vendors.as_array_mut() else {
            return;
        };
        let is_declared = |one: &Value| one.get("name").and_then(Value::as_str) == Some(vendor);
        match vendors.iter_mut().find(|one| is_declared(one)) {
            None => vendors.push(json!({ "name": vendor, "locations": [location] })),
            Some(known) => {
                if let Some(locations) = known.get_mut("locations").and_then(Value::as_array_mut)
                    && !locations.contains(&json!(location))
                {
                    locations.push(json!(location));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{groups::lower, *};
    use datasurface_model::{Retention, Version};

    fn keyless_percent(descriptor: &PlatformDescriptor) -> u8 {
        shape_within_claims(Shape::default(), descriptor).keyless_percent
    }

    #[test]
    fn who_does_not_keep_keyless_datasets_is_given_none() {
        let unkeyed =
            PlatformDescriptor::new("test", Version::new(1, 0, 0)).with_milestonings([Milestoning::Live]);
        let unkeyed = unkeyed.with_captures(["sql_snapshot"], ["sqlite"]);
        assert_eq!(keyless_percent(&unkeyed), 0);
        assert_ne!(keyless_percent(&unkeyed.with_keyless()), 0);
        let past = PlatformDescriptor::new("test", Version::new(1, 0, 0));
        assert_eq!(keyless_percent(&past.with_milestonings([Milestoning::Forensic]).with_keyless()), 0);
    }

    #[test]
    fn a_live_group_is_not_made_to_keep_versions() {
        let descriptor = PlatformDescriptor::new("test", Version::new(1, 0, 0));
        let most = Retention::days(7);
        let descriptor = descriptor.with_milestonings([Milestoning::Live]).with_longest_retention(most);
        for (mut group, is_kept) in [
            (json!({"milestoning": "live"}), false),
            (json!({"milestoning": "live", "retention": "9 days"}), true),
            (json!({"milestoning": "forensic"}), true),
        ] {
            lower(&mut group, &descriptor);
            assert_eq!(group["milestoning"], "live");
            assert_eq!(group.get("retention"), is_kept.then(|| json!(most.to_string())).as_ref());
        }
    }
}
