//! Dates as HTTP writes them, for a provider that says until when to wait instead
//! of how long.

use std::time::{Duration, SystemTime};

/// A date in one of the three forms that HTTP knows.
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text.trim()).ok()
}

/// How long it is until then: by the clock of who said so, where the answer has
/// its date, for clocks differ; else by ours. Nothing when it has passed.
pub(super) fn wait_until(then: SystemTime, their_now: Option<SystemTime>) -> Duration {
    let now = their_now.unwrap_or_else(SystemTime::now);
    then.duration_since(now).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_date_is_read() {
        let wanted = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            " Sunday, 06-Nov-94 08:49:37 GMT ",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(parse(text), Some(wanted), "{text}");
        }
        for text in ["", "soon", "Sun, 32 Nov 1994 08:49:37 GMT", "1994-11-06"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn waits_go_by_the_other_clock() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
        let then = now + Duration::from_secs(7);
        assert_eq!(wait_until(then, Some(now)), Duration::from_secs(7));
        assert_eq!(wait_until(now, Some(then)), Duration::ZERO);
        // By our own clock it has long passed.
        assert_eq!(wait_until(then, None), Duration::ZERO);
    }
}
