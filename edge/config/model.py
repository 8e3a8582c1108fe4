"""What can be configured; every key has a default that suits a Pi at home."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from edge.outgoing.destination import Destination, OutgoingRefused

METER_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
TWELVE_DIGITS = re.compile(r"\d{12,}")
SHA256 = re.compile(r"[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}")
NO_METERS = ("in", "services")
"""What stands beside the meters in a broker's tree: never the name of one."""


def _meter_id(value: str) -> str:
    if not METER_ID.fullmatch(value):
        raise ValueError("use 1 to 32 of a-z, 0-9 and '-', as in \"linky\"")
    if TWELVE_DIGITS.search(value):
        # The id is seen in topics, URLs and logs; a PRM or serial number never is.
        raise ValueError('choose a name of your own, not the meter\'s number: "linky"')
    if value in NO_METERS:
        raise ValueError(f'{value!r} is a topic of its own by MQTT: "linky"')
    return value


def _listen(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if value.startswith("unix:/"):
        return value
    if not colon or not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError('write it as "127.0.0.1:8080", "[::1]:8080" or "unix:/path"')
    return value


def _here(value: str) -> str:
    """Refuse to speak in clear where others can listen: a network has TLS alone."""
    host = value.rpartition(":")[0].strip("[]")
    if value.startswith("unix:/") or host == "localhost":
        return value
    try:
        if ip_address(host).is_loopback:
            return value
    except ValueError:
        pass
    raise ValueError(
        "nothing is said unencrypted on a network: write 127.0.0.1 here, and let the"
        " network in by `releve lan on` (HTTPS, and MQTT over TLS)"
    )


def _host_port(value: str) -> str:
    host, _, port = value.rpartition(":")
    if value.startswith("unix:") or not host or not port.isdigit() or port == "0":
        raise ValueError('write it as "127.0.0.1:1883"')
    return value


def _own_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError('write it as "https://releve.local:8443"')
    if parts.username or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("write its name and port alone: https://releve.local:8443")
    return f"{parts.scheme}://{parts.netloc}"


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(
            'name a zone of the IANA list, as in "Europe/Paris" or "Indian/Reunion"'
        ) from error
    return value


def _influx_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError('write it as "http://127.0.0.1:8086"')
    if parts.username or parts.password:
        raise ValueError("the token stands in token_file, never in the address")
    return value.rstrip("/")


def _outside(value: str) -> str:
    try:
        to = Destination.parse(value, ("mqtts",))
    except OutgoingRefused as error:
        raise ValueError(str(error)) from None
    if to.path:
        raise ValueError("a broker's address ends with its port: mqtts://host:8883")
    return str(to)


def _fingerprint(value: str) -> str:
    if not SHA256.fullmatch(value):
        raise ValueError("a fingerprint is 64 digits of 0-9 and a-f, by : or not")
    return value


def _mqtt_url(value: str) -> str:
    if value == "managed":
        return value
    try:
        parts = urlsplit(value)
        wrong = parts.port == 0
    except ValueError:  # its words may quote a password that holds a / or a :
        wrong = True
    if wrong or parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise ValueError(
            'write "managed", "mqtt://user:password@host:1883" or mqtts://'
        )
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(
            "a broker's address ends with its port; in a password write / as %2F, "
            "? as %3F, # as %23, @ as %40"
        )
    return value


class Section(BaseModel):
    """A table of the file: no unknown key, nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ApiConfig(Section):
    """[api]: the local HTTP API."""

    listen: Annotated[str, AfterValidator(_listen), AfterValidator(_here)] = Field(
        default="127.0.0.1:8080", description="where the API listens on this machine"
    )
    hosts: tuple[str, ...] = Field(
        default=(), description="further names by which browsers may call it"
    )
    cors: tuple[str, ...] = Field(
        default=(), description="web origins that may call it, none by default"
    )
    url: Annotated[str, AfterValidator(_own_url)] | None = Field(
        default=None, description="how it is reached from elsewhere in the home"
    )

    @property
    def address(self) -> str:
        """Give how it is told to others: what is configured, never what it is called.

        Unless `url` says, by the first of `hosts`, at the port where it listens.
        """
        if self.url is not None:
            return self.url
        host, _, port = self.listen.rpartition(":")
        name = self.hosts[0] if self.hosts else host
        if self.listen.startswith("unix:"):
            return f"http://{self.hosts[0] if self.hosts else 'localhost'}"
        everywhere = name in ("0.0.0.0", "[::]")  # noqa: S104 - compared, not bound
        return f"http://{'127.0.0.1' if everywhere else name}:{port}"


class LanConfig(Section):
    """[lan]: the local network, which is let in by TLS alone; closed by default."""

    open: bool = Field(
        default=False, description="let other machines in; `releve lan on` sets it"
    )
    name: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
        description="what this machine is called there, without .local; else its own",
    )
    https: Annotated[str, AfterValidator(_listen), AfterValidator(_host_port)] = Field(
        default="0.0.0.0:8443", description="where HTTPS listens"
    )
    mqtt: Annotated[str, AfterValidator(_listen), AfterValidator(_host_port)] = Field(
        default="0.0.0.0:8883", description="where a managed broker listens by TLS"
    )


class JournalConfig(Section):
    """[journal]: how often to commit, how long to keep."""

    commit_seconds: float = Field(default=30.0, ge=1, le=300)
    keep_days: int = Field(default=30, ge=1, le=3660)
    max_megabytes: int = Field(default=2048, ge=16, le=1_000_000)


class StoreConfig(Section):
    """[store]: where readings are queried."""

    engine: Literal["sqlite", "influxdb"] = Field(
        default="sqlite", description="what the API answers from"
    )
    project_minutes: int = Field(default=60, ge=1, le=1440)
    raw_days: int = Field(default=30, ge=1, le=3660)
    minute_days: int = Field(default=366, ge=1, le=36600)


class KeepConfig(Section):
    """[keep]: how many days what was read of the home is kept; 0 keeps it for ever.

    Days, months and years are always kept, until they are erased (`releve erase`).
    """

    half_hours: int = Field(
        default=1096, ge=0, le=36600, description="half-hours: three years"
    )
    reads: int = Field(
        default=400, ge=0, le=36600, description="who read what, and when"
    )
    files: int = Field(
        default=90, ge=0, le=36600, description="files that were dropped and taken"
    )
    secrets: int = Field(
        default=180,
        ge=0,
        le=36600,
        description="a portal's secret that has brought nothing",
    )


class BackupConfig(Section):
    """[backup]: backups that the service makes by itself; without it, it makes none."""

    every: str = Field(
        default="1d",
        pattern=r"^[1-9]\d{0,2}[hd]$",
        description="as in 12h or 1d",
    )
    keep: int = Field(default=7, ge=1, le=1000, description="how many stay")
    to: Path = Field(
        default=Path("backups"), description="a directory of their own, that is there"
    )
    passphrase_file: Path | None = Field(
        default=None,
        description="whose first line seals them; else they are open",
    )

    @property
    def every_ms(self) -> int:
        """Give how long after one the next is due."""
        return int(self.every[:-1]) * {"h": 3_600_000, "d": 86_400_000}[self.every[-1]]


class InfluxConfig(Section):
    """[influxdb]: an InfluxDB that readings are copied to, beside the embedded store.

    `token_file` holds what `releve store init` made, by default influx.token in the
    data directory: it may write and read these buckets, and nothing else.
    """

    url: Annotated[str, AfterValidator(_influx_url)] = "http://127.0.0.1:8086"
    org: str = Field(default="releve", min_length=1, max_length=64)
    bucket: str = Field(
        default="releve",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,47}$",
        description="the name that its buckets begin with",
    )
    token_file: Path | None = None
    version: Literal[1, 2] = Field(
        default=2, description="1 for an InfluxDB 1.x, whose token is user:password"
    )


class MqttConfig(Section):
    """[mqtt]: the broker; "managed" starts a private Mosquitto, None has none."""

    url: Annotated[str, AfterValidator(_mqtt_url)] | None = Field(
        default=None,
        repr=False,  # it may hold a password
        description='"managed", or mqtt://user:password@host:1883, or mqtts://…',
    )
    listen: Annotated[
        str, AfterValidator(_listen), AfterValidator(_host_port), AfterValidator(_here)
    ] = Field(
        default="127.0.0.1:1883",
        description="where a managed broker listens on this machine",
    )
    prefix: str = Field(default="releve", pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")
    discovery: bool = Field(
        default=True, description="tell Home Assistant what is here"
    )
    discovery_prefix: str = Field(
        default="homeassistant", pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$"
    )
    language: Literal["fr", "en"] = Field(
        default="fr", description="the language of the names that are announced"
    )
    ca_file: Path | None = Field(
        default=None, description="whose certificates an mqtts:// broker may show"
    )


class ImportConfig(Section):
    """[imports]: the folder whose files are imported by the service."""

    folder: Path | None = Field(
        default=Path("import"),
        description='files put there are imported; "" for none',
    )

    @field_validator("folder", mode="before")
    @classmethod
    def _none(cls, given: object) -> object:
        return None if given == "" else given


class MeterConfig(BaseModel):
    """[[meters]]: one supply point; what `kind` needs besides is its source's."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: Annotated[str, AfterValidator(_meter_id)]
    kind: str = "linky"
    port: str | None = Field(
        default=None, description="a port, a by-id path, or a pseudo-terminal"
    )
    mode: Literal["auto", "historic", "standard"] = "auto"
    parity: Literal["hardware", "software"] = "hardware"
    silence_seconds: int = Field(default=60, ge=5, le=86_400)
    leak_minutes: int = Field(
        default=24 * 60,
        ge=1,
        le=7 * 24 * 60,
        description="water that flows for so long without a pause is told as a leak",
    )
    identifier: str | None = Field(
        default=None,
        max_length=40,
        repr=False,  # it is never seen in a log
        description="its PRM, PCE or contract's number, which files are recognised by",
    )

    @model_validator(mode="after")
    def _linky_needs_a_port(self) -> MeterConfig:
        if self.kind == "linky" and not self.port:
            raise ValueError(
                'a linky needs its port, as in port = "/dev/serial/by-id/…"'
            )
        if self.kind == "linky" and self.model_extra:
            unknown = ", ".join(sorted(self.model_extra))
            raise ValueError(f"a linky has no key named {unknown}")
        return self


class CollectorConfig(BaseModel):
    """[[collectors]]: one portal that is asked; what `kind` needs besides is its own.

    `secret_file` holds its name and password, or its token, and has mode 0600.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")
    id: Annotated[str, AfterValidator(_meter_id)] | None = Field(
        default=None, description="a name, where two are of one kind"
    )
    meter: Annotated[str, AfterValidator(_meter_id)] | None = Field(
        default=None, description="which meter, where several count its fluid"
    )
    secret_file: Path | None = None
    days: int | None = Field(
        default=None, ge=1, le=1100, description="how many days are read anew"
    )

    @property
    def name(self) -> str:
        """Give what it is called."""
        return self.id or self.kind


class CloudConfig(Section):
    """[[cloud]]: a broker of the household's own elsewhere, told what it was granted.

    Its login stands in the data directory, 0600: `releve cloud add` makes it.
    """

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,31}$", description="what it is called here"
    )
    url: Annotated[str, AfterValidator(_outside)] = Field(
        description="mqtts://host:8883: encrypted, without a password"
    )
    prefix: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(/[A-Za-z0-9][A-Za-z0-9_-]{0,63}){0,7}$",
        description="what its topics begin with: this home's alone",
    )
    ca_file: Path | None = Field(
        default=None, description="whose certificates it may show, if not the public's"
    )
    fingerprint: Annotated[str, AfterValidator(_fingerprint)] | None = Field(
        default=None, description="the SHA-256 of its certificate, whoever signed it"
    )

    @property
    def pinned(self) -> str | None:
        """Give the fingerprint as digits alone."""
        return self.fingerprint and self.fingerprint.replace(":", "").lower()

    @model_validator(mode="after")
    def _one_proof(self) -> CloudConfig:
        if self.ca_file is not None and self.fingerprint is not None:
            raise ValueError("a fingerprint or a ca_file: the certificate is one's")
        return self


class Config(BaseSettings):
    """The whole configuration."""

    model_config = SettingsConfigDict(
        env_prefix="RELEVE_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
    )

    data_dir: Path = Path("/var/lib/releve")
    time_zone: Annotated[str, AfterValidator(_zone)] = "Europe/Paris"
    demo: bool = Field(
        default=False, description="all that is kept and shown is marked as invented"
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    api: ApiConfig = ApiConfig()
    lan: LanConfig = LanConfig()
    journal: JournalConfig = JournalConfig()
    store: StoreConfig = StoreConfig()
    keep: KeepConfig = KeepConfig()
    backup: BackupConfig | None = None
    influxdb: InfluxConfig | None = None
    mqtt: MqttConfig = MqttConfig()
    imports: ImportConfig = ImportConfig()
    meters: tuple[MeterConfig, ...] = Field(
        min_length=1, description="the meters of the home"
    )
    collectors: tuple[CollectorConfig, ...] = Field(
        default=(),
        description="portals on the Internet that are asked, none by default",
    )
    cloud: tuple[CloudConfig, ...] = Field(
        default=(), description="brokers elsewhere that are told, none by default"
    )

    @model_validator(mode="after")
    def _ids_differ(self) -> Config:
        ids = [meter.id for meter in self.meters]
        for name in ids:
            if ids.count(name) > 1:
                raise ValueError(
                    f"two meters are called {name!r}: give each its own id"
                )
        return self

    @model_validator(mode="after")
    def _collectors_differ(self) -> Config:
        names = [one.name for one in self.collectors]
        ids = {meter.id for meter in self.meters}
        for one in self.collectors:
            if names.count(one.name) > 1:
                raise ValueError(
                    f"two collectors are called {one.name!r}: give each its own id"
                )
            if one.meter is not None and one.meter not in ids:
                raise ValueError(
                    f"the collector {one.name!r} is of no meter called {one.meter!r}"
                )
        return self

    @model_validator(mode="after")
    def _clouds_differ(self) -> Config:
        names = [one.name for one in self.cloud]
        places = [(one.url, one.prefix) for one in self.cloud]
        for one in self.cloud:
            if names.count(one.name) > 1 or places.count((one.url, one.prefix)) > 1:
                raise ValueError(
                    f"the cloud {one.name!r} stands twice: each has its own name,"
                    " and a prefix of its own"
                )
        return self

    @model_validator(mode="after")
    def _only_a_demonstration_invents(self) -> Config:
        for meter in self.meters:
            chip = (meter.model_extra or {}).get("gpio_chip")
            if str(chip).startswith("virtual:") and not self.demo:
                raise ValueError(
                    f"{meter.id} has a virtual line: what it counts is invented, and"
                    " only a demonstration may keep it (demo = true)"
                )
        return self

    @model_validator(mode="after")
    def _the_engine_is_there(self) -> Config:
        if self.store.engine == "influxdb" and self.influxdb is None:
            raise ValueError(
                'store.engine = "influxdb" needs a table [influxdb], which may be empty'
            )
        return self

    @property
    def zone(self) -> ZoneInfo:
        """Give the home's time zone."""
        return ZoneInfo(self.time_zone)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, which is given as arguments."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings
