//! Pictures: graphs as text that other tools draw or read, written piece by piece: a large graph takes no more memory than
//! a small one.

mod change;
mod dot;
mod drawing;
mod exchange;
mod frame;
mod graphml;
mod json;
mod label;
mod mermaid;
mod pen;
mod sketch;
mod summary;
#[cfg(test)]
mod tests;

pub use dot::Dot;
pub use drawing::Drawing;
pub use graphml::GraphMl;
pub use json::GraphsPicture;
pub use mermaid::Mermaid;
pub use sketch::{Level, Picture};
