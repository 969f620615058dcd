//! An HTTP client whose TLS is chosen here, not by whatever the process has
//! installed.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;

/// A client for one address. It follows no redirects, for they would carry the
/// key to a host that nobody named, and reaches this machine without a proxy.
///
/// # Errors
/// The machine's certificates could not be read.
pub(crate) fn client(
    base: &Url,
    connect_timeout: Duration,
    idle_timeout: Duration,
) -> Result<reqwest::Client, String> {
    let tls = tls(base.scheme() == "https")
        .map_err(|error| format!("TLS is not available: {error}; is there a file of certificates (package ca-certificates)?"))?;
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(connect_timeout)
        .read_timeout(idle_timeout)
        .user_agent(concat!("wardian/", env!("CARGO_PKG_VERSION")));
    if is_this_machine(base) {
        builder = builder.no_proxy();
    }
    builder
        .build()
        .map_err(|error| format!("the HTTP client could not be made: {error}"))
}

/// `base` with `path` below it, whether or not the base ends with a slash.
pub(crate) fn join(base: &Url, path: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}

fn tls(verified: bool) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    let mut config = if verified {
        builder.with_platform_verifier()?.with_no_client_auth()
    } else {
        // Without redirects a plain address stays plain: no certificate is ever
        // trusted, and none needs to be on the machine.
        builder
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth()
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn is_this_machine(base: &Url) -> bool {
    let host = base.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_below_the_base() {
        for (base, want) in [
            ("https://host", "https://host/v1/messages"),
            ("https://host/", "https://host/v1/messages"),
            ("https://host/proxy", "https://host/proxy/v1/messages"),
            ("https://host/proxy/", "https://host/proxy/v1/messages"),
        ] {
            let base = Url::parse(base).unwrap();
            assert_eq!(join(&base, &["v1", "messages"]).as_str(), want);
        }
    }

    #[test]
    fn a_name_cannot_leave_its_segment() {
        let base = Url::parse("https://host").unwrap();
        let url = join(&base, &["models", "a/../b?c#d:go"]);
        assert_eq!(url.as_str(), "https://host/models/a%2F..%2Fb%3Fc%23d:go");
    }

    #[test]
    fn loopback_is_this_machine() {
        for (url, want) in [
            ("http://localhost:1", true),
            ("http://127.0.0.1:1", true),
            ("http://[::1]:1", true),
            ("http://10.0.0.1", false),
            ("https://api.anthropic.com", false),
        ] {
            assert_eq!(is_this_machine(&Url::parse(url).unwrap()), want, "{url}");
        }
    }

    #[test]
    fn a_client_needs_no_certificates_for_a_plain_address() {
        let base = Url::parse("http://127.0.0.1:9").unwrap();
        let second = Duration::from_secs(1);
        assert!(client(&base, second, second).is_ok());
    }
}
