//! Brokers, topics and their leaders; coordinators.

use crate::wire::message;

message! {
    request Metadata { topics: Option<Vec<String>>, creates_topics: bool }
    response MetadataResponse {
        _throttle: i32,
        brokers: Vec<Broker>,
        _cluster: Option<String>,
        controller: i32,
        topics: Vec<TopicMetadata>,
    }
    response Broker { id: i32, host: String, port: i32, _rack: Option<String> }
    response TopicMetadata { error: i16, name: String, is_internal: bool, partitions: Vec<PartitionMetadata> }
    response PartitionMetadata {
        error: i16,
        index: i32,
        leader: i32,
        replicas: Vec<i32>,
        in_sync_replicas: Vec<i32>,
    }
    call Metadata = 3 v 4 -> MetadataResponse;

    request FindCoordinator { key: String, kind: i8 }
    response FindCoordinatorResponse {
        _throttle: i32,
        error: i16,
        message: Option<String>,
        id: i32,
        host: String,
        port: i32,
    }
    call FindCoordinator = 10 v 1 -> FindCoordinatorResponse;
}
