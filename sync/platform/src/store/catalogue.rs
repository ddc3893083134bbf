//! Packages and the catalogue. Old versions stay: cases are judged by the version they were filled in by.

use jiff::Timestamp;
use kiosk_protocol::catalogue::{CatalogueBundle, Index, Signed};
use kiosk_protocol::ids::Key;
use kiosk_protocol::service::ServicePackage;
use rusqlite::{OptionalExtension, params};

use super::{StoreError, Tx, from_json, to_json};

impl Tx<'_> {
    /// The newest published version of a service, in force or not.
    pub fn newest_version(&self, service: &Key) -> Result<Option<u32>, StoreError> {
        let newest = "SELECT max(version) FROM packages WHERE service = ?1";
        Ok(self.0.query_row(newest, [service.as_str()], |row| row.get(0))?)
    }

    /// Keeps a package.
    pub fn keep_package(
        &self,
        package: &ServicePackage,
        signed: &Signed,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT INTO packages (service, version, signed, published_at) VALUES (?1, ?2, ?3, ?4)",
            params![
                package.id.as_str(),
                package.version,
                to_json("a package", signed)?,
                now.as_millisecond()
            ],
        )?;
        Ok(())
    }

    /// A package by service and version.
    pub fn package(&self, service: &Key, version: u32) -> Result<Option<ServicePackage>, StoreError> {
        let signed = self.signed_package(service, version)?;
        let parse = |signed: Signed| ServicePackage::parse(&signed.payload);
        signed.map(parse).transpose().map_err(|_| StoreError::Unreadable("a package"))
    }

    fn signed_package(&self, service: &Key, version: u32) -> Result<Option<Signed>, StoreError> {
        let mut select =
            self.0.prepare_cached("SELECT signed FROM packages WHERE service = ?1 AND version = ?2")?;
        let row = select.query_row(params![service.as_str(), version], |row| row.get::<_, String>(0));
        row.optional()?.map(|json| from_json("a package", &json)).transpose()
    }

    /// The package of a service that is in force.
    pub fn package_in_force(&self, service: &Key) -> Result<Option<ServicePackage>, StoreError> {
        let Some(index) = self.index()? else { return Ok(None) };
        let entry = index.packages.into_iter().find(|entry| entry.id == *service);
        entry.map_or(Ok(None), |entry| self.package(&entry.id, entry.version))
    }

    /// Puts a catalogue in force.
    pub fn keep_index(&self, version: u64, signed: &Signed) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT INTO catalogues (version, signed) VALUES (?1, ?2)",
            params![version.cast_signed(), to_json("a catalogue", signed)?],
        )?;
        Ok(())
    }

    /// Version of the catalogue in force, 0 where there is none.
    pub fn catalogue_version(&self) -> Result<u64, StoreError> {
        let newest = "SELECT coalesce(max(version), 0) FROM catalogues";
        Ok(self.0.query_row(newest, [], |row| row.get::<_, i64>(0))?.cast_unsigned())
    }

    /// The index in force.
    pub fn index(&self) -> Result<Option<Index>, StoreError> {
        let signed = self.signed_index()?;
        signed.map(|signed| from_json("a catalogue", &signed.payload)).transpose()
    }

    fn signed_index(&self) -> Result<Option<Signed>, StoreError> {
        let newest = "SELECT signed FROM catalogues ORDER BY version DESC LIMIT 1";
        let row = self.0.query_row(newest, [], |row| row.get::<_, String>(0)).optional()?;
        row.map(|json| from_json("a catalogue", &json)).transpose()
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
