//! What a service asks.

use kiosk_model::{Body, FieldKind, FieldView, Shown, Tone};

use super::say::Say;

pub fn guide(say: Say) -> Body {
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

pub fn form(say: Say) -> Body {
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

pub fn form_choice(say: Say) -> Body {
    Body::Form {
        title: say.one("租房提取公积金", "Withdraw for rent", "Снятие средств на аренду жилья"),
        page_title: say.one("谁在租房", "Who rents", "Кто снимает жильё"),
        page: 2,
        pages: 2,
        fields: vec![relation(say, Some(1))],
        active: None,
    }
}

pub fn confirm(say: Say) -> Body {
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

pub fn working(say: Say) -> Body {
    Body::Working {
        message: say.one("正在提交", "Submitting", "Отправляем ваше заявление")
    }
}
