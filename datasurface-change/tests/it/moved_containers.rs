//! A container that others' credentials open gets another address with their approval alone, whatever it is called.

use super::{
    approvals::{missing, needs},
    fixture::*,
};
use datasurface_model::*;

#[test]
fn a_container_that_a_foreign_credential_opens_moves_with_the_approval_of_its_team() {
    let source = |file: &str| {
        DataContainer::sqlite("Source", file)
            .located("Office/Ground")
            .readable_by(ContainerUser::Team(TeamKey::new("USA", "Stock")))
    };
    let with = |container: DataContainer| {
        edit_sales(|team| team.without_container(&"Source".into()).container(container))
    };
    let opened = |ecosystem: Ecosystem| {
        let credential = Credential::new("reader", CredentialKind::Password).opening("USA/Sales/Source");
        ecosystem.edit_team("USA", "Stock", |team| team.credential(credential))
    };
    let (old, moved) = (opened(with(source("sales.db"))), opened(with(source("elsewhere.db"))));
    needs(&old, &moved, SALES, &[STOCK]);
    // Nor does the statement of a rename hide it, whoever follows; nor a new name.
    let called = |name: &str, file: &str, spelled: &str| {
        let container = DataContainer::sqlite(name, file).located("Office/Ground").renamed_from("Source");
        let container = container.readable_by(ContainerUser::Team(TeamKey::new("USA", "Stock")));
        let credential = Credential::new("reader", CredentialKind::Password).opening(spelled);
        edit_sales(|team| {
            let store = team.datastores().get("Store").unwrap().clone();
            let capture = Capture::sql_snapshot(format!("USA/Sales/{name}").as_str());
            let store = Datastore::clone(&store).captured(capture);
            team.without_container(&"Source".into())
                .without_datastore(&"Store".into())
                .container(container)
                .datastore(store)
        })
        .edit_team("USA", "Stock", |team| team.credential(credential))
    };
    let (former, current) = ("USA/Sales/Source", "USA/Sales/Origin");
    assert_eq!(missing(&old, &called("Origin", "sales.db", former), SALES), [] as [&str; 0]);
    needs(&old, &called("Origin", "elsewhere.db", former), SALES, &[STOCK]);
    for spelled in [former, current] {
        let renamed = called("Origin", "sales.db", spelled);
        needs(&renamed, &called("Origin", "elsewhere.db", spelled), SALES, &[STOCK]);
        assert_eq!(missing(&renamed, &renamed.clone().documented("ours"), ECOSYSTEM), [] as [&str; 0]);
    }
    // What is said besides of the container is its team's.
    let documented = opened(with(source("sales.db").documented("ours")));
    assert_eq!(missing(&old, &documented, SALES), [] as [&str; 0]);
    // A credential of its own, or none, is nobody else's.
    let (closed, elsewhere) = (with(source("sales.db")), with(source("elsewhere.db")));
    assert_eq!(missing(&closed, &elsewhere, SALES), [] as [&str; 0]);
    // An address that is written otherwise is the same one; without encryption, it is reached otherwise.
    let at = |kind: ContainerKind| opened(with(DataContainer::new("Source", kind).located("Office/Ground")));
    let cluster = |brokers: [&str; 2]| at(ContainerKind::Kafka { brokers: brokers.map(Into::into).into() });
    let bucket = |endpoint: &str| {
        at(ContainerKind::ObjectStorage {
            bucket: "sales".into(),
            prefix: "".into(),
            endpoint: Some(endpoint.into()),
        })
    };
    let brokers = cluster(["a.example:9092", "b.example:9092"]);
    assert_eq!(missing(&brokers, &cluster(["B.example:9092", "a.example.:9092"]), SALES), [] as [&str; 0]);
    needs(&brokers, &cluster(["a.example:9092", "c.example:9092"]), SALES, &[STOCK]);
    let encrypted = bucket("https://store.example");
    assert_eq!(missing(&encrypted, &bucket("https://store.example:443/"), SALES), [] as [&str; 0]);
    needs(&encrypted, &bucket("http://store.example"), SALES, &[STOCK]);
}
