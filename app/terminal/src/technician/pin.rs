//! A technician's PIN: what may be one, and its slow hash.
//!
//! A PIN has few digits, so that whoever takes the roster out of the store could try them all; the hash makes each of those
//! tries cost time and memory. Against tries at the terminal the lock stands (`kiosk_session::lock`).

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, Params};
use kiosk_drivers_api::Private;
use rand::TryRng;
use rand::rngs::SysRng;
use secrecy::ExposeSecret;

/// Argon2id with 46 MiB, one pass, one lane: the one with most memory of the settings OWASP's "Password Storage Cheat Sheet"
/// counts as equal; RFC 9106, 4, asks for memory first. One hash takes a quarter of a second on two cores that are busy with
/// other work.
const MEMORY_KIB: u32 = 46 * 1024;
const PASSES: u32 = 1;
const LANES: u32 = 1;
/// Bytes of salt: RFC 9106, 3.1, for passwords.
const SALT_BYTES: usize = 16;

/// Why something is no PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPin {
    /// Not 6 to 8 digits.
    #[error("a PIN has 6 to 8 digits")]
    Digits,
    /// Too easily guessed.
    #[error("this PIN is among the first anybody tries: take one without a row and without repetition")]
    Trivial,
    /// The system gave no random bytes, or no memory.
    #[error("the PIN could not be hashed; try again")]
    NotHashed,
}

/// The hash of a new PIN, as a PHC string.
pub fn hash(pin: &Private) -> Result<String, NoPin> {
    check(pin.expose_secret())?;
    let mut salt = [0; SALT_BYTES];
    SysRng.try_fill_bytes(&mut salt).map_err(|_| NoPin::NotHashed)?;
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| NoPin::NotHashed)?;
    let hash = Argon2::from(params).hash_password_with_salt(pin.expose_secret().as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|_| NoPin::NotHashed)
}

/// Whether it is the PIN of this hash. The cost is the one the hash was made with.
pub fn is_right(pin: &Private, hash: &str) -> bool {
    Argon2::default().verify_password(pin.expose_secret().as_bytes(), hash).is_ok()
}

fn check(pin: &str) -> Result<(), NoPin> {
    if !(6..=8).contains(&pin.len()) || !pin.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoPin::Digits);
    }
    if is_trivial(pin.as_bytes()) { Err(NoPin::Trivial) } else { Ok(()) }
}

/// Two different digits at most, a row up or down, or one part that repeats.
fn is_trivial(pin: &[u8]) -> bool {
    let kinds = (b'0'..=b'9').filter(|digit| pin.contains(digit)).count();
    let step = |by: u8| pin.windows(2).all(|pair| (pair[0] - b'0' + by) % 10 == pair[1] - b'0');
    let repeats = |length: usize| pin.chunks(length).all(|part| pin.starts_with(part));
    kinds <= 2 || step(1) || step(9) || (1..=pin.len() / 2).any(repeats)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn trivial_pins_and_what_is_none_are_refused() {
        for pin in ["12345", "123456789", "12345a", "", "１２３４５６"] {
            assert_eq!(check(pin), Err(NoPin::Digits), "{pin}");
        }
        for pin in ["000000", "121121", "123456", "654321", "890123", "12341234", "123123", "77777771"] {
            assert_eq!(check(pin), Err(NoPin::Trivial), "{pin}");
        }
        for pin in ["739154", "20481937", "135790"] {
            assert_eq!(check(pin), Ok(()), "{pin}");
        }
    }

    #[test]
    fn a_hash_fits_its_pin_only_and_no_two_are_the_same() {
        let hash_of = |pin| hash(&Private::from(pin)).unwrap();
        let (one, other) = (hash_of("739154"), hash_of("739154"));
        assert!(one.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"), "{one}");
        assert_ne!(one, other, "the salt");
        assert!(is_right(&Private::from("739154"), &one) && is_right(&Private::from("739154"), &other));
        assert!(!is_right(&Private::from("739155"), &one));
        assert!(!is_right(&Private::from("739154"), "not a hash"));
    }
}
