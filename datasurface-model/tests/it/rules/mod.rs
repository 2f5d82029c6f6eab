//! What single rules find, where a fixture would not show it.

mod governance;
mod name;
mod schema;
mod waivers;
