//! A platform that is another program answers as it would here.

use crate::{connectors::Connectors, example_graph};
use chrono::NaiveDate;
use datasurface_platform::{
    ChangeHeader, Guard, OwnedChange, PlatformView, Revision, ScopeChange, ScopeRecord, graph::Fingerprint,
    prelude::*, remote::ConnectionLimits,
};
use std::{
    collections::BTreeMap,
    io::{BufReader, pipe},
    thread,
};

/// The factory of the connectors, here and behind pipes.
pub(crate) fn factories() -> (TypedFactory<Connectors>, RemoteFactory) {
    let (asked, ask) = pipe().unwrap();
    let (answers, answered) = pipe().unwrap();
    thread::spawn(move || {
        let factory = TypedFactory::<Connectors>::new();
        serve(&factory, BufReader::new(asked), answered)
    });
    let remote = RemoteFactory::connect(answers, ask, ConnectionLimits::default()).unwrap();
    (TypedFactory::new(), remote)
}

fn platforms() -> [Box<dyn DataPlatform>; 2] {
    let (here, there) = factories();
    let instance = example_graph::plain_instance();
    [here.create(&instance).unwrap(), there.create(&instance).unwrap()]
}

pub(crate) fn findings(platform: &dyn DataPlatform, what: LintView<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    platform.lint(what, &mut Reporter::new(&what, &mut found));
    found
}

/// Everything of the shard is new, but for one dataset that was there, is not needed any more, and may go.
pub(crate) fn change(rendered: &Rendering) -> OwnedChange {
    let mut old = ScopeRecord::default();
    let gone = Resource::new("topic.gone", "topic").attribute("ratio", 0.1);
    old.resources.insert(gone.address().clone(), gone);
    let revision = |text: &str| Revision::new(Fingerprint::of_bytes(text.as_bytes()));
    let today = NaiveDate::from_ymd_opt(2030, 1, 1).unwrap();
    let instance = example_graph::plain_instance();
    OwnedChange {
        readers: BTreeMap::new(),
        frame: ChangeHeader {
            newly_held: example_graph::shard(&instance).held().to_vec(),
            released: BTreeMap::from([("topic.gone".into(), Guard::Expired(today))]),
            metadata: [example_graph::node_views()[0].key().clone()].into(),
            ..ChangeHeader::new((*instance).clone(), Some(revision("from")), revision("to"))
        },
        scopes: vec![ScopeChange {
            scope: Scope::Shard("main".into()),
            old: old.into(),
            new: ScopeRecord::from(rendered.clone()).into(),
        }],
        pending_transitions: ["shards/main/topic.json".parse().unwrap()].into(),
    }
}

#[test]
fn a_program_says_who_it_is() {
    let (here, there) = factories();
    assert_eq!(there.kind(), here.kind());
    assert_eq!(there.version(), here.version());
    assert_eq!(there.config_schema(), here.config_schema());
    assert_eq!(format!("{there:?}"), "connectors 1.0.0 (remote)");
}

#[test]
fn every_answer_is_the_same_here_and_there() {
    let [here, there] = platforms();
    assert_eq!(there.descriptor(), here.descriptor());
    let instance = example_graph::plain_instance();
    let views = example_graph::node_views();
    let mut refused = 0;
    for view in &views {
        assert_eq!(there.weigh(view.facts()), here.weigh(view.facts()));
        assert_eq!(there.offer(view.facts()), here.offer(view.facts()));
        let found = findings(&*here, LintView::Node(view));
        assert_eq!(findings(&*there, LintView::Node(view)), found);
        refused += found.len();
    }
    assert!(refused > 0, "history and transformers are not claimed");
    let whole = PlatformView::new(instance.clone(), vec!["main".into()]);
    assert_eq!(findings(&*there, LintView::Platform(&whole)), []);

    let shard = example_graph::shard(&instance);
    let rendered = here.render(&shard).unwrap();
    assert!(rendered.resources().len() > 5);
    assert_eq!(there.render(&shard).unwrap(), rendered);
    let foundation = ScopeView::foundation(instance, vec!["main".into()]);
    assert_eq!(there.render(&foundation).unwrap(), here.render(&foundation).unwrap());

    let change = change(&rendered);
    let plan = here.diff(&change.as_change()).unwrap();
    assert!(plan.steps().len() > 5);
    assert_eq!(there.diff(&change.as_change()).unwrap(), plan);
}

#[test]
fn held_data_is_rendered_on() {
    let [here, _] = platforms();
    let rendered = here.render(&example_graph::shard(&example_graph::plain_instance())).unwrap();
    for address in ["topic.Sales-orders", "topic.Sales-items"] {
        assert!(rendered.resource(&address.into()).unwrap().held_data().is_some(), "{address}");
    }
}

#[test]
fn instances_share_a_program_and_outlive_its_factory() {
    let (_, there) = factories();
    let named = |name: &str| {
        PlatformInstance::new(name.into(), "connectors".into(), Version::new(1, 0, 0), Json::object())
    };
    let (one, two) = (there.create(&named("One")).unwrap(), there.create(&named("Two")).unwrap());
    drop(there);
    for (platform, name) in [(one, "One"), (two, "Two")] {
        let foundation = ScopeView::foundation(named(name).into(), Vec::new());
        let cluster = platform.render(&foundation).unwrap();
        assert!(cluster.file("cluster.json").unwrap().text().unwrap().contains(name));
    }
}

#[test]
fn an_error_of_the_platform_is_an_error_here_and_serving_goes_on() {
    let (_, there) = factories();
    let version = Version::new(1, 0, 0);
    let config = Json::object().with_member("unknown", 1);
    let bad = PlatformInstance::new("P".into(), "connectors".into(), version, config);
    let error = there.create(&bad).unwrap_err();
    assert_eq!(error.kind(), PlatformErrorKind::Config);
    assert!(error.report().contains("unknown field `unknown`"), "{}", error.report());
    assert!(there.create(&example_graph::plain_instance()).is_ok());
}

#[test]
fn what_cannot_be_read_is_answered_with_an_error() {
    let lines: &[&[u8]] = &[
        b"",
        b"garbage",
        b"\xff\xfe",
        b"{\"number\":7,\"request\":{\"dance\":{}}}",
        b"{\"number\":8,\"request\":{\"hello\":{\"protocol\":99}}}",
        b"{\"number\":9,\"request\":{\"weigh\":{\"platform\":3,\"node\":{}}}}",
        b"{\"number\":10,\"request\":{\"hello\":{\"protocol\":1}}}",
    ];
    let mut output = Vec::new();
    let factory = TypedFactory::<Connectors>::new();
    serve(&factory, lines.join(&b'\n').as_slice(), &mut output).unwrap();
    let answers: Vec<serde_json::Value> =
        String::from_utf8(output).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<_> = answers.iter().map(|answer| answer["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [0, 0, 0, 7, 8, 9, 10]);
    let (last, errors) = answers.split_last().unwrap();
    for error in errors {
        assert_eq!(error["response"]["error"]["kind"], "unsupported", "{error}");
    }
    assert_eq!(last["response"]["hello"]["kind"], "connectors");
}
