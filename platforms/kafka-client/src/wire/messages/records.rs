//! Offsets and records of partitions.

use crate::wire::{Binary, message};

message! {
    request ListOffsets { replica: i32, isolation: i8, topics: Vec<ListedTopic> }
    request ListedTopic { name: String, partitions: Vec<ListedPartition> }
    request ListedPartition { index: i32, timestamp: i64 }
    response ListOffsetsResponse { _throttle: i32, topics: Vec<ListedTopicOffsets> }
    response ListedTopicOffsets { _name: String, partitions: Vec<ListedOffset> }
    response ListedOffset { index: i32, error: i16, _timestamp: i64, offset: i64 }
    call ListOffsets = 2 v 2 -> ListOffsetsResponse;

    request Fetch {
        replica: i32,
        wait: i32,
        least_bytes: i32,
        most_bytes: i32,
        isolation: i8,
        session: i32,
        session_epoch: i32,
        topics: Vec<FetchedTopic>,
        forgotten: Vec<ForgottenTopic>,
    }
    request FetchedTopic { name: String, partitions: Vec<FetchedPartition> }
    request FetchedPartition { index: i32, leader_epoch: i32, offset: i64, log_start: i64, most_bytes: i32 }
    request ForgottenTopic { name: String, partitions: Vec<i32> }
    response FetchResponse { _throttle: i32, error: i16, _session: i32, topics: Vec<TopicRecords> }
    response TopicRecords { _name: String, partitions: Vec<PartitionRecords> }
    response PartitionRecords {
        _index: i32,
        error: i16,
        _high_watermark: i64,
        _last_stable: i64,
        _log_start: i64,
        aborted: Vec<AbortedTransaction>,
        records: Binary,
    }
    response AbortedTransaction { producer: i64, first_offset: i64 }
    call Fetch = 1 v 10 -> FetchResponse;

    request Produce { transaction: Option<String>, acknowledgements: i16, timeout: i32, topics: Vec<ProducedTopic> }
    request ProducedTopic { name: String, partitions: Vec<ProducedPartition> }
    request ProducedPartition { index: i32, records: Binary }
    response ProduceResponse { topics: Vec<ProducedTopicOutcome>, _throttle: i32 }
    response ProducedTopicOutcome { _name: String, partitions: Vec<ProducedOutcome> }
    response ProducedOutcome { _index: i32, error: i16, base_offset: i64, _append_time: i64, _log_start: i64 }
    call Produce = 0 v 7 -> ProduceResponse;
}
