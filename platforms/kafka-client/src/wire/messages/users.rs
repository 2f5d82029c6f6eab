//! Users who log in by SCRAM.

use crate::wire::{Binary, Compact, Tags, message};

message! {
    request DescribeUserScramCredentials { users: Compact<Vec<NamedUser>>, tags: Tags }
    request NamedUser { name: Compact<String>, tags: Tags }
    response DescribeUserScramCredentialsResponse {
        _throttle: i32,
        error: i16,
        message: Compact<Option<String>>,
        users: Compact<Vec<UserCredentials>>,
        _tags: Tags,
    }
    response UserCredentials {
        name: Compact<String>,
        error: i16,
        message: Compact<Option<String>>,
        credentials: Compact<Vec<CredentialInfo>>,
        _tags: Tags,
    }
    response CredentialInfo { mechanism: i8, _iterations: i32, _tags: Tags }
    call DescribeUserScramCredentials = 50 v 0 flexible -> DescribeUserScramCredentialsResponse;

    request AlterUserScramCredentials {
        deletions: Compact<Vec<CredentialDeletion>>,
        upsertions: Compact<Vec<CredentialUpsertion>>,
        tags: Tags,
    }
    request CredentialDeletion { name: Compact<String>, mechanism: i8, tags: Tags }
    request CredentialUpsertion {
        name: Compact<String>,
        mechanism: i8,
        iterations: i32,
        salt: Compact<Binary>,
        salted_password: Compact<Binary>,
        tags: Tags,
    }
    response AlterUserScramCredentialsResponse {
        _throttle: i32,
        users: Compact<Vec<UserOutcome>>,
        _tags: Tags,
    }
    response UserOutcome {
        _name: Compact<String>,
        error: i16,
        message: Compact<Option<String>>,
        _tags: Tags,
    }
    call AlterUserScramCredentials = 51 v 0 flexible -> AlterUserScramCredentialsResponse;
}
