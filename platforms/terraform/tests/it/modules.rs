//! Root modules: what cannot be written in them, and what they look like.

use datasurface_platform::prelude::*;
use datasurface_terraform::{
    AzureBackend, Backend, Block, Expression, GcsBackend, Handle, Module, Provider, ROOT_FILE, ResourceType,
    RootConfiguration, S3Backend, TerraformSettings, label,
};

static BUCKET: ResourceType = ResourceType::new("aws_s3_bucket").imported_by("{bucket}");
static POLICY: ResourceType = ResourceType::new("aws_s3_bucket_policy").imported_by("{bucket}");
static QUEUE: ResourceType = ResourceType::new("aws_sqs_queue");
static ALIAS: ResourceType = ResourceType::new("aws_kms_alias");

fn module_of(scope: &Scope) -> Module {
    let settings = TerraformSettings::new(Backend::local("states"));
    let provider = Provider::new("aws", "hashicorp/aws", "~> 6.0".parse().unwrap());
    Module::new(scope, RootConfiguration::new(&settings, "Lake", scope, [provider]))
}

fn foundation() -> Module {
    module_of(&Scope::Foundation)
}

fn bucket(module: &mut Module) -> Handle {
    module.add("lake", Block::resource(&BUCKET, "lake").argument("bucket", "my-lake")).unwrap()
}

fn file(module: Module, path: &str) -> serde_json::Value {
    let rendering = module.into_rendering().unwrap();
    serde_json::from_str(rendering.file(path).unwrap().text().unwrap()).unwrap()
}

#[test]
fn a_reference_is_no_good_in_another_root_module() {
    let bucket = bucket(&mut foundation());
    let mut shard = module_of(&Scope::Shard("main".into()));
    let policy = || Block::resource(&POLICY, "lake");
    for foreign in [
        policy().argument("bucket", bucket.attribute("id")),
        policy().argument("policy", Expression::list([Expression::object([("a", bucket.attribute("arn"))])])),
        policy().argument("policy", Expression::joined(["to ".into(), bucket.attribute("arn")])),
        policy().depends_on(&bucket),
    ] {
        let refused = shard.add("lake", foreign).unwrap_err();
        assert!(refused.report().contains("another root module"), "{}", refused.report());
    }
    shard.add("lake", policy().argument("bucket", "my-lake").after(bucket.address())).unwrap();
}

#[test]
fn arguments_that_something_else_owns_are_left_alone() {
    let mut module = foundation();
    let owned = ["tags[\"owner\"]", "policy"];
    let block = Block::resource(&BUCKET, "lake").argument("bucket", "my-lake").ignoring(owned);
    module.add("lake", block.preventing_destruction()).unwrap();
    let lifecycle = &file(module, "lake.tf.json")["resource"]["aws_s3_bucket"]["lake"]["lifecycle"];
    assert_eq!(*lifecycle, json!({"ignore_changes": ["policy", "tags[\"owner\"]"], "prevent_destroy": true}));
}

#[test]
fn an_address_is_used_once() {
    let mut module = foundation();
    bucket(&mut module);
    let again = module.add("other", Block::resource(&BUCKET, "lake")).unwrap_err();
    assert!(again.report().contains("used twice"), "{}", again.report());
    // A data source has an address of its own.
    module.add("other", Block::data_source(&BUCKET, "lake")).unwrap();
}

#[test]
fn a_label_is_a_name_in_terraform() {
    for bad in ["", "3rd", "a b", "a.b", "a\"b", "${a}", "é"] {
        assert!(foundation().add("a", Block::resource(&BUCKET, bad)).is_err(), "{bad}");
    }
    for name in ["3rd", "a b", "é", "", "a.b"] {
        foundation().add("a", Block::resource(&BUCKET, label(&[name]))).unwrap();
    }
}

#[test]
fn what_holds_data_can_be_imported() {
    let data = || HeldData::new("Store/orders", Custody::default());
    let mut module = foundation();
    let queue = || Block::resource(&QUEUE, "orders").with_held_data(data());
    let refused = module.add("orders", queue()).unwrap_err();
    assert!(refused.report().contains("imports"), "{}", refused.report());
    module.add("orders", queue().with_import_id("https://queues/orders")).unwrap();
    let configuration = file(module, "orders.tf.json");
    assert_eq!(
        configuration["resource"]["aws_sqs_queue"]["orders"]["lifecycle"],
        json!({"prevent_destroy": true})
    );
}

#[test]
fn an_import_id_is_known_through_references() {
    let mut module = foundation();
    let bucket = bucket(&mut module);
    let data = HeldData::new("Store/orders", Custody::default());
    let policy = |name: &str| Block::resource(&POLICY, "lake").argument("bucket", bucket.attribute(name));
    assert!(module.add("lake", policy("id").with_held_data(data.clone())).is_err(), "an id is not known");
    module.add("lake", policy("bucket").with_held_data(data)).unwrap();
    let rendering = module.into_rendering().unwrap();
    let policy = rendering.resource(&"aws_s3_bucket_policy.lake".into()).unwrap();
    assert_eq!(policy.attributes()["import_id"], "my-lake");
    assert!(policy.dependencies().contains(&"aws_s3_bucket.lake".into()));
}

#[test]
fn the_order_of_additions_is_not_seen() {
    let render = |reversed: bool| {
        let mut module = foundation();
        let mut labels = vec!["a", "b", "c"];
        if reversed {
            labels.reverse();
        }
        for label in labels {
            let arguments = [("z", "1"), ("a", "2")];
            let bucket = Block::resource(&BUCKET, label);
            let bucket = match reversed {
                true => arguments
                    .iter()
                    .rev()
                    .fold(bucket, |bucket, (name, value)| bucket.argument(*name, *value)),
                false => {
                    arguments.iter().fold(bucket, |bucket, (name, value)| bucket.argument(*name, *value))
                }
            };
            module.add("all", bucket).unwrap();
        }
        module.into_rendering().unwrap()
    };
    assert_eq!(render(false), render(true));
}

#[test]
fn a_data_source_looks_up() {
    let mut module = foundation();
    let key = Block::data_source(&ALIAS, "key").argument("name", "alias/lake");
    let key = module.add("key", key).unwrap();
    let queue = Block::resource(&QUEUE, "q").argument("kms_master_key_id", key.attribute("target_key_arn"));
    module.add("key", queue).unwrap();
    let configuration = file(module, "key.tf.json");
    assert_eq!(configuration["data"]["aws_kms_alias"]["key"], json!({"name": "alias/lake"}));
    assert_eq!(
        configuration["resource"]["aws_sqs_queue"]["q"]["kms_master_key_id"],
        "${data.aws_kms_alias.key.target_key_arn}"
    );
}

/// The backend in the root configuration of a shard.
fn backend(backend: Backend) -> serde_json::Value {
    let scope = Scope::Shard("main".into());
    let root = RootConfiguration::new(&TerraformSettings::new(backend), "My lake", &scope, []);
    file(Module::new(&scope, root), ROOT_FILE)["terraform"]["backend"].clone()
}

#[test]
fn each_scope_has_a_state_of_its_own() {
    let s3: S3Backend =
        serde_json::from_value(json!({"bucket": "states", "region": "eu-west-1", "prefix": "live/"}))
            .unwrap();
    let folder = "My_lake--0b3f0ba2fd53/shards/main";
    let written = backend(Backend::S3(s3));
    let key = written["s3"]["key"].as_str().unwrap();
    assert!(key.starts_with("live/My_lake--") && key.ends_with("/shards/main.tfstate"), "{key} {folder}");
    assert_eq!(written["s3"]["use_lockfile"], true);
    let gcs = Backend::Gcs(GcsBackend { bucket: "states".into(), prefix: String::new() });
    assert!(backend(gcs)["gcs"]["prefix"].as_str().unwrap().ends_with("/shards/main"));
    let azure = AzureBackend {
        resource_group: "g".into(),
        storage_account: "a".into(),
        container: "c".into(),
        prefix: "${x}".into(),
    };
    assert!(backend(Backend::Azurerm(azure))["azurerm"]["key"].as_str().unwrap().starts_with("$${x}/"));
}

#[test]
fn settings_are_refused_that_are_no_settings() {
    for bad in [
        json!({}),
        json!({"backend": {"s3": {"bucket": "b"}}}),
        json!({"backend": {"local": {"folder": "f"}}, "required_version": "newest"}),
        json!({"backend": {"local": {"folder": "f", "secret": "s"}}}),
        json!({"backend": {"ftp": {}}}),
    ] {
        assert!(serde_json::from_value::<TerraformSettings>(bad.clone()).is_err(), "{bad}");
    }
    let settings =
        json!({"backend": {"local": {"folder": "f"}}, "provider_versions": {"aws": ">= 6.1, < 7"}});
    let settings: TerraformSettings = serde_json::from_value(settings).unwrap();
    let provider = Provider::new("aws", "hashicorp/aws", "~> 6.0".parse().unwrap());
    let scope = Scope::Foundation;
    let module = Module::new(&scope, RootConfiguration::new(&settings, "Lake", &scope, [provider]));
    let root = file(module, ROOT_FILE);
    assert_eq!(root["terraform"]["required_version"], ">= 1.7");
    assert_eq!(
        root["terraform"]["required_providers"]["aws"],
        json!({"source": "hashicorp/aws", "version": ">= 6.1, < 7"})
    );
}
