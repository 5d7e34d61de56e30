"""A small tea shop in both languages: what the fake API of the storefront's tests serves."""

from __future__ import annotations

import colorsys
import io
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import segno
from PIL import Image, ImageDraw

Json = dict[str, Any]
Pair = tuple[str, str]
"""A text in Chinese and in English."""

WIDTHS = (320, 640, 1080)
CURRENCY = "CNY"


@dataclass(frozen=True)
class Option:
    id: str
    name: Pair
    values: list[tuple[str, Pair]]


@dataclass
class Product:
    """`stock` by the values of a variant, in the order of the options; what is absent does not exist."""

    id: str
    category: str
    title: Pair
    subtitle: Pair
    price: int
    hue: float
    options: list[Option] = field(default_factory=list)
    stock: dict[tuple[str, ...], int] = field(default_factory=lambda: {(): 50})
    extra: dict[str, int] = field(default_factory=dict)
    compare: int | None = None
    tags: list[Pair] = field(default_factory=list)
    pictures: int = 2


CATEGORIES: list[tuple[str, Pair, list[tuple[str, Pair]]]] = [
    ("green", ("绿茶", "Green tea"), [("longjing", ("龙井", "Longjing")), ("biluochun", ("碧螺春", "Biluochun"))]),
    ("oolong", ("乌龙", "Oolong"), []),
    ("black", ("红茶", "Black tea"), []),
    ("puer", ("普洱", "Pu-erh"), []),
    ("herbal", ("花草茶", "Flowers and herbs"), []),
    ("teaware", ("茶器", "Teaware"), []),
    ("snacks", ("茶点", "Tea snacks"), []),
    ("gifts", ("礼盒", "Gift boxes"), []),
]
HUES = {
    "green": 0.27,
    "oolong": 0.1,
    "black": 0.03,
    "puer": 0.06,
    "herbal": 0.9,
    "teaware": 0.55,
    "snacks": 0.12,
    "gifts": 0.98,
}

SIZE = Option(
    "size", ("规格", "Size"), [("s50", ("50 克", "50 g")), ("s100", ("100 克", "100 g")), ("s250", ("250 克", "250 g"))]
)
GRADE = Option("grade", ("等级", "Grade"), [("g1", ("一级", "First grade")), ("g0", ("特级", "Superior"))])
PACK = Option(
    "pack",
    ("包装", "Packaging"),
    [
        ("bag", ("牛皮纸袋", "Kraft paper bag")),
        ("tin", ("马口铁罐", "Tin")),
        ("gift", ("礼盒", "Gift box with a card and ribbon")),
    ],
)
GLAZE = Option(
    "glaze",
    ("釉色", "Glaze"),
    [
        ("celadon", ("青瓷", "Celadon")),
        ("white", ("甜白", "Sweet white")),
        ("tenmoku", ("天目", "Tenmoku")),
        ("ash", ("草木灰", "Wood ash")),
    ],
)


def _matrix(
    options: list[Option], missing: set[tuple[str, ...]], out: set[tuple[str, ...]]
) -> dict[tuple[str, ...], int]:
    rows: list[tuple[str, ...]] = [()]
    for option in options:
        rows = [(*row, value) for row in rows for value, _name in option.values]
    return {row: 0 if row in out else 7 + len("".join(row)) for row in rows if row not in missing}


PRODUCTS: list[Product] = [
    Product(
        "longjing",
        "green",
        ("明前西湖龙井", "West Lake Longjing, picked before Qingming"),
        ("豆香清幽，一芽一叶", "Chestnut sweet, one bud and one leaf"),
        6800,
        0.27,
        [SIZE, GRADE, PACK],
        _matrix(
            [SIZE, GRADE, PACK],
            {("s50", "g1", "gift"), ("s50", "g0", "gift"), ("s250", "g0", "bag")},
            {("s100", "g0", "tin"), ("s250", "g1", "gift")},
        ),
        {"s100": 5200, "s250": 19800, "g0": 6000, "tin": 800, "gift": 4600},
        8800,
        [("春茶", "Spring 2026")],
        4,
    ),
    Product(
        "biluochun",
        "green",
        ("洞庭碧螺春", "Dongting Biluochun"),
        ("卷曲如螺，花果香", "Curled like snails, fruit and blossom"),
        9800,
        0.3,
        [SIZE],
        {("s50",): 12, ("s100",): 3, ("s250",): 0},
        {"s100": 8600, "s250": 29800},
    ),
    Product(
        "tieguanyin",
        "oolong",
        ("安溪铁观音", "Anxi Tieguanyin"),
        ("兰花香，音韵足", "Orchid scent, a long finish"),
        5600,
        0.13,
        [SIZE, GRADE],
        _matrix([SIZE, GRADE], set(), {("s250", "g0")}),
        {"s100": 4800, "s250": 12800, "g0": 3800},
    ),
    Product(
        "dahongpao",
        "oolong",
        ("武夷大红袍", "Wuyi Da Hong Pao rock oolong"),
        ("岩骨花香，中火焙制", "Roasted, mineral, deep"),
        12800,
        0.08,
        compare=15800,
        tags=[("掌柜推荐", "The shopkeeper's own")],
    ),
    Product(
        "lapsang",
        "black",
        ("正山小种", "Lapsang Souchong"),
        ("松烟香，桂圆汤", "Pine smoke and longan"),
        7200,
        0.03,
        [SIZE],
        {("s50",): 20, ("s100",): 20, ("s250",): 5},
        {"s100": 6200, "s250": 15800},
    ),
    Product(
        "dianhong",
        "black",
        ("凤庆滇红金芽", "Yunnan golden buds"),
        ("蜜香甜醇", "Honey and malt"),
        8800,
        0.05,
        stock={(): 0},
    ),
    Product(
        "shou",
        "puer",
        ("勐海熟普 2018 饼茶", "Menghai ripe pu-erh cake, vintage 2018"),
        ("357 克，陈香顺滑", "357 g, aged, smooth"),
        26800,
        0.07,
    ),
    Product(
        "sheng",
        "puer",
        ("易武生普 2021", "Yiwu raw pu-erh 2021"),
        ("清甜有回甘", "Bright with a sweet return"),
        32800,
        0.15,
        tags=[("限量", "Small batch")],
    ),
    Product(
        "jasmine",
        "herbal",
        ("茉莉龙珠", "Jasmine dragon pearls"),
        ("九窨一提", "Scented nine times"),
        6600,
        0.9,
        [SIZE],
        {("s50",): 9, ("s100",): 9, ("s250",): 9},
        {"s100": 5800, "s250": 14000},
    ),
    Product(
        "chrys",
        "herbal",
        ("胎菊枸杞茶", "Chrysanthemum bud and goji infusion without caffeine"),
        ("独立小包，20 包", "20 single sachets"),
        3900,
        0.14,
    ),
    Product(
        "teapot",
        "teaware",
        ("汝窑小茶壶", "Ru-ware teapot for two"),
        ("180 毫升，开片养色", "180 ml, crackles with the years"),
        28800,
        0.52,
        [GLAZE],
        {("celadon",): 4, ("white",): 8, ("tenmoku",): 0, ("ash",): 2},
        {"tenmoku": 3000},
        pictures=3,
    ),
    Product(
        "gaiwan",
        "teaware",
        ("白瓷盖碗", "White porcelain gaiwan"),
        ("120 毫升", "120 ml"),
        8800,
        0.58,
        [GLAZE],
        {("white",): 30, ("celadon",): 0},
    ),
    Product(
        "cups",
        "teaware",
        ("品茗杯四只装", "Four tasting cups"),
        ("手拉坯，各不相同", "Thrown by hand, no two alike"),
        12800,
        0.6,
        compare=14800,
    ),
    Product(
        "strainer",
        "teaware",
        ("304 不锈钢茶漏", "Fine tea strainer"),
        ("细网，带座", "Fine mesh, with a rest"),
        2900,
        0.62,
    ),
    Product(
        "osmanthus", "snacks", ("桂花糕", "Osmanthus cakes"), ("糯软不腻，8 块", "Soft and light, 8 pieces"), 3200, 0.12
    ),
    Product(
        "walnut",
        "snacks",
        ("琥珀核桃", "Amber walnuts"),
        ("每日现烤", "Roasted every day"),
        4500,
        0.09,
        tags=[("新品", "New")],
    ),
    Product("hawthorn", "snacks", ("山楂条", "Hawthorn strips"), ("不加色素", "No colouring"), 1990, 0.0),
    Product(
        "giftbox",
        "gifts",
        ("四季茶礼", "Four seasons tea gift"),
        ("四款名茶，手写贺卡", "Four fine teas with a hand-written card"),
        39800,
        0.97,
        tags=[("送礼", "Gift")],
        compare=45800,
    ),
    Product(
        "starter",
        "gifts",
        ("新手茶席套装", "Beginner's tea table set"),
        ("盖碗、公道杯、茶两款", "Gaiwan, pitcher and two teas"),
        23800,
        0.55,
    ),
]


def say(pair: Pair, english: bool) -> str:
    return pair[1] if english else pair[0]


def tint(hue: float) -> str:
    red, green, blue = colorsys.hls_to_rgb(hue, 0.86, 0.35)
    return f"#{int(red * 255):02x}{int(green * 255):02x}{int(blue * 255):02x}"


def picture(name: str, hue: float, alt: str) -> Json:
    sizes = [
        {"width": width, "webp": f"/media/{name}-{width}.webp", "jpeg": f"/media/{name}-{width}.jpeg"}
        for width in WIDTHS
    ]
    return {"id": f"pic-{name}", "alt": alt, "width": 1080, "height": 1080, "tint": tint(hue), "sizes": sizes}


def pictures(product: Product, english: bool) -> list[Json]:
    return [
        picture(f"{product.id}-{number}", product.hue, say(product.title, english))
        for number in range(product.pictures)
    ]


def variant_price(product: Product, values: tuple[str, ...]) -> int:
    return product.price + sum(product.extra.get(value, 0) for value in values)


def spec(product: Product, values: tuple[str, ...], english: bool) -> str:
    names = {value: say(name, english) for option in product.options for value, name in option.values}
    return " / ".join(names[value] for value in values)


def variant_id(product: Product, values: tuple[str, ...]) -> str:
    return "-".join([product.id, *values]) if values else f"{product.id}-one"


def card(product: Product, english: bool) -> Json:
    prices = [variant_price(product, values) for values in product.stock]
    return {
        "id": product.id,
        "title": say(product.title, english),
        "subtitle": say(product.subtitle, english),
        "price": min(prices),
        "price_max": max(prices),
        "compare_at_price": product.compare,
        "currency": CURRENCY,
        "available": any(product.stock.values()),
        "picture": pictures(product, english)[0],
        "tags": [say(tag, english) for tag in product.tags],
    }


def detail(product: Product, english: bool) -> Json:
    text = (
        "<p>Steep 3 g in 150 ml of water at 85 °C for 20 seconds; each further infusion 10 seconds longer.</p>"
        "<p><strong>Keep</strong> it dry, dark and away from strong smells. Best within 18 months.</p>"
        if english
        else "<p>3 克茶，150 毫升 85℃ 水，浸泡 20 秒；之后每泡延长 10 秒。</p>"
        "<p><strong>储存</strong>：干燥避光，远离异味，18 个月内饮用最佳。</p>"
    )
    category = next((say(name, english) for id_, name, _below in CATEGORIES if id_ == product.category), "")
    shots = pictures(product, english)
    return card(product, english) | {
        "description_html": text,
        "vendor": "Jishi" if english else "集市",
        "category": {"id": product.category, "name": category},
        "pictures": shots,
        "options": [
            {
                "id": option.id,
                "name": say(option.name, english),
                "values": [
                    {"id": value, "name": say(name, english)}
                    for value, name in option.values
                    if any(value in values for values in product.stock)
                ],
            }
            for option in product.options
        ],
        "variants": [
            {
                "id": variant_id(product, values),
                "sku": variant_id(product, values).upper(),
                "price": variant_price(product, values),
                "compare_at_price": None,
                "value_ids": list(values),
                "available": stock,
                "picture_id": shots[min(1, len(shots) - 1)]["id"],
                "spec": spec(product, values, english),
            }
            for values, stock in product.stock.items()
        ],
    }


def find_variant(wanted: str) -> tuple[Product, tuple[str, ...]] | None:
    for product in PRODUCTS:
        for values in product.stock:
            if variant_id(product, values) == wanted:
                return product, values
    return None


def categories(english: bool) -> list[Json]:
    def one(id_: str, name: Pair, hue: float, children: list[Json]) -> Json:
        return {
            "id": id_,
            "name": say(name, english),
            "picture": picture(f"cat-{id_}", hue, say(name, english)),
            "children": children,
        }

    return [
        one(id_, name, HUES[id_], [one(child, child_name, HUES[id_], []) for child, child_name in below])
        for id_, name, below in CATEGORIES
    ]


def home(english: bool) -> list[Json]:
    nothing = {"kind": "none", "id": ""}
    by_id = {product.id: product for product in PRODUCTS}

    def section(
        id_: str,
        kind: str,
        title: Pair,
        subtitle: Pair = ("", ""),
        *,
        link: Json = nothing,
        items: list[Json] | None = None,
        shot: Json | None = None,
    ) -> Json:
        return {
            "id": id_,
            "kind": kind,
            "title": say(title, english),
            "subtitle": say(subtitle, english),
            "picture": shot,
            "link": link,
            "items": items or [],
        }

    rail = [card(by_id[id_], english) for id_ in ("longjing", "dahongpao", "jasmine", "sheng", "dianhong", "teapot")]
    grid = [card(by_id[id_], english) for id_ in ("giftbox", "starter", "cups", "walnut")]
    return [
        section(
            "hero-1",
            "hero",
            ("春茶到店", "The spring teas are here"),
            ("明前龙井，新鲜现发", "Longjing from before Qingming"),
            link={"kind": "product", "id": "longjing"},
            shot=picture("hero-1", 0.3, ""),
        ),
        section(
            "hero-2",
            "hero",
            ("一壶好器", "A good pot for two"),
            ("汝窑小壶，四种釉色", "Ru ware in four glazes"),
            link={"kind": "category", "id": "teaware"},
            shot=picture("hero-2", 0.52, ""),
        ),
        section(
            "notice",
            "notice",
            ("满 99 元包邮", "Free delivery from ¥99"),
            ("每日 16 点前下单当天发出", "Ordered before 16:00, sent the same day"),
        ),
        section("categories", "categories", ("分类", "Categories"), items=categories(english)),
        section(
            "rail",
            "rail",
            ("当季好茶", "Teas of the season"),
            ("掌柜自己也在喝", "What we drink ourselves"),
            link={"kind": "category", "id": "green"},
            items=rail,
        ),
        section(
            "grid", "grid", ("送礼之选", "Gifts worth giving"), link={"kind": "category", "id": "gifts"}, items=grid
        ),
    ]


@cache
def drawn(name: str, width: int, kind: str) -> bytes:
    """A picture: a lit backdrop with a bowl, a leaf, a tin or a box upon it, its colour by the product's hue."""
    base = name.rsplit("-", 1)[0]
    product = next((one for one in PRODUCTS if one.id == base), None)
    category = product.category if product else name.removeprefix("cat-")
    hue = product.hue if product else HUES.get(category, 0.3 if name == "hero-1" else 0.52)
    shot = int(name.rsplit("-", 1)[1]) if product else 0

    def colour(light: float, saturation: float = 0.35, turn: float = 0.0) -> tuple[int, int, int]:
        red, green, blue = colorsys.hls_to_rgb((hue + turn) % 1, light, saturation)
        return int(red * 255), int(green * 255), int(blue * 255)

    size = 480
    image = Image.new("RGB", (size, size))
    pen = ImageDraw.Draw(image)
    for y in range(size):
        pen.line((0, y, size, y), fill=colour(0.92 - 0.16 * y / size - shot * 0.03, 0.3))
    pen.ellipse((90, 350, 390, 410), fill=colour(0.7, 0.25))
    if category in ("teaware",):
        pen.ellipse((110, 170, 350, 390), fill=colour(0.5))
        pen.ellipse((190, 140, 270, 180), fill=colour(0.42))
        pen.arc((320, 210, 420, 330), 270, 90, fill=colour(0.5), width=22)
        pen.polygon([(120, 250), (50, 200), (66, 186), (140, 290)], fill=colour(0.5))
    elif category in ("gifts", "snacks", "puer"):
        pen.rounded_rectangle((110, 170, 370, 390), 18, fill=colour(0.5))
        pen.rounded_rectangle((110, 170, 370, 240), 18, fill=colour(0.42))
        pen.rectangle((225, 170, 255, 390), fill=colour(0.8, 0.5, 0.06))
    else:
        pen.chord((110, 130, 370, 390), 0, 180, fill=colour(0.97, 0.2))
        pen.ellipse((110, 225, 370, 295), fill=colour(0.9, 0.2))
        pen.ellipse((128, 233, 352, 287), fill=colour(0.45, 0.6))
        pen.ellipse((190, 110, 290, 170), fill=colour(0.4, 0.45, 0.05))
    out = io.BytesIO()
    image.resize((min(width, 640),) * 2).save(out, "WEBP" if kind == "webp" else "JPEG", quality=80)
    return out.getvalue()


# -- Ways to pay

METHODS = {
    "wechatpay": (("微信支付", "WeChat Pay"), ("", "")),
    "cash_on_delivery": (
        ("货到付款", "Cash on delivery"),
        ("收到包裹时付款给快递员。", "Pay the courier when your parcel arrives."),
    ),
    "bank_transfer": (
        ("银行转账", "Bank transfer"),
        ("请在 7 天内转账，商品为你保留。", "Transfer it within 7 days; the goods are kept for you."),
    ),
    "stripe": (("银行卡等", "Card and more"), ("", "")),
}
PARAMETERS = {
    "stripe": {
        "qr_image": segno.make("https://pay.example/pi_1").png_data_uri(scale=6),
        "qr_page": "https://pay.example/pi_1",
    }
}
INSTRUCTIONS = {
    "cash_on_delivery": [(("", ""), ("请准备好零钱", "Please have the exact amount ready"))],
    "bank_transfer": [
        (("户名", "Account name"), ("集市茶铺（杭州）有限公司", "Jishi Tea (Hangzhou) Company Limited")),
        (("开户行", "Bank"), ("中国银行杭州西湖支行", "Bank of China, Hangzhou West Lake Branch")),
        (("账号", "Account number"), ("6222 0000 0000 1234", "6222 0000 0000 1234")),
        (("金额", "Amount"), ("¥128.00", "¥128.00")),
    ],
}


def methods(offered: list[str], english: bool) -> list[dict[str, str]]:
    return [
        {
            "provider": name,
            "label": say(METHODS[name][0], english),
            "kind": "offline" if name in INSTRUCTIONS else "online",
            "description": say(METHODS[name][1], english),
        }
        for name in offered
    ]


def instructions(provider: str, number: str, english: bool) -> list[dict[str, str]]:
    lines = [{"name": say(name, english), "value": say(value, english)} for name, value in INSTRUCTIONS[provider]]
    reference = {"name": say(("转账附言", "Reference to write"), english), "value": number}
    return [*lines, reference] if provider == "bank_transfer" else lines
