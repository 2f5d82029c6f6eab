//! Creation and deletion of topics.

use crate::wire::message;

message! {
    request CreateTopics { topics: Vec<CreatedTopic>, timeout: i32, only_validates: bool }
    request CreatedTopic {
        name: String,
        partitions: i32,
        replication: i16,
        assignments: Vec<Assignment>,
        configs: Vec<CreatedConfig>,
    }
    request Assignment { partition: i32, brokers: Vec<i32> }
    request CreatedConfig { name: String, value: Option<String> }
    response CreateTopicsResponse { _throttle: i32, topics: Vec<TopicOutcome> }
    response TopicOutcome { _name: String, error: i16, message: Option<String> }
    call CreateTopics = 19 v 4 -> CreateTopicsResponse;

    request CreatePartitions { topics: Vec<GrownTopic>, timeout: i32, only_validates: bool }
    request GrownTopic { name: String, count: i32, assignments: Option<Vec<Vec<i32>>> }
    response CreatePartitionsResponse { _throttle: i32, topics: Vec<TopicOutcome> }
    call CreatePartitions = 37 v 1 -> CreatePartitionsResponse;

    request DeleteTopics { names: Vec<String>, timeout: i32 }
    response DeleteTopicsResponse { _throttle: i32, topics: Vec<DeletionOutcome> }
    response DeletionOutcome { _name: String, error: i16 }
    call DeleteTopics = 20 v 3 -> DeleteTopicsResponse;
}
