//! One example of every screen and overlay, in three languages. All names and numbers are synthetic.

use kiosk_model::{
    AnswerTable, Body, CaseRow, Fact, FieldKind, FieldView, Frame, Icon, Language, Mode, Overlay, PaperStage,
    ReaderStage, Row, Screen, Shown, Tile, Tone,
};

/// A named example.
pub struct Example {
    /// For files and failures.
    pub name: &'static str,
    /// What is shown.
    pub screen: Screen,
}

/// All examples in one language and mode.
pub fn examples(language: Language, mode: Mode) -> Vec<Example> {
    let say = Say(language);
    let mut all: Vec<Example> = bodies(say)
        .into_iter()
        .map(|(name, body)| Example { name, screen: screen(say, mode, body, None) })
        .collect();
    let overlays = [
        ("overlay-idle-warning", Overlay::IdleWarning { seconds_left: 21 }),
        ("overlay-help", Overlay::Help { lines: help(say) }),
        ("overlay-confirm-end", Overlay::ConfirmEnd),
    ];
    for (name, overlay) in overlays {
        all.push(Example { name, screen: screen(say, mode, form(say), Some(overlay)) });
    }
    all.push(Example {
        name: "home-notice",
        screen: with_notice(say, screen(say, mode, home(say, 2), None)),
    });
    all.push(Example { name: "form-notice", screen: with_notice(say, screen(say, mode, form(say), None)) });
    all
}

fn screen(say: Say, mode: Mode, body: Body, overlay: Option<Overlay>) -> Screen {
    let awake = !matches!(body, Body::Attract | Body::OutOfService { .. });
    let person =
        matches!(body, Body::Home { identified: true, .. } | Body::Form { .. } | Body::Confirm { .. });
    let frame = Frame {
        back: matches!(
            body,
            Body::Identify { .. } | Body::Guide { .. } | Body::Form { .. } | Body::Confirm { .. }
        ),
        end: awake,
        help: true,
        person: person.then(|| say.shown("张*", "Zhang *", "Чжан *")),
        site: say.one(
            "建华区政务服务中心",
            "Jianhua District Service Centre",
            "Центр госуслуг района Цзяньхуа",
        ),
        notice: None,
    };
    Screen { language: say.0, mode, frame, body, overlay }
}

fn with_notice(say: Say, mut screen: Screen) -> Screen {
    screen.frame.notice = Some(say.one(
        "打印机缺纸，回执编号会显示在屏幕上。",
        "The printer is out of paper. Your receipt number is shown on the screen.",
        "В принтере нет бумаги. Номер квитанции будет показан на экране.",
    ));
    screen
}

fn bodies(say: Say) -> Vec<(&'static str, Body)> {
    vec![
        ("attract", Body::Attract),
        ("home", home(say, 2)),
        ("home-six", home(say, 6)),
        ("home-greeted", greeted(say)),
        ("identify", identify(say, ReaderStage::Waiting)),
        ("identify-again", identify(say, ReaderStage::Again)),
        ("identify-refused", identify(say, ReaderStage::Refused)),
        ("identify-out-of-order", identify(say, ReaderStage::OutOfOrder)),
        ("guide", guide(say)),
        ("form", form(say)),
        ("form-choice", form_choice(say)),
        ("confirm", confirm(say)),
        (
            "working",
            Body::Working {
                message: say.one("正在提交", "Submitting", "Отправляем ваше заявление")
            },
        ),
        ("receipt-printing", receipt(say, PaperStage::Printing)),
        ("receipt-printed", receipt(say, PaperStage::Printed)),
        ("receipt-failed", receipt(say, PaperStage::Failed)),
        ("answer", answer(say)),
        ("unavailable", unavailable(say)),
        ("cases", cases(say)),
        (
            "cases-empty",
            Body::Cases {
                cases: vec![],
                empty: say.one("还没有您的办件。", "You have no cases yet.", "У вас пока нет дел."),
            },
        ),
        ("rating", rating(say)),
        ("farewell", farewell(say)),
        ("out-of-service", out_of_service(say)),
    ]
}

fn home(say: Say, count: usize) -> Body {
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
            "您好，请把身份证放在读卡区，或先选择要办的事。",
            "Welcome. Place your ID card on the reader, or choose a service first.",
            "Здравствуйте! Положите удостоверение на считыватель или сначала выберите услугу.",
        ),
        identified: false,
        tiles: tiles.map(|(at, (icon, name))| tile(say, at, *icon, name)).collect(),
        page: 1,
        pages: if count > 2 { 2 } else { 1 },
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

fn greeted(say: Say) -> Body {
    let Body::Home { mut tiles, page, pages, .. } = home(say, 2) else { unreachable!("home makes a home") };
    for tile in &mut tiles {
        tile.unavailable = None;
    }
    let greeting = say.shown("张*，您好，今天想办什么？", "Good day, Zhang *.", "Здравствуйте, Чжан *!");
    Body::Home { greeting, identified: true, tiles, page, pages }
}

fn identify(say: Say, stage: ReaderStage) -> Body {
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
    Body::Identify { stage, message }
}

fn guide(say: Say) -> Body {
    Body::Guide {
        title: say.one("租房提取公积金", "Withdraw for rent", "Снятие средств на аренду жилья"),
        summary: say.one(
            "本人及配偶在本市无自有住房并租房居住的，可以提取公积金支付房租。",
            "If you and your spouse own no home in this city and rent one, you may use your fund for the rent.",
            "Если у вас и супруга нет жилья в этом городе и вы его снимаете, средства фонда можно направить на аренду.",
        ),
        rows: vec![
            say.row(("办理时限", "Time", "Срок"), ("3个工作日", "3 working days", "3 рабочих дня")),
            say.row(("费用", "Fee", "Плата"), ("不收费", "Free of charge", "Бесплатно")),
            say.row(
                ("办理依据", "Basis", "Основание"),
                ("《住房公积金管理条例》第二十四条", "Housing fund regulations, article 24", "Положение о жилищном фонде, статья 24"),
            ),
        ],
        materials: vec![
            say.one("本人身份证", "Your ID card", "Ваше удостоверение личности"),
            say.one("本人银行卡卡号", "The number of your bank card", "Номер вашей банковской карты"),
        ],
        notes: vec![
            (Tone::Info, say.one("本机使用虚拟数据。", "This machine uses synthetic data.", "Терминал работает с вымышленными данными.")),
            (
                Tone::Caution,
                say.one(
                    "网络中断，可以照常提交，恢复后自动送达。",
                    "The network is down. You can submit as usual; it is sent when the network is back.",
                    "Сети нет. Подать можно как обычно: заявление уйдёт, когда связь восстановится.",
                ),
            ),
        ],
        can_start: true,
    }
}

fn form(say: Say) -> Body {
    let on_file =
        say.one("来自公积金中心共享数据", "From the housing fund's shared data", "Из данных жилищного фонда");
    let field = |label: (&str, &str, &str), value: &str, kind| FieldView {
        label: say.one(label.0, label.1, label.2),
        hint: String::new(),
        value: value.into(),
        source: None,
        problem: None,
        kind,
    };
    let account =
        field(("公积金账号", "Fund account", "Счёт в фонде"), "2302 **** 0917", FieldKind::ReadOnly);
    let amount = field(("提取金额（元）", "Amount (yuan)", "Сумма (юани)"), "4800.50", FieldKind::Amount);
    let months = field(("租住月数", "Months of rent", "Месяцев аренды"), "", FieldKind::Digits);
    Body::Form {
        title: say.one("租房提取公积金", "Withdraw for rent", "Снятие средств на аренду жилья"),
        page_title: say.one("提取多少", "How much", "Какую сумму снять"),
        page: 1,
        pages: 2,
        fields: vec![
            FieldView { source: Some(on_file), ..account },
            FieldView {
                problem: Some(say.one(
                    "最多可提取 3600.00 元，请改小。",
                    "At most 3600.00 yuan. Please enter less.",
                    "Не более 3600.00 юаней. Укажите меньшую сумму.",
                )),
                ..amount
            },
            FieldView {
                hint: say.one("1 到 12 个月", "1 to 12 months", "От 1 до 12 месяцев"), ..months
            },
            relation(say, None),
        ],
        active: Some(1),
    }
}

fn relation(say: Say, chosen: Option<usize>) -> FieldView {
    let options = [
        ("本人", "Myself", "Я сам"),
        ("配偶", "Spouse", "Супруг или супруга"),
        ("父母", "Parent", "Родитель"),
        ("成年子女", "Adult child", "Совершеннолетний ребёнок"),
        ("其他共同承租人", "Another tenant", "Другой наниматель"),
    ];
    FieldView {
        label: say.one("合同承租人", "Tenant in the contract", "Наниматель по договору"),
        hint: String::new(),
        value: Shown::default(),
        source: None,
        problem: None,
        kind: FieldKind::Choice {
            options: options.iter().map(|(zh, en, ru)| say.one(zh, en, ru)).collect(),
            chosen,
        },
    }
}

fn form_choice(say: Say) -> Body {
    Body::Form {
        title: say.one("租房提取公积金", "Withdraw for rent", "Снятие средств на аренду жилья"),
        page_title: say.one("谁在租房", "Who rents", "Кто снимает жильё"),
        page: 2,
        pages: 2,
        fields: vec![relation(say, Some(1))],
        active: None,
    }
}

fn confirm(say: Say) -> Body {
    Body::Confirm {
        title: say.one("租房提取公积金", "Withdraw for rent", "Снятие средств на аренду жилья"),
        rows: vec![
            say.row(("姓名", "Name", "Имя"), ("张*", "Zhang *", "Чжан *")),
            say.row(("身份证号", "ID number", "Номер удостоверения"), ("2302**********0021", "2302**********0021", "2302**********0021")),
            say.row(("公积金账号", "Fund account", "Счёт в фонде"), ("2302 **** 0917", "2302 **** 0917", "2302 **** 0917")),
            say.row(("提取金额", "Amount", "Сумма"), ("3,600.00 元", "3,600.00 yuan", "3 600,00 юаней")),
            say.row(("租住月数", "Months of rent", "Месяцев аренды"), ("3 个月", "3", "3")),
            say.row(("合同承租人", "Tenant in the contract", "Наниматель по договору"), ("配偶", "Spouse", "Супруг или супруга")),
            say.row(
                ("租住地址", "Address", "Адрес"),
                (
                    "黑龙江省齐齐哈尔市建华区卜奎大街示例小区 3 号楼 2 单元 501 室",
                    "501, Unit 2, Building 3, Example Court, Bukui Street, Jianhua, Qiqihar",
                    "Цицикар, район Цзяньхуа, улица Букуй, ЖК «Пример», дом 3, подъезд 2, кв. 501",
                ),
            ),
        ],
        note: say.one(
            "提交后由公积金中心审核。现在网络中断，先保存在本机，恢复后自动送达。",
            "The housing fund reviews it after you submit. The network is down: it is kept here and sent when the network is back.",
            "После отправки заявление проверит фонд. Связи нет: оно сохранится здесь и уйдёт, когда связь появится.",
        ),
    }
}

fn receipt(say: Say, paper: PaperStage) -> Body {
    let message = match paper {
        PaperStage::Printing => say.one("请稍等，不要离开。", "Please wait a moment.", "Подождите немного."),
        PaperStage::Printed => say.one(
            "回执在屏幕下方的出纸口。",
            "It is in the slot below the screen.",
            "Она в лотке под экраном.",
        ),
        PaperStage::Failed => say.one(
            "打印机缺纸。事项已经提交，请记下或拍下编号。",
            "The printer is out of paper. Your case is submitted: please note or photograph the number.",
            "В принтере нет бумаги. Заявление принято: запишите или сфотографируйте номер.",
        ),
    };
    Body::Receipt {
        number: "QQHR-0007-000123".to_owned(),
        qr: "QQHR-0007-000123".to_owned(),
        paper,
        message,
        delivery: say.one(
            "已安全保存在本机，网络恢复后自动送达公积金中心。",
            "It is kept safely here and goes to the housing fund when the network is back.",
            "Заявление надёжно сохранено и уйдёт в фонд, когда связь восстановится.",
        ),
        next: say.one(
            "3 个工作日内审核，结果可在“办件进度”里查看。",
            "It is reviewed within 3 working days. See the result under “My cases”.",
            "Проверка займёт до 3 рабочих дней. Результат — в разделе «Мои дела».",
        ),
    }
}

fn answer(say: Say) -> Body {
    let entries = [
        ("2026-10-15", "汇缴", "1,250.00"),
        ("2026-09-15", "汇缴", "1,250.00"),
        ("2026-08-20", "提取", "-3,000.00"),
    ];
    let cells = |(date, kind, sum): &(&str, &str, &str)| {
        let kind = if *kind == "汇缴" {
            say.shown("汇缴", "Deposit", "Взнос")
        } else {
            say.shown("提取", "Withdrawal", "Снятие")
        };
        vec![Shown::from(*date), kind, Shown::from(*sum)]
    };
    Body::Answer {
        title: say.one("公积金余额查询", "Balance and entries", "Остаток и последние операции"),
        facts: vec![
            Fact {
                label: say.one("账户余额", "Balance", "Остаток на счёте"),
                value: say.shown("38,462.17 元", "38,462.17 yuan", "38 462,17 юаня"),
            },
            Fact {
                label: say.one("缴存状态", "State", "Состояние счёта"),
                value: say.shown("正常缴存", "Paying in", "Взносы поступают"),
            },
        ],
        tables: vec![AnswerTable {
            title: say.one("最近明细", "Last entries", "Последние операции"),
            columns: vec![
                say.one("日期", "Date", "Дата"),
                say.one("类型", "Kind", "Операция"),
                say.one("金额（元）", "Yuan", "Юани"),
            ],
            rows: entries.iter().map(cells).collect(),
            empty: say.one("没有明细", "No entries", "Операций нет"),
        }],
        note: say.one(
            "数据截至 2026-11-23 14:32，本机不留存。",
            "As of 2026-11-23 14:32. Nothing is kept on this machine.",
            "По состоянию на 2026-11-23 14:32. На терминале ничего не хранится.",
        ),
    }
}

fn unavailable(say: Say) -> Body {
    Body::Unavailable {
        title: say.one("公积金余额查询", "Balance and entries", "Остаток и последние операции"),
        why: say.one(
            "网络中断，现在查不到。",
            "The network is down, so this cannot be looked up now.",
            "Связи нет, поэтому сейчас узнать это нельзя.",
        ),
        instead: say.one(
            "请稍后再试，或拨打 12329 公积金热线，也可以到 3 号窗口查询。",
            "Try again later, call the housing fund on 12329, or ask at counter 3.",
            "Попробуйте позже, позвоните в фонд по номеру 12329 или обратитесь к окну 3.",
        ),
        can_retry: true,
    }
}

fn cases(say: Say) -> Body {
    let case = |state: (&str, &str, &str), number: &str, receipt: &str| CaseRow {
        title: say.one("租房提取公积金", "Withdraw for rent", "Снятие средств на аренду жилья"),
        case_number: number.to_owned(),
        receipt: receipt.to_owned(),
        state: say.one(state.0, state.1, state.2),
        submitted: "2026-11-23 14:32".to_owned(),
    };
    Body::Cases {
        cases: vec![
            case(("已收件", "Received", "Принято"), "", "QQHR-0007-000123"),
            case(("正在办理", "In progress", "В работе"), "230200000000202611230001", "QQHR-0007-000098"),
            case(("已办结", "Granted", "Завершено"), "230200000000202608190007", "QQHR-0003-000471"),
            case(("已办结", "Granted", "Завершено"), "230200000000202605110032", "QQHR-0003-000212"),
        ],
        empty: String::new(),
    }
}

fn rating(say: Say) -> Body {
    let levels = [
        ("非常满意", "Very satisfied", "Очень доволен"),
        ("满意", "Satisfied", "Доволен"),
        ("基本满意", "Fairly satisfied", "В основном доволен"),
        ("不满意", "Dissatisfied", "Недоволен"),
        ("非常不满意", "Very dissatisfied", "Очень недоволен"),
    ];
    Body::Rating { levels: levels.map(|(zh, en, ru)| say.one(zh, en, ru)) }
}

fn farewell(say: Say) -> Body {
    Body::Farewell {
        lines: vec![
            say.one("感谢您的使用", "Thank you", "Спасибо!"),
            say.one(
                "请带好身份证和回执。",
                "Please take your ID card and your receipt.",
                "Не забудьте удостоверение и квитанцию.",
            ),
            say.one(
                "您的信息已从屏幕清除。",
                "Your data have been removed from this screen.",
                "Ваши данные удалены с экрана.",
            ),
        ],
    }
}

fn out_of_service(say: Say) -> Body {
    Body::OutOfService {
        message: say.one(
            "工作人员正在处理，请到旁边的窗口或另一台自助机办理。",
            "Our staff are working on it. Please use the counter or the other machine nearby.",
            "Сотрудники уже занимаются этим. Обратитесь к окну или к соседнему терминалу.",
        ),
    }
}

fn help(say: Say) -> Vec<String> {
    vec![
        say.one(
            "点一下要填的那一格，再用下面的数字键输入。",
            "Touch the field to fill in, then use the keys below.",
            "Коснитесь нужного поля и вводите цифры ниже.",
        ),
        say.one(
            "填错了按“删除”，全部重填按“清空”。",
            "“Delete” removes one character, “Clear” all of them.",
            "«Стереть» удаляет один знак, «Сброс» — все.",
        ),
        say.one(
            "需要帮助请叫大厅工作人员，或拨打 12345。",
            "For help ask our staff in the hall or call 12345.",
            "За помощью обратитесь к сотруднику зала или звоните 12345.",
        ),
    ]
}

#[derive(Clone, Copy)]
struct Say(Language);

impl Say {
    fn one(self, zh: &str, en: &str, ru: &str) -> String {
        match self.0 {
            Language::ZhCn => zh,
            Language::En => en,
            Language::Ru => ru,
        }
        .to_owned()
    }

    fn shown(self, zh: &str, en: &str, ru: &str) -> Shown {
        self.one(zh, en, ru).into()
    }

    fn row(self, label: (&str, &str, &str), value: (&str, &str, &str)) -> Row {
        Row { label: self.one(label.0, label.1, label.2), value: self.shown(value.0, value.1, value.2) }
    }
}
