//! What subscribers are told while a plan is made and written.

use crate::fixture::*;
use datasurface_broker::PROGRESS;
use datasurface_model::DatasetGroup;
use std::{
    collections::BTreeMap,
    env,
    process::Command,
    sync::{Arc, Mutex},
};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_subscriber::{
    layer::{Context, Layer, SubscriberExt},
    registry::LookupSpan,
};

/// The steps of each span as it says them, and the events that came within it.
type Steps = Vec<(&'static str, BTreeMap<String, String>, usize)>;

type Told = Arc<Mutex<Steps>>;

struct Listener(Told);

struct Place(usize);

#[derive(Default)]
struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Listener {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        assert_eq!(attributes.metadata().target(), PROGRESS);
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let mut told = self.0.lock().unwrap();
        context.span(id).unwrap().extensions_mut().insert(Place(told.len()));
        told.push((attributes.metadata().name(), fields.0, 0));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let span = context.event_span(event).unwrap();
        let place = span.extensions().get::<Place>().unwrap().0;
        self.0.lock().unwrap()[place].2 += 1;
    }
}

/// What is told while two platforms are rendered, and the numbers of their scopes.
fn told_of_rendering() -> (Steps, [usize; 2]) {
    let site = Site::new();
    let told = Told::default();
    let subscriber = tracing_subscriber::registry().with(Listener(Arc::clone(&told)));
    let consumers = ["V", "W"].map(|name| consumer(name, DatasetGroup::new("g").sink("S/a")));
    let model = fixture([minimal_platform("P"), minimal_platform("Q")], consumers);
    let proposal = tracing::subscriber::with_default(subscriber, || site.render(model, today()));
    let scopes =
        ["P", "Q"].map(|name| proposal.manifest().platform(&name.into()).map_or(0, |of| of.scopes.len()));
    let told = told.lock().unwrap().clone();
    (told, scopes)
}

/// Says to the process of a test that it is alone.
const ALONE: &str = "DATASURFACE_TEST_ALONE";

/// Where another test comes to a place of the code just as a subscriber comes, `tracing` takes it for one that nobody listens to. So this test runs
/// in a process of its own.
#[test]
fn as_many_steps_are_told_as_there_are_scopes() {
    if env::var_os(ALONE).is_none() {
        let name = "progress::as_many_steps_are_told_as_there_are_scopes";
        let mut alone = Command::new(env::current_exe().unwrap());
        let output = alone.args(["--exact", name, "--nocapture"]).env(ALONE, "1").output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && said.contains("1 passed"), "{output:?}");
        return;
    }
    let (told, [of_p, of_q]) = told_of_rendering();
    assert!(told.iter().all(|(_, fields, steps)| fields["steps"] == steps.to_string()), "{told:?}");
    let rendered: BTreeMap<&str, usize> = told
        .iter()
        .filter(|(work, ..)| *work == "render")
        .map(|(_, fields, steps)| (fields["platform"].as_str(), *steps))
        .collect();
    assert!(of_p > 0 && of_q > 0, "{told:?}");
    assert_eq!(rendered, BTreeMap::from([("P", of_p), ("Q", of_q)]));
    let written: Vec<_> = told.iter().filter(|(work, ..)| *work == "write").map(|told| told.2).collect();
    assert_eq!(written, [of_p + of_q]);
}
