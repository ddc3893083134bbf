//! Packages and the catalogue. Old versions stay: cases are judged by the version they were filled in by.

use jiff::Timestamp;
use kiosk_protocol::catalogue::{CatalogueBundle, Index, Signed};
use kiosk_protocol::ids::Key;
use kiosk_protocol::service::ServicePackage;

use super::{StoreError, Tx, from_json, to_json, values};

impl Tx<'_> {
    /// The newest published version of a service, in force or not.
    pub fn newest_version(&self, service: &Key) -> Result<Option<u32>, StoreError> {
        let newest = self.first(
            "SELECT version FROM packages WHERE service = $1 ORDER BY version DESC LIMIT 1",
            values![service.as_str()],
        )?;
        newest.map(|row| row.u32(0)).transpose()
    }

    /// Keeps a package.
    pub fn keep_package(
        &self,
        package: &ServicePackage,
        signed: &Signed,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let signed = to_json("a package", signed)?;
        self.0.put(
            "INSERT INTO packages (service, version, signed, published_at) VALUES ($1, $2, $3, $4)",
            values![package.id.as_str(), package.version, signed, now],
        )
    }

    /// A package by service and version.
    pub fn package(&self, service: &Key, version: u32) -> Result<Option<ServicePackage>, StoreError> {
        let signed = self.signed_package(service, version)?;
        let parse = |signed: Signed| ServicePackage::parse(&signed.payload);
        signed.map(parse).transpose().map_err(|_| StoreError::Unreadable("a package"))
    }

    fn signed_package(&self, service: &Key, version: u32) -> Result<Option<Signed>, StoreError> {
        let row = self.first(
            "SELECT signed FROM packages WHERE service = $1 AND version = $2",
            values![service.as_str(), version],
        )?;
        row.map(|row| from_json("a package", row.text(0)?)).transpose()
    }

    /// The package of a service that is in force.
    pub fn package_in_force(&self, service: &Key) -> Result<Option<ServicePackage>, StoreError> {
        let Some(index) = self.index()? else { return Ok(None) };
        let entry = index.packages.into_iter().find(|entry| entry.id == *service);
        entry.map_or(Ok(None), |entry| self.package(&entry.id, entry.version))
    }

    /// Puts a catalogue in force.
    pub fn keep_index(&self, version: u64, signed: &Signed) -> Result<(), StoreError> {
        let signed = to_json("a catalogue", signed)?;
        self.0.put("INSERT INTO catalogues (version, signed) VALUES ($1, $2)", values![version, signed])
    }

    /// Version of the catalogue in force, 0 where there is none.
    pub fn catalogue_version(&self) -> Result<u64, StoreError> {
        let newest = self.first("SELECT coalesce(max(version), 0) FROM catalogues", vec![])?;
        newest.map_or(Ok(0), |row| row.u64(0))
    }

    /// The index in force.
    pub fn index(&self) -> Result<Option<Index>, StoreError> {
        let signed = self.signed_index()?;
        signed.map(|signed| from_json("a catalogue", &signed.payload)).transpose()
    }

    fn signed_index(&self) -> Result<Option<Signed>, StoreError> {
        let row = self.first("SELECT signed FROM catalogues ORDER BY version DESC LIMIT 1", vec![])?;
        row.map(|row| from_json("a catalogue", row.text(0)?)).transpose()
    }

    /// The catalogue in force with its packages.
    pub fn bundle(&self) -> Result<Option<CatalogueBundle>, StoreError> {
        let Some(index) = self.signed_index()? else { return Ok(None) };
        let entries: Index = from_json("a catalogue", &index.payload)?;
        let package = |id: &Key, version| {
            self.signed_package(id, version)?.ok_or(StoreError::Unreadable("a package of the catalogue"))
        };
        let packages = entries.packages.iter().map(|entry| package(&entry.id, entry.version));
        let packages = packages.collect::<Result<_, _>>()?;
        Ok(Some(CatalogueBundle { index, packages }))
    }
}
