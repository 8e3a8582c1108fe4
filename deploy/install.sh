#!/usr/bin/env bash
# Installs Relevé, or brings it up to date: sudo deploy/install.sh [releve_….deb]
# Without a package, in a clone of the repository, it builds one. Twice is as good as once.
#   --port PATH   the meter's serial port, as in /dev/serial/by-id/…
#   --mqtt        start Relevé's own MQTT broker, as Home Assistant needs it
#   --influxdb    give an installed InfluxDB 2 its sandbox and sizes for a Pi
#   --card        keep the system's log in memory, to spare the card
set -euo pipefail

case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in fr* | FR*) french=1 ;; *) french= ;; esac
say() { # say FRENCH ENGLISH
  if [ -n "$french" ]; then echo "$1"; else echo "$2"; fi
}
fail() {
  say "Relevé : $1" "Relevé: $2" >&2
  exit 1
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
config=/etc/releve/releve.toml
package='' port='' mqtt='' influxdb='' card=''
while [ $# -gt 0 ]; do
  case $1 in
    --port) port=${2:?--port PATH} && shift ;;
    --mqtt) mqtt=1 ;;
    --influxdb) influxdb=1 ;;
    --card) card=1 ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit 0 ;;
    *.deb) package=$1 ;;
    *) fail "je ne connais pas « $1 » ; voir --help" "what is '$1'? See --help" ;;
  esac
  shift
done

# Everything that could stop us, before anything is changed.
[ "$(id -u)" -eq 0 ] ||
  fail "il faut être administrateur : sudo $0" "this takes an administrator: sudo $0"
command -v dpkg >/dev/null && command -v apt-get >/dev/null ||
  fail "il faut Debian 12 ou Raspberry Pi OS (bookworm)" "this takes Debian 12 or Raspberry Pi OS (bookworm)"
architecture=$(dpkg --print-architecture)
case $architecture in
  amd64 | arm64) ;;
  armhf | armel | i386)
    fail "ce système est en 32 bits ($architecture) : installez Raspberry Pi OS Lite (64 bits)" \
      "this system has 32 bits ($architecture): install Raspberry Pi OS Lite (64-bit)" ;;
  *) fail "le processeur $architecture n'est pas pris en charge (amd64, arm64)" \
    "the processor $architecture is not supported (amd64, arm64)" ;;
esac
if python=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) &&
  [ "$python" != 3.11 ]; then
  fail "ce système a Python $python : le paquet est fait pour Debian 12 et Raspberry Pi OS bookworm (3.11)" \
    "this system has Python $python: the package is for Debian 12 and Raspberry Pi OS bookworm (3.11)"
fi
free_kb() { df --output=avail -k "$1" | tail -1 | tr -d ' '; }
for place in /usr /var; do
  [ "$(free_kb $place)" -ge 400000 ] ||
    fail "il faut 400 Mo libres sur $place, il y en a $(($(free_kb $place) / 1000))" \
      "$place needs 400 MB of room, and has $(($(free_kb $place) / 1000))"
done
if [ -n "$port" ] && [ ! -e "$port" ]; then
  fail "il n'y a pas de port $port ; voir ls -l /dev/serial/by-id/" \
    "there is no port $port; see ls -l /dev/serial/by-id/"
fi
case $port in *[\"\\]*) fail "ce n'est pas un port : $port" "that is no port: $port" ;; esac

if [ -z "$package" ]; then
  [ -e "$here/../pyproject.toml" ] ||
    fail "donnez le paquet : sudo $0 releve_….deb" "name the package: sudo $0 releve_….deb"
  say "Construction du paquet (quelques minutes sur un Raspberry Pi)…" \
    "Building the package (minutes on a Raspberry Pi)…"
  cd "$here/.."
  scripts/packages runtime
  # What is built in the clone stays its owner's.
  owner=$(stat -c %U .)
  package=$here/../$(runuser -u "$owner" -- sh -c \
    "scripts/setup runtime >&2 && deploy/deb/build $architecture" | tail -1)
fi
[ -r "$package" ] || fail "je ne trouve pas $package" "there is no $package"
package=$(realpath "$package")
read -r its_name its_version its_architecture < <(dpkg-deb --show \
  --showformat='${Package} ${Version} ${Architecture}\n' "$package" 2>/dev/null) || true
[ "${its_name:-}" = releve ] ||
  fail "$package n'est pas le paquet de Relevé" "$package is not Relevé's package"
[ "$its_architecture" = "$architecture" ] ||
  fail "ce paquet est pour $its_architecture, ce système est $architecture" \
    "this package is for $its_architecture, this system is $architecture"
before=$(dpkg-query --show --showformat='${Version}' releve 2>/dev/null || true)
if [ -n "$before" ] && dpkg --compare-versions "$before" gt "$its_version"; then
  fail "la version $before, plus récente, est installée ; rien n'est changé" \
    "$before, which is newer, is installed; nothing is changed"
fi

# grep reads to the end, not -q: dpkg that is cut off would fail the pipe by its own end.
there() { # tells whether just this package is installed, whole
  dpkg-deb --info "$package" md5sums | cmp -s - /var/lib/dpkg/info/releve.md5sums &&
    ! dpkg --verify releve | grep -v ' c ' >/dev/null
}
if [ "$before" = "$its_version" ] && there; then
  say "Relevé $its_version est déjà installé" "Relevé $its_version is installed already"
else
  say "Installation de Relevé $its_version${before:+ (par-dessus $before)}…" \
    "Installing Relevé $its_version${before:+ over $before}…"
  export DEBIAN_FRONTEND=noninteractive
  install_it() {
    apt-get install -y -qq --reinstall -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold \
      -o APT::Sandbox::User=root "$package"
  }
  # The lists of packages may be older than the packages: then once more, with fresh ones.
  install_it >/dev/null 2>&1 || { apt-get update -qq && install_it; } ||
    fail "apt n'a pas pu installer le paquet ; ses mots sont ci-dessus" \
      "apt could not install the package; its words are above"
fi

if [ -z "$port" ] && grep -q '^port = "/dev/tic"' $config && [ ! -e /dev/tic ]; then
  shopt -s nullglob
  found=(/dev/serial/by-id/*)
  case ${#found[@]} in
    0) say "Aucun port série pour l'instant : branchez la clé, ou indiquez le port dans $config" \
      "No serial port yet: plug the dongle in, or name the port in $config" ;;
    1) port=${found[0]} ;;
    *) say "Plusieurs ports série ; relancez avec --port et l'un de ceux-ci :" \
      "Several serial ports; run this again with --port and one of these:"
      printf '  %s\n' "${found[@]}" ;;
  esac
fi
if [ -n "$port" ]; then
  # the first meter's alone
  sed -i "0,/^port = .*/s||port = \"${port//|/\\|}\"|" $config
  say "Le compteur est lu sur $port" "The meter is read on $port"
fi

if [ -n "$mqtt" ]; then
  if ! grep -q '^\[mqtt\]' $config; then
    # tables may stand anywhere but inside another: before the first meter
    sed -i '0,/^\[\[meters\]\]/s//[mqtt]\nurl = "managed"\n\n[[meters]]/' $config
  fi
  # Debian's broker came along with the package, on the same port, and serves nobody; one that
  # somebody set up is left alone.
  if systemctl is-active --quiet mosquitto 2>/dev/null; then
    if [ -z "$(find /etc/mosquitto/conf.d -name '*.conf')" ] &&
      ! dpkg --verify mosquitto | grep ' /etc/mosquitto/mosquitto\.conf$' >/dev/null; then
      systemctl disable --quiet --now mosquitto
      say "Le Mosquitto de Debian, qui ne servait à rien, est arrêté : Relevé lance le sien" \
        "Debian's own Mosquitto, which served nobody, is stopped: Relevé starts one of its own"
    else
      say "Un Mosquitto que vous avez réglé tourne déjà : donnez un autre port à mqtt.listen dans $config" \
        "A Mosquitto that you set up runs already: give mqtt.listen another port in $config"
    fi
  fi
fi

if [ -n "$influxdb" ]; then
  [ -x /usr/bin/influxd ] ||
    fail "InfluxDB 2 n'est pas installé (paquet influxdb2 d'InfluxData)" \
      "InfluxDB 2 is not installed (package influxdb2 of InfluxData)"
  if ! cmp -s /usr/share/releve/influxdb/config.toml /etc/influxdb/config.toml; then
    [ ! -e /etc/influxdb/config.toml ] || cp --backup=numbered /etc/influxdb/config.toml /etc/influxdb/config.toml.before-releve
    install -D -m 644 /usr/share/releve/influxdb/config.toml /etc/influxdb/config.toml
  fi
  install -D -m 644 /usr/share/releve/systemd/influxdb.service.d/releve.conf \
    /etc/systemd/system/influxdb.service.d/releve.conf
fi
if [ -n "$card" ]; then
  install -D -m 644 /usr/share/releve/journald/releve.conf /etc/systemd/journald.conf.d/50-releve.conf
fi

releve check-config >/dev/null || fail "corrigez $config, puis relancez" "mend $config, then run this again"
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  [ -z "$influxdb" ] || systemctl restart influxdb
  [ -z "$card" ] || systemctl restart systemd-journald
  systemctl restart releve ||
    fail "le service n'a pas démarré : journalctl -u releve" "the service did not start: journalctl -u releve"
fi
say "C'est fait. Et maintenant :
  sudo releve setup         le port, le gaz, l'eau, le réseau local
  sudo releve doctor        que voit-il du compteur ?
  sudo releve watch         votre logement en direct
  sudo releve owner-token   la clé de l'API" \
  "Done. And now:
  sudo releve setup         the port, gas, water, the local network
  sudo releve doctor        what does it see of the meter?
  sudo releve watch         your home, live
  sudo releve owner-token   the API's credential"
