//! Each role may do what is done with it, and nothing else. What is done is read off what is rendered: scripts, definitions, state machines,
//! schedules, rules, and endpoints.

use crate::{
    evaluator::Policies,
    rendered::Instance,
    script_calls::{Calls, calls},
    shop::Shop,
};
use datasurface_platform::prelude::{Deadline, TransformTrigger};
use serde_json::Value;
use std::collections::BTreeSet;

const IN_REGION: &str = "eu-central-1:000000000000";

/// Something that is done with a role: an action on a resource.
type Need = (String, String, String);

impl Instance {
    fn policies(&self) -> Policies {
        let mut policies = Policies::default();
        for (label, block) in self.of("aws_iam_role_policy") {
            assert_eq!(block["role"], format!("${{aws_iam_role.{label}.name}}"));
            let role = &self.blocks["aws_iam_role"][label];
            policies.add(role["name"].as_str().unwrap(), block["policy"].as_str().unwrap());
        }
        policies
    }

    fn needs(&self) -> BTreeSet<Need> {
        let mut needs = BTreeSet::new();
        for (purpose, job) in self.of("aws_glue_job") {
            self.add_job(purpose, job, &mut needs);
        }
        for (_, machine) in self.of("aws_sfn_state_machine") {
            let definition = serde_json::from_str(machine["definition"].as_str().unwrap()).unwrap();
            for task in tasks(&definition) {
                self.add_task(role(&machine["role_arn"]), task, &mut needs);
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
            add_key(&mut needs, role, &endpoint["server_side_encryption_kms_key_id"], true);
        }
        for (_, endpoint) in self.of("aws_dms_endpoint") {
            let secret = text(&endpoint["secrets_manager_arn"]);
            let actions = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"];
            let role = role(&endpoint["secrets_manager_access_role_arn"]);
            add(&mut needs, role, &actions, &format!("arn:aws:secretsmanager:{IN_REGION}:secret:{secret}"));
        }
        needs
    }

    /// What a job needs: for its start, for what its script calls, and for each definition that a state machine gives it.
    fn add_job(&self, purpose: &str, job: &Value, needs: &mut BTreeSet<Need>) {
        let role = role(&job["role_arn"]);
        let script = &self.scripts[&format!("{purpose}.py")];
        let library = &self.scripts["versions.py"];
        for file in [&format!("{purpose}.py"), "versions.py"] {
            add(needs, role, &["s3:GetObject"], &format!("arn:aws:s3:::shop-lake/scripts/{file}"));
        }
        let group = format!("arn:aws:logs:{IN_REGION}:log-group:/aws-glue/jobs/output");
        add(needs, role, &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], &group);
        if job["connections"].is_array() {
            let name = text(&self.blocks["aws_glue_connection"]["network"]["name"]);
            for resource in ["catalog", &format!("connection/{name}")] {
                add(needs, role, &["glue:GetConnection"], &format!("arn:aws:glue:{IN_REGION}:{resource}"));
            }
            for resource in ["network-interface/eni-1", "subnet/subnet-0a", "security-group/sg-0a"] {
                let actions = ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:CreateTags"];
                add(needs, role, &actions, &format!("arn:aws:ec2:{IN_REGION}:{resource}"));
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
            add(needs, role, &["events:PutEvents"], &format!("arn:aws:events:{IN_REGION}:event-bus/default"));
        }
        let mut addresses: BTreeSet<String> = BTreeSet::new();
        for (_, machine) in self.of("aws_sfn_state_machine") {
            let definition: Value = serde_json::from_str(machine["definition"].as_str().unwrap()).unwrap();
            let is_for_job =
                tasks(&definition).iter().any(|task| task["Parameters"]["JobName"] == job["name"]);
            let runs = definition["States"]["Runs"]["Result"]["runs"].as_array();
            let given =
                runs.into_iter().flatten().filter(|_| is_for_job).map(|run| text(&run["definitions"]));
            addresses.extend(given.flat_map(|list| serde_json::from_str::<Vec<String>>(list).unwrap()));
        }
        assert!(!addresses.is_empty(), "nothing runs {purpose}");
        let mut waiting = Vec::from_iter(addresses);
        while let Some(address) = waiting.pop() {
            add(needs, role, &["s3:ListBucket"], "arn:aws:s3:::shop-lake");
            add(needs, role, &["s3:GetObject"], &arn_of(&address));
            self.add_definition(role, &calls, &self.object(&address), &mut waiting, needs);
        }
        add_key(needs, role, &self.key(), calls.writes_tables);
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
                ("table", Value::String(table)) => add_table(role, table, calls.writes_tables, needs),
                ("files", Value::String(folder)) if calls.reads_files => {
                    add(needs, role, &["s3:ListBucket"], "arn:aws:s3:::shop-staging");
                    add(needs, role, &["s3:GetObject"], &arn_of(&format!("{folder}/LOAD00000001.parquet")));
                }
                ("secret", Value::String(secret)) => {
                    assert!(calls.actions.contains("secretsmanager:GetSecretValue"));
                    let secret = format!("arn:aws:secretsmanager:{IN_REGION}:secret:{secret}");
                    add(needs, role, &["secretsmanager:GetSecretValue"], &secret);
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

    fn add_task(&self, role: &str, task: &Value, needs: &mut BTreeSet<Need>) {
        match text(&task["Resource"]) {
            // As the guide of Step Functions asks it of a state machine that waits for a job.
            "arn:aws:states:::glue:startJobRun.sync" => {
                let job = format!("arn:aws:glue:{IN_REGION}:job/{}", text(&task["Parameters"]["JobName"]));
                let actions =
                    ["glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"];
                add(needs, role, &actions, &job);
            }
            "arn:aws:states:::events:putEvents" => {
                add(
                    needs,
                    role,
                    &["events:PutEvents"],
                    &format!("arn:aws:events:{IN_REGION}:event-bus/default"),
                );
            }
            "arn:aws:states:::aws-sdk:cloudwatch:describeAlarms" => {
                // Whatever schedules give to it.
                let given =
                    self.of("aws_scheduler_schedule").filter_map(|(_, one)| one["target"]["input"].as_str());
                for input in given {
                    let input: Value = serde_json::from_str(input).unwrap();
                    let alarm = format!("arn:aws:cloudwatch:{IN_REGION}:alarm:{}", text(&input["alarm"]));
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
}

fn add(needs: &mut BTreeSet<Need>, role: &str, actions: &[&str], resource: &str) {
    needs.extend(actions.iter().map(|action| (role.to_owned(), (*action).to_owned(), resource.to_owned())));
}

fn add_key(needs: &mut BTreeSet<Need>, role: &str, key: &Value, writes: bool) {
    if let Some(key) = key.as_str() {
        add(needs, role, &["kms:Decrypt"], key);
        if writes {
            add(needs, role, &["kms:GenerateDataKey"], key);
        }
    }
}

/// What Iceberg does with a table in the catalog of Glue.
fn add_table(role: &str, table: &str, writes: bool, needs: &mut BTreeSet<Need>) {
    let (_, path) = table.split_once('.').unwrap();
    let (database, table) = path.split_once('.').unwrap();
    for resource in
        ["catalog".to_owned(), format!("database/{database}"), format!("table/{database}/{table}")]
    {
        let resource = format!("arn:aws:glue:{IN_REGION}:{resource}");
        add(needs, role, &["glue:GetDatabase", "glue:GetTable"], &resource);
        if writes {
            add(needs, role, &["glue:UpdateTable"], &resource);
        }
    }
    let file = format!("arn:aws:s3:::shop-lake/tables/{table}/metadata/0.metadata.json");
    add(needs, role, &["s3:GetObject"], &file);
    if writes {
        add(needs, role, &["s3:PutObject", "s3:DeleteObject"], &file);
    }
}

/// The tasks of a state machine, also those inside of others.
fn tasks(machine: &Value) -> Vec<&Value> {
    let states = machine["States"].as_object().unwrap().values();
    states
        .flat_map(|state| match state["Type"].as_str().unwrap() {
            "Task" => vec![state],
            "Map" => tasks(&state["ItemProcessor"]),
            _ => Vec::new(),
        })
        .collect()
}

fn role(arn: &Value) -> &str {
    text(arn).strip_prefix("arn:aws:iam::000000000000:role/").unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value}"))
}

fn arn_of(address: &str) -> String {
    address.replace("s3://", "arn:aws:s3:::")
}

/// A shop with everything: captures, a transformer, views and a database of consumers.
fn shop(key: Option<&str>) -> Shop {
    let totals = Some(TransformTrigger::AnyInputMoved);
    let deadline = Deadline::from_text("06:30 Europe/Berlin");
    let mut shop = Shop { reports: Some(5432), totals, deadline, ..Shop::new("states") };
    if let Some(key) = key {
        shop.settings["kms_key"] = key.into();
    }
    shop
}

#[test]
fn each_role_may_do_what_is_done_with_it_and_nothing_else() {
    for key in [None, Some("arn:aws:kms:eu-central-1:000000000000:key/1")] {
        let instance = Instance::render(&shop(key));
        let (policies, needs) = (instance.policies(), instance.needs());
        for (role, action, resource) in &needs {
            assert!(policies.allow(role, action, resource), "{role} may not {action} on {resource}");
        }
        for (role, grants) in policies.roles() {
            for grant in grants {
                let mut of_role = needs.iter().filter(|(one, ..)| one == role);
                let is_needed = of_role.any(|(_, action, resource)| grant.covers(action, resource));
                assert!(is_needed, "{role} may {} on {}, and never does", grant.action, grant.pattern);
            }
        }
        let used: BTreeSet<&str> = needs.iter().map(|(role, ..)| role.as_str()).collect();
        let made: BTreeSet<&str> = policies.roles().map(|(role, _)| role).collect();
        assert_eq!(used, made);
    }
}

#[test]
fn no_role_reaches_what_is_not_of_the_instance() {
    let policies = Instance::render(&shop(None)).policies();
    let roles: Vec<&str> = policies.roles().map(|(role, _)| role).collect();
    for (action, resource) in [
        ("s3:GetObject", "arn:aws:s3:::other/tables/a"),
        ("s3:GetObject", "arn:aws:s3:::shop-lake-2/tables/a"),
        ("s3:PutObject", "arn:aws:s3:::shop-lake/scripts/merge.py"),
        ("s3:PutObject", "arn:aws:s3:::shop-lake/definitions/Store-orders.json"),
        ("s3:DeleteBucket", "arn:aws:s3:::shop-lake"),
        ("glue:UpdateTable", "arn:aws:glue:eu-central-1:000000000000:table/lake_views/a"),
        ("glue:UpdateTable", "arn:aws:glue:eu-central-1:000000000000:table/other/a"),
        ("glue:DeleteTable", "arn:aws:glue:eu-central-1:000000000000:table/lake/a"),
        ("glue:StartJobRun", "arn:aws:glue:eu-central-1:000000000000:job/other"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-central-1:000000000000:secret:other/a"),
        (
            "secretsmanager:PutSecretValue",
            "arn:aws:secretsmanager:eu-central-1:000000000000:secret:datasurface/a",
        ),
        (
            "states:StartExecution",
            "arn:aws:states:eu-central-1:000000000000:stateMachine:datasurface-lake2-main",
        ),
        ("iam:PassRole", "arn:aws:iam::000000000000:role/datasurface-lake-job-merge"),
        ("sts:AssumeRole", "arn:aws:iam::000000000000:role/datasurface-lake-job-merge"),
    ] {
        for role in &roles {
            assert!(!policies.allow(role, action, resource), "{role} may {action} on {resource}");
        }
    }
}

#[test]
fn no_job_has_the_rights_of_another_one() {
    let policies = Instance::render(&shop(None)).policies();
    let secret = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:datasurface/Europe/Sales/writer";
    let table = "arn:aws:s3:::shop-lake/tables/store__orders/data/0.parquet";
    for (job, action, resource, is_allowed) in [
        ("merge", "s3:GetObject", "arn:aws:s3:::shop-staging/lake/a", true),
        ("transform", "s3:GetObject", "arn:aws:s3:::shop-staging/lake/a", false),
        ("export", "s3:GetObject", "arn:aws:s3:::shop-staging/lake/a", false),
        ("merge", "secretsmanager:GetSecretValue", secret, false),
        ("transform", "secretsmanager:GetSecretValue", secret, false),
        ("export", "secretsmanager:GetSecretValue", secret, true),
        ("merge", "s3:PutObject", table, true),
        ("export", "s3:PutObject", table, false),
    ] {
        let role = format!("datasurface-lake-job-{job}");
        assert_eq!(policies.allow(&role, action, resource), is_allowed, "{role}: {action} on {resource}");
    }
}
