//! Each role may do what is done with it, and nothing else. What is done is read off what is rendered: scripts, definitions, state machines,
//! schedules, rules, and endpoints.

use crate::{
    encrypted::{DEFAULT, SECRET, classified, with_key_for},
    evaluator::Policies,
    federation::Federation,
    rendered::Instance,
    script_calls::{Calls, calls},
    shop::Shop,
};
use datasurface_platform::prelude::{Deadline, TransformTrigger, json};
use serde_json::Value;
use std::collections::BTreeSet;

/// Something that is done with a role: an action on a resource.
pub(crate) type Need = (String, String, String);

impl Instance {
    pub(crate) fn policies(&self) -> Policies {
        let (mut policies, aliases) = (Policies::default(), self.aliases());
        for (label, block) in self.of("aws_iam_role_policy") {
            assert_eq!(block["role"], format!("${{aws_iam_role.{label}.name}}"));
            let role = &self.blocks["aws_iam_role"][label];
            policies.add(role["name"].as_str().unwrap(), block["policy"].as_str().unwrap(), &aliases);
        }
        for (label, attachment) in self.of("aws_iam_role_policy_attachment") {
            assert_eq!(attachment["policy_arn"], format!("${{aws_iam_policy.{label}.arn}}"));
            let policy = &self.blocks["aws_iam_policy"][label];
            policies.add(attachment["role"].as_str().unwrap(), policy["policy"].as_str().unwrap(), &aliases);
        }
        policies
    }

    pub(crate) fn needs(&self) -> BTreeSet<Need> {
        let mut needs = BTreeSet::new();
        for (_, job) in self.of("aws_glue_job") {
            self.add_job(job, &mut needs);
        }
        for (_, machine) in self.of("aws_sfn_state_machine") {
            let definition = serde_json::from_str(machine["definition"].as_str().unwrap()).unwrap();
            for task in tasks(&definition) {
                self.add_task(role(&machine["role_arn"]), task, &definition, &mut needs);
            }
        }
        let targets = self.of("aws_scheduler_schedule").map(|(_, schedule)| &schedule["target"]);
        let targets = targets.chain(self.of("aws_cloudwatch_event_target").map(|(_, target)| target));
        for target in targets {
            add(&mut needs, role(&target["role_arn"]), &["states:StartExecution"], text(&target["arn"]));
        }
        for (_, endpoint) in self.of("aws_dms_s3_endpoint") {
            let role = role(&endpoint["service_access_role_arn"]);
            let bucket = text(&endpoint["bucket_name"]);
            let file =
                format!("{bucket}/{}/public/orders/LOAD00000001.parquet", text(&endpoint["bucket_folder"]));
            add(&mut needs, role, &["s3:ListBucket"], &format!("arn:aws:s3:::{bucket}"));
            // As the user guide of DMS asks it of a target.
            let actions = ["s3:PutObject", "s3:DeleteObject", "s3:PutObjectTagging"];
            add(&mut needs, role, &actions, &format!("arn:aws:s3:::{file}"));
            self.add_key(&mut needs, role, &endpoint["server_side_encryption_kms_key_id"], true);
        }
        for (_, endpoint) in self.of("aws_dms_endpoint") {
            let secret = text(&endpoint["secrets_manager_arn"]);
            let actions = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"];
            let role = role(&endpoint["secrets_manager_access_role_arn"]);
            add(&mut needs, role, &actions, &self.secret_arn(secret));
        }
        needs
    }

    /// What a job needs: for its start, for what its script calls, and for each definition that a state machine gives it.
    fn add_job(&self, job: &Value, needs: &mut BTreeSet<Need>) {
        let role = role(&job["role_arn"]);
        let [script, library] =
            [&job["command"]["script_location"], &job["default_arguments"]["--extra-py-files"]].map(
                |address| {
                    add(needs, role, &["s3:GetObject"], &arn_of(text(address)));
                    &self.scripts[text(address).rsplit_once('/').unwrap().1]
                },
            );
        let in_region = &self.place;
        let group = format!("arn:aws:logs:{in_region}:log-group:/aws-glue/jobs/output");
        add(needs, role, &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], &group);
        if job["connections"].is_array() {
            let name = text(&self.blocks["aws_glue_connection"]["network"]["name"]);
            for resource in ["catalog", &format!("connection/{name}")] {
                add(needs, role, &["glue:GetConnection"], &format!("arn:aws:glue:{in_region}:{resource}"));
            }
            for resource in ["network-interface/eni-1", "subnet/subnet-0a", "security-group/sg-0a"] {
                let actions = ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:CreateTags"];
                add(needs, role, &actions, &format!("arn:aws:ec2:{in_region}:{resource}"));
            }
            for what in [
                "NetworkInterfaces",
                "RouteTables",
                "SecurityGroups",
                "Subnets",
                "VpcAttribute",
                "VpcEndpoints",
            ] {
                add(needs, role, &[&format!("ec2:Describe{what}")], "*");
            }
        }
        let calls = calls(script, library);
        if calls.actions.contains("events:PutEvents") {
            add(needs, role, &["events:PutEvents"], &format!("arn:aws:events:{in_region}:event-bus/default"));
        }
        let mut addresses: BTreeSet<String> = BTreeSet::new();
        for (_, machine) in self.of("aws_sfn_state_machine") {
            let definition: Value = serde_json::from_str(machine["definition"].as_str().unwrap()).unwrap();
            let of_job = runs(&definition).filter(|run| run["job"] == job["name"]);
            let given = of_job.map(|run| text(&run["definitions"]));
            addresses.extend(given.flat_map(|list| serde_json::from_str::<Vec<String>>(list).unwrap()));
        }
        assert!(!addresses.is_empty(), "nothing runs {}", job["name"]);
        let mut waiting = Vec::from_iter(addresses);
        while let Some(address) = waiting.pop() {
            add(needs, role, &["s3:ListBucket"], &self.bucket("lake"));
            add(needs, role, &["s3:GetObject"], &arn_of(&address));
            // The bucket encrypts it by its own key.
            self.add_key(needs, role, &self.key(), false);
            let definition = self.object(&address);
            if let Some(source) = definition["source"].as_str().filter(|_| calls.reads_sources) {
                self.add_source(job, source, needs);
            }
            self.add_definition(role, &calls, &definition, &mut waiting, needs);
        }
    }

    /// What a definition leads to: tables, files, secrets, and other definitions.
    fn add_definition(
        &self,
        role: &str,
        calls: &Calls,
        definition: &Value,
        waiting: &mut Vec<String>,
        needs: &mut BTreeSet<Need>,
    ) {
        for (name, value) in definition.as_object().into_iter().flatten() {
            match (name.as_str(), value) {
                ("table", Value::String(table)) => {
                    // What is read of a definition of its own is written, unless the script writes nothing.
                    let writes = calls.writes_tables && definition["key"].is_array();
                    self.add_table(role, table, writes, needs);
                }
                ("files", Value::String(folder)) if calls.reads_files => {
                    add(needs, role, &["s3:ListBucket"], &self.bucket("staging"));
                    add(needs, role, &["s3:GetObject"], &arn_of(&format!("{folder}/LOAD00000001.parquet")));
                    self.add_key(needs, role, self.key_of_files(folder), false);
                }
                ("kms_key", Value::String(alias)) if calls.actions.contains("kms:DescribeKey") => {
                    add(needs, role, &["kms:DescribeKey"], &self.key_behind(alias));
                }
                ("secret", Value::String(secret)) => {
                    assert!(calls.actions.contains("secretsmanager:GetSecretValue"));
                    add(needs, role, &["secretsmanager:GetSecretValue"], &self.secret_arn(secret));
                }
                ("definition" | "transformer", Value::String(address)) => waiting.push(address.clone()),
                ("inputs" | "outputs", Value::Array(parts)) => {
                    for part in parts {
                        self.add_definition(role, calls, part, waiting, needs);
                    }
                }
                _ => {}
            }
        }
    }

    fn add_task(&self, role: &str, task: &Value, machine: &Value, needs: &mut BTreeSet<Need>) {
        let in_region = &self.place;
        match text(&task["Resource"]) {
            // As the guide of Step Functions asks it of a state machine that waits for a job.
            "arn:aws:states:::glue:startJobRun.sync" => {
                assert_eq!(task["Parameters"]["JobName.$"], "$.job");
                for run in runs(machine) {
                    let job = format!("arn:aws:glue:{in_region}:job/{}", text(&run["job"]));
                    let actions =
                        ["glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"];
                    add(needs, role, &actions, &job);
                }
            }
            "arn:aws:states:::events:putEvents" => {
                add(
                    needs,
                    role,
                    &["events:PutEvents"],
                    &format!("arn:aws:events:{in_region}:event-bus/default"),
                );
            }
            "arn:aws:states:::aws-sdk:cloudwatch:describeAlarms" => {
                // Whatever schedules give to it.
                let given =
                    self.of("aws_scheduler_schedule").filter_map(|(_, one)| one["target"]["input"].as_str());
                for input in given {
                    let input: Value = serde_json::from_str(input).unwrap();
                    let alarm = format!("arn:aws:cloudwatch:{in_region}:alarm:{}", text(&input["alarm"]));
                    add(needs, role, &["cloudwatch:DescribeAlarms"], &alarm);
                }
            }
            other => panic!("nobody knows what {other} needs"),
        }
    }

    /// The key of the buckets, if the settings name one.
    fn key(&self) -> Value {
        let rule = &self.blocks["aws_s3_bucket_server_side_encryption_configuration"]["lake"]["rule"][0];
        rule["apply_server_side_encryption_by_default"]["kms_master_key_id"].clone()
    }

    /// The key by which DMS writes the files of a folder.
    fn key_of_files(&self, folder: &str) -> &Value {
        let mut endpoints = self.of("aws_dms_s3_endpoint").map(|(_, endpoint)| endpoint);
        let writes = |endpoint: &&Value| {
            let own =
                format!("s3://{}/{}/", text(&endpoint["bucket_name"]), text(&endpoint["bucket_folder"]));
            folder.starts_with(&own)
        };
        &endpoints.find(writes).unwrap_or_else(|| panic!("nobody writes {folder}"))["server_side_encryption_kms_key_id"]
    }

    /// What Iceberg does with a table of another lake, in the catalog that Spark is told of for it.
    fn add_source(&self, job: &Value, table: &str, needs: &mut BTreeSet<Need>) {
        let role = role(&job["role_arn"]);
        let [catalog, database, table] = Vec::from_iter(table.split('.'))[..] else { panic!("{table}") };
        let conf = text(&job["default_arguments"]["--conf"]);
        let setting = |name: &str| {
            let begin = format!("spark.sql.catalog.{catalog}.{name}=");
            conf.split(" --conf ")
                .find_map(|one| one.strip_prefix(&begin))
                .unwrap_or_else(|| panic!("{begin}"))
        };
        let place = format!("{}:{}", setting("client.region"), setting("glue.id"));
        for resource in
            ["catalog".to_owned(), format!("database/{database}"), format!("table/{database}/{table}")]
        {
            add(
                needs,
                role,
                &["glue:GetDatabase", "glue:GetTable"],
                &format!("arn:aws:glue:{place}:{resource}"),
            );
        }
        let files = arn_of(setting("warehouse"));
        add(needs, role, &["s3:GetObject"], &format!("{files}/{table}/data/0.parquet"));
        if let Some(key) = self.source_key {
            add(needs, role, &["kms:Decrypt"], key);
        }
    }

    /// What is done with the key behind an alias, if there is one.
    pub(crate) fn add_key(&self, needs: &mut BTreeSet<Need>, role: &str, alias: &Value, writes: bool) {
        if let Some(alias) = alias.as_str() {
            let key = self.key_behind(alias);
            add(needs, role, &["kms:Decrypt"], &key);
            if writes {
                add(needs, role, &["kms:GenerateDataKey"], &key);
            }
        }
    }

    fn bucket(&self, label: &str) -> String {
        format!("arn:aws:s3:::{}", text(&self.blocks["aws_s3_bucket"][label]["bucket"]))
    }

    /// The ARN of a secret, which has six characters behind its name.
    fn secret_arn(&self, name: &str) -> String {
        format!("arn:aws:secretsmanager:{}:secret:{name}-a1B2c3", self.place)
    }

    /// What Iceberg does with a table in the catalog of Glue.
    fn add_table(&self, role: &str, table: &str, writes: bool, needs: &mut BTreeSet<Need>) {
        let (_, path) = table.split_once('.').unwrap();
        let (database, table) = path.split_once('.').unwrap();
        let in_region = &self.place;
        for resource in
            ["catalog".to_owned(), format!("database/{database}"), format!("table/{database}/{table}")]
        {
            let resource = format!("arn:aws:glue:{in_region}:{resource}");
            add(needs, role, &["glue:GetDatabase", "glue:GetTable"], &resource);
            if writes {
                add(needs, role, &["glue:UpdateTable"], &resource);
            }
        }
        let file = format!("{}/tables/{table}/metadata/0.metadata.json", self.bucket("lake"));
        add(needs, role, &["s3:GetObject"], &file);
        if writes {
            add(needs, role, &["s3:PutObject", "s3:DeleteObject"], &file);
        }
        let mut tables = self.of("aws_glue_catalog_table").map(|(_, block)| block);
        let block = tables.find(|block| block["name"] == table && block["database_name"] == database);
        self.add_key(needs, role, &block.unwrap()["parameters"]["datasurface_kms_key"], writes);
    }
}

pub(crate) fn add(needs: &mut BTreeSet<Need>, role: &str, actions: &[&str], resource: &str) {
    needs.extend(actions.iter().map(|action| (role.to_owned(), (*action).to_owned(), resource.to_owned())));
}

/// The runs that a state machine has.
pub(crate) fn runs(machine: &Value) -> impl Iterator<Item = &Value> {
    let branches = machine["States"]["Run all"]["Branches"].as_array().into_iter().flatten();
    let states = branches.flat_map(|branch| branch["States"].as_object().unwrap().values());
    states.flat_map(|state| state["Result"]["runs"].as_array().into_iter().flatten())
}

/// The tasks of a state machine, also those inside of others.
fn tasks(machine: &Value) -> Vec<&Value> {
    let states = machine["States"].as_object().unwrap().values();
    states
        .flat_map(|state| match state["Type"].as_str().unwrap() {
            "Task" => vec![state],
            "Map" => tasks(&state["ItemProcessor"]),
            "Parallel" => state["Branches"].as_array().unwrap().iter().flat_map(tasks).collect(),
            _ => Vec::new(),
        })
        .collect()
}

fn role(arn: &Value) -> &str {
    text(arn).split_once(":role/").unwrap().1
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value}"))
}

pub(crate) fn arn_of(address: &str) -> String {
    address.replace("s3://", "arn:aws:s3:::")
}

/// A shop with everything: captures, a transformer, views and a database of consumers.
fn shop() -> Shop {
    let totals = Some(TransformTrigger::AnyInputMoved);
    let deadline = Deadline::from_text("06:30 Europe/Berlin");
    Shop { reports: Some(5432), totals, deadline, ..Shop::new("states") }
}

#[test]
fn each_role_may_do_what_is_done_with_it_and_nothing_else() {
    let mut with_key = shop();
    with_key.settings["kms_key"] = DEFAULT.into();
    let classified = classified(Shop { totals: None, ..shop() });
    let shops = [shop(), with_key, with_key_for("Public", shop()), classified];
    let instances = shops.map(|shop| Instance::render(&shop)).into_iter();
    let received = [Federation::new("states"), Federation::beside("states")];
    let received = received.map(|federation| Instance::of_ecosystem(&federation.ecosystem(), "Reports"));
    let encrypted = Federation::new("states").encrypted(DEFAULT);
    let encrypted =
        Instance { source_key: Some(DEFAULT), ..Instance::of_ecosystem(&encrypted.ecosystem(), "Reports") };
    for instance in instances.chain(received).chain([encrypted]) {
        let (policies, needs) = (instance.policies(), instance.needs());
        for (role, action, resource) in &needs {
            assert!(policies.allow(role, action, resource), "{role} may not {action} on {resource}");
        }
        // The foundation does not know whether anything is captured, so that its roles are those of an instance that captures.
        let captures = instance.of("aws_dms_endpoint").next().is_some();
        let is_judged = |role: &str| {
            captures || ["-datastore-", "-transformer-", "-container-"].iter().any(|kind| role.contains(kind))
        };
        for (role, grants) in policies.roles().filter(|(role, _)| is_judged(role)) {
            for grant in grants {
                let mut of_role = needs.iter().filter(|(one, ..)| one == role);
                let is_needed = of_role.any(|(_, action, resource)| grant.covers(action, resource));
                assert!(is_needed, "{role} may {} on {}, and never does", grant.action, grant.pattern);
            }
        }
        let used: BTreeSet<&str> =
            needs.iter().map(|(role, ..)| role.as_str()).filter(|role| is_judged(role)).collect();
        let made: BTreeSet<&str> =
            policies.roles().map(|(role, _)| role).filter(|role| is_judged(role)).collect();
        assert_eq!(used, made);
    }
}

#[test]
fn a_former_key_is_read_by_and_never_written_by() {
    let mut shop = with_key_for("Public", shop());
    shop.settings["former_kms_keys"] = json!([SECRET]);
    let policies = Instance::render(&shop).policies();
    let jobs = policies.roles().map(|(role, _)| role).filter(|role| role.ends_with("-jobs"));
    for role in jobs.collect::<Vec<_>>() {
        assert!(policies.allow(role, "kms:Decrypt", SECRET), "{role}");
        assert!(!policies.allow(role, "kms:GenerateDataKey", SECRET), "{role}");
    }
}

#[test]
fn no_role_reaches_what_is_not_of_the_instance() {
    let policies = Instance::render(&shop()).policies();
    let roles: Vec<&str> = policies.roles().map(|(role, _)| role).collect();
    for (action, resource) in [
        ("s3:GetObject", "arn:aws:s3:::other/tables/store__a"),
        ("s3:GetObject", "arn:aws:s3:::shop-lake-2/tables/store__a"),
        ("s3:PutObject", "arn:aws:s3:::shop-lake/scripts/merge.py"),
        ("s3:PutObject", "arn:aws:s3:::shop-lake/definitions/store__orders.json"),
        ("s3:DeleteBucket", "arn:aws:s3:::shop-lake"),
        ("glue:UpdateTable", "arn:aws:glue:eu-central-1:000000000000:table/lake_views/store__a"),
        ("glue:UpdateTable", "arn:aws:glue:eu-central-1:000000000000:table/other/store__a"),
        ("glue:DeleteTable", "arn:aws:glue:eu-central-1:000000000000:table/lake/store__a"),
        ("glue:StartJobRun", "arn:aws:glue:eu-central-1:000000000000:job/other"),
        (
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:eu-central-1:000000000000:secret:datasurface/Europe/Sales/other-a1B2c3",
        ),
        (
            "secretsmanager:PutSecretValue",
            "arn:aws:secretsmanager:eu-central-1:000000000000:secret:datasurface/Europe/Sales/reader-a1B2c3",
        ),
        (
            "states:StartExecution",
            "arn:aws:states:eu-central-1:000000000000:stateMachine:datasurface-lake2-main",
        ),
        ("iam:PassRole", "arn:aws:iam::000000000000:role/datasurface-lake-datastore-store-jobs"),
        ("sts:AssumeRole", "arn:aws:iam::000000000000:role/datasurface-lake-datastore-store-jobs"),
    ] {
        for role in &roles {
            assert!(!policies.allow(role, action, resource), "{role} may {action} on {resource}");
        }
    }
}

#[test]
fn no_role_has_the_rights_of_another_one() {
    let policies = Instance::render(&shop()).policies();
    let instance = Instance::render(&shop());
    let [reader, writer] =
        ["reader", "writer"].map(|name| instance.secret_arn(&format!("datasurface/Europe/Sales/{name}")));
    let files = "arn:aws:s3:::shop-staging/Lake/store/Store-orders/public/orders/1.parquet";
    let [orders, totals] = ["store__orders", "totals__by_customer"]
        .map(|table| format!("arn:aws:s3:::shop-lake/tables/{table}/data/0.parquet"));
    let other = "arn:aws:s3:::shop-lake/tables/other__orders/data/0.parquet";
    for (role, action, resource, is_allowed) in [
        ("datastore-store-capture", "secretsmanager:GetSecretValue", reader.as_str(), true),
        ("datastore-store-capture", "secretsmanager:GetSecretValue", &writer, false),
        ("datastore-store-capture", "s3:PutObject", files, true),
        ("datastore-store-capture", "s3:PutObject", "arn:aws:s3:::shop-staging/Lake/other/a", false),
        ("datastore-store-capture", "s3:GetObject", &orders, false),
        ("datastore-store-jobs", "s3:GetObject", files, true),
        ("datastore-store-jobs", "s3:GetObject", "arn:aws:s3:::shop-staging/Lake/other/a", false),
        ("datastore-store-jobs", "secretsmanager:GetSecretValue", &reader, false),
        ("datastore-store-jobs", "s3:PutObject", &orders, true),
        ("datastore-store-jobs", "s3:GetObject", &totals, false),
        ("datastore-totals-jobs", "s3:PutObject", &totals, true),
        ("datastore-totals-jobs", "s3:GetObject", &orders, false),
        ("datastore-totals-jobs", "s3:GetObject", files, false),
        ("transformer-totalling-jobs", "s3:GetObject", &orders, true),
        ("transformer-totalling-jobs", "s3:PutObject", &orders, false),
        ("transformer-totalling-jobs", "s3:PutObject", &totals, true),
        ("transformer-totalling-jobs", "s3:GetObject", other, false),
        ("transformer-totalling-jobs", "s3:GetObject", files, false),
        ("transformer-totalling-jobs", "secretsmanager:GetSecretValue", &writer, false),
        ("container-europe-sales-reports-jobs", "secretsmanager:GetSecretValue", &writer, true),
        ("container-europe-sales-reports-jobs", "secretsmanager:GetSecretValue", &reader, false),
        ("container-europe-sales-reports-jobs", "s3:GetObject", &orders, true),
        ("container-europe-sales-reports-jobs", "s3:PutObject", &orders, false),
        ("container-europe-sales-reports-jobs", "s3:GetObject", other, false),
    ] {
        let role = format!("datasurface-lake-{role}");
        assert_eq!(policies.allow(&role, action, resource), is_allowed, "{role}: {action} on {resource}");
    }
}
