"""Personal data that a mini program may touch: which API belongs to which kind, and what the shop needs it for.

WeChat disables an API whose kind of data the merchant has not declared on the platform. The generator lists the kinds that the program
really uses in ``release.json``, with the purpose to copy; the check finds an API that is used and has no purpose here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# API or open-type → kind of data, in WeChat's own words.
KINDS = {
    "chooseAddress": "地址",
    "getLocation": "位置信息",
    "getFuzzyLocation": "位置信息",
    "chooseLocation": "位置信息",
    "choosePoi": "位置信息",
    "startLocationUpdate": "位置信息",
    "chooseMedia": "选中的照片或视频信息",
    "chooseImage": "选中的照片或视频信息",
    "chooseVideo": "选中的照片或视频信息",
    "chooseMessageFile": "选中的文件",
    "saveImageToPhotosAlbum": "相册（仅写入）",
    "saveVideoToPhotosAlbum": "相册（仅写入）",
    "setClipboardData": "剪切板",
    "getClipboardData": "剪切板",
    "addPhoneContact": "通讯录（仅写入）",
    "addPhoneCalendar": "日历（仅写入）",
    "startRecord": "麦克风",
    "getRecorderManager": "麦克风",
    "createCameraContext": "摄像头",
    "getWeRunData": "微信运动步数",
    "chooseInvoiceTitle": "发票",
    "chooseInvoice": "发票",
    "chooseLicensePlate": "车牌号",
    "getPhoneNumber": "手机号",
    "getRealtimePhoneNumber": "手机号",
    "chooseAvatar": "昵称、头像",
    "nickname": "昵称、头像",
}

# API → what the shop does with it. An API without a line here is not declared.
PURPOSES = {
    "chooseAddress": ("用于填写收货地址并送达商品", "to fill in where the goods are sent"),
    "setClipboardData": ("用于复制订单号和运单号", "to copy the numbers of an order and a parcel"),
    "chooseAvatar": ("用于显示你选择的头像", "to show the picture you chose"),
    "nickname": ("用于显示你填写的昵称", "to show the name you wrote"),
    "getPhoneNumber": ("用于联系收货", "to reach you about a delivery"),
    "chooseMedia": ("用于售后和评价上传图片", "to send pictures with a return or a review"),
    "saveImageToPhotosAlbum": ("用于保存商品海报", "to save a poster of a product"),
}

_CALL = re.compile(r"\bwx\s*\.\s*(\w+)")
_OPEN_TYPE = re.compile(r"""open-type\s*=\s*["'](\w+)["']""")
_NICKNAME = re.compile(r"""<input\b[^>]*\btype\s*=\s*["']nickname["']""", re.S)


@dataclass(frozen=True)
class Use:
    """One place where personal data is asked for."""

    api: str
    kind: str
    file: str
    line: int


def uses(files: Mapping[str, str]) -> Iterator[Use]:
    """Every use in the program's scripts and pages, in order of file and line."""
    for name in sorted(files):
        text = files[name]
        if name.endswith(".js"):
            found = [(match.group(1), match.start()) for match in _CALL.finditer(text)]
        elif name.endswith(".wxml"):
            found = [(match.group(1), match.start()) for match in _OPEN_TYPE.finditer(text)]
            found += [("nickname", match.start()) for match in _NICKNAME.finditer(text)]
        else:
            continue
        for api, offset in sorted(found, key=lambda one: one[1]):
            if api in KINDS:
                yield Use(api, KINDS[api], name, text.count("\n", 0, offset) + 1)


def declaration(files: Mapping[str, str]) -> list[dict[str, object]]:
    """What the merchant declares on the platform: one entry for each kind that is used and has a purpose."""
    entries: dict[str, dict[str, object]] = {}
    for use in uses(files):
        if use.api not in PURPOSES:
            continue
        zh, en = PURPOSES[use.api]
        entry = entries.setdefault(use.kind, {"kind": use.kind, "apis": [], "purpose_zh": zh, "purpose_en": en})
        apis = entry["apis"]
        assert isinstance(apis, list)
        if use.api not in apis:
            apis.append(use.api)
    return [entries[kind] for kind in sorted(entries)]
