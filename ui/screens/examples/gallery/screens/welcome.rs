//! What comes before a service: the services, the card, help.

use kiosk_model::{Body, CardPlace, Icon, ReaderStage, Tile};

use super::say::Say;

pub fn home(say: Say, count: usize) -> Body {
    let icons = [Icon::House, Icon::Wallet, Icon::Medical, Icon::Transport, Icon::Document, Icon::Calendar];
    let names = [
        ("租房提取公积金", "Withdraw for rent", "Снятие средств на аренду жилья"),
        ("公积金余额查询", "Balance and entries", "Остаток и последние операции"),
        ("医保缴费记录", "Medical insurance record", "История взносов медицинского страхования"),
        ("老年公交卡", "Senior transit card", "Проездной для пожилых"),
        ("居住证明", "Proof of residence", "Справка о регистрации по месту жительства"),
        ("办事预约", "Appointments", "Запись на приём"),
    ];
    let tiles = icons.iter().zip(names).take(count).enumerate();
    Body::Home {
        greeting: say.shown(
            "请把身份证放在读卡区，也可以先看看要办什么。",
            "Welcome. Place your ID card on the reader, or choose a service first.",
            "Здравствуйте! Положите удостоверение на считыватель или сначала выберите услугу.",
        ),
        identified: false,
        tiles: tiles.map(|(at, (icon, name))| tile(say, at, *icon, name)).collect(),
        page: 1,
        pages: if count > 2 { 2 } else { 1 },
        can_scan: false,
    }
}

fn tile(say: Say, at: usize, icon: Icon, (zh, en, ru): (&str, &str, &str)) -> Tile {
    let offline = say.one(
        "网络中断，暂时查不到。可以稍后再来。",
        "The network is down. Please come back later.",
        "Нет связи. Пожалуйста, попробуйте позже.",
    );
    Tile {
        title: say.one(zh, en, ru),
        summary: say.one(
            "几分钟办好，当场打印回执",
            "A few minutes, with a printed receipt",
            "Несколько минут, квитанция сразу",
        ),
        group: say.one("住房公积金", "Housing fund", "Жилищный фонд"),
        icon,
        unavailable: (at == 1).then_some(offline),
    }
}

pub fn greeted(say: Say) -> Body {
    let Body::Home { mut tiles, page, pages, .. } = home(say, 2) else { unreachable!("home makes a home") };
    for tile in &mut tiles {
        tile.unavailable = None;
    }
    let greeting = say.shown("张*，您好，今天想办什么？", "Good day, Zhang *.", "Здравствуйте, Чжан *!");
    Body::Home { greeting, identified: true, tiles, page, pages, can_scan: false }
}

pub fn identify(say: Say, stage: ReaderStage) -> Body {
    let message = match stage {
        ReaderStage::Waiting => say.one(
            "请把身份证平放在屏幕下方的读卡区，不要移动。",
            "Lay your ID card flat on the reader below the screen and leave it there.",
            "Положите удостоверение на считыватель под экраном и не двигайте его.",
        ),
        ReaderStage::Again => say.one(
            "没有读到。请拿起身份证，再平放一次。",
            "The card was not read. Lift it and lay it down again.",
            "Не удалось прочитать. Поднимите карту и положите снова.",
        ),
        ReaderStage::Refused => say.one(
            "这张身份证已过有效期，请到派出所换领。",
            "This ID card has expired. Please renew it at the police station.",
            "Срок действия удостоверения истёк. Обновите его в полиции.",
        ),
        ReaderStage::OutOfOrder => say.one(
            "读卡器出了故障，正在恢复。您可以到旁边的窗口办理。",
            "The reader is not working and is being restored. You can use the counter next to this machine.",
            "Считыватель не работает, идёт восстановление. Обратитесь к соседнему окну.",
        ),
    };
    Body::Identify { stage, place: CardPlace::Reader, message }
}

pub fn help(say: Say) -> Vec<String> {
    vec![
        say.one(
            "点一下要填的那一格，再用下面的数字键输入。",
            "Touch the field to fill in, then use the keys below.",
            "Коснитесь нужного поля и вводите цифры ниже.",
        ),
        say.one(
            "填错了按“删除”，全部重填按“清空”。",
            "'Delete' removes one character, 'Clear' all of them.",
            "«Стереть» удаляет один знак, «Сброс» — все.",
        ),
        say.one(
            "需要帮助请叫大厅工作人员，或拨打 12345。",
            "For help ask our staff in the hall or call 12345.",
            "За помощью обратитесь к сотруднику зала или звоните 12345.",
        ),
    ]
}
