"""Places a parcel may pass: a few dozen cities with their sorting hubs, and the way between two of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class City:
    zh: str
    en: str
    # The big hub that parcels of this city go through, by region.
    region: str


_REGIONS = {
    "华东": "上海 Shanghai, 杭州 Hangzhou, 南京 Nanjing, 苏州 Suzhou, 宁波 Ningbo, 合肥 Hefei, 无锡 Wuxi, 济南 Jinan, 青岛 Qingdao",
    "华南": "广州 Guangzhou, 深圳 Shenzhen, 东莞 Dongguan, 佛山 Foshan, 厦门 Xiamen, 福州 Fuzhou, 南宁 Nanning, 海口 Haikou",
    "华北": "北京 Beijing, 天津 Tianjin, 石家庄 Shijiazhuang, 太原 Taiyuan, 呼和浩特 Hohhot",
    "华中": "武汉 Wuhan, 长沙 Changsha, 郑州 Zhengzhou, 南昌 Nanchang",
    "西南": "成都 Chengdu, 重庆 Chongqing, 昆明 Kunming, 贵阳 Guiyang, 拉萨 Lhasa",
    "西北": "西安 Xi'an, 兰州 Lanzhou, 银川 Yinchuan, 西宁 Xining, 乌鲁木齐 Urumqi",
    "东北": "沈阳 Shenyang, 大连 Dalian, 哈尔滨 Harbin, 长春 Changchun",
}
CITIES = {
    zh: City(zh, en, region)
    for region, names in _REGIONS.items()
    for zh, _, en in (name.strip().partition(" ") for name in names.split(","))
}
HUB_OF_REGION = {
    "华东": "杭州",
    "华南": "广州",
    "华北": "北京",
    "华中": "武汉",
    "西南": "成都",
    "西北": "西安",
    "东北": "沈阳",
}
# Between regions parcels change in Wuhan, except where that would be a detour.
NEIGHBOURS = {frozenset(pair) for pair in (("华东", "华北"), ("华北", "东北"), ("西北", "西南"), ("华东", "华南"))}
HOME = CITIES["杭州"]


def city_named(name: str) -> City | None:
    """The city of an address ("上海市", "Shanghai", "浙江省杭州市"), or None when it is not in the table."""
    wanted = name.strip().lower()
    for city in CITIES.values():
        if wanted and (city.zh in wanted or city.en.lower() == wanted):
            return city
    return None


def way(origin: City, destination: City) -> list[City]:
    """The hubs between two cities, at least two, in order."""
    first, last = CITIES[HUB_OF_REGION[origin.region]], CITIES[HUB_OF_REGION[destination.region]]
    middle = CITIES["武汉"]
    if first == last:
        hubs = [first, destination]
    elif frozenset((origin.region, destination.region)) in NEIGHBOURS or middle in (first, last):
        hubs = [first, last]
    else:
        hubs = [first, middle, last]
    return hubs
