//! The services, and a greeting.

use kiosk_model::{Body, Shown, Tile};
use kiosk_protocol::service::ServicePackage;
use kiosk_protocol::trail::TrailEvent;
use kiosk_text::Topic;

use super::{Aim, Guide, Scanning};
use crate::limits::TILES_PER_PAGE;
use crate::opened::{Obstacle, Opened, obstacle};
use crate::task::{Shows, Situation, Step};
use crate::turn::Turn;
use crate::view::View;
use crate::visit::Identity;
use crate::words::{icon, trouble_says};

/// Choosing.
#[derive(Default)]
pub(crate) struct Home {
    /// From 0; beyond the last it counts as the last.
    page: usize,
}

impl Home {
    fn pages(view: &View) -> usize {
        view.ctx.catalogue.packages.len().div_ceil(TILES_PER_PAGE).max(1)
    }

    fn page(&self, view: &View) -> usize {
        self.page.min(Self::pages(view) - 1)
    }
}

impl Situation for Home {
    fn open_tile(self, index: usize, turn: &mut Turn) -> Step {
        let view = turn.view();
        let place = self.page(&view) * TILES_PER_PAGE + index;
        let opened = Opened::at(&view.ctx.catalogue, place).filter(|_| index < TILES_PER_PAGE);
        let Some(opened) = opened else { return self.same() };
        let (service, version) = (opened.id.clone(), opened.version);
        turn.record(TrailEvent::ServiceOpened { visit: turn.visit.id, service, version });
        Step::To(Guide::new(opened).into())
    }

    fn open_cases(self, turn: &mut Turn) -> Step {
        Aim::Cases.pursue(turn)
    }

    /// Without the network it is said before the paper is held anywhere.
    fn scan_receipt(self, turn: &mut Turn) -> Step {
        if turn.ctx.can_scan() { Scanning::begin(turn) } else { self.same() }
    }

    fn page_forward(self, turn: &mut Turn) -> Step {
        let page = self.page(&turn.view()) + 1;
        Self { page: page.min(Self::pages(&turn.view()) - 1) }.same()
    }

    fn page_back(self, turn: &mut Turn) -> Step {
        Self { page: self.page(&turn.view()).saturating_sub(1) }.same()
    }
}

impl Shows for Home {
    fn name(&self) -> &'static str {
        "home"
    }

    fn body(&self, view: &View) -> Body {
        let packages =
            view.ctx.catalogue.packages.iter().skip(self.page(view) * TILES_PER_PAGE).take(TILES_PER_PAGE);
        Body::Home {
            greeting: greeting(view),
            identified: view.visit.holder().is_some(),
            tiles: packages.map(|package| tile(package, view)).collect(),
            page: self.page(view) + 1,
            pages: Self::pages(view),
            can_scan: view.ctx.can_scan(),
        }
    }

    fn topic(&self, _view: &View) -> Topic {
        Topic::Home
    }

    fn can_go_back(&self) -> bool {
        false
    }

    fn asks_for_pin(&self) -> bool {
        true
    }
}

fn greeting(view: &View) -> Shown {
    match &view.visit.identity {
        Identity::Awaited => {
            let place = view.ctx.card_place();
            place.map_or_else(|| view.texts().welcome(), |place| view.texts().invitation(place)).into()
        }
        Identity::Troubled(trouble) => trouble_says(*trouble, view.texts()).1.into(),
        Identity::Present(_) => view.texts().greeting(&view.visit.masked_name().unwrap_or_default()).into(),
    }
}

fn tile(package: &ServicePackage, view: &View) -> Tile {
    let why = |obstacle| match obstacle {
        Obstacle::Level => view.texts().tile_level(),
        Obstacle::Outdated => view.texts().tile_outdated(),
        Obstacle::Room => view.texts().tile_room(),
        Obstacle::Offline => view.texts().tile_offline(),
        Obstacle::Reader => view.texts().tile_reader(),
    };
    Tile {
        title: view.say(&package.title),
        summary: view.say(&package.summary),
        group: view.say(&package.group),
        icon: icon(package.icon),
        unavailable: obstacle(package, view).map(why),
    }
}
