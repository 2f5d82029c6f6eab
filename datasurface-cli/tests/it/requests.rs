//! All that platforms are asked while they are held against the laws, on generated ecosystems, fits the JSON Schema of requests.

use datasurface_local::LocalPlatform;
use datasurface_platform::{
    Registry, TypedFactory,
    remote::{ConnectionLimits, RemoteFactory, request_schema, serve},
};
use datasurface_test_support::conversation::{Recorded, Recording};
use datasurface_testkit::Laws;
use std::{
    collections::BTreeSet,
    io::{BufReader, pipe},
    thread,
};

#[test]
fn what_is_asked_about_generated_ecosystems_fits_the_schema() {
    let (asked, ask) = pipe().unwrap();
    let (answers, answered) = pipe().unwrap();
    thread::spawn(move || serve(&TypedFactory::<LocalPlatform>::new(), BufReader::new(asked), answered));
    let recording = Recording::default();
    let output = Recorded(ask, recording.clone());
    let program = RemoteFactory::connect(answers, output, ConnectionLimits::default()).unwrap();
    let laws = Laws::new(Registry::new().with_factory(program))
        .with_settings(serde_json::json!({ "database": "local.db" }));
    let report = laws.check_generated(2);
    assert!(report.insufficiency.is_none(), "{report}");

    let schema = jsonschema::validator_for(&request_schema().value()).unwrap();
    let requests = recording.lines();
    let mut kinds = BTreeSet::new();
    for request in &requests {
        let errors: Vec<String> = schema.iter_errors(request).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {request}");
        kinds.extend(request["request"].as_object().unwrap().keys());
    }
    for kind in ["create", "diff", "lint_node", "lint_platform", "offer", "render", "weigh"] {
        assert!(kinds.iter().any(|asked| *asked == kind), "{kind} is not among {kinds:?}");
    }
    assert!(requests.len() > 1000, "{} requests", requests.len());
}
