"""tio.js in a real browser: what a page calls is what the database holds."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from tracktor_nb.ingest.snippet import METHODS, snippet
from tracktor_nb.semantics.identity import RESERVED_IDS, signature

from .conftest import Customer, Recorded, Server
from .visits import events, eventually, script, settle

pytestmark = pytest.mark.browser

ANONYMOUS = re.compile(r"a-[0-9A-Za-z]{23}")

# The snippet of the seed's chapter 4 as printed. Two lines are completed that the page's margin cut; host and token are
# ours.
SEED_SNIPPET = """\
<script type="text/javascript">
  (function() {
    window.tio = window.tio || [];
    var d = document, f = d.getElementsByTagName('script')[0],
    t = 'YOUR_TOKEN_HERE',
    s = d.createElement('script'), m = ['track', 'identify','setProperties'],
    r = function (e) {return function () { tio.push([e].concat(Array.prototype.slice.call(arguments, 0))); }; };
        s.type = 'text/javascript'; s.async = true; s.src = 'YOUR_HOST_HERE/scripts/' + t + '.js';
        f.parentNode.insertBefore(s, f); for(var i in m) tio[m[i]] = r(m[i]);YS=tio; })();
</script>
"""


@pytest.fixture
def seeds(server: Server, recorded: Recorded) -> str:
    """The seed's snippet for the test's site."""
    return SEED_SNIPPET.replace("YOUR_TOKEN_HERE", recorded.site.sid).replace("YOUR_HOST_HERE", server.origin)


def test_the_seeds_snippet_loads_and_sends(page: Page, customer: Customer, recorded: Recorded, seeds: str) -> None:
    early = """
      var kept = window.tio;
      tio.track('rated-product', {productid: 33156, category: 'Consumer electronics', rating: 5,
                                  comment: 'Very good product!'});
      tio.identify('unicorn');
      tio.setProperties({email: 'unicorn@example.com', first_name: 'Dave', last_name: 'Johnson', age: 25,
                         billing_plan: 'free'});
    """
    page.goto(customer.write("/", seeds + script(early)))
    settle(page)
    page.evaluate("YS.track('late')")
    settle(page)
    [(visitor, rated, data), (known, late, nothing)] = events(recorded)
    assert ANONYMOUS.fullmatch(visitor)
    assert rated == "rated-product"
    assert data == {
        "productid": 33156,
        "category": "Consumer electronics",
        "rating": 5,
        "comment": "Very good product!",
    }
    assert (known, late, nothing) == ("unicorn", "late", None)
    [(who, values)] = recorded.changes()
    assert who == "unicorn"
    assert values["billing_plan"] == "free"
    assert recorded.people() == [{visitor, "unicorn"}]
    assert page.evaluate("kept === tio && YS === tio && Array.isArray(tio) && tio.length === 0")


def test_our_snippet_queues_before_the_library_is_there(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    early = "var track = tio.track; var answer = tio.track('Site visit', {page: '/'});"
    page.goto(customer.write("/", ours + script(early)))
    assert page.evaluate("answer")["ok"]
    assert page.evaluate("track('Search', {query: 'ferry'})")["ok"]
    assert [(name, data) for _, name, data in events(recorded)] == [
        ("Site visit", {"page": "/"}),
        ("Search", {"query": "ferry"}),
    ]


def test_our_snippet_offers_exactly_what_the_library_has(page: Page, customer: Customer, ours: str) -> None:
    page.goto(customer.write("/", ours))
    settle(page)
    assert sorted(page.evaluate("Object.keys(tio)")) == sorted([*METHODS, "push", "site", "messengerConfig"])


def test_a_snippet_with_hostile_values_stays_one_script(page: Page, customer: Customer) -> None:
    hostile = snippet("x", "http://localhost:9/</script><script>window.owned=1</script>")
    page.goto(customer.write("/", hostile))
    assert page.evaluate("[window.owned, document.scripts.length]") == [None, 2]


def test_the_visitors_id_stays_over_pages_and_tabs(
    page: Page, context: BrowserContext, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page.goto(customer.write("/", ours + script("tio.track('one')")))
    settle(page)
    page.goto(customer.write("/next", ours + script("tio.track('two')")))
    settle(page)
    other = context.new_page()
    other.goto(customer.write("/other", ours + script("tio.track('three')")))
    settle(other)
    assert [name for _, name, _ in events(recorded)] == ["one", "two", "three"]
    [person] = recorded.people()
    [visitor] = person
    assert ANONYMOUS.fullmatch(visitor)


def test_identify_merges_the_visitor_and_a_second_id_only_switches(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page.goto(customer.write("/", ours + script("tio.track('as visitor')")))
    settle(page)
    assert page.evaluate("tio.identify('ann')")["merged"] is True
    page.evaluate("tio.track('as ann')")
    assert page.evaluate("tio.identify('ann')") == {"ok": True, "unchanged": True}
    assert page.evaluate("tio.identify('bob')") == {"ok": True, "merged": False}
    page.evaluate("tio.track('as bob')")
    page.reload()
    settle(page)
    (visitor, *_), *rest = events(recorded)
    assert rest[:2] == [("ann", "as ann", None), ("bob", "as bob", None)]
    assert rest[2] == ("bob", "as visitor", None)
    assert recorded.people() == [{visitor, "ann"}, {"bob"}]


def test_after_reset_the_next_visitor_is_somebody_else(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page.goto(customer.write("/", ours + script("tio.identify('ann'); tio.track('in'); tio.reset(); tio.track('out')")))
    settle(page)
    (ann, _, _), (stranger, _, _) = events(recorded)
    assert ann == "ann"
    assert ANONYMOUS.fullmatch(stranger)
    assert {stranger} in recorded.people()


def test_alias_joins_two_ids(page: Page, customer: Customer, recorded: Recorded, ours: str) -> None:
    page.goto(customer.write("/", ours + script("tio.alias('old login', 'new login')")))
    settle(page)
    assert {"old login", "new login"} in recorded.people()


def test_ids_that_many_would_share_are_refused_before_they_stick(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page.goto(customer.write("/", ours))
    settle(page)
    for reserved in [*sorted(RESERVED_IDS), "Undefined", "a-x123124123", " ann", "ann\n", "x" * 256]:
        assert page.evaluate("id => tio.identify(id)", reserved)["error"]["code"] == "bad_call", reserved
    assert page.evaluate("tio.identify({})")["ok"] is False
    settle(page)
    [person] = recorded.people()
    [visitor] = person
    assert ANONYMOUS.fullmatch(visitor)


def test_a_signature_goes_with_its_id_and_is_never_stored_for_good(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    sign = signature(recorded.site.secret, "5115")
    page.goto(customer.write("/", ours))
    settle(page)
    sent: list[dict[str, Any]] = []
    page.on("request", lambda request: sent.extend(request.post_data_json["batch"]))
    assert page.evaluate("sign => tio.identify('5115', sign)", sign)["ok"]
    assert page.evaluate("tio.track('signed')")["ok"]
    assert page.evaluate("tio.identify('7')")["ok"]
    assert page.evaluate("tio.track('unsigned')")["ok"]
    signed = {each.get("action") or each["type"]: each.get("sign") or each.get("destsign") for each in sent}
    assert signed == {"alias": sign, "set": None, "signed": sign, "unsigned": None}
    assert [each["sign"] for each in sent if each["type"] == "set" and each["id"] == "5115"] == [sign]
    assert sign not in page.evaluate("document.cookie + JSON.stringify(Object.entries(localStorage))")


def test_a_cookie_remembers_where_local_storage_is_forbidden(
    page: Page, context: BrowserContext, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    page.goto(customer.write("/", ours))
    settle(page)
    page.goto(customer.write("/next", ours))
    settle(page)
    [person] = recorded.people()
    [visitor] = person
    [cookie] = context.cookies()
    assert cookie["value"] == visitor
    assert cookie["sameSite"] == "Lax"


def test_with_all_storage_forbidden_the_page_still_tracks(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page.add_init_script("""
      for (const name of ['localStorage', 'sessionStorage'])
        Object.defineProperty(window, name, {get() { throw new DOMException('no', 'SecurityError'); }});
      Object.defineProperty(Document.prototype, 'cookie', {get: () => '', set: () => undefined});
    """)
    page.goto(customer.write("/", ours + script("tio.track('one'); tio.track('two')")))
    settle(page)
    (first, _, _), (second, _, _) = events(recorded)
    assert first == second


def test_without_a_safe_source_of_randomness_nothing_is_made_up(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page.add_init_script("Object.defineProperty(window, 'crypto', {value: {}})")
    with page.expect_console_message(lambda message: "random" in message.text):
        page.goto(customer.write("/", ours + script("tio.track('one')")))
    assert page.evaluate("tio.length") == 1
    assert page.evaluate("localStorage.length") == 0
    assert recorded.events() == []


def test_the_script_loaded_twice_by_both_addresses_records_once(
    page: Page, customer: Customer, server: Server, recorded: Recorded, ours: str, seeds: str
) -> None:
    again = f"<script src='{server.origin}/tio.js?sid={recorded.site.sid}'></script>"
    page.goto(customer.write("/", ours + script("tio.track('one')") + again + seeds + again, ours))
    page.evaluate("tio.track('two')")
    settle(page)
    assert [name for _, name, _ in events(recorded)] == ["one", "two"]


def test_the_address_with_a_token_in_the_query_works_without_a_stub(
    page: Page, customer: Customer, server: Server, recorded: Recorded
) -> None:
    page.goto(customer.write("/", f"<script src='{server.origin}/tio.js?sid={recorded.site.sid}'></script>"))
    page.evaluate("tio.track('one')")
    settle(page)
    assert [name for _, name, _ in events(recorded)] == ["one"]


def test_a_page_that_adds_to_every_array_does_no_harm(
    page: Page, customer: Customer, recorded: Recorded, seeds: str
) -> None:
    addition = script("Array.prototype.evil = function () { return 'evil'; };")
    page.goto(customer.write("/", addition + seeds + script("tio.track('one', {list: [1, 2]})")))
    settle(page)
    assert [(name, data) for _, name, data in events(recorded)] == [("one", {"list": [1, 2]})]


def test_names_of_every_objects_machinery_are_data_and_never_code(
    page: Page, customer: Customer, recorded: Recorded, seeds: str
) -> None:
    attempts = """
      tio.push(['__proto__', {polluted: 1}]);
      tio.push(['constructor', 'return 1']);
      tio.push(['hasOwnProperty', 'track']);
      tio.push(null, 5, 'track');
      tio.setProperties(JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'));
    """
    page.goto(customer.write("/", seeds + script(attempts)))
    settle(page)
    page.evaluate(attempts)
    settle(page)
    assert page.evaluate("[({}).polluted, [].polluted, typeof tio.track]") == [None, None, "function"]
    assert events(recorded) == []
    expected = {"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}
    assert [values for _, values in recorded.changes()] == [expected, expected]


def test_a_call_that_throws_and_one_that_nobody_knows_do_not_stop_the_others(
    page: Page, customer: Customer, recorded: Recorded, seeds: str
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    calls = "tio.track('huge', {n: 10n}); tio.push(['setCrat', {}], ['setCrat', {}]); tio.track('fine');"
    page.goto(customer.write("/", seeds + script(calls)))
    settle(page)
    assert [name for _, name, _ in events(recorded)] == ["fine"]
    assert [text for text in said if "setCrat" in text] == ["tio: there is no method setCrat"]
    assert any("track was not recorded" in text for text in said)


def test_what_the_server_refuses_is_said_and_not_sent_again(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page.goto(customer.write("/", ours))
    settle(page)
    answer = page.evaluate("tio.track('x'.repeat(201))")
    assert answer["ok"] is False
    assert answer["error"]["code"] == "bad_action"
    settle(page)
    assert events(recorded) == []


def test_a_message_whose_answer_was_lost_is_stored_once(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page.goto(customer.write("/", ours))
    settle(page)
    failures = [Route.abort, lambda route: (route.fetch(), route.abort())]
    page.route("**/batch", lambda route: failures.pop(0)(route) if failures else route.continue_())
    answer = page.evaluate("tio.track('once')")
    assert answer["duplicate"] is True
    assert failures == []
    assert [name for _, name, _ in events(recorded)] == ["once"]


def test_calls_made_right_before_the_page_goes_arrive(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    elsewhere = customer.write("/elsewhere", "")
    page.goto(customer.write("/", ours))
    settle(page)
    page.evaluate("url => { for (let n = 0; n < 5; n++) tio.track('leaving', {n}); location = url; }", elsewhere)
    page.wait_for_url(elsewhere)
    eventually(lambda: len(events(recorded)) == 5)
    assert sorted(data["n"] for _, _, data in events(recorded)) == [0, 1, 2, 3, 4]


def test_the_page_may_forbid_all_scripts_but_the_servers(
    page: Page, customer: Customer, server: Server, recorded: Recorded
) -> None:
    policy = f"default-src 'none'; script-src {server.origin}; connect-src {server.origin}"
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    source = f"<script src='{server.origin}/tio.js?sid={recorded.site.sid}'></script>"
    page.goto(customer.write("/", head + source))
    settle(page)
    assert len(recorded.events()) == 1


def test_the_snippet_runs_under_a_strict_policy_with_a_nonce(
    page: Page, customer: Customer, server: Server, recorded: Recorded, ours: str
) -> None:
    violations: list[str] = []
    page.on("console", lambda message: "Content Security" in message.text and violations.append(message.text))
    policy = f"default-src 'none'; script-src 'nonce-r4nd0m' {server.origin}; connect-src {server.origin}"
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    page.goto(customer.write("/", head + ours.replace("<script>", '<script nonce="r4nd0m">')))
    settle(page)
    assert violations == []


def test_a_page_that_teaches_arrays_another_json_is_recorded_as_any_other(
    page: Page, customer: Customer, recorded: Recorded, ours: str
) -> None:
    page.goto(customer.write("/", script("Array.prototype.toJSON = () => 'taught'") + ours))
    settle(page)
    assert page.evaluate("tio.track('one', {list: [1, 2]}).then(answer => answer.ok)")
    assert events(recorded)[-1][2] == {"list": [1, 2]}
