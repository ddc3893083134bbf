//! A service somebody opened, and what stands in its way.

use std::ops::Deref;
use std::sync::Arc;

use kiosk_protocol::catalogue::Catalogue;
use kiosk_protocol::service::{IdentityLevel, Offline, ServicePackage, Work};

use crate::Age;
use crate::ctx::Ctx;
use crate::view::View;

/// A package of the catalogue that was in force when it was opened; a newer catalogue does not change it.
#[derive(Clone)]
pub(crate) struct Opened {
    catalogue: Arc<Catalogue>,
    index: usize,
}

impl Opened {
    /// The package at a place of the catalogue.
    pub(crate) fn at(catalogue: &Arc<Catalogue>, index: usize) -> Option<Self> {
        let exists = index < catalogue.packages.len();
        exists.then(|| Self { catalogue: Arc::clone(catalogue), index })
    }
}

impl Deref for Opened {
    type Target = ServicePackage;

    fn deref(&self) -> &ServicePackage {
        // `at` made sure that the place exists, and a catalogue never changes.
        &self.catalogue.packages[self.index]
    }
}

/// What keeps a service from being used at the moment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// It needs more proof than a card.
    Level,
    /// What is known of it here is too old to go by.
    Outdated,
    /// The store has no room for what it would be asked to keep.
    Room,
    /// It needs the network.
    Offline,
    /// It needs a card, and neither reader nor slot works.
    Reader,
}

/// The first obstacle, if there is one. The last of them can go away while the resident waits.
pub(crate) fn obstacle(package: &ServicePackage, view: &View) -> Option<Obstacle> {
    match () {
        () if package.identity_level > IdentityLevel::CardPresent => Some(Obstacle::Level),
        () if is_outdated(package, view.ctx) => Some(Obstacle::Outdated),
        () if lacks_room(package, view.ctx) => Some(Obstacle::Room),
        () if lacks_network(package, view.ctx) => Some(Obstacle::Offline),
        () if package.identity_level > view.visit.level() && view.ctx.card_place().is_none() => {
            Some(Obstacle::Reader)
        }
        () => None,
    }
}

/// Whether it would be gone by rules that are too old. One that was begun goes on: its department decides anyway.
pub(crate) fn is_outdated(package: &ServicePackage, ctx: &Ctx) -> bool {
    ctx.age == Age::Outdated && !package.cannot_go_wrong()
}

/// Whether an application would be begun that may find no room at its end. One that was begun goes on.
pub(crate) fn lacks_room(package: &ServicePackage, ctx: &Ctx) -> bool {
    !ctx.has_room() && matches!(package.work, Work::Handling { .. })
}

/// Whether it needs the network, which is down. To be asked anew before each order: the link comes and goes.
pub(crate) fn lacks_network(package: &ServicePackage, ctx: &Ctx) -> bool {
    !ctx.is_online() && needs_network(package)
}

/// A query always does; a form as its package says.
fn needs_network(package: &ServicePackage) -> bool {
    match (&package.work, &package.offline) {
        (Work::Query { .. }, _) | (Work::Handling { .. }, Offline::No { .. }) => true,
        (Work::Handling { .. }, Offline::Queue) => false,
    }
}

/// What its package says to do instead, else what always remains.
pub(crate) fn instead(package: &ServicePackage, view: &View) -> String {
    match &package.offline {
        Offline::No { instead } => view.say(instead),
        Offline::Queue => view.texts().counter_instead(),
    }
}
