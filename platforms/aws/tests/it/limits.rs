//! What the host places in a state stays within the limit that the settings name.

use crate::{
    shop::{Shop, articles, customers, orders},
    site::deployment,
};
use datasurface_platform::prelude::*;

#[test]
fn no_state_has_more_resources_than_it_may_have() {
    for limit in [15, 22, 400] {
        let folder = tempfile::tempdir().unwrap();
        let mut shop = Shop {
            datasets: vec![orders(), customers(), articles()],
            wanted: vec!["Store/orders", "Store/customers", "Store/articles"],
            reports: Some(5432),
            ..Shop::new("states")
        };
        shop.settings["resources_per_state"] = json!(limit);
        // Two schedules for one timetable: on the first of a month, and on each Monday.
        shop.capture = shop.capture.with_cron("0 6 1 * mon");
        let deployment = deployment(folder.path());
        deployment.render(&shop.ecosystem()).unwrap();
        let scopes = deployment.scopes(&"Lake".into()).unwrap();
        let shards: Vec<usize> = scopes
            .iter()
            .filter(|scope| matches!(scope.scope, Scope::Shard(_)))
            .map(|scope| {
                scope.resources.keys().filter(|key| !key.as_str().starts_with("terraform_state.")).count()
            })
            .collect();
        assert!(shards.iter().all(|count| *count <= limit), "{limit}: {shards:?}");
        assert_eq!(shards.len() > 1, limit < 100, "{limit}: {shards:?}");
    }
}
