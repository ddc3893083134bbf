//! The accessibility tree of the program (AT-SPI 2).

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use atspi::proxy::accessible::{AccessibleProxy, ObjectRefExt};
use atspi::proxy::bus::{BusProxy, StatusProxy};
use atspi::proxy::component::ComponentProxy;
use atspi::zbus::proxy::CacheProperties;
use atspi::zbus::{Connection, connection};
use atspi::{CoordType, ObjectRefOwned, Role};

use super::GlassError;
use crate::deadlines;

/// Where all programs on the accessibility bus hang (AT-SPI 2, registry).
const REGISTRY: (&str, &str) = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root");
/// What the bus says of an element that is no more (D-Bus Specification, error names).
const GONE: &str = "org.freedesktop.DBus.Error.UnknownObject";
/// No tree of a kiosk is larger; a larger one is a loop.
const ELEMENTS_MAX: usize = 4_000;
/// The id of the element that names a screen, or what lies above it, begins so: `screen:home`, `overlay:help`.
const SCREEN_IDS: [&str; 2] = ["screen:", "overlay:"];

type BoxedError = Box<dyn std::error::Error + Send + Sync>;

/// A rectangle in pixels of the display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
    /// To the right.
    pub width: i32,
    /// Down.
    pub height: i32,
}

impl Area {
    /// Where a finger goes.
    pub fn middle(&self) -> (i32, i32) {
        (self.x + self.width / 2, self.y + self.height / 2)
    }
}

/// Something with a place and a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// The program's own id of it; mostly empty.
    pub id: String,
    /// What it is.
    pub role: Role,
    /// Its label, or the text itself.
    pub label: String,
    /// Where it is.
    pub area: Area,
}

impl Element {
    fn takes_touch(&self) -> bool {
        matches!(
            self.role,
            Role::Button
                | Role::ToggleButton
                | Role::CheckBox
                | Role::RadioButton
                | Role::ListItem
                | Role::PageTab
        )
    }
}

/// All elements, from the root down, as far as they have a label or an id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// In the order of the program.
    pub elements: Vec<Element>,
}

impl Tree {
    /// The name of the screen, such as `home`; of the uppermost one, where one lies above another.
    pub fn screen(&self) -> Option<&str> {
        self.elements
            .iter()
            .rev()
            .find_map(|element| SCREEN_IDS.iter().find_map(|kind| element.id.strip_prefix(kind)))
    }

    /// The control with this id.
    pub fn control(&self, id: &str) -> Option<&Element> {
        self.elements.iter().rev().find(|element| element.id == id)
    }

    /// The element a finger would go to for this label: a whole label before a beginning, a control before
    /// a text, the last before the first, because what lies above comes last.
    pub fn touchable(&self, label: &str) -> Option<&Element> {
        let whole = |element: &&Element| element.label == label;
        let begins = |element: &&Element| element.label.starts_with(label);
        let controls = || self.elements.iter().rev().filter(|element| element.takes_touch());
        controls()
            .find(whole)
            .or_else(|| controls().find(begins))
            .or_else(|| self.elements.iter().rev().find(whole))
            .or_else(|| self.elements.iter().rev().find(begins))
    }

    /// Whether some label holds this text.
    pub fn shows(&self, text: &str) -> bool {
        self.elements.iter().any(|element| element.label.contains(text))
    }

    /// All labels, one a line, each once.
    pub fn labels(&self) -> Vec<&str> {
        let mut labels: Vec<&str> = Vec::new();
        for element in &self.elements {
            if !element.label.is_empty() && !labels.contains(&element.label.as_str()) {
                labels.push(&element.label);
            }
        }
        labels
    }
}

/// Reads trees from the accessibility bus.
pub struct TreeReader {
    bus: Connection,
    runtime: Arc<tokio::runtime::Runtime>,
}

impl TreeReader {
    /// Switches accessibility on and connects.
    ///
    /// # Errors
    /// No accessibility bus came up in time.
    pub fn connect(session_bus: &str, runtime: Arc<tokio::runtime::Runtime>) -> Result<Self, GlassError> {
        let mut last = GlassError::Silent;
        let bus =
            deadlines::poll(deadlines::READY, || match runtime.block_on(accessibility_bus(session_bus)) {
                Ok(bus) => Some(bus),
                Err(error) => {
                    last = GlassError::Tree(error);
                    None
                }
            });
        bus.map(|bus| Self { bus, runtime }).ok_or(last)
    }

    /// Reads all elements of all programs on this bus; there is one.
    ///
    /// # Errors
    /// An element went away again and again while it was read, or nobody answers.
    pub fn read(&self) -> Result<Tree, GlassError> {
        let mut last = GlassError::Silent;
        let tree = deadlines::poll(deadlines::TREE, || {
            let read = async { tokio::time::timeout(deadlines::TREE, walk(&self.bus)).await };
            match self.runtime.block_on(read) {
                Ok(Ok(tree)) => Some(tree),
                Ok(Err(error)) => {
                    last = GlassError::Tree(error);
                    None
                }
                Err(_elapsed) => None,
            }
        });
        tree.ok_or(last)
    }
}

async fn accessibility_bus(session_bus: &str) -> Result<Connection, BoxedError> {
    let limit = Duration::from_secs(2);
    let session = connection::Builder::address(session_bus)?.method_timeout(limit).build().await?;
    let status = StatusProxy::new(&session).await?;
    status.set_is_enabled(true).await?;
    status.set_screen_reader_enabled(true).await?;
    let address = BusProxy::new(&session).await?.get_address().await?;
    Ok(connection::Builder::address(address.as_str())?.method_timeout(limit).build().await?)
}

async fn walk(bus: &Connection) -> Result<Tree, BoxedError> {
    let (name, path) = REGISTRY;
    let registry = AccessibleProxy::builder(bus)
        .destination(name)?
        .path(path)?
        .cache_properties(CacheProperties::No)
        .build()
        .await?;
    let mut waiting: VecDeque<_> = registry.get_children().await?.into();
    let mut tree = Tree::default();
    let mut seen = 0;
    while let Some(next) = waiting.pop_front() {
        seen += 1;
        if next.is_null() || seen > ELEMENTS_MAX {
            continue;
        }
        let (element, children) = match look(bus, &next).await {
            Ok(found) => found,
            // It went away while the tree was read; or it lies below the edge of a scrolled pane, where AccessKit
            // lists an element as soon as the pane grows but announces it to the bus only when it changes itself.
            Err(error) if error.to_string().contains(GONE) => continue,
            Err(error) => return Err(error),
        };
        if !(element.label.is_empty() && element.id.is_empty()) {
            tree.elements.push(element);
        }
        for child in children.into_iter().rev() {
            waiting.push_front(child);
        }
    }
    Ok(tree)
}

async fn look(
    bus: &Connection,
    object: &ObjectRefOwned,
) -> Result<(Element, Vec<ObjectRefOwned>), BoxedError> {
    let node = object.as_accessible_proxy(bus).await?;
    let (id, label, role, children, area) = tokio::join!(
        node.accessible_id(),
        node.name(),
        node.get_role(),
        node.get_children(),
        area_of(bus, object)
    );
    // The root of a program has neither an id nor a place.
    let id = id.unwrap_or_default();
    let area = area.unwrap_or(Area { x: 0, y: 0, width: 0, height: 0 });
    Ok((Element { id, role: role?, label: label?, area }, children?))
}

async fn area_of(bus: &Connection, object: &ObjectRefOwned) -> Result<Area, BoxedError> {
    let name = object.name_as_str().unwrap_or_default().to_owned();
    let component = ComponentProxy::builder(bus)
        .destination(name)?
        .path(object.path())?
        .cache_properties(CacheProperties::No)
        .build()
        .await?;
    let (x, y, width, height) = component.get_extents(CoordType::Screen).await?;
    Ok(Area { x, y, width, height })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn element(id: &str, role: Role, label: &str) -> Element {
        let area = Area { x: 10, y: 20, width: 100, height: 50 };
        Element { id: id.into(), role, label: label.into(), area }
    }

    #[test]
    fn a_whole_label_wins_over_a_beginning_and_a_control_over_a_text() {
        let tree = Tree {
            elements: vec![
                element("", Role::Button, "提取住房公积金"),
                element("", Role::Label, "提取"),
                element("a", Role::Button, "提取"),
                element("", Role::Button, "提取记录"),
            ],
        };
        assert_eq!(tree.touchable("提取").unwrap().id, "a");
        assert_eq!(tree.touchable("提取住").unwrap().label, "提取住房公积金");
        assert!(tree.touchable("贷款").is_none());
    }

    #[test]
    fn the_screen_on_top_names_the_screen() {
        let tree = Tree {
            elements: vec![
                element("screen:form", Role::Panel, ""),
                element("overlay:help", Role::Panel, "帮助"),
            ],
        };
        assert_eq!(tree.screen(), Some("help"));
    }

    #[test]
    fn the_finger_goes_to_the_middle() {
        assert_eq!(element("", Role::Button, "x").area.middle(), (60, 45));
    }
}
