//! What single rules find, where a fixture would not show it.

mod governance;
mod name;
mod origins;
mod schema;
mod waivers;
