//! Who is hit by a loss: held against what the specification says that each consumer needs, served alone.

use super::{
    Case, build, cases,
    picture::{Picture, Source},
    specification::specified,
};
use datasurface::{
    graph::{
        NodeKey, Stage,
        query::{AffectedConsumer, Outage, Queries},
    },
    model::{
        ContainerKey, DatasetGroup, DatasetKey, Ecosystem, Entity, GroupKey, Latency, Place, PlatformName,
        Priority, Set, Workspace,
    },
};
use proptest::prelude::*;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// A consumer on a platform that gets a dataset.
type Delivery = (GroupKey, PlatformName, DatasetKey);

/// Everything that a delivery needs: with the node that it comes through, and where the nodes take their data from.
struct Need {
    export: NodeKey,
    nodes: BTreeMap<NodeKey, Option<Source>>,
}

/// What is needed for each delivery, if nobody else is served.
fn needs((ecosystem, assignments): &Case) -> BTreeMap<Delivery, Need> {
    let all = specified(ecosystem, assignments).expect("every datastore has a primary");
    let mut needs = BTreeMap::new();
    for (key, node) in &all.nodes {
        for group in node.consumers.iter().filter(|group| !transforms(ecosystem, group)) {
            let NodeKey::Export { platform, dataset, .. } = key else { continue };
            let mut alone = assignments.clone();
            alone.retain(|_| false, |_| true);
            let alone = alone.with_group(platform.clone(), group.clone(), Stage::Provisioned);
            let alone = specified(ecosystem, &alone).expect("every datastore has a primary");
            let delivery = (group.clone(), platform.clone(), dataset.clone());
            needs.insert(delivery, Need { export: key.clone(), nodes: needed(&alone, key) });
        }
    }
    needs
}

fn needed(picture: &Picture, node: &NodeKey) -> BTreeMap<NodeKey, Option<Source>> {
    let mut needed = BTreeSet::from([node.clone()]);
    loop {
        let links = picture.edges.iter().chain(&picture.handovers);
        let more: Vec<NodeKey> =
            links.filter(|(_, to)| needed.contains(to)).map(|(from, _)| from.clone()).collect();
        let before = needed.len();
        needed.extend(more);
        if needed.len() == before {
            let nodes = picture.nodes.iter().filter(|(key, _)| needed.contains(key));
            return nodes.map(|(key, node)| (key.clone(), node.source.clone())).collect();
        }
    }
}

fn workspaces(ecosystem: &Ecosystem) -> impl Iterator<Item = &Workspace> {
    let zones = ecosystem.zones().iter().filter_map(|zone| zone.definition());
    let teams = zones.flat_map(|zone| zone.teams().iter().filter_map(|team| team.definition()));
    teams.flat_map(|team| team.workspaces().iter().map(|workspace| &**workspace))
}

fn workspace<'e>(ecosystem: &'e Ecosystem, key: &GroupKey) -> &'e Workspace {
    workspaces(ecosystem).find(|workspace| *workspace.name() == key.workspace).expect("it is served")
}

fn group<'e>(ecosystem: &'e Ecosystem, key: &GroupKey) -> &'e DatasetGroup {
    workspace(ecosystem, key).groups().get(&key.group).expect("it is served")
}

fn transforms(ecosystem: &Ecosystem, key: &GroupKey) -> bool {
    workspace(ecosystem, key).transformer().is_some()
}

/// The containers of an ecosystem, and where they are.
fn containers(ecosystem: &Ecosystem) -> BTreeMap<ContainerKey, Set<Place>> {
    let zones = ecosystem.zones().iter().filter_map(|zone| Some((zone.name(), zone.definition()?)));
    let teams = zones.flat_map(|(zone, definition)| {
        definition.teams().iter().filter_map(move |team| Some((zone, team.name(), team.definition()?)))
    });
    let containers = teams.flat_map(|(zone, name, team)| {
        team.containers().iter().map(move |container| {
            (ContainerKey::new(zone, name, container.name()), container.locations().clone())
        })
    });
    containers.collect()
}

/// Whether a node cannot do its work any more.
fn is_taken(ecosystem: &Ecosystem, lost: &Outage, key: &NodeKey, source: Option<&Source>) -> bool {
    let works_with = match (key, source) {
        (NodeKey::Export { container, .. }, _) => Some(&**container),
        (NodeKey::Transform { workspace, .. }, _) => {
            workspaces(ecosystem).find(|one| one.name() == workspace).and_then(Workspace::container)
        }
        (_, Some(Source::Container(container))) => Some(container),
        _ => None,
    };
    match lost {
        Outage::Platform(platform) => key.platform() == platform,
        Outage::Node(node) => key == node,
        Outage::Container(container) => works_with == Some(container),
        Outage::Datastore(name) => matches!(key, NodeKey::Ingest { datastore, .. } if datastore == name),
        Outage::Location(place) => {
            let is_gone = |places: &Set<Place>| {
                let inside = |one: &Place| format!("{one}/").starts_with(&format!("{place}/"));
                !places.is_empty() && places.iter().all(inside)
            };
            let containers = containers(ecosystem);
            let container = works_with.and_then(|key| containers.get(key));
            let platform = ecosystem.platforms().get(key.platform());
            container.is_some_and(is_gone) || platform.is_some_and(|platform| is_gone(platform.locations()))
        }
        other => panic!("nobody said what it is to lose {other:?}"),
    }
}

/// A consumer that is hit, with what it does not get, and whether it is cut off.
type Hit = BTreeMap<(GroupKey, PlatformName), (BTreeSet<DatasetKey>, bool)>;

fn expected(ecosystem: &Ecosystem, needs: &BTreeMap<Delivery, Need>, lost: &Outage) -> Hit {
    let mut hit = Hit::new();
    for ((group, platform, dataset), need) in needs {
        let mut taken = need
            .nodes
            .iter()
            .filter(|(key, source)| is_taken(ecosystem, lost, key, source.as_ref()))
            .peekable();
        if taken.peek().is_some() {
            let (datasets, is_cut_off) = hit.entry((group.clone(), platform.clone())).or_default();
            datasets.insert(dataset.clone());
            let takes_what_is_there = !matches!(lost, Outage::Node(_));
            *is_cut_off |= takes_what_is_there && taken.any(|(key, _)| *key == need.export);
        }
    }
    hit
}

/// How long after a loss the first promise is broken; and how much it matters.
fn rank(ecosystem: &Ecosystem, key: &GroupKey) -> (bool, Option<Latency>, Reverse<Option<Priority>>) {
    let workspace = workspace(ecosystem, key);
    let a_day = workspace.deadline().map(|_| Latency::hours(24));
    let breaks = group(ecosystem, key).requirements().latency.into_iter().chain(a_day).min();
    (breaks.is_none(), breaks, Reverse(workspace.priority()))
}

fn losses(ecosystem: &Ecosystem, nodes: &[NodeKey]) -> Vec<Outage> {
    let datastores: BTreeSet<_> = nodes
        .iter()
        .filter_map(|node| match node {
            NodeKey::Ingest { datastore, .. } => Some(datastore.clone()),
            _ => None,
        })
        .collect();
    let places = containers(ecosystem).into_values().flatten();
    let places = places.chain(ecosystem.platforms().iter().flat_map(|platform| platform.locations().clone()));
    let places: BTreeSet<Place> = places.chain(["Nowhere".into()]).collect();
    let platforms = nodes.iter().map(|node| node.platform().clone()).collect::<BTreeSet<_>>();
    let losses =
        datastores.into_iter().map(Outage::Datastore).chain(places.into_iter().map(Outage::Location));
    let losses = losses.chain(platforms.into_iter().map(Outage::Platform));
    let losses = losses.chain(containers(ecosystem).into_keys().map(Outage::Container));
    losses.chain(nodes.iter().cloned().map(Outage::Node)).collect()
}

proptest! {
    // Each case is a graph for each consumer, and many losses.
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn those_are_hit_who_need_what_is_lost(case in cases()) {
        let (ecosystem, assignments) = &case;
        let graphs = build(ecosystem, assignments).expect("every datastore has a primary");
        let questions = Queries::new(&graphs);
        let needs = needs(&case);
        let nodes: Vec<NodeKey> =
            graphs.iter().flat_map(|graph| graph.nodes()).map(|node| node.key()).collect();
        for lost in losses(ecosystem, &nodes) {
            let told = questions.impact(&lost);
            let hit = |one: &AffectedConsumer| {
                ((one.group.clone(), one.platform.clone()), (one.datasets.clone(), one.is_cut_off))
            };
            let by_consumer: Hit = told.iter().map(hit).collect();
            prop_assert_eq!(by_consumer.len(), told.len());
            prop_assert_eq!(by_consumer, expected(ecosystem, &needs, &lost), "{:?}", lost);
            prop_assert!(told.is_sorted_by_key(|one| rank(ecosystem, &one.group)), "{:?}", told);
            for one in &told {
                let (_, breaks, Reverse(priority)) = rank(ecosystem, &one.group);
                prop_assert_eq!((one.breaks_within(), one.priority), (breaks, priority));
            }
        }
    }
}
