//! Catalogues: verified before they are kept, kept before they are shown. A bad one is kept away, the
//! old one stays.

use std::sync::Arc;

use kiosk_protocol::catalogue::{BadCatalogue, Catalogue, CatalogueBundle};

use super::{Failure, Worker};

impl Worker {
    /// Shows the catalogue the store keeps; works offline.
    pub async fn load_catalogue(&mut self) {
        match self.stored(|store| store.catalogue()).await {
            Ok(Some(bundle)) => self.show_kept(bundle).await,
            Ok(None) => {}
            Err(fault) => {
                tracing::error!(error = &fault as &dyn std::error::Error, "cannot read the catalogue");
            }
        }
    }

    async fn show_kept(&mut self, bundle: CatalogueBundle) {
        match self.verified(bundle, 0).await {
            Ok((catalogue, _)) => self.show(catalogue),
            Err(error) => tracing::error!(%error, "the catalogue kept here is not usable"),
        }
    }

    pub(super) async fn fetch(&mut self, have: u64) -> Result<(), Failure> {
        let Some(bundle) = self.transport.catalogue(have).await? else {
            self.machine.fetched();
            return Ok(());
        };
        let (catalogue, bundle) = match self.verified(bundle, have).await {
            Ok(verified) => verified,
            Err(error) => {
                tracing::error!(%error, "catalogue refused; the old one stays in force");
                self.machine.catalogue_refused(self.clock.elapsed());
                return Ok(());
            }
        };
        let version = catalogue.version;
        self.stored(move |store| store.put_catalogue(version, &bundle)).await?;
        self.machine.fetched();
        self.show(catalogue);
        Ok(())
    }

    /// Verifying takes milliseconds per package, so it is done beside the loop.
    async fn verified(
        &self,
        bundle: CatalogueBundle,
        in_force: u64,
    ) -> Result<(Catalogue, CatalogueBundle), BadCatalogue> {
        let key = self.catalogue_key.clone();
        let verify = move || bundle.verify(&key, in_force).map(|catalogue| (catalogue, bundle));
        let verified = tokio::task::spawn_blocking(verify).await;
        verified.unwrap_or_else(|panicked| Err(BadCatalogue::Index(panicked.to_string())))
    }

    fn show(&mut self, catalogue: Catalogue) {
        tracing::info!(version = catalogue.version, "catalogue in force");
        self.machine.in_force(catalogue.version);
        self.catalogue.send_replace(Some(Arc::new(catalogue)));
    }
}
