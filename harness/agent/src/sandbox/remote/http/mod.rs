//! The reference connector: a small JSON protocol over HTTP, described in
//! `PROTOCOL.md` beside this file.

mod client;
mod connector;
mod wire;

pub use connector::HttpConnector;
