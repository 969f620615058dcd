//! Which images a conversation takes. One that a provider refuses would be refused
//! again at every later turn, so it must not get in.

use crate::error::AgentError;
use crate::models::Part;

/// Most base64 characters of an image.
pub(super) const MAX_IMAGE: usize = 14 << 20;
/// The kinds that all providers know.
const KINDS: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// What is wrong with an image of this media type and these base64 characters, of
/// which there may be `most`.
pub(super) fn check_image(media_type: &str, data: &str, most: usize) -> Result<(), String> {
    if !KINDS.contains(&media_type) {
        let kind: String = media_type.chars().take(100).collect();
        return Err(format!(
            "its type is `{kind}`; it has to be one of {}",
            KINDS.join(", ")
        ));
    }
    if data.len() > most {
        return Err(format!(
            "it has {} characters of base64, {most} are allowed",
            data.len()
        ));
    }
    let digits = data.trim_end_matches('=');
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
    let is_base64 = !digits.is_empty()
        && data.len() - digits.len() <= 2
        && data.len().is_multiple_of(4)
        && digits.bytes().all(is_digit);
    if !is_base64 {
        return Err("it is not written in base64, with padding and without line breaks".to_owned());
    }
    Ok(())
}

/// Refuses images of a call that no model could be shown.
pub(super) fn check_images(images: &[Part]) -> Result<(), AgentError> {
    for (number, image) in images.iter().enumerate() {
        if let Part::Image { media_type, data } = image {
            check_image(media_type, data, MAX_IMAGE).map_err(|problem| AgentError::Image {
                number: number + 1,
                problem,
            })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_image;

    #[test]
    fn only_images_are_images() {
        for (media_type, data, problem) in [
            ("image/png", "aGk=", None),
            ("image/webp", "aGkh", None),
            ("image/svg+xml", "aGk=", Some("image/svg+xml")),
            ("image/png", "", Some("base64")),
            ("image/png", "aGk", Some("base64")),
            ("image/png", "a===", Some("base64")),
            ("image/png", "aG\nk", Some("base64")),
            ("image/png", "aGkhaGkh", Some("8 characters")),
        ] {
            let found = check_image(media_type, data, 4).err();
            match (found, problem) {
                (None, None) => {}
                (Some(found), Some(wanted)) => assert!(found.contains(wanted), "{found}"),
                (found, wanted) => panic!("{data}: {found:?}, wanted {wanted:?}"),
            }
        }
    }
}
