//! Sandboxes elsewhere: one trait for whoever runs them, one sandbox over it,
//! and a connector that speaks HTTP.

mod connector;
mod http;
mod running;
mod sandbox;

pub use connector::{Connector, ExecRequest, Machine};
pub use http::HttpConnector;
pub use sandbox::{Remote, RemoteSandbox};
