//! What single rules find, where a fixture would not show it.

mod delivered;
mod governance;
mod name;
mod policy;
mod producer_file;
mod schema;
mod waivers;
