//! The order after a complete outage: held against what the specification says that each thing needs.

use super::{
    build, cases,
    picture::{Picture, Source},
    specification::specified,
};
use datasurface::{
    graph::{
        NodeKey,
        query::{Queries, Step},
    },
    model::{DatastoreName, PlatformName, WorkspaceName},
};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

/// Pairs of which the second needs the first.
type Links<T> = BTreeSet<(T, T)>;

fn platforms(picture: &Picture) -> (BTreeSet<PlatformName>, Links<PlatformName>) {
    let links = picture.handovers.iter().map(|(from, to)| (from.platform().clone(), to.platform().clone()));
    (picture.platforms.iter().cloned().collect(), links.collect())
}

/// What each transformer reads, and what it makes.
fn runs(picture: &Picture) -> BTreeMap<WorkspaceName, (BTreeSet<DatastoreName>, DatastoreName)> {
    let read = picture.nodes.iter().filter_map(|(key, node)| match key {
        NodeKey::Transform { workspace, .. } => {
            let inputs: BTreeSet<_> = node.inputs.iter().map(|input| input.datastore.clone()).collect();
            Some((workspace.clone(), (inputs, made_by(picture, workspace)?)))
        }
        _ => None,
    });
    read.collect()
}

fn made_by(picture: &Picture, maker: &WorkspaceName) -> Option<DatastoreName> {
    picture.nodes.iter().find_map(|(key, node)| match (key, &node.source) {
        (NodeKey::Ingest { datastore, .. }, Some(Source::Transformer(by))) if by == maker => {
            Some(datastore.clone())
        }
        _ => None,
    })
}

fn datastores(picture: &Picture) -> (BTreeSet<DatastoreName>, Links<DatastoreName>) {
    let all = picture.nodes.iter().filter_map(|(key, _)| match key {
        NodeKey::Ingest { datastore, .. } => Some(datastore.clone()),
        _ => None,
    });
    let links = runs(picture).into_values().flat_map(|(inputs, output)| {
        inputs.into_iter().map(move |input| (input, output.clone())).collect::<Vec<_>>()
    });
    (all.collect(), links.collect())
}

fn transformers(picture: &Picture) -> (BTreeSet<WorkspaceName>, Links<WorkspaceName>) {
    let runs = runs(picture);
    let mut links = Links::new();
    for (reader, (inputs, _)) in &runs {
        for (maker, (_, output)) in &runs {
            if inputs.contains(output) {
                links.insert((maker.clone(), reader.clone()));
            }
        }
    }
    (runs.into_keys().collect(), links)
}

/// Whether datastores that different ones of these platforms capture for all need each other.
fn need_old_data(platforms: &BTreeSet<PlatformName>, picture: &Picture) -> bool {
    let primaries: BTreeMap<&DatastoreName, &PlatformName> = picture
        .nodes
        .iter()
        .filter_map(|(key, node)| match (key, &node.source) {
            (
                NodeKey::Ingest { platform, datastore, .. },
                Some(Source::Container(_) | Source::Transformer(_)),
            ) => Some((datastore, platform)),
            _ => None,
        })
        .collect();
    let (_, links) = datastores(picture);
    let needs = closure(&links);
    needs.iter().any(|(one, other)| {
        let (here, there) = (primaries.get(one), primaries.get(other));
        needs.contains(&(other.clone(), one.clone()))
            && here != there
            && [here, there].into_iter().flatten().all(|platform| platforms.contains(*platform))
    })
}

/// All that is needed, at any distance.
fn closure<T: Ord + Clone>(links: &Links<T>) -> Links<T> {
    let mut all = links.clone();
    loop {
        let further: Links<T> = all
            .iter()
            .flat_map(|(from, by)| {
                links.iter().filter(move |(of, _)| of == by).map(move |(_, to)| (from.clone(), to.clone()))
            })
            .collect();
        let before = all.len();
        all.extend(further);
        if all.len() == before {
            return all;
        }
    }
}

/// Everything comes once, after all that it needs and does not need it; those that need each other come together, and are
/// said to, unless that is no circle.
fn holds<T: Ord + Clone + Debug>(
    steps: &[Step<T>],
    (all, links): (BTreeSet<T>, Links<T>),
    is_circle: impl Fn(&BTreeSet<T>) -> bool,
) -> Result<bool, TestCaseError> {
    let needs = closure(&links);
    let members: Vec<&T> = steps.iter().flat_map(Step::members).collect();
    prop_assert_eq!(members.len(), all.len());
    prop_assert_eq!(members.into_iter().cloned().collect::<BTreeSet<_>>(), all);
    let mut there = BTreeSet::new();
    let mut circles = false;
    for step in steps {
        let together: BTreeSet<T> = step.members().iter().cloned().collect();
        for one in &together {
            let needed = needs.iter().filter(|(_, by)| by == one).map(|(needed, _)| needed);
            let (mutual, before): (BTreeSet<T>, BTreeSet<T>) =
                needed.cloned().partition(|needed| needs.contains(&(one.clone(), needed.clone())));
            prop_assert!(before.is_subset(&there), "{:?} needs {:?}", one, before);
            let is_circular = !mutual.is_empty() && is_circle(&mutual);
            match step {
                Step::One(_) => prop_assert!(!is_circular, "{:?} and {:?}", one, mutual),
                Step::Circle(_) => prop_assert!(is_circular && mutual == together, "{:?}", step),
            }
        }
        circles |= matches!(step, Step::Circle(_));
        there.extend(together);
    }
    Ok(circles)
}

proptest! {
    #[test]
    fn things_come_up_after_what_they_need((ecosystem, assignments) in cases()) {
        let graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
        let picture = specified(&ecosystem, &assignments).expect("every datastore has a primary");
        let order = Queries::new(&graphs).bring_up();
        holds(&order.platforms, platforms(&picture), |platforms| need_old_data(platforms, &picture))?;
        holds(&order.datastores, datastores(&picture), |_| true)?;
        holds(&order.transformers, transformers(&picture), |_| true)?;
    }
}

/// The law above would say less if platforms never needed each other.
#[test]
fn some_platforms_need_each_other() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut circles = [false; 3];
    let mut together = false;
    for _ in 0..200 {
        let (ecosystem, assignments) = cases().new_tree(&mut runner).expect("a case").current();
        let graphs = build(&ecosystem, &assignments).expect("every datastore has a primary");
        let picture = specified(&ecosystem, &assignments).expect("every datastore has a primary");
        let order = Queries::new(&graphs).bring_up();
        let need_old_data = |platforms: &BTreeSet<_>| need_old_data(platforms, &picture);
        circles[0] |= holds(&order.platforms, platforms(&picture), need_old_data).expect("the law holds");
        circles[1] |= holds(&order.datastores, datastores(&picture), |_| true).expect("the law holds");
        circles[2] |= holds(&order.transformers, transformers(&picture), |_| true).expect("the law holds");
        let (_, links) = platforms(&picture);
        let ones = order.platforms.iter().filter(|step| matches!(step, Step::One(_)));
        let needs = closure(&links);
        together |= ones.flat_map(Step::members).any(|one| needs.contains(&(one.clone(), one.clone())));
    }
    assert_eq!(circles, [true; 3]);
    assert!(together);
}
