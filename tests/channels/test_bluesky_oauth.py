"""Signing in at Bluesky: our documents, the deposited request, tokens bound to a key, and everything it refuses."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from channels_app import clientkeys, errors, services
from channels_app.connect import Context, FieldProblem
from channels_app.forms import ConnectForm
from channels_app.models import AppRegistration, Channel
from channels_app.platforms import _bluesky_oauth as oauth
from channels_app.platforms import _dpop
from channels_app.platforms.base import Account, Redirect
from channels_app.platforms.bluesky import Bluesky
from channels_app.services.connecting import redirect_uri_for
from channels_app.sessions import open_session
from tests.channels.test_bluesky import FarBluesky
from tests.channels.test_pages import page, post
from tests.contracts.platform import AT, HttpContract, words
from tests.fakes.bluesky import DID, HANDLE, PASSWORD
from tests.fakes.server import Failure, Reply, running
from tests.fakes.session import TestSession, film

pytestmark = pytest.mark.django_db
ADAPTER = Bluesky()
HOME = "https://library.example"
BACK = f"{HOME}/channels/callback/bluesky/home/"
ME = f"{HOME}/channels/bluesky/client-metadata.json"


@pytest.fixture(autouse=True)
def _public(settings):
    settings.BASE_URL = HOME


@pytest.fixture
def far(settings):
    """Knows us as it would by reading our address; that this can be read there is tested with the pages."""
    with running(FarBluesky()) as far:
        settings.PRIVATE_HOSTS = ["127.0.0.1"]
        hosts = ("BLUESKY_ENTRYWAY", "BLUESKY_APPVIEW", "BLUESKY_PLC", "BLUESKY_VIDEO")
        settings.PLATFORM_HOSTS = dict.fromkeys(hosts, far.url)
        far.clients[ME] = (oauth.metadata(), oauth.public_keys())
        yield far


@pytest.fixture
def session(far):
    key = _dpop.new_key()
    grant = far.open_grant(_dpop.thumbprint(key))
    secret = {"access": grant.access, "refresh": grant.refresh, "pds": far.url, "dpop": key, "issuer": far.url}
    secret |= {"tokens": f"{far.url}/oauth/token", "revoking": f"{far.url}/oauth/revoke"}
    session = TestSession(ADAPTER, Account(DID, "Town Library", f"@{HANDLE}", ""), secret)
    ADAPTER.probe(session)  # tried when it was connected, so the server's word is known
    far.asked.clear()
    return session


class TestContract(HttpContract):
    """Everything an adapter promises, with an account that was signed in."""

    adapter = ADAPTER


class TestOurDocuments:
    def test_the_document_says_who_we_are(self, far):
        about, keys = far.clients[ME]
        assert about["client_id"] == ME
        assert about["redirect_uris"] == [BACK]
        assert about["jwks_uri"] == f"{HOME}/channels/bluesky/jwks.json"
        assert (about["token_endpoint_auth_method"], about["token_endpoint_auth_signing_alg"]) == (
            "private_key_jwt",
            "ES256",
        )
        assert about["dpop_bound_access_tokens"] is True
        assert about["application_type"] == "web"
        (key,) = keys["keys"]
        assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "sig", "ES256")
        assert "d" not in key

    def test_strangers_read_it_as_json_without_being_sent_elsewhere(self, client, lib):
        for path, told in (("client-metadata.json", oauth.metadata()), ("jwks.json", oauth.public_keys())):
            answer = client.get(f"/channels/bluesky/{path}")
            assert answer.json() == told
            assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
            assert not answer.cookies
            assert client.post(f"/channels/bluesky/{path}").status_code == 405

    @pytest.mark.parametrize("base", ["http://127.0.0.1:8000", "https://localhost", "https://192.168.1.5"])
    def test_there_is_none_where_nobody_could_read_it(self, client, lib, settings, base):
        settings.BASE_URL = base
        assert client.get("/channels/bluesky/client-metadata.json").status_code == 404
        assert client.get("/channels/bluesky/jwks.json").status_code == 404
        assert not AppRegistration.objects.exists()

    def test_the_key_is_made_once_and_kept_encrypted(self, settings):
        key = clientkeys.key_of("bluesky", ME)
        assert clientkeys.key_of("bluesky", ME) == key
        (stored,) = AppRegistration.objects.extra(select={"stored": "secret"}).values_list("stored", flat=True)
        assert key["d"] not in str(stored)
        assert clientkeys.key_of("bluesky", "https://elsewhere.example/x") != key

    def test_a_key_nothing_opens_any_more_is_replaced(self, settings):
        key = clientkeys.key_of("bluesky", ME)
        settings.FIELD_KEYS = [Fernet.generate_key().decode()]
        assert clientkeys.key_of("bluesky", ME) != key
        assert AppRegistration.objects.count() == 1


class TestForm:
    def test_a_person_chooses_where_the_installation_is_public(self):
        form = ConnectForm({"way": "sign-in", "handle": HANDLE}, adapter=ADAPTER)
        assert list(form.fields) == ["way", "handle", "app_password", "server"]
        assert form.is_valid()
        assert form.typed()["way"] == "sign-in"

    def test_elsewhere_there_is_the_app_password_alone(self, settings):
        settings.BASE_URL = "http://127.0.0.1:8000"
        assert [field.name for field in ADAPTER.connect_fields] == ["handle", "app_password", "server"]
        with pytest.raises(FieldProblem, match="public address"):
            ADAPTER.begin({"way": "sign-in", "handle": HANDLE}, redirect_uri="", state="", context=Context("bluesky"))

    @pytest.mark.parametrize("way", ["app-password", ""])
    def test_the_app_password_stays(self, far, way):
        fields = {"way": way, "handle": HANDLE, "app_password": PASSWORD}
        connected = ADAPTER.begin(fields, redirect_uri=BACK, state="s", context=Context("bluesky"))
        assert connected.secret == far.secret()
        with pytest.raises(FieldProblem, match="app password is missing"):
            ADAPTER.begin({**fields, "app_password": ""}, redirect_uri=BACK, state="s", context=Context("bluesky"))


class TestSigningIn:
    here = Context("bluesky")

    def begin(self, **changes: str) -> Redirect:
        fields = {"way": "sign-in", "handle": HANDLE, "app_password": "", "server": ""}
        return ADAPTER.begin({**fields, **changes}, redirect_uri=BACK, state="s-1", context=self.here)

    def finish(self, begun: Redirect, answer: dict[str, str]) -> Any:
        keep = json.loads(json.dumps(begun.keep))
        return ADAPTER.finish(keep, answer, redirect_uri=BACK, context=self.here)

    def test_a_person_signs_in_and_the_account_is_connected(self, far):
        begun = self.begin()
        (grant,) = far.deposited.values()
        assert (grant.asked["login_hint"], grant.asked["scope"]) == (HANDLE, "atproto transition:generic")
        answer = far.browse(begun.url)
        assert answer["state"] == "s-1"
        connected = self.finish(begun, answer)
        assert (connected.account.remote_id, connected.account.handle) == (DID, f"@{HANDLE}")
        assert connected.account.name == "Town Library"
        assert timedelta(minutes=14) < connected.expires_at - timezone.now() < timedelta(minutes=16)
        assert connected.secret["access"] == grant.access
        session = TestSession(ADAPTER, connected.account, connected.secret)
        ADAPTER.publish_part(session, words("Hello"), 0, ADAPTER.prepare(session, words("Hello"), 0, "k", AT), [])
        assert far.texts() == ["Hello"]

    def test_the_first_answer_asks_for_a_nonce_and_both_servers_have_their_own(self, far):
        far.rotate()  # so that no earlier test knows them
        begun = self.begin()
        assert len([one for one in far.asked if one.path == "/oauth/par"]) == 2
        self.finish(begun, far.browse(begun.url))
        assert len([one for one in far.asked if one.path == "/oauth/token"]) == 1
        assert len([one for one in far.asked if "getSession" in one.path]) == 2
        assert len([one for one in far.asked if "getProfile" in one.path]) == 1

    def test_the_private_key_of_the_session_never_travels(self, far):
        begun = self.begin()
        connected = self.finish(begun, far.browse(begun.url))
        told = "".join(f"{one.headers} {one.body!r}" for one in far.asked)
        assert connected.secret["dpop"]["d"] not in told
        assert begun.keep["dpop"]["d"] not in begun.url
        assert begun.keep["verifier"] not in begun.url

    def test_who_signs_in_with_another_account_connects_nothing_and_leaves_nothing(self, far):
        begun = self.begin()
        far.account = "did:plc:" + "c" * 24
        with pytest.raises(FieldProblem, match="another account"):
            self.finish(begun, far.browse(begun.url))
        assert far.grants == []

    @pytest.mark.parametrize(
        ("changed", "says"),
        [
            ({"iss": "https://evil.example"}, "another server"),
            ({"iss": ""}, "another server"),
            ({"code": ""}, "not completed"),
            ({"error": "access_denied"}, "not completed"),
            ({"code": "stolen"}, "did not accept the sign-in"),
        ],
    )
    def test_an_answer_that_is_not_right_connects_nothing(self, far, changed, says):
        begun = self.begin()
        with pytest.raises(FieldProblem, match=says):
            self.finish(begun, {**far.browse(begun.url), **changed})
        assert far.grants == []

    def test_a_code_without_its_verifier_is_worth_nothing(self, far):
        begun, other = self.begin(), self.begin()
        answer = far.browse(begun.url)
        with pytest.raises(FieldProblem, match="did not accept"):
            self.finish(other, answer)

    def test_a_person_who_left_out_rights_is_told(self, far):
        begun = self.begin()
        far.granted = "atproto"
        with pytest.raises(FieldProblem, match="transition:generic"):
            self.finish(begun, far.browse(begun.url))

    @pytest.mark.parametrize("wrong", [{"token_type": "Bearer"}, {"refresh_token": ""}, {"access_token": 7}])
    def test_tokens_of_another_kind_are_not_taken(self, far, wrong):
        begun = self.begin()
        answer = far.browse(begun.url)
        right = {"access_token": "a", "refresh_token": "b", "token_type": "DPoP", "sub": DID, "scope": oauth.SCOPE}
        far.fail(Failure(Reply(200, {**right, **wrong})), pattern="/oauth/token")
        with pytest.raises(errors.Temporary, match="cannot be read"):
            self.finish(begun, answer)

    @pytest.mark.parametrize(
        "about",
        [
            {"issuer": "https://evil.example"},
            {"pushed_authorization_request_endpoint": None},
            {"token_endpoint": "http://93.184.216.34/token"},
            {"authorization_endpoint": "javascript:alert(1)"},
            {"token_endpoint": "https://[broken"},
        ],
    )
    def test_a_sign_in_server_that_is_none_is_told_at_the_choice(self, far, about):
        far.announced = about
        with pytest.raises(FieldProblem, match="Use an app password") as caught:
            self.begin()
        assert caught.value.field == "way"

    @pytest.mark.parametrize("told", [{}, {"authorization_servers": [7]}, {"authorization_servers": "x"}, [1]])
    def test_a_server_without_sign_in_is_told_at_the_choice(self, far, told):
        far.fail(Failure(Reply(200, told)), method="GET", pattern="oauth-protected-resource")
        with pytest.raises(FieldProblem, match="Use an app password"):
            self.begin()

    def test_a_sign_in_that_cannot_read_our_document_says_which(self, far):
        far.clients.clear()
        with pytest.raises(FieldProblem, match=ME) as caught:
            self.begin()
        assert caught.value.field == "way"

    def test_a_typed_server_is_not_silently_left_out(self, far):
        fields = {"way": "sign-in", "handle": HANDLE, "app_password": "", "server": "pds.example"}
        elsewhere = redirect_uri_for(ADAPTER, fields)
        with pytest.raises(FieldProblem, match="Leave this empty") as caught:
            ADAPTER.begin(fields, redirect_uri=elsewhere, state="s", context=self.here)
        assert caught.value.field == "server"

    def test_trouble_on_the_way_is_trouble(self, far):
        for pattern in ("oauth-protected-resource", "oauth-authorization-server"):
            far.fail(Failure(Reply(503)), method="GET", pattern=pattern)
            with pytest.raises(errors.Temporary):
                self.begin()
        for reply in (Reply(503), Reply(200, {}), Reply(200, raw=b"<html>")):
            far.fail(Failure(reply), pattern="/oauth/par")
            with pytest.raises(errors.Temporary):
                self.begin()

    def test_secrets_stay_out_of_refusals(self, far):
        begun = self.begin()
        answer = far.browse(begun.url)
        far.fail(Failure(Reply(400), echo=True), pattern="/oauth/token")
        with pytest.raises(FieldProblem) as caught:
            self.finish(begun, answer)
        assert answer["code"] not in caught.value.sentence
        assert begun.keep["verifier"] not in caught.value.sentence

    def test_the_whole_way_through_the_product(self, far, lib):
        fields = {"way": "sign-in", "handle": HANDLE, "app_password": "", "server": ""}
        begun = services.connect_begin(by=lib.ada, unit=lib.north, platform="bluesky", fields=fields)
        answer = far.browse(begun.url)
        state = answer.pop("state")
        channel = services.connect_finish(by=lib.ada, state=state, answer=answer, arrived_at=BACK)
        assert isinstance(channel, Channel)
        assert channel.credential.secret["dpop"]["kty"] == "EC"
        session = open_session(channel)
        far.end_access()
        assert ADAPTER.probe(session).remote_id == DID
        assert session.secret["access"] == far.grants[0].access
        ended = services.disconnect(by=lib.ada, channel=channel)
        assert ended.there
        assert far.grants == []

    def test_the_whole_way_in_the_browser(self, far, lib):
        asked = page(lib.ada, "channels:connect_to", "bluesky")
        assert asked.status_code == 200
        assert 'value="sign-in"' in asked.content.decode()
        typed = {"way": "sign-in", "handle": HANDLE, "app_password": "", "server": "", "unit": lib.north.pk}
        leaving = post(lib.ada, "channels:connect_to", "bluesky", **typed)
        assert leaving.status_code == 200
        url = leaving.context["url"]
        assert url.startswith(f"{far.url}/oauth/authorize?")
        arrived = page(lib.ada, "channels:callback", "bluesky", "home", **far.browse(url))
        assert arrived.status_code == 302
        assert Channel.objects.get(platform="bluesky").handle == f"@{HANDLE}"

    def test_a_refusal_at_bluesky_connects_nothing(self, far, lib):
        fields = {"way": "sign-in", "handle": HANDLE, "app_password": "", "server": ""}
        begun = services.connect_begin(by=lib.ada, unit=lib.north, platform="bluesky", fields=fields)
        refused = page(lib.ada, "channels:callback", "bluesky", "home", **far.browse(begun.url, allow=False))
        assert refused.status_code == 422
        assert not Channel.objects.filter(platform="bluesky").exists()


class TestSignedIn:
    def test_an_ended_token_is_renewed_and_the_post_goes_out_once(self, far, session):
        content = words("Hello")
        prepared = ADAPTER.prepare(session, content, 0, "k", AT)
        far.end_access()
        ADAPTER.publish_part(session, content, 0, prepared, [])
        assert (session.renewals, far.texts()) == (1, ["Hello"])

    def test_a_new_nonce_in_the_middle_of_creating_is_no_doubt(self, far, session):
        content = words("Hello")
        prepared = ADAPTER.prepare(session, content, 0, "k", AT)
        far.rotate()
        ADAPTER.publish_part(session, content, 0, prepared, [])
        assert far.texts() == ["Hello"]
        assert session.renewals == 0

    def test_a_server_that_never_is_content_with_a_nonce_ends_the_asking(self, far, session):
        again = Reply(401, {"error": "use_dpop_nonce"}, {"DPoP-Nonce": "another"})
        for _ in range(5):
            far.fail(Failure(again), method="GET", pattern="getSession")
        with pytest.raises(errors.Temporary):
            ADAPTER.probe(session)
        assert len(far.failures) == 3

    def test_the_refresh_token_is_spent_once_and_the_key_stays(self, far, session):
        before = session.secret
        renewed = ADAPTER.renew(session, before)
        assert renewed.secret["dpop"] == before["dpop"]
        assert renewed.secret["refresh"] != before["refresh"]
        assert renewed.expires_at > timezone.now()
        with pytest.raises(errors.NeedsReconnect, match="Sign in again"):
            ADAPTER.renew(session, before)

    def test_renewing_never_changes_the_account(self, far, session):
        far.account = "did:plc:" + "c" * 24
        with pytest.raises(errors.NeedsReconnect):
            ADAPTER.renew(session, session.secret)

    def test_an_identity_the_server_no_longer_accepts_is_no_fault_of_the_account(self, far, session):
        far.clients.clear()
        with pytest.raises(errors.NeedsReconnect, match="administrator"):
            ADAPTER.renew(session, session.secret)

    @pytest.mark.parametrize("trouble", [Failure(Reply(503)), Failure(cut=True), Failure(Reply(200, raw=b"<html>"))])
    def test_trouble_while_renewing_is_not_the_end_of_the_channel(self, far, session, trouble):
        far.fail(trouble, pattern="/oauth/token")
        with pytest.raises(errors.Temporary):
            ADAPTER.renew(session, session.secret)

    def test_a_server_without_a_way_to_end_it_is_told(self, far, session):
        session._secret = {**session.secret, "revoking": ""}
        with pytest.raises(errors.Unsupported, match="by hand"):
            ADAPTER.revoke(session)

    def test_another_key_opens_nothing(self, far, session):
        session._secret = {**session.secret, "dpop": _dpop.new_key()}
        with pytest.raises(errors.NeedsReconnect):
            ADAPTER.probe(session)

    def test_a_film_goes_its_whole_way_with_proofs(self, far, session):
        far.gives_service_tokens = False
        content = words("Look", media=[film("A tour")])
        prepared = ADAPTER.prepare(session, content, 0, "k", AT)
        prepared = ADAPTER.ready(session, content, 0, prepared)
        far.rotate()  # the film is sent twice, whole both times
        prepared = ADAPTER.ready(session, content, 0, prepared)
        ADAPTER.publish_part(session, content, 0, prepared, [])
        (post,) = far.posts()
        assert far.blobs[post["embed"]["video"]["ref"]["$link"]] == b"film" * 1000

    def test_every_proof_is_used_once(self, far, session):
        for _ in range(3):
            ADAPTER.probe(session)
        proofs = [one.headers["dpop"] for one in far.asked if "dpop" in one.headers]
        assert len(set(proofs)) == len(proofs) >= 6


def test_a_proof_names_the_address_without_its_query():
    key = _dpop.new_key()
    url = "https://pds.example/xrpc/x?y=1#z"
    claims = json.loads(_dpop._unb64(_dpop.proof(key, "GET", url, nonce="n", access="a").split(".")[1]))
    assert (claims["htm"], claims["htu"], claims["nonce"]) == ("GET", "https://pds.example/xrpc/x", "n")
    assert "iss" not in claims


def test_many_servers_do_not_fill_the_memory():
    for number in range(_dpop._MOST_NONCES * 2):
        answer = _dpop.Answer(200, None, {"DPoP-Nonce": "n" * 5000}, "")
        _dpop.with_nonce("server", f"https://s{number}.example/x", lambda _nonce, answer=answer: answer)
    assert len(_dpop._nonces) <= _dpop._MOST_NONCES
    assert max(map(len, _dpop._nonces.values())) <= 500
