//! What is offered is read by a reader that knows the vocabulary of formats, and nothing of either platform.

use super::{
    model::{VAULT, schema},
    running::deployment,
};
use crate::{engine::Site, pipeline::rows};
use datasurface_kafka_client::{KafkaClient, Limits, Security};
use datasurface_platform::{KafkaTopicAddress, prelude::*};
use datasurface_testkit::formats::{FormatReader, TopicBroker, TopicRecord, Topics};
use postgres::Client;
use std::path::Path;

/// Brokers, by their addresses.
#[derive(Debug)]
struct Brokers;

impl Brokers {
    fn client(address: &KafkaTopicAddress) -> KafkaClient {
        let servers = address.bootstrap_servers.join(",");
        KafkaClient::connect(&servers, Security::none(), Limits::default()).unwrap()
    }
}

impl TopicBroker for Brokers {
    fn append(&self, address: &KafkaTopicAddress, _: Vec<TopicRecord>) -> Result<(), PlatformError> {
        panic!("nobody writes to `{}` here", address.topic)
    }

    fn records(&self, address: &KafkaTopicAddress) -> Result<Vec<TopicRecord>, PlatformError> {
        let mut kafka = Self::client(address);
        let mut records = Vec::new();
        for (partition, end) in kafka.end_offsets(&address.topic).unwrap() {
            for record in kafka.records(&address.topic, partition, 0..end) {
                let record = record.unwrap();
                let read = |bytes: Vec<u8>| serde_json::from_slice(&bytes).unwrap();
                records.push(TopicRecord { key: read(record.key.unwrap()), value: record.value.map(read) });
            }
        }
        Ok(records)
    }
}

/// The address at which a dataset is offered, as the reader has it.
fn offered(folder: &Path, dataset: &str) -> String {
    let scopes = deployment(folder).scopes(&VAULT.into()).unwrap();
    let capture = ResourceAddress::from(format!("capture.NW_Data.{dataset}"));
    let job = scopes.iter().find_map(|scope| scope.resources.get(&capture)).unwrap();
    job.attributes()["datasets"][0]["topic"].as_str().unwrap().to_owned()
}

pub(super) fn a_reader_reads_what_is_offered(site: &Site, folder: &Path, source: &mut Client) {
    let address = offered(folder, "customers");
    assert!(address.starts_with(&format!("kafka://{}/", site.kafka.bootstrap_servers())), "{address}");
    let schema: TableSchema = schema("customers").parse().unwrap();
    let history = Topics::new(Brokers).read(&address, &"NW_Data/customers".into(), &schema).unwrap();
    let live = history.versions.iter().filter(|version| version.batch_out.is_none());
    let mut found: Vec<String> =
        live.map(|version| version.values["customer_id"].as_str().unwrap().to_owned()).collect();
    found.sort();
    let mut wanted = rows(source, "customers", "customer_id", "customer_id");
    wanted.iter_mut().for_each(|row| *row = row.trim_matches(['(', ')']).to_owned());
    wanted.sort();
    assert_eq!(found, wanted);
    assert!(history.versions.len() > found.len(), "changes are versions");
}
