"""テンプレート, 署名, ラベル, アドレス帳, 顧客: lists, entries, questions, two versions of one."""

from __future__ import annotations

from playwright.sync_api import Page

from scripts.screenshots.camera import Room, answer, scene, settle, still, visit

CSV = (
    "名称,メールアドレス,検索対象\r\n"
    "①㈱髙橋商店,takahashi@import.example,○\r\n"
    "株式会社ミナト商事 佐々木様,sasaki@import.example,\r\n"
    "壊れた行,nobody@,\r\n"
    "二度目,takahashi@import.example,\r\n"
)

for _name, _path in (
    ("templates", "/templates/"),
    ("signatures", "/signatures/"),
    ("labels", "/labels/"),
    ("addresses", "/addressbook/"),
    ("customers", "/customers/"),
):
    still(_name, "suzuki", _path)
    still(f"{_name}-no-hit", "suzuki", f"{_path}?q=zzzzzz")
    still(f"{_name}-new", "suzuki", f"{_path}new/")


def open_first(page: Page, path: str) -> None:
    visit(page, path)
    page.locator("[data-drawer-row]").first.click()
    page.locator("#entry").wait_for()
    settle(page)


@scene("suzuki", "template", "template-delete")
def template(room: Room, page: Page) -> None:
    open_first(page, "/templates/")
    room.take(page, "template")
    page.locator("button[form=entry-delete]").click()
    page.locator("#confirm[open]").wait_for()
    room.take(page, "template-delete")
    answer(page, yes=False)


@scene("suzuki", "signature")
def signature(room: Room, page: Page) -> None:
    open_first(page, "/signatures/")
    room.take(page, "signature")


@scene("suzuki", "label", "label-delete")
def label(room: Room, page: Page) -> None:
    open_first(page, "/labels/")
    room.take(page, "label")
    page.locator("[data-dialog=label-delete]").click()
    page.locator("#label-delete form").wait_for()
    room.take(page, "label-delete")
    page.keyboard.press("Escape")


@scene("tanaka", "template-read-only")
def read_only(room: Room, page: Page) -> None:
    """An agent's rights: what may be looked at and not changed."""
    open_first(page, "/templates/")
    room.take(page, "template-read-only")


@scene("suzuki", "template-wrong", "conflict")
def conflict(room: Room, page: Page) -> None:
    """A template made, changed by two at once, and deleted."""
    visit(page, "/templates/new/")
    save = page.locator("#entry .entry-end .btn-primary")
    save.click()
    page.locator("#entry .field-error").first.wait_for()
    room.take(page, "template-wrong")
    page.locator("#id_name").fill("折り返しのご連絡")
    page.locator("#id_body").fill("{顧客名|お客様} 様\n\n折り返しご連絡いたします。\n")
    save.click()
    page.locator("#entry-delete").wait_for(state="attached")
    other = room.page("admin")
    visit(other, page.url)
    other.locator("#id_body").fill("{顧客名|お客様} 様\n\n本日中にお電話いたします。\n")
    other.locator("#entry .entry-end .btn-primary").click()
    other.locator(".toast, .flash").first.wait_for()
    other.close()
    page.locator("#id_body").fill("{顧客名|お客様} 様\n\n明日までにご連絡いたします。\n")
    save.click()
    page.locator(".entry-conflict").wait_for()
    room.take(page, "conflict")
    page.locator("[data-discard]").first.click()
    page.locator(".entry-conflict").wait_for(state="detached")
    _delete(page)


@scene("suzuki", "customer")
def customer(room: Room, page: Page) -> None:
    open_first(page, "/customers/")
    page.locator(".entry-mail .hist, .entry-mail .muted").first.wait_for()
    room.take(page, "customer")


still("own-crm", "admin", "/settings/crm/")


@scene("suzuki", "address", "address-menu")
def address(room: Room, page: Page) -> None:
    visit(page, "/addressbook/new/")
    page.locator("#id_name").fill("株式会社ミナト商事 佐々木様")
    page.locator("#id_address").fill("sasaki@minato.example")
    page.locator("#entry .entry-end .btn-primary").click()
    page.locator("#entry-delete").wait_for(state="attached")
    room.take(page, "address")
    if not room.phone:
        page.locator(".drawer-tools summary").click()
        room.take(page, "address-menu")
        page.keyboard.press("Escape")
    _delete(page)


@scene("suzuki", "import", "import-look", "import-faulty", "import-columns", "import-done")
def bring_in(room: Room, page: Page) -> None:
    visit(page, "/addressbook/import/")
    room.take(page, "import")
    page.locator("input[type=file]").set_input_files(
        {"name": "顧客.csv", "mimeType": "text/csv", "buffer": CSV.encode("cp932")}
    )
    page.locator("form[data-once] [type=submit]").click()
    page.locator("nav.counts").wait_for()
    new, faulty = page.locator("nav.counts a[href*=new]"), page.locator("nav.counts a[href*=fault]")
    new.first.click()
    page.locator(".imp-lines").wait_for()
    room.take(page, "import-look")
    faulty.first.click()
    page.locator(".imp-lines .danger-text").first.wait_for()
    room.take(page, "import-faulty")
    page.locator("details > summary:has(h2)").click()
    page.locator("details > summary:has(h2)").scroll_into_view_if_needed()
    room.take(page, "import-columns")
    page.locator("form[action$='/apply/'] button").click()
    page.locator(".banner-ok").wait_for()
    room.take(page, "import-done")
    for found in ("takahashi", "sasaki"):
        open_first(page, f"/addressbook/?q={found}@import.example")
        _delete(page)


def _delete(page: Page) -> None:
    page.locator("button[form=entry-delete]").click()
    answer(page, yes=True)
    page.locator("#entry-delete").wait_for(state="detached")
