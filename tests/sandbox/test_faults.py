"""What can be made to go wrong, and that it goes wrong in just that way."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from googleapiclient.errors import HttpError

from tests.sandbox.google import ME, connected, mail, post, raw, refusal
from tests.sandbox_server import AdminError, Sandbox

LOST = (ConnectionError, OSError)
BODY = {"raw": raw(mail(sender=ME, to="a@x.jp"))}


def test_fail_next(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    sandbox.admin.faults(fail_next=2)
    for _ in range(2):
        with pytest.raises(HttpError) as error:
            me.getProfile(userId="me").execute()
        assert refusal(error.value) == (503, "backendError")
    assert me.getProfile(userId="me").execute()
    sandbox.admin.faults(
        fail_next={"times": 1, "method": "labels.*", "status": 429, "reason": "rateLimitExceeded"}
    )
    assert me.getProfile(userId="me").execute()
    with pytest.raises(HttpError) as error:
        me.labels().list(userId="me").execute()
    assert refusal(error.value) == (429, "rateLimitExceeded")
    assert me.labels().list(userId="me").execute()


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (500, "backendError"),
        (502, "backendError"),
        (403, "userRateLimitExceeded"),
        (403, "domainPolicy"),
    ],
)
def test_error_rates_by_method(sandbox: Sandbox, status: int, reason: str) -> None:
    me = connected(sandbox)
    sandbox.admin.faults(errors=[{"method": "labels.list", "status": status, "reason": reason}])
    with pytest.raises(HttpError) as error:
        me.labels().list(userId="me").execute()
    assert refusal(error.value) == (status, reason)
    assert me.getProfile(userId="me").execute()


def outcomes(sandbox: Sandbox, me: Any) -> list[bool]:
    sandbox.admin.faults(seed=9, errors=[{"method": "*", "status": 503, "rate": 0.5}])
    found = []
    for _ in range(20):
        try:
            me.getProfile(userId="me").execute()
            found.append(True)
        except HttpError:
            found.append(False)
    return found


def test_chance_repeats_with_its_seed(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    first = outcomes(sandbox, me)
    assert outcomes(sandbox, me) == first
    assert 0 < sum(first) < 20


@pytest.mark.parametrize("how", ["drop", "error"])
def test_accepted_but_not_told(sandbox: Sandbox, how: str) -> None:
    me = connected(sandbox)
    draft = me.drafts().create(userId="me", body={"message": BODY}).execute()["id"]
    rule = {"method": "drafts.send", "times": 1}
    if how == "drop":
        sandbox.admin.faults(accept_then_drop=rule)
        # Not by Google's library: httplib2 asks again by itself when a connection is cut.
        with pytest.raises(requests.ConnectionError):
            post(sandbox, "drafts/send", {"id": draft})
    else:
        sandbox.admin.faults(accept_then_error={**rule, "status": 502})
        with pytest.raises(HttpError) as error:
            me.drafts().send(userId="me", body={"id": draft}).execute()
        assert error.value.resp.status == 502
    assert len(sandbox.admin.ledger()) == 1
    with pytest.raises(HttpError) as gone:
        me.drafts().send(userId="me", body={"id": draft}).execute()
    assert refusal(gone.value) == (404, "notFound")
    assert len(sandbox.admin.ledger()) == 1


def test_a_cut_connection_sends_not_a_byte(sandbox: Sandbox) -> None:
    connected(sandbox)
    token = sandbox.admin.connect(ME)["access_token"]
    sandbox.admin.faults(accept_then_drop={"method": "getProfile", "times": 1})
    with pytest.raises(requests.ConnectionError):
        requests.get(
            f"{sandbox.api_root}gmail/v1/users/me/profile",
            headers={"Authorization": f"Bearer {token}"},
            timeout=10,
        )
    assert sandbox.admin.log("getProfile")["calls"][0]["status"] == 0


def test_down(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    sandbox.admin.faults(down=True)
    with pytest.raises(LOST):
        me.getProfile(userId="me").execute()
    sandbox.admin.faults(down=503)
    with pytest.raises(HttpError) as error:
        me.getProfile(userId="me").execute()
    assert error.value.resp.status == 503
    sandbox.admin.faults(down=False)
    assert me.getProfile(userId="me").execute()


def test_latency(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    sandbox.admin.faults(latency_ms=50, latency_by_method={"labels.list": 200})
    started = time.monotonic()
    me.getProfile(userId="me").execute()
    between = time.monotonic()
    me.labels().list(userId="me").execute()
    assert between - started >= 0.05
    assert time.monotonic() - between >= 0.2


@pytest.mark.parametrize(
    "wrong", [{"fail_nxt": 1}, {"history": {"repeats": 1}}, {"quota": {"on": True}}]
)
def test_misspelt_faults_are_refused(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    with pytest.raises(AdminError, match="unknown fault"):
        sandbox.admin.faults(**wrong)


def test_reset_of_faults(sandbox: Sandbox) -> None:
    before = sandbox.admin.call("GET", "faults")
    sandbox.admin.faults(down=True, history={"drop": 1.0})
    sandbox.admin.call("DELETE", "faults")
    assert sandbox.admin.call("GET", "faults") == before


def test_the_log_counts_calls_errors_and_units(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    me.getProfile(userId="me").execute()
    me.messages().list(userId="me").execute()
    with pytest.raises(HttpError):
        me.messages().get(userId="me", id="1").execute()
    log = sandbox.admin.log()
    assert log["counts"] == {"getProfile": 1, "messages.list": 1, "messages.get": 1}
    assert log["errors"] == {"messages.get 404 notFound": 1}
    assert log["units"] == {ME: 6}
    assert [c["method"] for c in log["calls"]] == ["getProfile", "messages.list", "messages.get"]


def quota(sandbox: Sandbox, **more: Any) -> None:
    sandbox.admin.faults(quota={"enforce": True, **more})


@pytest.mark.parametrize(("prices", "cost"), [("classic", 5), ("current", 20)])
def test_quota_by_price_list(sandbox: Sandbox, prices: str, cost: int) -> None:
    me = connected(sandbox)
    message = sandbox.admin.deliver(ME, mail())["id"]
    quota(sandbox, prices=prices, units_per_minute=3 * cost, refuse_with="403")
    for _ in range(3):
        me.messages().get(userId="me", id=message).execute()
    with pytest.raises(HttpError) as error:
        me.messages().get(userId="me", id=message).execute()
    assert refusal(error.value) == (403, "userRateLimitExceeded")
    sandbox.admin.advance(61)
    assert me.messages().get(userId="me", id=message).execute()


@pytest.mark.parametrize(
    ("prices", "gets"), [("classic", 15_000 // 1500), ("current", 6000 // 1500)]
)
def test_each_price_list_has_its_minute(sandbox: Sandbox, prices: str, gets: int) -> None:
    me = connected(sandbox)
    quota(sandbox, prices=prices, costs={"getProfile": 1500})
    for _ in range(gets):
        me.getProfile(userId="me").execute()
    with pytest.raises(HttpError):
        me.getProfile(userId="me").execute()


def test_quota_refuses_in_two_ways(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    quota(sandbox, units_per_minute=0)
    seen = set()
    for _ in range(2):
        with pytest.raises(HttpError) as error:
            me.getProfile(userId="me").execute()
        seen.add(refusal(error.value))
    assert seen == {(403, "userRateLimitExceeded"), (429, "rateLimitExceeded")}


def test_quota_is_each_users_own_and_the_projects(sandbox: Sandbox) -> None:
    me = connected(sandbox)
    other = connected(sandbox, "info@shop.example")
    quota(sandbox, units_per_minute=1, costs={"getProfile": 1})
    me.getProfile(userId="me").execute()
    with pytest.raises(HttpError):
        me.getProfile(userId="me").execute()
    other.getProfile(userId="me").execute()
    quota(sandbox, units_per_minute=100, project_units_per_minute=2, refuse_with="403")
    with pytest.raises(HttpError) as error:
        other.getProfile(userId="me").execute()
    assert refusal(error.value) == (403, "rateLimitExceeded")
