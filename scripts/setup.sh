#!/usr/bin/env bash
# Set up everything that `make demo` (loket) or `make test` (dev) needs: apt packages that are
# missing, then the locked Python environment in .venv. Does nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:?loket or dev}

say() { printf 'setup: %s\n' "$*" >&2; }

# package | why
packages() {
  cat <<'LIST'
python3-venv|the Python environment
python3-dev|to build pyscard and python-sane
gcc|to build pyscard and python-sane
libc6-dev|to build pyscard and python-sane
swig|to build pyscard
libpcsclite-dev|to build pyscard (passport readers)
libsane-dev|to build python-sane (scanners)
libsane1|scanners, and SANE's test backend as simulated scanner
pcscd|passport readers
vsmartcard-vpcd|the virtual reader in which the simulated passport lies
iproute2|a network namespace for the virtual reader
libgl1|the kiosk's window
libegl1|the kiosk's window
libegl-mesa0|the kiosk's window
libgl1-mesa-dri|the kiosk's window
libgles2|the kiosk's window
xvfb|a screen for the kiosk where there is none
xauth|a screen for the kiosk where there is none
xdotool|touches the kiosk's window in the demo
espeak-ng|speech at the kiosk
fonts-dejavu-core|names in Arabic and Hebrew script on the SKIM letter
fonts-wqy-microhei|names in Chinese, Japanese and Korean script on the SKIM letter
fonts-lohit-deva|names in Devanagari script on the SKIM letter
fonts-lohit-taml|names in Tamil script on the SKIM letter
fonts-tlwg-garuda-ttf|names in Thai script on the SKIM letter
ca-certificates|to fetch Python packages
LIST
  [ "$kind" = dev ] && cat <<'LIST'
chromium-headless-shell|tests of the pages in a browser
ffmpeg|a foreign camera for the tests
avahi-daemon|a foreign mDNS responder for the tests
avahi-utils|a foreign mDNS browser for the tests
dbus|avahi needs it
cups-ipp-utils|a foreign printer for the tests
sane-utils|a foreign scanner client for the tests
gir1.2-fprint-2.0|libfprint and its virtual reader, for the tests of USB fingerprint readers
python3-gi|the system's Python speaks to libfprint by it
openssl|a foreign judge of certificates and signatures
opensc|a foreign user of officers' cards for the tests
yubico-piv-tool|a second foreign user of officers' cards
vsmartcard-vpicc|a foreign card for the tests
poppler-utils|a foreign reader of our papers
imagemagick|screenshots in the tests
postgresql|several hubs on one database: the tests start one of their own, as an unprivileged user
LIST
  true
}

missing=()
while IFS='|' read -r package why; do
  if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then
    missing+=("$package")
    say "apt package $package is missing: $why"
  fi
done < <(packages)

if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || { say "no apt-get here: install the packages above by hand"; exit 1; }
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { say "run this as root, or install sudo"; exit 1; }
    as_root=(sudo)
  fi
  say "installing ${#missing[@]} packages"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

python=/usr/bin/python3
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || python=python3
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { say "Python 3.11 or newer is needed"; exit 1; }

lock=requirements/$kind.txt
stamp=.venv/.loket-$kind
want=$(cat "$lock" pyproject.toml | sha256sum | cut -d' ' -f1)
if [ "$(cat "$stamp" 2>/dev/null || true)" = "$want" ]; then exit 0; fi
if [ "$kind" = loket ] && [ "$(cat .venv/.loket-dev 2>/dev/null || true)" = \
     "$(cat requirements/dev.txt pyproject.toml | sha256sum | cut -d' ' -f1)" ]; then exit 0; fi

[ -x .venv/bin/python ] || { say "creating .venv"; "$python" -m venv .venv; }
say "installing the locked Python packages of $lock (about a minute)"
.venv/bin/python -m pip install -q --require-hashes -r "$lock"
.venv/bin/python -m pip install -q --no-deps --no-build-isolation -e .
printf '%s\n' "$want" > "$stamp"
