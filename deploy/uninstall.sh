#!/usr/bin/env bash
# Takes Relevé off this machine: sudo deploy/uninstall.sh [--purge-data]
# The readings stay in /var/lib/releve, unless --purge-data says otherwise: that can't be undone.
set -euo pipefail

case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in fr* | FR*) french=1 ;; *) french= ;; esac
say() { # say FRENCH ENGLISH
  if [ -n "$french" ]; then echo "$1"; else echo "$2"; fi
}
fail() {
  say "Relevé : $1" "Relevé: $2" >&2
  exit 1
}

data=
for word in "$@"; do
  case $word in
    --purge-data) data=yes ;;
    -h | --help) sed -n '2,3s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit 0 ;;
    *) fail "je ne connais pas « $word » ; voir --help" "what is '$word'? See --help" ;;
  esac
done
[ "$(id -u)" -eq 0 ] ||
  fail "il faut être administrateur : sudo $0" "this takes an administrator: sudo $0"

# What install.sh put beside the package, as long as it is what it was.
for pair in "journald/releve.conf /etc/systemd/journald.conf.d/50-releve.conf" \
  "systemd/influxdb.service.d/releve.conf /etc/systemd/system/influxdb.service.d/releve.conf" \
  "systemd/mosquitto.service.d/releve.conf /etc/systemd/system/mosquitto.service.d/releve.conf"; do
  read -r ours placed <<<"$pair"
  if cmp -s "/usr/share/releve/$ours" "$placed"; then rm "$placed"; fi
done
if dpkg-query --status releve >/dev/null 2>&1; then
  export RELEVE_PURGE_DATA=$data
  if [ -n "$data" ]; then dpkg --purge releve; else dpkg --remove releve; fi
elif [ -n "$data" ]; then
  rm -rf /var/lib/releve /var/lib/releve-collect /etc/releve
  deluser --quiet --system releve 2>/dev/null || true
fi
[ ! -d /run/systemd/system ] || systemctl daemon-reload

if [ -n "$data" ]; then
  say "Relevé et ses relevés sont effacés de cette machine. Vos sauvegardes ailleurs restent." \
    "Relevé and its readings are erased from this machine. Backups elsewhere stay."
else
  say "Relevé est retiré. Vos relevés restent dans /var/lib/releve, vos réglages dans /etc/releve." \
    "Relevé is removed. Your readings stay in /var/lib/releve, your settings in /etc/releve."
fi
