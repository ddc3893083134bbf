//! The key of a store and a TPM, the real emulator: what it gives back, what it refuses, and that nothing is changed by it.
#![allow(clippy::unwrap_used)]

mod swtpm;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kiosk_protocol::crypto::Digest;
use kiosk_store::{Keep, KeyError, KeyHome, KeyPort, SealError};
use kiosk_tpm::Tpm;
use serde_json::Value;
use swtpm::Swtpm;
use tempfile::TempDir;
use tss_esapi::attributes::ObjectAttributesBuilder;
use tss_esapi::constants::response_code::Tss2ResponseCodeKind;
use tss_esapi::handles::{AuthHandle, ObjectHandle};
use tss_esapi::interface_types::algorithm::{HashingAlgorithm, PublicAlgorithm};
use tss_esapi::interface_types::resource_handles::Hierarchy;
use tss_esapi::interface_types::session_handles::AuthSession;
use tss_esapi::structures::{
    Auth, KeyedHashScheme, Public, PublicBuilder, PublicKeyedHashParameters, SensitiveData,
};
use tss_esapi::{Context, Error, TctiNameConf};

struct Bench {
    folder: TempDir,
    chip: Swtpm,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), chip: Swtpm::new() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("store.key")
    }

    fn home(&self) -> KeyHome {
        self.home_of(self.chip.tpm())
    }

    fn home_of(&self, tpm: Tpm) -> KeyHome {
        KeyHome { path: self.path(), keep: Keep::Sealed, sealer: Arc::new(tpm) }
    }

    /// Somebody else's work at the chip.
    fn context(&self) -> Context {
        Context::new(self.chip.place().parse::<TctiNameConf>().unwrap()).unwrap()
    }
}

fn refusal(home: &KeyHome) -> SealError {
    match home.key() {
        Err(KeyError::Seal { path, source }) if path == home.path => source,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_sealed_key_outlives_the_power_and_is_nowhere_on_the_disk() {
    let mut bench = Bench::new();
    bench.home().create().unwrap();
    let key = bench.home().key().unwrap();
    assert_eq!(bench.home().kept(), Ok(Keep::Sealed));
    assert_eq!(fs::metadata(bench.path()).unwrap().mode() & 0o7777, 0o600);
    bench.chip.restart();
    assert_eq!(bench.home().key().unwrap(), key);
    let bytes = fs::read(bench.path()).unwrap();
    let digits = hex::encode(*key);
    assert!(!holds(&bytes, &*key) && !holds(&bytes.to_ascii_lowercase(), digits.as_bytes()));
    assert_eq!(fs::read_dir(bench.folder.path()).unwrap().count(), 1);
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

#[test]
fn a_key_is_never_overwritten_and_no_two_are_the_same() {
    let (one, other) = (Bench::new(), Bench::new());
    one.home().create().unwrap();
    other.home().create().unwrap();
    let key = one.home().key().unwrap();
    assert_ne!(other.home().key().unwrap(), key);
    assert_eq!(one.home().create(), Err(KeyError::Exists(one.path())));
    assert_eq!(one.home().key().unwrap(), key);
}

#[test]
fn another_chip_says_that_the_key_is_foreign_and_its_own_still_gives_it() {
    let (bench, other) = (Bench::new(), Swtpm::new());
    bench.home().create().unwrap();
    let key = bench.home().key().unwrap();
    assert_eq!(refusal(&bench.home_of(other.tpm())), SealError::Foreign);
    assert_eq!(bench.home().key().unwrap(), key);
}

#[test]
fn a_chip_that_was_cleared_says_so() {
    let bench = Bench::new();
    bench.home().create().unwrap();
    let before = fs::read(bench.path()).unwrap();
    let clear = |context: &mut Context| context.clear(AuthHandle::Lockout);
    bench.context().execute_with_session(Some(AuthSession::Password), clear).unwrap();
    assert_eq!(refusal(&bench.home()), SealError::Cleared);
    assert_eq!(fs::read(bench.path()).unwrap(), before);
}

#[test]
fn a_file_cut_off_or_changed_anywhere_is_refused_and_beside_it_is_taken_for_none() {
    let bench = Bench::new();
    bench.home().create().unwrap();
    let (home, whole) = (bench.home(), fs::read(bench.path()).unwrap());
    for length in 0..whole.len() - 1 {
        write(&home.path, &whole[..length]);
        assert!(is_damaged(&home.key().unwrap_err()), "cut off at {length}");
    }
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        write(&home.path, &changed);
        assert!(is_damaged(&home.key().unwrap_err()), "changed at {place}");
    }
    write(&home.path, &whole);
    for length in [0, 9, 32, whole.len() / 2] {
        write(&home.path.with_extension("key.next"), &whole[..length]);
        assert_eq!(home.next(), Ok(None), "cut off at {length}");
    }
    write(&home.path.with_extension("key.next"), &whole);
    assert_eq!(home.next(), home.key().map(Some));
}

/// Keeps the rights of a file that is there.
fn write(path: &Path, bytes: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn is_damaged(error: &KeyError) -> bool {
    matches!(error, KeyError::Size(_) | KeyError::Seal { source: SealError::Damaged, .. })
}

#[test]
fn what_the_chip_itself_finds_changed_is_damaged() {
    let bench = Bench::new();
    bench.home().create().unwrap();
    let text = fs::read_to_string(bench.path()).unwrap();
    let (mark, json) = text.split_once('\n').unwrap();
    let mut sealed: Value = serde_json::from_str(json).unwrap();
    let mut private = hex::decode(sealed["private"].as_str().unwrap()).unwrap();
    *private.last_mut().unwrap() ^= 1;
    sealed["private"] = hex::encode(private).into();
    let parts = ["root", "machine", "public", "private"].map(|part| sealed[part].as_str().unwrap());
    let check = Digest::of(parts.join("\n").as_bytes());
    sealed["check"] = hex::encode(check.as_bytes()).into();
    write(&bench.path(), format!("{mark}\n{sealed}").as_bytes());
    assert_eq!(refusal(&bench.home()), SealError::Damaged);
}

#[test]
fn a_chip_that_is_not_there_is_named_and_no_key_is_made() {
    let mut bench = Bench::new();
    let nowhere = bench.home_of(Tpm::try_from("device:/dev/no-such-tpm".to_owned()).unwrap());
    let error = nowhere.create().unwrap_err();
    let KeyError::Seal { source, .. } = &error else { panic!("{error:?}") };
    let text = source.to_string();
    assert!(text.contains("/dev/no-such-tpm") && text.contains("No such file"), "{text}");
    assert!(!bench.path().exists());
    bench.home().create().unwrap();
    bench.chip.stop();
    assert!(matches!(refusal(&bench.home()), SealError::Absent { .. }));
}

#[test]
fn an_owner_with_a_password_is_named() {
    let bench = Bench::new();
    let secret = Auth::try_from(b"secret".as_slice()).unwrap();
    let lock = |context: &mut Context| context.hierarchy_change_auth(AuthHandle::Owner, secret);
    bench.context().execute_with_session(Some(AuthSession::Password), lock).unwrap();
    let error = bench.home().create().unwrap_err();
    assert_eq!(error, KeyError::Seal { path: bench.path(), source: SealError::Password });
}

#[test]
fn a_lockout_somebody_else_caused_does_not_reach_the_key() {
    let bench = Bench::new();
    bench.home().create().unwrap();
    let key = bench.home().key().unwrap();
    lock_out(&mut bench.context());
    assert_eq!(bench.home().key().unwrap(), key);
}

/// Guesses a password until the chip takes no more.
fn lock_out(context: &mut Context) {
    let secret = Auth::try_from(b"secret".as_slice()).unwrap();
    let bytes = SensitiveData::try_from(b"somebody else's".as_slice()).unwrap();
    let guarded = context
        .execute_with_session(Some(AuthSession::Password), |context| {
            context.create_primary(Hierarchy::Owner, guarded(), Some(secret), Some(bytes), None, None)
        })
        .unwrap();
    let object = ObjectHandle::from(guarded.key_handle);
    context.tr_set_auth(object, Auth::try_from(b"guess".as_slice()).unwrap()).unwrap();
    let guess =
        |_| context.execute_with_session(Some(AuthSession::Password), |context| context.unseal(object));
    let locks = (0..GUESSES_MAX).map(guess).any(|answer| {
        matches!(answer, Err(Error::Tss2Error(code)) if code.kind() == Some(Tss2ResponseCodeKind::Lockout))
    });
    assert!(locks, "the chip takes guess after guess");
}

/// More than any chip takes by default (32).
const GUESSES_MAX: u32 = 100;

/// Bytes with a password that counts guesses.
fn guarded() -> Public {
    let attributes = ObjectAttributesBuilder::new()
        .with_fixed_tpm(true)
        .with_fixed_parent(true)
        .with_user_with_auth(true)
        .build()
        .unwrap();
    PublicBuilder::new()
        .with_public_algorithm(PublicAlgorithm::KeyedHash)
        .with_name_hashing_algorithm(HashingAlgorithm::Sha256)
        .with_object_attributes(attributes)
        .with_keyed_hash_parameters(PublicKeyedHashParameters::new(KeyedHashScheme::Null))
        .with_keyed_hash_unique_identifier(Default::default())
        .build()
        .unwrap()
}
