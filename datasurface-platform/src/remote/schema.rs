//! The JSON Schemas of the protocol: of what a program is asked, and of what it answers.

use super::protocol::{Request, RequestLine, Response, ResponseLine};
use datasurface_model::Json;
use schemars::{JsonSchema, generate::SchemaSettings};

/// Returns the JSON Schema of each line that a host writes. It is that of `docs/protocol.requests.schema.json`.
///
/// It says what a program must be able to read: with it, the author of a program checks what arrives, or generates the types for it.
#[must_use]
pub fn request_schema() -> Json {
    schema_of::<RequestLine<Request<'static>>>("A line to the program of a platform")
}

/// Returns the JSON Schema of each line that a program writes. It is that of `docs/protocol.schema.json`.
///
/// It says what the host can read. Rules that bind several values, such as those of [`Rendering::add`](crate::Rendering::add), are not
/// in it.
#[must_use]
pub fn answer_schema() -> Json {
    schema_of::<ResponseLine<Response>>("A line from the program of a platform")
}

/// Returns the JSON Schema of a type, under this title.
pub(crate) fn schema_of<T: JsonSchema>(title: &str) -> Json {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    Json::from(schema.to_value())
}
