"""What portals with an account answer, sign-in included: invented values."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from urllib.parse import parse_qs

from tests.real.portal import Asked, Said
from tests.real.recorded_gateways import PASSWORD, PCE, USER, days_of, ok


def gas_day(day, volume, energy):
    return {
        "coeffConversion": 11.12,
        "dateDebutReleve": f"{day}T06:00:00+00:00",
        "dateFinReleve": f"{day + timedelta(days=1)}T06:00:00+00:00",
        "energieConsomme": energy,
        "frequenceReleve": None,
        "indexDebut": 10_373,
        "indexFin": 10_373 + volume,
        "journeeGaziere": str(day),
        "natureReleve": "Informative Journalier",
        "qualificationReleve": "Mesuré",
        "volumeBrutConsomme": volume,
    }


class GrdfPortal:
    """The portal and its sign-in, on one host."""

    points = ({"idObject": PCE},)
    signs_in = True

    def __init__(self):
        self.base = ""
        self.sent = []

    def __call__(self, asked: Asked) -> Said | None:  # noqa: C901, PLR0911 - a line a path
        if asked.path == "/":
            there = {"Location": f"{self.base}/login"}
            return Said("", 302, there)
        if asked.path == "/login":
            page = '<html><script>var x = {"stateToken":"02\\x2Dabc"};</script></html>'
            return Said(page, kind="text/html")
        if asked.path.startswith("/idp/idx/"):
            self.sent.append(json.loads(asked.body))
            assert "ln=" in asked.headers["cookie"]
        if asked.path == "/idp/idx/identify":
            return ok({"stateHandle": "02-handle"})
        if asked.path == "/idp/idx/challenge/answer":
            if not self.signs_in:
                message = {"messages": {"value": [{"class": "ERROR"}]}}
                return ok(message, 401)
            return ok({"success": {"href": f"{self.base}/landed"}})
        if asked.path == "/landed":
            return Said(
                "", 302, {"Location": "/home", "Set-Cookie": "auth=yes; Path=/"}
            )
        if asked.path == "/home":
            return Said("<html>welcome</html>", kind="text/html")
        assert "auth=yes" in asked.headers["cookie"]
        if asked.path == "/api/e-conso/pce":
            return ok(list(self.points))
        if asked.path.endswith("/informatives"):
            assert asked.query["pceList[]"] == [PCE]
            days = days_of(asked, "dateDebut", "dateFin")
            told = [gas_day(day, 7, 75) for day in days[:3]]
            return ok({PCE: {"idPce": PCE, "releves": told}})
        return ok([]) if asked.path.endswith("/publiees") else None


class GrandLyonPortal:
    contracts = ({"id": "fresh-1", "reference": "0123456"},)
    way = "/produits/"

    def __init__(self):
        self.base = ""
        self.challenge = ""

    def __call__(self, asked: Asked) -> Said | None:  # noqa: PLR0911 - a line a path
        form = parse_qs(asked.body)
        if asked.path.endswith("/externe/authentification"):
            right = form["username"] == [USER] and form["password"] == [PASSWORD]
            cookie = {"Set-Cookie": "cookieOauth=1; Path=/"}
            return Said("{}", 200 if right else 401, cookie)
        if asked.path.endswith("/authorize-internet"):
            assert "cookieOauth=1" in asked.headers["cookie"]
            self.challenge = asked.query["code_challenge"][0]
            return Said("", 302, {"Location": "/application/auth/further"})
        if asked.path.endswith("/further"):
            there = f"{self.base}/autorisation-callback.html?code=c0de"
            return Said("", 302, {"Location": there})
        if asked.path.endswith("/tokenUtilisateurInternet"):
            digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
            made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            assert (form["code"], made) == (["c0de"], self.challenge)
            return ok({"access_token": "t0ken", "expires_in": 3600})
        assert asked.headers["authorization"] == "Bearer t0ken"
        if asked.path.endswith("/produits/contrats"):
            return ok({"content": list(self.contracts)})
        if asked.path.endswith("/fresh-1/consommationsJournalieres"):
            if self.way not in asked.path:
                return None
            data = [
                {"annee": 2026, "mois": 9, "jour": 20, "consommation": 312,
                 "index": 562_674, "debitMin": 0, "volumeEstimeFuite": 0},
                {"annee": 2026, "mois": 9, "jour": 21, "consommation": 305,
                 "index": 562_986},
                {"annee": 2026, "mois": 9, "jour": 22, "consommation": None,
                 "index": None},
            ]  # fmt: skip
            return ok({"unites": {"consommation": "l"}, "postes": [{"data": data}]})
        return None


class VeoliaPortal:
    sign_in: Said | None = None
    subscriptions = ("123",)

    def __call__(self, asked: Asked) -> Said | None:
        if asked.path == "/":
            given = json.loads(asked.body)["AuthParameters"]
            assert given == {"USERNAME": USER, "PASSWORD": PASSWORD}
            told = {"AuthenticationResult": {"AccessToken": "t0ken", "ExpiresIn": 3600}}
            return self.sign_in or ok(told)
        assert asked.headers["authorization"] == "Bearer t0ken"
        if asked.path == "/espace-client":
            mine = [{"id_abonnement": one} for one in self.subscriptions]
            return ok({"contacts": [{"tiers": [{"id": "T1", "abonnements": mine}]}]})
        if asked.path == "/abonnements/123/facturation":
            since = {"numero_pds": "PDS1", "date_debut_abonnement": "2020-01-15"}
            return ok(since)
        if asked.path == "/consommations/123/journalieres":
            if asked.query["mois"] == ["11"]:
                return ok([])
            return ok(
                [
                    {
                        "date_releve": f"2026-10-{day}",
                        "consommation": {"litre": 100 + day, "m3": 0.1},
                        "index": {"m3": 337.0},
                        "fiabilite_index": "MESURE",
                    }
                    for day in (21, 22)
                ]
            )
        return None


class SuezPortal:
    right = True
    meters = ("987",)
    sister = ""

    def __call__(self, asked: Asked) -> Said | None:  # noqa: PLR0911 - a line a path
        if asked.path.endswith("/je-me-connecte") and asked.method == "GET":
            escaped = "\\u0022csrfToken\\u0022\\u003A\\u0022a\\u002Db\\u0022,\\u0022x"
            return Said(f"<html>{escaped}</html>", kind="text/html")
        if asked.path.endswith("/je-me-connecte"):
            form = parse_qs(asked.body)
            assert form["_csrf_token"] == ["a-b"]
            assert form["tsme_user_login[_password]"] == [PASSWORD]
            there = (
                f"{self.sister}/tableau"
                if self.right
                else "/mon-compte-en-ligne/je-me-connecte"
            )
            return Said(
                "", 302, {"Location": there, "Set-Cookie": "eZSESSID=1; Path=/"}
            )
        if asked.path == "/tableau":
            return Said("<html>bonjour</html>", kind="text/html")
        assert "eZSESSID=1" in asked.headers["cookie"]
        if asked.path.endswith("/meters-list"):
            mine = [{"idPDS": one} for one in self.meters]
            return ok({"content": {"clientCompteursPro": [{"compteursPro": mine}]}})
        if asked.path.endswith("/telemetry"):
            assert asked.query["id_PDS"] == ["987"]
            if asked.query["start_date"] == ["2026-11-01"]:
                return ok({"content": [], "code": "02", "message": "none"}, 404)
            measures = [
                {"date": f"2026-10-{day} 00:00:00", "index": 100.0 + day / 10,
                 "volume": 0.1} for day in (20, 21, 22)
            ]  # fmt: skip
            return ok({"content": {"measures": measures}, "code": "00"})
        return None
