"""The pages a person sees on the way: account chooser, consent, and Google's error page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from sandbox import accounts, oauth, token_endpoint
from sandbox.errors import GoogleError
from sandbox.http import Request, Response
from sandbox.oauth import Asked, PageError
from sandbox.token_endpoint import OAuthError
from sandbox.world import World

AUTH_PATHS = ("/o/oauth2/v2/auth", "/o/oauth2/auth")
CHOOSE = "/o/oauth2/v2/choose"
DECIDE = "/o/oauth2/v2/decide"

_WORDS = {
    "ja": {
        "sign_in": "Google にログイン(サンドボックス)",
        "choose": "アカウントの選択",
        "to_app": "「{app}」に移動",
        "wants": "{app} が Google アカウントへのアクセスを求めています",
        "will": "{app} に以下を許可します:",
        "allow": "許可",
        "deny": "拒否",
        "trust": "{app} を信頼できることを確認してください。"
        "許可した内容は Google アカウントでいつでも取り消せます。",
        "testing": "このアプリは Google で確認されていません(テスト モード)。",
        "error": "アクセスをブロック: このアプリのリクエストは無効です",
        "code": "エラー {status}: {error}",
        "none": "使えるアカウントがありません。",
        "tick": "許可する項目を選んでください。",
    },
    "en": {
        "sign_in": "Sign in with Google (sandbox)",
        "choose": "Choose an account",
        "to_app": "to continue to {app}",
        "wants": "{app} wants access to your Google Account",
        "will": "This will allow {app} to:",
        "allow": "Allow",
        "deny": "Deny",
        "trust": "Make sure you trust {app}. You can withdraw this at any time.",
        "testing": "Google hasn't verified this app (test mode).",
        "error": "Access blocked: this app's request is invalid",
        "code": "Error {status}: {error}",
        "none": "There is no account to use.",
        "tick": "Select what to allow.",
    },
}
_SCOPES = {
    "https://mail.google.com/": (
        "Gmail のすべてのメールの閲覧、作成、送信、完全な削除",
        "Read, compose, send and permanently delete all your email from Gmail",
    ),
    "https://www.googleapis.com/auth/gmail.modify": (
        "Gmail アカウントのメールの閲覧、作成、送信",
        "Read, compose and send emails from your Gmail account",
    ),
    "https://www.googleapis.com/auth/gmail.readonly": (
        "メール メッセージと設定の表示",
        "View your email messages and settings",
    ),
    "https://www.googleapis.com/auth/gmail.send": ("メールの送信", "Send email on your behalf"),
    "https://www.googleapis.com/auth/gmail.labels": (
        "ラベルの表示と編集",
        "See and edit your labels",
    ),
    "https://www.googleapis.com/auth/gmail.settings.basic": (
        "Gmail の設定とフィルタの表示、編集",
        "See, edit or change your email settings and filters in Gmail",
    ),
    "openid": ("本人情報との関連付け", "Associate you with your personal info on Google"),
    "https://www.googleapis.com/auth/userinfo.email": (
        "メインのメールアドレスの参照",
        "See your primary Google Account email address",
    ),
}
# Asked for without a tick box, as they are part of signing in.
_SIGN_IN = frozenset(
    {
        "openid",
        "email",
        "profile",
        "https://www.googleapis.com/auth/userinfo.email",
        "https://www.googleapis.com/auth/userinfo.profile",
    }
)

_STYLE = (Path(__file__).parent / "pages.css").read_text("utf-8")


def authorize(world: World, request: Request) -> Response:
    """The start: chooser, or consent when the account is already known by its hint."""
    params = dict(request.query()) if request.method == "GET" else request.form()
    try:
        asked = oauth.read_request(world, params)
    except PageError as error:
        return _error_page(error, params)
    if "none" in asked.prompt:
        return Response.redirect(asked.back(error="interaction_required"))
    hint = asked.login_hint.lower()
    if hint and accounts.exists(world, hint) and "select_account" not in asked.prompt:
        return _consent(world, asked, hint)
    return _chooser(world, asked)


def choose(world: World, request: Request) -> Response:
    form = request.form()
    try:
        asked = oauth.read_request(world, form)
    except PageError as error:
        return _error_page(error, form)
    account = form.get("chosen_account", "").lower()
    if not accounts.exists(world, account):
        return _chooser(world, asked)
    return _consent(world, asked, account)


def decide(world: World, request: Request) -> Response:
    form = request.form()
    try:
        asked = oauth.read_request(world, form)
    except PageError as error:
        return _error_page(error, form)
    account = form.get("chosen_account", "").lower()
    if not accounts.exists(world, account):
        return _chooser(world, asked)
    if form.get("decision") != "allow":
        return Response.redirect(asked.back(error="access_denied"))
    optional = _optional(asked)
    scopes = [
        scope
        for index, scope in enumerate(asked.scopes)
        if scope not in optional or f"scope_{index}" in form
    ]
    if not scopes:
        return Response.redirect(asked.back(error="access_denied"))
    return _send_back(world, asked, account, scopes)


def _send_back(world: World, asked: Asked, account: str, scopes: list[str]) -> Response:
    code, scope = oauth.issue_code(world, asked, account, scopes)
    prompt = "consent" if "consent" in asked.prompt else "none"
    return Response.redirect(
        asked.back(
            iss="https://accounts.google.com", code=code, scope=scope, authuser="0", prompt=prompt
        )
    )


def _optional(asked: Asked) -> frozenset[str]:
    """Scopes with a tick box of their own: when there is only one, it is all or nothing."""
    found = frozenset(asked.scopes) - _SIGN_IN
    return found if len(found) > 1 else frozenset()


def _chooser(world: World, asked: Asked) -> Response:
    words = _WORDS[asked.language]
    entries = "".join(
        f'<li><button class="account" name="chosen_account" value="{escape(address)}">'
        f"<b aria-hidden=true>{escape((name or address)[0])}</b>"
        f"<span>{escape(name)}<small>{escape(address)}</small></span></button></li>"
        for address, name in accounts.names(world)
    )
    listed = f"<ul>{entries}</ul>" if entries else f"<p>{words['none']}</p>"
    right = f'<form method="post" action="{CHOOSE}">{_hidden(asked)}{listed}</form>'
    left = (
        f"<h1>{words['choose']}</h1><p>{escape(words['to_app'].format(app=asked.client.name))}</p>"
    )
    return _page(asked.language, words["choose"], left, right)


def _consent(world: World, asked: Asked, account: str) -> Response:
    before = oauth.granted(world, asked.client.client_id, account)
    if before >= set(asked.scopes) and "consent" not in asked.prompt:
        return _send_back(world, asked, account, list(asked.scopes))
    words = _WORDS[asked.language]
    app = asked.client.name
    optional = _optional(asked)
    rows = "".join(
        _scope_row(index, scope, asked.language, tick=scope in optional)
        for index, scope in enumerate(asked.scopes)
    )
    warning = f'<p class="warn">{words["testing"]}</p>' if asked.client.testing else ""
    left = (
        f"<h1>{escape(words['wants'].format(app=app))}</h1>"
        f'<p><span class="chip">{escape(account)}</span></p>{warning}'
    )
    tick = f'<p class="muted">{words["tick"]}</p>' if optional else ""
    right = (
        f'<form method="post" action="{DECIDE}">{_hidden(asked)}'
        f'<input type="hidden" name="chosen_account" value="{escape(account)}">'
        f"<p>{escape(words['will'].format(app=app))}</p>{tick}{rows}"
        f'<p class="muted" style="margin-top:18px">{escape(words["trust"].format(app=app))}</p>'
        '<div class="buttons">'
        f'<button class="secondary" name="decision" value="deny">{words["deny"]}</button>'
        f'<button class="primary" name="decision" value="allow">{words["allow"]}</button>'
        "</div>"
        "</form>"
    )
    return _page(asked.language, words["wants"].format(app=app), left, right)


def _scope_row(index: int, scope: str, language: str, *, tick: bool) -> str:
    told = _SCOPES.get(scope, (scope, scope))[0 if language == "ja" else 1]
    box = (
        f'<input type="checkbox" name="scope_{index}" id="scope_{index}">'
        if tick
        else "<span>•</span>"
    )
    text = f'{escape(told)}<br><code class="muted">{escape(scope)}</code>'
    words = f'<label for="scope_{index}">{text}</label>' if tick else f"<p>{text}</p>"
    return f'<div class="scope">{box}{words}</div>'


def _hidden(asked: Asked) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in asked.params.items()
        if name not in ("chosen_account", "decision") and not name.startswith("scope_")
    )


def _error_page(error: PageError, params: dict[str, str]) -> Response:
    language = "en" if params.get("hl", "").startswith("en") else "ja"
    words = _WORDS[language]
    left = f"<h1>{words['error']}</h1>"
    right = (
        f"<p>{escape(words['code'].format(status=error.status, error=error.error))}</p>"
        f"<p><code>{escape(error.detail)}</code></p>"
    )
    return _page(language, words["error"], left, right, error.status)


def _page(language: str, title: str, left: str, right: str, status: int = 200) -> Response:
    sign_in = _WORDS[language]["sign_in"]
    return Response.html(
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>"
        f'<p class="brand"><i></i>{sign_in}</p>'
        f'<div class="two"><div>{left}</div><div>{right}</div></div></main></body></html>',
        status,
    )


def token(world: World, request: Request) -> Response:
    """POST /token."""
    return _endpoint(
        world,
        "oauth.token",
        lambda: token_endpoint.token(
            world, request.form(), request.headers.get("authorization", "")
        ),
    )


def revoke(world: World, request: Request) -> Response:
    """POST or GET /revoke."""
    value = {**dict(request.query()), **request.form()}.get("token", "")

    def run() -> dict[str, str]:
        token_endpoint.revoke(world, value)
        return {}

    return _endpoint(world, "oauth.revoke", run)


def token_info(world: World, request: Request) -> Response:
    value = {**dict(request.query()), **request.form()}.get("access_token", "")
    return _endpoint(world, "oauth.tokeninfo", lambda: token_endpoint.token_info(world, value))


def _endpoint(world: World, name: str, run: Callable[[], Mapping[str, Any]]) -> Response:
    reason = ""
    try:
        fault = world.faults.before(name, part=False)
        if fault is not None:
            raise fault
        answer = run()
        after = world.faults.after(name)
        if after.error is not None:
            raise after.error
        response = Response(drop=True) if after.drop else Response.json(answer)
    except OAuthError as error:
        reason = error.error
        response = Response.json(error.body(), error.status)
    except GoogleError as error:
        reason = error.reason
        response = Response.json(error.body(), error.status, error.headers)
    response.headers["cache-control"] = "no-store"
    world.log.add(
        world.clock.now(), name, response.status, "", reason, part=False, units=0, path=name
    )
    return response
