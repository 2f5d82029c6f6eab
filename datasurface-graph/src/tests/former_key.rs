//! What nodes were called before something was renamed.

use super::{CONTAINER, Fixture, datastore, group, key};
use crate::{Assignments, GraphDiff, IntentionGraphs, NodeKey, NodeKind, Stage};
use datasurface_model::{
    Capture, ContainerKey, DataContainer, DataTransformer, Dataset, DatasetGroup, Datastore, Ecosystem,
    Entity, GovernanceZone, PlatformDeclaration, Team, TeamDeclaration, Valid, Workspace, ZoneDeclaration,
};

/// A datastore that a transformer reads, and somebody else, too.
fn graphs(store: Datastore, dataset: &str, masking: Workspace) -> IntentionGraphs {
    graphs_on("One", store, dataset, masking)
}

fn graphs_on(platform: &str, store: Datastore, dataset: &str, masking: Workspace) -> IntentionGraphs {
    let name = store.name().to_string();
    let fixture = Fixture::new().platform(PlatformDeclaration::new("Two", "local"));
    let mut fixture = fixture.primary(platform, &[&name, "Masked"]).served(
        platform,
        Workspace::new("Reader"),
        group("group", &["Masked"]),
    );
    let inputs = DatasetGroup::new("inputs").sink(format!("{name}/{dataset}").as_str());
    let transformer = DataTransformer::sql("Masked").with_cron("0 * * * *");
    fixture.team = fixture
        .team
        .datastore(store.captured(Capture::sql_snapshot(CONTAINER)))
        .datastore(datastore("Masked"))
        .workspace(masking.with_container(CONTAINER).group(inputs).with_transformer(transformer));
    fixture.graphs()
}

fn before() -> IntentionGraphs {
    let orders = Datastore::new("Orders").dataset(Dataset::new("all", "id Integer key"));
    graphs(orders, "all", Workspace::new("Mask"))
}

#[test]
fn a_renamed_node_says_what_it_was() {
    let dataset = Dataset::new("every", "id Integer key").renamed_from("all");
    let purchases = Datastore::new("Purchases").renamed_from("Orders").dataset(dataset);
    let after = graphs(purchases, "every", Workspace::new("Hide").renamed_from("Mask"));
    let (before, now) = (before(), after.iter().next().unwrap());
    let was = before.iter().next().unwrap();
    let former_key = |text: &str| now.node(&key(text)).unwrap().former_key(was);
    let export = former_key(&format!("Export/One/{CONTAINER}/Purchases/every"));
    assert_eq!(export, Some(key(&format!("Export/One/{CONTAINER}/Orders/all"))));
    assert_eq!(former_key("Trigger/One/Hide"), Some(key("Trigger/One/Mask")));
    assert_eq!(former_key("Ingest/One/Masked"), None);
    // Former names stay in the model: of what has passed them, they say nothing.
    assert!(now.nodes().all(|node| node.former_key(now).is_none()));
    // Nor do they say anything of platforms that have nothing to do with this one.
    let other = graphs_on("Two", Datastore::new("Orders"), "all", Workspace::new("Mask"));
    let other = other.graph(&"Two".into()).unwrap();
    assert!(!other.is_empty() && now.nodes().all(|node| node.former_key(other).is_none()));
}

/// The dataset that had the name before is gone, and so is the datastore of both.
#[test]
fn who_takes_the_name_of_another_is_not_taken_for_it() {
    let store = |name: &str| Datastore::new(name);
    let dataset = |name: &str| Dataset::new(name, "id Integer key");
    let orders = store("Orders").dataset(dataset("draft")).dataset(dataset("final"));
    let purchases = store("Purchases").renamed_from("Orders").dataset(dataset("final").renamed_from("draft"));
    let mask = || Workspace::new("Mask");
    let two = DatasetGroup::new("both").sink("Orders/draft").sink("Orders/final");
    let before = graphs(orders, "draft", mask().group(two));
    let after = graphs(purchases, "final", mask());
    let diff = GraphDiff::between(before.iter().next().unwrap(), after.iter().next().unwrap());
    let export = |name: &str| key(&format!("Export/One/{CONTAINER}/{name}"));
    assert!(diff.removed.contains(&export("Orders/final")), "{diff:?}");
    assert!(diff.renamed.contains(&(export("Orders/draft"), export("Purchases/final"))), "{diff:?}");

    // But where only the datastore is renamed, and the dataset was long ago, it is the one of that name.
    let orders = store("Orders").dataset(dataset("final").renamed_from("draft")).dataset(dataset("other"));
    let purchases = store("Purchases").renamed_from("Orders").dataset(dataset("final").renamed_from("draft"));
    let before = graphs(orders, "final", mask());
    let after = graphs(purchases, "final", mask());
    let diff = GraphDiff::between(before.iter().next().unwrap(), after.iter().next().unwrap());
    assert!(diff.renamed.contains(&(export("Orders/final"), export("Purchases/final"))), "{diff:?}");
}

#[test]
fn a_diff_pairs_what_was_renamed() {
    let dataset = Dataset::new("all", "id Integer key");
    let purchases = Datastore::new("Purchases").renamed_from("Orders").dataset(dataset);
    let (before, after) = (before(), graphs(purchases, "all", Workspace::new("Mask")));
    let diff = GraphDiff::between(before.iter().next().unwrap(), after.iter().next().unwrap());
    let export = |name: &str| key(&format!("Export/One/{CONTAINER}/{name}/all"));
    let renamed =
        [(export("Orders"), export("Purchases")), (key("Ingest/One/Orders"), key("Ingest/One/Purchases"))];
    assert_eq!(diff.renamed, renamed);
    for (old, new) in &diff.renamed {
        assert!(diff.removed.contains(old) && diff.added.contains(new));
    }
    // Without a word about it, what is gone and what is new have nothing to do with each other.
    let other = Datastore::new("Purchases").dataset(Dataset::new("all", "id Integer key"));
    let after = graphs(other, "all", Workspace::new("Mask"));
    let diff = GraphDiff::between(before.iter().next().unwrap(), after.iter().next().unwrap());
    assert!(diff.renamed.is_empty() && !diff.added.is_empty());
}

/// A zone, a team, a container, a platform, and a workspace with a transformer.
struct Names {
    zone: ZoneDeclaration,
    team: TeamDeclaration,
    container: DataContainer,
    platform: PlatformDeclaration,
    workspace: Workspace,
}

impl Names {
    fn before() -> Self {
        Self {
            zone: ZoneDeclaration::new("Zone", "github:example/zone@main"),
            team: TeamDeclaration::new("Team", "github:example/team@main"),
            container: DataContainer::sqlite("Lake", "lake.db"),
            platform: PlatformDeclaration::new("One", "local"),
            workspace: Workspace::new("Mask"),
        }
    }

    fn graphs(self) -> IntentionGraphs {
        let platform = self.platform.name().clone();
        let container = ContainerKey::new(self.zone.name(), self.team.name(), self.container.name());
        let inputs = DatasetGroup::new("inputs").sink("Raw/data");
        let transformer = DataTransformer::sql("Masked").with_cron("0 * * * *");
        let reader =
            Workspace::new("Reader").with_container(container.clone()).group(group("group", &["Masked"]));
        let team = Team::new()
            .container(self.container)
            .datastore(datastore("Raw").captured(Capture::sql_snapshot(container.clone())))
            .datastore(datastore("Masked"))
            .workspace(self.workspace.with_container(container).group(inputs).with_transformer(transformer))
            .workspace(reader);
        let zone = GovernanceZone::new().team_declaration(self.team.defined(team));
        let ecosystem = Ecosystem::new("Small", "github:example/eco@main", "github:example/live@main")
            .platform(self.platform)
            .zone_declaration(self.zone.defined(zone));
        let assignments = ["Raw", "Masked"]
            .into_iter()
            .fold(Assignments::default(), |all, store| {
                all.with_primary(platform.clone(), store, Stage::Provisioned)
            })
            .with_group(platform, "Reader/group", Stage::Provisioned);
        IntentionGraphs::build(&Valid::assume_valid(ecosystem), &assignments).unwrap()
    }
}

/// Each node that is new is paired with one that is gone, whatever it is of its key that has another name, or several of
/// these at once.
#[test]
fn whatever_a_key_names_can_be_renamed() {
    let zone = || ZoneDeclaration::new("Area", "github:example/zone@main").renamed_from("Zone");
    let team = || TeamDeclaration::new("Crew", "github:example/team@main").renamed_from("Team");
    let container = || DataContainer::sqlite("Pond", "lake.db").renamed_from("Lake");
    let platform = || PlatformDeclaration::new("Only", "local").renamed_from("One");
    let workspace = || Workspace::new("Hide").renamed_from("Mask");
    let before = Names::before;
    // With how many nodes have it in their keys: two exports, two captures, a trigger and a transform.
    let cases = [
        (Names { zone: zone(), ..before() }, 2),
        (Names { team: team(), ..before() }, 2),
        (Names { container: container(), ..before() }, 2),
        (Names { platform: platform(), ..before() }, 6),
        (Names { workspace: workspace(), ..before() }, 2),
        (
            Names {
                zone: zone(),
                team: team(),
                container: container(),
                platform: platform(),
                workspace: workspace(),
            },
            6,
        ),
    ];
    let old = before().graphs();
    for (names, count) in cases {
        let new = names.graphs();
        let diff = GraphDiff::between(old.iter().next().unwrap(), new.iter().next().unwrap());
        assert_eq!(diff.renamed.len(), count, "{diff:?}");
        assert!(diff.renamed.iter().map(|(_, new)| new).eq(&diff.added), "{diff:?}");
        let mut gone: Vec<_> = diff.renamed.iter().map(|(old, _)| old.clone()).collect();
        gone.sort();
        assert_eq!(gone, diff.removed);
        for (was, is) in &diff.renamed {
            let kept = |key: &NodeKey| key.to_string().split('/').next_back().map(str::to_owned);
            assert_eq!(was.kind(), is.kind());
            assert!(
                was.kind() == NodeKind::Trigger || was.kind() == NodeKind::Transform || kept(was) == kept(is)
            );
        }
    }
}
