//! Configurations of topics and brokers.

use crate::wire::message;

message! {
    request DescribeConfigs { resources: Vec<DescribedResource>, includes_synonyms: bool }
    request DescribedResource { kind: i8, name: String, keys: Option<Vec<String>> }
    response DescribeConfigsResponse { _throttle: i32, resources: Vec<ResourceConfigs> }
    response ResourceConfigs {
        error: i16,
        message: Option<String>,
        _kind: i8,
        name: String,
        configs: Vec<Config>,
    }
    response Config {
        name: String,
        value: Option<String>,
        is_read_only: bool,
        source: i8,
        is_sensitive: bool,
        _synonyms: Vec<Synonym>,
    }
    response Synonym { _name: String, _value: Option<String>, _source: i8 }
    call DescribeConfigs = 32 v 1 -> DescribeConfigsResponse;

    request IncrementalAlterConfigs { resources: Vec<AlteredResource>, only_validates: bool }
    request AlteredResource { kind: i8, name: String, configs: Vec<AlteredConfig> }
    request AlteredConfig { name: String, operation: i8, value: Option<String> }
    response IncrementalAlterConfigsResponse { _throttle: i32, resources: Vec<AlterationOutcome> }
    response AlterationOutcome { error: i16, message: Option<String>, _kind: i8, _name: String }
    call IncrementalAlterConfigs = 44 v 0 -> IncrementalAlterConfigsResponse;
}
