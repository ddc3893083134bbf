//! Sealing cases for the platform. The slow half of a seal needs no case: it is done while nobody waits.

use kiosk_protocol::crypto::{ReadySeal, SealingKey};
use kiosk_session::{NewCase, StoreTrouble};
use kiosk_store::Draft;

/// The platform's key, and the next seal for it.
pub struct Sealing {
    key: SealingKey,
    ready: Option<ReadySeal>,
}

impl Sealing {
    /// With no seal ready yet.
    pub fn new(key: SealingKey) -> Self {
        Self { key, ready: None }
    }

    /// Makes the next seal ready, unless it is. Where that fails, sealing tries again and says so.
    pub fn prepare(&mut self) {
        if self.ready.is_none() {
            self.ready = self.key.ready().ok();
        }
    }

    /// The case as it is kept and sent.
    pub fn seal(&mut self, case: &NewCase) -> Result<Draft, StoreTrouble> {
        let seal = self.ready.take().map_or_else(|| self.key.ready(), Ok);
        let file = seal.and_then(|seal| case.file.seal_with(seal)).map_err(|_| StoreTrouble::Broken)?;
        Ok(Draft { lane: case.case, content: case.sealed(file) })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_protocol::crypto::UnsealingKey;
    use kiosk_protocol::item::{CaseFile, Content, Person};
    use kiosk_protocol::service::Language;
    use secrecy::ExposeSecret;
    use uuid::Uuid;

    use super::*;

    fn case(number: u128) -> NewCase {
        let applicant = Person { name: "王秀兰".into(), number: number.to_string().into() };
        let key = || "synthetic".to_owned().try_into().unwrap();
        let file = CaseFile { applicant, values: Default::default() };
        let (case, language) = (Uuid::from_u128(number), Language::ZhCn);
        NewCase { case, service: key(), version: 1, department: key(), language, file }
    }

    fn opened(draft: Draft, key: &UnsealingKey) -> (Uuid, String) {
        let Content::Case { file, .. } = draft.content else { panic!("not a case") };
        let file = CaseFile::open(&file, key).unwrap();
        (draft.lane, file.applicant.number.expose_secret().to_owned())
    }

    #[test]
    fn a_seal_made_ready_closes_one_case_and_the_next_gets_its_own() {
        let platform = UnsealingKey::generate();
        let mut sealing = Sealing::new(platform.sealing_key());
        sealing.prepare();
        for number in 1..3 {
            let draft = sealing.seal(&case(number)).unwrap();
            assert!(sealing.ready.is_none(), "a seal is used once");
            assert_eq!(opened(draft, &platform), (Uuid::from_u128(number), number.to_string()));
        }
    }
}
