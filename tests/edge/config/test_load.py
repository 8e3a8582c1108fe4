"""A configuration is read whole, or each key to mend is named with its fix."""

from pathlib import Path

import pytest

from edge.config import ConfigError, load_config

GOOD = """
data_dir = "/var/lib/releve"
[api]
listen = "127.0.0.1:8080"
[store]
engine = "sqlite"
[[meters]]
id = "linky"
kind = "linky"
port = "/dev/ttyUSB0"
mode = "auto"
"""


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "releve.toml"
        path.write_text(text)
        return path

    return write


def test_the_example_of_the_readme_is_read(write):
    config = load_config(write(GOOD))
    assert config.meters[0].port == "/dev/ttyUSB0"
    assert config.journal.commit_seconds == 30
    assert str(config.zone) == "Europe/Paris"


def test_the_environment_wins_over_the_file(write, monkeypatch):
    monkeypatch.setenv("RELEVE_API__LISTEN", "127.0.0.1:9")
    monkeypatch.setenv("RELEVE_DATA_DIR", "/elsewhere")
    config = load_config(write(GOOD))
    assert config.api.listen == "127.0.0.1:9"
    assert config.data_dir == Path("/elsewhere")


def test_the_environment_alone_is_enough(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RELEVE_METERS", '[{"id": "linky", "port": "/dev/x"}]')
    assert load_config().meters[0].id == "linky"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("data_dir", "datadir"), "did you mean 'data_dir'?"),
        (
            ("listen", "lisen"),
            "api.lisen: there is no such key; did you mean 'listen'?",
        ),
        (("127.0.0.1:8080", "8080"), "api.listen: write it as"),
        (('"sqlite"', '"mysql"'), "store.engine: Input should be 'sqlite'"),
        (('id = "linky"', 'id = "Linky!"'), "meters.0.id: use 1 to 32 of a-z"),
        (('id = "linky"', 'id = "041234567890"'), "choose a name of your own"),
        (('port = "/dev/ttyUSB0"', ""), "meters.0: a linky needs its port"),
        (('mode = "auto"', "buad = 9600"), "a linky has no key named buad"),
        (('"auto"', '"fast"'), "meters.0.mode: Input should be 'auto'"),
        (('"/var/lib/releve"', "/var"), "is not TOML"),
        (("[api]", "time_zone = 'Paris'\n[api]"), 'as in "Europe/Paris"'),
    ],
)
def test_a_wrong_key_is_named_with_its_fix(write, change, said):
    with pytest.raises(ConfigError) as refused:
        load_config(write(GOOD.replace(*change)))
    assert said in str(refused.value)


def test_every_wrong_key_is_said_at_once(write):
    text = GOOD.replace("listen", "lisen").replace('"sqlite"', '"mysql"')
    with pytest.raises(ConfigError) as refused:
        load_config(write(text))
    assert len(str(refused.value).splitlines()) == 3


def test_two_meters_of_one_name_are_refused(write):
    text = GOOD + '[[meters]]\nid = "linky"\nport = "/dev/y"\n'
    with pytest.raises(ConfigError, match="two meters are called 'linky'"):
        load_config(write(text))


def test_no_meter_at_all_says_what_to_add(write):
    with pytest.raises(ConfigError, match=r"add \[\[meters\]\]"):
        load_config(write('data_dir = "/x"\n'))


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(ConfigError, match="there is no file"):
        load_config(tmp_path / "none.toml")


def test_a_file_that_is_no_text_says_so(tmp_path):
    path = tmp_path / "releve.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="can't be read"):
        load_config(path)


def test_a_directory_says_so(tmp_path):
    with pytest.raises(ConfigError, match="can't be read"):
        load_config(tmp_path)


def test_a_list_that_is_no_json_says_so(write, monkeypatch):
    monkeypatch.setenv("RELEVE_METERS", "linky")
    with pytest.raises(ConfigError, match="written as JSON"):
        load_config(write(GOOD))


@pytest.mark.parametrize(
    "url", ["http://u:p@h", "mqtt://", "mqtt://u:s3cret@h/topic", "s3cret"]
)
def test_a_broker_s_address_is_checked_and_never_shown(tmp_path, url):
    path = tmp_path / "releve.toml"
    path.write_text(f'[mqtt]\nurl = "{url}"\n[[meters]]\nid = "l"\nport = "/dev/x"\n')
    with pytest.raises(ConfigError, match=r"mqtt\.url: .*managed|ends with") as told:
        load_config(path)
    assert "s3cret" not in str(told.value)


def test_a_configuration_shows_no_password_of_a_broker(tmp_path):
    path = tmp_path / "releve.toml"
    path.write_text(
        '[mqtt]\nurl = "mqtts://u:s3cret@h:8883"\n[[meters]]\nid = "l"\nport = "/x"\n'
    )
    assert "s3cret" not in repr(load_config(path))


def test_to_answer_from_influxdb_there_must_be_one(tmp_path):
    path = tmp_path / "releve.toml"
    words = '[store]\nengine = "influxdb"\n[[meters]]\nid = "l"\nport = "/dev/x"\n'
    path.write_text(words)
    with pytest.raises(ConfigError, match=r"\[influxdb\]"):
        load_config(path)
    path.write_text(words + "[influxdb]\n")
    assert load_config(path).influxdb.url == "http://127.0.0.1:8086"


@pytest.mark.parametrize("url", ["127.0.0.1:8086", "http://u:p@h:8086", "ftp://h"])
def test_an_influxdb_s_address_is_one_without_a_secret(tmp_path, url):
    path = tmp_path / "releve.toml"
    path.write_text(f'[influxdb]\nurl = "{url}"\n[[meters]]\nid = "l"\nport = "/x"\n')
    with pytest.raises(ConfigError, match=r"influxdb\.url"):
        load_config(path)


def test_a_file_of_the_service_is_read_with_sudo(write, monkeypatch):
    path = write(GOOD)

    def refused(*_words, **_named):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(ConfigError, match="sudo releve"):
        load_config(path)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ('[api]\nlisten = "0.0.0.0:8080"', "api.listen"),
        ('[api]\nlisten = "[::]:8080"', "api.listen"),
        ('[api]\nlisten = "192.168.1.20:8080"', "api.listen"),
        ('[api]\nlisten = "pi.local:8080"', "api.listen"),
        ('[mqtt]\nurl = "managed"\nlisten = "0.0.0.0:1883"', "mqtt.listen"),
    ],
)
def test_nothing_is_said_unencrypted_on_a_network(tmp_path, table, key):
    path = tmp_path / "releve.toml"
    path.write_text(f'{table}\n[[meters]]\nid = "linky"\nport = "/dev/null"\n')
    with pytest.raises(ConfigError, match=rf"{key}: .*releve lan on"):
        load_config(path)


@pytest.mark.parametrize(
    "listen",
    ["127.0.0.1:8080", "127.3.2.1:0", "[::1]:8080", "localhost:80", "unix:/run/r.sock"],
)
def test_this_machine_itself_is_spoken_to_in_clear(tmp_path, listen):
    path = tmp_path / "releve.toml"
    meter = '[[meters]]\nid = "linky"\nport = "/dev/null"\n'
    path.write_text(f'[api]\nlisten = "{listen}"\n{meter}')
    assert load_config(path).api.listen == listen
    assert not load_config(path).lan.open


CLOUD = f"""
[[cloud]]
name = "vps"
url = "mqtts://MQTT.example.org"
prefix = "homes/elm-street"
fingerprint = "{":".join(["AB"] * 32)}"
"""


def test_a_cloud_is_read_with_its_port_and_its_fingerprint(write):
    (cloud,) = load_config(write(GOOD + CLOUD)).cloud
    assert cloud.url == "mqtts://mqtt.example.org"
    assert cloud.pinned == "ab" * 32


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("mqtts://", "mqtt://"), "write mqtts://host"),
        (("mqtts://", "mqtts://me:sesame@"), "this is no address to send to"),
        ((".org", ".org/x"), "ends with its port"),
        (("homes/elm-street", "homes/#"), "cloud.0.prefix"),
        (("homes/elm-street", "$SYS/x"), "cloud.0.prefix"),
        (('"vps"', '"My cloud"'), "cloud.0.name"),
        (("AB:AB", "AB"), "64 digits"),
        (("fingerprint", 'ca_file = "/x"\nfingerprint'), "the certificate is one's"),
        (("\n[[cloud]]", CLOUD + "[[cloud]]"), "stands twice"),
    ],
)
def test_a_cloud_that_can_not_be_is_refused_and_no_password_is_repeated(
    write, change, said
):
    with pytest.raises(ConfigError) as refused:
        load_config(write(GOOD + CLOUD.replace(*change, 1)))
    assert said in str(refused.value)
    assert "sesame" not in str(refused.value)
