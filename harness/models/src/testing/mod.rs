//! A server on loopback that speaks the providers' wire formats from a list of
//! answers and notes what it was asked. For tests of this crate and of others.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use wardian_models::testing::{ModelServer, anthropic};
//! use wardian_models::{Provider, Providers, Turn};
//!
//! let server = ModelServer::start([anthropic(&Turn::text("Hello."))]).await?;
//! let model = Providers::default()
//!     .with_base_url(Provider::Anthropic, server.base_url())
//!     .connect("anthropic/claude-sonnet-5")?;
//! // ... talk to the model, and then:
//! assert_eq!(server.requests()[0].path, "/v1/messages");
//! # Ok(())
//! # }
//! ```

mod answer;
mod server;
mod wire;

pub use answer::Answer;
pub use server::{ModelServer, Received};
pub use wire::{anthropic, anthropic_error, openai, openai_error};
