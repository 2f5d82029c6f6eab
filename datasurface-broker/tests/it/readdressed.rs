//! A newer version of a plug-in calls its resources otherwise: what they hold goes on.

use crate::fixture::*;
use datasurface_broker::Proposal;
use datasurface_model::*;
use datasurface_platform::{Action, Effect};

fn world(called: Option<&str>, datasets: &[&str]) -> Ecosystem {
    let platform = minimal_platform("P");
    let platform = called.map_or(platform.clone(), |called| platform.setting("called", called));
    let group = DatasetGroup::new("g").with_sinks(datasets.iter().copied());
    fixture([platform], [consumer("W", group.with_retention(Retention::years(1)))])
}

fn shelves(proposal: &Proposal) -> Vec<(Action, String, Effect)> {
    let is_shelf = |address: &str| !address.starts_with("job.") && address != "frame";
    steps(proposal, "P").into_iter().filter(|(_, resource, _)| is_shelf(resource)).collect()
}

#[test]
fn what_is_called_otherwise_is_the_same_resource() {
    let site = Site::new();
    site.render(world(None, &["S/a", "S/b", "S/c"]), today());
    site.render(world(None, &["S/a", "S/b"]), today());
    let renamed = site.render(world(Some("rack"), &["S/a", "S/b"]), today());
    let update = |name: &str| (Action::Update, name.to_owned(), Effect::None);
    assert_eq!(shelves(&renamed), ["rack.S/a", "rack.S/b", "rack.S/c"].map(update));
    let former: Vec<String> = renamed
        .plan(&"P".into())
        .unwrap()
        .steps()
        .iter()
        .filter_map(|step| Some(step.renamed_from.as_ref()?.to_string()))
        .collect();
    assert_eq!(former, ["shelf.S/a", "shelf.S/b", "shelf.S/c"]);
    // What is held goes on under the address of now, and is let go by it.
    let held: Vec<String> =
        site.lock().held(&"P".into()).iter().map(|held| held.resource.to_string()).collect();
    assert_eq!(held, ["rack.S/c"]);
    assert_eq!(shelves(&site.render(world(Some("rack"), &["S/a", "S/b"]), today())), []);
    let later = site.render(world(Some("rack"), &["S/a", "S/b"]), day("2027-11-22"));
    assert_eq!(shelves(&later), [(Action::Retire, "rack.S/c".to_owned(), Effect::DataLoss)]);
}

#[test]
fn who_leaves_with_the_change_is_held_under_the_address_of_now() {
    let site = Site::new();
    site.render(world(None, &["S/a", "S/b"]), today());
    let renamed = site.render(world(Some("rack"), &["S/a"]), today());
    let retired = shelves(&renamed).into_iter().filter(|(action, _, _)| *action == Action::Retire);
    assert_eq!(retired.count(), 0);
    let held: Vec<String> =
        site.lock().held(&"P".into()).iter().map(|held| held.resource.to_string()).collect();
    assert_eq!(held, ["rack.S/b"]);
    assert_eq!(shelves(&site.render(world(Some("rack"), &["S/a"]), today())), []);
}

#[test]
fn an_address_that_two_claim_is_refused() {
    let site = Site::new();
    site.render(world(None, &["S/a", "S/b"]), today());
    let refused = site.propose(world(Some("all-from-a"), &["S/a", "S/b"]), today()).unwrap_err();
    assert!(codes(&refused).contains(&"platform/former-address"), "{refused:?}");
}

#[test]
fn two_resources_do_not_become_one() {
    let site = Site::new();
    // The former version called another shelf what this one calls the first.
    site.render(world(Some("plain-b"), &["S/a", "S/b"]), today());
    let refused = site.propose(world(Some("b-from-a"), &["S/a", "S/b"]), today()).unwrap_err();
    assert!(codes(&refused).contains(&"platform/former-address"), "{refused:?}");
}
