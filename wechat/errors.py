"""What the WeChat platform refuses, as types."""


class WeChatError(Exception):
    """WeChat refused a call, or gave no usable answer. ``code`` is its errcode, None where there was none."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message if code is None else f"{code} {message}")
        self.code = code


class InvalidCode(WeChatError):
    """A code of ``wx.login`` that is wrong, used or older than five minutes."""


class BlockedUser(WeChatError):
    """WeChat holds this user for a high risk and does not let it log in."""


class RateLimited(WeChatError):
    """Too many calls: of this user, of this minute or of this day."""


class Busy(WeChatError):
    """WeChat is busy or cannot be reached, also after some tries. Later it may work."""


class BadCredentials(WeChatError):
    """AppID or AppSecret are not right, or WeChat does not accept calls from this server's address."""


class TokenRefused(WeChatError):
    """The access token is not accepted, nor is a fresh one."""


_TYPES: dict[int, type[WeChatError]] = {
    -1: Busy,
    40029: InvalidCode,
    40163: InvalidCode,
    41008: InvalidCode,
    40226: BlockedUser,
    45009: RateLimited,
    45011: RateLimited,
    40001: TokenRefused,
    40014: TokenRefused,
    41001: TokenRefused,
    42001: TokenRefused,
    40013: BadCredentials,
    40125: BadCredentials,
    40164: BadCredentials,
    40243: BadCredentials,
    41002: BadCredentials,
    41004: BadCredentials,
}


def error_for(code: int, message: str) -> WeChatError:
    """The error which WeChat's errcode stands for."""
    return _TYPES.get(code, WeChatError)(message, code)
