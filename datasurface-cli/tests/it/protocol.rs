//! `docs/protocol.md`: a conversation with the platform in Python, as it was held. With `DATASURFACE_UPDATE=1` in the environment it is
//! written instead of compared.

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
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    io::{self, Read, Write},
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
};

const BEGINNING: &str = "<!-- The conversation begins here; a test writes it. -->\n";

/// All that went through, either way.
#[derive(Clone, Default)]
pub(crate) struct Recording(Arc<Mutex<Vec<u8>>>);

/// A stream of which a recording is made.
pub(crate) struct Recorded<S>(pub(crate) S, pub(crate) Recording);

impl Recording {
    fn take(&self, bytes: &[u8]) {
        self.0.lock().unwrap().extend_from_slice(bytes);
    }

    pub(crate) fn lines(&self) -> Vec<Value> {
        let text = self.0.lock().unwrap().clone();
        String::from_utf8(text).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl<S: Read> Read for Recorded<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.0.read(buffer)?;
        self.1.take(&buffer[..length]);
        Ok(length)
    }
}

impl<S: Write> Write for Recorded<S> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let length = self.0.write(buffer)?;
        self.1.take(&buffer[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

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
    let mut child =
        Command::new("python3").arg(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (asked, answered) = (Recording::default(), Recording::default());
    let input = Recorded(child.stdout.take().unwrap(), answered.clone());
    let output = Recorded(child.stdin.take().unwrap(), asked.clone());
    let factory = RemoteFactory::connect(input, output, ConnectionLimits::default()).unwrap();
    render_and_edit(&Broker::new(Registry::new().with_factory(factory)));
    child.wait().unwrap();
    let (asked, answered) = (asked.lines(), answered.lines());
    assert_eq!(asked.len(), answered.len());
    asked.into_iter().zip(answered).collect()
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

/// Each kind of request once, with its answer. Every line is one value; here it has as many lines as people need.
fn chapters(conversation: &[(Value, Value)]) -> String {
    let mut shown = BTreeSet::new();
    let first = conversation.iter().filter(|(asked, _)| shown.insert(kind(asked)));
    let chapters = first.map(|(asked, answered)| {
        let (heading, asked, answered) = (kind(asked), laid_out(asked, 0), laid_out(answered, 0));
        format!("### {heading}\n\n```json\n{asked}\n```\n\n```json\n{answered}\n```\n")
    });
    chapters.collect::<Vec<_>>().join("\n")
}

/// A value in JSON: what fits on a line is on one.
fn laid_out(value: &Value, depth: usize) -> String {
    const WIDTH: usize = 120;
    let line = value.to_string();
    if depth * 2 + line.len() <= WIDTH {
        return line;
    }
    let (inside, outside) = ("  ".repeat(depth + 1), "  ".repeat(depth));
    let wrapped = |elements: Vec<String>| elements.join(&format!(",\n{inside}"));
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| {
                format!("{}: {}", Value::from(name.as_str()), laid_out(value, depth + 1))
            });
            format!("{{\n{inside}{}\n{outside}}}", wrapped(members.collect()))
        }
        Value::Array(elements) => {
            let elements = elements.iter().map(|element| laid_out(element, depth + 1));
            format!("[\n{inside}{}\n{outside}]", wrapped(elements.collect()))
        }
        _ => line,
    }
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
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.md");
    let committed = fs::read_to_string(&file).unwrap();
    let (text, before) = committed.split_once(BEGINNING).unwrap();
    let now = format!("\n{}", chapters(&conversation));
    if std::env::var_os("DATASURFACE_UPDATE").is_some() {
        fs::write(&file, format!("{text}{BEGINNING}{now}")).unwrap();
    } else {
        assert!(before == now, "the conversation is another one; DATASURFACE_UPDATE=1 writes it");
    }
}
