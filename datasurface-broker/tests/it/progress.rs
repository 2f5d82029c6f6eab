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
type Told = Arc<Mutex<Vec<(&'static str, BTreeMap<String, String>, usize)>>>;

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

#[test]
fn as_many_steps_are_told_as_there_are_scopes() {
    let site = Site::new();
    let told = Told::default();
    let subscriber = tracing_subscriber::registry().with(Listener(Arc::clone(&told)));
    let group = || DatasetGroup::new("g").sink("S/a");
    let render = |site: &Site| {
        let consumers = ["V", "W"].map(|name| consumer(name, group()));
        site.render(fixture([minimal_platform("P"), minimal_platform("Q")], consumers), today())
    };
    // Where another test comes to a place of the code for the first time just as a subscriber comes, `tracing` may take it for
    // one that nobody listens to. So all of them are known before.
    render(&Site::new());
    let proposal = tracing::subscriber::with_default(subscriber, || render(&site));
    let scopes =
        |platform: &str| proposal.manifest().platform(&platform.into()).map_or(0, |of| of.scopes.len());
    let told = told.lock().unwrap();
    assert!(told.iter().all(|(_, fields, steps)| fields["steps"] == steps.to_string()), "{told:?}");
    let rendered: BTreeMap<&str, usize> = told
        .iter()
        .filter(|(work, ..)| *work == "render")
        .map(|(_, fields, steps)| (fields["platform"].as_str(), *steps))
        .collect();
    assert_eq!(rendered.get("P"), Some(&scopes("P")));
    let written: Vec<_> = told.iter().filter(|(work, ..)| *work == "write").map(|told| told.2).collect();
    assert_eq!(written, [scopes("P") + scopes("Q")]);
}
