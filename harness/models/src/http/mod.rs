//! What the providers share: a client, lines and events of a body, failures,
//! and the exchange that asks, retries and streams.

mod client;
mod date;
mod exchange;
mod failure;
mod lines;
mod retry;
mod sse;

pub(crate) use client::{client, join};
pub(crate) use exchange::{Call, Decoder, HttpModel, Shared, Wire};
pub(crate) use failure::{Fault, in_stream};
pub use retry::Retry;
