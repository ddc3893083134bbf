//! The platform's keys: files of one folder, readable by their owner only.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use kiosk_protocol::crypto::{BadKey, Digest, SigningKey, UnsealingKey};
use kiosk_protocol::ids::TerminalId;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SerialNumber,
};
use ring::digest::{SHA256, digest};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::zeroize::Zeroizing;

use crate::limits::{CA_DAYS, CERTIFICATE_DAYS, CERTIFICATE_LEEWAY, SERVER_DAYS};

const CA: &str = "ca.pem";
const CA_KEY: &str = "ca.key";
const SERVER: &str = "server.pem";
const SERVER_KEY: &str = "server.key";
const SEALING_KEY: &str = "sealing.key";
const CATALOGUE_KEY: &str = "catalogue.key";
const PSEUDONYM_KEY: &str = "pseudonym.key";
const PAGE_KEY: &str = "pages.key";
const HEAD_KEY: &str = "heads.key";
const TARGETS_KEY: &str = "targets.key";
const SNAPSHOT_KEY: &str = "snapshot.key";
const TIMESTAMP_KEY: &str = "timestamp.key";
/// Keys that are about to be put in force lie beside those that are.
const NEXT: &str = "next";

/// All files of the keys.
pub const FILES: [&str; 12] = [
    CA,
    CA_KEY,
    SERVER,
    SERVER_KEY,
    SEALING_KEY,
    CATALOGUE_KEY,
    PSEUDONYM_KEY,
    PAGE_KEY,
    HEAD_KEY,
    TARGETS_KEY,
    SNAPSHOT_KEY,
    TIMESTAMP_KEY,
];
/// Those that sign what is published: root, targets, snapshot, timestamp.
const SIGNERS: [&str; 4] = [CATALOGUE_KEY, TARGETS_KEY, SNAPSHOT_KEY, TIMESTAMP_KEY];

/// An uncompressed point of P-256 (SEC 1, 2.3.3).
const P256_POINT_BYTES: usize = 65;
/// Block of SM3, bytes (GB/T 32905, 5.1).
const SM3_BLOCK_BYTES: usize = 64;

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file cannot be read or written. Cure: check the folder and its owner; one that is gone comes from a backup, as
    /// terminals know no other.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file holds no key or certificate. Cure: restore the folder from its backup.
    #[error("{0} holds no usable key or certificate")]
    Unusable(&'static str),
    /// A certificate could not be made.
    #[error("a certificate could not be made")]
    Certificate(#[from] rcgen::Error),
}

/// A certificate request that is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum BadRequest {
    /// Not PKCS #10, or its signature does not fit.
    #[error("not a certificate request signed by its own key")]
    Form,
    /// Another kind of key.
    #[error("the key is not ECDSA P-256 with SHA-256")]
    Key,
    /// A renewal is for the key of the certificate that is shown.
    #[error("the key is not that of the certificate")]
    OtherKey,
    /// The certificate could not be made.
    #[error("the certificate could not be made")]
    Issue(#[from] rcgen::Error),
}

/// All keys of a platform.
pub struct Keys {
    issuer: Issuer<'static, KeyPair>,
    /// The certificate authority, PEM.
    pub ca_pem: String,
    /// The same, DER.
    pub ca: CertificateDer<'static>,
    /// Opens what terminals sealed.
    pub unsealing: UnsealingKey,
    /// Seals pages.
    pub pages: SigningKey,
    /// Countersigns the heads of terminals' journals.
    pub heads: SigningKey,
    pseudonym: Zeroizing<Vec<u8>>,
    dir: PathBuf,
}

/// What signs what is published, one key a role.
pub struct Signers {
    /// Signs roots, and with them which keys count. Terminals get it with their enrolment.
    pub root: SigningKey,
    /// Signs which files are in force, and service packages.
    pub targets: SigningKey,
    /// Signs which targets are in force.
    pub snapshot: SigningKey,
    /// Signs which snapshot is the newest.
    pub timestamp: SigningKey,
}

impl Signers {
    /// Those in force. Read when they are needed: an operator changes them while servers run.
    pub fn open(dir: &Path) -> Result<Self, KeyError> {
        Self::named(|file| dir.join(file))
    }

    /// Makes those that are to follow, in place of any that were made before.
    pub fn make_next(dir: &Path) -> Result<Self, KeyError> {
        for file in SIGNERS {
            let path = next(dir, file);
            match fs::remove_file(&path) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(KeyError::File { path, source });
                }
                Ok(()) | Err(_) => {}
            }
            let key = SigningKey::generate().map_err(|BadKey| KeyError::Unusable(file))?;
            write_path(path, &key.to_bytes())?;
        }
        Self::next(dir)
    }

    /// Those that are to follow; those in force where none are.
    pub fn next(dir: &Path) -> Result<Self, KeyError> {
        Self::named(|file| Some(next(dir, file)).filter(|path| path.exists()).unwrap_or(dir.join(file)))
    }

    /// Puts those that are to follow in place of those before, one file after the other; may be done again.
    pub fn adopt_next(dir: &Path) -> Result<(), KeyError> {
        let waiting = SIGNERS.into_iter().filter(|file| next(dir, file).exists());
        for file in waiting {
            let path = dir.join(file);
            fs::rename(next(dir, file), &path).map_err(|source| KeyError::File { path, source })?;
        }
        let synced = fs::File::open(dir).and_then(|folder| folder.sync_all());
        synced.map_err(|source| KeyError::File { path: dir.to_owned(), source })
    }

    fn named(path: impl Fn(&'static str) -> PathBuf) -> Result<Self, KeyError> {
        let [root, targets, snapshot, timestamp] = SIGNERS.map(|file| {
            let bytes = read_path(path(file))?;
            SigningKey::from_bytes(&bytes).map_err(|BadKey| KeyError::Unusable(file))
        });
        Ok(Self { root: root?, targets: targets?, snapshot: snapshot?, timestamp: timestamp? })
    }
}

fn next(dir: &Path, file: &str) -> PathBuf {
    dir.join(format!("{file}.{NEXT}"))
}

/// A certificate as it was issued.
pub struct Issued {
    /// For the terminal.
    pub pem: String,
    /// Digest of its DER, for the register.
    pub digest: Digest,
    /// Digest of the public key it is for: its `SubjectPublicKeyInfo` in DER.
    pub key: Digest,
}

/// Makes all keys in a folder that has none. The server is named by `names` besides this machine.
pub fn create(dir: &Path, names: &[String]) -> Result<(), KeyError> {
    let in_dir = |source| KeyError::File { path: dir.to_owned(), source };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(in_dir)?;
    let ca_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    write_new(dir, CA_KEY, ca_key.serialize_pem().as_bytes())?;
    let params = ca_params();
    write_new(dir, CA, params.self_signed(&ca_key)?.pem().as_bytes())?;
    create_server(dir, names, &Issuer::new(params, ca_key))?;
    write_new(dir, SEALING_KEY, &UnsealingKey::generate().to_bytes())?;
    write_new(dir, PSEUDONYM_KEY, &Zeroizing::new(rand::random::<[u8; 32]>())[..])?;
    SIGNERS.into_iter().chain([PAGE_KEY, HEAD_KEY]).try_for_each(|file| create_signing(dir, file))
}

fn create_signing(dir: &Path, file: &'static str) -> Result<(), KeyError> {
    let key = SigningKey::generate().map_err(|BadKey| KeyError::Unusable(file))?;
    write_new(dir, file, &key.to_bytes())
}

fn signing(dir: &Path, file: &'static str) -> Result<SigningKey, KeyError> {
    SigningKey::from_bytes(&read(dir, file)?).map_err(|BadKey| KeyError::Unusable(file))
}

fn create_server(dir: &Path, names: &[String], issuer: &Issuer<'_, KeyPair>) -> Result<(), KeyError> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let own = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let mut params = CertificateParams::new(own.iter().chain(names).cloned().collect::<Vec<_>>())?;
    name(&mut params, "Hecheng Kiosk platform");
    valid_for(&mut params, SERVER_DAYS);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    write_new(dir, SERVER, params.signed_by(&key, issuer)?.pem().as_bytes())?;
    write_new(dir, SERVER_KEY, key.serialize_pem().as_bytes())
}

fn ca_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    name(&mut params, "Hecheng Kiosk CA");
    valid_for(&mut params, CA_DAYS);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn name(params: &mut CertificateParams, common_name: &str) {
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
}

fn valid_for(params: &mut CertificateParams, days: u64) {
    let now = jiff::Timestamp::now().as_second().unsigned_abs();
    let now = rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(now);
    params.not_before = now - CERTIFICATE_LEEWAY;
    params.not_after = now + Duration::from_secs(days * 24 * 3600);
    params.serial_number = Some(SerialNumber::from_slice(&rand::random::<[u8; 16]>()));
}

fn write_new(dir: &Path, file: &'static str, bytes: &[u8]) -> Result<(), KeyError> {
    write_path(dir.join(file), bytes)
}

fn write_path(path: PathBuf, bytes: &[u8]) -> Result<(), KeyError> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
    let written = opened.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(|source| KeyError::File { path, source })
}

fn read(dir: &Path, file: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    read_path(dir.join(file))
}

fn read_path(path: PathBuf) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    fs::read(&path).map(Zeroizing::new).map_err(|source| KeyError::File { path, source })
}

impl Keys {
    /// Reads the keys of a folder.
    pub fn open(dir: &Path) -> Result<Self, KeyError> {
        let text = |file| {
            let text = String::from_utf8(read(dir, file)?.to_vec());
            text.map(Zeroizing::new).map_err(|_| KeyError::Unusable(file))
        };
        let ca_pem = text(CA)?.to_string();
        let ca = CertificateDer::from_pem_slice(ca_pem.as_bytes()).map_err(|_| KeyError::Unusable(CA))?;
        let ca_key = KeyPair::from_pem(&text(CA_KEY)?).map_err(|_| KeyError::Unusable(CA_KEY))?;
        let unsealing = UnsealingKey::from_bytes(&read(dir, SEALING_KEY)?);
        // They are read anew whenever something is published; one that is gone must show before that.
        Signers::open(dir)?;
        Ok(Self {
            issuer: Issuer::from_ca_cert_der(&ca, ca_key)?,
            ca_pem,
            ca,
            unsealing: unsealing.map_err(|BadKey| KeyError::Unusable(SEALING_KEY))?,
            pages: signing(dir, PAGE_KEY)?,
            heads: signing(dir, HEAD_KEY)?,
            pseudonym: read(dir, PSEUDONYM_KEY)?,
            dir: dir.to_owned(),
        })
    }

    /// What signs what is published, as it is now.
    pub fn signers(&self) -> Result<Signers, KeyError> {
        Signers::open(&self.dir)
    }

    /// SHA-256 of the certificate authority, for tickets.
    pub fn ca_sha256(&self) -> [u8; 32] {
        let mut print = [0; 32];
        print.copy_from_slice(digest(&SHA256, &self.ca).as_ref());
        print
    }

    /// The server's chain, with its authority, and its key.
    pub fn server(&self) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), KeyError> {
        let leaf = CertificateDer::from_pem_slice(&read(&self.dir, SERVER)?);
        let key = PrivateKeyDer::from_pem_slice(&read(&self.dir, SERVER_KEY)?);
        let leaf = leaf.map_err(|_| KeyError::Unusable(SERVER))?;
        Ok((vec![leaf, self.ca.clone()], key.map_err(|_| KeyError::Unusable(SERVER_KEY))?))
    }

    /// Reads a terminal's request and proves that it was signed by its own key. What the request says
    /// about names and extensions counts for nothing: only its key is taken.
    pub fn parse_request(csr_pem: &str) -> Result<CertificateSigningRequestParams, BadRequest> {
        let request = CertificateSigningRequestParams::from_pem(csr_pem).map_err(|_| BadRequest::Form)?;
        let key = &request.public_key;
        let is_p256 = PublicKeyData::algorithm(key) == &PKCS_ECDSA_P256_SHA256
            && key.der_bytes().len() == P256_POINT_BYTES;
        if is_p256 { Ok(request) } else { Err(BadRequest::Key) }
    }

    /// Issues a terminal's certificate.
    pub fn issue(
        &self,
        terminal: &TerminalId,
        request: &CertificateSigningRequestParams,
    ) -> Result<Issued, BadRequest> {
        let mut params = CertificateParams::default();
        name(&mut params, &terminal.to_string());
        valid_for(&mut params, CERTIFICATE_DAYS);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&request.public_key, &self.issuer)?;
        let key = Digest::of(&request.public_key.subject_public_key_info());
        Ok(Issued { digest: Digest::of(certificate.der()), key, pem: certificate.pem() })
    }

    /// A person under another name: HMAC (RFC 2104) with SM3 of the number.
    pub fn pseudonym(&self, number: &str) -> Digest {
        let pad = |byte: u8| {
            let mut block = Zeroizing::new(vec![byte; SM3_BLOCK_BYTES]);
            block.iter_mut().zip(self.pseudonym.iter()).for_each(|(pad, key)| *pad ^= key);
            block
        };
        let mut inner = pad(0x36);
        inner.extend_from_slice(number.as_bytes());
        let mut outer = pad(0x5c);
        outer.extend_from_slice(Digest::of(&inner).as_bytes());
        Digest::of(&outer)
    }
}
