//! Servers over streamable HTTP.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use rmcp::model::Tool as ListedTool;
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;

use super::connection::{Connection, explained, open};
use super::http_client::{BoundedClient, RESERVED};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) async fn start(
    url: &str,
    token: Option<&str>,
    headers: &[(String, String)],
) -> Result<(Connection, Vec<ListedTool>), String> {
    // The address itself may hold a secret; its host does not.
    let address = Url::parse(url).map_err(|error| format!("its address is none: {error}"))?;
    let host = address.host_str().unwrap_or_default();
    let is_local = is_this_machine(&address);
    match address.scheme() {
        "https" => {}
        "http" if is_local || (token.is_none() && headers.is_empty()) => {}
        "http" => {
            return Err(format!(
                "its token and headers would go to {host} for everybody to read: use https"
            ));
        }
        scheme => return Err(format!("{scheme} is no way to an MCP server: use https")),
    }
    let mut client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls(address.scheme() == "https")?)
        // A redirect would carry the token to an address that nobody named.
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        // As rmcp's own client: a pooled connection with an unread answer stalls.
        .pool_max_idle_per_host(0);
    if is_local {
        client = client.no_proxy();
    }
    let client = client
        .build()
        .map_err(|error| format!("there is no HTTP client: {error}"))?;
    let mut config =
        StreamableHttpClientTransportConfig::with_uri(url).custom_headers(parse(headers)?);
    if let Some(token) = token {
        config = config.auth_header(token);
    }
    let client = BoundedClient::new(client);
    let too_long = client.too_long();
    let transport = StreamableHttpClientTransport::with_client(client, config);
    match open(transport).await {
        Ok((connection, tools)) => Ok((connection.watched(too_long), tools)),
        Err(problem) => Err(explained(problem, &too_long)),
    }
}

fn parse(headers: &[(String, String)]) -> Result<HashMap<HeaderName, HeaderValue>, String> {
    let mut parsed = HashMap::new();
    for (name, value) in headers {
        let key = HeaderName::try_from(name)
            .map_err(|_| format!("`{name}` cannot be the name of a header"))?;
        if RESERVED.contains(&key) {
            return Err(format!("the header `{name}` is the protocol's own to set"));
        }
        let mut value = HeaderValue::try_from(value)
            .map_err(|_| format!("the value of the header `{name}` has characters it cannot"))?;
        value.set_sensitive(true);
        parsed.insert(key, value);
    }
    Ok(parsed)
}

fn tls(verified: bool) -> Result<rustls::ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let wrong = |error: rustls::Error| {
        format!("TLS is not available ({error}): install the system's certificates")
    };
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(wrong)?;
    // Without redirects a plain address needs no certificates.
    let mut config = if verified {
        let builder = builder.with_platform_verifier().map_err(wrong)?;
        builder.with_no_client_auth()
    } else {
        builder
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth()
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn is_this_machine(address: &Url) -> bool {
    let host = address.host_str().unwrap_or_default();
    let number = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || number
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
