//! Pictures: graphs as text that other tools draw or read, written piece by piece: a large graph takes no more memory than
//! a small one.

mod change;
mod dot;
mod frame;
mod graph_picture;
mod graphml;
mod graphs_json;
mod handover;
mod label;
mod mermaid;
mod picture_json;
mod summary;
#[cfg(test)]
mod tests;
mod writer;

pub use dot::Dot;
pub use graph_picture::{Level, Picture};
pub use graphml::GraphMl;
pub use graphs_json::GraphsJson;
pub use mermaid::Mermaid;
pub use picture_json::PictureJson;
