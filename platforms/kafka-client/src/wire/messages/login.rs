//! The versions of a broker, and logging in.

use crate::wire::{Binary, message};

message! {
    request ApiVersions {}
    response ApiVersionsResponse { error: i16, versions: Vec<ApiVersion> }
    response ApiVersion { key: i16, from: i16, to: i16 }
    call ApiVersions = 18 v 0 -> ApiVersionsResponse;

    request SaslHandshake { mechanism: String }
    response SaslHandshakeResponse { error: i16, mechanisms: Vec<String> }
    call SaslHandshake = 17 v 1 -> SaslHandshakeResponse;

    request SaslAuthenticate { bytes: Binary }
    response SaslAuthenticateResponse { error: i16, message: Option<String>, bytes: Binary, _lifetime: i64 }
    call SaslAuthenticate = 36 v 1 -> SaslAuthenticateResponse;
}
