"""What `releve doctor` looks at of InfluxDB: there, ours, and to nobody else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from cli.checkup import Finding, Level
from cli.language import Words
from edge.config import Config, InfluxConfig
from edge.errors import StoreError
from edge.stores.influx.attach import token_file
from edge.stores.influx.http import Http
from edge.stores.influx.names import Databases
from edge.stores.influx.parked import FILE
from edge.stores.influx.setup import Bucket, buckets
from edge.stores.influx.token import load_secret

INIT_FR = "`releve store init` la prépare"
INIT = "`releve store init` makes it ready"
LISTENING = "0A"
DAY_S = 86_400


def influxdb(config: Config, influx: InfluxConfig) -> Iterator[Finding]:
    """Look at the InfluxDB that the configuration names, with its own token."""
    http = Http(influx.url, answer_s=10)
    try:
        yield from _look(config, influx, http)
    except StoreError as error:
        yield Finding(
            Level.BAD,
            Words(f"InfluxDB ne répond pas : {error}", f"InfluxDB is away: {error}"),
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        yield _stranger(influx.url)
    finally:
        http.close()
    yield _parked(config)


def _look(config: Config, influx: InfluxConfig, http: Http) -> Iterator[Finding]:
    yield _version(_json(http, "/health"), influx.url)
    yield from _heard(influx.url)
    try:
        token = load_secret(token_file(config, influx))
    except StoreError as error:
        yield Finding(
            Level.BAD,
            Words(f"InfluxDB : le jeton manque : {error}", f"InfluxDB: {error}"),
        )
        return
    wanted = buckets(
        Databases(influx.bucket), config.store.raw_days, config.store.minute_days
    )
    path = "/api/v2/buckets?limit=100"
    said = http.exchange("GET", path, token=token)
    if said.status == 401:
        yield Finding(
            Level.BAD,
            Words(
                f"InfluxDB ne connaît pas ce jeton ; {INIT_FR}",
                f"InfluxDB does not know this token; {INIT}",
            ),
        )
        return
    if said.status != 200:
        yield Finding(
            Level.BAD,
            Words(
                f"InfluxDB ne dit pas ce qu'il contient (réponse {said.status}) :"
                " relancez le docteur, puis lisez journalctl -u influxdb",
                f"InfluxDB does not say what it holds (answer {said.status}):"
                " run the doctor again, then read journalctl -u influxdb",
            ),
        )
        return
    yield from _buckets(orjson.loads(said.text)["buckets"], wanted)
    yield from (_right(http, influx, token, one.name) for one in wanted)


def _json(http: Http, path: str) -> Mapping[str, Any]:
    try:
        found = orjson.loads(http.exchange("GET", path).text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def _stranger(url: str) -> Finding:
    return Finding(
        Level.BAD,
        Words(
            f"ce qui répond en {url} n'est pas InfluxDB : corrigez influxdb.url",
            f"what answers at {url} is no InfluxDB: mend influxdb.url",
        ),
    )


def _version(health: Mapping[str, Any], url: str) -> Finding:
    version = str(health.get("version", "")).removeprefix("v")
    if health.get("name") != "influxdb":
        return _stranger(url)
    if not version.startswith("2."):
        return Finding(
            Level.BAD,
            Words(
                f"InfluxDB {version} : il faut la version 2 (2.7 est éprouvée)",
                f"InfluxDB {version}: version 2 is needed (2.7 is tested)",
            ),
        )
    return Finding(
        Level.GOOD,
        Words(f"InfluxDB {version} répond", f"InfluxDB {version} answers"),
    )


def _heard(url: str) -> Iterator[Finding]:
    """Tell when one that is here listens to the whole network."""
    place = urlsplit(url)
    if not _is_here(place.hostname or "") or not _listens_widely(place.port or 8086):
        return
    yield Finding(
        Level.BAD,
        Words(
            "InfluxDB écoute tout le réseau : mettez"
            ' http-bind-address = "127.0.0.1:8086" dans /etc/influxdb/config.toml'
            " (install.sh --influxdb le fait)",
            "InfluxDB listens to the whole network: set"
            ' http-bind-address = "127.0.0.1:8086" in /etc/influxdb/config.toml'
            " (install.sh --influxdb does)",
        ),
    )


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listens_widely(port: int) -> bool:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            _, local, _, state, *_ = line.split()
            host, _, number = local.rpartition(":")
            if state == LISTENING and int(number, 16) == port and not int(host, 16):
                return True
    return False


def _buckets(found: list[dict[str, Any]], wanted: list[Bucket]) -> Iterator[Finding]:
    there = {one["name"]: one for one in found}
    missing = [one.name for one in wanted if one.name not in there]
    strange = sorted(there.keys() - {one.name for one in wanted})
    if missing:
        names = ", ".join(missing)
        yield Finding(
            Level.BAD,
            Words(
                f"InfluxDB : il manque {names}, ou le droit d'y aller ; {INIT_FR}",
                f"InfluxDB: {names} missing, or the token has no right to it; {INIT}",
            ),
        )
    if strange:
        names = ", ".join(strange)
        yield Finding(
            Level.WARN,
            Words(
                f"InfluxDB : le jeton ouvre plus que nécessaire ({names}) ;"
                " `releve store init` en fait un plus étroit",
                f"InfluxDB: the token opens more than is needed ({names});"
                " `releve store init` makes a narrower one",
            ),
        )
    for one in wanted:
        rules = there.get(one.name, {}).get("retentionRules", [])
        kept_s = sum(int(rule["everySeconds"]) for rule in rules)
        if one.name in there and kept_s != one.keep_s:
            fr, en = _days(kept_s), _days(one.keep_s)
            yield Finding(
                Level.WARN,
                Words(
                    f"InfluxDB : {one.name} garde {fr.fr} au lieu de {en.fr} ;"
                    " `releve store init` l'accorde",
                    f"InfluxDB: {one.name} keeps {fr.en}, not {en.en};"
                    " `releve store init` sets it",
                ),
            )
    if not missing:
        names = ", ".join(one.name for one in wanted)
        yield Finding(
            Level.GOOD,
            Words(f"InfluxDB : {names} sont là", f"InfluxDB: {names} are there"),
        )


def _days(seconds: int) -> Words:
    if not seconds:
        return Words("sans limite", "for ever")
    return Words(f"{seconds // DAY_S} jours", f"{seconds // DAY_S} days")


def _right(http: Http, influx: InfluxConfig, token: str, bucket: str) -> Finding:
    """Ask to write nothing: who may not is told that, who may is told 'nothing'."""
    path = f"/api/v2/write?org={quote(influx.org)}&bucket={bucket}&precision=ms"
    status = http.exchange("POST", path, b"", token=token, kind="text/plain").status
    if status in (401, 403, 404):
        return Finding(
            Level.BAD,
            Words(
                f"InfluxDB : le jeton ne peut pas écrire dans {bucket} ; {INIT_FR}",
                f"InfluxDB: the token may not write to {bucket}; {INIT}",
            ),
        )
    return Finding(
        Level.GOOD,
        Words(
            f"InfluxDB : le jeton peut écrire dans {bucket}",
            f"InfluxDB: the token may write to {bucket}",
        ),
    )


def _parked(config: Config) -> Finding:
    path = config.data_dir / FILE
    count = 0
    if path.exists():
        try:
            uri = f"file:{quote(str(path))}?mode=ro"
            with closing(sqlite3.connect(uri, uri=True)) as database:
                (count,) = database.execute("SELECT count(*) FROM parked").fetchone()
        except sqlite3.Error as error:
            return Finding(
                Level.WARN,
                Words(
                    f"{FILE} est illisible ({error}) : redémarrez, il sera mis de côté",
                    f"{FILE} can't be read ({error}): restart, and it is set aside",
                ),
            )
    if count:
        return Finding(
            Level.WARN,
            Words(
                f"InfluxDB a refusé {count} points : `releve store parked` les montre,"
                " avec la raison",
                f"InfluxDB refused {count} points: `releve store parked` shows them,"
                " with the reason",
            ),
        )
    return Finding(
        Level.GOOD, Words("InfluxDB n'a rien refusé", "InfluxDB refused nothing")
    )
