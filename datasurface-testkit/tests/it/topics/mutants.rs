//! Mutants: the platform with one thing taken away from what it renders, offers or judges. Those that no law finds are listed.

#![expect(clippy::indexing_slicing, reason = "a resource that is written as JSON has these members")]

use super::{Topics, diff::judge, ecosystem::shops, settings::Settings, tests::other_settings};
use datasurface_platform::prelude::*;
use datasurface_testkit::Laws;
use serde_json::Value;
use std::{collections::BTreeSet, thread};

/// What is otherwise of all resources of a kind, or of the offers of a kind of nodes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(crate = "self::serde", rename_all = "snake_case")]
enum Mutation {
    /// There are none.
    Gone,
    /// An attribute has one value, whatever the facts are.
    Constant(String),
    /// A list, of origins or dependencies, is empty.
    Empty(String),
    /// They hold no data.
    Hollow,
    /// They show at which position they are.
    Numbered,
    /// They show how many there are.
    Counted,
    /// Every change of them costs nothing and means nothing.
    Harmless,
    /// They are replaced, whatever changes.
    Replaced,
    /// They are offered in one place.
    OneAddress,
    /// They promise nothing.
    Promiseless,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(crate = "self::serde", deny_unknown_fields)]
struct Mutant {
    of: String,
    mutation: Mutation,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(crate = "self::serde", default)]
struct MutantSettings {
    mutant: Option<Mutant>,
    #[serde(flatten)]
    settings: Settings,
}

#[derive(Debug)]
struct Mutated {
    topics: Topics,
    mutant: Option<Mutant>,
}

impl PlatformPlugin for Mutated {
    type Config = MutantSettings;
    const KIND: &'static str = "topics";

    fn version() -> Version {
        Topics::version()
    }

    fn configure(instance: &PlatformInstance, settings: MutantSettings) -> Result<Self, PlatformError> {
        Ok(Self { topics: Topics::configure(instance, settings.settings)?, mutant: settings.mutant })
    }
}

impl Mutated {
    /// What is otherwise of these.
    fn mutation(&self, of: &str) -> Option<&Mutation> {
        self.mutant.as_ref().filter(|mutant| mutant.of == of).map(|mutant| &mutant.mutation)
    }

    fn mutated(&self, mut resource: Value, position: usize, count: usize) -> Option<Value> {
        match self.mutation(resource["kind"].as_str()?) {
            Some(Mutation::Gone) => return None,
            Some(Mutation::Constant(attribute)) => set_constant(&mut resource, attribute),
            Some(Mutation::Empty(list)) => resource[list] = json!([]),
            Some(Mutation::Hollow) => drop(resource.as_object_mut()?.remove("holds")),
            Some(Mutation::Numbered) => resource["attributes"]["position"] = json!(position),
            Some(Mutation::Counted) => resource["attributes"]["count"] = json!(count),
            _ => {}
        }
        Some(resource)
    }
}

/// Gives an attribute one value, also where that is a part of a place.
fn set_constant(resource: &mut Value, attribute: &str) {
    let Some(value) = resource["attributes"].get_mut(attribute) else {
        return;
    };
    let value = std::mem::replace(value, json!("the same"));
    let places = resource.get_mut("occupies").and_then(Value::as_array_mut);
    let (Some(name), Some(places)) = (value.as_str(), places) else {
        return;
    };
    for place in places {
        *place = json!(place.as_str().unwrap().replace(name, "the same"));
    }
}

impl DataPlatform for Mutated {
    fn descriptor(&self) -> &PlatformDescriptor {
        self.topics.descriptor()
    }

    fn weigh(&self, node: &NodeFacts) -> Weights {
        self.topics.weigh(node)
    }

    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        let offers = self.topics.offer(node);
        let mutation = self.mutation(&node.key.kind().to_string());
        let mutated = offers.into_iter().filter_map(|offer| match mutation {
            Some(Mutation::Gone) => None,
            Some(Mutation::OneAddress) => {
                Some(Offer::new(offer.dataset(), "one", offer.format()).with_custody(offer.custody()))
            }
            Some(Mutation::Promiseless) => Some(offer.with_custody(Custody::default())),
            _ => Some(offer),
        });
        mutated.collect()
    }

    fn lint(&self, what: LintView<'_>, found: &mut Reporter<'_>) {
        self.topics.lint(what, found);
    }

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        let honest = self.topics.render(scope)?;
        let count = honest.resources().len();
        let mutated = honest.resources().enumerate().filter_map(|(position, resource)| {
            let value = serde_json::to_value(resource).unwrap();
            Some(serde_json::from_value::<Resource>(self.mutated(value, position, count)?).unwrap())
        });
        let mut rendering = Rendering::from_resources(mutated)?;
        for (node, reason) in honest.nodes_without_resources() {
            rendering.nothing_for(node, reason);
        }
        Ok(rendering)
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        change.structural(|change| match self.mutation(change.after.kind()) {
            Some(Mutation::Harmless) => Judgement::update(Effect::None, "").with_meaning(Meaning::Metadata),
            Some(Mutation::Replaced) => Judgement::replace(Effect::InPlace, "another one"),
            _ => judge(None, change),
        })
    }
}

/// The attributes of each kind of resource.
const ATTRIBUTES: [(&str, &[&str]); 7] = [
    ("cluster", &["brokers", "name"]),
    (
        "topic",
        &["name", "cluster", "subject", "partitions", "key", "classifications", "retention", "cleanup"],
    ),
    ("subject", &["name", "registry", "schema", "checks", "invalid_records", "compatibility"]),
    ("connector", &["class", "topics", "reads", "priority", "slot", "container", "capture", "password"]),
    (
        "sink",
        &["name", "tasks", "topics", "container", "schema", "credentials", "groups", "priority", "latency"],
    ),
    ("role", &["name", "members", "reads"]),
    ("stream_job", &["name", "code", "reads", "writes", "priority"]),
];

/// The number of mutants that are tried.
pub(crate) const MUTANTS: usize = 87;

fn mutants() -> BTreeSet<Mutant> {
    let mut mutants = BTreeSet::new();
    let mut add = |of: &str, mutation| {
        mutants.insert(Mutant { of: of.to_owned(), mutation });
    };
    for (kind, attributes) in ATTRIBUTES {
        for attribute in attributes {
            add(kind, Mutation::Constant((*attribute).to_owned()));
        }
        add(kind, Mutation::Gone);
        // There is one cluster: its position and the number of clusters are always the same.
        if kind != "cluster" {
            add(kind, Mutation::Numbered);
            add(kind, Mutation::Counted);
            add(kind, Mutation::Empty("origin".to_owned()));
            add(kind, Mutation::Empty("depends_on".to_owned()));
        }
    }
    for holder in ["topic", "subject"] {
        add(holder, Mutation::Hollow);
        add(holder, Mutation::Harmless);
        add(holder, Mutation::Replaced);
    }
    for node in ["Ingest", "Export", "Transform"] {
        add(node, Mutation::Gone);
        add(node, Mutation::OneAddress);
        add(node, Mutation::Promiseless);
    }
    mutants
}

/// What no law finds, by the reason. It is what an author must test without laws.
pub(crate) const SURVIVORS: [(&str, &[&str]); 5] = [
    (
        "A reference to another resource: law 25 knows those that are there, and not which ones are missing.",
        &[
            "connector: Constant topics",
            "role: Constant reads",
            "subject: Constant registry",
            "topic: Constant cluster",
            "topic: Constant subject",
        ],
    ),
    (
        "Another attribute shows the same fact.",
        &["connector: Constant class", "subject: Constant compatibility", "topic: Constant cleanup"],
    ),
    (
        "No descriptor claims to honour a priority.",
        &["connector: Constant priority", "sink: Constant priority", "stream_job: Constant priority"],
    ),
    ("No descriptor claims to treat a classification in its own way.", &["topic: Constant classifications"]),
    ("The topic holds the same data, and is guarded for both.", &["subject: Hollow"]),
];

impl std::fmt::Display for Mutant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.mutation {
            Mutation::Constant(attribute) => write!(f, "{}: Constant {attribute}", self.of),
            Mutation::Empty(list) => write!(f, "{}: Empty {list}", self.of),
            other => write!(f, "{}: {other:?}", self.of),
        }
    }
}

fn survives(mutant: &Mutant) -> bool {
    let laws = Laws::for_plugin::<Mutated>().with_other_settings(other_settings()).with_shrinking(0);
    laws.check(&shops(&json!({ "mutant": mutant }))).passed()
}

#[test]
fn laws_find_mutants_but_for_those_that_are_listed() {
    let mutants: Vec<Mutant> = mutants().into_iter().collect();
    let survivors_of = |mutants: &[Mutant]| -> BTreeSet<String> {
        mutants.iter().filter(|mutant| survives(mutant)).map(ToString::to_string).collect()
    };
    let (first, second) = mutants.split_at(mutants.len() / 2);
    let survivors: BTreeSet<String> = thread::scope(|scope| {
        let first = scope.spawn(|| survivors_of(first));
        survivors_of(second).into_iter().chain(first.join().unwrap()).collect()
    });
    let listed: BTreeSet<String> =
        SURVIVORS.iter().flat_map(|(_, mutants)| *mutants).map(ToString::to_string).collect();
    assert_eq!(survivors, listed, "of {}", mutants.len());
    assert_eq!(mutants.len(), MUTANTS);
    assert!(survivors.len() * 100 <= MUTANTS * 15, "at least 85 of 100 are to be found");
}
