//! The fake providers say no where a cloud does, and replace what the provider replaces.

use crate::{fixture::fake_providers, lake::TYPES};
use datasurface_platform::{
    ChangeHeader, Revision, ScopeChange, ScopeRecord, graph::Fingerprint, prelude::*,
};
use datasurface_terraform::{
    Backend, Block, Expression, Module, Provider, ResourceType, RootConfiguration, TerraformSettings,
    testing::{Expectation, FakeProviders, Terraform, TerraformPlan, TestingError},
};
use std::{collections::BTreeMap, fs};

static ALIAS: ResourceType = ResourceType::new("aws_kms_alias").imported_by("{name}");
static QUEUE: ResourceType = ResourceType::new("aws_sqs_queue");

/// A root module with these declarations.
fn module(declarations: impl IntoIterator<Item = Block>) -> Rendering {
    let scope = Scope::Foundation;
    let settings = TerraformSettings::new(Backend::local("."));
    let provider = Provider::new("aws", "hashicorp/aws", "~> 6.0".parse().unwrap());
    let mut module = Module::new(&scope, RootConfiguration::new(&settings, "L", &scope, [provider]));
    for declaration in declarations {
        module.add("all", declaration).unwrap();
    }
    module.into_rendering().unwrap()
}

/// A folder with one root module, and a state of its own.
struct State {
    folder: tempfile::TempDir,
    terraform: Terraform,
}

impl State {
    fn new(fake_providers: &FakeProviders) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), terraform: Terraform::new(fake_providers).unwrap() }
    }

    fn plan(&self, rendering: &Rendering) -> Result<TerraformPlan, TestingError> {
        for file in rendering.files() {
            fs::write(self.folder.path().join(file.path().as_str()), file.content()).unwrap();
        }
        self.terraform.plan(self.folder.path())
    }

    fn apply(&self, rendering: &Rendering) -> Result<(), TestingError> {
        self.plan(rendering)?;
        self.terraform.apply(self.folder.path())
    }
}

/// Plans the way from one rendering of the foundation to another.
fn plan_between(old: &Rendering, new: &Rendering) -> Plan {
    let revision = |name: &str| Revision::new(Fingerprint::of(&name));
    let instance = PlatformInstance::new("L".into(), "lake".into(), Version::new(1, 0, 0), Json::object());
    let header = ChangeHeader::new(instance, Some(revision("from")), revision("to"));
    let (old, new) = (ScopeRecord::from(old.clone()).into(), ScopeRecord::from(new.clone()).into());
    let scopes = vec![ScopeChange { scope: Scope::Foundation, old, new }];
    TYPES.plan(&RenderingChange::new(&header, &scopes)).unwrap()
}

/// A change of one argument of one type.
const CHANGES: [(&str, &str); 12] = [
    ("aws_s3_bucket", "bucket"),
    ("aws_s3_bucket", "force_destroy"),
    ("aws_glue_catalog_database", "name"),
    ("aws_glue_catalog_database", "catalog_id"),
    ("aws_glue_catalog_database", "description"),
    ("aws_glue_catalog_table", "name"),
    ("aws_glue_catalog_table", "database_name"),
    ("aws_glue_catalog_table", "catalog_id"),
    ("aws_glue_catalog_table", "parameters"),
    ("aws_glue_catalog_table", "storage_descriptor"),
    ("aws_glue_job", "name"),
    ("aws_glue_job", "role_arn"),
];

/// A resource for each change, whose argument has been changed or not.
fn declarations(is_changed: bool) -> impl Iterator<Item = Block> {
    CHANGES.into_iter().enumerate().map(move |(position, (name, changed))| {
        let resource = Block::resource(TYPES.find(name).unwrap(), format!("number-{position}"));
        let value = |argument: &str| {
            let version = if argument == changed && is_changed { "new" } else { "old" };
            match argument {
                "parameters" => Expression::object([("a", version)]),
                "storage_descriptor" => {
                    let column = |name: &str| Expression::object([("name", name), ("type", "int")]);
                    Expression::object([("columns", Expression::list([column("a"), column(version)]))])
                }
                "command" => Expression::object([("script_location", version)]),
                "force_destroy" => (version == "new").into(),
                _ => format!("{argument}-{position}-{version}").into(),
            }
        };
        let arguments: &[&str] = match name {
            "aws_s3_bucket" => &["bucket", "force_destroy"],
            "aws_glue_catalog_database" => &["catalog_id", "name", "description"],
            "aws_glue_catalog_table" => {
                &["catalog_id", "database_name", "name", "parameters", "storage_descriptor"]
            }
            _ => &["name", "role_arn", "command"],
        };
        arguments.iter().fold(resource, |resource, argument| resource.argument(*argument, value(argument)))
    })
}

#[test]
fn a_change_is_judged_as_terraform_makes_it() {
    let Some(fake_providers) = fake_providers() else { return };
    let state = State::new(&fake_providers);
    let (old, new) = (module(declarations(false)), module(declarations(true)));
    state.apply(&old).unwrap();
    let planned = state.plan(&new).unwrap();
    let plan = plan_between(&old, &new);
    let expected = Expectation::new(&plan, &TYPES, &BTreeMap::new());
    assert_eq!(planned.changes, expected.modules()["foundation"]);
    assert_eq!(planned.changes.len(), CHANGES.len());
    let replaced = plan.steps().iter().filter(|step| step.action == Action::Replace);
    assert_eq!(replaced.count(), 7);
    state.apply(&new).unwrap();
    assert!(state.plan(&new).unwrap().changes.is_empty());
}

fn alias(label: &str) -> Block {
    Block::resource(&ALIAS, label).argument("name", "alias/lake").argument("target_key_id", "1")
}

fn refusal(result: Result<impl std::fmt::Debug, TestingError>) -> String {
    let Err(TestingError::Terraform { output, .. }) = result else { panic!("{result:?}") };
    output.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn nothing_is_there_twice() {
    let Some(fake_providers) = fake_providers() else { return };
    let (one, other) = (State::new(&fake_providers), State::new(&fake_providers));
    let (first, second) = (module([alias("a")]), module([alias("b")]));
    one.apply(&first).unwrap();
    assert!(refusal(other.apply(&second)).contains("aws_kms_alias `alias/lake` is there already"));
    one.apply(&module([Block::resource(&QUEUE, "q")])).unwrap();
    other.apply(&second).unwrap();
}

#[test]
fn what_is_looked_up_must_be_there_once() {
    let Some(fake_providers) = fake_providers() else { return };
    let (one, other) = (State::new(&fake_providers), State::new(&fake_providers));
    let look_up = || {
        let scope = Scope::Foundation;
        let settings = TerraformSettings::new(Backend::local("."));
        let provider = Provider::new("aws", "hashicorp/aws", "~> 6.0".parse().unwrap());
        let mut module = Module::new(&scope, RootConfiguration::new(&settings, "L", &scope, [provider]));
        let key = Block::data_source(&ALIAS, "key").argument("name", "alias/lake");
        let key = module.add("all", key).unwrap();
        let queue =
            Block::resource(&QUEUE, "q").argument("kms_master_key_id", key.attribute("target_key_id"));
        module.add("all", queue).unwrap();
        module.into_rendering().unwrap()
    };
    assert!(refusal(other.plan(&look_up())).contains("0 things of aws_kms_alias match"));
    one.apply(&module([alias("a")])).unwrap();
    let plan = other.plan(&look_up()).unwrap();
    assert_eq!(plan.values["aws_sqs_queue.q"]["kms_master_key_id"], "1");
}
