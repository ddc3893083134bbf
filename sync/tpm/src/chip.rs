//! One conversation with a TPM. What was loaded for it is forgotten by the chip at its end.

use kiosk_store::{KEY_BYTES, Key};
use tss_esapi::attributes::{ObjectAttributes, ObjectAttributesBuilder, SessionAttributesBuilder};
use tss_esapi::constants::SessionType;
use tss_esapi::handles::KeyHandle;
use tss_esapi::interface_types::algorithm::{HashingAlgorithm, PublicAlgorithm};
use tss_esapi::interface_types::ecc::EccCurve;
use tss_esapi::interface_types::resource_handles::Hierarchy;
use tss_esapi::interface_types::session_handles::AuthSession;
use tss_esapi::structures::{
    EccParameter, EccPoint, KeyedHashScheme, Private, Public, PublicBuilder, PublicEccParametersBuilder,
    PublicKeyedHashParameters, SensitiveData, SymmetricDefinition, SymmetricDefinitionObject,
};
use tss_esapi::traits::{Marshall, UnMarshall};
use tss_esapi::{Context, Error, Result, TctiNameConf, WrapperErrorKind};
use zeroize::Zeroizing;

use crate::sealed::Sealed;

/// Bytes of a coordinate on P-256.
const COORDINATE_BYTES: usize = 32;

/// A chip that answers.
pub struct Chip {
    context: Context,
}

/// A key the chip made from its seed.
pub struct Root {
    handle: KeyHandle,
    /// The digest of its public part, in the chip's words: the same key has the same name.
    pub name: Vec<u8>,
}

impl Chip {
    /// Reaches it. The driver below gives up on a chip that is silent.
    pub fn open(line: TctiNameConf) -> Result<Self> {
        Ok(Self { context: Context::new(line)? })
    }

    /// The storage root key. A chip that was cleared has another one.
    pub fn root(&mut self) -> Result<Root> {
        self.primary(Hierarchy::Owner)
    }

    /// A key of the endorsement hierarchy: only the chip's maker changes its seed.
    pub fn machine(&mut self) -> Result<Root> {
        self.primary(Hierarchy::Endorsement)
    }

    /// Seals the key below the root.
    pub fn seal(&mut self, key: &Key) -> Result<Sealed> {
        let (root, machine) = (self.root()?, self.machine()?);
        self.context.flush_context(machine.handle.into())?;
        let session = self.session(&root, Secret::Both)?;
        let secret = SensitiveData::try_from(key.as_slice())?;
        let made = self.context.execute_with_session(session, |context| {
            context.create(root.handle, sealed_template()?, None, Some(secret), None, None)
        })?;
        Ok(Sealed::new(&root, &machine, &made.out_public.marshall()?, made.out_private.value()))
    }

    /// Unseals what was sealed below the root.
    pub fn unseal(&mut self, root: &Root, sealed: &Sealed) -> Result<Key> {
        let (public, private) = sealed.parts().ok_or(ODD_VALUE)?;
        let (public, private) = (Public::unmarshall(&public)?, Private::try_from(private)?);
        let session = self.session(root, Secret::Answer)?;
        let secret = self.context.execute_with_session(session, |context| {
            let object = context.load(root.handle, private, public)?;
            context.unseal(object.into())
        })?;
        let key = <[u8; KEY_BYTES]>::try_from(secret.value()).map_err(|_| ODD_VALUE)?;
        Ok(Zeroizing::new(key))
    }

    fn primary(&mut self, hierarchy: Hierarchy) -> Result<Root> {
        let made = self.context.execute_with_session(Some(AuthSession::Password), |context| {
            context.create_primary(hierarchy, root_template()?, None, None, None, None)
        })?;
        // The library's own digest of the key that the session's secret goes to.
        let name = self.context.tr_get_name(made.key_handle.into())?;
        Ok(Root { handle: made.key_handle, name: name.value().to_vec() })
    }

    /// A session whose secret was sent to the root key: who listens on the line reads nothing, who changes something shows.
    fn session(&mut self, root: &Root, secret: Secret) -> Result<Option<AuthSession>> {
        let (cipher, hash) = (SymmetricDefinition::AES_128_CFB, HashingAlgorithm::Sha256);
        let to = Some(root.handle);
        let session = self.context.start_auth_session(to, None, None, SessionType::Hmac, cipher, hash)?;
        let session = session.ok_or(ODD_VALUE)?;
        let (attributes, mask) = SessionAttributesBuilder::new()
            .with_continue_session(true)
            .with_decrypt(secret == Secret::Both)
            .with_encrypt(true)
            .build();
        self.context.tr_sess_set_attributes(session, attributes, mask)?;
        Ok(Some(session))
    }
}

/// What goes encrypted over the line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secret {
    /// What the chip is given, and its answer.
    Both,
    /// Its answer; there are commands that give it nothing.
    Answer,
}

const ODD_VALUE: Error = Error::WrapperError(WrapperErrorKind::WrongValueFromTpm);

/// The storage root key on P-256 (TCG TPM v2.0 Provisioning Guidance, clause 7.5.1): the same key others of this machine use.
fn root_template() -> Result<Public> {
    let attributes =
        made_here().with_sensitive_data_origin(true).with_restricted(true).with_decrypt(true).build()?;
    let shape = PublicEccParametersBuilder::new_restricted_decryption_key(
        SymmetricDefinitionObject::AES_128_CFB,
        EccCurve::NistP256,
    );
    let zero = || EccParameter::try_from([0; COORDINATE_BYTES].as_slice());
    template(PublicAlgorithm::Ecc, attributes)
        .with_ecc_parameters(shape.build()?)
        .with_ecc_unique_identifier(EccPoint::new(zero()?, zero()?))
        .build()
}

/// A few bytes the chip keeps for their owner.
fn sealed_template() -> Result<Public> {
    template(PublicAlgorithm::KeyedHash, made_here().build()?)
        .with_keyed_hash_parameters(PublicKeyedHashParameters::new(KeyedHashScheme::Null))
        .with_keyed_hash_unique_identifier(Default::default())
        .build()
}

fn template(algorithm: PublicAlgorithm, attributes: ObjectAttributes) -> PublicBuilder {
    PublicBuilder::new()
        .with_public_algorithm(algorithm)
        .with_name_hashing_algorithm(HashingAlgorithm::Sha256)
        .with_object_attributes(attributes)
}

/// Never leaves this chip and this parent; no guessing, hence no lockout.
fn made_here() -> ObjectAttributesBuilder {
    ObjectAttributesBuilder::new()
        .with_fixed_tpm(true)
        .with_fixed_parent(true)
        .with_user_with_auth(true)
        .with_no_da(true)
}
