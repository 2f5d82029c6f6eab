//! Consumer groups and their offsets.

use crate::wire::message;

message! {
    request ListGroups {}
    response ListGroupsResponse { _throttle: i32, error: i16, groups: Vec<ListedGroup> }
    response ListedGroup { id: String, _protocol: String }
    call ListGroups = 16 v 2 -> ListGroupsResponse;

    request OffsetFetch { group: String, topics: Option<Vec<CommittedTopic>> }
    request CommittedTopic { name: String, partitions: Vec<i32> }
    response OffsetFetchResponse { _throttle: i32, topics: Vec<CommittedTopicOffsets>, error: i16 }
    response CommittedTopicOffsets { name: String, partitions: Vec<CommittedOffset> }
    response CommittedOffset { index: i32, offset: i64, _metadata: Option<String>, error: i16 }
    call OffsetFetch = 9 v 3 -> OffsetFetchResponse;

    request OffsetCommit { group: String, generation: i32, member: String, topics: Vec<TopicCommit> }
    request TopicCommit { name: String, partitions: Vec<OffsetOfPartition> }
    request OffsetOfPartition { index: i32, offset: i64, metadata: Option<String> }
    response OffsetCommitResponse { _throttle: i32, topics: Vec<CommitOutcome> }
    response CommitOutcome { _name: String, partitions: Vec<PartitionOutcome> }
    response PartitionOutcome { _index: i32, error: i16 }
    call OffsetCommit = 8 v 5 -> OffsetCommitResponse;

    request DeleteGroups { groups: Vec<String> }
    response DeleteGroupsResponse { _throttle: i32, groups: Vec<GroupOutcome> }
    response GroupOutcome { _id: String, error: i16 }
    call DeleteGroups = 42 v 1 -> DeleteGroupsResponse;
}
