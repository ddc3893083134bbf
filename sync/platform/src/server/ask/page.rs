//! The sealed page a query service offers: fetched and recorded, set off the async threads, sealed, sent.

use std::sync::Arc;

use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::PageNumber;
use kiosk_protocol::service::{Language, PageOffer, ServicePackage, Work};
use kiosk_protocol::wire::Reply;

use super::{Answered, Asked, Known, refused};
use crate::departments::{Answer, Department};
use crate::pages::{self, Content, Facts, Sheet, Typeset};
use crate::server::problem::Refusal;
use crate::server::{Centre, blocking};

/// A page whose values are there.
pub(super) struct Drafted {
    template: &'static str,
    sheet: Sheet,
    /// All but the digest of the file, which is not made yet.
    facts: Facts,
}

impl Asked<'_> {
    pub(super) fn page(
        &self,
        package: &ServicePackage,
        known: &Known,
        language: Language,
    ) -> Result<Answered, Refusal> {
        let Work::Query { page: Some(offer), .. } = &package.work else {
            return Ok(refused(&self.centre.texts.service_unknown).into());
        };
        match self.fetch(package, known, &offer.blocks)? {
            Ok(answer) => self.draft(package, offer, known, &answer, language),
            Err(why) => Ok(refused(why).into()),
        }
    }

    fn draft(
        &self,
        package: &ServicePackage,
        offer: &PageOffer,
        known: &Known,
        answer: &Answer,
        language: Language,
    ) -> Result<Answered, Refusal> {
        let department = self.centre.departments.get(&package.department);
        let (Some(issuer), Some(template)) =
            (department.map(Department::name), pages::template(&offer.template))
        else {
            return Ok(refused(&self.centre.texts.page_unavailable).into());
        };
        let number = PageNumber::of(rand::random());
        let content = Content {
            offer,
            synthetic: package.synthetic,
            issuer,
            person: &known.person,
            answer,
            language,
            number: &number,
            address: &self.centre.press.address_of(&number),
            issued_at: self.now,
        };
        let sheet = Sheet::new(&content).map_err(|error| Refusal::failure(&error))?;
        let facts = self.facts(package, known, number);
        Ok(Answered::Drafted(Box::new(Drafted { template, sheet, facts })))
    }

    fn facts(&self, package: &ServicePackage, known: &Known, number: PageNumber) -> Facts {
        Facts {
            number,
            digest: Digest::ZERO,
            service: package.id.clone(),
            version: package.version,
            person: known.pseudonym,
            issued_at: self.now,
        }
    }
}

/// Sets and seals a page.
pub(super) async fn finish(centre: &Arc<Centre>, drafted: Drafted) -> Result<Reply, Refusal> {
    let Drafted { template, sheet, facts } = drafted;
    match centre.press.set(template, sheet).await {
        Ok(set) => blocking(centre, move |centre| sealed(centre, set, facts)).await,
        Err(error) => {
            tracing::error!(%error, "no page");
            Ok(refused(&centre.texts.page_unavailable))
        }
    }
}

/// Kept before it leaves: a page without its seal is not possible.
fn sealed(centre: &Centre, set: Typeset, facts: Facts) -> Result<Reply, Refusal> {
    let Typeset { pdf, sheets } = set;
    let facts = Facts { digest: Digest::of(pdf.bytes()), ..facts };
    pages::seal(&centre.store, &centre.keys.pages, &facts).map_err(|error| Refusal::failure(&error))?;
    Ok(Reply::Page { pdf, pages: sheets, number: facts.number })
}
