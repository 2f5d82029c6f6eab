//! Requests with their responses, made of fields in the order of the protocol.

use super::{Decode, Encode};

/// A request, in the one version that this client speaks.
pub(crate) trait Request: Encode {
    /// The name, for errors.
    const NAME: &'static str;
    const KEY: i16;
    const VERSION: i16;
    /// Whether header and fields have the newer form, with compact lengths and tags.
    const IS_FLEXIBLE: bool = false;
    type Response: Decode;
}

/// A value in the newer form of the protocol.
pub(crate) struct Compact<T>(pub(crate) T);

/// The end of a structure in the newer form, where unknown fields are.
pub(crate) struct Tags;

/// Declares structures of the protocol: `request` can be written, `response` can be read. A field with a leading underscore is read
/// because of those behind it.
macro_rules! message {
    () => {};
    (request $name:ident { $($field:ident: $type:ty),* $(,)? } $($rest:tt)*) => {
        pub(crate) struct $name { $(pub(crate) $field: $type),* }

        impl $crate::wire::Encode for $name {
            fn encode(&self, _output: &mut Vec<u8>) {
                $($crate::wire::Encode::encode(&self.$field, _output);)*
            }
        }

        $crate::wire::message!($($rest)*);
    };
    (response $name:ident { $($field:ident: $type:ty),* $(,)? } $($rest:tt)*) => {
        pub(crate) struct $name { $(pub(crate) $field: $type),* }

        impl $crate::wire::Decode for $name {
            fn decode(input: &mut $crate::wire::Input<'_>) -> Result<Self, $crate::wire::Malformed> {
                Ok(Self { $($field: $crate::wire::Decode::decode(input)?),* })
            }
        }

        $crate::wire::message!($($rest)*);
    };
    // A request, its key and version, and its response.
    (call $request:ident = $key:literal v $version:literal -> $response:ident; $($rest:tt)*) => {
        $crate::wire::message!(call $request = $key v $version (false) -> $response; $($rest)*);
    };
    (call $request:ident = $key:literal v $version:literal flexible -> $response:ident; $($rest:tt)*) => {
        $crate::wire::message!(call $request = $key v $version (true) -> $response; $($rest)*);
    };
    (call $request:ident = $key:literal v $version:literal ($flexible:literal) -> $response:ident; $($rest:tt)*) => {
        impl $crate::wire::Request for $request {
            const NAME: &'static str = stringify!($request);
            const KEY: i16 = $key;
            const VERSION: i16 = $version;
            const IS_FLEXIBLE: bool = $flexible;
            type Response = $response;
        }

        $crate::wire::message!($($rest)*);
    };
}

pub(crate) use message;
