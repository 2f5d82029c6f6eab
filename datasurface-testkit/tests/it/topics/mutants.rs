//! Mutants: the platform with one thing taken away from what it renders, offers or judges. Those that no law finds are listed.

#![expect(clippy::indexing_slicing, reason = "a resource that is written as JSON has these members")]

use super::{Topics, diff::judge, ecosystem::shops, settings::Settings, tests::other_settings};
use datasurface_platform::prelude::*;
use datasurface_testkit::{Law, Laws};
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
    /// The members of this name are missing in an attribute, however deep they are.
    Without(String, String),
    /// They hold no data.
    Hollow,
    /// They show at which position they are.
    Numbered,
    /// They show how many there are.
    Counted,
    /// Every change of them costs nothing and means nothing.
    Harmless,
    /// They are changed in place at no other cost, whatever changes.
    InPlace,
    /// They are replaced, whatever changes.
    Replaced,
    /// They are offered in one place.
    OneAddress,
    /// They promise nothing.
    Promiseless,
    /// They are offered in a format that is not claimed.
    Misnamed,
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
            Some(Mutation::Without(attribute, member)) => {
                remove(resource["attributes"].get_mut(attribute)?, member);
            }
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

/// Removes the members of a name, however deep they are.
fn remove(value: &mut Value, member: &str) {
    match value {
        Value::Object(members) => {
            members.shift_remove(member);
            members.values_mut().for_each(|value| remove(value, member));
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| remove(element, member)),
        _ => {}
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
            Some(Mutation::Misnamed) => {
                Some(Offer::new(offer.dataset(), offer.address(), "stream").with_custody(offer.custody()))
            }
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
        Rendering::from_resources(mutated)
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        change.structural(|change| match self.mutation(change.after.kind()) {
            Some(Mutation::Harmless) => Judgement::update(Effect::None, "").with_meaning(Meaning::Metadata),
            Some(Mutation::InPlace) => Judgement::update(Effect::InPlace, "it is changed"),
            Some(Mutation::Replaced) => Judgement::replace(Effect::InPlace, "another one"),
            _ => judge(None, change),
        })
    }
}

/// The attributes of each kind of resource.
const ATTRIBUTES: [(&str, &[&str]); 8] = [
    ("cluster", &["brokers", "name"]),
    (
        "topic",
        &["name", "cluster", "subject", "partitions", "key", "classifications", "retention", "cleanup"],
    ),
    ("subject", &["name", "registry", "schema", "checks", "invalid_records", "compatibility"]),
    ("connector", &["class", "topics", "reads", "priority", "slot", "container", "capture", "password"]),
    (
        "sink",
        &[
            "name",
            "tasks",
            "topics",
            "container",
            "schema",
            "credentials",
            "groups",
            "priority",
            "latency",
            "deadlines",
        ],
    ),
    ("role", &["name", "members", "reads"]),
    ("stream_job", &["name", "code", "reads", "writes", "priority"]),
    ("trigger", &["name", "condition", "inputs", "starts"]),
];

/// Parts of attributes: kind, attribute, and the name of what is in it.
const PARTS: [(&str, &str, &str); 15] = [
    ("subject", "schema", "columns"),
    ("subject", "schema", "key"),
    ("subject", "schema", "type"),
    ("subject", "checks", "rows"),
    ("connector", "container", "host"),
    ("connector", "capture", "trigger"),
    ("connector", "capture", "consistency"),
    ("sink", "container", "host"),
    ("sink", "schema", "columns"),
    ("sink", "schema", "type"),
    ("sink", "groups", "milestoning"),
    ("sink", "groups", "group"),
    ("stream_job", "code", "sql"),
    ("stream_job", "writes", "dataset"),
    ("stream_job", "writes", "schema"),
];

/// The number of mutants that are tried here.
pub(crate) const MUTANTS: usize = 120;

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
    add("topic", Mutation::InPlace);
    for mover in ["connector", "sink", "stream_job", "trigger"] {
        add(mover, Mutation::Harmless);
    }
    for (kind, attribute, member) in PARTS {
        add(kind, Mutation::Without(attribute.to_owned(), member.to_owned()));
    }
    for node in ["Ingest", "Export", "Transform"] {
        add(node, Mutation::Gone);
        add(node, Mutation::OneAddress);
        add(node, Mutation::Promiseless);
        add(node, Mutation::Misnamed);
    }
    mutants
}

/// What no law finds, by the reason. It is what an author must test without laws.
pub(crate) const SURVIVORS: [(&str, &[&str]); 5] = [
    (
        "A reference to another resource: law 25 knows those that are there, and not which ones are missing.",
        &[
            "role: Constant reads",
            "subject: Constant registry",
            "topic: Constant cluster",
            "topic: Constant subject",
            "trigger: Constant starts",
        ],
    ),
    (
        "Another attribute shows the same fact.",
        &[
            "connector: Constant class",
            "subject: Constant compatibility",
            "subject: Without key in schema",
            "topic: Constant cleanup",
        ],
    ),
    (
        "The name of a group, beside what is told of it: laws alter what is asked for, and not who asks.",
        &["sink: Without group in groups"],
    ),
    ("The topic holds the same data, and is guarded for both.", &["subject: Hollow"]),
    (
        "Who passes on what is captured, as a view does, need not know types.",
        &["sink: Without type in schema"],
    ),
];

/// What the host refuses before a law is asked, so that a check does not pass: two instances in one place.
pub(crate) const REFUSED: [&str; 1] = ["cluster: Constant name"];

impl std::fmt::Display for Mutant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.mutation {
            Mutation::Constant(attribute) => write!(f, "{}: Constant {attribute}", self.of),
            Mutation::Without(attribute, member) => write!(f, "{}: Without {member} in {attribute}", self.of),
            Mutation::Empty(list) => write!(f, "{}: Empty {list}", self.of),
            other => write!(f, "{}: {other:?}", self.of),
        }
    }
}

/// What a check says of a mutant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// A law is violated.
    Found,
    /// No law is violated, but the host refuses what is rendered or offered.
    Refused,
    /// Every law is kept.
    Unseen,
}

fn verdict(mutant: &Mutant) -> Verdict {
    let laws = Laws::for_plugin::<Mutated>().with_other_settings(other_settings()).with_shrinking(0);
    let laws = laws.stopping_at(Law::ALL);
    let report = laws.check(&shops(&json!({ "mutant": mutant })));
    match (report.laws().is_empty(), report.passed()) {
        (false, _) => Verdict::Found,
        (true, false) => Verdict::Refused,
        (true, true) => Verdict::Unseen,
    }
}

#[test]
fn laws_find_mutants_but_for_those_that_are_listed() {
    let mutants: Vec<Mutant> = mutants().into_iter().collect();
    let verdicts = |mutants: &[Mutant]| -> Vec<(String, Verdict)> {
        mutants.iter().map(|mutant| (mutant.to_string(), verdict(mutant))).collect()
    };
    let (first, second) = mutants.split_at(mutants.len() / 2);
    let verdicts: Vec<(String, Verdict)> = thread::scope(|scope| {
        let first = scope.spawn(|| verdicts(first));
        let second = verdicts(second);
        first.join().unwrap().into_iter().chain(second).collect()
    });
    let with = |verdict: Verdict| -> BTreeSet<&str> {
        verdicts.iter().filter(|(_, one)| *one == verdict).map(|(mutant, _)| mutant.as_str()).collect()
    };
    let listed: BTreeSet<&str> = SURVIVORS.iter().flat_map(|(_, mutants)| *mutants).copied().collect();
    assert_eq!((with(Verdict::Unseen), with(Verdict::Refused)), (listed, BTreeSet::from(REFUSED)));
    assert_eq!(mutants.len(), MUTANTS);
    assert!(with(Verdict::Found).len() * 100 >= MUTANTS * 85, "at least 85 of 100 are to be found");
}
