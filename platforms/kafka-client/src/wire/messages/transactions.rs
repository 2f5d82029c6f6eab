//! Transactions of a producer.

use crate::wire::message;

message! {
    request InitProducerId { transaction: Option<String>, timeout: i32 }
    response InitProducerIdResponse { _throttle: i32, error: i16, producer: i64, epoch: i16 }
    call InitProducerId = 22 v 1 -> InitProducerIdResponse;

    request AddPartitionsToTxn { transaction: String, producer: i64, epoch: i16, topics: Vec<AddedTopic> }
    request AddedTopic { name: String, partitions: Vec<i32> }
    response AddPartitionsToTxnResponse { _throttle: i32, topics: Vec<AddedTopicOutcome> }
    response AddedTopicOutcome { _name: String, partitions: Vec<AddedPartitionOutcome> }
    response AddedPartitionOutcome { _index: i32, error: i16 }
    call AddPartitionsToTxn = 24 v 1 -> AddPartitionsToTxnResponse;

    request EndTxn { transaction: String, producer: i64, epoch: i16, commits: bool }
    response EndTxnResponse { _throttle: i32, error: i16 }
    call EndTxn = 26 v 1 -> EndTxnResponse;
}
