//! Users and access rules, tried by those whom they are about.

use crate::engine::{connect, engines, eventually, unique};
use datasurface_kafka_client::{
    Acl, AclFilter, AclOperation, AclResource, ErrorCode, KafkaClient, KafkaError, Limits, Login, Mechanism,
    NewRecord, NewTopic, Password, Security,
    testing::{ADMINISTRATOR, Kafka, KafkaOptions, Listener},
};
use std::sync::OnceLock;

const PASSWORD: &str = "correct horse, battery=staple";

/// The time after which a broker does not answer any more without another login.
const SESSION_MS: u64 = 2000;

fn kafka() -> Option<&'static Kafka> {
    static KAFKA: OnceLock<Option<Kafka>> = OnceLock::new();
    let start = || {
        let listener = Listener::Users { password: "administrator-password".to_owned() };
        let options =
            KafkaOptions::new().with_listener(listener).config("connections.max.reauth.ms", SESSION_MS);
        Some(Kafka::start(&engines()?, &options).unwrap())
    };
    KAFKA.get_or_init(start).as_ref()
}

fn as_user(user: &str, mechanism: Mechanism, password: &str) -> Security {
    Security::none().with_login(Login::new(mechanism, user, Password::new(password)))
}

fn administrator(kafka: &Kafka) -> KafkaClient {
    connect(kafka, as_user(ADMINISTRATOR, Mechanism::ScramSha512, "administrator-password")).unwrap()
}

fn record(value: &str) -> [NewRecord; 1] {
    [NewRecord { value: Some(value.into()), ..NewRecord::default() }]
}

#[test]
fn each_of_two_users_reads_what_its_rules_say_and_nothing_else() {
    let Some(kafka) = kafka() else { return };
    let mut administrator = administrator(kafka);
    let (orders, people) = (unique("orders"), unique("people"));
    for topic in [&orders, &people] {
        administrator.create_topic(&NewTopic::new(topic).with_partitions(1)).unwrap();
        administrator.produce(topic, 0, &record("secret")).unwrap();
    }
    let users = [("sales, team=1", Mechanism::ScramSha256), ("support", Mechanism::ScramSha512)];
    for (user, mechanism) in users {
        administrator.put_scram_user(user, mechanism, &Password::new(PASSWORD)).unwrap();
    }
    let rules = [
        Acl::allow(users[0].0, AclOperation::Read, AclResource::Topic, &orders),
        Acl::allow(users[1].0, AclOperation::Read, AclResource::Topic, &people[..4]).prefixed(),
        Acl::allow(users[1].0, AclOperation::Write, AclResource::Topic, &people),
    ];
    administrator.create_acls(&rules).unwrap();
    administrator.create_acls(&rules).unwrap();
    let filter = AclFilter { principal: Some("User:support".to_owned()), ..AclFilter::default() };
    eventually(|| administrator.acls(&filter).unwrap().len() == 2);

    let connected = |(user, mechanism)| {
        let mut client = None;
        // The password is known a moment after it was set.
        eventually(|| {
            client = connect(kafka, as_user(user, mechanism, PASSWORD)).ok();
            client.is_some()
        });
        client.unwrap()
    };
    let (mut sales, mut support) = (connected(users[0]), connected(users[1]));
    let read = |client: &mut KafkaClient, topic: &str| client.records(topic, 0, 0..1).next().unwrap();
    assert_eq!(read(&mut sales, &orders).unwrap().value.unwrap(), b"secret");
    assert_eq!(read(&mut support, &people).unwrap().value.unwrap(), b"secret");
    for (client, topic) in [(&mut sales, &people), (&mut support, &orders)] {
        let error = read(client, topic).unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::TOPIC_AUTHORIZATION_FAILED), "{error}");
        assert_eq!(error.help(), "add an access rule (ACL) for the user that logs in");
        assert!(client.produce(topic, 0, &record("forged")).is_err());
        assert!(client.create_topic(&NewTopic::new("theirs")).unwrap_err().code().unwrap().is_denial());
        assert!(client.scram_users().unwrap_err().code().unwrap().is_denial());
        let names: Vec<String> = client.topics().unwrap().into_iter().map(|topic| topic.name).collect();
        assert!(!names.contains(topic), "{names:?}");
    }
    assert!(sales.produce(&orders, 0, &record("forged")).is_err(), "reading is not writing");
    support.produce(&people, 0, &record("another")).unwrap();

    // A denial is stronger than an allowance, and goes away like one.
    let denial = [rules[0].clone().denied()];
    administrator.create_acls(&denial).unwrap();
    eventually(|| read(&mut sales, &orders).is_err());
    assert_eq!(administrator.delete_acls(&denial).unwrap(), 1);
    assert_eq!(administrator.delete_acls(&denial).unwrap(), 0);
    eventually(|| read(&mut sales, &orders).is_ok());
    assert_eq!(administrator.delete_acls(&rules).unwrap(), 3);
    eventually(|| read(&mut support, &people).is_err());
}

#[test]
fn who_may_only_create_topics_does_not_wait_to_see_them() {
    let Some(kafka) = kafka() else { return };
    let limits = Limits::default();
    let mut operator = KafkaClient::connect(&kafka.operator_servers(), Security::none(), limits).unwrap();
    operator.put_scram_user("creator", Mechanism::ScramSha256, &Password::new(PASSWORD)).unwrap();
    let rule = Acl::allow("creator", AclOperation::Create, AclResource::Topic, "hidden");
    operator.create_acls(&[rule]).unwrap();
    let mut creator = None;
    eventually(|| {
        creator = connect(kafka, as_user("creator", Mechanism::ScramSha256, PASSWORD)).ok();
        creator.as_mut().is_some_and(|creator| creator.create_topic(&NewTopic::new("hidden")).is_ok())
    });
    assert!(!creator.unwrap().create_topic(&NewTopic::new("hidden")).unwrap());
    assert_eq!(operator.topic("hidden").unwrap().unwrap().partitions.len(), 1);
}

#[test]
fn users_come_and_go_with_each_of_their_mechanisms() {
    let Some(kafka) = kafka() else { return };
    let mut administrator = administrator(kafka);
    let name = unique("user");
    let (first, second) = (Mechanism::ScramSha256, Mechanism::ScramSha512);
    let mechanisms = |client: &mut KafkaClient| {
        let found = client.scram_users().unwrap().into_iter().find(|user| user.name == name);
        found.map(|user| user.mechanisms).unwrap_or_default()
    };
    administrator.put_scram_user(&name, first, &Password::new("one")).unwrap();
    administrator.put_scram_user(&name, second, &Password::new("two")).unwrap();
    eventually(|| mechanisms(&mut administrator) == [first, second]);
    eventually(|| connect(kafka, as_user(&name, first, "one")).is_ok());
    eventually(|| connect(kafka, as_user(&name, second, "two")).is_ok());
    assert!(connect(kafka, as_user(&name, second, "one")).is_err());

    administrator.put_scram_user(&name, first, &Password::new("three")).unwrap();
    eventually(|| connect(kafka, as_user(&name, first, "three")).is_ok());
    assert!(connect(kafka, as_user(&name, first, "one")).is_err());
    assert!(administrator.delete_scram_user(&name, first).unwrap());
    assert!(!administrator.delete_scram_user(&name, first).unwrap());
    eventually(|| mechanisms(&mut administrator) == [second]);
    assert!(administrator.put_scram_user(&name, Mechanism::Plain, &Password::new("x")).is_err());
}

#[test]
fn errors_of_a_login_say_who_and_where_and_no_password() {
    let Some(kafka) = kafka() else { return };
    let wrong = as_user(ADMINISTRATOR, Mechanism::ScramSha256, "hunter2-is-wrong");
    let plain = as_user(ADMINISTRATOR, Mechanism::Plain, "hunter2-in-clear");
    for (security, reason) in [(wrong, "Authentication failed"), (plain, "the broker offers SCRAM")] {
        let error = connect(kafka, security.clone()).unwrap_err();
        let KafkaError::Login { address, user, .. } = &error else { panic!("{error:?}") };
        assert!(kafka.bootstrap_servers().contains(address) && user == ADMINISTRATOR);
        assert!(error.to_string().contains(reason), "{error}");
        let shown = format!("{error} {error:?} {security:?} {}", error.help());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    let nobody = connect(kafka, Security::none()).unwrap_err();
    assert!(nobody.help().contains("both sides agree"), "{nobody:?}");
}

#[test]
fn a_login_that_expired_is_repeated() {
    let Some(kafka) = kafka() else { return };
    let mut administrator = administrator(kafka);
    for _ in 0..2 {
        assert_eq!(administrator.brokers().unwrap(), [0]);
        std::thread::sleep(std::time::Duration::from_millis(SESSION_MS + 500));
    }
    assert!(administrator.scram_users().is_ok());
}
