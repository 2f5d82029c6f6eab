//! What subscribers are told while a plan is made and written.

use crate::fixture::*;
use datasurface_broker::PROGRESS;
use datasurface_model::DatasetGroup;
use std::{
    collections::BTreeMap,
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
    let proposal = tracing::subscriber::with_default(subscriber, || {
        tracing::callsite::rebuild_interest_cache();
        site.render(model, today())
    });
    let scopes =
        ["P", "Q"].map(|name| proposal.manifest().platform(&name.into()).map_or(0, |of| of.scopes.len()));
    let told = told.lock().unwrap().clone();
    (told, scopes)
}

#[test]
fn as_many_steps_are_told_as_there_are_scopes() {
    // Where another test comes to a place of the code just as a subscriber comes, `tracing` may take it for one that nobody listens
    // to, until it is asked again. So a few renderings are listened to.
    let is_whole = |(told, _): &(Steps, [usize; 2])| {
        told.iter().filter(|(work, ..)| *work == "render").count() == 2 && told.iter().all(|told| told.2 > 0)
    };
    let found = std::iter::repeat_with(told_of_rendering).take(50).find(is_whole);
    let (told, [of_p, of_q]) = found.unwrap();
    assert!(told.iter().all(|(_, fields, steps)| fields["steps"] == steps.to_string()), "{told:?}");
    let rendered: BTreeMap<&str, usize> = told
        .iter()
        .filter(|(work, ..)| *work == "render")
        .map(|(_, fields, steps)| (fields["platform"].as_str(), *steps))
        .collect();
    assert_eq!(rendered, BTreeMap::from([("P", of_p), ("Q", of_q)]));
    let written: Vec<_> = told.iter().filter(|(work, ..)| *work == "write").map(|told| told.2).collect();
    assert_eq!(written, [of_p + of_q]);
}
