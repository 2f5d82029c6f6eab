//! Texts are what they are, however much they look like expressions.

use crate::fixture::fake_providers;
use datasurface_platform::prelude::*;
use datasurface_terraform::{
    Backend, Block, Expression, Module, Provider, ResourceType, RootConfiguration, TerraformSettings,
    testing::Terraform,
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use std::{collections::BTreeMap, fs};

static BUCKET: ResourceType = ResourceType::new("aws_s3_bucket").imported_by("{bucket}");

/// Texts of what Terraform might take for something else.
fn texts() -> Vec<String> {
    let parts =
        ["$", "%", "{", "}", "~", "\"", "\\", "a", "${", "%{", "$${", "if", "\n", "é", "\u{7f}", "//"];
    let text = vec(select(parts.to_vec()), 1..8).prop_map(|parts| parts.concat());
    let mut runner = TestRunner::deterministic();
    assert!(runner.config().cases >= Config::default().cases);
    (0..400).map(|_| text.new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn texts_arrive_as_they_are() {
    let Some(fake_providers) = fake_providers() else { return };
    let texts = texts();
    let folder = tempfile::tempdir().unwrap();
    let scope = Scope::Foundation;
    let settings = TerraformSettings::new(Backend::local("states"));
    let provider = Provider::new("aws", "hashicorp/aws", "~> 6.0".parse().unwrap());
    let mut module = Module::new(&scope, RootConfiguration::new(&settings, "L", &scope, [provider]));
    // As values and as keys of a map, and within a text that is joined.
    let tags: BTreeMap<String, String> = texts
        .iter()
        .enumerate()
        .map(|(position, text)| (format!("{position} {text}"), text.clone()))
        .collect();
    let bucket = Block::resource(&BUCKET, "texts").argument("bucket", "b").argument("tags", tags.clone());
    let bucket = module.add("texts", bucket).unwrap();
    let joined = |(position, text): (usize, &String)| {
        let value =
            Expression::joined([text.as_str().into(), bucket.attribute("bucket"), text.as_str().into()]);
        (position.to_string(), value)
    };
    let joined = Expression::object(texts.iter().enumerate().map(joined));
    let other = Block::resource(&BUCKET, "joined").argument("bucket", "c").argument("tags", joined);
    module.add("texts", other).unwrap();
    for file in module.into_rendering().unwrap().files() {
        fs::write(folder.path().join(file.path().as_str()), file.content()).unwrap();
    }
    let plan = Terraform::new(&fake_providers).unwrap().plan(folder.path()).unwrap();
    assert_eq!(plan.values["aws_s3_bucket.texts"]["tags"], json!(tags));
    for (position, text) in texts.iter().enumerate() {
        let arrived = &plan.values["aws_s3_bucket.joined"]["tags"][position.to_string()];
        assert_eq!(arrived, &json!(format!("{text}b{text}")));
    }
}
