//! A certificate authority.

use std::sync::Arc;

use kiosk_protocol::crypto::{SigningKey, UnsealingKey};
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::service::Text;
use kiosk_protocol::wire::{EnrolAnswer, EnrolRequest, RenewAnswer, RenewRequest, Ticket};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, CertifiedIssuer,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, SerialNumber, date_time_ymd,
};
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::Request;

pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn der(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    pub fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der()).unwrap();
        roots.into()
    }

    pub fn ticket(&self) -> Ticket {
        let print = ring::digest::digest(&ring::digest::SHA256, self.0.der());
        Ticket { code: "0123456789AB".to_owned(), ca_sha256: print.as_ref().try_into().unwrap() }
    }

    pub fn server(&self, name: &str) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().unwrap();
        let leaf = params.signed_by(&key, &self.0).unwrap();
        (leaf.der().clone(), PrivateKeyDer::Pkcs8(key.serialize_der().into()))
    }

    /// Answers an enrolment as a platform does.
    pub fn enrol(&self, request: &Request) -> EnrolAnswer {
        let request: EnrolRequest = serde_json::from_slice(&request.body).unwrap();
        self.answer(self.issue(&request.csr_pem))
    }

    fn issue(&self, csr_pem: &str) -> String {
        let mut csr = CertificateSigningRequestParams::from_pem(csr_pem).unwrap();
        csr.params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        csr.params.not_before = date_time_ymd(2020, 1, 1);
        csr.params.not_after = date_time_ymd(2120, 1, 1);
        csr.params.serial_number = Some(SerialNumber::from_slice(&rand::random::<[u8; 16]>()));
        csr.signed_by(&self.0).unwrap().pem()
    }

    /// Answers a renewal as a platform does.
    pub fn renew(&self, request: &Request) -> RenewAnswer {
        let request: RenewRequest = serde_json::from_slice(&request.body).unwrap();
        RenewAnswer { certificate_pem: self.issue(&request.csr_pem) }
    }

    /// Answers a renewal with a certificate for a key of its own.
    pub fn renew_somebody_else(&self) -> RenewAnswer {
        RenewAnswer { certificate_pem: self.enrol_somebody_else().certificate_pem }
    }

    /// Answers with a certificate for a key of its own.
    pub fn enrol_somebody_else(&self) -> EnrolAnswer {
        let mut params = CertificateParams::default();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.answer(params.signed_by(&KeyPair::generate().unwrap(), &self.0).unwrap().pem())
    }

    fn answer(&self, certificate_pem: String) -> EnrolAnswer {
        EnrolAnswer {
            terminal: TerminalId::try_from("230202-0001".to_owned()).unwrap(),
            epoch: 1,
            site: Text { zh_cn: "合成大厅".into(), en: "Synthetic hall".into(), ..Text::default() },
            certificate_pem,
            ca_pem: self.0.pem(),
            sealing_key: UnsealingKey::generate().sealing_key(),
            catalogue_key: SigningKey::generate().unwrap().verifying_key(),
            heads_key: SigningKey::generate().unwrap().verifying_key(),
        }
    }
}
