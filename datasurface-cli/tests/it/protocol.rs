//! `docs/protocol.md`: a conversation with the platform in Python, as it was held.

use crate::programs::python_program;
use chrono::NaiveDate;
use datasurface_broker::{Base, Broker, Lock};
use datasurface_model::{
    Capture, DataContainer, Dataset, DatasetGroup, Datastore, Ecosystem, GovernanceZone,
    InfrastructureVendor, PlatformDeclaration, Team, Validate, Validation, Workspace,
};
use datasurface_platform::{
    Registry,
    remote::{ConnectionLimits, RemoteFactory},
};
use datasurface_test_support::conversation::{Conversation, is_documented};
use serde_json::Value;
use std::{collections::BTreeSet, path::Path};

/// A shop whose orders are reported, with an amount of this type.
fn shop(amount: &str) -> Ecosystem {
    let orders = Datastore::new("Orders").captured(Capture::sql_snapshot("EU/Sales/Source")).dataset(
        Dataset::new("lines", format!("id Integer key, amount {amount}").as_str()).classified("Internal"),
    );
    let report = Workspace::new("Report")
        .with_container("EU/Sales/Lake")
        .group(DatasetGroup::new("daily").sink("Orders/lines"));
    let team = Team::new()
        .container(DataContainer::sqlite("Source", "source.db").located("Company/Bonn"))
        .container(DataContainer::sqlite("Lake", "lake.db").located("Company/Bonn"))
        .datastore(orders)
        .workspace(report);
    Ecosystem::new("Shop", "github:shop/model@main", "github:shop/live@main")
        .vendor(InfrastructureVendor::new("Company").location("Bonn"))
        .platform(PlatformDeclaration::new("Stream", "topics"))
        .zone(
            "EU",
            "github:shop/eu@main",
            GovernanceZone::new().team("Sales", "github:shop/sales@main", team),
        )
}

/// Requests and answers: of two renderings, of which the second one is planned as a change.
fn conversation(program: &Path) -> Vec<(Value, Value)> {
    let (conversation, input, output) = Conversation::start(program);
    let factory = RemoteFactory::connect(input, output, ConnectionLimits::default()).unwrap();
    let broker = Broker::new(Registry::new().with_factory(factory));
    // One scope after the other: several threads ask in any order.
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    one.install(|| render_and_edit(&broker));
    drop(broker);
    conversation.end()
}

fn render_and_edit(broker: &Broker) {
    let on = NaiveDate::from_ymd_opt(2026, 2, 1).unwrap();
    let place = |amount: &str, lock: &Lock| {
        let checked = shop(amount).validate(&Validation::on(on)).unwrap();
        broker.place(checked.ecosystem(), lock).unwrap()
    };
    let first = broker.propose(&place("Decimal(9,2)", &Lock::default()), Base::Target(None), on).unwrap();
    let then = place("Decimal(12,2)", first.lock());
    broker.propose(&then, Base::Target(Some(first.manifest())), on).unwrap();
}

/// The name of a request; a scope is rendered otherwise than another one.
fn kind(asked: &Value) -> String {
    let (name, request) = asked["request"].as_object().unwrap().iter().next().unwrap();
    let scope = &request["scope"]["scope"];
    let of_scope = scope.as_str().or_else(|| scope.as_object()?.keys().next().map(String::as_str));
    let node = request.pointer("/node/key").or_else(|| request.pointer("/node/facts/key"));
    let of_node = node.and_then(Value::as_str).and_then(|key| key.split('/').next());
    [Some(name.as_str()), of_scope, of_node].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_conversation_in_the_documentation_is_held() {
    let Some(program) = python_program() else {
        return;
    };
    let conversation = conversation(&program);
    let asked: BTreeSet<String> = conversation.iter().map(|(asked, _)| kind(asked)).collect();
    for request in
        ["hello", "create", "weigh Ingest", "offer Export", "lint_platform", "render foundation", "judge"]
    {
        assert!(asked.contains(request), "{request}: {asked:?}");
    }
    // Each kind of request is shown once.
    let mut shown = BTreeSet::new();
    let lines = conversation.into_iter().map(|lines| (kind(&lines.0), lines));
    is_documented("protocol.md", lines.filter(|(kind, _)| shown.insert(kind.clone())));
}
