//! Transition files of a platform that leaves it to other tools to apply what it renders.

use crate::fixture::*;
use datasurface_broker::{Broker, RenderedRevision, TargetError};
use datasurface_model::*;
use datasurface_platform::{Registry, Revision};

/// A platform that makes a transition file of each change.
fn world(columns: &str) -> Ecosystem {
    let store = Datastore::new("S").captured(Capture::sql_snapshot("Z/T/Source"));
    let platform = minimal_platform("P").setting("replaces_by", "file");
    let group = DatasetGroup::new("g").sink("S/a").with_retention(Retention::years(1));
    world_of(store.dataset(Dataset::new("a", columns)), [platform], [consumer("W", group)])
}

/// The transition files in the target, in order.
fn transitions(site: &Site) -> Vec<String> {
    let paths = site.bytes().into_keys().filter(|path| path.contains("/transition/"));
    paths.map(|path| path.rsplit('/').nth(1).unwrap().to_owned()).collect()
}

/// The revisions of four renderings, of which nobody applied anything.
fn rendered(site: &Site) -> Vec<Revision> {
    let columns = ["id Integer key", "id Integer key, b Integer", "id Integer key, b Integer, c Integer"];
    let mut revisions: Vec<Revision> =
        columns.iter().map(|columns| site.render(world(columns), today()).revision().clone()).collect();
    revisions.push(site.render(world(columns[2]), today()).revision().clone());
    revisions
}

fn record(site: &Site, revision: &Revision) -> Result<RenderedRevision, TargetError> {
    broker().record_applied(&mut site.target(), Some(&revision.short()))
}

fn change(from: &Revision, to: &Revision) -> String {
    format!("{}-to-{}", from.short(), to.short())
}

#[test]
fn transitions_of_each_revision_stay_until_they_are_recorded_as_applied() {
    let site = Site::new();
    let revisions = rendered(&site);
    let [first, second, third, last] = revisions.as_slice() else { panic!("{revisions:?}") };
    assert_eq!(third, last, "nothing differed");
    let mut both = vec![change(first, second), change(second, third)];
    both.sort();
    assert_eq!(transitions(&site), both);
    assert!(site.target().inspect().unwrap().is_empty());

    record(&site, second).unwrap();
    assert_eq!(transitions(&site), [change(second, third)]);
    let before = site.bytes();
    record(&site, second).unwrap();
    assert_eq!(site.bytes(), before, "a job that is repeated changes nothing");
    let error = record(&site, first).unwrap_err();
    assert_eq!(error.diagnostic().code(), "target/unknown-revision");
    record(&site, third).unwrap();
    assert_eq!(transitions(&site), [] as [&str; 0]);
    record(&site, third).unwrap();
    // What follows starts from there.
    let next = site.render(world("id Integer key"), today());
    assert_eq!(transitions(&site), [change(third, next.revision())]);
}

#[test]
fn a_transition_stays_when_its_platform_is_not_declared_any_more() {
    let site = Site::new();
    let revisions = rendered(&site);
    let without = Ecosystem::new("E", "github:o/model@main", "github:o/live@main");
    let in_a_year = day("2027-11-22");
    site.render(without.clone(), today());
    site.render(without.clone(), in_a_year);
    assert_eq!(transitions(&site).len(), 4, "{revisions:?}");
    site.render(without, in_a_year);
    assert_eq!(transitions(&site).len(), 4);
    // Its revision was rendered twice, once with what was still held.
    record_rendering(&site, pending(&site).last().unwrap()).unwrap();
    assert_eq!(transitions(&site), [] as [&str; 0]);
    assert!(site.target().manifest().unwrap().platforms().is_empty());
}

#[test]
fn a_revision_is_recorded_for_platforms_that_it_did_not_change() {
    // Two platforms, each with a consumer of its own columns: revisions change the one, the other, and the one again.
    let of_two = |[one, other]: [&str; 2]| {
        let store = |name: &str, columns: &str| {
            let capture = Capture::sql_snapshot("Z/T/Source").table("a", format!("{name}_a"));
            Datastore::new(name).captured(capture).dataset(Dataset::new("a", columns))
        };
        let platform = |name: &str| minimal_platform(name).setting("replaces_by", "file");
        let reader = |name: &str, sink: &str| {
            consumer(name, DatasetGroup::new("g").sink(sink).with_retention(Retention::years(1)))
        };
        let readers = [reader("W", "S/a"), reader("V", "R/a")];
        let world = world_of(store("S", one), [platform("P"), platform("Q")], readers);
        let world = world.edit_team("Z", "T", |team| team.datastore(store("R", other)));
        world.group_pin("W/g", ["P"]).group_pin("V/g", ["Q"]).primary_pin("S", "P").primary_pin("R", "Q")
    };
    let columns = ["id Integer key", "id Integer key, b Integer", "id Integer key, b Integer, c Integer"];
    let site = Site::new();
    let worlds = [[0, 0], [1, 0], [1, 1], [2, 1]].map(|all| of_two(all.map(|number| columns[number])));
    let revisions = worlds.map(|world| site.render(world, today()).revision().clone());
    let [first, _, third, last] = &revisions;
    assert_eq!(transitions(&site).len(), 3);
    let manifest = site.target().manifest().unwrap().clone();
    let pending: Vec<Revision> = manifest.pending_renderings().into_iter().map(|one| one.revision).collect();
    assert_eq!(pending, revisions, "in the order in which they were rendered");
    // The third one changed nothing of the first platform: what led to the second one has done its work there.
    record(&site, third).unwrap();
    assert_eq!(transitions(&site), [change(third, last)], "{first:?}");
    record(&site, last).unwrap();
    assert_eq!(transitions(&site), [] as [&str; 0]);
}

#[test]
fn a_transition_beside_the_files_of_a_scope_stays_until_it_is_withdrawn_or_written_again() {
    let world = |settings: &[(&str, &str)]| {
        let platform = settings
            .iter()
            .fold(minimal_platform("P"), |platform, (name, value)| platform.setting(name, *value));
        fixture([platform], [consumer("W", DatasetGroup::new("g").sink("S/a"))])
    };
    let beside = |site: &Site| -> Vec<String> {
        let paths = site.bytes().into_keys().filter_map(|path| {
            let inside = path.strip_prefix("target/P/")?.to_owned();
            (inside.starts_with("shards") && inside.ends_with(".tf")).then_some(inside)
        });
        paths.collect()
    };
    let site = Site::new();
    site.render(world(&[]), today());
    site.render(world(&[("beside", "a.tf")]), today());
    assert_eq!(beside(&site), ["shards/main/a.tf"]);
    site.render(world(&[("beside", "b.tf")]), today());
    assert_eq!(beside(&site), ["shards/main/a.tf", "shards/main/b.tf"]);
    assert!(site.target().inspect().unwrap().is_empty());
    let last = site.render(world(&[("beside", "b.tf"), ("withdraws", "a.tf")]), today());
    assert_eq!(beside(&site), ["shards/main/b.tf"]);
    // The last revision alone has it, so it goes when that one is applied, and no earlier.
    let [.., before, _] = &site.target().manifest().unwrap().pending_renderings()[..] else { panic!() };
    record(&site, &before.revision).unwrap();
    assert_eq!(beside(&site), ["shards/main/b.tf"]);
    record(&site, last.revision()).unwrap();
    assert_eq!(beside(&site), [] as [&str; 0]);
    assert!(site.target().inspect().unwrap().is_empty());
}

/// The digits of each rendering that nobody recorded as applied, in order, and of the last one.
fn pending(site: &Site) -> Vec<String> {
    let manifest = site.target().manifest().unwrap().clone();
    manifest.pending_renderings().iter().map(|one| one.rendering.short()).collect()
}

fn record_rendering(site: &Site, digits: &str) -> Result<RenderedRevision, TargetError> {
    broker().record_applied(&mut site.target(), Some(digits))
}

#[test]
fn a_revision_that_was_rendered_twice_is_recorded_by_its_rendering() {
    let site = Site::new();
    let [narrow, wide] = ["id Integer key", "id Integer key, b Integer"];
    let [first, second, third] =
        [narrow, wide, narrow].map(|columns| site.render(world(columns), today()).revision().clone());
    assert_eq!(first, third);
    let renderings = pending(&site);
    assert_eq!(renderings.len(), 3);
    // The tool applied the first one; what leads to the others is still to come.
    let error = record(&site, &first).unwrap_err();
    assert_eq!(error.diagnostic().code(), "target/unknown-revision");
    let help = error.diagnostic().help().unwrap().to_string();
    assert!(renderings.iter().all(|one| help.contains(one)), "{help}");
    let both = [change(&first, &second), change(&second, &third)];
    let sorted = |mut all: Vec<String>| {
        all.sort();
        all
    };
    assert_eq!(transitions(&site), sorted(both.to_vec()), "nothing was recorded");
    let recorded = record_rendering(&site, &renderings[0]).unwrap();
    assert_eq!(recorded.revision, first);
    assert_eq!(transitions(&site), sorted(both.to_vec()));
    // Whoever repeats that by the revision may mean either.
    record(&site, &first).unwrap_err();
    record(&site, &second).unwrap();
    // Now the revision means the last one alone.
    assert_eq!(transitions(&site), [change(&second, &third)]);
    record(&site, &third).unwrap();
    assert_eq!(transitions(&site), [] as [&str; 0]);
}

#[test]
fn a_rendering_that_differs_by_its_placement_alone_has_an_id_of_its_own() {
    let site = Site::new();
    let both = || {
        let group = DatasetGroup::new("g").with_sinks(["S/a", "S/b"]).with_retention(Retention::years(1));
        fixture([minimal_platform("P").setting("replaces_by", "file")], [consumer("W", group)])
    };
    let first = site.render(both(), today());
    let mut lock = site.lock();
    lock.placement_mut("P".into()).place("Export/P/Z/T/Lake/S/b".parse().unwrap(), "second".into());
    let placed = site.propose_with(both(), &lock, today()).unwrap();
    placed.write(&mut site.target(), &site.lock_path()).unwrap();
    assert_eq!(first.revision(), placed.revision());
    assert_eq!(transitions(&site).len(), 1);
    let renderings = pending(&site);
    record(&site, first.revision()).unwrap_err();
    record_rendering(&site, &renderings[0]).unwrap();
    assert_eq!(transitions(&site).len(), 1, "the second one was not applied");
    // The plan file says how the second one is recorded.
    let text = site.bytes().remove("target/P/plan.json").unwrap();
    let plan: datasurface_broker::PlanFile = serde_json::from_slice(&text).unwrap();
    record_rendering(&site, &plan.rendering.unwrap().to_string()).unwrap();
    assert_eq!(transitions(&site).len(), 0);
}

#[test]
fn nothing_is_recorded_where_a_plug_in_is_not_there() {
    let site = Site::new();
    rendered(&site);
    let before = site.bytes();
    let error = Broker::new(Registry::new()).record_applied(&mut site.target(), None).unwrap_err();
    assert_eq!(error.diagnostic().code(), "platform/unknown-version");
    assert_eq!(site.bytes(), before);
}

/// Writes the manifest as earlier versions wrote it, in one text and without IDs of renderings: each platform had the revisions since the first one that
/// it has transition files of.
fn write_former_manifest(site: &Site) {
    let own = site.lock_path().parent().unwrap().join("target/.datasurface");
    let text = site.target().manifest().unwrap().to_json().unwrap();
    let mut manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    let members = manifest.as_object_mut().unwrap();
    for member in ["rendering", "unapplied", "applied"] {
        members.remove(member);
    }
    for platform in manifest["platforms"].as_array_mut().unwrap() {
        platform.as_object_mut().unwrap().remove("left");
        for earlier in platform["earlier"].as_array_mut().into_iter().flatten() {
            earlier.as_object_mut().unwrap().remove("rendering").unwrap();
        }
    }
    std::fs::write(own.join("manifest.json"), manifest.to_string()).unwrap();
    std::fs::remove_dir_all(own.join("parts")).unwrap();
}

#[test]
fn a_target_of_an_earlier_version_is_recorded_and_goes_on() {
    let site = Site::new();
    let revisions = rendered(&site);
    let [first, second, third, _] = revisions.as_slice() else { panic!("{revisions:?}") };
    write_former_manifest(&site);
    // It remembered no revision from before the first transition file.
    record(&site, first).unwrap_err();
    let next = site.render(world("id Integer key"), today()).revision().clone();
    assert_eq!(&next, first);
    assert_eq!(transitions(&site).len(), 3);
    assert_eq!(pending(&site).len(), 3);
    record(&site, second).unwrap();
    let mut left = vec![change(second, third), change(third, &next)];
    left.sort();
    assert_eq!(transitions(&site), left);
    record(&site, &next).unwrap();
    assert_eq!(transitions(&site), [] as [&str; 0]);
    assert!(site.target().inspect().unwrap().is_empty());
}
