//! What is published: metadata and the files they name are verified before they are kept, and kept, all at once, before they
//! are shown. What does not hold is refused with its reason, and what was in force stays.

use std::sync::Arc;

use kiosk_protocol::catalogue::{BadCatalogue, Catalogue, CatalogueBundle};
use kiosk_protocol::revocation::BadRevocations;
use kiosk_protocol::trust::{self, Described, Offered, Trusted, Untrusted};
use kiosk_store::News;

use super::configuration::Found;
use super::trust::Held;
use super::{Failure, Worker};
use crate::transport::TransportError;

/// Why what is offered is not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// The metadata do not hold.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// The bytes are not those that were signed.
    #[error("the {0} is not the one that was signed")]
    NotTheFile(&'static str),
    /// More bytes than were signed, or an answer without an end.
    #[error("the {0} is not as long as was signed: {1}")]
    Endless(&'static str, &'static str),
    /// Signed, but not usable. Cure: publish it again.
    #[error(transparent)]
    Catalogue(#[from] BadCatalogue),
    /// The same for the list of what was revoked.
    #[error(transparent)]
    Revocations(#[from] BadRevocations),
    /// A defect of this program.
    #[error("verifying ended in a panic")]
    Panicked,
}

/// A step towards what is offered.
pub(super) type Taken<T> = Result<Result<T, Refused>, Failure>;

/// A catalogue, and as it is kept.
type Opened = (Catalogue, CatalogueBundle);

impl Worker {
    /// Shows the catalogue and the configuration the store keeps; works offline.
    pub async fn load_catalogue(&mut self) {
        self.interrupt_commands().await;
        self.load_rights().await;
        self.load_trusted().await;
        self.load_configuration().await;
        match self.stored(|store| store.catalogue()).await {
            Ok(Some(bundle)) => match bundle.open(0) {
                Ok(catalogue) => self.show(catalogue),
                Err(error) => tracing::error!(%error, "the catalogue kept here is not usable"),
            },
            Ok(None) => {}
            Err(fault) => {
                tracing::error!(error = &fault as &dyn std::error::Error, "cannot read the catalogue");
            }
        }
    }

    pub(super) async fn fetch(&mut self) -> Result<(), Failure> {
        match self.take().await? {
            Ok(()) => self.machine.fetched(),
            Err(error) => {
                tracing::error!(%error, "what is offered is refused; what was in force stays");
                self.machine.catalogue_refused(self.clock.elapsed());
            }
        }
        Ok(())
    }

    async fn take(&mut self) -> Taken<()> {
        let offered = self.transport.metadata(self.held.root_version()).await?;
        let trusted = match self.weigh(offered).await {
            Ok(trusted) => trusted,
            Err(error) => return Ok(Err(error)),
        };
        if let Err(error) = self.take_revocations(&trusted).await? {
            return Ok(Err(error));
        }
        let opened = match self.other_catalogue(&trusted).await? {
            Ok(opened) => opened,
            Err(error) => return Ok(Err(error)),
        };
        let found = match self.found(&trusted).await? {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        self.put_in_force(trusted, opened, found).await?;
        Ok(Ok(()))
    }

    /// Once it is on disk it is in force.
    async fn put_in_force(
        &mut self,
        trusted: Trusted,
        opened: Option<Opened>,
        found: Vec<Found>,
    ) -> Result<(), Failure> {
        let (catalogue, bundle) = opened.unzip();
        let kept = trusted.clone();
        let news = News {
            catalogue: catalogue.as_ref().map(|catalogue| catalogue.version).zip(bundle),
            configurations: found.iter().filter_map(Found::kept).collect(),
        };
        self.stored(move |store| store.keep_trusted(&kept, news)).await?;
        self.machine.in_force(trusted.newest.version);
        self.held = Held::taken(trusted, self.clock.elapsed());
        self.publish_freshness();
        catalogue.into_iter().for_each(|catalogue| self.show(catalogue));
        self.configure(found);
        Ok(())
    }

    /// Verifying takes milliseconds per signature, so it is done beside the loop.
    async fn weigh(&self, offered: Offered) -> Result<Trusted, Refused> {
        let (had, key, now) = (self.held.trusted.clone(), self.catalogue_key.clone(), self.trusted_time());
        let weigh = move || match had {
            Some(had) => trust::next(&had, &offered, now),
            None => trust::first(&key, &offered, now),
        };
        Ok(tokio::task::spawn_blocking(weigh).await.map_err(|_| Refused::Panicked)??)
    }

    /// The catalogue that is named now, where that is another one than before.
    async fn other_catalogue(&self, trusted: &Trusted) -> Taken<Option<Opened>> {
        let Some(named) = trusted.targets.file(trust::CATALOGUE) else { return Ok(Ok(None)) };
        let had = self.held.trusted.as_ref().and_then(|had| had.targets.file(trust::CATALOGUE));
        let in_force = self.catalogue.borrow().as_ref().map(|catalogue| catalogue.version);
        if had == Some(named) && in_force.is_some() {
            return Ok(Ok(None));
        }
        let bytes = match self.download(trust::CATALOGUE, trust::CATALOGUE, named).await? {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Err(error)),
        };
        let (named, in_force) = (*named, in_force.unwrap_or(0));
        let opened = tokio::task::spawn_blocking(move || opened(&bytes, &named, in_force)).await;
        Ok(opened.unwrap_or(Err(Refused::Panicked)).map(Some))
    }

    /// The bytes of a file, no more of them than were signed.
    pub(super) async fn download(
        &self,
        target: &str,
        what: &'static str,
        file: &Described,
    ) -> Taken<Vec<u8>> {
        match self.transport.target(target, file).await {
            Ok(bytes) => Ok(Ok(bytes)),
            Err(TransportError::BadAnswer(why)) => Ok(Err(Refused::Endless(what, why))),
            Err(error) => Err(error.into()),
        }
    }

    fn show(&mut self, catalogue: Catalogue) {
        tracing::info!(version = catalogue.version, "catalogue in force");
        self.catalogue.send_replace(Some(Arc::new(catalogue)));
    }
}

/// The catalogue these bytes are. Length and digest come first: nothing else is parsed.
fn opened(bytes: &[u8], named: &Described, in_force: u64) -> Result<Opened, Refused> {
    if !named.is(bytes) {
        return Err(Refused::NotTheFile(trust::CATALOGUE));
    }
    let unusable = |error: serde_json::Error| BadCatalogue::Index(error.to_string());
    let bundle: CatalogueBundle = serde_json::from_slice(bytes).map_err(unusable)?;
    Ok((bundle.open(in_force)?, bundle))
}
