//! What a chip does for the key, and what keeps it from doing so.

use super::Key;

/// A chip that seals the key: what it gives is of use in the machine it sits in, and nowhere else.
pub trait Sealer {
    /// The key as it may lie on the disk, at most 4000 bytes.
    fn seal(&self, key: &Key) -> Result<Vec<u8>, SealError>;

    /// The key that was sealed.
    fn unseal(&self, sealed: &[u8]) -> Result<Key, SealError>;
}

/// Why a chip seals or unseals nothing. Neither the file nor the chip was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// No TPM answers where the configuration says. Cure: switch it on in the firmware, give this user rights on it, or write
    /// where it is at `store.tpm`.
    #[error("no TPM answers at {place} ({why}): switch it on in the firmware, or correct store.tpm")]
    Absent {
        /// `store.tpm`.
        place: String,
        /// What was seen.
        why: String,
    },
    /// Another machine's TPM sealed it. Cure: bring the disk back to its machine.
    #[error("another TPM sealed this key: put the disk back into the machine it was set up in")]
    Foreign,
    /// The TPM was cleared since, and can never unseal it again. Cure: a plain key file that was put away; without one the
    /// store cannot be read by anybody.
    #[error(
        "the TPM was cleared since it sealed this key: bring back a copy of the key, or set the terminal up anew"
    )]
    Cleared,
    /// The file was cut off or changed. Cure: bring the right file back.
    #[error("the sealed key is damaged: bring the right file back")]
    Damaged,
    /// Somebody tried too many wrong passwords of the TPM. Cure: wait, or end the lockout.
    #[error("the TPM is in lockout: wait, or run tpm2_dictionarylockout --clear-lockout")]
    Lockout,
    /// The owner of the TPM gave it a password. Cure: take the password away.
    #[error("the TPM's owner hierarchy has a password: take it away with tpm2_changeauth")]
    Password,
    /// It answered otherwise. Cure: try again; then the firmware's diagnosis.
    #[error("the TPM refused: {0}")]
    Refused(String),
}
