//! What is worth testing is there often enough, and never always.

use super::*;

#[test]
fn what_is_interesting_is_frequent() {
    let mut runner = TestRunner::new_with_rng(Config::default(), deterministic());
    let mut seen = BTreeMap::<&str, u32>::new();
    let samples = 300;
    for _ in 0..samples {
        let ecosystem = ecosystems().new_tree(&mut runner).unwrap().current();
        let (workspaces, datastores) = (workspaces(&ecosystem), datastores(&ecosystem));
        let made: BTreeSet<_> = workspaces
            .iter()
            .filter_map(|workspace| workspace.transformer())
            .map(DataTransformer::output)
            .collect();
        let mut containers = BTreeSet::new();
        let wants: Vec<_> =
            workspaces.iter().flat_map(|workspace| workspace.groups()).map(DatasetGroup::sinks).collect();
        let files =
            teams(&ecosystem).flat_map(|team| team.containers()).map(|container| container.kind().clone());
        let files: Vec<_> = files.collect();
        let is_platform_file = |kind: &ContainerKind| match kind {
            ContainerKind::Sqlite { file } => file.starts_with("local_"),
            _ => false,
        };
        for (what, is_there) in [
            ("transformer", !made.is_empty()),
            ("self-reading transformer", workspaces.iter().any(|workspace| reads_itself(workspace))),
            (
                "chained transformers",
                workspaces.iter().any(|workspace| {
                    workspace.transformer().is_some_and(|transformer| {
                        inputs(workspace).any(|key| {
                            made.contains(&key.datastore) && key.datastore != *transformer.output()
                        })
                    })
                }),
            ),
            (
                "classification removed",
                workspaces
                    .iter()
                    .filter_map(|workspace| workspace.transformer())
                    .any(|transformer| !transformer.removals().is_empty()),
            ),
            (
                "dataset by dataset",
                datastores
                    .iter()
                    .filter_map(|store| store.capture())
                    .any(|capture| capture.consistency() == Consistency::SingleDataset),
            ),
            (
                "shared container",
                workspaces
                    .iter()
                    .filter_map(|workspace| workspace.container())
                    .any(|key| !containers.insert(key)),
            ),
            (
                "container shared with a transformer",
                workspaces.iter().filter(|workspace| workspace.transformer().is_some()).any(|one| {
                    workspaces
                        .iter()
                        .any(|other| other.name() != one.name() && other.container() == one.container())
                }),
            ),
            ("two platforms", ecosystem.platforms().len() == 2),
            ("platform database", files.iter().any(is_platform_file)),
            ("group pin", !ecosystem.group_pins().is_empty()),
            ("primary pin", !ecosystem.primary_pins().is_empty()),
            ("two zones", ecosystem.zones().len() > 1),
            (
                "dataset wanted twice",
                wants
                    .iter()
                    .flat_map(|sinks| sinks.iter())
                    .any(|sink| wants.iter().filter(|sinks| sinks.get(sink.name()).is_some()).count() > 1),
            ),
            (
                "schema in Avro's words",
                datastores
                    .iter()
                    .flat_map(|store| store.datasets())
                    .any(|dataset| dataset.schema().avro().is_some()),
            ),
            (
                "deprecated dataset",
                datastores
                    .iter()
                    .flat_map(|store| store.datasets())
                    .any(|dataset| dataset.deprecation().is_some()),
            ),
        ] {
            *seen.entry(what).or_default() += u32::from(is_there);
        }
    }
    for (what, count) in &seen {
        assert!(*count >= samples / 10, "{what}: only {count} of {samples}\n{seen:?}");
        assert!(*count < samples, "{what}: always");
    }
}
